"""What the metric's call is given, against what the charter says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_lint import (
    Charter,
    Code,
    Companions,
    Definition,
    Evidence,
    Finding,
    Flow,
    Grade,
    Implementations,
    Kind,
    Location,
    Metric,
    MetricCalls,
    Metrics,
    Related,
    Results,
    Scored,
    Setting,
    Severity,
    Unknown,
    beta_of,
    check,
)

_HELD = frozenset(("test", "validation", "cross-validation"))
_FOLDS = ("cross_val", "Fold", ".cv", "SearchCV", "ShuffleSplit", "LeaveOne", "TimeSeriesSplit", "CV")
_SAID = {"average": "average", "k": "cut-off", "positive_label": "positive label", "beta": "beta"}


@dataclass(frozen=True)
class _Claim:
    parameter: str
    value: Any
    at: Location


def _applies(charter: Charter, code: Code, metrics: Metrics) -> bool | str:
    name = charter.text("metric", "name")
    if name is None:
        return "the charter names no metric"
    if not _claims(charter, metrics.read(name)) and not charter.has("metric", "split"):
        return "the charter says neither an average nor a cut-off, a positive label or a split"
    return True if code.modules else "there is no Python code"


@check("MT006", level=2, gate=False, severity=Severity.WARNING, dimension="metric", when=_applies)
def metric_parameters_differ(
    charter: Charter, code: Code, flow: Flow, metrics: Metrics, calls: MetricCalls, implementations: Implementations
) -> Results:
    """The code computes the metric with another average, cut-off, positive label or split than the charter says."""
    read = metrics.read(charter.text("metric", "name") or "")
    if read is None:
        return
    pointer = charter.text("metric", "computed_in")
    found = implementations.of(pointer) if pointer else None
    claims = _claims(charter, read)
    if isinstance(found, str):
        yield from (Unknown(claim.at, found) for claim in claims)
        return
    roots = found.roots if found else ()
    for claim in claims:
        yield from _compared(claim, read[0], calls.settings(read[0], claim.parameter, roots))
    if charter.text("metric", "split") in _HELD:
        yield from _split(charter, read[0], code, flow, calls, roots)


def _claims(charter: Charter, read: Any) -> list[_Claim]:
    """What the charter says of the parameters, in fields of their own or in the metric's name."""
    name = charter.text("metric", "name") or ""
    spelling = read[1] if read else None
    said = (
        ("average", charter.text("metric", "average"), spelling.average if spelling else None),
        ("k", charter.number("metric", "k"), spelling.k if spelling else None),
        ("positive_label", charter.get("metric", "positive_label"), None),
        ("beta", None, beta_of(name) if read and read[0].name == "fbeta" else None),
    )
    return [
        _Claim(
            parameter, own if own is not None else named, charter.at("metric", parameter if own is not None else "name")
        )
        for parameter, own, named in said
        if own is not None or named is not None
    ]


def _compared(claim: _Claim, metric: Metric, settings: list[Setting]) -> Iterator[Finding | Evidence | Unknown]:
    agreed = [one for one in settings if one.value is not None and _same(claim, one.value)]
    other = [one for one in settings if one.value is not None and not _same(claim, one.value)]
    unread = [one for one in settings if one.value is None]
    if agreed:
        yield Evidence(claim.at, agreed[0].at, Grade.LINKED, f"{claim.parameter}: {agreed[0].value}")
    elif unread and (other or claim.parameter in metric.parameters):
        what = _SAID[claim.parameter]
        yield Unknown(claim.at, f"which {what} {metric.name!r} is computed with cannot be told here", unread[0].at)
    elif other and not _default(claim, other):
        shown = ", ".join(dict.fromkeys(f"{one.value}" for one in other))
        how = "passes" if other[0].given else "leaves the default,"
        yield Finding(
            claim.at, Kind.FALSE_CLAIM,
            f"the charter says {_SAID[claim.parameter]} {_shown(claim.value)}, and the code {how} {shown}",
            help="make both say the same, and score again if the code was wrong",
            related=tuple(Related(one.at, f"{_SAID[claim.parameter]} {one.value}") for one in other[:3]),
        )  # fmt: skip
    elif other:
        yield Unknown(
            claim.at, f"the call leaves the default {other[0].value}, and the labels may be recoded", other[0].at
        )


