"""A run that takes too long stops, says what is missing, and accuses nobody of it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mlops_lint import deadline
from mlops_lint.checks import load_packs
from mlops_lint.cli.execute import INCOMPLETE, OK, exit_code
from mlops_lint.deadline import TIME_UP, Deadline
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.lint import lint_view
from mlops_lint.model import State
from mlops_lint.repo.memory import MemoryView
from mlops_lint.results import Report
from mlops_lint.settings import Settings

ROOT = Path(__file__).parent.parent
TODAY = datetime.date(2026, 11, 20)


def late(seconds: float) -> Report:
    lies = ROOT / "examples/churn-lies"
    files = {file.relative_to(lies).as_posix(): file.read_bytes() for file in lies.rglob("*") if file.is_file()}
    facts = FileFacts(deadline=Deadline(seconds))
    return lint_view(MemoryView(files), Settings(today=TODAY), load_packs(), file_facts=facts, practices=False)


def test_a_run_without_time_finds_nothing_and_says_so() -> None:
    report = late(0)
    assert report.diagnostics == ()
    outcomes = report.projects[0].outcomes
    assert outcomes
    assert {(outcome.state, outcome.reason) for outcome in outcomes} == {(State.CANNOT_TELL, TIME_UP)}
    assert any(gap.reason.startswith(f"{TIME_UP}: checks not run") for gap in report.not_analysed)
    assert any(gap.path == "src/churn/train.py" and gap.reason == TIME_UP for gap in report.not_analysed)


def test_the_exit_code_says_that_it_is_incomplete_where_that_is_asked_for() -> None:
    report = late(0)
    assert exit_code(report, Settings()) == OK
    assert exit_code(report, Settings(strict_coverage=True)) == INCOMPLETE


def test_nothing_changes_where_there_is_time() -> None:
    assert not [gap for gap in late(deadline.SECONDS).not_analysed if TIME_UP in gap.reason]


def test_time_can_end_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was run before counts; a finding of a check that was run stays."""
    whole = {found.fingerprint for found in late(deadline.SECONDS).diagnostics}
    asked = iter(range(1_000_000))
    monkeypatch.setattr(Deadline, "over", property(lambda _: next(asked) < 0))
    late(deadline.SECONDS)
    enough = next(asked) - len(load_packs().checks) // 2
    asked = iter(range(1_000_000))
    monkeypatch.setattr(Deadline, "over", property(lambda _: next(asked) > enough))
    report = late(deadline.SECONDS)
    states = [outcome.reason == TIME_UP for outcome in report.projects[0].outcomes]
    assert any(states)
    assert not all(states)
    assert {found.fingerprint for found in report.diagnostics} < whole
