"""Patterns match what git's would, and no pattern takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlops_lint.documents.substitution import substituted
from mlops_lint.documents.wildmatch import MAX_STARS, fits, glob


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "a/b.csv", False),
        ("**/x", "a/b/x", True),
        ("**/x", "x", True),
        ("a/**/b", "a/b", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("**", "a/b", True),
        ("a**/b", "ax/b", True),
        ("a**/b", "a/x/b", False),
        ("a*b*c", "abbc", True),
        ("a*b*c", "acb", False),
        ("*ab", "aab", True),
        ("[ab]?", "a1", True),
        ("[!a]", "a", False),
        ("[]x]", "]", True),
        ("[&&]", "&", True),
        ("\\*", "*", True),
        ("\\?", "x", False),
        ("\\\\?", "\\x", True),
        ("[", "[", True),
        ("[b-a]", "[b-a]", True),
        ("a//b", "a/b", False),
        ("", "a", False),
    ],
)
def test_matches(pattern: str, path: str, expected: bool) -> None:
    assert glob(pattern).matches(path) is expected


def honest(pattern: str) -> str:
    """The one regular expression that says the same, for patterns of stars and letters."""
    parts = re.sub(r"(?<![^/])\*\*+/", "§", re.sub(r"(?<![^/])\*\*+$", "¶", pattern))
    return re.sub(r"\*+", "[^/]*", parts).replace("§", "(?:[^/]+/)*").replace("¶", ".*")


@given(st.text("ab*/", max_size=10), st.text("ab/", min_size=1, max_size=10))
@example("**/a/*", "b/a/b")
def test_the_same_as_one_regular_expression(pattern: str, path: str) -> None:
    if "//" in pattern + path or path.startswith("/") or path.endswith("/") or pattern.startswith("/"):
        return
    assert glob(pattern).matches(path) is (re.fullmatch(honest(pattern), path) is not None)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * (MAX_STARS - 1) + "b", "a" * 4_000),
        ("**/a/" * 50 + "b", "a/" * 60 + "c"),
        ("**/*a*a*a*a*a*a*b/" * 20 + "x", ("a" * 60 + "/") * 30 + "x"),
        ("*a" * 100_000, "a" * 200),
        ("[" * 4_000, "a"),
    ],
)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    started = time.process_time()
    assert not glob(pattern).matches(path)
    assert time.process_time() - started < 2.0


@given(st.lists(st.text("ab/", max_size=3), min_size=1, max_size=4), st.text("ab/", max_size=8))
def test_fits_is_a_search_to_the_end(parts: list[str], path: str) -> None:
    pattern = f"(?:^|/){'.*'.join(map(re.escape, [parts[0].lstrip('/'), *parts[1:]]))}$"
    assert fits(parts, path) is (re.search(pattern, path) is not None)


def test_fits_takes_no_time() -> None:
    started = time.process_time()
    assert not fits(["a"] * 2_000 + ["b"], "a" * 4_000)
    assert time.process_time() - started < 1.0


def test_substitution_stops_before_it_fills_the_memory() -> None:
    pattern = re.compile(r"\$x")
    assert substituted(pattern, lambda _: "yy", "a$xb$x", 100) == "ayybyy"
    bomb = "$x" * 100_000
    assert substituted(pattern, lambda _: "y" * 100_000, bomb, 1_000_000) == bomb
    assert substituted(pattern, lambda _: "y", "none", 1) == "none"
