"""Whether the pretrained or hosted model is the one that the charter names, at one version."""

from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Pretrained,
    PretrainedLoad,
    Related,
    RepoView,
    Result,
    Results,
    Serving,
    Severity,
    Unknown,
    check,
    moves,
    same_id,
    same_revision,
    undated,
)

PIN = "pin the revision: the same commit hash, tag or dated name in the charter and in the call"

NAME = "name every model that answers in `model.base`, each with its role, or ask for the named one"


@dataclass(frozen=True)
class _Base:
    claim: Location
    id: str
    revision: str
    rolling: bool


def _used(charter: Charter, pretrained: Pretrained) -> bool | str:
    if charter.has("model", "base") or any(pretrained.remote(load) for load in pretrained.loads):
        return True
    return "no pretrained model is named or loaded"


@check("MO003", level=2, gate=True, severity=Severity.ERROR, dimension="model", caps=True, when=_used)
def pretrained_unpinned(
    charter: Charter, pretrained: Pretrained, serving: Serving, code: Code, view: RepoView
) -> Results:
    """A pretrained or hosted model is not fixed to one version, or is not the one that the charter names."""
    bases = _declared(charter)
    judged = [result for base in bases for result in _judged(base, bases, pretrained)]
    yield from judged
    told = any(isinstance(result, Finding) for result in judged)
    if bases and not told and (place := charter.text("deployment", "predicts_in")):
        reach = code.reachable(serving.roots_of(place))
        answering = [load for load in pretrained.loads if load.kind == "hosted" and load.by in reach]
        yield from _unnamed(bases, answering, charter, view)
    for load in pretrained.loads:
        known = load.id is not None and any(same_id(load.id, base.id) for base in bases)
        if not known and pretrained.remote(load) and (load.revision == "" or moves(load.revision or "x")):
            yield Finding(load.at, Kind.ABSENCE, f"{load.id} is loaded without a fixed revision", PIN)


def _unnamed(bases: list[_Base], loads: list[PretrainedLoad], charter: Charter, view: RepoView) -> Results:
    """Another hosted model answers on the way to the prediction; one that another charter names is that one's."""
    charters = [path for path in view.entries if path.endswith("mlproject.yaml") and path != charter.path]
    named = [undated(base.id) or base.id for base in bases]
    for load in loads:
        own = load.id or ""
        if not own or any(same_id(undated(own) or own, one) for one in named):
            continue
        if any(own.rpartition("/")[2].encode() in view.read(path) for path in charters):
            continue
        known = ", ".join(base.id for base in bases)
        message = f"predictions come from {own} too, and the charter names only {known}"
        yield Finding(bases[0].claim, Kind.FALSE_CLAIM, message, NAME, (Related(load.at, own),))
        return


def _declared(charter: Charter) -> list[_Base]:
    routes: list[tuple[str | int, ...]] = [("model", "base")]
    if isinstance(charter.get("model", "base"), list):
        routes = [("model", "base", index) for index in range(charter.items("model", "base"))]
    found = []
    for route in routes:
        name = charter.text(*route, "id")
        if name:
            revision = charter.text(*route, "revision") or ""
            claim = charter.at(*route, "revision" if revision else "id")
            found.append(_Base(claim, name, revision, charter.get(*route, "rolling") is True))
    return found


def _judged(base: _Base, bases: list[_Base], pretrained: Pretrained) -> Results:
    loads = [load for load in pretrained.loads if load.id is not None and same_id(load.id, base.id)]
    results = [_load(base, load) for load in loads] or [_mentioned(base, bases, pretrained)]
    lies = [result for result in results if isinstance(result, Finding)]
    yield from lies[:1] or results
    if lies:
        return
    fixed = [
        base.revision,
        *("?" if load.revision is None else load.revision for load in loads if load.kind != "hosted"),
    ]
    if base.rolling and not undated(base.id) and all(not one or moves(one) for one in fixed):
        yield _rolling(base, loads)
    elif moves(base.revision) or (not base.revision and moves(base.id)):
        message = f"{base.revision or base.id} means whatever is newest: another model answers tomorrow"
        yield Finding(base.claim, Kind.ABSENCE, message, PIN)


