"""Drafts: they always hold, they mark what they guess, and they never overwrite."""

from __future__ import annotations

import datetime
import functools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_lint.checks import Registry, facts_of, load_packs
from mlops_lint.errors import UsageError
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.project import Project, Today
from mlops_lint.initialise import Draft, draft, write
from mlops_lint.initialise.compose import SCHEMA, compose
from mlops_lint.initialise.tree import Block, Value, emit, guesses, scalar, sound
from mlops_lint.lint import lint_view
from mlops_lint.model import Severity
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import Commit, RepoView
from mlops_lint.settings import Settings

DAY = datetime.date(2026, 11, 20)
TRAIN = """import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score

def main():
    df = pd.read_csv("data/customers.csv")
    x = df[["gender", "tenure", "plan"]]
    model = RandomForestClassifier(random_state=1)
    model.fit(x, df["left"])
    DummyClassifier(strategy="most_frequent").fit(x, df["left"])
    print(f1_score(df["left"], model.predict(x)))

if __name__ == "__main__":
    main()
"""
API = """import sentry_sdk
from fastapi import FastAPI
sentry_sdk.init(dsn="x")
app = FastAPI()

@app.get("/health")
def health():
    return 1

@app.post("/predict")
def predict(row: dict):
    return 1
"""
FILES: dict[str, str | bytes] = {
    "CODEOWNERS": "* @acme/retention-ml\n",
    "pyproject.toml": '[project]\nname = "churn"\n',
    "uv.lock": 'version = 1\n[[package]]\nname = "numpy"\nversion = "2.0.0"\n',
    "params.yaml": "train: {seed: 1}\n",
    "dvc.yaml": "stages:\n  train: {cmd: python src/train.py, outs: [models/churn.joblib]}\n",
    "data/customers.csv.dvc": "outs:\n  - md5: 0123456789abcdef0123456789abcdef\n    path: customers.csv\n",
    "src/train.py": TRAIN,
    "src/api.py": API,
    "metrics/eval.json": '{"train": {"f1": 0.9}, "test": {"f1": 0.81}}',
    "metrics/baseline.json": '{"test": {"f1": 0.4}}',
    "tests/test_train.py": "from src.train import main\ndef test_main():\n    assert main() is None\n",
    ".github/workflows/ci.yml": "on: [push]\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: pytest\n",
}


@functools.cache
def registry() -> Registry:
    return load_packs()


def composed(
    files: dict[str, str | bytes], *, minimal: bool = False, name: str = "project", commits: tuple[Commit, ...] = ()
) -> str:
    view = MemoryView(files, name=name, commits=commits)
    return compose(view, Project("", "mlproject.yaml"), registry(), DAY, minimal=minimal)[0]


def charter(text: str) -> Charter:
    project = Project("", "mlproject.yaml")
    known = {
        RepoView: MemoryView({"mlproject.yaml": text}),
        Project: project,
        Today: Today(DAY),
        FileFacts: FileFacts(),
    }
    return facts_of(registry(), known).get(Charter)


def test_what_is_found_is_filled_in() -> None:
    text = composed(FILES)
    read = charter(text)
    assert read.problems == ()
    expected: dict[tuple[str | int, ...], Any] = {
        ("project", "name"): "churn",
        ("project", "owner"): "@acme/retention-ml",
        ("project", "stage"): "exploration",
        ("goal", "task"): "binary-classification",
        ("metric", "name"): "f1",
        ("metric", "computed_in"): "src/train.py::main",
        ("metric", "recorded_in"): "metrics/eval.json#/test/f1",
        ("baseline", "kind"): "majority",
        ("baseline", "implemented_in"): "src/train.py::main",
        ("baseline", "recorded_in"): "metrics/baseline.json#/test/f1",
        ("data", "sources", 0, "path"): "data/customers.csv",
        ("data", "sources", 0, "versioned_with"): "dvc",
        ("data", "labels"): "available",
        ("model", "trained_by"): "src/train.py::main",
        ("model", "params"): "params.yaml",
        ("model", "pipeline"): "dvc.yaml",
        ("model", "lockfile"): "uv.lock",
        ("tests",): ["tests/"],
        ("deployment", "entrypoint"): "src/api.py::predict",
        ("deployment", "ci"): ".github/workflows/ci.yml",
        ("monitoring", "hooks", 0, "call"): "sentry_sdk:init",
        ("fairness", "protected_attributes"): ["gender"],
    }
    assert {route: read.get(*route) for route in expected} == expected
    assert all(read.unconfirmed(*route) for route in expected)


