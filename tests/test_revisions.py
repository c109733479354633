"""What older contents of files tell: the charter's age, and promises that were loosened."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence

import pytest

from mlops_lint.checks import load_packs
from mlops_lint.facts.project.arguing import admits, compares
from mlops_lint.facts.project.money import amount
from mlops_lint.facts.project.placeholders import QUESTIONS
from mlops_lint.facts.project.revisions import meaning
from mlops_lint.initialise.compose import QUESTIONS as ASKED
from mlops_lint.lint import lint_view
from mlops_lint.model import State
from mlops_lint.repo.memory import MemoryView, oid_of
from mlops_lint.repo.view import Commit
from mlops_lint.settings import Settings

REGISTRY = load_packs()
TODAY = datetime.date(2026, 11, 20)
Step = Mapping[str, str | None]
CHARTER = """charter: 1
project: {name: churn, owner: kim, archetype: undecided, stage: production, reviewed: 2026-11-01}
goal: {problem: p, outcome: o, why_ml: w, used_for: u, task: binary-classification}
metric: {name: recall, target: TARGET, recorded_in: metrics/eval.json#/recall}
baseline: {kind: rule}
data: {sources: [{path: d.csv, versioned_with: git}], labels: available}
model: {path: m.joblib, versioned_with: dvc, trained_by: src/train.py, prompts: [prompts/a.md]}
tests: tests/
monitoring: {none_because: not yet}
fairness: {not_applicable: no people}
analysis: {decisions: docs/adr}
"""


def charter(target: float = 0.7) -> str:
    return CHARTER.replace("TARGET", str(target))


def score(value: float) -> str:
    return json.dumps({"recall": value})


def history(steps: Sequence[Step], *, days: int = 1, now: Step | None = None) -> MemoryView:
    """A repository after these commits, one every so many days; `now` is not committed."""
    files: dict[str, str] = {}
    commits: list[Commit] = []
    for number, step in enumerate(steps, 1):
        objects = {}
        for path, text in step.items():
            old = oid_of(files[path].encode()) if path in files else None
            objects[path] = (old, oid_of(text.encode()) if text is not None else None)
            if text is None:
                del files[path]
            else:
                files[path] = text
        date = TODAY - datetime.timedelta(days=days * (len(steps) - number))
        commits.append(Commit(f"{number:040x}", "kim", "k@x.example", date, "s", tuple(objects), objects))
    past = [text.encode() for step in steps for text in step.values() if text is not None]
    files |= {path: text for path, text in (now or {}).items() if text is not None}
    return MemoryView(files, commits=tuple(reversed(commits)), past=past)


def state(view: MemoryView, code: str) -> State:
    report = lint_view(view, Settings(select=(code,), today=TODAY, cache=False, isolated=True), REGISTRY)
    return next(outcome.state for outcome in report.projects[0].outcomes if outcome.code == code)


def after_charter(*steps: Step) -> MemoryView:
    return history(
        [{"mlproject.yaml": charter(), "src/train.py": "from src import helper\n", "src/helper.py": ""}, *steps]
    )


@pytest.mark.parametrize(
    ("path", "text", "count", "wanted"),
    [
        ("src/train.py", "DEPTH = {}\n", 20, State.FAIL),
        ("src/train.py", "DEPTH = {}\n", 19, State.PASS),
        ("src/helper.py", "DEPTH = {}\n", 20, State.FAIL),
        ("prompts/a.md", "Answer in {} words.\n", 20, State.FAIL),
        ("src/train.py", "# try {}\nDEPTH = 1\n", 30, State.PASS),
        ("src/train.py", '"""Try {}."""\nDEPTH   =   1\n', 30, State.PASS),
        ("src/other.py", "DEPTH = {}\n", 30, State.PASS),
        ("tests/test_train.py", "DEPTH = {}\n", 30, State.PASS),
        ("metrics/eval.json", '{{"recall": {}}}', 30, State.PASS),
        ("m.joblib.dvc", "outs: [{{md5: {}, path: m.joblib}}]", 30, State.PASS),
    ],
)
def test_commits_that_leave_the_charter_behind(path: str, text: str, count: int, wanted: State) -> None:
    steps: list[Step] = [{path: text.format(number)} for number in range(count)]
    if path == "src/train.py":
        steps = [{path: f"from src import helper\n{step[path]}"} for step in steps]
    assert state(after_charter(*steps), "CH004") is wanted


def test_a_charter_that_is_changed_starts_anew() -> None:
    steps: list[Step] = [{"src/train.py": f"DEPTH = {number}\n"} for number in range(40)]
    steps.insert(30, {"mlproject.yaml": charter(0.71)})
    assert state(after_charter(*steps), "CH004") is State.PASS
    steps = [{"src/train.py": f"DEPTH = {number}\n"} for number in range(40)]
    begun = [{"mlproject.yaml": charter(), "src/train.py": ""}, *steps]
    assert state(history(begun), "CH004") is State.FAIL
    assert state(history(begun, now={"mlproject.yaml": charter(0.8)}), "CH004") is State.PASS


def test_a_charter_that_no_commit_holds_yet_is_new() -> None:
    steps: list[Step] = [{"src/train.py": f"DEPTH = {number}\n"} for number in range(40)]
    assert state(history(steps, now={"mlproject.yaml": charter()}), "CH004") is State.PASS


def test_goalposts_that_move_before_the_commit() -> None:
    base: list[Step] = [{"mlproject.yaml": charter(0.7), "metrics/eval.json": score(0.72)}]
    worse = {"mlproject.yaml": charter(0.6), "metrics/eval.json": score(0.64)}
    record = {"docs/adr/0002.md": "# Target\n\nThe target for recall becomes 0.6: the new test set is harder.\n"}
    assert state(history(base), "CH008") is State.PASS
    assert state(history(base, now=worse), "CH008") is State.FAIL
    assert state(history(base, now={**worse, **record}), "CH008") is State.PASS
    assert state(history([*base, worse]), "CH008") is State.FAIL
    assert state(history([*base, record, worse]), "CH008") is State.PASS
    assert state(history([*base, worse, {"src/a.py": "A = 1\n"}, record]), "CH008") is State.PASS


def test_goalposts_with_nothing_to_hide() -> None:
    base: list[Step] = [{"mlproject.yaml": charter(0.7), "metrics/eval.json": score(0.72)}]
    better: list[Step] = [{"mlproject.yaml": charter(0.6), "metrics/eval.json": score(0.74)}]
    still: list[Step] = [{"mlproject.yaml": charter(0.6)}]
    higher: list[Step] = [{"mlproject.yaml": charter(0.71), "metrics/eval.json": score(0.715)}]
    for steps in (better, still, higher):
        assert state(history([*base, *steps]), "CH008") is State.PASS
    noise: list[Step] = [{"metrics/eval.json": score(0.715)}, {"mlproject.yaml": charter(0.65)}]
    assert state(history([*base, *noise]), "CH008") is State.PASS
    later: list[Step] = [*still, {"metrics/eval.json": score(0.61)}]
    assert state(history([*base, *later], days=60), "CH008") is State.PASS
    assert state(history([*base, *later]), "CH008") is State.FAIL


def test_a_record_that_was_there_before_explains_nothing() -> None:
    record = "# Recall before precision\n\nRecall counts more than precision, since a call costs 4 EUR.\n"
    base: list[Step] = [{"mlproject.yaml": charter(0.7), "metrics/eval.json": score(0.72), "docs/adr/0001.md": record}]
    worse: Step = {"mlproject.yaml": charter(0.6), "metrics/eval.json": score(0.64)}
    assert state(history([*base, worse]), "CH008") is State.FAIL


def test_the_meaning_of_code() -> None:
    assert meaning("a.py", b"x = 1  # one\n") == meaning("a.py", b'"""Doc."""\nx   =   1\n')
    assert meaning("a.py", b"x = 1\n") != meaning("a.py", b"x = 2\n")
    assert meaning("a.py", b"x = (\n") != meaning("a.py", None)
    cell = {"cell_type": "code", "source": ["x = 1\n"], "metadata": {}, "outputs": [], "execution_count": 1}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    again = {**book, "cells": [{**cell, "execution_count": 9}]}
    assert meaning("a.ipynb", json.dumps(book).encode()) == meaning("a.ipynb", json.dumps(again).encode())


def test_the_questions_of_the_draft_are_known() -> None:
    assert set(ASKED.values()) <= QUESTIONS


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("200 EUR a month", 2400, "EUR"), ("about 400 000 EUR a year", 400_000, "EUR"), ("$1.2 million", 1.2e6, "USD"),
        ("€40,000", 40_000, "EUR"), ("월 300만 원", 3.6e7, "KRW"), ("1.000,50 EUR", 1000.5, "EUR"),
    ],
)  # fmt: skip
def test_amounts(text: str, value: float, currency: str) -> None:
    found = amount(text)
    assert found is not None
    assert (found.value, found.currency) == (value, currency)


@pytest.mark.parametrize(
    "text", ["two analysts", "10 EUR to 20 EUR", "4 EUR for each call", "2 EUR per call", "1-2 EUR"]
)
def test_no_amounts(text: str) -> None:
    assert amount(text) is None


def test_arguments() -> None:
    assert compares("A keyword search answers 41 %")
    assert not compares("We never tried a rule")
    assert not compares("Customers leave, as a rule")
    assert admits("A simple SQL query would do the same job.")
    assert not admits("No rule is enough.")
    assert not admits("Rules are enough for new customers, but miss the rest.")
