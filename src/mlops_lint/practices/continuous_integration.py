"""Tests, and what continuous integration runs of them."""

from __future__ import annotations

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci, runs_tests
from mlops_lint.facts.project.script import Command
from mlops_lint.facts.project.tests import Tests
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, P, judge, unclear

_LINTERS = frozenset(
    "ruff flake8 pylint pylama pycodestyle pydocstyle black isort mypy pyright basedpyright pytype ty bandit "
    "prospector autoflake pyflakes yapf super-linter blue interrogate nbqa codespell vulture".split()
)


class HasTests(Practice):
    """Tests of the project's own that assert something."""


class HasCi(Practice):
    """A configuration of continuous integration."""


class CiRunsTests(Practice):
    """Continuous integration runs the project's tests."""


class CiRunsLint(Practice):
    """Continuous integration runs a linter or type checker."""


@provides
def has_tests(tests: Tests, own: OwnCode) -> HasTests:
    """Vendored, skipped and hollow tests do not count."""
    mine = [test for test in tests.functions if own.counts(test.definition.path, tests=True)]
    asserting = [
        Shown(test.definition.name or "script", test.evidence or test.at) for test in mine if test.fate == "asserts"
    ]
    doubtful = [Shown(test.detail or "cannot be told", test.at) for test in mine if test.fate == "unclear"]
    doubtful += [Shown(f"{path} cannot be parsed") for path in tests.unparsed]
    return judge(HasTests, asserting, otherwise=unclear(HasTests, *doubtful) if doubtful else None)


@provides
def has_ci(ci: Ci) -> HasCi:
    """Whatever it runs."""
    return judge(HasCi, (Shown(config.system, config.at) for config in ci.configs))


@provides
def ci_runs_tests(ci: Ci, tests: Tests, own: OwnCode) -> CiRunsTests:
    """Through make, tox, nox, package managers and included templates."""
    paths = [path for path in tests.files() if own.counts(path, tests=True)]
    commands = [command for command in runs_tests(ci, paths) if _counts(command)] if paths else []
    return judge(CiRunsTests, _shown(commands), otherwise=_opaque(CiRunsTests, ci) if paths else None)


@provides
def ci_runs_lint(ci: Ci) -> CiRunsLint:
    """By the name of the tool."""
    commands = [command for command in ci.commands if _counts(command) and _lints(command)]
    return judge(CiRunsLint, _shown(commands), otherwise=_opaque(CiRunsLint, ci))


def _counts(command: Command) -> bool:
    return not command.never


def _lints(command: Command) -> bool:
    words = command.words
    return bool(words) and words[0] in _LINTERS and "--version" not in words


def _shown(commands: list[Command]) -> list[Shown]:
    return [Shown(" ".join(command.words)[:80], command.at) for command in commands]


def _opaque(kind: type[P], ci: Ci) -> P | None:
    return unclear(kind, *(Shown(step.reason, step.at) for step in ci.opaque)) if ci.opaque else None
