"""Substitution that cannot be made to fill the memory: a short text may name a long value thousands of times."""

from __future__ import annotations

import re
from collections.abc import Callable


def substituted(pattern: re.Pattern[str], value: Callable[[re.Match[str]], str], text: str, most: int) -> str:
    """Like `pattern.sub(value, text)`; the text as it is where the result would have more than `most` characters."""
    parts: list[str] = []
    at, length = 0, len(text)
    for match in pattern.finditer(text):
        new = value(match)
        length += len(new) - (match.end() - match.start())
        if length > most:
            return text
        parts += [text[at : match.start()], new]
        at = match.end()
    return "".join(parts) + text[at:] if parts else text
