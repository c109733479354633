"""Which projects a repository holds: one a charter, else the folder that was asked for."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.errors import NoProjectError
from mlops_lint.facts.project.code.modules import is_source
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.disk import MAX_FILES
from mlops_lint.repo.view import RepoView, Unreadable

CHARTER = "mlproject.yaml"
NAMED = ".mlproject.yaml"
"""How charters end that stand beside others in one folder: `price.mlproject.yaml`."""
MAX_SOURCES = 20_000
"""Source files of a folder that nothing says is a project: beyond that it is many of them, or a whole disk."""
_CODE = re.compile(r"^[ ]+code:((?:[ ]*\[[^\]]*\])|(?:[ ]*\n[ ]+-[ ].*)+|[ ]*\S+)", re.MULTILINE)
_ROOTED = re.compile(r"(?<![\w/:.])//([\w.@+-][\w./@+-]*)")
_MODULE = re.compile(r"(?<![\w/:.])//([\w@+-][\w./@+-]*\.py)\b")
_SIGNS = frozenset(
    "pyproject.toml setup.py setup.cfg requirements.txt environment.yml environment.yaml Pipfile dvc.yaml MLproject "
    "conda.yaml pixi.toml README.md params.yaml".split()
)


def find_projects(view: RepoView, folder: str = "") -> list[Project]:
    """The projects at and below `folder`, the one at its root first. Raises NoProjectError where nothing is.

    Where no charter stands at or below the folder, the nearest one above it counts, so that the linter may be run from
    anywhere within a project; where there is none at all, the folder itself is a project that lacks one.
    """
    paths = view.under(folder)
    charters = [path for path in paths if is_charter(path)]
    if not charters:
        if not any(_looks_like_project(path) for path in paths):
            raise NoProjectError(f"nothing in {folder or view.name!r} looks like a machine-learning project")
        above = charter_above(view, folder)
        own = folder if above is None else above
        charters = _charters_in(view, own) or [posixpath.join(own, CHARTER)]
    every = sorted({posixpath.dirname(path) for path in view.entries if is_charter(path)})
    return [
        _project(view, path, every) for path in sorted(set(charters), key=lambda path: (posixpath.dirname(path), path))
    ]


def refuse_endless(view: RepoView) -> None:
    """Raises NoProjectError for what is no project but a whole disk: without git and a charter nothing bounds it."""
    if view.is_git or view.git_unreadable or view.root is None or view.on_disk(CHARTER):
        return
    shown = str(view.root)
    if view.root.parent == view.root:
        raise NoProjectError(
            f"{shown!r} is the root of the file system and holds no {CHARTER}; name a project's folder"
        )
    limits = ((MAX_FILES, "files", len(view.entries)), (MAX_SOURCES, "source files", sum(map(is_source, view.entries))))
    for limit, what, count in limits:
        if count >= limit and not any(map(is_charter, view.entries)):
            raise NoProjectError(
                f"{shown!r} is no git repository and holds {limit:,} {what} or more and no {CHARTER}; "
                "name a project's folder"
            )


def is_charter(path: str) -> bool:
    """Whether a path is that of a charter: `mlproject.yaml` or `NAME.mlproject.yaml`."""
    name = posixpath.basename(path)
    return name == CHARTER or (name.endswith(NAMED) and name != NAMED)


def _charters_in(view: RepoView, folder: str) -> list[str]:
    return [path for path in view.under(folder) if posixpath.dirname(path) == folder and is_charter(path)]


def charter_above(view: RepoView, folder: str) -> str | None:
    """The nearest folder above `folder` that holds a charter."""
    while folder:
        folder = posixpath.dirname(folder)
        if _charters_in(view, folder):
            return folder
    return None


def _project(view: RepoView, charter: str, all_folders: list[str]) -> Project:
    folder = posixpath.dirname(charter)
    prefix = folder + "/" if folder else ""
    nested = tuple(other for other in all_folders if other != folder and other.startswith(prefix))
    return Project(folder, charter, nested, _shared(view, charter) if folder else ())


def _shared(view: RepoView, charter: str) -> tuple[str, ...]:
    """Folders from the root on that `project.code` names, and those of modules that a pointer (`//…py`) leads to.

    The charter itself is read by whoever judges it.
    """
    try:
        text = view.read(charter).decode("utf-8", "replace") if charter in view.entries else ""
    except Unreadable:
        return ()
    match = _CODE.search(text)
    named = _ROOTED.findall(match[1]) if match else []
    folder = posixpath.dirname(charter)
    modules = {posixpath.dirname(path) for path in _MODULE.findall(text) if path in view.entries}
    pointed = sorted(one for one in modules if one and not f"{folder}/".startswith(f"{one}/"))
    return tuple(dict.fromkeys([*(path.rstrip("/") for path in named if path.strip("/")), *pointed]))


def _looks_like_project(path: str) -> bool:
    return is_source(path) or posixpath.basename(path) in _SIGNS or path.endswith((".R", ".jl", ".dvc"))
