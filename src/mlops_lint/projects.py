"""Which projects a repository holds: every folder with a charter, else the folder that was asked for."""

from __future__ import annotations

import posixpath

from mlops_lint.errors import NoProjectError
from mlops_lint.facts.project.code.modules import is_source
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.view import RepoView

CHARTER = "mlproject.yaml"
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
    folders = [posixpath.dirname(path) for path in paths if posixpath.basename(path) == CHARTER]
    if not folders:
        if not any(_looks_like_project(path) for path in paths):
            raise NoProjectError(f"nothing in {folder or view.name!r} looks like a machine-learning project")
        above = charter_above(view, folder)
        folders = [folder if above is None else above]
    every = {posixpath.dirname(path) for path in view.entries if posixpath.basename(path) == CHARTER}
    return [_project(own, sorted(every)) for own in sorted(set(folders))]


def charter_above(view: RepoView, folder: str) -> str | None:
    """The nearest folder above `folder` that holds a charter."""
    while folder:
        folder = posixpath.dirname(folder)
        if posixpath.join(folder, CHARTER) in view.entries:
            return folder
    return None


def _project(folder: str, all_folders: list[str]) -> Project:
    prefix = folder + "/" if folder else ""
    nested = tuple(other for other in all_folders if other != folder and other.startswith(prefix))
    return Project(folder, prefix + CHARTER, nested)


def _looks_like_project(path: str) -> bool:
    return is_source(path) or posixpath.basename(path) in _SIGNS or path.endswith((".R", ".jl", ".dvc"))
