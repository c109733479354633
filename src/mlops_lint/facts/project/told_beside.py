"""What a README above a project says of this project alone."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.passages import readmes
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import RepoView

_END = re.compile(r"(?<=[.;!?])\s+")


def readmes_above(view: RepoView, project: Project) -> list[str]:
    """The README files of the folders above a project of a monorepo."""
    found: list[str] = []
    folder = project.folder
    while folder:
        folder = posixpath.dirname(folder)
        found += readmes(view, folder)
    return found


def told_of(view: RepoView, project: Project, charter: Charter, path: str) -> str:
    """A document's text; of one above the project, the sentences that name it and no other project."""
    text = text_of(view, path) or ""
    if path not in readmes_above(view, project):
        return text
    own = {posixpath.basename(project.folder), charter.text("project", "name") or ""} - {""}
    folders = {posixpath.basename(posixpath.dirname(one)) for one in view.entries if one.endswith("mlproject.yaml")}
    others = folders - own - {""}
    lines = ["" if row.lstrip().startswith("|") else _of(row, own, others) for row in text.split("\n")]
    return "\n".join(lines)


def _of(row: str, own: set[str], others: set[str]) -> str:
    if row.startswith(("#", "```", "~~~", "---", "    ")):
        return row
    parts = _END.split(row)
    return " ".join(part for part in parts if _names(part, own) and not _names(part, others))


def _names(text: str, names: set[str]) -> bool:
    return any(re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", text, re.IGNORECASE) for name in names)
