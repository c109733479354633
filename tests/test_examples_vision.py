"""The example of leaves: honest it is silent, and each patch of `lies/` makes its one code appear."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from mlops_lint.checks import load_packs
from mlops_lint.lint import lint
from mlops_lint.model import Severity
from mlops_lint.results import Report
from mlops_lint.settings import Settings

EXAMPLE = Path(__file__).parent.parent / "examples" / "vision"
PATCHES = sorted((EXAMPLE / "lies").glob("*.patch"))
DATED = {"GIT_AUTHOR_DATE": "2026-11-20T09:00:00+00:00", "GIT_COMMITTER_DATE": "2026-11-20T09:00:00+00:00"}
ELSEWHERE = {"data/photos", "data/photos.csv", "data/rows.csv", "models/leaves.pt"}
"""What DVC keeps, and git does not."""


def git(folder: Path, *command: str) -> None:
    author = ("-c", "user.name=Kim", "-c", "user.email=kim@acme.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *command], cwd=folder, check=True, env={**os.environ, **DATED})


def alone(into: Path, patch: Path | None = None) -> Path:
    """The example as a repository of its own, with one patch or none."""
    copy = into / "vision"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".git"))
    git(copy, "init", "-q")
    if patch is not None:
        git(copy, "apply", str(patch))
    git(copy, "add", "-A")
    git(copy, "commit", "-q", "-m", "Start")
    return copy


def linted(folder: Path) -> Report:
    return lint(folder, Settings(today=datetime.date(2026, 11, 20), cache=False, isolated=True), load_packs())


def told(report: Report) -> list[str]:
    """Errors and warnings."""
    return [
        f"{shown.code} {shown.finding.place} {shown.finding.message}"
        for shown in report.diagnostics
        if shown.severity is not Severity.INFO
    ]


def test_the_honest_example_is_silent(tmp_path: Path) -> None:
    assert told(linted(alone(tmp_path))) == []


def test_there_are_lies_enough() -> None:
    assert len(PATCHES) >= 12


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_lie_is_found_and_nothing_else(patch: Path, tmp_path: Path) -> None:
    found = told(linted(alone(tmp_path, patch)))
    assert [line.split()[0] for line in found] == [patch.stem.partition("-")[0]], "\n".join(found)


def test_the_lock_holds_the_hashes_of_the_files() -> None:
    lock = yaml.safe_load((EXAMPLE / "dvc.lock").read_text("utf-8"))
    for stage in lock["stages"].values():
        for entry in [*stage["deps"], *stage["outs"]]:
            if entry["path"] in ELSEWHERE:
                assert not (EXAMPLE / entry["path"]).exists()
                continue
            content = (EXAMPLE / entry["path"]).read_bytes()
            assert hashlib.md5(content, usedforsecurity=False).hexdigest() == entry["md5"], entry["path"]
    recorded = json.loads((EXAMPLE / "metrics" / "eval.json").read_text("utf-8"))["lineage"]
    outs = {out["path"]: out["md5"] for stage in lock["stages"].values() for out in stage["outs"]}
    assert (recorded["data_md5"], recorded["model_md5"]) == (outs["data/rows.csv"], outs["models/leaves.pt"])
