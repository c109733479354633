from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.documents.makefile import parse_makefile
from mlops_lint.documents.shell import parse_shell
from mlops_lint.facts.project.ci import Ci, ci, runs_tests
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.script import Command
from mlops_lint.repo.memory import MemoryView

WORKFLOW = ".github/workflows/ci.yml"


def read(files: dict[str, str], folder: str = "") -> Ci:
    return ci(MemoryView(files), Project(folder, "mlproject.yaml"))


def github(run: str, **files: str) -> Ci:
    body = "\n".join("          " + line for line in run.split("\n"))
    text = f"on: [push]\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: |\n{body}\n"
    return read({WORKFLOW: text, **{name.replace("__", "."): text for name, text in files.items()}})


def started(found: Ci, *paths: str) -> list[Command]:
    return runs_tests(found, paths or ("tests",))


def words(found: Ci) -> list[tuple[str, ...]]:
    return [command.words for command in found.commands]


def sound(found: Ci) -> bool:
    return any(not c.ignored and not c.never and c.on_change for c in started(found))


def test_wrappers_are_stripped() -> None:
    found = github(
        "uv run --with x pytest tests\npoetry run python -m pytest -q\nPYTHONPATH=src .venv/bin/pytest tests\n"
        "coverage run --source src -m pytest\nxvfb-run -a env A=1 timeout 10m pytest tests/a"
    )
    assert [w[0] for w in words(found)] == ["pytest"] * 5
    assert words(found)[0] == ("pytest", "tests")
    assert len(started(found)) == 5


def test_lines_of_a_block_have_their_place() -> None:
    found = github("echo one\n\n# pytest\npytest tests")
    assert [(c.words[0], c.at.line) for c in found.commands] == [("echo", 7), ("pytest", 10)]


def test_what_lets_a_failure_pass() -> None:
    for run in ("pytest || true", "set +e\npytest\nls", "pytest | tee log", "pytest tests || echo failed"):
        assert [c.ignored for c in started(github(run))] == [True], run
    for run in ("pytest || exit 1", "pytest; true", "set -o pipefail\npytest | tee log", "pytest && echo ok"):
        assert [c.ignored for c in started(github(run))] == [False], run


def test_what_only_looks_like_testing() -> None:
    for run in ('echo "pytest tests"', "pip install pytest", "pytest --collect-only", "pytest --version", "# pytest"):
        assert started(github(run)) == [], run


def test_paths_decide() -> None:
    assert started(github("pytest docs")) == []
    assert started(github("pytest --ignore=tests")) == []
    assert len(started(github("pytest tests/unit/test_a.py::test_x"))) == 1
    assert len(started(github("cd tests && pytest"))) == 1
    assert started(github("cd other && pytest")) == []
    assert started(github("pytest", pytest__ini="[pytest]\ntestpaths = checks\n")) == []
    assert len(started(github("pytest -k 'not slow' -n 4"))) == 1


def test_other_ways_to_run_tests() -> None:
    runs = ("python -m unittest discover -s tests", "python -m unittest tests.test_a", "python tests/check.py", "nose2")
    for run in runs:
        assert len(started(github(run))) == 1, run
    assert started(github("python -m unittest other.test_a")) == []


def test_make_targets_are_followed() -> None:
    makefile = "PY ?= python3\n.PHONY: all test\nall: lint\nlint:\n\truff check .\n"
    makefile += "test: lint\n\t@$(PY) -m pytest tests\nsoft:\n\t-pytest\n"
    found = github("make test", Makefile=makefile)
    (command,) = started(found)
    assert (command.at.path, command.at.line, command.via) == ("Makefile", 7, ("make test",))
    assert ("ruff", "check", ".") in words(found)
    assert [c.ignored for c in started(github("make soft", Makefile=makefile))] == [True]
    assert found.opaque == ()
    assert github("make nothing", Makefile=makefile).opaque != ()


