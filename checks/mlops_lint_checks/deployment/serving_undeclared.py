"""Where predictions are made for somebody, and whether the charter knows."""

from mlops_lint import (
    Asking,
    AskingNothing,
    Charter,
    Definition,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Serving,
    Severity,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    check,
)  # fmt: skip

REAL = "name the code that really starts the service in `deployment.entrypoint`"


def _serves(charter: Charter, asking: Asking) -> bool | str:
    if charter.has("deployment", "entrypoint"):
        return True
    if charter.stage != "production":
        return "the charter names no entrypoint, and the model is not in production"
    if charter.text("deployment", "mode") == "none" and asking.answering() is not None:
        return True
    if charter.text("deployment", "mode") in ("none", "library", "report", "edge"):
        return "nothing of this repository serves the model"
    return asking.answering() is not None or "no code answers requests with the model"


@check("DE002", level=2, gate=True, severity=Severity.ERROR, dimension="deployment", caps=True, when=_serves)
def serving_undeclared(
    charter: Charter, asking: Asking, nothing: AskingNothing, serving: Serving, wiring: Wiring
) -> Results:
    """The model is served and the charter does not say where, or the place that it names never predicts."""
    text = charter.text("deployment", "entrypoint")
    if text is None:
        at = asking.answering()
        said = (Related(at, "predictions are answered here"),) if at else ()
        message = "the model answers requests, and the charter names no entrypoint"
        place = charter.key_at("deployment") if charter.has("deployment") else charter.at("project", "stage")
        yield Finding(place, Kind.ABSENCE, message, "declare `deployment.entrypoint`", said)
        return
    claim = charter.at("deployment", "entrypoint")
    roots = serving.roots_of(text)
    if not roots:
        subject = wiring.subject(text)
        yield Unknown(claim, subject if isinstance(subject, str) else f"`{text}` is no code that is read here")
        return
    inner = charter.text("deployment", "predicts_in")
    subject = wiring.subject(inner) if inner else ""
    if inner and isinstance(subject, Definition):
        asks = asking.idle(subject)
        told = None if asks or wiring.stub(subject) else nothing.told(subject, roots)
        if asks:
            yield _idle(claim, inner, asks)
        elif told:
            yield _nothing(charter.at("deployment", "predicts_in"), inner, *told)
        else:
            yield _reaches(claim, text, inner, subject, roots, wiring, nothing)
    else:
        yield _predicts(claim, text, roots, asking)


def _reaches(
    claim: Location, text: str, inner: str, subject: Definition, roots: tuple[Definition, ...], wiring: Wiring,
    nothing: AskingNothing,
) -> Result:  # fmt: skip
    at = wiring.at(subject) or claim
    if why := wiring.stub(subject):
        message = f"`{inner}`, which is said to predict, does nothing: {why}"
        return Finding(claim, Kind.FALSE_CLAIM, message, "name the code that predicts", (Related(at, why),))
    if subject in roots:
        return Evidence(claim, at, Grade.LINKED)
    answer = wiring.look(subject, roots)
    if isinstance(answer, Wired) and not nothing.apart(subject, roots):
        return Evidence(claim, answer.at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call on the way from `{text}` cannot be followed, and may be `{inner}`", answer.at)
    message = f"the entrypoint `{text}` never reaches `{inner}`, which makes the predictions"
    return Finding(claim, Kind.FALSE_CLAIM, message, REAL, (Related(at, "defined here"),))


def _idle(claim: Location, inner: str, asks: Location) -> Finding:
    message = f"`{inner}`, which is said to predict, asks no model: what does is called by nothing"
    return Finding(claim, Kind.FALSE_CLAIM, message, REAL, (Related(asks, "the model is asked here"),))


def _nothing(claim: Location, inner: str, what: str, at: Location) -> Finding:
    message = f"`{inner}`, which is said to predict, asks no model"
    help_text = "let it ask the model, or name the code that does in `deployment.predicts_in`"
    return Finding(claim, Kind.FALSE_CLAIM, message, help_text, (Related(at, what),))


def _predicts(claim: Location, text: str, roots: tuple[Definition, ...], asking: Asking) -> Result:
    found = asking.within(roots)
    if found is not None and found.sure:
        return Evidence(claim, found.at, Grade.LINKED)
    if found is not None:
        reason = f"whether `{text}` predicts cannot be told; `deployment.predicts_in` would settle it"
        return Unknown(claim, reason, found.at)
    at = Location(roots[0].path, roots[0].line)
    message = f"the entrypoint `{text}` never asks a model"
    return Finding(claim, Kind.FALSE_CLAIM, message, REAL, (Related(at, "nothing that it runs predicts"),))
