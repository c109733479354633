"""The one way out: what a repository wrote never becomes an escape, a command, markup or a link.

`clean` makes any text harmless on one line; `finish` is the last step of every format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MESSAGE_LIMIT = 500

_RANGES = (
    (0x00, 0x1F),  # C0
    (0x7F, 0x9F),  # DEL, C1
    (0xAD, 0xAD),  # soft hyphen
    (0x61C, 0x61C),  # bidirectional
    (0x115F, 0x1160),  # fillers: invisible letters
    (0x180E, 0x180E),
    (0x200B, 0x200F),  # zero width, bidirectional
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # surrogates: undecodable bytes of a path
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),  # tags
    (0xE0100, 0xE01EF),
)


def _written(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _codes(ranges: Iterable[tuple[int, int]]) -> Iterable[int]:
    return (code for first, last in ranges for code in range(first, last + 1))


_LINE = {code: _written(code) for code in _codes(_RANGES)}
_BLOCK = {code: text for code, text in _LINE.items() if code != 0x0A}
_COLOR = re.compile(r"(\x1b\[[0-9;]*m)")
_RUNNER_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
_LEADING_COMMAND = re.compile(r"^([^\S\n]*)::(?!: )", re.MULTILINE)  # `::: ` marks our own second places


def clean(text: str) -> str:
    """One harmless line: control, invisible and direction characters are written out as `\\xNN`."""
    return text.translate(_LINE)


def clip(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """At most `limit` characters, so that one value of a repository cannot fill a report."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def finish(text: str, *, color: bool = False, commands: bool = False) -> str:
    """The last step: escapes that are not ours are written out, and build servers find no commands of others.

    `color` lets colour codes pass, `commands` the lines that begin with `::` (the github format's own).
    """
    if color:
        parts = _COLOR.split(text)
        text = "".join(part if index % 2 else part.translate(_BLOCK) for index, part in enumerate(parts))
    else:
        text = text.translate(_BLOCK)
    text = _RUNNER_COMMAND.sub("# #", text)
    return text if commands else _LEADING_COMMAND.sub(r"\1\\::", text)


def width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
