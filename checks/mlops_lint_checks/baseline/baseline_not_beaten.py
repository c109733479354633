"""Two recorded numbers: the model's and the baseline's."""

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
    beats,
    check,
)


def _applies(charter: Charter) -> bool | str:
    if not charter.has("metric", "recorded_in"):
        return "no value of the model is recorded"
    if not charter.has("baseline", "recorded_in") and charter.number("baseline", "score") is None:
        return "no value of the baseline is recorded"
    return True


@check("BL003", level=2, gate=True, severity=Severity.ERROR, dimension="metric", when=_applies)
def baseline_not_beaten(charter: Charter, recorded: Recorded, metrics: Metrics) -> Results:
    """The model is not better than the baseline by the margin."""
    pointer = charter.text("baseline", "recorded_in")
    claim = charter.at("baseline", "recorded_in" if pointer else "score")
    name = charter.text("metric", "name") or ""
    known = metrics.get(name)
    direction = charter.text("metric", "direction") or (known.direction if known else "")
    if direction not in ("maximize", "minimize"):
        yield Unknown(claim, f"{name!r} is not known, and `metric.direction` does not say which way is better")
        return
    if other := _other_metric(charter, metrics):
        yield Unknown(claim, f"the baseline is scored with {other!r}, the model with {name!r} (BL004)")
        return
    texts = [text for text in (charter.text("metric", "recorded_in"), pointer) if text]
    found = [recorded.number(text) for text in texts]
    for text, number in zip(texts, found, strict=True):
        if number is None:
            yield Unknown(claim, recorded.why_not(text))
            return
    numbers = [(number.value, number.at) for number in found if number is not None]
    base = numbers[1] if pointer else (charter.number("baseline", "score") or 0.0, claim)
    margin = charter.number("baseline", "margin") or 0.0
    yield _compared(claim, name, numbers[0], base, margin, direction, known.high if known else None)


def _compared(
    claim: Location, name: str, model: tuple[float, Location], base: tuple[float, Location], margin: float,
    direction: str, unit: float | None,
) -> Finding | Evidence | Unknown:  # fmt: skip
    (value, at), (lower, base_at) = model, base
    won = beats(value, lower, margin, direction, unit)
    if won is None:
        reason = "the two seem to be in different units (percentage and fraction, or another sign)"
        return Unknown(claim, f"the model's {name} is {value:g} and the baseline's {lower:g}: {reason}", at)
    gain = value - lower if direction == "maximize" else lower - value
    if won:
        return Evidence(claim, at, Grade.AGREED, f"{name}: {value:g} against {lower:g}")
    by = f" by the margin of {margin:g}" if margin and gain > 0 else ""
    verb = "equals the baseline's" if gain == 0 else f"does not beat the baseline's {lower:g}{by}"
    return Finding(
        claim,
        Kind.UNMET_PROMISE,
        f"the model's {name} of {value:g} {verb}",
        help="do not ship the model for its score; improve it, or use the baseline",
        related=(Related(at, f"the model: {value:g}"), Related(base_at, f"the baseline: {lower:g}")),
    )


def _other_metric(charter: Charter, metrics: Metrics) -> str:
    """The baseline's own metric, where it is another one than the model's."""
    own, name = charter.text("baseline", "metric"), charter.text("metric", "name")
    if not own or not name or own.strip().casefold() == name.strip().casefold():
        return ""
    one, other = metrics.get(own), metrics.get(name)
    return "" if one is not None and one is other else own
