"""The pages about safety say what the code does: limits, tests that exist, a table that some command wrote."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest

from mlops_lint.config import KEYS

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import robustness  # noqa: E402
from benchmarks.robustness import Measured, Options, Row, measure, suite, table  # noqa: E402

PAGE = (ROOT / "docs/robustness.md").read_text("utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
LIMITS = re.findall(r"^\| ([^|]+) \| ([\d,]+)[^|]* \| `([\w.]+)\.(\w+)` \|$", PAGE, re.M)
HELD_BY = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY)))
OPTIONS = Options(quick=True, seconds=1, python=sys.executable, compare=False)


def test_every_row_of_the_limits_is_read() -> None:
    rows = PAGE.split("| what | limit | constant |")[1].split("\n\n")[0].strip().split("\n")[1:]
    assert len(rows) == len(LIMITS) > 30


@pytest.mark.parametrize(("what", "value", "module", "name"), LIMITS)
def test_limits_are_those_of_the_code(what: str, value: str, module: str, name: str) -> None:
    assert getattr(importlib.import_module(f"mlops_lint.{module}"), name) == int(value.replace(",", "")), what


@pytest.mark.parametrize(("file", "name"), HELD_BY)
def test_promises_are_held_by_tests_that_exist(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test() -> None:
    rows = SECURITY.split("| promise | held by |")[1].split("\n\n")[0].strip().split("\n")[1:]
    assert len(rows) > 10
    assert all("::test_" in row for row in rows)


def test_no_key_of_a_configuration_is_a_limit() -> None:
    """A repository may narrow what is run and raise the bar, nothing else."""
    named = {key for key in KEYS if re.search("limit|max|time|size|depth|path|pack|plugin|output|cache|jobs", key)}
    assert named == set()


def test_the_page_has_a_place_for_the_table() -> None:
    assert robustness._BLOCK.search(PAGE)
    assert robustness.COMMAND in PAGE


def test_a_section_that_breaks_is_named_and_the_others_run() -> None:
    def broken(options: Options, measured: Measured) -> None:
        raise ModuleNotFoundError("no such corpus")

    def sound(options: Options, measured: Measured) -> None:
        measured.rows.append(Row("sound", 1, 2, slowest=0.5, case="x"))

    measured = measure(OPTIONS, (broken, sound))
    written = table(measured, OPTIONS)
    assert measured.missing == ["broken: ModuleNotFoundError: no such corpus"]
    assert "Not measured: broken" in written
    assert "| sound | 1 | 2 | 0 | 0 | 0 | 0 | 0 | 0.50 s (x) |" in written


def test_a_file_of_tests_is_a_row(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text('"""Two: of them."""\n\ndef test_a():\n    pass\n\ndef test_b():\n    assert False\n')
    row = suite(file)
    assert (row.what, row.cases, row.wrong, row.deaths) == ("two", 2, 1, 0)
    assert row.defects == 1
