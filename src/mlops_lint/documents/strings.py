"""String literals of Python source by their shape alone: any version of the language, cells with magics too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WINDOW = 160
"""How much of the text before a literal is kept."""
_START = re.compile(r"#[^\n]*|([rRbBuUfF]{0,2})(\"\"\"|'''|\"|')")
_MARKS = {
    '"': re.compile(r'\\.|"|\n', re.DOTALL),
    "'": re.compile(r"\\.|'|\n", re.DOTALL),
    '"""': re.compile(r'\\.|"""', re.DOTALL),
    "'''": re.compile(r"\\.|'''", re.DOTALL),
}
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": " ", "r": " ", "t": " ", "\\": "\\", '"': '"', "'": "'"}
_KEYWORD = re.compile(r"([A-Za-z_]\w*)\s*(?::\s*[\w.\[\], |]{1,60})?(?<![=!<>])=\s*\(?\s*$")
_KEY = re.compile(r"[\"']([^\"'\n]{1,60})[\"']\s*\]?\s*(?::|(?<![=!<>])=)\s*$")
_SECOND = re.compile(r"[\"']([^\"'\n]{1,60})[\"']\s*,\s*$")
_CALLEE = re.compile(r"([\w.]+)\s*\(\s*$")
_OPEN = ("(", "[", "{", ",", "=", "+", "%", "\\", ":")


@dataclass(frozen=True, slots=True)
class Literal:
    """`before` is the text that leads to it; `formatted`: an f-string."""

    value: str
    line: int
    column: int
    before: str
    after: str
    formatted: bool = False

    @property
    def name(self) -> str:
        """The variable, keyword, parameter or key that it is given to; empty where there is none."""
        found = _KEYWORD.search(self.before) or _KEY.search(self.before)
        return found[1] if found else ""

    @property
    def second_of(self) -> str:
        """The literal that stands before it in a call or list."""
        found = _SECOND.search(self.before)
        return found[1] if found else ""

    @property
    def callee(self) -> str:
        """What is called with it as the first argument."""
        found = _CALLEE.search(self.before)
        return found[1] if found else ""


def literals(text: str, wanted: re.Pattern[str]) -> Iterator[Literal]:
    """The literals that `wanted` is found in, or in what leads to them on their line. Docstrings are left out."""
    position, line, counted = 0, 1, 0
    while (start := _START.search(text, position)) is not None:
        quote = start[2]
        if quote is None:
            position = start.end()
            continue
        end = _end(text, start.end(), quote)
        position = end if end is not None else start.end()
        if end is None:
            if len(quote) == 3:
                return
            continue
        value = text[start.end() : end - len(quote)]
        before = text[max(0, start.start() - WINDOW) : start.start()]
        if not (wanted.search(value) or wanted.search(before.rpartition("\n")[2])) or _docstring(before, quote):
            continue
        line += text.count("\n", counted, start.start())
        counted = start.start()
        column = start.start() - text.rfind("\n", 0, start.start())
        formatted = "f" in start[1].lower()
        yield Literal(_plain(value, start[1]), line, column, before, text[end : end + 40], formatted)


def _end(text: str, start: int, quote: str) -> int | None:
    for mark in _MARKS[quote].finditer(text, start):
        if mark[0] == quote:
            return mark.end()
        if mark[0] == "\n":
            return None
    return None


def _plain(value: str, prefix: str) -> str:
    """As it reads at run time, as far as paths and names need it: a line feed becomes a blank."""
    return value if "r" in prefix.lower() else _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), value)


def _docstring(before: str, quote: str) -> bool:
    """A statement of its own: at the start of a line that nothing leads into."""
    head, _, here = before.rpartition("\n")
    if here.strip():
        return False
    lead = head.rstrip()
    if len(quote) == 3:
        return not lead.endswith(_OPEN[:-1])
    return False
