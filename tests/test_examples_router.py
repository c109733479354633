"""The router: an autonomous project whose charter is true, and patches each of which makes one thing of it untrue."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops_lint.checks import load_packs
from mlops_lint.lint import lint
from mlops_lint.model import Severity
from mlops_lint.results import Report
from mlops_lint.settings import Settings

ROUTER = Path(__file__).parent.parent / "examples" / "router"
LIES = sorted((ROUTER / "lies").glob("*.patch"))
TODAY = datetime.date(2026, 11, 20)
WHEN = {"GIT_AUTHOR_DATE": "2026-11-20T08:00:00Z", "GIT_COMMITTER_DATE": "2026-11-20T08:00:00Z"}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_LINT_TODAY", TODAY.isoformat())


def git(folder: Path, *command: str) -> None:
    """Dates and author are fixed, and no configuration of this machine counts."""
    fixed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **WHEN}
    author = ["-c", "user.name=Kim", "-c", "user.email=kim@acme.example"]
    subprocess.run(["git", *author, *command], cwd=folder, env={**os.environ, **fixed}, check=True)


def alone(into: Path, *, without: tuple[str, ...] = (), patch: Path | None = None) -> Path:
    """The example as a repository of its own, with a patch applied or none."""
    copy = into / "router"
    unwanted = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".git", "logs", *without)
    shutil.copytree(ROUTER, copy, ignore=unwanted)
    git(copy, "init", "-q")
    if patch is not None:
        git(copy, "apply", str(patch))
    git(copy, "add", "-A")
    git(copy, "commit", "-q", "-m", "Start")
    return copy


def linted(folder: Path) -> Report:
    return lint(folder, Settings(today=TODAY, cache=False, isolated=True), load_packs())


def told(report: Report) -> list[str]:
    """What is reported as an error or a warning."""
    loud = [shown for shown in report.diagnostics if shown.severity in (Severity.ERROR, Severity.WARNING)]
    return [f"{shown.code} {shown.finding.place} {shown.finding.message}" for shown in loud]


def test_the_honest_example_is_clean() -> None:
    assert told(linted(ROUTER)) == []


def test_the_honest_example_is_clean_alone(tmp_path: Path) -> None:
    assert told(linted(alone(tmp_path))) == []


def test_the_patches_disturb_nothing(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    assert told(linted(alone(tmp_path / "bare", without=("lies",)))) == []


def test_there_are_enough_lies() -> None:
    assert len(LIES) >= 12
    assert all(re.fullmatch(r"[A-Z]{2}\d{3}(-[a-z]+)+", patch.stem) for patch in LIES)


@pytest.mark.parametrize("patch", LIES, ids=lambda patch: patch.stem)
def test_each_lie_is_found_and_nothing_else(patch: Path, tmp_path: Path) -> None:
    found = told(linted(alone(tmp_path, patch=patch)))
    assert [line.split()[0] for line in found] == [patch.stem.partition("-")[0]], "\n".join(found)


@pytest.mark.parametrize("patch", LIES, ids=lambda patch: patch.stem)
def test_each_lie_is_small(patch: Path) -> None:
    lines = patch.read_text("utf-8").split("\n")
    changed = [line for line in lines if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")]
    assert 1 <= len(changed) <= 15


def test_the_documents_say_the_recorded_score() -> None:
    recorded = json.loads((ROUTER / "metrics" / "eval.json").read_text("utf-8"))
    for name in ("README.md", "MODEL_CARD.md"):
        text = (ROUTER / name).read_text("utf-8")
        assert f"{recorded['test']['f1_macro']:.4f}" in text
        assert f"{recorded['baseline']['f1_macro']:.4f}" in text
