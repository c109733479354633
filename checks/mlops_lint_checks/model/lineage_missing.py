"""Whether model and numbers can be traced to the code and data that made them."""

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Implementations,
    Kind,
    Lineage,
    Location,
    Related,
    Result,
    Results,
    Severity,
    Unknown,
    check,
)

HELP = "write the commit and a hash of the data beside the numbers, or log the run with a tracker"


def _applies(charter: Charter) -> bool | str:
    if charter.has("model", "tracked_in"):
        return True
    if charter.has("model", "none_because"):
        return "there is no model yet"
    if charter.has("model", "base") and not charter.has("model", "trained_by"):
        if not charter.has("metric", "recorded_in"):
            return "only a pretrained base is used, and no numbers are recorded"
    return charter.stage == "production" or "asked for in production"


@check("MO008", level=3, gate=True, severity=Severity.WARNING, dimension="model", when=_applies)
def lineage_missing(charter: Charter, lineage: Lineage, implementations: Implementations, code: Code) -> Results:
    """Nothing ties model and numbers to a code revision, a data version or a run."""
    pointer = charter.text("model", "tracked_in")
    if pointer is not None:
        yield _claimed(charter.at("model", "tracked_in"), pointer, lineage, implementations)
    elif at := next(lineage.found(), None):
        yield Evidence(charter.key_at("model"), at, Grade.LINKED)
    elif code.unparsed:
        path = next(iter(code.unparsed))
        yield Unknown(charter.key_at("model"), f"{path} cannot be parsed and may log the run", Location(path))
    else:
        message = "nothing ties the model and its numbers to a code revision, a data version or a run"
        yield Finding(charter.key_at("model"), Kind.ABSENCE, message, HELP)


def _claimed(claim: Location, pointer: str, lineage: Lineage, implementations: Implementations) -> Result:
    found = implementations.of(pointer)
    if isinstance(found, str):
        return Unknown(claim, found)
    fault = implementations.fault(found) or ("only tests call it" if implementations.tested_only(found) else "")
    tracked = lineage.tracks(found.roots)
    if isinstance(tracked, Location) and not fault:
        doubt = implementations.doubt(found)
        return (
            Unknown(claim, f"nothing is seen to call it, but {doubt}", found.at)
            if doubt
            else Evidence(claim, tracked, Grade.LINKED)
        )
    if isinstance(tracked, tuple) and not fault:
        return Unknown(claim, "a call that cannot be followed may log the run", tracked[0])
    said = fault or "nothing that it runs logs to a tracker"
    message = f"runs are said to be tracked by `{found.name}`, and {said}"
    return Finding(claim, Kind.FALSE_CLAIM, message, HELP, (Related(found.at, said),))
