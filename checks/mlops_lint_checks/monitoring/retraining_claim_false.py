"""Something really starts the training that the charter speaks of."""

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Retraining,
    Severity,
    Start,
    Unknown,
    check,
)  # fmt: skip

HELP = {
    "schedule": "add the schedule, or say `manual`",
    "drift": "let the drift check start the training, or say `manual`",
    "performance": "let the falling score start the training, or say `manual`",
    "new-data": "let new data start the training, or say `manual`",
    "manual": "name the command in `monitoring.retraining.defined_in`",
}
NO_COMMAND = "shows no command"


def _declared(charter: Charter) -> bool | str:
    if charter.stage == "retired":
        return "the project is retired"
    return charter.items("monitoring", "retraining", "trigger") > 0 or "the charter names no trigger of a retraining"


@check("MN006", level=4, gate=True, severity=Severity.ERROR, dimension="monitoring", caps=True, when=_declared)
def retraining_claim_false(charter: Charter, retraining: Retraining) -> Results:
    """The model is said to be trained again, and nothing starts that training."""
    trained_by = charter.text("model", "trained_by")
    texts = charter.texts("monitoring", "retraining", "defined_in")
    for index, trigger in enumerate(charter.texts("monitoring", "retraining", "trigger")):
        claim = charter.at("monitoring", "retraining", "trigger", index)
        starts: list[Start] = []
        unclear = ""
        for text in texts:
            found = retraining.at(text, trigger, trained_by)
            if isinstance(found, str):
                unclear = unclear or found
            else:
                starts += found
        if texts and trigger == "manual":
            yield _manual(charter, claim, starts, unclear)
            continue
        if not any(one.fulfils for one in starts):
            starts += retraining.anywhere(trigger, trained_by) if not unclear else []
        yield _judged(claim, trigger, starts, unclear, bool(texts), trained_by or charter.text("model", "pipeline"))


def _manual(charter: Charter, claim: Location, starts: list[Start], unclear: str) -> Result:
    if starts and all(one.lacks == NO_COMMAND for one in starts):
        said = (Related(starts[0].at, NO_COMMAND),)
        message = f"`{starts[0].at.path}` is said to tell how the model is trained by hand, and shows no command"
        return Finding(claim, Kind.FALSE_CLAIM, message, HELP["manual"], said)
    if starts:
        return Evidence(claim, starts[0].at, Grade.PRESENT)
    return Unknown(claim, unclear or "nothing there can be read")


def _judged(
    claim: Location, trigger: str, starts: list[Start], unclear: str, named: bool, trained: str | None
) -> Result:
    idle = any(one.lacks and one.at.path.endswith((".py", ".ipynb")) for one in starts)
    good = next((one for one in starts if one.fulfils and not (one.waits and idle)), None)
    if good is not None:
        return Evidence(claim, good.at, Grade.LINKED)
    if trigger == "manual" and trained:
        return Evidence(claim, claim, Grade.STATED, f"by running `{trained}`")
    hidden = next((one for one in starts if one.unclear), None)
    if hidden is not None or unclear:
        reason = f"`{hidden.at.path}` {hidden.unclear}" if hidden else unclear
        return Unknown(claim, f"{reason}, so what starts a training cannot be told", hidden.at if hidden else None)
    said = tuple(Related(one.at, one.lacks) for one in starts if one.lacks)[:3]
    where = f": `{said[0].at.path}` {said[0].message}" if said else ""
    what = {"schedule": "no schedule starts a training", "manual": "no command trains the model"}.get(trigger)
    message = (what or f"no {trigger.replace('new-data', 'new data')} starts a training") + where
    kind = Kind.FALSE_CLAIM if named or trigger != "manual" else Kind.ABSENCE
    return Finding(claim, kind, message, HELP[trigger], said)
