"""Whether git keeps what the charter points to."""

from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Pointers,
    Project,
    Related,
    RepoView,
    Results,
    Severity,
    SymbolTarget,
    Unknown,
    Versioning,
    check,
)  # fmt: skip

ELSEWHERE = (("data", "sources"), ("model", "path"), ("model", "heads"), ("waivers",))
"""Data and models, whose versioning has checks of its own, and what is no evidence."""


def _git(charter: Charter, view: RepoView) -> bool | str:
    if not view.is_git or view.git_unreadable:
        return "there is no git data to read here"
    if not charter.references():
        return "the charter points to nothing"
    return bool(view.tracked_paths()) or "git tracks nothing here yet"


@check("CH006", level=2, gate=True, severity=Severity.ERROR, dimension="collaboration", when=_git)
def evidence_untracked(
    charter: Charter, view: RepoView, versioning: Versioning, pointers: Pointers, project: Project
) -> Results:
    """What the charter points to lies on this machine alone: git does not track it."""
    for path, claim in _pointed(charter, pointers):
        entry = view.entries.get(path)
        below = [other for other in view.under(path) if view.entries[other].tracked] if entry is None else []
        if (entry is not None and entry.tracked) or below:
            yield Evidence(claim, Location(below[0] if below else path), Grade.PRESENT)
        elif kept := versioning.entry(path):
            yield Evidence(claim, kept.at, Grade.LINKED)
        elif versioning.dvc is not None and versioning.dvc.unread:
            yield Unknown(claim, f"{versioning.dvc.unread[0]} cannot be read and may keep {path}")
        elif entry is not None or view.is_dir(path) or view.on_disk(path):
            yield _untracked(claim, path, view)
        elif view.ignored(path) or view.ignored(path + "/"):
            yield Unknown(claim, f"git ignores {path}, so only where it was written can anybody see it")


def _untracked(claim: Location, path: str, view: RepoView) -> Finding:
    ignored = view.ignored(path) or view.ignored(path + "/")
    why = "git ignores it" if ignored else "git does not track it"
    help_text = f"`git add {'-f ' if ignored else ''}{path}` if it is small, else `dvc add {path}`"
    note = "ignored by git" if ignored else "not tracked"
    message = f"{path} is on this machine, and {why}: nobody else has what the charter points to"
    return Finding(claim, Kind.FALSE_CLAIM, message, help_text, (Related(Location(path), note),))


def _pointed(charter: Charter, pointers: Pointers) -> Iterator[tuple[str, Location]]:
    """Each path that the charter names inside the repository, once."""
    seen: set[str] = set()
    for reference in charter.references():
        text = reference.text.strip()
        if "://" in text or any(tuple(reference.route[: len(route)]) == route for route in ELSEWHERE):
            continue
        path = pointers.files.absolute(text.partition("::")[0].partition("#")[0])
        target = pointers.resolve(reference.text, reference.type) if ":" in (path or "") else None
        path = target.definition.path if isinstance(target, SymbolTarget) else path
        unsure = charter.unconfirmed(*reference.route)
        if path and path not in seen and not any(sign in path for sign in "*?[:@") and not unsure:
            seen.add(path)
            yield path, reference.at
