# `just` lists the commands.

default:
    @just --list

# a virtual environment with everything that development needs
setup:
    python -m venv .venv
    .venv/bin/pip install -e '.[dev]'

# what CI runs
check: lint types layers test

lint:
    ruff check .
    ruff format --check .

types:
    mypy

layers:
    lint-imports

test *args:
    pytest {{args}}

# what is hostile, with as many examples, files and kills as a night allows
hostile *args:
    MLOPS_LINT_HOSTILE=1 pytest tests/hostile {{args}}

# run one check's page: `just page MT003`
page code:
    pytest tests/test_pages.py -q -k {{code}}

# whole-process times as ratios to `python -c "import click"`
bench:
    python benchmarks/start.py

fix:
    ruff check --fix .
    ruff format .

# every fuzz target for SECONDS each; with `pip install -e '.[fuzz]'` guided by coverage
fuzz seconds="60" *targets:
    python -m fuzz --seconds {{seconds}} {{targets}}

# everything that is hostile, run and counted into docs/robustness.md (`--quick`: a few minutes, nothing written)
robustness *args:
    python -m benchmarks.robustness {{args}}
