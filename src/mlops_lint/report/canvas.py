"""Lines of styled text: wrapped where a terminal is narrow, coloured where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from mlops_lint.report.sanitize import clean, width

Span: TypeAlias = "str | tuple[str, str]"
"""Text, or (text, style)."""

STYLES: dict[str, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "info": {"fg": "cyan", "bold": True},
    "good": {"fg": "green"},
    "strong": {"bold": True},
    "frame": {"fg": "blue", "bold": True},
    "quiet": {"dim": True},
    "place": {"fg": "cyan"},
}


class Canvas:
    """Collects lines. `width` None never wraps; `color` False drops every style."""

    def __init__(self, *, color: bool = False, width: int | None = None) -> None:
        self._color = color
        self._width = width
        self._lines: list[str] = []

    @property
    def width(self) -> int | None:
        """Columns to fill, None without a limit."""
        return self._width

    def line(self, *spans: Span) -> None:
        """One line, never wrapped."""
        self._lines.append("".join(self._paint(text, style) for text, style in _joined(spans)).rstrip())

    def blank(self) -> None:
        """An empty line; two in a row become one, and none stands first."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def prose(self, *spans: Span, indent: int = 0) -> None:
        """Words that wrap at the width; every line but the first is indented by `indent`."""
        if self._width is None:
            self.line(*spans)
            return
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0
        limit = max(self._width, indent + 20)
        for text, style in _words(spans):
            size = width(text)
            if used + width(text.rstrip()) > limit and used > indent and text.strip():
                rows.append([(" " * indent, "")])
                used = indent
                text = text.lstrip()  # noqa: PLW2901
                size = width(text)
            rows[-1].append((text, style))
            used += size
        for row in rows:
            self.line(*row)

    def text(self) -> str:
        """Everything, ending in a newline; nothing where there is no line."""
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        return "".join(f"{line}\n" for line in self._lines)

    def _paint(self, text: str, style: str) -> str:
        text = clean(text)
        if not self._color or not style or not text.strip():
            return text
        import click

        return click.style(text, **STYLES[style])


def _pair(span: Span) -> tuple[str, str]:
    return (span, "") if isinstance(span, str) else span


def _joined(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """Neighbours of one style as one span, so that a line holds few escapes."""
    joined: list[tuple[str, str]] = []
    for text, style in map(_pair, spans):
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined


def _words(spans: tuple[Span, ...]) -> list[tuple[str, str]]:
    """Each word with the blanks before it."""
    return [(word, style) for text, style in map(_pair, spans) for word in re.findall(r"\s*\S+|\s+$", text)]


def pad(text: str, columns: int) -> str:
    """`text` filled up with blanks to `columns`, wide characters counted as two."""
    return text + " " * max(0, columns - width(text))


def cut(text: str, columns: int) -> str:
    """The beginning of `text` that fits into `columns`, with an ellipsis where something is left out."""
    if width(text) <= columns:
        return text
    taken, used = [], 1
    for character in text:
        used += width(character)
        if used > columns:
            break
        taken.append(character)
    return "".join(taken).rstrip() + "…"
