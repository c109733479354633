"""Runs checks on the facts of one project: results become outcomes."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import PurePath

from mlops_lint.checks import Check, Outcomes, charter_of
from mlops_lint.deadline import TIME_UP, Deadline
from mlops_lint.errors import CheckCrashed
from mlops_lint.facts.inject import Facts, Unavailable
from mlops_lint.facts.project.charter import Charter
from mlops_lint.model import Evidence, Finding, Grade, Outcome, Result, Severity, State, Unknown


@dataclass(slots=True)
class Ran:
    """The outcomes by code, what crashed, and what there was no time for."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    crashes: list[CheckCrashed] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


def run_checks(checks: Iterable[Check], facts: Facts, known: frozenset[str], deadline: Deadline | None = None) -> Ran:
    """Run all; review checks last, with the outcomes of the others. Behind the deadline none is begun."""
    ran = Ran()
    ordered = sorted(checks, key=lambda check: (check.reviews, check.code))
    for check in ordered:
        if deadline is not None and deadline.over:
            ran.late.append(check.code)
            ran.outcomes[check.code] = Outcome(check.code, State.CANNOT_TELL, TIME_UP)
            continue
        try:
            ran.outcomes[check.code] = _outcome(check, facts, ran.outcomes, known)
        except Exception as error:  # noqa: BLE001  (one broken check may not silence the others)
            ran.crashes.append(CheckCrashed(check.code, _place(error), error))
            reason = (
                f"the check itself failed ({type(error).__name__}); this is a defect of mlops-lint, please report it"
            )
            ran.outcomes[check.code] = Outcome(check.code, State.CANNOT_TELL, reason)
    return ran


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"


def _outcome(check: Check, facts: Facts, others: Mapping[str, Outcome], known: frozenset[str]) -> Outcome:
    if check.reviews:
        facts = facts.with_known({Outcomes: Outcomes(dict(others), known)})
    charter = charter_of(facts)
    watched: AbstractContextManager[list[tuple[str | int, ...]]] = charter.watch() if charter else nullcontext([])
    try:
        with watched as routes:
            applies = facts.call(check.when) if check.when else True
            if applies is not True:
                return Outcome(check.code, State.NOT_APPLICABLE, applies or "does not apply here")
            results = list(facts.call(check.function))
    except Unavailable as absence:
        return Outcome(check.code, State.NOT_APPLICABLE, str(absence))
    return judge(check, [_confirmed(result, charter, routes) for result in results])


def _confirmed(result: Result, charter: Charter | None, routes: Iterable[tuple[str | int, ...]]) -> Result:
    """A finding that rests on what `init` guessed accuses nobody: it cannot be told."""
    if charter is None or isinstance(result, Unknown):
        return result
    guesses = sorted({guess for route in routes for guess in charter.guesses(*route)})
    if not guesses:
        return result
    claim = result.place if isinstance(result, Finding) else result.claim
    return Unknown(claim, _guessed(guesses), guess=True)


def _guessed(entries: list[str]) -> str:
    """Names the entries as `unconfirmed` lists them: there they are to be deleted."""
    named = ", ".join(f"`{entry}`" for entry in entries[:3])
    named += f" and {len(entries) - 3} more" if len(entries) > 3 else ""
    one = len(entries) == 1
    verb, it, entry = ("is a guess or a gap", "it", "entry") if one else ("are guesses or gaps", "them", "entries")
    return f"{named} {verb} of `init`; correct or confirm {it}, then delete the {entry} under `unconfirmed`"


def judge(check: Check, results: Iterable[Result]) -> Outcome:
    """The first of fail, cannot tell, pass; nothing yielded is a pass that is only stated.

    A finding that its check softened to info is a note: it is reported and fails nothing.
    """
    unique = list(dict.fromkeys(results))
    findings = tuple(result for result in unique if isinstance(result, Finding))
    unknowns = tuple(result for result in unique if isinstance(result, Unknown))
    evidence = tuple(result for result in unique if isinstance(result, Evidence))
    if any(finding.severity is not Severity.INFO for finding in findings):
        return Outcome(check.code, State.FAIL, findings[0].message, None, findings, evidence, unknowns)
    if unknowns:
        return Outcome(check.code, State.CANNOT_TELL, unknowns[0].reason, None, findings, evidence, unknowns)
    grade = max((found.grade for found in evidence), default=Grade.STATED)
    return Outcome(check.code, State.PASS, "", grade, findings, evidence)
