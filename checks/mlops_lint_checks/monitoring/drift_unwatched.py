"""Live data are compared with those of the training, and the charter says how."""

from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Definition,
    Drifting,
    Elsewhere,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Kind,
    Location,
    Pointers,
    Project,
    Related,
    RemoteTarget,
    Result,
    Results,
    Serving,
    Severity,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    check,
    same_path,
)  # fmt: skip

KINDS = ("drift", "data-quality")
OTHER_WAYS = ("performance", "feedback", "safety")
"""What is watched instead where nothing of one's own was trained."""
CALL = "call it while the model serves, or from a job that runs"


@dataclass(frozen=True)
class _Facts:
    charter: Charter
    wiring: Wiring
    serving: Serving
    drifting: Drifting


def _used(charter: Charter) -> bool | str:
    if charter.has("monitoring", "drift"):
        return True
    if charter.stage != "production":
        return "the model is not in production"
    return charter.text("deployment", "mode") != "none" or "nothing is served"


@check("MN004", level=3, gate=True, severity=Severity.ERROR, dimension="monitoring", caps=True, when=_used)
def drift_unwatched(
    charter: Charter, wiring: Wiring, serving: Serving, drifting: Drifting, pointers: Pointers, project: Project
) -> Results:
    """Nothing watches for drift, or not with the reference and the threshold of the charter."""
    facts = _Facts(charter, wiring, serving, drifting)
    text = charter.text("monitoring", "drift", "defined_in")
    if text is None:
        yield _anything(facts)
    else:
        yield from _defined(facts, text)
    yield from _reference(facts, text, pointers, project)


def _kinds(charter: Charter) -> list[tuple[str, Location]]:
    count = charter.items("monitoring", "hooks")
    routes: list[tuple[str | int, ...]] = [("monitoring", "hooks", index) for index in range(count)]
    written = [route for route in routes if not isinstance(charter.get(*route), str)]
    return [(charter.text(*route, "kind") or "", charter.at(*route)) for route in written]


def _anything(facts: _Facts) -> Result:
    charter = facts.charter
    hooks = _kinds(charter)
    pretrained = charter.has("model", "base") and not charter.has("model", "trained_by")
    wanted = (*KINDS, *OTHER_WAYS) if pretrained else KINDS
    for kind, at in hooks:
        if kind in wanted:
            return Evidence(at, at, Grade.STATED, "a hook; whether it is called is MN002's")
    if (running := facts.drifting.running) is not None:
        return Evidence(charter.key_at("monitoring"), running, Grade.LINKED)
    said = "`monitoring.drift` names no code" if charter.has("monitoring", "drift") else "nothing watches for drift"
    help_text = "compare live data with those of the training every week: `monitoring.drift.defined_in`"
    return Finding(charter.key_at("monitoring", "drift"), Kind.ABSENCE, said, help_text)


