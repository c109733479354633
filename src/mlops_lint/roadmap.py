"""The way to a level: every gate that is not held yet, cheapest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlops_lint.checks import Check
from mlops_lint.maturity import LADDER, TOP
from mlops_lint.model import Finding, Kind, Location, Outcome, State
from mlops_lint.results import ProjectReport

MINUTES, HOURS, DAYS = "minutes", "hours", "days"
_ORDER = (MINUTES, HOURS, DAYS)


@dataclass(frozen=True, slots=True)
class Step:
    """One gate to open. `effort` is an order of magnitude, by what kind of thing is missing."""

    code: str
    level: int
    effort: str
    problem: str
    remedy: str
    at: Location | None = None
    blocked: bool = False
    """It cannot be told whether the gate holds, or no check looks at it yet."""


def steps(project: ProjectReport, checks: Mapping[str, Check], target: int | None = None) -> tuple[Step, ...]:
    """The gates up to a level (the next one where none is named) that are not held, by level, effort and code."""
    reached = project.maturity.level if project.maturity else 0
    last = min(TOP, target if target is not None else reached + 1)
    outcomes = {outcome.code: outcome for outcome in project.outcomes}
    capped = project.maturity.capped_by if project.maturity else ()
    found = [
        _step(code, level, checks.get(code), outcomes.get(code))
        for level in range(1, last + 1)
        for code in LADDER[level]
        if not _held(outcomes.get(code))
    ]
    known = {step.code for step in found}
    found += [_step(code, 1, checks.get(code), outcomes.get(code)) for code in capped if code not in known]
    return tuple(sorted(found, key=lambda step: (step.level, step.blocked, _ORDER.index(step.effort), step.code)))


def _held(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.state in (State.PASS, State.NOT_APPLICABLE, State.WAIVED)


def _step(code: str, level: int, check: Check | None, outcome: Outcome | None) -> Step:
    if check is None:
        return Step(code, level, HOURS, "no check in this version looks at it", "", blocked=True)
    if outcome is None:
        return Step(code, level, MINUTES, "was not run", "run it without --select and --ignore", blocked=True)
    if outcome.findings and outcome.state is State.FAIL:
        worst = min(outcome.findings, key=lambda finding: _ORDER.index(_effort(check, finding)))
        more = len(outcome.findings) - 1
        problem = worst.message + (f" (and {more} more)" if more else "")
        return Step(code, level, _effort(check, worst), problem, worst.help, worst.place)
    unknown = outcome.unknowns[0] if outcome.unknowns else None
    guess = unknown is not None and unknown.guess
    at = (unknown.at or unknown.claim) if unknown else None
    return Step(code, level, MINUTES if guess else HOURS, outcome.reason, "", at, blocked=not guess)


def _effort(check: Check, finding: Finding) -> str:
    """A line of the charter or a wrong claim is corrected in minutes; what is missing has to be made."""
    if finding.fix is not None or finding.kind is Kind.DEFECT:
        return MINUTES
    if finding.kind is Kind.UNMET_PROMISE:
        return DAYS
    stated = check.dimension in ("problem", "collaboration") or check.level == 1
    if finding.kind is Kind.FALSE_CLAIM:
        return HOURS
    return MINUTES if stated and not finding.related else DAYS if check.level > 2 else HOURS
