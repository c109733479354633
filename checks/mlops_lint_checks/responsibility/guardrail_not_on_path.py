"""Whether what keeps an autonomous system within bounds is asked before it acts."""

from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Definition,
    Elsewhere,
    Evidence,
    Finding,
    Grade,
    Guarding,
    Implementations,
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

ASK = "ask it before the system acts, and let the answer decide"


@dataclass(frozen=True)
class _Guard:
    claim: Location
    text: str
    stop: bool


@dataclass(frozen=True)
class _Way:
    """From prediction to action; `sure`: the charter says where it begins."""

    roots: tuple[Definition, ...]
    sure: bool
    wiring: Wiring
    guarding: Guarding


def _applies(charter: Charter) -> bool | str:
    if charter.archetype != "autonomous":
        return "the project is not autonomous"
    return charter.items("autonomy", "guardrails") > 0 or charter.has("autonomy", "stop_in") or "no guardrail is named"


@check("RS008", level=2, gate=True, severity=Severity.ERROR, dimension="responsibility", caps=True, when=_applies)
def guardrail_not_on_path(
    charter: Charter, wiring: Wiring, serving: Serving, guarding: Guarding, implementations: Implementations
) -> Results:
    """A guardrail is not asked on the way from prediction to action, or its answer is ignored."""
    declared = serving.declared(*(charter.text("deployment", name) for name in ("entrypoint", "predicts_in")))
    way = _Way(declared or serving.found(), bool(declared), wiring, guarding)
    results = [*_rails(charter, way), *_stop(charter, way, implementations)]
    yield from results
    if all(isinstance(one, Evidence) for one in results):
        yield from _around(charter, way, serving)


def _rails(charter: Charter, way: _Way) -> Results:
    for index, text in enumerate(charter.texts("autonomy", "guardrails")):
        guard = _Guard(charter.at("autonomy", "guardrails", index), text, stop=False)
        subject = way.wiring.subject(text)
        if isinstance(subject, str):
            yield Unknown(guard.claim, subject)
        elif why := way.wiring.stub(subject):
            yield _lie(guard, f"the guardrail `{text}` holds nothing back: {why}", way.wiring.at(subject), why)
        else:
            yield _judged(guard, subject, way.wiring.look(subject, way.roots), way)


def _stop(charter: Charter, way: _Way, implementations: Implementations) -> Results:
    stop = charter.text("autonomy", "stop_in")
    if stop is None:
        return
    guard = _Guard(charter.at("autonomy", "stop_in"), stop, stop=True)
    found = implementations.of(stop)
    if isinstance(found, str):
        yield Unknown(guard.claim, found)
    elif fault := implementations.fault(found):
        yield _lie(guard, f"`{stop}` stops nothing: {fault}", found.at, fault)
    elif found.definition is None:
        yield Evidence(guard.claim, found.at, Grade.PRESENT)
    else:
        yield _judged(guard, found.definition, way.wiring.look(found.definition, way.roots), way)


def _around(charter: Charter, way: _Way, serving: Serving) -> Results:
    """A second way to the action: another request's handler, on which nothing holds anything back."""
    texts = [*charter.texts("autonomy", "guardrails"), charter.text("autonomy", "stop_in")]
    guards = [way.wiring.subject(text) for text in texts if text]
    known = [one for one in guards if isinstance(one, Definition)]
    handlers = [one for one in way.roots if one.kind == "function" and serving.beside([one])]
    found = way.guarding.around(known, handlers, way.roots) if len(known) == len(guards) else None
    if found is not None:
        message = f"`{found[0].qualname}` acts with a prediction too, and no guardrail is on its way"
        said = (Related(found[1], "acts here"),)
        yield Finding(charter.key_at("autonomy", "guardrails"), Kind.FALSE_CLAIM, message, ASK, said)


def _judged(guard: _Guard, subject: object, answer: object, way: _Way) -> Result:
    name = f"`{guard.text}`"
    defined = way.wiring.at(subject) if isinstance(subject, Definition) else None
    if isinstance(answer, Wired):
        return _heard(guard, subject, answer.at, way.roots, way.guarding)
    if isinstance(answer, Uncertain):
        return Unknown(guard.claim, f"a call on the way cannot be followed, and might be {name}", answer.at)
    other = answer if isinstance(answer, Elsewhere) else None
    if other is not None and other.where == "other code":
        if guard.stop:
            return Evidence(guard.claim, other.at, Grade.LINKED, "called by a program of its own")
        if not way.sure:
            reason = f"{name} is called, but the way from prediction to action is not known"
            return Unknown(guard.claim, f"{reason}; `deployment.entrypoint` would settle it", other.at)
        return _lie(guard, f"{name} is not on the way from prediction to action", other.at, "called here alone")
    if other is None and guard.stop and defined is not None:
        return Evidence(guard.claim, defined, Grade.PRESENT, "a handler or program of its own")
    if other is None:
        return _lie(guard, f"nothing calls {name}", defined, "defined here, called nowhere")
    verb = "calls" if other.where.startswith("code") else "call"
    return _lie(guard, f"only {other.where} {verb} {name}", other.at, "called here alone")


def _heard(
    guard: _Guard, subject: object, at: Location, roots: tuple[Definition, ...], guarding: Guarding
) -> Evidence | Finding:
    """A guard is asked before the action, and one that cannot stop anything by itself is listened to."""
    if isinstance(subject, Definition) and (late := guarding.late(subject, roots, guard.stop)):
        return _lie(guard, f"`{guard.text}` is called only after the system has acted", late, "acts here first")
    if isinstance(subject, Definition) and subject.kind == "function" and not guarding.stops(subject):
        if not guarding.answers(subject):
            return _lie(
                guard, f"`{guard.text}` neither answers nor stops anything", guarding.code.at(subject), "ends silently"
            )
        if ignored := guarding.ignored(subject, roots):
            return _lie(guard, f"`{guard.text}` is called, and {ignored.how}", ignored.at, ignored.how)
        return Evidence(guard.claim, at, Grade.LINKED)
    passed = None
    if isinstance(subject, Definition):
        passed = guarding.swallowed(subject, roots) or guarding.unbounded(subject, roots)
    if passed:
        return _lie(guard, f"`{guard.text}` is called, and {passed.how}", passed.at, passed.how)
    return Evidence(guard.claim, at, Grade.LINKED)


def _lie(guard: _Guard, message: str, at: Location | None, said: str) -> Finding:
    return Finding(guard.claim, Kind.FALSE_CLAIM, message, ASK, (Related(at, said),) if at else ())