def _defined(facts: _Facts, text: str) -> Results:
    charter, wiring = facts.charter, facts.wiring
    claim = charter.at("monitoring", "drift", "defined_in")
    subject = wiring.subject(text)
    if not isinstance(subject, Definition):
        roots = facts.serving.roots_of(text)
        yield (
            Evidence(claim, Location(roots[0].path), Grade.PRESENT)
            if roots
            else Unknown(
                claim,
                subject if isinstance(subject, str) else f"`{text}` is no function, so what runs it cannot be told",
            )
        )
        return
    at = wiring.at(subject) or claim
    if why := wiring.stub(subject) or facts.drifting.idle(subject):
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` watches nothing: {why}", CALL, (Related(at, why),))
        return
    places = [charter.text("deployment", name) for name in ("entrypoint", "predicts_in")]
    roots = facts.serving.declared(*places) or facts.serving.found()
    answer = wiring.look(subject, roots)
    if isinstance(answer, Uncertain) and isinstance(beside := wiring.look(subject, facts.serving.entries()), Wired):
        answer = beside  # a program beside the service, which a job starts
    yield _wired(claim, text, answer, at)
    yield from _threshold(facts, text, subject)


def _wired(claim: Location, text: str, answer: object, at: Location) -> Result:
    if isinstance(answer, Wired) or (isinstance(answer, Elsewhere) and answer.where == "other code"):
        return Evidence(claim, answer.at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call that cannot be followed may be `{text}`", answer.at)
    where = f"only {answer.where} call `{text}`" if isinstance(answer, Elsewhere) else f"nothing calls `{text}`"
    said = answer.at if isinstance(answer, Elsewhere) else at
    return Finding(claim, Kind.FALSE_CLAIM, f"drift is not watched: {where}", CALL, (Related(said, where),))


def _threshold(facts: _Facts, text: str, subject: Definition) -> Results:
    limit = facts.charter.number("monitoring", "drift", "threshold")
    if limit is None:
        return
    claim = facts.charter.at("monitoring", "drift", "threshold")
    found, complete = facts.drifting.thresholds(subject)
    same = next((at for number, at in found if abs(number - limit) < 1e-9), None)
    if same is not None:
        yield Evidence(claim, same, Grade.AGREED)
    elif found and complete:
        number, at = found[0]
        message = f"the charter's threshold is {limit:g}, and `{text}` compares with {number:g}"
        help_text = "let the code read the charter's number, or agree on one"
        yield Finding(claim, Kind.FALSE_CLAIM, message, help_text, (Related(at, f"{number:g}"),))


def _reference(facts: _Facts, text: str | None, pointers: Pointers, project: Project) -> Results:
    charter = facts.charter
    named = charter.text("monitoring", "drift", "reference")
    if named is None:
        return
    claim = charter.at("monitoring", "drift", "reference")
    target = pointers.resolve(named, "ref")
    if not isinstance(target, FileTarget | FolderTarget):
        if isinstance(target, RemoteTarget) or "::" not in named:
            yield Unknown(claim, f"`{named}` is no file of this repository, so what is in it cannot be told")
        return
    roles = _sources(charter, project)
    own = [role for path, role in roles.items() if same_path(path, target.path)]
    if own and own[0] in ("test", "validation", "production"):
        yield _wrong(claim, named, f"is the {own[0]} data", target.at, charter)
        return
    training = [path for path, role in roles.items() if role not in ("test", "validation", "production")]
    known = facts.drifting.training_paths(charter.text("model", "trained_by"), training)
    if own or any(same_path(path, target.path) for path in known) or facts.drifting.made(target.path):
        yield from _compared(facts, claim, named, text, target.path, known | roles.keys())
        return
    if not charter.has("model", "trained_by") or any(
        word in named.lower() for word in ("ref", "train", "base", "snap")
    ):
        yield Unknown(claim, f"nothing shows that `{named}` is the data of the training", target.at)
        return
    yield _wrong(claim, named, "is no data that the model was trained on", target.at, charter)


def _compared(
    facts: _Facts, claim: Location, named: str, text: str | None, path: str, known: frozenset[str]
) -> Results:
    """Does the code of the check name another table instead of the charter's?"""
    subject = facts.wiring.subject(text) if text else ""
    if not isinstance(subject, Definition):
        yield Evidence(claim, Location(path), Grade.PRESENT)
        return
    if (given := facts.drifting.another(subject, path, known)) is not None:
        message = f"the charter's reference is `{named}`, and `{text}` is given `{given[0]}`"
        yield _another(claim, message, given[1], given[0])
        return
    kept = facts.drifting.written(subject)
    if kept is not None and not same_path(kept[0], path) and not facts.drifting.derived(kept[0], path):
        message = f"the charter's reference is `{named}`, and `{text}` keeps `{kept[0]}` as reference"
        yield _another(claim, message, kept[1], kept[0])
        return
    if (read := facts.drifting.reads_itself(subject, path, known)) is not None:
        message = f"the charter's reference is `{named}`, and `{text}` compares with `{read[0]}`"
        yield _another(claim, message, read[1], read[0])
        return
    own = facts.drifting.read_by(subject, ())
    if own and not any(same_path(one, path) for one in own):
        other = next((one for one in sorted(own) if "ref" in one.lower() or one in known), None)
        around = facts.drifting.read_by(subject, facts.serving.callers([subject]))
        if other is not None and not any(same_path(one, path) for one in around):
            message = f"the charter's reference is `{named}`, and `{text}` reads `{other}`"
            yield _another(claim, message, facts.wiring.at(subject) or claim, other)
            return
    yield Evidence(claim, Location(path), Grade.LINKED)


def _another(claim: Location, message: str, at: Location, other: str) -> Finding:
    help_text = "compare with the data that the model was trained on"
    return Finding(claim, Kind.FALSE_CLAIM, message, help_text, (Related(at, f"reads `{other}`"),))


def _wrong(claim: Location, named: str, what: str, at: Location, charter: Charter) -> Finding:
    trained = charter.key_at("data", "sources")
    help_text = "compare with the data that the model was trained on"
    said = (Related(trained, "the sources of the training"), Related(at, "the reference"))
    return Finding(claim, Kind.FALSE_CLAIM, f"the reference `{named}` {what}", help_text, said)


def _sources(charter: Charter, project: Project) -> dict[str, str]:
    count = charter.items("data", "sources")
    found = {}
    for index in range(count):
        path = charter.text("data", "sources", index, "path")
        if path is not None:
            found[project.join(path)] = charter.text("data", "sources", index, "role") or "all"
    return found
