"""Nearest names, for messages that end in "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Up to `count` known names that look like `word`, best first, whatever the case."""
    import difflib

    names = {name.casefold(): name for name in sorted(known)}
    return [names[hit] for hit in difflib.get_close_matches(word.casefold(), list(names), n=count, cutoff=0.6)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean `x`?`, or nothing where nothing is near."""
    near = nearest(word, known)
    return f"; did you mean `{near[0]}`?" if near else ""
