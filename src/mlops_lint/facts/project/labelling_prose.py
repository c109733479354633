"""Words that stand in comments and sentences, and name nothing."""

from __future__ import annotations

import re

LANGUAGE = re.compile(r"(?i)\bselect\b.*\bfrom\b|~|\bcreate\s+table\b|\binsert\s+into\b", re.DOTALL)
"""Texts of a query language name columns, however long they are."""
_STOPS = frozenset(
    "a an and are as at be by for from has have how if in is it of on or that the their this to what when where which "
    "who whose with".split()
)
_ENDS = re.compile(r"[\"',;:=\[\]{}()<>|]")


def in_prose(line: str, place: int) -> bool:
    """Whether a word at `place` stands in a comment or a sentence."""
    if re.search(r"(?:^|\s)(?:#|//|--)(?:\s|$)", line[:place]):
        return True
    before, after = _ENDS.split(line[:place])[-1], _ENDS.split(line[place:])[0]
    words = (before + after).lower().split()
    return len(words) > 3 and not _STOPS.isdisjoint(words) and not LANGUAGE.search(line)
