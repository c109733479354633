"""Patterns of paths as git has them, matched in a time that no pattern of a stranger can blow up.

One regular expression for the whole pattern would try every way to share a path out among its stars.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

MAX_PATTERN = 4_096
MAX_RULES = 1_000
"""How many patterns of one kind are read: every one of them is tried on every path."""
MAX_STARS = 20
"""Within one folder's name; a pattern beyond the limits matches nothing."""
_CLASS = re.compile(r"\[([!^]?)(\]?[^\]]*)\]")


class Glob:
    """A wildmatch pattern: `*` stays within a folder, `**` does not."""

    __slots__ = ("_parts",)

    def __init__(self, pattern: str) -> None:
        parts = pattern.split("/") if len(pattern) <= MAX_PATTERN else ["["]
        self._parts = [None if len(part) > 1 and not part.strip("*") else _name(part) for part in parts]

    def matches(self, path: str) -> bool:
        """Whether it matches the whole path."""
        names = path.split("/")
        reached = {0}
        for number, part in enumerate(self._parts, 1):
            if part is not None:
                reached = {at + 1 for at in reached if at < len(names) and part.fullmatch(names[at])}
            elif number == len(self._parts):
                return min(reached) < len(names)
            else:
                reached = set(range(min(reached), len(names)))
            if not reached:
                return False
        return len(names) in reached


@functools.lru_cache(maxsize=4 * MAX_RULES)
def glob(pattern: str) -> Glob:
    """The pattern, ready to match."""
    return Glob(pattern)


def _name(pattern: str) -> re.Pattern[str]:
    """One folder's part. What stands between two stars is looked for once, at its first place."""
    fixed = [""]
    at = 0
    while at < len(pattern):
        if stars := re.compile(r"\*+").match(pattern, at):
            fixed.append("")
            at = stars.end()
        elif found := _CLASS.match(pattern, at):
            inside = re.sub(r"([\\\[&|~])", r"\\\1", found[2])
            fixed[-1] += f"[{'^' if found[1] else ''}{inside}]" if inside else re.escape(found[0])
            at = found.end()
        else:
            escaped = pattern[at] == "\\" and at + 1 < len(pattern)
            at += escaped
            fixed[-1] += "." if pattern[at] == "?" and not escaped else re.escape(pattern[at])
            at += 1
    if len(fixed) > MAX_STARS:
        return re.compile(r"(?!)")
    head, *between = fixed
    tail = between.pop() if between else None
    middle = "".join(f"(?=(?P<at{number}>.*?{part}))(?P=at{number})" for number, part in enumerate(between))
    try:
        return re.compile(head + middle + ("" if tail is None else f".*{tail}"), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def fits(parts: Sequence[str], path: str) -> bool:
    """Whether a path, or the end of it from some folder on, holds the parts in their order, from end to end."""
    first, last = parts[0].lstrip("/"), parts[-1]
    if len(parts) == 1:
        return path == first or path.endswith(f"/{first}")
    start = 0 if path.startswith(first) else path.find(f"/{first}") + 1
    if start == 0 and not path.startswith(first):
        return False
    at = start + len(first)
    for part in parts[1:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return path.endswith(last) and len(path) - len(last) >= at