def test_tox_environments_are_followed() -> None:
    tox = (
        "[tox]\nenvlist = py3{10,11}, lint\n[testenv]\ncommands =\n    pytest {posargs:tests}\n"
        "[testenv:lint]\ncommands =\n    ruff check .\n[testenv:soft]\nignore_outcome = true\ncommands = pytest\n"
    )
    assert len(started(github("tox", tox__ini=tox))) >= 1
    assert started(github("tox", tox__ini=tox))[0].at.line == 5
    assert started(github("tox -e lint", tox__ini=tox)) == []
    assert [c.ignored for c in started(github("tox -e soft", tox__ini=tox))] == [True]
    assert started(github("tox -e py310 -- docs", tox__ini=tox)) == []


def test_tox_factors() -> None:
    tox = "[testenv]\ncommands =\n    cov: pytest tests\n    !cov: ruff check\n"
    assert started(github("tox -e py311", tox__ini=tox)) == []
    assert len(started(github("tox -e py311-cov", tox__ini=tox))) == 1


def test_nox_sessions_are_followed() -> None:
    nox = (
        "import nox\nnox.options.sessions = ['lint']\n@nox.session\ndef tests(session):\n"
        "    session.run('pytest', 'tests', *session.posargs)\n@nox.session\ndef lint(session):\n"
        "    session.run('ruff', 'check')\n"
    )
    assert len(started(github("nox -s tests", noxfile__py=nox))) == 1
    assert started(github("nox", noxfile__py=nox)) == []


def test_task_tables_are_followed() -> None:
    pyproject = (
        '[tool.poe.tasks]\ncheck = ["lint", "test"]\nlint = "ruff check"\ntest = { cmd = "pytest tests" }\n'
        '[tool.hatch.envs.dev.scripts]\ncov = "pytest --cov tests"\n'
    )
    for run in ("poetry run poe test", "poe check", "hatch run dev:cov", "hatch run pytest tests", "pdm run pytest"):
        assert len(started(github(run, pyproject__toml=pyproject))) == 1, run
    assert github("poe nothing", pyproject__toml=pyproject).opaque != ()


def test_shell_scripts_just_mise_and_python_scripts() -> None:
    assert len(started(github("bash ci/run.sh", **{"ci/run__sh": "set -e\npytest tests\n"}))) == 1
    assert len(started(github("./ci/run", **{"ci/run": "#!/usr/bin/env bash\npytest tests\n"}))) == 1
    assert len(started(github("just test", justfile="test: lint\n  pytest tests\nlint:\n  ruff check\n"))) == 1
    assert len(started(github("mise run test", mise__toml='[tasks.test]\nrun = "pytest tests"\n'))) == 1
    script = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pytest', 'tests'], check=True)\n"
    assert len(started(github("python tools/t.py", **{"tools/t__py": script}))) == 1
    assert github("bash missing.sh").opaque != ()


def test_triggers() -> None:
    job = "jobs:\n  t:\n    steps:\n      - run: pytest\n"
    for on, expected in (
        ("on: push\n", True),
        ("on: [pull_request]\n", True),
        ("on:\n  schedule:\n    - cron: x\n  workflow_dispatch:\n", False),
        ("on:\n  push:\n    tags: ['v*']\n", False),
        ("on: workflow_call\n", False),
    ):
        found = read({WORKFLOW: on + job})
        assert found.configs[0].on_change is expected, on
        assert [c.on_change for c in started(found)] == [expected], on


def test_a_path_filter_of_another_project() -> None:
    text = "on:\n  push:\n    paths: ['{}/**']\njobs:\n  t:\n    steps:\n      - run: pytest\n"
    assert read({WORKFLOW: text.format("other")}, "mine").configs[0].on_change is False
    assert read({WORKFLOW: text.format("mine")}, "mine").configs[0].on_change is True


