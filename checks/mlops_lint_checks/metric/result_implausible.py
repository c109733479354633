"""A recorded number that no honest measurement gives: out of range, perfect, or copied."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Companions,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Metric,
    Metrics,
    Number,
    Recorded,
    Related,
    Results,
    Severity,
    Unknown,
    check,
    significant,
)  # fmt: skip

ENOUGH = 4
"""Digits that two numbers share by copying, not by chance."""
PERCENT = 100.0


@dataclass(frozen=True)
class _Shown:
    claim: Location
    name: str
    text: str
    number: Number
    metric: Metric | None


def _applies(charter: Charter) -> bool | str:
    return charter.has("metric", "recorded_in") or "no value of the model is recorded"


@check("MT012", level=2, gate=False, severity=Severity.WARNING, dimension="metric", when=_applies)
def result_implausible(charter: Charter, recorded: Recorded, metrics: Metrics, companions: Companions) -> Results:
    """A recorded value is out of range, perfect, or equal to the baseline's or the training rows' to the last digit."""
    pointer = charter.text("metric", "recorded_in") or ""
    shown = list(_shown(charter, recorded, metrics))
    faults = [fault for one in shown for fault in _ranged(one, charter.number("metric", "target"), metrics, shown)]
    own = next((one for one in shown if one.text == pointer), None)
    if own is not None and not faults:
        faults += [*_perfect(charter, own), *_copied(charter, own, shown, companions)]
    if faults:
        yield from faults
    elif own is None:
        yield Unknown(charter.at("metric", "recorded_in"), recorded.why_not(pointer))
    else:
        yield Evidence(own.claim, own.number.at, Grade.AGREED, f"{own.number.value:g}")


def _shown(charter: Charter, recorded: Recorded, metrics: Metrics) -> Iterator[_Shown]:
    """The metric's own number first, then guardrails and the baseline."""
    guards = [("metric", "guardrails", index) for index in range(charter.items("metric", "guardrails"))]
    for route in (("metric",), *guards, ("baseline",)):
        name = charter.text(*route, "metric" if route == ("baseline",) else "name") or charter.text("metric", "name")
        text = charter.text(*route, "recorded_in")
        number = recorded.number(text)
        if text and name and number is not None:
            yield _Shown(charter.at(*route, "recorded_in"), name, text, number, metrics.get(name))


def _ranged(one: _Shown, target: float | None, metrics: Metrics, shown: list[_Shown]) -> Iterator[Finding]:
    metric, value = one.metric, one.number.value
    if metric is None or metric.plausible(value):
        return
    if metric.high == 1 and 1 < value <= PERCENT and not _fraction(one, target, metrics):
        return  # a percentage
    beside = [other.number.value for other in shown if other.metric is metric]
    if value < 0 and metric.direction == "minimize" and not (target and target > 0 and max(beside) > 0):
        return  # `neg_mean_squared_error`: the sign says that more is better
    low, high = "-∞" if metric.low is None else f"{metric.low:g}", "∞" if metric.high is None else f"{metric.high:g}"
    yield Finding(
        one.claim, Kind.DEFECT, f"{one.name!r} lies between {low} and {high}, and {value:g} is recorded",
        help="look for a wrong key, a sum in place of a mean, or a copied file",
        related=(Related(one.number.at, f"{value:g} is recorded here"),),
    )  # fmt: skip


def _fraction(one: _Shown, target: float | None, metrics: Metrics) -> bool:
    """Whether the target and other shares beside the number are fractions, so that it is no percentage."""
    if target is None or not 0 < target <= 1:
        return False
    shares = [
        number for key, (number, _) in one.number.neighbours.items() if (known := metrics.get(key)) and known.high == 1
    ]
    return any(0 < number < 1 for number in shares) and not any(number > 1 for number in shares)


def _perfect(charter: Charter, own: _Shown) -> Iterator[Finding]:
    metric, value, target = own.metric, own.number.value, charter.number("metric", "target")
    if metric is None or value == target:
        return  # perfection was asked for
    best = metric.high if metric.direction == "maximize" else metric.low if "error" in metric.marks else None
    if best is None or value not in (best, PERCENT if best == 1 else best):
        return
    yield Finding(
        own.claim, Kind.DEFECT, f"the recorded {own.name} is perfect: exactly {value:g}",
        help="look for the label among the features, for test rows among the training rows, or for too few rows",
        related=(Related(own.number.at, "no error is recorded here"),),
    )  # fmt: skip


def _copied(charter: Charter, own: _Shown, shown: list[_Shown], companions: Companions) -> Iterator[Finding]:
    base = next((one for one in shown if one.claim == charter.at("baseline", "recorded_in")), None)
    if base is not None and base.number.at != own.number.at and base.metric is own.metric:
        if same := _same(own.number, base.number, companions.printed(own.text)):
            yield _equal(own, base.number, "the baseline's", same, "score both again, each with its own predictions")
    train = companions.train(own.text)
    if train is not None and (same := _same(own.number, train, companions.printed(own.text))):
        yield _equal(own, train, "that of the training rows", same, "score the held-out rows, and only those")


def _same(one: Number, other: Number, printed: str) -> str:
    """What of two numbers (or of the objects that hold them) agrees to the last digit; empty where it is too little."""
    if one.value != other.value:
        return ""
    if significant(printed) >= ENOUGH:
        return printed
    shared = [key for key in one.neighbours if key in other.neighbours]
    pairs = [(one.neighbours[key], other.neighbours[key]) for key in shared]
    if not pairs or any(left[0] != right[0] or left[1] == right[1] for left, right in pairs):
        return ""
    digits = sum(significant(f"{left[0]:.12g}") for left, _ in pairs if left[0] not in (0, 1, 0.5) and left[0] < 1)
    return printed if significant(printed) + digits >= ENOUGH + 1 else ""


def _equal(own: _Shown, other: Number, whose: str, printed: str, mend: str) -> Finding:
    return Finding(
        own.claim, Kind.DEFECT, f"the recorded {own.name} of {printed} equals {whose} to the last digit",
        help=mend,
        related=(Related(own.number.at, printed), Related(other.at, f"{whose}: {other.value:g}")),
    )  # fmt: skip
