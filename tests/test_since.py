"""`--since`: what is new, and what the model's agreed age leaves time for."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops_lint.checks import load_packs
from mlops_lint.lint import lint
from mlops_lint.settings import Settings

EXAMPLE = Path(__file__).parent.parent / "examples" / "churn"
REGISTRY = load_packs()


def git(folder: Path, day: str, *command: str) -> None:
    dates = {"GIT_AUTHOR_DATE": f"{day}T09:00:00+00:00", "GIT_COMMITTER_DATE": f"{day}T09:00:00+00:00"}
    author = ("-c", "user.name=Kim", "-c", "user.email=kim@acme.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *command], cwd=folder, check=True, env={**os.environ, **dates})


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    copy = tmp_path / "churn"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".git"))
    git(copy, "2026-11-02", "init", "-q")
    git(copy, "2026-11-02", "add", "-A")
    git(copy, "2026-11-02", "commit", "-q", "-m", "Start")
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    git(folder, "2026-11-19", "commit", "-q", "-am", f"Change {name}")


def told(folder: Path, since: str | None) -> dict[str, str]:
    """The severity by code."""
    settings = Settings(today=datetime.date(2026, 11, 20), cache=False, isolated=True, since=since)
    return {shown.code: shown.severity.value for shown in lint(folder, settings, REGISTRY).diagnostics}


def test_only_what_is_new_is_told(churn: Path) -> None:
    change(churn, "mlproject.yaml", "metrics/eval.json#/test/recall", "metrics/eval.json#/nothing")
    assert "CH005" in told(churn, None)
    assert "CH005" in told(churn, "HEAD~1")
    assert told(churn, "HEAD") == {}


def test_a_run_that_is_due_may_wait_while_the_model_is_young(churn: Path) -> None:
    change(churn, "params.yaml", "trees: 200", "trees: 300")
    whole, new = told(churn, None), told(churn, "HEAD~1")
    assert whole["MO007"] == "error"
    assert new["MO007"] == "info"


def test_it_may_not_wait_where_the_model_is_too_old(churn: Path) -> None:
    change(churn, "mlproject.yaml", "max_age: 180d", "max_age: 9d")
    change(churn, "params.yaml", "trees: 200", "trees: 300")
    assert told(churn, "HEAD~1")["MO007"] == "error"
