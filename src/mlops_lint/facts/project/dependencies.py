"""What the project installs, how exactly, and for which Python."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from mlops_lint.documents.requirements import RequirementLine, parse_requirements
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project import dependency_files as files
from mlops_lint.facts.project.dependency_files import DependencyFile, Read, Requirement
from mlops_lint.facts.project.dockerfiles import dockerfile
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import join, text_of, within
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

__all__ = ["Dependencies", "DependencyFile", "Requirement", "dependencies"]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Files in order of path; `python_version` is the first place that declares one."""

    files: tuple[DependencyFile, ...]
    python_version: Location | None = None
    python_text: str = ""

    @property
    def locks(self) -> tuple[DependencyFile, ...]:
        """Lock files: those that hold exact versions of everything."""
        return tuple(file for file in self.files if file.kind == "lock")

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All requirements of files that are no locks."""
        return tuple(item for file in self.files if file.kind != "lock" for item in file.requirements)

    def find(self, name: str) -> Requirement | None:
        """A requirement by its normalised name, declared ones before locked ones."""
        for item in (*self.requirements, *(item for lock in self.locks for item in lock.requirements)):
            if item.name == name:
                return item
        return None

    def pinned_ratio(self) -> float | None:
        """The share of declared requirements that are exact; None where there are none."""
        items = [item for item in self.requirements if item.name]
        return sum(item.pinned for item in items) / len(items) if items else None


_REQUIREMENTS = re.compile(r"(?:.*[-_.])?(?:requirements?|constraints)(?:[-_.].*)?\.(?:txt|in|lock)|pip-requires")
_ENVIRONMENT = re.compile(r"(?:conda|environment|env|.*[-_.](?:env|environment|conda))(?:[-_.].*)?\.ya?ml")
_Reader = Callable[[RepoView, str], "Read | None"]
_BY_NAME: dict[str, _Reader] = {
    "pyproject.toml": files.pyproject,
    "uv.lock": files.toml_lock,
    "poetry.lock": files.toml_lock,
    "pdm.lock": files.toml_lock,
    "pylock.toml": files.toml_lock,
    "Pipfile": files.pipfile,
    "Pipfile.lock": files.pipfile_lock,
    "pixi.toml": files.pixi,
    "pixi.lock": files.conda_lock,
    "conda-lock.yml": files.conda_lock,
    "conda-lock.yaml": files.conda_lock,
    "setup.cfg": files.setup_cfg,
    "setup.py": files.setup_py,
    ".python-version": files.python_file,
    "runtime.txt": files.python_file,
    ".tool-versions": files.tool_versions,
    "mise.toml": files.mise,
    ".mise.toml": files.mise,
}


def _reader(path: str) -> _Reader | None:
    name = posixpath.basename(path)
    if name in _BY_NAME:
        return _BY_NAME[name]
    folder = posixpath.basename(posixpath.dirname(path))
    if _REQUIREMENTS.fullmatch(name) or (folder == "requirements" and name.endswith((".txt", ".in"))):
        return _requirements
    if re.fullmatch(r"(?:.*\.)?[Dd]ockerfile(?:[.-].*)?", name):
        return dockerfile
    return files.conda if _ENVIRONMENT.fullmatch(name) else None


@provides
def dependencies(view: RepoView, project: Project) -> Dependencies:
    """Of the project's folder; where it has no file of its own, of the nearest folder above that has some."""
    folder = project.folder
    while True:
        found = [path for path in view.entries if _belongs(path, folder, project) and _reader(path) is not None]
        reads = [(path, read) for path in found if (read := _read(view, path)) is not None]
        result = _gathered(reads)
        if result.files or not folder:
            return result
        folder = posixpath.dirname(folder)


def _belongs(path: str, folder: str, project: Project) -> bool:
    parts = path.split("/")
    if any(part in ("node_modules", "site-packages", "vendor", "third_party", ".venv", "venv") for part in parts):
        return False
    if folder == project.folder:
        return project.owns(path)
    # Above the project only what lies beside it counts, not the other projects' files.
    return posixpath.dirname(path) == folder or (
        within(path, folder) and posixpath.dirname(path) == join(folder, "requirements")
    )


def _read(view: RepoView, path: str) -> Read | None:
    reader = _reader(path)
    return reader(view, path) if reader is not None else None


def _gathered(reads: list[tuple[str, Read]]) -> Dependencies:
    kept = [read.file for _, read in reads if read.file is not None]
    versions = sorted((read.rank, path, read) for path, read in reads if read.python is not None)
    first = versions[0][2] if versions else None
    return Dependencies(tuple(kept), first.python if first else None, first.python_text if first else "")


def _requirements(view: RepoView, path: str) -> Read | None:
    """With the files that it includes; constraints pin what it names."""
    items: list[Requirement] = []
    pins: dict[str, Requirement] = {}
    waiting = [(path, False)]
    seen: set[str] = set()
    while waiting and len(seen) < 50:
        file, constraint = waiting.pop(0)
        text = text_of(view, file)
        if file in seen or text is None:
            continue
        seen.add(file)
        parsed = parse_requirements(text)
        folder = posixpath.dirname(file)
        waiting += [(target, constraint) for name in parsed.includes if (target := join(folder, name))]
        waiting += [(target, True) for name in parsed.constraints if (target := join(folder, name))]
        for line in parsed.requirements:
            item = _requirement(file, line)
            if constraint:
                pins[item.name] = item
            else:
                items.append(item)
    exact = [_constrained(item, pins.get(item.name)) for item in items]
    text = text_of(view, path) or ""
    compiled = (
        bool(exact)
        and all(item.pinned for item in exact)
        and ("--hash=" in text or re.search(r"(?i)autogenerated by (?:pip-compile|uv)", text) is not None)
    )
    return Read(DependencyFile(path, "lock" if compiled else "requirements", tuple(exact)))


def _requirement(path: str, line: RequirementLine) -> Requirement:
    return Requirement(line.name, line.specifier, line.pinned, Location(path, line.line))


def _constrained(item: Requirement, pin: Requirement | None) -> Requirement:
    if pin is None or item.pinned or not pin.pinned:
        return item
    return Requirement(item.name, pin.specifier, True, item.at)