def test_pipelines_of_tests_are_no_data_and_what_trains_and_predicts_comes_first() -> None:
    lock = "schema: '2.0'\nstages:\n  fit: {cmd: x, outs: [{path: %s, md5: 0123456789abcdef0123456789abcdef}]}\n"
    stage = "stages:\n  fit: {cmd: x, outs: [%s]}\n"
    files: dict[str, str | bytes] = {
        "tests/fixtures/dvc.yaml": stage % "models/tiny.pkl",
        "tests/fixtures/dvc.lock": lock % "models/tiny.pkl",
        "data/customers.csv.dvc": FILES["data/customers.csv.dvc"],
        "airflow/poetry.lock": '[[package]]\nname = "apache-airflow"\nversion = "2.9.0"\n',
        "training/poetry.lock": '[[package]]\nname = "scikit-learn"\nversion = "1.5.2"\n',
        "training/train.py": TRAIN,
        "api/main.py": API.replace("/predict", "/search").replace("predict", "search"),
    }
    read = charter(composed(files))
    assert read.items("data", "sources") == 1
    assert read.get("model", "path") is None
    assert read.get("model", "lockfile") == "training/poetry.lock"
    assert read.get("deployment", "entrypoint") == "api/main.py::search"


def test_the_first_line_is_for_editors_and_guesses_carry_their_place() -> None:
    lines = composed(FILES).split("\n")
    assert lines[0] == f"# yaml-language-server: $schema={SCHEMA}"
    assert '  owner: "@acme/retention-ml"  # CODEOWNERS:1' in lines
    assert "  computed_in: src/train.py::main  # src/train.py:12" in lines
    assert "  recorded_in: metrics/eval.json#/test/f1  # metrics/eval.json:1" in lines


AUC = "from sklearn.metrics import accuracy_score, roc_auc_score\n\n"
METRICS = [
    ("e.py", "from sklearn.metrics import precision_recall_fscore_support as f\n\nf([1], [1])\n", "f1"),
    ("e.py", "def mae(y_true, y_pred):\n    return sum(y_true) / sum(y_pred)\n\n\nmae([1], [1])\n", "mae"),
    ("tests/test_e.py", AUC + "def test_auc():\n    assert roc_auc_score([0, 1], [0.1, 0.9]) > 0.8\n", "roc_auc"),
    ("e.py", AUC + "accuracy_score([1], [1])\nroc_auc_score([0, 1], [0, 1])\n", "roc_auc"),
    ("e.py", AUC + "accuracy_score([1], [1])\n", "accuracy"),
    ("e.py", "import sklearn.metrics\n\nsklearn.metrics.f1_score([1], [1])\n", "f1"),
    ("e.py", "import sklearn.metrics\n\nsklearn.metrics.jaccard_score([1], [1])\n", "jaccard"),
    ("e.py", "import sklearn.metrics\n\nsklearn.metrics.mean_squared_error([1], [1])\n", "mse"),
]


@pytest.mark.parametrize(("path", "text", "name"), METRICS)
def test_a_metric_is_what_its_call_is_named_for_also_in_reports_by_hand_and_in_tests(
    path: str, text: str, name: str
) -> None:
    assert charter(composed({path: text})).get("metric", "name") == name


