"""What a page's example holds: a small repository and what a check must say of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

TODAY = datetime.date(2026, 11, 20)
OUTCOMES = {
    "pass": "pass",
    "fail": "fail",
    "cannot-tell": "cannot-tell",
    "n/a": "not-applicable",
    "waived": "waived",
}
"""The words of a page -> the values of `mlops_lint.model.State`."""

KINDS = ("expect", "related", "verified", "unknown")


class PageError(ValueError):
    """A page breaks its conventions; `line` is the line of the page."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a check must name. `kind` is one of KINDS; `text` must occur in the message."""

    path: str
    line: int
    code: str
    kind: str = "expect"
    cell: int | None = None
    text: str = ""

    @property
    def place(self) -> str:
        """`path[:cell]:line`, as in a findings fence."""
        cell = f":{self.cell}" if self.cell is not None else ""
        return f"{self.path}{cell}:{self.line}"


@dataclass(frozen=True, slots=True)
class CaseCommit:
    """One commit of a case's history; a file that is None was removed by it."""

    date: datetime.date
    author: str
    email: str
    subject: str
    files: Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One `###` example of a page. Contents are what the linter sees: marks are taken out."""

    title: str
    line: int
    outcome: str
    """The value of a State; what the root project, or every project without an outcome of its own, must give."""
    files: Mapping[str, bytes]
    commits: tuple[CaseCommit, ...] = ()
    today: datetime.date = TODAY
    marks: tuple[Mark, ...] = ()
    fixed: Mapping[str, bytes] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Outcomes by project folder, where the case holds several projects."""
    git: bool = True
    untracked: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    on_disk: frozenset[str] = frozenset()
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def near_miss(self) -> bool:
        """Whether a naive rule would get this case wrong, as its title says."""
        return self.title.lower().startswith("near miss:")

    def marked(self, kind: str) -> list[Mark]:
        """The marks of one kind, in the order of the page."""
        return [mark for mark in self.marks if mark.kind == kind]
