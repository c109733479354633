"""A charter as blocks, lists and values, and the YAML that says the same."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mlops_lint.model import Location

_PLAIN = re.compile(r"[A-Za-z/](?:[\w./+()=%#-]|:(?=[\w/:]))*(?: \w[\w./+()=%-]*)*", re.ASCII)
_DOTTED = re.compile(r"\.[A-Za-z][\w./-]*[/\w]", re.ASCII)
_WORDS = frozenset("y n yes no on off true false null none nan inf".split())
MAX_TEXT = 400


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `guessed`: `init` made it out; it is listed under `unconfirmed` until somebody confirms it."""

    value: str | int | float | bool | datetime.date
    at: Location | None = None
    guessed: bool = True
    remark: str = ""


Item: TypeAlias = "Value | Block | list[Item]"


@dataclass(slots=True)
class Block:
    """A mapping in the order in which it is written; `remark` stands above it."""

    entries: dict[str, Item] = field(default_factory=dict)
    remark: str = ""

    def put(self, key: str, item: Item | None) -> None:
        """Add what is there; None and empty blocks are left out."""
        if item is not None and not (isinstance(item, Block) and not item.entries):
            self.entries[key] = item


def guesses(item: Item, route: tuple[str, ...] = ()) -> Iterator[str]:
    """The dotted pointers of all that was guessed or left open; a list of values, or a block of a list, is one."""
    if isinstance(item, Value):
        if item.guessed:
            yield ".".join(route)
    elif isinstance(item, Block):
        for key, inner in item.entries.items():
            yield from guesses(inner, (*route, key))
    elif all(isinstance(inner, Value) for inner in item):
        if not item or any(isinstance(inner, Value) and inner.guessed for inner in item):
            yield ".".join(route)
    else:
        for index, inner in enumerate(item):
            inside = list(guesses(inner, (*route, str(index))))
            whole = isinstance(inner, Block) and len(inside) == len(inner.entries)
            yield from [".".join((*route, str(index)))] if whole else inside


def emit(block: Block) -> str:
    """The YAML of a block, with a line feed at the end."""
    return "\n".join(_block(block, 0)) + "\n"


def _block(block: Block, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, item in block.entries.items():
        if isinstance(item, Value):
            yield f"{pad}{key}: {scalar(item.value)}{_comment(item)}"
            continue
        remark = f"  # {printable(item.remark)}" if isinstance(item, Block) and item.remark else ""
        if not isinstance(item, Block) and not item:
            yield f"{pad}{key}: []"
            continue
        yield f"{pad}{key}:{remark}"
        yield from _block(item, depth + 1) if isinstance(item, Block) else _list(item, depth + 1)


def _list(items: Sequence[Item], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for item in items:
        if isinstance(item, Value):
            yield f"{pad}- {scalar(item.value)}{_comment(item)}"
        elif isinstance(item, Block):
            lines = list(_block(item, depth + 1))
            yield f"{pad}- {lines[0].lstrip()}"
            yield from lines[1:]


def _comment(value: Value) -> str:
    words = [value.remark] if value.remark else []
    if value.at is not None:
        words.append(place(value.at))
    return f"  # {printable(', '.join(words))}" if words else ""


def place(at: Location) -> str:
    """`src/train.py:88`, `eval.ipynb cell 3:7`."""
    return f"{at.path} cell {at.cell}:{at.line}" if at.cell is not None else f"{at.path}:{at.line}"


def scalar(value: str | int | float | bool | datetime.date) -> str:
    """A scalar that reads back as what it was: text that could be anything else is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | datetime.date):
        return str(value)
    text = value
    if (_PLAIN.fullmatch(text) or _DOTTED.fullmatch(text)) and text.lower().lstrip(".") not in _WORDS:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    point = ord(character)
    return f"\\U{point:08x}" if point > 0xFFFF else f"\\u{point:04x}"


def printable(text: str) -> str:
    """Text for a comment: one line, nothing invisible, not too long."""
    cleaned = "".join(character if character.isprintable() else "?" for character in text)
    return cleaned if len(cleaned) <= MAX_TEXT else cleaned[: MAX_TEXT - 1] + "…"


def sound(text: str) -> str:
    """Text of the repository as a charter may hold it: no lone surrogates or control characters, trimmed, short."""
    cleaned = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(cleaned.split())[:MAX_TEXT].strip()


def block_of(values: Mapping[str, Item | None], remark: str = "") -> Block:
    """A block of what is there."""
    block = Block(remark=remark)
    for key, item in values.items():
        block.put(key, item)
    return block
