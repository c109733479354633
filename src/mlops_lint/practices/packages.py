"""Practice: what is installed is written down exactly."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.dependencies import Dependencies, DependencyFile, Requirement
from mlops_lint.facts.project.reading import parents
from mlops_lint.model import Location
from mlops_lint.practices.base import ABSENT, PRESENT, UNCLEAR, Practice, Shown

EXACT = 0.8
NEGLIGIBLE = 0.1
"""The share of bare requirements, over all that is installed, that spoils nothing."""
MAX_WEIGHT = 40
"""A lock names hundreds of packages, however little it is for."""
_ASIDE = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|tests?|testing|docs?|lint|ci|style|quality|build|notebooks?|examples?|"
    r"evals?|evaluation|bench|benchmarks?|constraints?|optional|extras?)(?:[-_./]|$)|\.in$"
)
"""What is installed for something else than running the project."""
_ENVIRONMENTS = ("requirements", "conda")
"""Kinds that say what an environment holds; the others may be as loose as a library has to be."""


class PinnedDeps(Practice):
    """A lock file, or at least four of five requirements exact, in each folder that is installed from."""


@provides
def pinned_deps(dependencies: Dependencies) -> PinnedDeps:
    """Folder by folder; a loose file at the root does not spoil sub-projects that are all exact."""
    folders = _folders(dependencies)
    shown = {folder: _exact(files) for folder, files in folders.items()}
    exact = {folder: found for folder, found in shown.items() if found is not None}
    loose = {folder: files for folder, files in folders.items() if folder not in exact}
    ratios = tuple(Shown(_ratio(file), Location(file.path)) for files in loose.values() for file in files)
    if not exact:
        return PinnedDeps(ABSENT, ratios)
    places = tuple(Shown(_ratio(exact[folder]), Location(exact[folder].path)) for folder in sorted(exact))
    spoilt = [file for folder, files in loose.items() if not _excused(folder, files, exact) for file in files]
    bare = sum(not item.pinned for file in spoilt for item in file.requirements)
    known = sum(min(len(file.requirements), MAX_WEIGHT) for file in (*exact.values(), *spoilt))
    return PinnedDeps(UNCLEAR, (*places, *ratios)) if bare > known * NEGLIGIBLE else PinnedDeps(PRESENT, places)


def _folders(dependencies: Dependencies) -> dict[str, list[DependencyFile]]:
    """What is installed from each folder: without the project's own packages, and without extras."""
    found: dict[str, list[DependencyFile]] = {}
    for file in dependencies.files:
        folder = posixpath.dirname(file.path)
        named = file.path.lower() if file.kind != "lock" else f"{folder.lower()}/"
        counted = [item for item in file.requirements if _counts(item, dependencies)]
        own = replace(file, requirements=tuple([item for item in counted if not item.optional] or counted))
        if not _ASIDE.search(named) and (file.kind == "lock" or own.requirements):
            found.setdefault(folder, []).append(own)
    return found


def _counts(item: Requirement, dependencies: Dependencies) -> bool:
    """Wheels of the machine where `pip freeze` ran tell nothing."""
    return bool(item.name) and item.name not in dependencies.own and not item.specifier.startswith("@ file:")


def _exact(files: list[DependencyFile]) -> DependencyFile | None:
    """The file that makes a folder exact."""
    lock = next((file for file in files if file.kind == "lock"), None)
    if lock is not None:
        return lock
    environments = [file for file in files if file.kind in _ENVIRONMENTS] or files
    main = [file for file in environments if posixpath.basename(file.path) == "requirements.txt"]
    others = [file for file in environments if file.kind != "requirements"]
    for group in (main or [file for file in environments if file.kind == "requirements"], others):
        if group and all(_share(file) >= EXACT for file in group):
            return group[0]
    return None


def _excused(folder: str, files: list[DependencyFile], exact: dict[str, DependencyFile]) -> bool:
    """A member of a workspace that is locked, one bare line, or a bare file for convenience."""
    above = next((exact[path] for path in parents(folder) if path in exact and path != folder), None)
    if above is not None and above.kind == "lock" and all(file.kind in ("pyproject", "setup") for file in files):
        return True
    bare = sum(not item.pinned for file in files for item in file.requirements)
    if folder and bare <= 1 and all(file.kind == "dockerfile" or _share(file) > 0.5 for file in files):
        return True
    return not folder and sum(len(file.requirements) for file in exact.values()) >= len(files[0].requirements)


def _share(file: DependencyFile) -> float:
    return sum(item.pinned for item in file.requirements) / len(file.requirements) if file.requirements else 0.0


def _ratio(file: DependencyFile) -> str:
    if file.kind == "lock":
        return "lock file"
    return f"{sum(item.pinned for item in file.requirements)} of {len(file.requirements)} exact"
