"""How test files fare in continuous integration."""

from __future__ import annotations

import pytest

from mlops_lint.checks import facts_of, load_packs
from mlops_lint.facts.project.integration import Integration
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import RepoView

REGISTRY = load_packs()
WORKFLOW = "on: {on}\njobs:\n  test:\n    steps:\n      - run: {run}\n"
TEST = {"tests/test_a.py": "def test_a():\n    assert 1\n"}


def integration(files: dict[str, str]) -> Integration:
    known = {RepoView: MemoryView({**TEST, **files}), Project: Project("", "mlproject.yaml")}
    return facts_of(REGISTRY, known).get(Integration)


@pytest.mark.parametrize(
    ("on", "run", "fare"),
    [
        ("[push]", "pytest", "run"),
        ("[push]", "pytest || true", "neutralised"),
        ("[workflow_dispatch]", "pytest", "elsewhen"),
        ("[push]", "pytest --ignore=tests", "filtered"),
        ("[push]", "pytest --ignore tests .", "filtered"),
        ("[push]", "docker compose run --rm app pytest tests", "run"),
        ("[push]", "docker run --rm app sh -c 'pytest tests'", "run"),
        ("[push]", "ruff check tests", "never"),
    ],
)
def test_fares(on: str, run: str, fare: str) -> None:
    workflow = WORKFLOW.format(on=on, run=run)
    assert integration({".github/workflows/ci.yml": workflow}).run("tests/test_a.py").fare == fare


@pytest.mark.parametrize(
    ("run", "hidden"),
    [
        ("docker run --rm app", True),
        ("docker compose up -d db", False),
        ("npm test", True),
        ("npm install", False),
        ("hatch run test", True),
        ("poetry run black tests", False),
        ("aws s3 cp tests s3://x", False),
        ("earthly +test", True),
    ],
)
def test_what_cannot_be_seen(run: str, hidden: bool) -> None:
    found = integration({".github/workflows/ci.yml": WORKFLOW.format(on="[push]", run=run)})
    assert (found.obstacle is not None) is hidden


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("RUN pytest tests", True),
        ("RUN pip install pytest", False),
        ("RUN pip install pytest && pytest", True),
        ("# RUN pytest", False),
        ('CMD ["python", "-m", "pytest"]', True),
    ],
)
def test_images_that_test_themselves(line: str, runs: bool) -> None:
    files = {
        ".github/workflows/ci.yml": WORKFLOW.format(on="[push]", run="echo built"),
        "Dockerfile": f"FROM python\n{line}\n",
    }
    found = integration(files)
    assert any("Dockerfile" in reason for _, reason in [found.obstacle or (None, "")]) is runs


def test_files_of_other_systems_are_not_read() -> None:
    assert [str(at) for at, _ in integration({".buildkite/pipeline.yml": "steps: []\n"}).unread] == [
        ".buildkite/pipeline.yml:1"
    ]


def test_what_only_sorts_issues_is_idle() -> None:
    label = "on: [pull_request]\njobs:\n  a:\n    steps:\n      - uses: actions/labeler@v5\n"
    found = integration({".github/workflows/label.yml": label})
    assert not found.on_change
    assert [config.path for config in found.idle] == [".github/workflows/label.yml"]
