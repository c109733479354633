"""One positioned tree for YAML, JSON and TOML.

Lines and columns are 1-based, columns count characters; `end` points behind the last character.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Scalar: TypeAlias = "str | int | float | bool | None"
Position: TypeAlias = "tuple[int, int]"


class DocumentError(Exception):
    """The bytes are no document of their kind, or go beyond a budget. Says where, and where the broken part began."""

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        help: str = "",  # noqa: A002
        began: Position | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.help = help
        self.began = began


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place of the tree. Compared by identity: two equal values are two places."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True, eq=False)
class ScalarNode(Node):
    """`text` as written without its quotes, `value` as typed by the document's own language."""

    text: str
    quoted: bool
    value: Scalar


@dataclass(frozen=True, slots=True, eq=False)
class ListNode(Node):
    """A sequence."""

    items: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MapNode(Node):
    """A mapping in the order of the file; a repeated key stands in `entries` twice, and the last one counts."""

    entries: tuple[tuple[ScalarNode, Node], ...] = ()
    odd_keys: tuple[Node, ...] = ()
    """Keys that are no scalars: their entries are left out."""
    _index: dict[str, tuple[ScalarNode, Node]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {key.text: (key, value) for key, value in self.entries})

    def get(self, key: str) -> Node | None:
        """The value under `key`, by the key's text: `on` is found as "on"."""
        entry = self._index.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> ScalarNode | None:
        """The place of the key itself."""
        entry = self._index.get(key)
        return entry[0] if entry else None

    def keys(self) -> list[str]:
        """The keys' texts, each once, in the order of the file."""
        return list(self._index)


def plain(node: Node | None) -> Any:
    """The tree as Python objects: dict with text keys, list, scalar."""
    if isinstance(node, MapNode):
        return {key: plain(node.get(key)) for key in node.keys()}  # noqa: SIM118  (no mapping)
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, ScalarNode) else None


def pointer_tokens(pointer: str) -> list[str] | None:
    """The steps of an RFC 6901 pointer; None where it is no pointer."""
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        return None
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def step(node: Node, token: str) -> Node | None:
    """One step of a pointer: a key of a mapping or an index of a list."""
    if isinstance(node, MapNode):
        return node.get(token)
    if isinstance(node, ListNode) and re.fullmatch(r"0|[1-9][0-9]{0,8}", token, re.ASCII):
        index = int(token)
        return node.items[index] if index < len(node.items) else None
    return None


def walk_pointer(node: Node, pointer: str) -> Node | None:
    """The node that an RFC 6901 pointer names; None where it leads nowhere."""
    tokens = pointer_tokens(pointer)
    if tokens is None:
        return None
    here: Node | None = node
    for token in tokens:
        here = step(here, token) if here is not None else None
    return here


def iterate(node: Node | None) -> Iterator[Node]:
    """Every node in the order of the file, each before what it holds."""
    stack = [node] if node is not None else []
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, MapNode):
            stack.extend(value for _, value in reversed(here.entries))
        elif isinstance(here, ListNode):
            stack.extend(reversed(here.items))


class Lines:
    """Character offsets to lines and columns, by line feeds alone."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> Position:
        """The 1-based line and column of a character."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def first_unread(data: bytes, error: UnicodeDecodeError) -> Position:
    """The 1-based line and column of the byte that a decoder gave up at."""
    before = data[: error.start].removeprefix(b"\xef\xbb\xbf")
    line = before.rpartition(b"\n")[2]
    return before.count(b"\n") + 1, len(line.decode(error.encoding, "replace")) + 1


def decode(data: bytes, limit: int, encoding: str = "utf-8") -> str:
    """UTF-8 text with line feeds only, without a byte order mark; refuses what is longer than `limit` bytes."""
    if len(data) > limit:
        raise DocumentError(f"the file has {len(data):,} bytes; at most {limit:,} are read")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = first_unread(data, error)
        raise DocumentError("the file is not UTF-8 text", line, column, "save the file as UTF-8") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
