"""Texts that are long and almost fit: what reads them takes a time that grows with the length alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mlops_lint.comments import comments
from mlops_lint.config import load
from mlops_lint.documents.makefile import parse_makefile
from mlops_lint.documents.requirements import parse_requirements
from mlops_lint.documents.shell import parse_shell
from mlops_lint.facts.project.ci_others import _JENKINS
from mlops_lint.facts.project.integration import _WORKING_ACTIONS
from mlops_lint.facts.project.prose import MAX_ANSWER, Answer
from mlops_lint.knowledge.spelling import cutoff, readings
from mlops_lint.report.sanitize import finish

N = 100_000
SECONDS = 2.0


def answer(text: str) -> None:
    found = Answer(text[:MAX_ANSWER], "en")
    assert found.has_date in (True, False)
    assert found.has_number in (True, False)


def recipes(text: str) -> None:
    made = parse_makefile(text)
    for target in made.targets.values():
        for recipe in target.recipes:
            made.expand(recipe.text)


CASES: dict[str, Callable[[], object]] = {
    "comments that do not end": lambda: comments("a.md", b"<!-- " * (N // 5)),
    "comments in a file that is too large": lambda: comments("a.py", b"# a\n" * N * 3),
    "a requirement with blanks": lambda: parse_requirements("a" + " " * N + "x"),
    "an address with blanks": lambda: parse_requirements("https://a" + " " * N + "x"),
    "a long value named often in a script": lambda: parse_shell("X=" + "x" * N + "\necho " + "$X" * (N // 3)),
    "a long value named often in a makefile": lambda: recipes(f"A={'x' * N}\na:\n\t{'$(A)' * (N // 4)}\n"),
    "many targets with many prerequisites": lambda: recipes("a b c d " * (N // 8) + ": " + "e f g h " * (N // 8)),
    "a step of Jenkins that never comes": lambda: list(_JENKINS.finditer("sh" + " " * N)),
    "a workflow of empty lines": lambda: _WORKING_ACTIONS.search("\n" * N),
    "a number in Korean": lambda: answer("구" * N),
    "a number in digits": lambda: answer("1" * N),
    "a change that does not end": lambda: answer("from 5 days " * N),
    "a metric of hyphens": lambda: readings("-" * N),
    "a metric of blanks": lambda: readings("a" + " " * N + "b"),
    "a cut-off that is no number": lambda: cutoff("recall@" + "1" * 5_000),
    "a report of empty lines": lambda: finish("\n" * N),
}


@pytest.mark.parametrize("name", CASES)
def test_time_grows_with_the_length_alone(name: str) -> None:
    started = time.process_time()
    CASES[name]()
    assert time.process_time() - started < SECONDS


def test_a_table_header_of_blanks(tmp_path: object) -> None:
    from pathlib import Path

    from mlops_lint.errors import ConfigError

    file = Path(str(tmp_path), "mlops-lint.toml")
    file.write_text(f'nonsense = """\n[{" " * N}\n"""\n')
    started = time.process_time()
    with pytest.raises(ConfigError, match="unknown key"):
        load(file)
    assert time.process_time() - started < SECONDS