def test_the_workflow_that_tests_the_model_and_the_script_that_trains_come_first() -> None:
    files: dict[str, str | bytes] = {
        ".github/workflows/documentation.yaml": "on: push\njobs: {a: {steps: [{run: mkdocs build}]}}\n",
        ".github/workflows/work.yaml": "on: push\njobs: {a: {steps: [{run: pytest tests}]}}\n",
        "tests/test_a.py": "def test_a():\n    assert open('x')\n",
        "model/encoder.pkl": b"x",
        "model/model.pkl": b"x",
        "train.py": "import torch\n\ntorch.manual_seed(1)\n",
        "columns.py": "a = ['marital-status', 'sex']\nb = ['marital_status', 'sex']\n",
    }
    read = charter(composed(files))
    assert read.get("deployment", "ci") == ".github/workflows/work.yaml"
    assert read.get("model", "path") == "model/model.pkl"
    assert read.get("model", "trained_by") == "train.py"
    assert read.texts("fairness", "protected_attributes") == ["marital-status", "sex"]


def test_nothing_found_still_holds_and_says_so() -> None:
    for minimal in (False, True):
        read = charter(composed({"README.md": "x"}, minimal=minimal))
        assert read.problems == ()
        assert read.get("metric", "none_because") == "not stated yet"
        assert read.get("tests") == []
        assert read.unconfirmed("goal", "problem")
        assert read.guesses("metric") == ["metric.none_because"]


@pytest.mark.parametrize("files", [{"train.py": "print(1)\n"}, FILES], ids=["bare", "whole"])
def test_a_fresh_draft_is_not_accused_of_its_own_gaps(files: dict[str, str | bytes]) -> None:
    text = composed(files)
    report = lint_view(MemoryView({**files, "mlproject.yaml": text}), Settings(today=DAY), registry(), practices=False)
    errors = [d for d in report.diagnostics if d.severity is Severity.ERROR]
    assert {d.code for d in errors} <= {"MO005"}  # what the repository lacks, whoever wrote the charter
    listed = {f"`{entry}`" for entry in yaml.safe_load(text)["unconfirmed"]}
    (project,) = report.projects
    reasons = [unknown.reason for outcome in project.outcomes for unknown in outcome.unknowns if unknown.guess]
    named = {name for reason in reasons for name in re.findall(r"`[^`]+`", reason)}
    assert reasons
    assert named - {"`init`", "`unconfirmed`"} <= listed


def test_a_gap_that_is_confirmed_fails_its_gate() -> None:
    text = composed({"train.py": "print(1)\n"})
    for gap in ("baseline.none_because", "tests"):
        text = text.replace(f"  - {gap}\n", "")
    report = lint_view(MemoryView({"train.py": "print(1)\n", "mlproject.yaml": text}), Settings(today=DAY), registry())
    assert {"BL001", "TE001"} <= {d.code for d in report.diagnostics if d.severity is Severity.ERROR}


def test_minimal_is_shorter_and_asks_for_nothing_optional() -> None:
    short, whole = composed(FILES, minimal=True), composed(FILES)
    assert charter(short).problems == ()
    assert len(short.split("\n")) < len(whole.split("\n"))
    assert "deployment" not in short
    assert "lockfile" not in short


