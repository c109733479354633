"""Every contradiction and every gate has a flagged case on the page of its check, and an honest twin."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlops_lint.checks import Check, load_packs
from mlops_lint.testing import Case, cases

DOCS = Path(__file__).parents[1] / "docs"
SCRIPT: dict[str, Any] = runpy.run_path(str(DOCS / "contradictions.py"))
ROWS: list[dict[str, Any]] = SCRIPT["rows"]()
CHECKS = load_packs().checks
HELD = [pytest.param(held, id=f"{held['check']}-{held['flagged']}") for row in ROWS for held in row["held"]]
GATES = [check for code, check in sorted(CHECKS.items()) if check.gate]


@cache
def _examples(code: str) -> tuple[Case, ...]:
    return tuple(cases(CHECKS[code].doc))


def _case(code: str, title: str) -> Case:
    found = [case for case in _examples(code) if case.title == title]
    assert found, f"the page of {code} has no case {title!r}"
    return found[0]


@pytest.mark.parametrize("held", HELD)
def test_a_contradiction_is_flagged_where_it_stands(held: dict[str, str]) -> None:
    case = _case(held["check"], held["flagged"])
    assert case.outcome == "fail"
    assert [mark for mark in case.marked("expect") if mark.text], "no place with a text of the message is expected"


@pytest.mark.parametrize("held", HELD)
def test_its_honest_twin_is_silent(held: dict[str, str]) -> None:
    assert _case(held["check"], held["honest"]).outcome == "pass"


@pytest.mark.parametrize("check", GATES, ids=lambda check: check.code)
def test_a_gate_has_a_flagged_case_and_a_silent_one(check: Check) -> None:
    examples = _examples(check.code)
    assert any(case.outcome == "fail" and case.marked("expect") for case in examples)
    assert any(case.outcome == "pass" and not case.marked("expect") for case in examples)


def test_every_check_that_caps_the_level_has_a_row() -> None:
    named = {held["check"] for row in ROWS for held in row["held"]}
    left = sorted(check.code for check in CHECKS.values() if check.caps and check.code not in named)
    assert left == ["CH005", "DE002", "SC001"], "a capping check whose contradiction has no row"


def test_the_page_is_what_is_made() -> None:
    assert (DOCS / "contradictions.md").read_text(encoding="utf-8") == SCRIPT["page"](ROWS, CHECKS)
