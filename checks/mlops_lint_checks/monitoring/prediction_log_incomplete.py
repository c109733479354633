"""What a log of predictions has to hold, so that one of them can be explained later."""

from mlops_lint import (
    Charter,
    Definition,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Recording,
    Related,
    Result,
    Results,
    Severity,
    Unknown,
    Wiring,
    check,
)  # fmt: skip

PARTS = ("time", "model version", "input", "output")
SHOWN = {
    "time": "the time",
    "model version": "the model's version",
    "input": "the input or its id",
    "output": "the output",
}


def _logs(charter: Charter) -> bool | str:
    return bool(_hooks(charter)) or _owed(charter) or "the charter names no hook that logs predictions"


def _owed(charter: Charter) -> bool:
    """High risk asks for a log as soon as something predicts; a hook that names no kind may be it."""
    hooks = [("monitoring", "hooks", index) for index in range(charter.items("monitoring", "hooks"))]
    if any(not isinstance(charter.get(*hook), dict) or not charter.has(*hook, "kind") for hook in hooks):
        return False
    return charter.high_risk and any(charter.has("deployment", name) for name in ("entrypoint", "predicts_in"))


def _hooks(charter: Charter) -> list[tuple[str, Location]]:
    routes = [("monitoring", "hooks", index) for index in range(charter.items("monitoring", "hooks"))]
    written = [route for route in routes if isinstance(charter.get(*route), dict)]
    return [
        (charter.text(*route, "call") or "", charter.at(*route, "call"))
        for route in written
        if charter.text(*route, "kind") == "prediction-log" and charter.has(*route, "call")
    ]


@check("MN003", level=3, gate=True, severity=Severity.WARNING, dimension="monitoring", when=_logs)
def prediction_log_incomplete(charter: Charter, wiring: Wiring, recording: Recording) -> Results:
    """The log of predictions lacks the model's version, the input, the output or the time."""
    if not _hooks(charter):
        message = "the risk is high, and no hook logs predictions"
        help_text = "log every prediction, and name the function in `monitoring.hooks` with `kind: prediction-log`"
        yield Finding(charter.key_at("monitoring", "hooks"), Kind.ABSENCE, message, help_text)
        return
    found = [_judged(text, claim, wiring, recording) for text, claim in _hooks(charter)]
    good = [result for result in found if isinstance(result, Evidence)]
    yield from good or found


def _judged(text: str, claim: Location, wiring: Wiring, recording: Recording) -> Result:
    subject = wiring.subject(text)
    if not isinstance(subject, Definition):
        return Unknown(
            claim, subject if isinstance(subject, str) else f"what `{text}` keeps is not seen in this repository"
        )
    at = wiring.at(subject) or claim
    if why := wiring.stub(subject):
        return Unknown(claim, f"`{text}` does nothing (MN002): {why}", at)
    logged = recording.of(subject)
    missing = [part for part in PARTS if part not in logged.parts]
    if not missing:
        return Evidence(claim, at, Grade.LINKED)
    lacks = " and ".join(SHOWN[part] for part in missing)
    if logged.open:
        return Unknown(claim, f"whether what `{text}` is given holds {lacks} cannot be told", at)
    said = (Related(at, f"{lacks} is not written"),)
    return Finding(
        claim, Kind.ABSENCE, f"the log of `{text}` lacks {lacks}", "write all four: time, version, input, output", said
    )
