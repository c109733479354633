"""Whether the exact version of every data source can be had again."""

import re

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Project,
    Related,
    Results,
    Severity,
    Sources,
    Unknown,
    Versioning,
    check,
)  # fmt: skip

HERE = frozenset(("dvc", "git", "git-lfs", "git-annex"))
"""What keeps a version beside the code."""
NAMED = frozenset(("external-snapshot", "hf-hub"))
"""Only the address or `revision` says which version is meant."""
HELP = "`dvc add` it, keep it in Git LFS, or name the snapshot in `revision`"
PIN = "write the commit, tag, date or checksum that is used into `revision`"
NEVER_THE_SAME = frozenset(("production",))
"""What grows while the model serves has no version, unless one is claimed."""


def _sources(charter: Charter) -> bool | str:
    return charter.items("data", "sources") > 0 or "the charter names no data source"


@check("DA002", level=2, gate=True, severity=Severity.ERROR, dimension="data", when=_sources)
def data_unversioned(charter: Charter, versioning: Versioning, project: Project, sources: Sources) -> Results:
    """Nothing says which version of a data source is used."""
    for index in range(charter.items("data", "sources")):
        route: tuple[str | int, ...] = ("data", "sources", index)
        how = charter.text(*route, "versioned_with")
        served = charter.text(*route, "role") in NEVER_THE_SAME and not charter.has(*route, "revision")
        if how is None or served:
            continue
        claim = charter.at(*route, "versioned_with")
        path, uri = charter.text(*route, "path"), charter.text(*route, "uri")
        if how == "none":
            yield _none(charter, index, claim, path or uri or "the source")
        elif how in HERE:
            found = versioning.entry(project.join(path)) if path else None
            kept = found is not None and found.identified
            yield Evidence(claim, found.at if found else claim, Grade.AGREED if kept else Grade.STATED)
        else:
            yield _elsewhere(charter, index, claim, how, sources)


def _none(charter: Charter, index: int, claim: Location, name: str) -> Finding | Evidence:
    if reason := charter.text("data", "sources", index, "reason"):
        if len(re.findall(r"\w+", reason)) > 2:
            return Evidence(claim, charter.at("data", "sources", index, "reason"), Grade.STATED, "a reason is given")
    return Finding(claim, Kind.ABSENCE, f"no version of {name} is kept: nobody can train on the same data again", HELP)


def _elsewhere(
    charter: Charter, index: int, claim: Location, how: str, sources: Sources
) -> Finding | Evidence | Unknown:
    route: tuple[str | int, ...] = ("data", "sources", index)
    revision = charter.text(*route, "revision")
    uri = charter.text(*route, "uri") or ""
    if revision is not None:
        at = charter.at(*route, "revision")
        if sources.moving(revision):
            return Finding(at, Kind.ABSENCE, f"{revision!r} names what is newest, not one version", PIN)
        if (asked := sources.drifting(uri)) is not None:
            message = f"{uri} is fixed to {revision}, and the code asks for {asked[0]!r}"
            said = (Related(asked[1], f"asks for {asked[0]!r}"),)
            return Finding(at, Kind.FALSE_CLAIM, message, "give the code the same revision", said)
        return Evidence(claim, at, Grade.STATED)
    if (pinned := sources.pinned(uri)) is not None:
        return Evidence(claim, pinned, Grade.LINKED)
    if word := sources.moving_part(uri):
        place = charter.at(*route, "uri")
        return Finding(place, Kind.ABSENCE, f"{uri} follows {word!r}, which is another version tomorrow", PIN)
    if not uri or sources.snapshot(uri):
        if uri or how not in NAMED:
            return Evidence(claim, charter.at(*route, "uri" if uri else "versioned_with"), Grade.STATED)
        if sources.snapshot(charter.text(*route, "path") or ""):
            return Evidence(claim, charter.at(*route, "path"), Grade.STATED)
        return Unknown(claim, "nothing here names the snapshot; `revision` would settle it")
    if how in NAMED:
        message = f"{uri} is said to be {how}, and nothing says which version"
        said = (Related(charter.at(*route, "uri"), "no revision, date or checksum"),)
        return Finding(claim, Kind.ABSENCE, message, PIN, said)
    return Unknown(claim, f"which version is used lies in {how}; `revision` would settle it")
