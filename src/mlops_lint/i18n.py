"""The report's own phrases in the reader's language. Codes, names and JSON keys are never translated.

The catalogue is the translators' .po file itself: it is turned into gettext's form in memory, when a
language other than English is asked for, so that no compiled file has to be built, shipped or trusted.
"""

from __future__ import annotations

import gettext
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "ko")

_current: ContextVar[gettext.NullTranslations] = ContextVar("translations", default=gettext.NullTranslations())  # noqa: B039


def _(message: str) -> str:
    """`message` in the language of the current `using` block."""
    return _current.get().gettext(message)


def plural(one: str, many: str, count: int) -> str:
    """The form of a phrase for `count`, with the count filled in for `{n}`."""
    return _current.get().ngettext(one, many, count).format(n=count)


@contextmanager
def using(lang: str) -> Iterator[None]:
    """Bind `_` and `plural` to a language for a block."""
    token = _current.set(translations(lang))
    try:
        yield
    finally:
        _current.reset(token)


def translations(lang: str) -> gettext.NullTranslations:
    """The phrases of a language; English for one that is not known."""
    if lang == "en" or lang not in LANGUAGES:
        return gettext.NullTranslations()
    import io
    from importlib import resources

    file = resources.files("mlops_lint") / "locale" / lang / "LC_MESSAGES" / "mlops_lint.po"
    return gettext.GNUTranslations(io.BytesIO(compile_po(file.read_text(encoding="utf-8"))))


def compile_po(text: str) -> bytes:
    """gettext's binary form (.mo) of a .po file."""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries(text).items() if value)
    start = 7 * 4 + 16 * len(pairs)
    body, table = b"", []
    for column in (0, 1):
        for pair in pairs:
            table += [len(pair[column]), start + len(body)]
            body += pair[column] + b"\0"
    head = (0x950412DE, 0, len(pairs), 7 * 4, 7 * 4 + 8 * len(pairs), 0, 0)
    return struct.pack(f"<{7 + len(table)}I", *head, *table) + body


def entries(text: str) -> dict[str, str]:
    """Phrase -> translation; plural forms are joined by NUL, as gettext wants them."""
    found: dict[str, str] = {}
    block: dict[str, str] = {}
    field = ""
    for line in [*text.split("\n"), ""]:
        line = line.strip()  # noqa: PLW2901
        if not line:
            _store(block, found)
            block, field = {}, ""
        elif line.startswith('"'):
            block[field] += _unquoted(line)
        elif not line.startswith("#"):
            field, _space, rest = line.partition(" ")
            block[field] = _unquoted(rest)
    return found


def _store(block: dict[str, str], found: dict[str, str]) -> None:
    if "msgid" not in block:
        return
    key = "\0".join(block[name] for name in ("msgid", "msgid_plural") if name in block)
    found[key] = "\0".join(block[name] for name in sorted(block) if name.startswith("msgstr"))


def _unquoted(text: str) -> str:
    inner = text.strip()[1:-1]
    return inner.replace(r"\n", "\n").replace(r"\"", '"').replace(r"\\", "\\")
