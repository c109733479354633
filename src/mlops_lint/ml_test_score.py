"""An estimate of the ML Test Score from outcomes.

Source: Breck, Cai, Nielsen, Salib and Sculley, "The ML Test Score" (2017): 28 tests in four sections, half a point for
what was done once and written down, a whole one for what is automated; the total is the lowest section's.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlops_lint.model import Evidence, Grade, Outcome, State
from mlops_lint.results import Earned, TestScore

TESTS: Mapping[str, tuple[str, ...]] = {
    f"TS-{row.split()[0]}": tuple(row.split()[1:])
    for row in (
        "D1 DA009", "D4 RS004 DA007 DA010", "D5 DA010 DA011", "D7 TE003",
        "M1 MO006 TM001", "M2 MT013", "M3 MT007 MO006", "M4 MN007", "M5 BL002 BL003", "M6 MT010", "M7 RS002 RS003",
        "I1 MO004 MO007 MT009", "I2 TE001 TE002", "I3 TE005", "I4 TE006 DE006", "I5 RS006 TM005",
        "I6 DE007", "I7 DE007",
        "O1 DE009", "O2 DA009 MN004 DE005", "O3 DE004", "O4 MN007", "O5 TE004", "O6 DE003 MN009", "O7 MN003 MN008",
    )
}  # fmt: skip
"""Test -> the checks that show it. D2, D3 and D6 cannot be seen in a repository and earn nothing."""

SECTIONS: Mapping[str, str] = {"D": "data", "M": "model", "I": "infrastructure", "O": "monitoring"}


def estimate(outcomes: Mapping[str, Outcome]) -> TestScore:
    """An upper bound: half a point where every check of a test that applies is linked or agreed, one where enforced."""
    earned = [found for test, codes in TESTS.items() if (found := _earned(test, codes, outcomes)) is not None]
    sections = {
        name: sum(found.points for found in earned if found.test[3] == letter) for letter, name in SECTIONS.items()
    }
    return TestScore(min(sections.values()), sections, tuple(earned))


def _earned(test: str, codes: tuple[str, ...], outcomes: Mapping[str, Outcome]) -> Earned | None:
    found = [outcomes[code] for code in codes if code in outcomes]
    applying = [outcome for outcome in found if outcome.state is not State.NOT_APPLICABLE]
    if len(found) < len(codes) or not applying or any(outcome.state is not State.PASS for outcome in applying):
        return None
    weakest = min(outcome.grade or Grade.STATED for outcome in applying)
    if weakest < Grade.LINKED:
        return None
    best = max((evidence for outcome in applying for evidence in outcome.evidence), key=_grade, default=None)
    points = 1.0 if weakest is Grade.ENFORCED else 0.5
    return Earned(test, points, codes, best.found if best is not None else None)


def _grade(evidence: Evidence) -> int:
    return int(evidence.grade)
