# ruff: noqa: E501
"""Hostile files: the process lives, nobody waits, nothing is silent, and the healthy files' findings do not move."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from healthy import project
from parser_faults import CASES, Row, parser_faults

KINDS = ("py-", "meaning-", "charter-", "workflow-", "dvc-", "json-", "notebook-", "toml-", "")
BROKEN_PYTHON = b"def broken(:\n"
TOO_DEEP = b"x = " + b"(" * 5_000
BROKEN_YAML = b"a: [\n"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The whole corpus, run once."""
    return parser_faults()


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_goes_as_it_should(rows: list[Row], kind: str) -> None:
    others = tuple(other for other in KINDS if other)
    mine = [row for row in rows if (row.case.startswith(kind) if kind else not row.case.startswith(others))]
    assert mine
    assert [row for row in mine if not row.sound] == []


def test_the_corpus_is_as_large_as_is_said(rows: list[Row]) -> None:
    def count(*prefixes: str) -> int:
        return sum(case.name.startswith(prefixes) for case in CASES)

    assert count("py-", "meaning-") >= 140
    assert count("charter-", "workflow-", "dvc-", "gitlab-", "azure-", "circle-", "pre-commit-") >= 60
    assert len(CASES) - count("py-", "meaning-", "charter-", "workflow-", "dvc-") >= 60
    assert len(rows) == len(CASES)


def outcome(code: str, files: dict[str, bytes]) -> tuple[str, list[str]]:
    """The state of a check, and the paths that were not analysed."""
    from mlops_lint.checks import load_packs
    from mlops_lint.lint import lint_view
    from mlops_lint.repo.memory import MemoryView
    from mlops_lint.settings import Settings

    report = lint_view(MemoryView(files), Settings(today=datetime.date(2026, 11, 20)), load_packs())
    states = {outcome.code: outcome.state.value for outcome in report.projects[0].outcomes}
    return states[code], [gap.path for gap in report.not_analysed]


def charter(*swaps: tuple[str, str]) -> bytes:
    """The healthy charter with some claims taken out."""
    text = project()["mlproject.yaml"].decode()
    for before, after in swaps:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


NEEDED: tuple[tuple[str, dict[str, bytes | None]], ...] = (
    ("MT003", {"src/shop/evaluate.py": TOO_DEEP}),
    ("MT003", {"src/shop/evaluate.py": BROKEN_PYTHON,
               "mlproject.yaml": charter((' computed_in: "src/shop/evaluate.py::score",', ""))}),
    ("MN002", {"src/shop/watch.py": BROKEN_PYTHON}),
    ("MN002", {"src/shop/serving.py": BROKEN_PYTHON}),
    ("TE001", {"tests/test_score.py": BROKEN_PYTHON, "tests/test_hollow.py": b"\xff\xfe\0"}),
    ("DE001", {".github/workflows/ci.yml": BROKEN_YAML}),
    ("DE001", {".github/workflows/ci.yml": b"a: " + b"[" * 10_000}),
    ("DA003", {"data/orders.csv.dvc": BROKEN_YAML}),
    ("DA003", {"data/orders.csv.dvc": None, "dvc.yaml": BROKEN_YAML}),
    ("MO005", {"requirements.lock": None, "pyproject.toml": b"[project\n", "mlproject.yaml": charter((", lockfile: requirements.lock", ""))}),
    ("MO005", {"requirements.lock": None, "environment.yml": BROKEN_YAML,
               "mlproject.yaml": charter((", lockfile: requirements.lock", ""))}),
    ("BL002", {"src/shop/baseline.py": BROKEN_PYTHON}),
    ("BL002", {"src/shop/baseline.py": TOO_DEEP,
               "mlproject.yaml": charter((' implemented_in: "src/shop/baseline.py::rule",', ""))}),
)  # fmt: skip


@pytest.mark.parametrize(("code", "files"), NEEDED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_that_cannot_be_read_is_never_a_missing_one(code: str, files: dict[str, bytes | None]) -> None:
    healthy, gaps = outcome(code, project())
    assert (healthy, gaps) == ("pass", [])
    kept = {path: content for path, content in {**project(), **files}.items() if content is not None}
    state, gaps = outcome(code, kept)
    assert state == "cannot-tell"
    broken = sorted(path for path, content in files.items() if content is not None and path != "mlproject.yaml")
    assert gaps == broken


def test_strict_coverage_ends_with_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    for path, content in {**project(), "src/shop/hostile.py": TOO_DEEP}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    command = [sys.executable, "-m", "mlops_lint", "check", str(tmp_path), "--no-cache", "--fail-on", "never"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "src/shop/hostile.py" in shown.stdout
    assert subprocess.run([*command, "--strict-coverage"], capture_output=True, check=False).returncode == 4
