"""Whether two names may mean one thing: by a word that they share, by its beginning, or by their initials."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_EMPTY = frozenset("a an at by for in k mean of on or per rate score test the to top val value".split())
_STEM = 3


def akin(name: str, other: str) -> bool:
    """Rather once too often: `saved calls` and `saving`, `recall_test` and `recall`, `mte` and `mean time error`."""
    ours, theirs = _words(name), _words(other)
    if not ours or not theirs:
        return True
    return bool(_stems(ours) & _stems(theirs)) or _initials(ours, theirs) or _initials(theirs, ours)


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(name)]


def _stems(words: list[str]) -> set[str]:
    return {word[:_STEM] for word in words if word not in _EMPTY} or {word[:_STEM] for word in words}


def _initials(short: list[str], long: list[str]) -> bool:
    """A word of the one that is made of the first letters of the other."""
    firsts = ("".join(word[0] for word in long), "".join(word[0] for word in long if word not in _EMPTY))
    return any(len(first) > 1 and word in (first, first + "s") for word in short for first in firsts)
