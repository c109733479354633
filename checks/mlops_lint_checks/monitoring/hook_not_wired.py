"""Whether what is said to watch the model is really called while it serves."""

from dataclasses import dataclass, replace

from mlops_lint import (
    Charter,
    Definition,
    Elsewhere,
    Evidence,
    Finding,
    Grade,
    Job,
    Jobs,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Serving,
    Severity,
    Uncalled,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    check,
)  # fmt: skip

BESIDE = frozenset(("drift", "data-quality", "performance", "cost", "feedback"))
"""What may be watched beside the serving path, by a program of its own."""
CALL = "call it where predictions are made, or take the hook out of the charter"


@dataclass(frozen=True)
class _Hook:
    claim: Location
    text: str
    kind: str | None
    roots: tuple[Definition, ...]
    placed: bool = False


def _declared(charter: Charter) -> bool | str:
    return charter.items("monitoring", "hooks") > 0 or "the charter names no hook"


@check("MN002", level=2, gate=True, severity=Severity.ERROR, dimension="monitoring", caps=True, when=_declared)
def hook_not_wired(charter: Charter, wiring: Wiring, serving: Serving, jobs: Jobs) -> Results:
    """A declared monitoring hook is a stub, or nothing calls it while the model serves."""
    places = [charter.text("deployment", name) for name in ("entrypoint", "predicts_in")]
    for index in range(charter.items("monitoring", "hooks")):
        at: tuple[str | int, ...] = ("monitoring", "hooks", index)
        if isinstance(charter.get(*at), str):
            hook = _Hook(charter.at(*at), charter.get(*at), None, serving.declared(*places))
            yield _call(charter, hook, wiring, serving)
            continue
        if (job := charter.text(*at, "job")) is not None:
            claim = charter.at(*at, "job")
            found = _job(claim, job, jobs.named(job))
            watches = isinstance(found, Evidence) and charter.text(*at, "kind") in BESIDE - {"feedback"}
            idle = jobs.looks_at_nothing(job) if watches else None
            yield _empty(claim, job, idle) if idle is not None else found
        if (call := charter.text(*at, "call")) is not None:
            roots = serving.declared(*places, charter.text(*at, "from"))
            placed = charter.has(*at, "from")
            hook = _Hook(charter.at(*at, "call"), call, charter.text(*at, "kind"), roots, placed)
            answer = _call(charter, hook, wiring, serving)
            lost = isinstance(answer, Evidence) and _unserved(charter.text(*at, "from"), places, wiring, serving)
            yield _lie(hook, *lost) if lost else answer


def _call(charter: Charter, hook: _Hook, wiring: Wiring, serving: Serving) -> Result:
    subject = wiring.subject(hook.text)
    if isinstance(subject, str):
        return Unknown(hook.claim, subject)
    if why := wiring.stub(subject):
        return _lie(hook, f"`{hook.text}` watches nothing: {why}", wiring.at(subject), why)
    idle = charter.stage == "exploration" and not hook.roots and not serving.found()
    answer = wiring.look(subject, hook.roots or serving.found())
    if hook.roots and isinstance(answer, Elsewhere) and answer.where == "other code" and serving.unmounted(answer.by):
        message = f"only `{_scope(answer)}` calls `{hook.text}`, a handler of a router that no application takes"
        return _lie(hook, message, answer.at, "called here alone")
    if isinstance(answer, Uncalled) and not idle and (where := wiring.never(subject)):
        return _lie(hook, f"`{hook.text}` is called only in a branch that never runs", where, "never runs")
    return _judged(hook, answer, idle, wiring.at(subject))


def _unserved(
    text: str | None, places: list[str | None], wiring: Wiring, serving: Serving
) -> tuple[str, Location | None, str] | None:
    """The place that calls a hook may itself be run by nothing: the handler of a router that no application takes."""
    roots = serving.declared(*places) if places[0] else ()
    subject = wiring.subject(text) if text and roots else ""
    if not isinstance(subject, Definition) or subject in roots:
        return None
    answer = wiring.look(subject, roots)
    if isinstance(answer, Uncertain | Wired) or (isinstance(answer, Elsewhere) and answer.where == "other code"):
        return None
    return f"`{text}` calls the hook, and nothing runs that", wiring.at(subject), "defined here, run by nothing"


def _judged(hook: _Hook, answer: object, idle: bool, defined: Location | None) -> Result:
    name = f"`{hook.text}`"
    if isinstance(answer, Wired):
        return Evidence(hook.claim, answer.at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(hook.claim, f"a call on the way cannot be followed, and might be {name}", answer.at)
    other = answer if isinstance(answer, Elsewhere) else None
    if other and other.where == "other code":
        if hook.kind in BESIDE or not hook.roots:
            return Evidence(hook.claim, other.at, Grade.LINKED, "called by a program of its own")
        if hook.kind is None and not hook.placed:
            return Unknown(
                hook.claim, f"{name} is called, but not from the entrypoint; `from` would settle it", other.at
            )
        message = f"{name} is not called on the serving path: only `{_scope(other)}` calls it"
        return _lie(hook, message, other.at, "called here alone")
    if idle:
        reason = f"nothing is served yet that could call {name}; `deployment.entrypoint` would settle it"
        return Unknown(hook.claim, reason, other.at if other else defined)
    if other is None:
        return _lie(hook, f"nothing calls {name}", defined, "defined here, called nowhere")
    said = f"only {other.where} {_verb(other)} {name}: `{_scope(other)}`"
    if other.where.startswith("code"):
        said = f"only `{_scope(other)}` calls {name}, and nothing is seen to run that"
    found = _lie(hook, said, other.at, "called here alone")
    return replace(found, related=(*found.related, Related(defined, "defined here"))) if defined else found


def _lie(hook: _Hook, message: str, at: Location | None, said: str) -> Finding:
    return Finding(hook.claim, Kind.FALSE_CLAIM, message, CALL, (Related(at, said),) if at else ())


def _scope(other: Elsewhere) -> str:
    return other.by.qualname if other.by.qualname not in ("", "<main>") else other.by.path


def _verb(other: Elsewhere) -> str:
    return "calls" if other.where.startswith("code") else "call"


def _empty(claim: Location, text: str, at: Location) -> Finding:
    help_text = "let it run what watches the model, or take the hook out of the charter"
    said = (Related(at, "no step looks at anything"),)
    return Finding(claim, Kind.FALSE_CLAIM, f"`{text}` watches nothing: it only fetches and prints", help_text, said)


def _job(claim: Location, text: str, job: Job | None) -> Result:
    if job is None or job.unclear:
        reason = job.unclear if job else "is no file of this repository whose runs could be seen"
        return Unknown(claim, f"`{text}` {reason}", job.at if job else None)
    if job.idle:
        help_text = "let it run what watches the model, or take the hook out of the charter"
        said = (Related(job.at, job.idle),)
        return Finding(claim, Kind.FALSE_CLAIM, f"`{text}` watches nothing: it {job.idle}", help_text, said)
    return Evidence(claim, job.at, Grade.LINKED if job.started else Grade.PRESENT, job.started)