ODD = st.text(max_size=60) | st.sampled_from(
    ["@kim", "#channel", "no", "null", "1.0", "2026-11-20", "a: b", "- x", "{}", "'", '"\\', "x #y", "!tag", "~"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=ODD, author=ODD, folder=ODD)
def test_odd_names_and_owners_still_hold(name: str, author: str, folder: str) -> None:
    quoted = "".join(c for c in name if c.isprintable() and c not in '"\\')
    commit = Commit("1", author, "a@b.example", DAY, "x")
    safe = "".join(c for c in folder if c.isprintable() and c != "/").strip(". ") or "d"
    files: dict[str, str | bytes] = {
        "pyproject.toml": f'[project]\nname = "{quoted}"\n',
        f"data/{safe}.csv": "a\n1\n",
        f"{safe}.joblib": b"x",
        f"tests/{safe}/test_x.py": "def test_x():\n    assert open('data/x.csv')\n",
    }
    text = composed(files, name=folder or "x", commits=(commit,))
    read = charter(text)
    assert read.problems == ()
    assert read.text("project", "name") == (sound(quoted) or sound(folder or "x") or "project")
    person = "" if "[bot]" in author else sound(author)
    assert read.text("project", "owner") == (person or "not stated yet")


@given(st.text(max_size=80))
def test_text_reads_back_as_it_was(text: str) -> None:
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        return
    assert yaml.safe_load(f"k: {scalar(text)}")["k"] == text


def test_scalars_that_could_be_something_else_are_quoted() -> None:
    assert scalar("@kim") == '"@kim"'
    assert scalar("#channel") == '"#channel"'
    assert scalar("2026-11-20") == '"2026-11-20"'
    assert scalar("0.5") == '"0.5"'
    assert scalar("No") == '"No"'
    assert scalar(DAY) == "2026-11-20"
    assert scalar("src/a.py::f") == "src/a.py::f"


def test_guesses_are_named_once() -> None:
    block = Block(
        {"a": Value(1), "b": Value(1, guessed=False), "c": [Value("x"), Value("y")], "d": [Block({"e": Value(1)})]}
    )
    assert list(guesses(block)) == ["a", "c", "d.0"]
    assert yaml.safe_load(emit(block)) == {"a": 1, "b": 1, "c": ["x", "y"], "d": [{"e": 1}]}


def make(folder: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_a_draft_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    root = make(tmp_path / "churn", FILES)
    drafted = draft(root, today=DAY)
    assert not drafted.exists
    assert drafted.relative == "mlproject.yaml"
    write(drafted)
    assert drafted.path.read_text(encoding="utf-8") == drafted.text
    assert sorted(path.name for path in root.iterdir() if path.name.startswith(".")) == [".github"]
    assert draft(root, today=DAY).exists
    with pytest.raises(UsageError, match="never overwritten"):
        write(drafted)
    assert drafted.path.read_text(encoding="utf-8") == drafted.text


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mlproject.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(UsageError, match="never overwritten"):
        write(Draft("charter: 1\n", tmp_path / "mlproject.yaml", "mlproject.yaml", (), False))
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_no_folder_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        draft(tmp_path / "missing")


def test_four_questions_are_asked_on_a_terminal_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlops_lint.cli import output
    from mlops_lint.cli.commands import run

    (tmp_path / "train.py").write_text("import pandas\nd = pandas.read_csv('a.csv')\n")
    said = iter(["Agents call at  random: most leavers are missed", "", "# a rule: finds a third", "Agents ring them"])
    monkeypatch.setattr("click.prompt", lambda *_words, **_more: next(said))
    monkeypatch.setattr(output, "is_dialogue", lambda: True)
    assert run(["init", str(tmp_path)]) == 0
    assert "only people can answer" in capsys.readouterr().out
    made = yaml.safe_load((tmp_path / "mlproject.yaml").read_bytes())
    assert made["goal"]["problem"] == "Agents call at random: most leavers are missed"
    assert made["goal"]["why_ml"] == "# a rule: finds a third"
    assert "goal.problem" not in made["unconfirmed"]
    assert "goal.outcome" in made["unconfirmed"]
    assert run(["init", str(tmp_path)]) == 2  # there is a charter: nobody is asked in vain
    (tmp_path / "mlproject.yaml").unlink()
    monkeypatch.setattr(output, "is_dialogue", lambda: False)
    assert run(["init", str(tmp_path)]) == 0
    assert "only people can answer" not in capsys.readouterr().out