def _rolling(base: _Base, loads: list[PretrainedLoad]) -> Finding:
    """What the charter itself says to change under it: no lie, and no fixed version either."""
    hub = [load.at for load in loads if load.kind == "hub"]
    what = "a commit of it can be pinned" if hub else "its provider may answer with another model tomorrow"
    help_text = PIN if hub else "ask for a dated name of it, where its provider has one, and name that"
    related = tuple(Related(at, "loaded with no fixed revision") for at in hub[:1])
    message = f"{base.id} is not fixed, as `rolling: true` says: {what}"
    return Finding(base.claim, Kind.ABSENCE, message, help_text, related, severity=Severity.WARNING)


def _load(base: _Base, load: PretrainedLoad) -> Result:
    if load.kind == "hosted":
        return Evidence(base.claim, load.at, Grade.AGREED if not moves(base.id) else Grade.LINKED)
    if load.revision is None:
        return Unknown(base.claim, f"the revision at which {base.id} is loaded cannot be told", load.at)
    if load.revision and not moves(load.revision):
        if not base.revision or same_revision(load.revision, base.revision):
            return Evidence(base.claim, load.at, Grade.AGREED if base.revision else Grade.LINKED)
        said = f"{base.id} is fixed to {base.revision}, and the code loads {load.revision}"
        return Finding(base.claim, Kind.FALSE_CLAIM, said, PIN, (Related(load.at, load.revision),))
    if base.rolling:
        return Evidence(base.claim, load.at, Grade.LINKED)
    loaded = f"the code loads {load.revision!r}" if load.revision else "the code loads it without a revision"
    if base.revision and not moves(base.revision):
        message = f"{base.id} is fixed to {base.revision}, and {loaded}"
        return Finding(base.claim, Kind.FALSE_CLAIM, message, PIN, (Related(load.at, loaded),))
    return Finding(
        base.claim, Kind.ABSENCE, f"{base.id} has no fixed revision: {loaded}", PIN, (Related(load.at, loaded),)
    )


def _mentioned(base: _Base, bases: list[_Base], pretrained: Pretrained) -> Result:
    """No call is seen to load it; settings or constants may name it."""
    mentions = pretrained.mentions(base.id)
    for mention in mentions:
        if mention.revision and base.revision and not any(same_revision(one, base.revision) for one in mention.near):
            said = f"{base.id} is fixed to {base.revision}, and {mention.at.path} says {mention.revision}"
            return Finding(base.claim, Kind.FALSE_CLAIM, said, PIN, (Related(mention.at, mention.revision),))
    if mentions:
        at = mentions[0].at
        if not base.revision or any(mention.revision for mention in mentions) or pretrained.named(base.revision):
            return Evidence(base.claim, at, Grade.LINKED)
        hub = [load for load in pretrained.loads if load.kind == "hub" and load.id is None]
        if hub and all(load.revision == "" for load in hub):
            message = f"{base.id} is fixed to {base.revision}, and the code loads it without a revision"
            said_at = (Related(at, "the name"), Related(hub[0].at, "loaded without a revision"))
            return Finding(base.claim, Kind.FALSE_CLAIM, message, PIN, said_at)
        return Unknown(base.claim, f"{base.id} is named here, and {base.revision} nowhere", at)
    return _another(base, bases, pretrained)


def _another(base: _Base, bases: list[_Base], pretrained: Pretrained) -> Result:
    alias = undated(base.id)
    for mention in pretrained.mentions(alias) if alias else ():
        message = f"{base.id} is named, and the code asks for {alias}, which means whatever is newest"
        return Finding(base.claim, Kind.FALSE_CLAIM, message, PIN, (Related(mention.at, alias),))
    others = [load for load in pretrained.loads if load.kind == "hosted" or load.id is None or pretrained.remote(load)]
    foreign = [load for load in others if load.id and not any(same_id(load.id, one.id) for one in bases)]
    if foreign and len(foreign) == len(others):
        message = f"{base.id} is named, and the code loads {foreign[0].id}"
        said = (Related(foreign[0].at, f"{foreign[0].id}"),)
        return Finding(base.claim, Kind.FALSE_CLAIM, message, "name the model that is really used", said)
    if rival := pretrained.rival(base.id, [one.id for one in bases]):
        message = f"{base.id} is named, and the project asks for {rival[0]}"
        said = (Related(rival[1], rival[0]),)
        return Finding(base.claim, Kind.FALSE_CLAIM, message, "name the model that is really used", said)
    at = next((load.at for load in others if load.id is None), None)
    return Unknown(base.claim, f"no call or setting is seen to name {base.id}", at)
