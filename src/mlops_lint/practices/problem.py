"""Practice: the README says what the software predicts or answers."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.passages import readmes, sentences
from mlops_lint.facts.project.problem import SAYS, states
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.prose import brief
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import judge, unclear
from mlops_lint.repo.view import RepoView

_README = re.compile(r"readme(?:\.(?:md|rst|txt|markdown))?", re.IGNORECASE)
_COLLECTION = re.compile(r"\b(?:portfolio|projects|solutions|assignments)\b", re.IGNORECASE)
_MAX_SENTENCES = 60


class DocsProblemStatement(Practice):
    """The README says what is predicted or answered, for which input."""


@provides
def docs_problem_statement(view: RepoView, project: Project) -> DocsProblemStatement:
    """By the project's README; a title that only names a task is unclear. A collection says it where its parts do."""
    paths = readmes(view, project.folder)
    says, names = _stated(view, paths)
    if not says and any(_collects(view, path) for path in paths):
        below = [path for path in view.entries if _README.fullmatch(posixpath.basename(path)) and project.owns(path)]
        parts = [path for path in below if path not in paths and path.count("/") == project.folder.count("/") + 1][:60]
        spoken = [shown for path in parts for shown in _stated(view, [path])[0][:1]]
        if len(spoken) > 2:
            says = spoken
    return judge(DocsProblemStatement, says[:3], otherwise=unclear(DocsProblemStatement, *names) if names else None)


def _collects(view: RepoView, path: str) -> bool:
    """Whether a README presents several projects."""
    return any(_COLLECTION.search(one.text) for one in sentences(view, path)[:12])


def _stated(view: RepoView, paths: list[str]) -> tuple[list[Shown], list[Shown]]:
    says: list[Shown] = []
    names: list[Shown] = []
    for path in paths:
        for one in sentences(view, path)[:_MAX_SENTENCES]:
            how = states(one.text, heading=one.heading, title=one.title, index=one.index)
            if how:
                (says if how == SAYS else names).append(Shown(brief(one.text), Location(path, one.line)))
    return says, names
