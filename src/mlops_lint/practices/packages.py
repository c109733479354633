"""Practice: what is installed is written down exactly."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.dependencies import Dependencies, DependencyFile
from mlops_lint.model import Location
from mlops_lint.practices.base import ABSENT, PRESENT, UNCLEAR, Practice, Shown

EXACT = 0.8
_ASIDE = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|tests?|testing|docs?|lint|ci|style|quality|build|notebooks?|examples?)(?:[-_./]|$)"
)


class PinnedDeps(Practice):
    """A lock file, or at least four of five requirements exact, in each folder that is installed from."""


@provides
def pinned_deps(dependencies: Dependencies) -> PinnedDeps:
    """Folder by folder; a loose file at the root does not spoil sub-projects that are all exact."""
    folders: dict[str, list[DependencyFile]] = {}
    for file in dependencies.files:
        if file.kind == "lock" or (file.requirements and not _ASIDE.search(file.path.lower())):
            folders.setdefault(posixpath.dirname(file.path), []).append(file)
    exact = {folder: shown for folder, files in folders.items() if (shown := _exact(files)) is not None}
    loose = {folder: files[0] for folder, files in folders.items() if folder not in exact}
    if not exact:
        return PinnedDeps(ABSENT, tuple(Shown(_ratio(file), Location(file.path)) for file in loose.values()))
    places = tuple(exact[folder] for folder in sorted(exact))
    if set(loose) <= {""} or (
        _locked(folders.get("", [])) and all(file.kind == "pyproject" for file in loose.values())
    ):
        return PinnedDeps(PRESENT, places)  # a workspace has one lock for all its members
    return PinnedDeps(UNCLEAR, (*places, *(Shown(_ratio(file), Location(file.path)) for file in loose.values())))


def _locked(files: list[DependencyFile]) -> bool:
    return any(file.kind == "lock" for file in files)


def _exact(files: list[DependencyFile]) -> Shown | None:
    for file in files:
        if file.kind == "lock":
            return Shown("lock file", Location(file.path))
    for file in files:
        if _share(file) < EXACT:
            return None
    return Shown(_ratio(files[0]), Location(files[0].path)) if files else None


def _share(file: DependencyFile) -> float:
    named = [item for item in file.requirements if item.name]
    return sum(item.pinned for item in named) / len(named) if named else 0.0


def _ratio(file: DependencyFile) -> str:
    named = [item for item in file.requirements if item.name]
    return f"{sum(item.pinned for item in named)} of {len(named)} exact"
