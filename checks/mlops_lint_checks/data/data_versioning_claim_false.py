from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Project,
    Related,
    RepoView,
    Results,
    Severity,
    Unknown,
    Versioning,
    check,
)  # fmt: skip

WAYS = {"dvc": "dvc", "git-lfs": "lfs", "git": "git", "git-annex": "annex"}
TOOLS = {"dvc": "DVC", "lfs": "Git LFS", "git": "plain git", "annex": "git-annex"}
MENDS = {
    "dvc": "`dvc add {0}`, and commit the pointer",
    "lfs": "`git lfs track {0}`, then `git add --renormalize {0}`",
    "git": "`git add {0}`, or say what really keeps it",
    "annex": "`git annex add {0}`",
}
SIGNS = (".dvc/config", "dvc.lock", "dvc.yaml", ".gitattributes", ".gitignore")


def _sources(charter: Charter) -> bool | str:
    return charter.items("data", "sources") > 0 or "the charter names no data source"


@check("DA003", level=2, gate=True, severity=Severity.ERROR, dimension="data", caps=True, when=_sources)
def data_versioning_claim_false(charter: Charter, versioning: Versioning, project: Project, view: RepoView) -> Results:
    """A data source is not versioned the way the charter says."""
    for index in range(charter.items("data", "sources")):
        how = charter.text("data", "sources", index, "versioned_with")
        path = charter.text("data", "sources", index, "path")
        claim = charter.at("data", "sources", index, "versioned_with")
        if how is None or how == "none":
            continue
        if how not in WAYS or path is None:
            yield Unknown(claim, f"what {how} keeps lies outside the repository")
        elif how != "dvc" and not view.is_git:
            yield Unknown(claim, "there is no git data to read here, so nothing can be told of what git keeps")
        elif how == "dvc":
            yield from _dvc(claim, project.join(path), versioning, view)
        else:
            yield from _kept(claim, WAYS[how], project.join(path), versioning, view)


def _dvc(claim: Location, path: str, versioning: Versioning, view: RepoView) -> Results:
    dvc, found = versioning.dvc, versioning.entry(path)
    if dvc is None or found is None or found.way != "dvc":
        if dvc is not None and dvc.unread:
            yield Unknown(claim, f"{dvc.unread[0]} cannot be read and may name {path}", Location(dvc.unread[0]))
        else:
            yield from _kept(claim, "dvc", path, versioning, view)
    elif not dvc.remotes:
        message = f"{path} has a DVC entry, and no remote is set: nobody else can pull it"
        yield _false(claim, message, found.at, "the entry", "`dvc remote add -d NAME URL`, then `dvc push`")
    elif not dvc.pullable:
        remote = next(iter(dvc.remotes.values()))
        message = f"{path} is pushed to a folder of one machine ({remote.url}): nobody else can pull it"
        yield _false(claim, message, remote.at, "the remote", "add a remote that others can reach, then `dvc push`")
    else:
        yield Evidence(claim, found.at, Grade.AGREED if found.identified else Grade.PRESENT)


def _kept(claim: Location, way: str, path: str, versioning: Versioning, view: RepoView) -> Results:
    """Hold a claim that is settled by what keeps the path."""
    found = versioning.entry(path)
    mend = MENDS[way].format(path)
    if found is not None and found.way == way:
        yield Evidence(claim, found.at, Grade.LINKED if way == "git" else Grade.AGREED)
    elif way == "lfs" and found is not None and versioning.lfs and (at := versioning.lfs.tracks(path)):
        yield _false(claim, f"{path} is in git as the data itself, not as a Git LFS pointer", at, "the attribute", mend)
    elif found is not None:
        message = f"{path} is not kept by {TOOLS[way]}: it is in {TOOLS[found.way]}"
        yield _false(claim, message, found.at, f"in {TOOLS[found.way]}", mend)
    elif path in view.entries or view.is_dir(path) or view.on_disk(path):
        yield _false(claim, f"{path} is in the work tree and nothing keeps it", Location(path), "not tracked", mend)
    elif any(character in path for character in "*?["):
        yield Unknown(claim, f"{path} matches no tracked file")
    elif way == "git":
        yield Unknown(claim, f"{path} does not exist (CH005)")
    else:
        sign = next((sign for sign in SIGNS if sign in view.entries), claim.path)
        message = f"nothing in this repository puts {path} under {TOOLS[way]}"
        yield _false(claim, message, Location(sign), f"no word of {path}", mend)


def _false(claim: Location, message: str, at: Location, note: str, mend: str) -> Finding:
    return Finding(claim, Kind.FALSE_CLAIM, message, help=mend, related=(Related(at, note),))
