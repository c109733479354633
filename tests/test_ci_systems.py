# ruff: noqa: E501  (a case is one line)
"""CI systems and the runners that their commands go through, as the practices read them."""

from __future__ import annotations

import json

import pytest

from practised import Files, practice

TESTED: Files = {"app.py": "x = 1\n", "tests/test_app.py": "from app import x\ndef test_f():\n    assert x == 1\n"}
GITHUB = "on: [push]\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: {}\n"
RUNS = "pytest\nruff check ."
SYSTEMS: list[tuple[str, str]] = [
    (".gitea/workflows/ci.yml", "on: [push]\njobs:\n  t:\n    steps:\n      - run: pytest\n      - run: ruff check .\n"),
    (".forgejo/workflows/ci.yaml", "on: [push]\njobs:\n  t:\n    steps:\n      - run: pytest && ruff check .\n"),
    (".gitlab-ci.yml", "test:\n  script: [pytest, ruff check .]\n"),
    ("azure-pipelines.yml", "steps:\n- script: pytest\n- bash: ruff check .\n"),
    ("ops/build.yml", "trigger: [main]\npool: {vmImage: x}\nstages:\n- stage: a\n  jobs:\n  - job: b\n    steps:\n    - script: pytest\n    - script: ruff check .\n"),
    ("ops/release.yaml", "trigger: none\njobs:\n- job: b\n  steps:\n  - task: AzureCLI@2\n    inputs:\n      inlineScript: |\n        pytest\n        ruff check .\n"),
    ("azure-pipelines.yml", "steps:\n- ${{ if eq(1, 1) }}:\n  - script: pytest\n- task: Bash@3\n  inputs: {targetType: filePath, filePath: run.sh}\n"),
    (".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: pytest\n      - run: {command: ruff check .}\n"),
    (".travis.yml", "script:\n  - pytest\n  - ruff check .\n"),
    ("ci/Jenkinsfile", "pipeline { stages { stage('a') { steps { sh 'pytest'\n sh 'ruff check .' } } } }"),
    ("ci/build.Jenkinsfile", "pipeline { stages { stage('a') { steps { sh 'pytest'\n sh 'ruff check .' } } } }"),
    ("build/release.yaml", "steps:\n- name: gcr.io/cloud-builders/git\n  args: [clone, x]\n- name: $_CI_IMAGE_URI\n  entrypoint: pytest\n  args: [tests]\n  dir: the-clone\n- name: gcr.io/x/y\n  args: [-c, ruff check .]\n  entrypoint: bash\n"),
    ("bitbucket-pipelines.yml", "pipelines:\n  default:\n    - step:\n        script: [pytest, ruff check .]\n"),
    (".taskcluster.yml", "tasks:\n  - payload:\n      command: [bash, -c, 'pytest && ruff check .']\n"),
    ("appveyor.yml", "install:\n  - cmd: pip install .\ntest_script:\n  - cmd: pytest\n  - ps: ruff check .\n"),
    (".drone.yml", "kind: pipeline\nsteps:\n  - name: a\n    commands: [pytest, ruff check .]\n"),
    (".woodpecker/ci.yaml", "steps:\n  a:\n    commands: [pytest, ruff check .]\n"),
    (".buildkite/pipeline.yml", "steps:\n  - command: pytest\n  - commands: [ruff check .]\n"),
    (".cirrus.yml", "task:\n  test_script: pytest\n  lint_script: ruff check .\n"),
    (".semaphore/semaphore.yml", "blocks:\n  - task:\n      jobs:\n        - commands: [pytest, ruff check .]\n"),
    ("cd/buildspec.yml", "version: 0.2\nphases:\n  build:\n    commands: [pytest, ruff check .]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), SYSTEMS)
def test_systems(path: str, text: str) -> None:
    files: Files = {**TESTED, path: text, "run.sh": "ruff check .\n"}
    for name in ("has_ci", "ci_runs_tests", "ci_runs_lint"):
        found = practice(name, files)
        assert found.state == "present", (name, found)
        assert all(shown.at is not None and shown.at.path in files for shown in found.shown)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/dependabot.yml", "version: 2\nupdates: []\n"),
        ("deploy/job.yaml", "steps:\n- name: train\n  image: gcr.io/x/y\n"),
        ("conf/model.yaml", "pool: max\nsteps: 100\n"),
        ("conf/train.yaml", "trigger: x\nsteps:\n- {lr: 1}\n"),
        ("play.yml", "- hosts: all\n  tasks:\n    - command: pytest\n"),
        (".pre-commit-config.yaml", "repos: []\n"),
        ("docs/Jenkinsfile.md", "pipeline { stage('a') { sh 'pytest' } }"),
        ("lib/.github/workflows/ci.yml", "name: no jobs\n"),
        ("third_party/lib/.github/workflows/ci.yml", GITHUB.format("pytest")),
    ],
)
def test_no_ci(path: str, text: str) -> None:
    assert practice("has_ci", {**TESTED, path: text}).state == "absent"


