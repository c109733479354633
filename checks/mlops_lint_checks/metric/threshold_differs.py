"""The number at which a score becomes a decision, in the charter and in the code."""

from dataclasses import replace

from mlops_lint import (
    Charter,
    Code,
    Cuts,
    Definition,
    Evidence,
    Finding,
    Grade,
    Implementations,
    Kind,
    Location,
    Related,
    Results,
    Serving,
    Severity,
    Thresholds,
    Unknown,
    check,
)

CLOSE = 1e-9
HIDDEN = 0.5
HELP = "read it from the parameters in both places, and keep the charter at the number that is used"


def _applies(charter: Charter, code: Code) -> bool | str:
    if charter.number("metric", "threshold", "value") is None:
        return "the charter declares no threshold"
    return True if code.modules else "there is no Python code"


@check("MT011", level=2, gate=False, severity=Severity.WARNING, dimension="metric", when=_applies)
def threshold_differs(
    charter: Charter, thresholds: Thresholds, implementations: Implementations, serving: Serving
) -> Results:
    """The code decides at another threshold than the charter declares."""
    value = charter.number("metric", "threshold", "value") or 0.0
    claim = charter.at("metric", "threshold", "value")
    pointer = charter.text("metric", "threshold", "applied_in")
    found = implementations.of(pointer) if pointer else None
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    roots = found.roots if found else _served(charter, serving)
    if not roots:
        yield Unknown(claim, "the charter does not say where the threshold is applied (`metric.threshold.applied_in`)")
        return
    name = f"`{found.name}`" if found else "the serving code"
    cuts = thresholds.within(roots, declared=found is not None, said=value)
    if cuts.hidden and not (charter.text("goal", "task") or "").endswith("classification"):
        cuts = replace(cuts, hidden=None, opaque=cuts.hidden)
    yield _judged(claim, value, name, found.at if found else None, cuts)


def _served(charter: Charter, serving: Serving) -> tuple[Definition, ...]:
    places = [charter.text("deployment", field) for field in ("entrypoint", "predicts_in")]
    return tuple(root for text in places if text for root in serving.roots_of(text))


def _judged(
    claim: Location, value: float, name: str, at: Location | None, cuts: Cuts
) -> Finding | Evidence | Unknown:  # fmt: skip
    agreed = next((cut for cut in cuts.found if cut.value is not None and abs(cut.value - value) <= CLOSE), None)
    if agreed is not None:
        return Evidence(claim, agreed.at, Grade.AGREED, f"decides at {value:g}")
    unread = next((cut for cut in cuts.found if cut.value is None), None)
    if unread is not None:
        return Unknown(claim, f"at which number {name} decides cannot be told", unread.at)
    if cuts.found:
        shown = ", ".join(dict.fromkeys(f"{cut.value:g}" for cut in cuts.found))
        return Finding(
            claim, Kind.FALSE_CLAIM, f"the threshold is said to be {value:g}, and {name} decides at {shown}", help=HELP,
            related=tuple(Related(cut.at, f"decides at {cut.value:g}") for cut in cuts.found[:3]),
        )  # fmt: skip
    if cuts.hidden is not None and abs(value - HIDDEN) > CLOSE:
        return Finding(
            claim, Kind.FALSE_CLAIM,
            f"the threshold is said to be {value:g}, and {name} calls `.predict()`, which decides at {HIDDEN:g}",
            help=f"compare `predict_proba` with the threshold; {HELP}",
            related=(Related(cuts.hidden, f"decides at {HIDDEN:g}"),),
        )  # fmt: skip
    if cuts.hidden is not None:
        return Evidence(claim, cuts.hidden, Grade.LINKED, "`.predict()` decides at 0.5")
    return Unknown(claim, f"no comparison of a score with a number was found in {name}", cuts.opaque or at)
