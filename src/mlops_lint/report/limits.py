"""How much of a report one repository can fill: what is beyond is counted, never dropped without a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from mlops_lint.i18n import plural
from mlops_lint.model import Diagnostic, NotAnalysed, Outcome, Related
from mlops_lint.report.order import worst_first
from mlops_lint.report.sanitize import clip
from mlops_lint.results import PracticeReport, ProjectReport, Report, Suppressed

PER_CHECK = 1_000
PER_RUN = 50_000
PLACES = 1_000
"""Rows of one list that is no finding: gaps, suppressions, the places of one check or practice."""
RELATED = 50

T = TypeVar("T")


def limited(report: Report) -> Report:
    """The report as every format shows it; `more` counts what is left out, by check."""
    shown, more = _findings(report.diagnostics)
    aside, gaps = tuple(map(_aside, report.suppressed[:PLACES])), report.not_analysed[:PLACES]
    if left := len(report.suppressed) - len(aside):
        more["set aside"] = left
    if left := len(report.not_analysed) - len(gaps):
        gaps = (*gaps, NotAnalysed("", f"and {left} more"))
    return replace(
        report,
        projects=tuple(_project(project) for project in report.projects),
        diagnostics=shown,
        suppressed=aside,
        not_analysed=gaps,
        more=tuple(sorted(more.items())),
    )


def _findings(diagnostics: Sequence[Diagnostic]) -> tuple[tuple[Diagnostic, ...], dict[str, int]]:
    """The worst of each check, in their first order."""
    more: dict[str, int] = {}
    kept: set[int] = set()
    count: dict[str, int] = {}
    for diagnostic in worst_first(diagnostics) if len(diagnostics) > PER_CHECK else diagnostics:
        code = diagnostic.code
        count[code] = count.get(code, 0) + 1
        if count[code] > PER_CHECK or len(kept) >= PER_RUN:
            more[code] = more.get(code, 0) + 1
        else:
            kept.add(id(diagnostic))
    return tuple(_short(found) for found in diagnostics if id(found) in kept), more


def _aside(entry: Suppressed) -> Suppressed:
    return replace(entry, diagnostic=_short(entry.diagnostic))


def _short(diagnostic: Diagnostic) -> Diagnostic:
    finding = diagnostic.finding
    left = len(finding.related) - RELATED
    if left <= 0:
        return diagnostic
    rest = Related(finding.related[RELATED].at, f"and {left} more places")
    return replace(diagnostic, finding=replace(finding, related=(*finding.related[:RELATED], rest)))


def _project(project: ProjectReport) -> ProjectReport:
    """What a repository says of itself is clipped here, once for all formats."""
    waivers = tuple(replace(w, owner=clip(w.owner), expires=clip(w.expires)) for w in project.waivers[:PLACES])
    return replace(
        project,
        name=clip(project.name),
        stage=clip(project.stage),
        outcomes=tuple(map(_outcome, project.outcomes)),
        waivers=waivers,
        practices={name: _practice(practice) for name, practice in project.practices.items()},
    )


def _outcome(outcome: Outcome) -> Outcome:
    if len(outcome.evidence) <= PLACES and len(outcome.unknowns) <= PLACES:
        return outcome
    left = _beyond(outcome.evidence) + _beyond(outcome.unknowns)
    reason = "; ".join(part for part in (clip(outcome.reason), f"and {left} more places") if part)
    return replace(outcome, reason=reason, evidence=outcome.evidence[:PLACES], unknowns=outcome.unknowns[:PLACES])


def _practice(practice: PracticeReport) -> PracticeReport:
    shown = tuple(replace(evidence, detail=clip(evidence.detail)) for evidence in practice.evidence[:PLACES])
    if left := _beyond(practice.evidence):
        shown = (*shown, replace(shown[-1], detail=f"and {left} more places"))
    return replace(practice, evidence=shown)


def _beyond(rows: Sequence[T]) -> int:
    return max(0, len(rows) - PLACES)


def more_lines(more: Iterable[tuple[str, int]]) -> list[str]:
    """What is left out, a sentence for each check."""
    return [
        plural("{n} more of {{codes}} is not shown", "{n} more of {{codes}} are not shown", count).format(codes=code)
        for code, count in more
    ]
