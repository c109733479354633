"""Findings that a comment sets aside."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.comments import comments
from mlops_lint.model import Location
from mlops_lint.suppress import Applied, apply, suppressions
from reports import NAMES, diagnostic

RAN = frozenset(NAMES)


def run(path: str, text: str, *lines: int, code: str = "MO101", cell: int | None = None) -> Applied:
    found = [diagnostic(code, place=Location(path, line, 1, cell=cell)) for line in lines]
    return apply(found, suppressions(path, text.encode()), NAMES, RAN)


def test_on_its_own_line() -> None:
    applied = run("a.py", "x = split(a)  # mlops-lint: ignore[MO101] a toy\n", 1)
    assert not applied.kept
    assert not applied.notes
    assert applied.suppressed[0].reason == "a toy"


def test_alone_on_the_line_above() -> None:
    assert not run("a.py", "# mlops-lint: ignore[unseeded-split] a toy\nx = split(a)\n", 2).kept


def test_stacked_above() -> None:
    text = "# mlops-lint: ignore[MO101] a toy\n# mlops-lint: ignore[MT003] a demo\nx = split(a)\n"
    assert not run("a.py", text, 3).kept


def test_a_comment_behind_code_does_not_cover_the_next_line() -> None:
    applied = run("a.py", "y = 1  # mlops-lint: ignore[MO101] a toy\nx = split(a)\n", 2)
    assert applied.kept
    assert [note.code for note in applied.notes] == ["SUP002"]


def test_several_codes() -> None:
    text = "x = split(a)  # mlops-lint: ignore[MT003, unseeded_split] a toy\n"
    assert not run("a.py", text, 1).kept


def test_other_codes_stay() -> None:
    assert run("a.py", "x = 1  # mlops-lint: ignore[MT003] why\n", 1).kept


@pytest.mark.parametrize("reason", ["", " ", " --", " : "])
def test_the_reason_is_required(reason: str) -> None:
    applied = run("a.py", f"x = split(a)  # mlops-lint: ignore[MO101]{reason}\n", 1)
    assert applied.kept
    assert [(note.code, note.name) for note in applied.notes] == [("SUP001", "suppression-without-reason")]
    assert applied.notes[0].finding.place.line == 1


def test_a_check_must_be_named() -> None:
    applied = run("a.py", "x = split(a)  # mlops-lint: ignore everything here\n", 1)
    assert applied.kept
    assert applied.notes[0].code == "SUP001"


def test_unknown_names_are_reported_with_the_nearest() -> None:
    note = run("a.py", "x = 1  # mlops-lint: ignore[unseeded-splat] why\n").notes[0]
    assert note.code == "SUP002"
    assert "did you mean `unseeded-split`" in note.finding.message


def test_a_check_that_did_not_run_is_not_unused() -> None:
    found = suppressions("a.py", b"x = 1  # mlops-lint: ignore[MO101] why\n")
    assert not apply([], found, NAMES, frozenset()).notes


def test_strings_do_not_count() -> None:
    assert not suppressions("a.py", b's = "# mlops-lint: ignore[MO101] why"\n')
    assert not suppressions("a.py", b'"""\n# mlops-lint: ignore[MO101] why\n"""\n')
    assert not suppressions("a.yaml", b'key: "x # mlops-lint: ignore[MO101] why"\n')


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "key: 1  # mlops-lint: ignore[MO101] why"),
        ("a.yml", "key: don't  # mlops-lint: ignore[MO101] why"),
        ("pyproject.toml", 'a = "b#c"  # mlops-lint: ignore[MO101] why'),
        ("Dockerfile", "# mlops-lint: ignore[MO101] why\nFROM x"),
        ("serve/Dockerfile.gpu", "# mlops-lint: ignore[MO101] why\nFROM x"),
        ("Makefile", "all:  # mlops-lint: ignore[MO101] why"),
        ("requirements.txt", "numpy  # mlops-lint: ignore[MO101] why"),
        ("README.md", "text <!-- mlops-lint: ignore[MO101] why -->"),
        ("README.md", "<!-- mlops-lint: ignore[MO101] why -->\ntext"),
    ],
)
def test_every_kind_of_comment(path: str, text: str) -> None:
    last = text.count("\n") + 1
    applied = run(path, text, last)
    assert not applied.kept
    assert applied.suppressed[0].reason == "why"


def test_markdown_in_a_fence_is_text() -> None:
    assert not suppressions("a.md", b"```\n<!-- mlops-lint: ignore[MO101] why -->\n```\n")


def test_notebook_cells() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# mlops-lint: ignore[MO101] no"]},
        {
            "cell_type": "code",
            "source": ["%matplotlib inline\n", "!ls it's\n", "x = 1 # mlops-lint: ignore[MO101] toy"],
        },
    ]
    text = json.dumps({"cells": cells})
    assert not run("a.ipynb", text, 3, cell=2).kept
    assert run("a.ipynb", text, 3, cell=1).kept


def test_windows_line_ends() -> None:
    assert not run("a.py", "y = 1\r\nx = 2  # mlops-lint: ignore[MO101] toy\r\n", 2).kept


def test_the_last_line_of_a_call_counts() -> None:
    found = diagnostic("MO101", place=Location("a.py", 1, 1, 3, 2))
    marks = suppressions("a.py", b"f(\n  1,\n)  # mlops-lint: ignore[MO101] toy\n")
    assert not apply([found], marks, NAMES, RAN).kept


def test_fingerprints_do_not_move_with_the_line() -> None:
    one = run("a.py", "x = 1  # mlops-lint: ignore[MO101]\n").notes[0]
    two = run("a.py", "\n\nx = 1  # mlops-lint: ignore[MO101]\n").notes[0]
    assert one.fingerprint == two.fingerprint


@given(st.binary(), st.sampled_from(["a.py", "a.ipynb", "a.yaml", "a.md", "Makefile", "a.bin"]))
def test_any_bytes(data: bytes, path: str) -> None:
    suppressions(path, b"# mlops-lint: ignore[X] y\n" + data)
    for comment in comments(path, data):
        assert comment.line >= 1
        assert comment.column >= 1
