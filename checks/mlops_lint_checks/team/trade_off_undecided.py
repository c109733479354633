from dataclasses import dataclass

from mlops_lint import (
    TENSIONS,
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Results,
    Severity,
    Wishes,
    check,
    placeholder,
)

LATENCY = "latency"
DECIDE = "decide what comes first, and write it in `team.trade_offs`"
ROUTE = ("team", "stakeholders")


@dataclass(frozen=True)
class _Wish:
    index: int
    role: str
    kinds: frozenset[str]


def _applies(charter: Charter) -> bool | str:
    return charter.items(*ROUTE) > 1 or "fewer than two stakeholders are named"


@check("TM003", level=3, severity=Severity.WARNING, dimension="collaboration", when=_applies)
def trade_off_undecided(charter: Charter, wishes: Wishes) -> Results:
    """Stakeholders want what pulls apart, or a budget pulls at what one wants, and no trade-off is decided."""
    wanted = [
        _Wish(
            index,
            charter.text(*ROUTE, index, "role") or "",
            _kinds(charter, wishes, index),
        )
        for index in range(charter.items(*ROUTE))
    ]
    found = list(_judged(charter, wishes, wanted))
    at = charter.key_at(*ROUTE)
    yield from found or [Evidence(at, at, Grade.STATED, "nothing that they want pulls apart with no decision")]


def _judged(charter: Charter, wishes: Wishes, wanted: list[_Wish]) -> Results:
    for pair in TENSIONS:
        sides = _apart(wanted, pair)
        if sides is None:
            yield from _against_a_budget(charter, wishes, wanted, pair)
            continue
        one, other = sides
        decision = _decision(charter, wishes, pair)
        if decision is not None:
            yield Evidence(charter.at(*ROUTE, other.index), charter.at("team", "trade_offs", decision), Grade.STATED)
            continue
        message = f"{one.role!r} wants {pair[0]} and {other.role!r} wants {pair[1]}; no trade-off is decided"
        wanted_by = Related(charter.at(*ROUTE, one.index), f"{one.role} wants {pair[0]}")
        yield Finding(charter.at(*ROUTE, other.index), Kind.ABSENCE, message, DECIDE, (wanted_by,))


def _against_a_budget(charter: Charter, wishes: Wishes, wanted: list[_Wish], pair: tuple[str, str]) -> Results:
    """A budget that the charter sets and a role that looks at quality; whoever decides any trade-off knew of both."""
    budget = _budgets(charter, wishes).get(pair[0])
    one = next((wish for wish in wanted if pair[1] in wish.kinds and pair[0] not in wish.kinds), None)
    if budget is None or one is None or charter.items("team", "trade_offs"):
        return
    message = f"{one.role!r} wants {pair[1]}, the charter sets a budget of {pair[0]}, and no trade-off is decided"
    related = (Related(budget, f"a budget of {pair[0]}"),)
    yield Finding(charter.at(*ROUTE, one.index), Kind.ABSENCE, message, DECIDE, related)


def _budgets(charter: Charter, wishes: Wishes) -> dict[str, Location]:
    """What the charter sets a bound for, by its kind: the time of an answer, a guardrail of cost or time."""
    found: dict[str, Location] = {}
    for index in range(charter.items("metric", "guardrails")):
        at = ("metric", "guardrails", index)
        if charter.has(*at, "max"):
            found |= dict.fromkeys(wishes.kinds(charter.text(*at, "name"), None), charter.at(*at, "max"))
    if charter.has("deployment", "latency_ms"):
        found[LATENCY] = charter.key_at("deployment", "latency_ms")
    return found


def _kinds(charter: Charter, wishes: Wishes, index: int) -> frozenset[str]:
    """What a role wants; the business metric is what the model is there for, so a good model lowers that cost."""
    metric = charter.text(*ROUTE, index, "metric")
    kinds = wishes.kinds(metric, charter.text(*ROUTE, index, "wants"), charter.text("metric", "name"))
    return kinds - {"cost"} if metric and metric == charter.text("goal", "business_metric", "name") else kinds


def _apart(wanted: list[_Wish], pair: tuple[str, str]) -> tuple[_Wish, _Wish] | None:
    """Two roles of which each wants one side alone."""
    first = next((wish for wish in wanted if pair[0] in wish.kinds and pair[1] not in wish.kinds), None)
    second = next((wish for wish in wanted if pair[1] in wish.kinds and pair[0] not in wish.kinds), None)
    return (first, second) if first is not None and second is not None else None


def _decision(charter: Charter, wishes: Wishes, pair: tuple[str, str]) -> int | None:
    own = charter.text("metric", "name")
    for index in range(charter.items("team", "trade_offs")):
        at = ("team", "trade_offs", index)
        if not placeholder(charter.text(*at, "decision")) and wishes.covers(charter.texts(*at, "between"), pair, own):
            return index
    return None