def test_conditions_of_jobs_and_steps() -> None:
    text = (
        "on: push\njobs:\n  a:\n    if: false\n    steps:\n      - run: pytest a\n  b:\n    continue-on-error: true\n"
        "    steps:\n      - run: pytest b\n  c:\n    steps:\n      - run: pytest c\n        if: github.actor == 'x'\n"
        "      - run: pytest d\n        if: github.event_name == 'schedule'\n"
    )
    found = {c.words[1]: c for c in read({WORKFLOW: text}).commands}
    assert found["a"].never
    assert found["b"].ignored
    assert found["c"].conditional
    assert found["d"].on_change is False


def test_working_directories_and_matrix() -> None:
    text = (
        "on: push\ndefaults:\n  run:\n    working-directory: pkg\njobs:\n  t:\n    strategy:\n      matrix:\n"
        "        cmd: [pytest tests, ruff check]\n    steps:\n      - run: ${{ matrix.cmd }}\n"
        "      - run: pytest\n        working-directory: other\n"
    )
    found = read({WORKFLOW: text})
    assert [c.folder for c in started(found, "pkg/tests")] == ["pkg"]
    assert ("ruff", "check") in words(found)
    assert len(started(found, "other/tests")) == 1


def test_local_actions_and_workflows_are_followed() -> None:
    files = {
        WORKFLOW: (
            "on: push\njobs:\n  a:\n    steps:\n      - uses: ./.github/actions/t\n"
            "        with:\n          what: tests\n"
            "  b:\n    uses: ./.github/workflows/shared.yml\n  c:\n    uses: org/repo/.github/workflows/x.yml@v1\n"
            "  d:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: strange/action@v1\n"
        ),
        ".github/actions/t/action.yml": (
            "inputs:\n  what:\n    default: docs\nruns:\n  using: composite\n  steps:\n"
            "    - run: pytest ${{ inputs.what }}\n      shell: bash\n"
        ),
        ".github/workflows/shared.yml": "on: workflow_call\njobs:\n  x:\n    steps:\n      - run: pytest tests/b\n",
    }
    found = read(files)
    assert [(c.words, c.on_change) for c in started(found) if c.config == WORKFLOW] == [
        (("pytest", "tests"), True),
        (("pytest", "tests/b"), True),
    ]
    assert [o.at.line for o in found.opaque] == [11, 15]


def test_a_demo_workflow_runs_no_tests() -> None:
    assert not started(github("echo Hello, world!\necho Add other actions to build,\necho test, and deploy."))


def test_gitlab() -> None:
    files = {
        ".gitlab-ci.yml": (
            "include:\n  - local: /ci/base.yml\n  - remote: https://x/y.yml\n"
            "default:\n  before_script:\n    - pip install .\n"
            "unit:\n  extends: .base\nsoft:\n  script: [pytest tests]\n  allow_failure: true\n"
            "nightly:\n  script: [pytest tests]\n  only: [schedules]\n"
        ),
        "ci/base.yml": ".base:\n  script:\n    - cd pkg\n    - pytest\n",
    }
    found = read(files)
    assert [(c.at.path, c.folder) for c in started(found, "pkg/tests")][:1] == [("ci/base.yml", "pkg")]
    assert [(c.ignored, c.on_change) for c in started(found)] == [(True, True), (False, False)]
    assert len(found.opaque) == 1


