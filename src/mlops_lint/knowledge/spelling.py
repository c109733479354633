"""Metric names as people write them: case, blanks, hyphens, `@10`, `top-5`, `macro`, `test_`."""

from __future__ import annotations

import re
from dataclasses import dataclass

AVERAGES = ("macro", "micro", "weighted", "samples")
SPLITS = ("test", "val", "valid", "validation", "dev", "eval", "holdout", "train", "training", "cv")
_AT = re.compile(r"(?:(?<!\s)\s*@\s*|(?<![\s_-])[\s_-]+at[\s_-]+)(\d{1,9}|k)(?![\w.%])", re.IGNORECASE)
_TOP = re.compile(r"\btop[\s_-]*(\d{1,9}|k)(?=[\s_-]|$)", re.IGNORECASE)
_BLANK = re.compile(r"[\s_\-]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A metric name taken apart; `base` is what is looked up."""

    base: str
    k: int | None = None
    average: str | None = None
    split: str | None = None


def plain(name: str) -> str:
    """One spelling for all: lower case, no blanks, hyphens or underscores, `@k` for any cut-off."""
    marked = _TOP.sub("top@k", _AT.sub("@k", name.strip()))
    return _BLANK.sub("", marked.casefold())


def cutoff(name: str) -> int | None:
    """The number behind `@`, `at` or `top`."""
    found = _AT.search(name) or _TOP.search(name)
    return int(found[1]) if found and found[1].isdecimal() else None


def readings(name: str) -> list[Spelling]:
    """What `name` can mean, the most literal first: as it stands, then without average and split."""
    k = cutoff(name)
    result = [Spelling(plain(name), k)]
    words = [word for word in _BLANK.split(name.strip()) if word]
    average = split = None
    for _ in range(2):
        words, found = _without(words, AVERAGES)
        average = average or found
        words, found = _without(words, SPLITS)
        split = split or found
    if words and (average or split):
        result.append(Spelling(plain(" ".join(words)), k, average, split))
    return result


def _without(words: list[str], known: tuple[str, ...]) -> tuple[list[str], str | None]:
    bare = [word.casefold().strip("()") for word in words]
    for position in (0, -1):
        if len(words) > 1 and bare[position] in known:
            rest = words[1:] if position == 0 else words[:-1]
            if rest[:1] and rest[0].casefold() in ("average", "averaged") and len(rest) > 1:
                rest = rest[1:]
            return rest, bare[position]
    return words, None
