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

# run one check's page: `just page MT003`
page code:
    pytest tests/test_pages.py -q -k {{code}}

# whole-process times as ratios to `python -c "import click"`
bench:
    python benchmarks/start.py

fix:
    ruff check --fix .
    ruff format .
