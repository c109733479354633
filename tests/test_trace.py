"""Every requirement has a field of the charter and a check, and the page in the docs says so."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from mlops_lint.checks import load_packs

TRACE: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "trace.py"))
ROWS: list[dict[str, Any]] = TRACE["rows"]()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_requirement_has_a_field_and_a_check(row: dict[str, Any]) -> None:
    checks = load_packs().checks
    assert row["fields"], "no field holds the answer"
    assert [field for field in row["fields"] if not TRACE["field_exists"](TRACE["schema"](), field)] == []
    assert [code for code in row["checks"] if code in checks], "no check holds it against the repository"
    assert [code for code in row["checks"] if code not in checks] == []


def test_rows_are_numbered_without_gaps() -> None:
    assert [row["id"] for row in ROWS] == [f"R{number}" for number in range(1, len(ROWS) + 1)]


def test_a_field_that_is_not_there_is_seen() -> None:
    assert not TRACE["field_exists"](TRACE["schema"](), "goal.nothing")
    assert not TRACE["field_exists"](TRACE["schema"](), "nothing")


def test_the_page_is_what_is_made() -> None:
    file = Path(__file__).parents[1] / "docs" / "requirements.md"
    assert file.read_text(encoding="utf-8") == TRACE["page"](ROWS, load_packs().checks)
