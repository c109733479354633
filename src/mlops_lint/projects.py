"""Which projects a repository holds: one a charter, else the folder that was asked for."""

from __future__ import annotations

import posixpath

from mlops_lint.errors import NoProjectError
from mlops_lint.facts.project.code.modules import is_source
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.view import RepoView

CHARTER = "mlproject.yaml"
NAMED = ".mlproject.yaml"
"""How charters end that stand beside others in one folder: `price.mlproject.yaml`."""
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
    return [_project(path, every) for path in sorted(set(charters), key=lambda path: (posixpath.dirname(path), path))]


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


def _project(charter: str, all_folders: list[str]) -> Project:
    folder = posixpath.dirname(charter)
    prefix = folder + "/" if folder else ""
    nested = tuple(other for other in all_folders if other != folder and other.startswith(prefix))
    return Project(folder, charter, nested)


def _looks_like_project(path: str) -> bool:
    return is_source(path) or posixpath.basename(path) in _SIGNS or path.endswith((".R", ".jl", ".dvc"))
