"""The recorded number against the target, and each guardrail against its bounds."""

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Metrics,
    Recorded,
    Related,
    Results,
    Severity,
    Unknown,
    check,
    within,
)


def _applies(charter: Charter) -> bool | str:
    if charter.number("metric", "target") is not None and charter.has("metric", "recorded_in"):
        return True
    bounded = range(charter.items("metric", "guardrails"))
    if any(charter.has("metric", "guardrails", index, "recorded_in") for index in bounded):
        return True
    return "no value is recorded for a target"


@check("MT005", level=3, gate=True, severity=Severity.ERROR, dimension="metric", when=_applies)
def target_missed(charter: Charter, recorded: Recorded, metrics: Metrics) -> Results:
    """The recorded value misses the target, or a guardrail metric leaves its bounds."""
    name, target = charter.text("metric", "name"), charter.number("metric", "target")
    pointer = charter.text("metric", "recorded_in")
    if pointer and target is not None:
        claim = charter.at("metric", "target")
        known = metrics.get(name) if name else None
        direction = charter.text("metric", "direction") or (known.direction if known else "")
        unit = known.high if known else None
        if direction not in ("maximize", "minimize"):
            yield Unknown(claim, f"{name!r} is not known, and `metric.direction` does not say which way is better")
        else:
            lower = target if direction == "maximize" else None
            upper = target if direction == "minimize" else None
            yield from _held(claim, name or "the metric", lower, upper, unit, recorded, pointer, "target")
    for index in range(charter.items("metric", "guardrails")):
        yield from _guardrail(charter, index, recorded, metrics)


def _guardrail(charter: Charter, index: int, recorded: Recorded, metrics: Metrics) -> Results:
    route = ("metric", "guardrails", index)
    pointer = charter.text(*route, "recorded_in")
    low, high = charter.number(*route, "min"), charter.number(*route, "max")
    if not pointer or (low is None and high is None):
        return
    name = charter.text(*route, "name") or "the guardrail metric"
    known = metrics.get(name)
    claim = charter.at(*route, "min" if low is not None else "max")
    yield from _held(claim, name, low, high, known.high if known else None, recorded, pointer, "guardrail")


def _held(
    claim: Location, name: str, low: float | None, high: float | None, unit: float | None, recorded: Recorded,
    pointer: str, what: str,
) -> Results:  # fmt: skip
    found = recorded.number(pointer)
    if found is None:
        yield Unknown(claim, recorded.why_not(pointer))
        return
    value = found.value
    bounds = [bound for bound in (low, high) if bound is not None]
    if within(value, low, high, unit) is None:
        yield Unknown(
            claim,
            f"the {what} of {name!r} is {bounds[0]:g} and {value:g} is recorded: the two seem to be in different "
            "units (percentage and fraction, or another sign)",
            found.at,
        )
        return
    if within(value, low, high, unit):
        yield Evidence(claim, found.at, Grade.AGREED, f"{name} is {value:g}")
        return
    side, bound = ("at least", low) if low is not None and value < low else ("at most", high)
    yield Finding(
        claim,
        Kind.UNMET_PROMISE,
        f"the {what} of {name!r} is {side} {bound or 0:g}, and {value:g} is recorded",
        help="improve the model, or change the number together with a decision record that says why",
        related=(Related(found.at, f"{value:g} is recorded here"),),
    )
