"""Nothing that comes from outside reaches the model unchecked."""

from mlops_lint import (
    Charter,
    Constant,
    Definition,
    Elsewhere,
    Evidence,
    Finding,
    Grade,
    Incoming,
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

ONLINE = ("online", "streaming")
HELP = "check types, ranges and unknown values before the model is asked, and answer something when it fails"


def _online(charter: Charter) -> bool | str:
    if charter.has("deployment", "input_schema") or charter.has("deployment", "fallback"):
        return True
    return charter.text("deployment", "mode") in ONLINE or "nothing answers online"


@check("DE005", level=3, gate=True, severity=Severity.WARNING, dimension="deployment", when=_online)
def input_unchecked(charter: Charter, incoming: Incoming, serving: Serving, wiring: Wiring) -> Results:
    """A request reaches the model without a check, or what is said to check it is never asked."""
    entry, inner = charter.text("deployment", "entrypoint"), charter.text("deployment", "predicts_in")
    roots = serving.declared(entry, inner) or serving.found()
    for name in ("input_schema", "fallback"):
        if charter.has("deployment", name):
            yield _declared(charter, name, incoming, wiring, roots)
    if charter.text("deployment", "mode") not in ONLINE:
        return
    asked = serving.callers(serving.roots_of(inner)) if inner else ()
    handlers = tuple(one for one in asked if one.kind == "function") or roots
    yield from _found(charter, incoming, handlers, roots)


def _declared(charter: Charter, name: str, incoming: Incoming, wiring: Wiring, roots: tuple[Definition, ...]) -> Result:
    text, claim = charter.text("deployment", name) or "", charter.at("deployment", name)
    subject = wiring.subject(text)
    if not isinstance(subject, Definition | Constant):
        reason = subject if isinstance(subject, str) else f"`{text}` belongs to a library"
        return Unknown(claim, reason)
    at = wiring.at(subject) or claim
    if isinstance(subject, Definition):
        if why := wiring.stub(subject):
            return Finding(claim, Kind.FALSE_CLAIM, f"`{text}` does nothing: {why}", HELP, (Related(at, why),))
        if name == "input_schema" and (place := incoming.annotated(subject, roots)) is not None:
            return Evidence(claim, place, Grade.LINKED)
        if name == "input_schema" and (place := incoming.unvalidated(subject, roots)) is not None:
            message = f"input is not checked as the charter says: `{text}` is filled in without being asked"
            return Finding(claim, Kind.FALSE_CLAIM, message, HELP, (Related(place, "checks nothing"),))
        if name == "input_schema" and (place := incoming.only_named(subject, roots)) is not None:
            message = f"input is not checked as the charter says: `{text}` only annotates a function of the project"
            return Finding(claim, Kind.FALSE_CLAIM, message, HELP, (Related(place, "annotations check nothing here"),))
    answer = wiring.look(subject, [root for root in roots if root != subject])
    if isinstance(answer, Wired) or not roots:
        return Evidence(claim, answer.at if isinstance(answer, Wired) else at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call in the serving code cannot be followed, and may be `{text}`", answer.at)
    where = f"only {answer.where} use" if isinstance(answer, Elsewhere) else "nothing uses"
    said = (Related(answer.at if isinstance(answer, Elsewhere) else at, where),)
    what = "input is not checked" if name == "input_schema" else "nothing stands in when the model fails"
    return Finding(claim, Kind.FALSE_CLAIM, f"{what} as the charter says: {where} `{text}`", HELP, said)


def _found(
    charter: Charter, incoming: Incoming, handlers: tuple[Definition, ...], roots: tuple[Definition, ...]
) -> Results:
    claim = charter.at("deployment", "predicts_in" if charter.has("deployment", "predicts_in") else "mode")
    if not handlers:
        yield Unknown(claim, "no serving code is read here")
        return
    if not charter.has("deployment", "input_schema"):
        checked = incoming.checked((*handlers, *roots))
        if checked is None:
            said = (Related(incoming.code.at(handlers[-1]), "takes what comes"),)
            yield Finding(
                claim,
                Kind.ABSENCE,
                "requests reach the model unchecked: no type, no range, no unknown value",
                HELP,
                said,
            )
        else:
            yield Evidence(claim, checked, Grade.LINKED)
    if not charter.has("deployment", "fallback") and incoming.caught((*handlers, *roots)) is None:
        yield _alone(charter, claim, incoming, (*handlers, *roots))


def _alone(charter: Charter, claim: Location, incoming: Incoming, roots: tuple[Definition, ...]) -> Finding:
    """Users wait for an answer of what is in production; before that, and where not all is seen, it is a note."""
    asked = charter.stage == "production" and incoming.hidden(roots) is None
    said = (Related(incoming.code.at(roots[0]), "an error in here is the answer"),)
    help_text = "answer with a rule or the last good value where the model fails: `deployment.fallback`"
    severity = None if asked else Severity.INFO
    return Finding(claim, Kind.ABSENCE, "nothing answers when the model fails", help_text, said, severity=severity)
