"""The words that every layer shares. Imports nothing of the package.

Lines and columns are 1-based; columns count characters (Unicode code points), not bytes.
`end_column` points behind the last character.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias


class Severity(enum.Enum):
    """How loud a finding is. Ordered: `ERROR > WARNING > INFO`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for error, 2 for warning, 1 for info."""
        return {"error": 3, "warning": 2, "info": 1}[self.value]


class Kind(enum.Enum):
    """What a finding says of the project (catalogue: kinds of finding)."""

    FALSE_CLAIM = "false-claim"
    ABSENCE = "absence"
    UNMET_PROMISE = "unmet-promise"
    DEFECT = "defect"


class Grade(enum.IntEnum):
    """How strong the evidence behind a pass is."""

    STATED = 0
    PRESENT = 1
    LINKED = 2
    AGREED = 3
    ENFORCED = 4


class State(enum.Enum):
    """What came of a check on one project."""

    PASS = "pass"  # noqa: S105  (an outcome, no password)
    FAIL = "fail"
    CANNOT_TELL = "cannot-tell"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"


class Confidence(enum.Enum):
    """How sure a finding is. Ordered: `HIGH > MEDIUM > LOW`."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """3 for high, 2 for medium, 1 for low."""
        return {"high": 3, "medium": 2, "low": 1}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span of a file; `path` is relative to the repository's root, with slashes.

    In a notebook `cell` is the 1-based number among all cells and `line` counts within the cell.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        cell = f" cell {self.cell}" if self.cell is not None else ""
        return f"{self.path}{cell}:{self.line}"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding quotes, with what stands there."""

    at: Location
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `at` by `text`."""

    at: Location
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding; `safe` fixes keep what the author meant."""

    title: str
    edits: tuple[Edit, ...] = ()
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Refuted: the place, what was found there, and the values that disagree.

    `calendar` marks a finding that appears because a day has passed: it never blocks a commit. `may_wait` marks one
    that a next run of training settles, and that the model's agreed age leaves time for: under `--since` it is a note.
    """

    place: Location
    kind: Kind
    message: str
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    confidence: Confidence = Confidence.HIGH
    calendar: bool = False
    may_wait: bool = False
    severity: Severity | None = None
    """Only to be softer than the check's own severity."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Verified: `claim` is the place of the claim, `found` the place that shows it."""

    claim: Location
    found: Location
    grade: Grade
    message: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cannot be told. `reason` says what stands in the way and what would settle it."""

    claim: Location
    reason: str
    at: Location | None = None
    guess: bool = False
    """It rests on what `init` guessed and nobody has confirmed."""


Result: TypeAlias = Finding | Evidence | Unknown
Results: TypeAlias = Iterator[Result]


@dataclass(frozen=True, slots=True)
class NotAnalysed:
    """A file or a part of the repository that was not looked into, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one check on one project."""

    code: str
    state: State
    reason: str = ""
    grade: Grade | None = None
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unknowns: tuple[Unknown, ...] = ()

    def waived(self, reason: str) -> Outcome:
        """The same outcome under a valid waiver."""
        return replace(self, state=State.WAIVED, reason=reason)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding as it is reported: with its check, project, severity and fingerprint."""

    code: str
    name: str
    severity: Severity
    finding: Finding
    project: str
    fingerprint: str
    new: bool = True
    next_step: bool = False
    source: tuple[str, ...] = field(default=(), compare=False)
    """The source line that the place begins on, for the reports that show it."""
