"""Practices that are files: a licence, a model card."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import parents, text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import judge
from mlops_lint.repo.view import RepoView

_LICENCE = re.compile(
    r"(?:un)?licen[cs]es?(?:[-_.][\w.-]+)?|copying(?:[-_.][\w.-]+)?|(?:mit|apache|bsd|gpl|mpl)[-_]?licen[cs]e(?:\.\w+)?",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"third|3rd|vendor|dataset|data\b|font|notice", re.IGNORECASE)
"""Licences of what the project uses."""
_CARD = re.compile(
    r"(?:[\w-]+[-_ ])?model[-_ ]?card(?:[-_ ][\w.-]+)?\.(?:md|markdown|rst|txt|ipynb|html|pdf|ya?ml|json)",
    re.IGNORECASE,
)
_CARDS = re.compile(r"model[-_ ]?cards?", re.IGNORECASE)
_CODE = (".py", ".js", ".ts", ".html", ".yaml", ".yml", ".json", ".png", ".svg")


class License(Practice):
    """A licence file that stands for the project."""


class ModelCard(Practice):
    """A model card as a file of that name."""


@provides
def license_file(view: RepoView, project: Project) -> License:
    """In the project's folder or above it; a licence of a folder below speaks for that folder alone."""
    above = set(parents(project.folder))
    return judge(
        License,
        (
            Shown(posixpath.basename(path), Location(path))
            for path in view.entries
            if _stands_for(path, above) and _filled(view, path)
        ),
    )


def _stands_for(path: str, above: set[str]) -> bool:
    """A licence file, or the folder with one text for each licence that the REUSE convention asks for."""
    folder, name = posixpath.split(path)
    shared = posixpath.basename(folder) == "LICENSES" and posixpath.dirname(folder) in above and name.endswith(".txt")
    return shared or (folder in above and _is_licence(name))


def _is_licence(name: str) -> bool:
    return bool(_LICENCE.fullmatch(name)) and not name.lower().endswith(_CODE) and not _OTHERS.search(name)


def _is_card(path: str) -> bool:
    """By its own name, or by that of its folder; a template is none."""
    folder, name = posixpath.split(path)
    inside = _CARDS.fullmatch(posixpath.basename(folder)) and name.lower().endswith((".md", ".rst", ".ipynb", ".html"))
    return bool(inside or _CARD.fullmatch(name)) and "template" not in path.lower()


@provides
def model_card(view: RepoView, project: Project) -> ModelCard:
    """By name, in any folder of the project; a template is none."""
    return judge(
        ModelCard,
        (
            Shown(posixpath.basename(path), Location(path))
            for path in view.entries
            if project.owns(path) and _is_card(path) and _filled(view, path)
        ),
    )


def _filled(view: RepoView, path: str) -> bool:
    return bool((text_of(view, path) or "").strip())