def test_other_systems() -> None:
    files = {
        "azure-pipelines.yml": "trigger: [main]\nsteps:\n  - script: pytest tests\n  - template: ci/t.yml\n",
        "ci/t.yml": "steps:\n  - bash: |\n      set -e\n      pytest tests\n      ls\n",
        ".circleci/config.yml": "jobs:\n  b:\n    steps:\n      - run:\n          command: pytest tests\n",
        ".travis.yml": "language: python\nscript:\n  - pytest tests\n",
        "Jenkinsfile": "pipeline { stages { stage('t') { steps { sh 'pytest tests' } } } }\n",
        "deploy/cloudbuild.yaml": "steps:\n  - name: python\n    entrypoint: bash\n    args: [-c, pytest tests]\n",
        "bitbucket-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script:\n          - pytest tests\n",
        ".taskcluster.yml": "tasks:\n  - payload:\n      command: [bash, -lc, 'pytest tests']\n",
        ".pre-commit-config.yaml": (
            "ci: {autofix_prs: false}\nrepos:\n  - repo: local\n    hooks:\n"
            "      - {id: t, entry: pytest tests, language: system}\n"
        ),
    }
    found = read(files)
    by_system = {config.system: len([c for c in started(found) if c.config == config.path]) for config in found.configs}
    assert by_system == {
        "azure": 2,
        "circleci": 1,
        "travis": 1,
        "jenkins": 1,
        "cloudbuild": 1,
        "bitbucket": 1,
        "taskcluster": 1,
        "pre-commit.ci": 1,
    }
    assert not any(c.ignored for c in started(found))


def test_azure_last_line_decides() -> None:
    found = read({"azure-pipelines.yml": "steps:\n  - script: |\n      pytest tests\n      echo done\n"})
    assert [c.ignored for c in started(found)] == [True]


def test_issue_templates_are_no_ci() -> None:
    found = read({".github/ISSUE_TEMPLATE/bug.yml": "name: x\n", "README.md": "pytest in .travis.yml\n"})
    assert found.configs == ()


def test_functions_case_and_heredocs() -> None:
    text = "t() {\n  pytest tests\n}\nu() {\n  ruff check\n}\nt\ncat <<EOF\npytest\nEOF\ncase $1 in\n  a) ls ;;\nesac\n"
    assert [(w[0]) for w in words(github(text))] == ["pytest", "cat", "ls"]


def test_process_substitution_is_one_word() -> None:
    found = parse_shell("pytest && bash <(curl -s https://x)", errexit=False)
    assert [(item.words[0], item.ignored) for item in found] == [("pytest", False), ("bash", False)]


@given(st.text(alphabet="ab $(){}<>|&;'\"`\\\n#=-!", max_size=60))
def test_any_script_is_survived(text: str) -> None:
    parse_shell(text)
    parse_makefile(text)


def test_shell_parser_survives_anything() -> None:
    for text in (
        "((((",
        "if",
        "case x in",
        "f() {",
        "'",
        '"',
        "$(",
        "${",
        "`",
        "a && || b",
        ")",
        "}",
        "<<",
        "a <<X",
        "\\",
    ):
        parse_shell(text)


def test_makefile_variables_and_default() -> None:
    made = parse_makefile("include a.mk\nX := 1 # c\nX += 2\ndefine D\nno:\nendef\nall: b\nb: ; echo $(X) $$HOME\n")
    assert made.default == "all"
    assert made.expand(made.targets["b"].recipes[0].text) == "echo 1 2 $HOME"
    assert made.includes == ["a.mk"]
    assert "no" not in made.targets


def test_a_clone_of_the_repository_is_the_root() -> None:
    command = "[bash, -cx, 'git clone x && cd repo && uv run pytest tests']"
    found = read({".taskcluster.yml": f"tasks:\n  - payload:\n      command: {command}\n"})
    assert [c.folder for c in started(found)] == [""]
    assert started(github("git clone https://h/other.git && cd other && pytest")) == []


def test_remote_jobs_and_azure_templates() -> None:
    found = github(
        "anyscale jobs submit deploy/job.yaml",
        **{"deploy/job__yaml": "name: x\nentrypoint: bash run.sh\n", "run__sh": "pytest tests\n"},
    )
    assert len(started(found)) == 1
    found = read(
        {
            ".pipelines/ci.yml": "steps:\n  - template: quality.yml\n",
            ".pipelines/quality.yml": "steps:\n  - script: pytest tests\n",
        }
    )
    assert [config.path for config in found.configs] == [".pipelines/ci.yml"]
    assert len(started(found)) == 1
