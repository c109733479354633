"""Whether the declared metrics can see the error that is said to be the worse one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Metric,
    Metrics,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)

_TASKS = ("binary-classification", "multiclass-classification", "multilabel-classification", "anomaly-detection")
_BOTH = frozenset(("threshold-free", "rank", "chance-corrected", "calibration"))
"""Marks of metrics that a constant answer cannot please: they see either error."""
_EITHER = frozenset(("balanced_accuracy", "geometric_mean"))
_SEEN = {"false-negative": "recall", "false-positive": "precision"}
_MEANT = {"false-negative": "false negatives", "false-positive": "false positives"}
_WORDS = {
    "false-negative": re.compile(r"recall|sensitiv|\bfn|false.?neg|miss|tpr|\bcost|\bloss|utility|profit|regret"),
    "false-positive": re.compile(r"precis|specific|\bfp|false.?(?:pos|alarm)|ppv|\bcost|\bloss|utility|profit|regret"),
}
_REST = frozenset(
    "negative neg none other others normal benign ham clean healthy no non not legit legitimate genuine valid good ok "
    "background rest null default majority outside".split()
)
"""Names of the class that holds all that is not looked for."""
_OPERATING = re.compile(
    r"latency|seconds|_ms\b|\bms\b|p9\d|throughput|memory|\bsize|\bcost_per_(?:ticket|request|call|query|token)|usd|"
    r"token|gap|parity|fairness|energy|co2|uptime|qps"
)
RARE = 0.2


@dataclass(frozen=True)
class _Declared:
    name: str
    at: Location
    metric: Metric | None


def _applies(charter: Charter) -> bool | str:
    if charter.text("goal", "task") not in _TASKS:
        return "only classification has false positives and false negatives"
    if not charter.has("metric", "name"):
        return "the charter names no metric"
    if charter.text("metric", "worst_error") in _SEEN or _rare(charter) is not None:
        return True
    return "the charter says neither which error is worse nor how rare the positives are"


@check("MT008", level=2, gate=False, severity=Severity.WARNING, dimension="metric", when=_applies)
def error_cost_contradicted(charter: Charter, metrics: Metrics) -> Results:
    """Neither the metric nor a guardrail sees the error that the charter calls the worse one."""
    declared = list(_declared(charter, metrics))
    worst = charter.text("metric", "worst_error") or ""
    if worst in _SEEN:
        yield _worst(charter, worst, declared)
    if (rate := _rare(charter)) is not None and all(one.metric and _blind(one.metric) for one in declared):
        names = ", ".join(repr(one.name) for one in declared)
        yield Finding(
            charter.at("metric", "name"), Kind.DEFECT,
            f"{names} can be high without a single find: {rate:g} of the rows are positive",
            help="add recall, precision or an area under a curve as a guardrail, or make one of them the metric",
            related=(Related(charter.at("data", "expectations", "positive_rate"), f"{rate:g} are positive"),),
        )  # fmt: skip


def _worst(charter: Charter, worst: str, declared: list[_Declared]) -> Finding | Evidence | Unknown:
    claim = charter.at("metric", "worst_error")
    for one in declared:
        if _sees(one, worst):
            return Evidence(claim, one.at, Grade.STATED, f"{one.name} sees {_MEANT[worst]}")
    unknown = next((one for one in declared if one.metric is None and not _operates(one.name)), None)
    if unknown is not None:
        return Unknown(claim, f"{unknown.name!r} is not known, and may count {_MEANT[worst]}", unknown.at)
    names = ", ".join(repr(one.name) for one in declared)
    return Finding(
        claim, Kind.DEFECT, f"{_MEANT[worst]} are said to be the worse error, and {names} cannot see them",
        help=f"add a guardrail for {_SEEN[worst]}, with the bound that this error's cost asks for",
        related=tuple(Related(one.at, "does not see them") for one in declared),
    )  # fmt: skip


def _declared(charter: Charter, metrics: Metrics) -> Iterator[_Declared]:
    routes = [("metric", "name")]
    for index in range(charter.items("metric", "guardrails")):
        routes.append(("metric", "guardrails", index, "name"))  # type: ignore[arg-type]
    for index in range(charter.items("goal", "objectives")):
        routes.append(("goal", "objectives", index, "metric"))  # type: ignore[arg-type]
    for route in routes:
        if name := charter.text(*route):
            yield _Declared(name, charter.at(*route), metrics.get(name) or _of_class(name, charter, metrics))


def _of_class(name: str, charter: Charter, metrics: Metrics) -> Metric | None:
    """`fraud_precision`: the metric of one class, where that is not what the others are told from."""
    words = [word for word in re.split(r"[\W_]+", name.casefold()) if word]
    for cut in range(1, len(words)):
        found = metrics.get("_".join(words[cut:]))
        if found is not None:
            known = frozenset(_SEEN.values()) & found.marks and _is_found(words[:cut], charter)
            return found if known else None
    return None


def _is_found(words: list[str], charter: Charter) -> bool:
    """Whether words name what is looked for: the precision of all the rest counts what was missed."""
    if _REST.intersection(words):
        return False
    if (charter.text("goal", "task") or "").startswith(("multiclass", "multilabel")):
        return True
    label = re.findall(r"[^\W_]{4,}", (charter.text("data", "labels", "column") or "").casefold())
    return all(word == "positive" or any(word[:5] == one[:5] for one in label) for word in words)


def _sees(one: _Declared, worst: str) -> bool:
    said = bool(_WORDS[worst].search(one.name.casefold())) and not _operates(one.name)
    if one.metric is None or said:
        return said
    return _SEEN[worst] in one.metric.marks or bool(_BOTH & one.metric.marks) or one.metric.name in _EITHER


def _operates(name: str) -> bool:
    """Time, money and memory have no false negatives."""
    return bool(_OPERATING.search(name.casefold()))


def _blind(metric: Metric) -> bool:
    return "imbalance-blind" in metric.marks


def _rare(charter: Charter) -> float | None:
    rate = charter.number("data", "expectations", "positive_rate")
    return rate if rate is not None and 0 < rate < RARE else None
