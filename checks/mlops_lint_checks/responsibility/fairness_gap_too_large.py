import re

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Metrics,
    Number,
    Recorded,
    Related,
    Results,
    Severity,
    Unknown,
    check,
    within,
)  # fmt: skip

RATIO = re.compile(
    r"(?<![a-z])(?:ratio|disparate[ _-]?impact|four[ _-]?fifths|80[ _-]?percent)(?![a-z])", re.IGNORECASE
)
MEND = (
    "collect better data, reweigh or tell people (`fairness.mitigation`), or decide in a record why more is acceptable"
)


def _recorded(charter: Charter) -> bool | str:
    return charter.has("fairness", "recorded_in") or "no difference between groups is recorded"


@check("RS003", level=3, gate=True, severity=Severity.ERROR, dimension="responsibility", when=_recorded)
def fairness_gap_too_large(charter: Charter, recorded: Recorded, metrics: Metrics) -> Results:
    """The recorded difference between groups is larger than the charter allows."""
    pointer = charter.text("fairness", "recorded_in") or ""
    claim = charter.at("fairness", "max_gap")
    allowed = charter.number("fairness", "max_gap")
    if allowed is None:
        yield Finding(
            charter.at("fairness", "recorded_in"), Kind.ABSENCE,
            "a difference between groups is recorded, and none is said to be too large",
            help="decide with those who are affected, and set `fairness.max_gap`",
        )  # fmt: skip
        return
    number = recorded.number(pointer)
    if number is None:
        yield Unknown(claim, recorded.why_not(pointer))
        return
    name = charter.text("fairness", "metric") or ""
    gap = _gap(number, name)
    known = metrics.get(name)
    fits = within(gap, None, abs(allowed), known.high if known else 1.0)
    what = f"{name} " if name else ""
    if fits is None:
        reason = f"the recorded gap is {number.value:g} and {allowed:g} is allowed: one seems to be a percentage"
        yield Unknown(claim, reason, number.at)
    elif fits:
        yield Evidence(claim, number.at, Grade.AGREED, f"{gap:g} of {allowed:g}")
    else:
        message = f"the recorded {what}gap between groups of {gap:g} is above the {allowed:g} that are allowed"
        related = (Related(number.at, f"recorded: {number.value:g}"),)
        yield Finding(claim, Kind.UNMET_PROMISE, message, help=MEND, related=related)


def _gap(number: Number, name: str) -> float:
    """A difference has no direction; of a ratio it is what is missing to one."""
    value = abs(number.value)
    key = number.pointer.rpartition("/")[2]
    if RATIO.search(name) or RATIO.search(key):
        return round(1 - (min(value, 1 / value) if value else 0.0), 12)
    return value