def _default(claim: _Claim, settings: Sequence[Setting]) -> bool:
    """The default positive label is 1, whatever the label was called before it was encoded."""
    return claim.parameter == "positive_label" and not any(one.given for one in settings)


def _same(claim: _Claim, value: Any) -> bool:
    if claim.parameter in ("k", "beta"):
        return isinstance(value, int | float) and float(value) == float(claim.value)
    return _word(claim.value) == _word(value)


def _word(value: Any) -> str:
    text = str(value).strip().casefold()
    return {"true": "1", "false": "0", "1.0": "1", "0.0": "0"}.get(text, text)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _split(
    charter: Charter, metric: Metric, code: Code, flow: Flow, calls: MetricCalls, roots: Sequence[Definition]
) -> Iterator[Finding]:
    """All calls score one part, and the charter names another one that the code has too."""
    split = charter.text("metric", "split") or ""
    reach = code.reachable(roots) if roots else calls.running()
    uses = [use for use in calls.uses(metric, reach) if use.call]
    scored = [one for one in flow.scored(uses) if not any(code.is_test(step.at.path) for step in one.steps)]
    rows = {one.rows for one in scored}
    named = Companions.split(charter.text("metric", "recorded_in") or "")
    at = next((one for one in scored if one.rows == one.presented == named), None)
    beside = split not in rows or any(one.rows == one.presented == split for one in scored)
    if named != split and at is not None and beside and (split != "cross-validation" or _has(code, split)):
        yield _misnamed(charter, named, at)
        return
    if len(rows) != 1 or not rows <= _HELD - {split} or not _has(code, split):
        return
    first = sorted(scored, key=lambda one: one.use.at)[0]
    if split != "cross-validation" and first.rows != "cross-validation" and not _called(scored, first.rows):
        return
    yield Finding(
        charter.at("metric", "split"), Kind.FALSE_CLAIM,
        f"{charter.text('metric', 'name')!r} is said to be the score of the {split} split, and the code scores "
        f"{first.rows} rows alone",
        help="score the rows that the charter names, or name those that are scored",
        related=(Related(first.use.at, "the score is computed here"), *first.steps[:3]),
    )  # fmt: skip


def _misnamed(charter: Charter, named: str, one: Scored) -> Finding:
    pointer, split = charter.text("metric", "recorded_in"), charter.text("metric", "split")
    return Finding(
        charter.at("metric", "split"), Kind.FALSE_CLAIM,
        f"{charter.text('metric', 'name')!r} is said to be the score of the {split} split, and `{pointer}` is that of "
        f"the {named} rows",
        help="name the part that is scored, or point at the number of the part that is named",
        related=(Related(one.use.at, f"{named} rows are scored here"),),
    )  # fmt: skip


def _called(scored: Sequence[Scored], rows: str) -> bool:
    """The part carries this name itself, so that it is no other word for the only part held out."""
    return all(one.presented in (None, rows) for one in scored)


def _has(code: Code, split: str) -> bool:
    """Whether the code has such a part beside (no folds at all, for cross-validation); else the word may mean it."""
    if split == "cross-validation":
        return not any(word in name for name in code.graph.canonical for word in _FOLDS)
    words = ("test", "holdout") if split == "test" else ("val", "valid", "validation", "dev")
    for path, module in code.modules.items():
        if not code.is_test(path):
            for fact in module.symbols.bindings:
                if set(words) & set(fact.target.casefold().split("_")):
                    return True
    return False
