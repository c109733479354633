"""Tests, and what continuous integration runs of them."""

from __future__ import annotations

import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci, runs_tests
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import mapping, text_of, yaml_of
from mlops_lint.facts.project.script import Command
from mlops_lint.facts.project.tests import Tests
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, P, judge, unclear
from mlops_lint.repo.view import RepoView

_LINTERS = frozenset(
    "ruff flake8 pylint pylama pycodestyle pydocstyle black isort mypy pyright basedpyright pytype ty bandit "
    "prospector autoflake pyflakes yapf super-linter blue interrogate nbqa codespell vulture pyre refurb fixit pytype "
    "dmypy pyupgrade pydoclint megalinter flakeheaven flakehell darglint docformatter autopep8 "
    "lintr eslint biome sqlfluff".split()
)
_PYTEST_LINTS = frozenset("--flake8 --mypy --pylint --black --ruff --isort --pycodestyle --codestyle --pep8".split())
_NESTED = re.compile(
    r"((?:[^/{}]+/){1,2})(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|azure-pipelines[^/]*\.ya?ml)"
)
_FOREIGN = re.compile(
    r"(?:^|/)(?:third_?party|vendor(?:ed)?|external|externals|submodules|node_modules|templates?)(?:/|$)"
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
def has_ci(ci: Ci, view: RepoView, project: Project, own: OwnCode) -> HasCi:
    """Whatever it runs, be it that of a sub-project whose host would read it at the root."""
    shown = [Shown(config.system, config.at) for config in ci.configs]
    return judge(HasCi, shown or _nested(view, project, own))


def _nested(view: RepoView, project: Project, own: OwnCode) -> list[Shown]:
    """Configurations of folders below; one with a licence of its own is somebody else's."""
    found: list[Shown] = []
    own_licences = {text_of(view, file) for file in view.entries if _licence(file, "")}
    for path in view.entries:
        match = _NESTED.fullmatch(path) if project.owns(path) and own.counts(path, tests=True) else None
        if match and not _FOREIGN.search(match[1]):
            licences = [file for file in view.under(match[1].rstrip("/")) if _licence(file, match[1])]
            tree = yaml_of(view, path)
            if all(text_of(view, file) in own_licences for file in licences) and tree is not None:
                if "/workflows/" not in path or mapping(tree.get("jobs")):
                    found.append(Shown("of a sub-project", Location(path)))
    return found


def _licence(path: str, folder: str) -> bool:
    return path.startswith(folder) and path[len(folder) :].upper().startswith(("LICEN", "COPYING"))


@provides
def ci_runs_tests(ci: Ci, tests: Tests, own: OwnCode) -> CiRunsTests:
    """Through make, tox, nox, package managers and included templates."""
    telling = [test.definition.path for test in tests.functions if test.fate in ("asserts", "unclear")]
    paths = [path for path in dict.fromkeys((*telling, *tests.unparsed)) if own.counts(path, tests=True)]
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
    if not words or "--version" in words or "--help" in words:
        return False
    if words[0] == "pytest":
        return not _PYTEST_LINTS.isdisjoint(words)
    return words[0] in _LINTERS or words[:2] in (("trunk", "check"), ("uv", "format"), ("deno", "lint"))


def _shown(commands: list[Command]) -> list[Shown]:
    return [Shown(" ".join(command.words)[:80], command.at) for command in commands]


def _opaque(kind: type[P], ci: Ci) -> P | None:
    return unclear(kind, *(Shown(step.reason, step.at) for step in ci.opaque)) if ci.opaque else None
