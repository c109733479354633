"""The examples: one project whose charter is true, and the same with seven lies."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from mlops_lint.checks import load_packs
from mlops_lint.lint import lint
from mlops_lint.report import Options, render
from mlops_lint.results import Report
from mlops_lint.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "examples"
LIES = {
    "MT005": "mlproject.yaml",
    "BL003": "mlproject.yaml",
    "MT007": "src/churn/evaluate.py",
    "DA003": "data/regions.csv",
    "RS004": "src/churn/features.py",
    "RS006": "src/churn/explain.py",
    "MN002": "src/churn/monitoring.py",
}
"""Code -> a file that the finding is about, as its place or as its second one."""


def linted(folder: Path) -> Report:
    settings = Settings(today=datetime.date(2026, 11, 20), cache=False, isolated=True)
    return lint(folder, settings, load_packs())


def alone(name: str, into: Path) -> Path:
    """The example as a repository of its own."""
    copy = into / name
    shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns("__pycache__", ".git"))
    author = ["-c", "user.name=Kim", "-c", "user.email=kim@acme.example", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *command], cwd=copy, check=True)
    return copy


def told(report: Report) -> list[str]:
    return [f"{shown.code} {shown.finding.place} {shown.finding.message}" for shown in report.diagnostics]


def test_the_honest_example_is_clean() -> None:
    assert told(linted(EXAMPLES / "churn")) == []


def test_the_honest_example_is_clean_alone(tmp_path: Path) -> None:
    assert told(linted(alone("churn", tmp_path))) == []


def test_exactly_the_seven_lies_are_found() -> None:
    report = linted(EXAMPLES / "churn-lies")
    assert Counter(shown.code for shown in report.diagnostics) == Counter(list(LIES)), "\n".join(told(report))


def test_the_seven_lies_are_found_alone(tmp_path: Path) -> None:
    report = linted(alone("churn-lies", tmp_path))
    assert Counter(shown.code for shown in report.diagnostics) == Counter(list(LIES)), "\n".join(told(report))


@pytest.mark.parametrize("code", LIES)
def test_a_lie_quotes_two_places(code: str) -> None:
    report = linted(EXAMPLES / "churn-lies")
    (finding,) = [shown.finding for shown in report.diagnostics if shown.code == code]
    places = [finding.place, *(related.at for related in finding.related)]
    assert len(set(places)) >= 2
    assert finding.message


def test_the_lies_are_errors_in_production() -> None:
    report = linted(EXAMPLES / "churn-lies")
    assert {shown.code: shown.severity.value for shown in report.diagnostics} == dict.fromkeys(LIES, "error")


@pytest.mark.parametrize("name", ["churn", "churn-lies"])
def test_the_lock_holds_the_hashes_of_the_files(name: str) -> None:
    lock = yaml.safe_load((EXAMPLES / name / "dvc.lock").read_text("utf-8"))
    known = {"data/customers.csv", "data/prepared.csv", "models/churn.joblib"}
    for stage in lock["stages"].values():
        for entry in [*stage.get("deps", []), *stage.get("outs", [])]:
            file = EXAMPLES / name / entry["path"]
            if entry["path"] in known:
                assert not file.exists()
            else:
                assert hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() == entry["md5"], entry["path"]
    recorded = json.loads((EXAMPLES / name / "metrics" / "eval.json").read_text("utf-8"))["lineage"]
    outs = {out["path"]: out["md5"] for stage in lock["stages"].values() for out in stage["outs"]}
    assert (recorded["data_md5"], recorded["model_md5"]) == (outs["data/prepared.csv"], outs["models/churn.joblib"])


def test_the_readme_shows_what_is_reported() -> None:
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    block = readme.partition("<!-- report -->")[2].partition("<!-- /report -->")[0].strip().split("\n")[2:-1]
    shown = render(linted(EXAMPLES / "churn-lies"), "text", Options()).replace("examples/churn-lies/", "")
    for part in "\n".join(block).replace("examples/churn-lies/", "").split("…"):
        assert part.strip("\n") in shown


def test_the_readme_of_the_lies_names_them() -> None:
    readme = (EXAMPLES / "churn-lies" / "README.md").read_text("utf-8")
    rows = [row for row in readme.split("\n") if row.startswith("| ") and row[2:3] in "abcdefg" and row[3:5] == " |"]
    assert sorted(row.split("|")[4].split()[0] for row in rows) == sorted(LIES)
