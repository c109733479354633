"""What a run found, as the reports need it. Built by the linter, rendered by `mlops_lint.report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from mlops_lint.model import Diagnostic, Location, NotAnalysed, Outcome, Severity

SourceKey: TypeAlias = tuple[str, int | None, int]
"""(path, notebook cell, line): where a line of source stands."""

LEVEL_NAMES = ("Undeclared", "Declared", "Proven", "Guarded", "Self-correcting")


class CheckInfo(Protocol):
    """What a report needs to know of a check; the runner's `Check` is one."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def gate(self) -> bool: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def dimension(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def doc(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was looked at, so that a run can be repeated."""

    commit: str | None = None
    dirty: bool | None = None
    shallow: bool = False
    today: str = ""
    """ISO 8601."""
    configuration: str = ""
    """`sha256:…` of the settings that change results."""
    since: str | None = None
    files: int = 0


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the nine columns of the maturity model; `score` is None where no check of it applies."""

    level: int
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """A test of the ML Test Score that the repository shows; a whole point where a change cannot undo it."""

    test: str
    points: float
    checks: tuple[str, ...]
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class TestScore:
    """An upper bound of the ML Test Score; the total is that of the lowest section."""

    __test__ = False

    total: float
    sections: Mapping[str, float]
    earned: tuple[Earned, ...]


@dataclass(frozen=True, slots=True)
class Maturity:
    """How far a project's claims hold. `held_by`: gates of the next level that fail or cannot be told."""

    level: int
    name: str
    target_level: int
    capped_by: tuple[str, ...] = ()
    """Codes of the false claims that cap the whole project at level 1."""
    held_by: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    not_built: tuple[str, ...] = ()
    """Gates of the ladder, up to the next level, for which no check exists yet."""
    next_level: int | None = None
    test_score: TestScore | None = None


@dataclass(frozen=True, slots=True)
class PracticeEvidence:
    """One place that shows a practice; `place` is None for what is about the repository as a whole."""

    detail: str
    place: Location | None = None


@dataclass(frozen=True, slots=True)
class PracticeReport:
    """`present`, `absent` or `unclear`, with the places that show it."""

    state: str
    evidence: tuple[PracticeEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A charter's waiver; `used` when its check would otherwise fail or could not be told."""

    check: str
    reason: str
    owner: str = ""
    expires: str = ""
    used: bool = False


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """Everything about one project; `path` is "." for the one at the root."""

    path: str
    name: str
    stage: str = ""
    maturity: Maturity | None = None
    outcomes: tuple[Outcome, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    practices: Mapping[str, PracticeReport] = field(default_factory=dict)
    checks: Mapping[str, CheckInfo] = field(default_factory=dict)
    has_charter: bool = True
    next_steps: frozenset[str] = frozenset()
    """Codes of which nothing is found but what lies above the target level: they never fail."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment in the source sets aside."""

    diagnostic: Diagnostic
    reason: str
    at: Location


@dataclass(frozen=True, slots=True)
class Report:
    """One run. `sources` holds the lines that findings quote, `files` the paths that were looked at."""

    tool_version: str
    run: RunInfo
    projects: tuple[ProjectReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()
    config_notes: tuple[str, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    sources: Mapping[SourceKey, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    more: tuple[tuple[str, int], ...] = ()
    """How many findings of a check are beyond what a report may hold."""
