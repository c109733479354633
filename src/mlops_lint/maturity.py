"""Levels and dimensions, computed from outcomes alone (the ladder of maturity.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlops_lint.checks import DIMENSIONS, Check
from mlops_lint.ml_test_score import estimate
from mlops_lint.model import Grade, Kind, Outcome, Severity, State
from mlops_lint.results import LEVEL_NAMES, Dimension, Maturity

LADDER: Mapping[int, tuple[str, ...]] = {
    level: tuple(codes.split())
    for level, codes in (
        (1, "CH001 CH002 CH005 CH007 PR001 PR002 MT001 MT002 BL001 DA005 MO005 TE001 DE001 MN001 RS001 TM001"),
        (
            2,
            "CH004 CH006 PR005 MT003 MT004 MT007 MT009 BL002 BL003 BL004 DA001 DA002 DA003 DA006 DA007 DA008 MO001 "
            "MO002 MO003 MO004 MO007 TE002 TE005 TE007 DE002 MN002 RS004 RS006 RS007 RS008 TM002 TM005",
        ),
        (
            3,
            "MT005 MT010 DA009 DA011 MO008 TE003 TE004 TE006 DE003 DE004 DE005 DE006 MN003 MN004 MN005 RS002 RS003 "
            "RS009 RS010 TM004",
        ),
        (4, "MT013 DE007 DE009 MN006 MN007 MN008 MN009"),
    )
}
"""The gates of each level: part of the method, whether their checks exist yet or not."""

TOP = 4
_WEIGHTS = {"error": 3, "warning": 2, "info": 1}


def maturity(
    checks: Mapping[str, Check], outcomes: Mapping[str, Outcome], target: int, *, strict: bool = False
) -> Maturity:
    """The level that every gate supports. A gate with no check yet is named in `not_built`, never passed.

    `outcomes` must hold all checks; those left out by a selection count as not told.
    """
    capped = tuple(code for code, found in sorted(outcomes.items()) if _caps(checks.get(code), found))
    level, held, not_built = _climb(checks, outcomes, strict)
    if capped and level > 1:
        level = 1
    waived = tuple(code for code in _gates(level) if _state(outcomes, code) is State.WAIVED)
    return Maturity(
        level=level,
        name=LEVEL_NAMES[level],
        target_level=target,
        capped_by=capped,
        held_by=held,
        waived=waived,
        dimensions={name: _dimension(name, checks, outcomes, target, strict) for name in DIMENSIONS},
        not_built=not_built,
        next_level=level + 1 if level < TOP else None,
        test_score=estimate(outcomes),
    )


def with_enforcement(checks: Mapping[str, Check], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The outcomes, with passes that a change cannot undo unseen raised to `ENFORCED`.

    Where mlops-lint itself stops a change, that holds for what is an error and rests on more than words.
    """
    stops = any(
        check.enforces and (found := outcomes.get(code)) and found.state is State.PASS and found.grade is Grade.ENFORCED
        for code, check in checks.items()
    )
    result = dict(outcomes)
    for code, outcome in outcomes.items() if stops else ():
        strong = outcome.state is State.PASS and outcome.grade is not None and outcome.grade >= Grade.LINKED
        if strong and code in checks and checks[code].severity is Severity.ERROR:
            result[code] = replace(outcome, grade=Grade.ENFORCED)
    return result


def _caps(check: Check | None, outcome: Outcome) -> bool:
    if check is None or not check.caps or outcome.state is not State.FAIL:
        return False
    return any(finding.kind is Kind.FALSE_CLAIM for finding in outcome.findings)


def _gates(level: int) -> list[str]:
    return [code for step in range(1, level + 1) for code in LADDER[step]]


def _state(outcomes: Mapping[str, Outcome], code: str) -> State | None:
    found = outcomes.get(code)
    return found.state if found else None


def _holds(state: State | None, strict: bool) -> bool:
    return state in (State.PASS, State.NOT_APPLICABLE) or (state is State.WAIVED and not strict)


def _climb(
    checks: Mapping[str, Check], outcomes: Mapping[str, Outcome], strict: bool
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """(level, gates of the next level that hold it back, gates up to there that are not built)."""
    not_built: list[str] = []
    level = 0
    for step in range(1, TOP + 1):
        gates = LADDER[step]
        missing = [code for code in gates if code not in checks]
        not_built += missing
        held = [code for code in gates if code in checks and not _holds(_state(outcomes, code), strict)]
        if held or missing:
            return level, tuple(held), tuple(not_built)
        level = step
    return level, (), tuple(not_built)


def _dimension(
    name: str, checks: Mapping[str, Check], outcomes: Mapping[str, Outcome], target: int, strict: bool
) -> Dimension:
    own = {code: check for code, check in checks.items() if check.dimension == name}
    level = 0
    for step in range(1, TOP + 1):
        gates = [code for code in LADDER[step] if code in own]
        if not all(_holds(_state(outcomes, code), strict) for code in gates) or not _built(step, name, checks):
            break
        level = step
    return Dimension(level, _score(own, outcomes, target))


def _built(step: int, name: str, checks: Mapping[str, Check]) -> bool:
    """Whether every gate of a level that belongs to a dimension exists; told by the family's two letters."""
    families = {check.code[:2] for check in checks.values() if check.dimension == name}
    return all(code in checks or code[:2] not in families for code in LADDER[step])


def _score(own: Mapping[str, Check], outcomes: Mapping[str, Outcome], target: int) -> int | None:
    earned = possible = 0.0
    for code, check in own.items():
        state = _state(outcomes, code)
        if check.level > target or state not in (State.PASS, State.FAIL, State.WAIVED):
            continue
        weight = _WEIGHTS[check.severity.value]
        possible += weight
        earned += weight * {State.PASS: 1.0, State.WAIVED: 0.5, State.FAIL: 0.0}[state]
    return round(100 * earned / possible) if possible else None