def test_ci_of_a_sub_project_counts_unless_it_came_with_a_library() -> None:
    files: Files = {**TESTED, "service/.github/workflows/ci.yml": GITHUB.format("pytest")}
    assert practice("has_ci", files).state == "present"
    assert practice("ci_runs_tests", files).state == "absent"
    assert practice("has_ci", {**files, "service/LICENSE": "words"}).state == "absent"
    assert practice("has_ci", {**files, "service/LICENSE": "words", "LICENSE": "words"}).state == "present"


RUNNERS: list[tuple[str, Files]] = [
    ("task check", {"Taskfile.yml": "version: '3'\ntasks:\n  check:\n    deps: [lint]\n    cmds:\n      - task: test\n  test: pytest {{.CLI_ARGS}}\n  lint:\n    cmds: [{cmd: ruff check .}]\n"}),
    ("task app:check", {"Taskfile.yml": "includes: {app: ./ci}\ntasks: {}\n", "ci/Taskfile.yml": "tasks:\n  check:\n    dir: ..\n    cmds: [pytest, ruff check .]\n"}),
    ("pipenv run check", {"Pipfile": "[scripts]\ncheck = \"bash -c 'pytest && ruff check .'\"\n"}),
    ("pipenv run pytest && pipenv run ruff check .", {}),
    ("hatch test && hatch fmt --check", {}),
    ("rye test && rye lint", {}),
    ("docker run --rm -v .:/app image pytest tests && docker compose exec app ruff check .", {}),
    ("docker compose run app bash -c \"pytest && ruff check .\"", {}),
    ("docker run image 'pytest --ruff'", {}),
    ("pytest --flake8", {}),
    ("./run.sh", {"run.sh": "#!/bin/bash\nPYTHON_EXECUTABLE=$(which python3)\n${PYTHON_EXECUTABLE} -m pytest\n$PYTHON -m ruff check .\n"}),
    ("npm run check", {"package.json": json.dumps({"scripts": {"check": "pytest && eslint ."}})}),
    ("mise run check", {"mise.toml": "[tasks.check]\nrun = ['pytest', 'ruff check .']\n"}),
    ("uv run poe check", {"pyproject.toml": "[tool.poe.tasks]\ntest = 'pytest'\nlint = 'ruff check .'\ncheck = ['test', 'lint']\n"}),
    ("just check", {"justfile": "check: test\n    ruff check .\ntest:\n    pytest\n"}),
    ("nox", {"noxfile.py": "import nox\n@nox.session\ndef all(session):\n    session.run('pytest')\n    session.run('ruff', 'check', '.')\n"}),
    ("./ci/all", {"ci/all": "#!/usr/bin/env bash\nset -e\npython -m pytest\npython -m flake8\n"}),
    ("python ci.py", {"ci.py": "import subprocess\nsubprocess.run(['pytest'], check=True)\nsubprocess.run('ruff check .', shell=True)\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "files"), RUNNERS)
def test_runners(command: str, files: Files) -> None:
    found: Files = {**TESTED, **files, ".github/workflows/ci.yml": GITHUB.format("|\n          " + command)}
    for name in ("ci_runs_tests", "ci_runs_lint"):
        assert practice(name, found).state == "present", name


@pytest.mark.parametrize(
    "command",
    [
        'echo "pytest && ruff check ."',
        "task other",
        "pip install pytest ruff flake8",
        "docker build -t pytest .",
        "docker run image",
        "pytest --version && ruff --version",
        "# pytest\n          # ruff check .",
        "pipenv run other",
        "hatch build",
    ],
)
def test_what_runs_neither(command: str) -> None:
    files: Files = {**TESTED, "Taskfile.yml": "tasks:\n  check: pytest\n  other: ls\n"}
    files[".github/workflows/ci.yml"] = GITHUB.format("|\n          " + command)
    for name in ("ci_runs_tests", "ci_runs_lint"):
        assert practice(name, files).state == "absent", name


def test_tests_that_assert_nothing_are_not_what_ci_runs() -> None:
    files: Files = {"app.py": "x = 1\n", ".github/workflows/ci.yml": GITHUB.format("pytest")}
    assert practice("ci_runs_tests", {**files, "tests/test_app.py": "def test_f():\n    pass\n"}).state == "absent"


def test_what_is_switched_off_does_not_count() -> None:
    off = GITHUB.replace("- run", "- if: false\n        run")
    assert practice("ci_runs_tests", {**TESTED, ".github/workflows/ci.yml": off.format("pytest")}).state == "absent"


@pytest.mark.parametrize("action", ["psf/black@stable", "pre-commit/action@v3", "reviewdog/action-flake8@v3", "oxsecurity/megalinter@v7", "Jakebailey/pyright-action@v2"])  # fmt: skip
def test_actions_that_lint(action: str) -> None:
    hooks = "repos:\n  - repo: x\n    hooks: [{id: ruff}]\n"
    text = GITHUB.replace("run: {}", "uses: " + action)
    files: Files = {".github/workflows/ci.yml": text, ".pre-commit-config.yaml": hooks, "a.py": "x = 1\n"}
    assert practice("ci_runs_lint", files).state == "present"


TESTS: list[tuple[str, Files]] = [
    ("present", {"src/tests/etl_tests.py": "from app import x\ndef test_f():\n    assert x == 1\n"}),
    ("present", {"shop/tests.py": "from django.test import TestCase\nfrom app import x\nclass ShopTest(TestCase):\n    def test_f(self):\n        self.assertEqual(x, 1)\n"}),
    ("present", {"test_live.py": "import app\nif app.x != 1:\n    raise SystemExit(1)\n"}),
    ("absent", {"test_live.py": "import os\nimport app\ntry:\n    url = os.environ['URL']\nexcept KeyError as error:\n    raise error\nprint(url, app.x)\n"}),
    ("absent", {"test_run.py": "import app\ndef run():\n    try:\n        print(app.x)\n    except ValueError:\n        print('failed')\n        raise\nif __name__ == '__main__':\n    run()\n"}),
    ("absent", {"unit_tests.py": "from app import x\nprint(x)\n"}),
    ("absent", {"lib.py": "import app\nif __name__ == '__main__':\n    assert app.x == 1\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("state", "files"), TESTS)
def test_tests(state: str, files: Files) -> None:
    assert practice("has_tests", {"app.py": "x = 1\n", **files}).state == state


def test_each_project_of_a_monorepo_has_practices_of_its_own() -> None:
    files: Files = {
        "a/mlproject.yaml": "name: a\n", "b/mlproject.yaml": "name: b\n",
        "a/app.py": "x = 1\n", "a/tests/test_app.py": "from app import x\ndef test_f():\n    assert x == 1\n",
        "b/train.py": "import streamlit as st\nst.title('x')\n", "b/dvc.yaml": "stages:\n  a: {cmd: x}\n  b: {cmd: x}\n  c: {cmd: x}\n",
        ".github/workflows/ci.yml": GITHUB.format("cd a && pytest"),
    }  # fmt: skip
    wanted = {
        "a": {"has_ci", "has_tests", "ci_runs_tests"},
        "b": {"has_ci", "serving_code", "pipeline_defined"},
    }
    names = ("has_ci", "has_tests", "ci_runs_tests", "ci_runs_lint", "serving_code", "pipeline_defined")
    for folder, present in wanted.items():
        assert {name for name in names if practice(name, files, folder).present} == present


def test_kinds_of_a_task_graph_are_read() -> None:
    kind = "tasks:\n  unit:\n    run:\n      command: [bash, -c, 'pytest && ruff check .']\n"
    files: Files = {**TESTED, ".taskcluster.yml": "tasks: []\n", "taskcluster/kinds/tests/kind.yml": kind}
    for name in ("has_ci", "ci_runs_tests", "ci_runs_lint"):
        assert practice(name, files).state == "present", name
