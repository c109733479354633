"""JSON with positions: the standard library judges the text, a scanner of ours finds the places."""

from __future__ import annotations

import json
import re

from mlops_lint.documents.node import DocumentError, Lines, ListNode, MapNode, Node, Scalar, ScalarNode, decode

LIMIT = 1_000_000
MAX_DEPTH = 100

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]|[^\s,:\[\]{}"]+', re.DOTALL)
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def parse_json(data: bytes, *, limit: int = LIMIT) -> Node:
    """The tree of a JSON document; NaN and Infinity are read as the floats that Python writes so."""
    try:
        encoding = json.detect_encoding(data)
        text = decode(data, limit, encoding.removesuffix("-sig"))
        json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(error.msg, error.lineno, error.colno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise DocumentError(f"not JSON that can be read ({type(error).__name__})") from None
    return _scan(text)


class _Frame:
    __slots__ = ("entries", "items", "key", "mapping", "start")

    def __init__(self, start: int, mapping: bool) -> None:
        self.start = start
        self.mapping = mapping
        self.items: list[Node] = []
        self.entries: list[tuple[ScalarNode, Node]] = []
        self.key: ScalarNode | None = None

    def node(self, lines: Lines, end: int) -> Node:
        start, behind = lines.at(self.start), lines.at(end)
        if self.mapping:
            return MapNode(start, behind, tuple(self.entries))
        return ListNode(start, behind, tuple(self.items))

    def add(self, node: Node) -> None:
        if not self.mapping:
            self.items.append(node)
        elif self.key is None:
            assert isinstance(node, ScalarNode)
            self.key = node
        else:
            self.entries.append((self.key, node))
            self.key = None


def _scan(text: str) -> Node:
    lines = Lines(text)
    root = _Frame(0, False)
    stack = [root]
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        piece = match.group()
        if piece in "[{":
            if len(stack) > MAX_DEPTH:
                raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", *lines.at(start))
            stack.append(_Frame(start, piece == "{"))
        elif piece in "]}":
            frame = stack.pop()
            stack[-1].add(frame.node(lines, end))
        else:
            stack[-1].add(ScalarNode(lines.at(start), lines.at(end), *_value(piece)))
    return root.items[0]


def _value(token: str) -> tuple[str, bool, Scalar]:
    if token[0] == '"':
        text = token[1:-1] if "\\" not in token else _whole(json.loads(token))
        return text, True, text
    if token in _WORDS:
        return token, False, _WORDS[token]
    number = json.loads(token)
    return token, False, number


def _whole(text: str) -> str:
    """Halves of surrogate pairs become the replacement character: they could not be written out again."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
