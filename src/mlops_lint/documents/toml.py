"""TOML: the standard library gives the values, a line scan of ours the places, as well as it can."""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, Node, Position, Scalar, ScalarNode, decode

LIMIT = 1_000_000
MAX_DEPTH = 50
MAX_BITS = 4_000
MAX_PARTS = 50_000
MAX_TABLES = 20_000
MAX_RUN = 100

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_RUN = re.compile(rf"(?<![\w.-])[\w-]+(?:\.[\w-]+){{{MAX_RUN},}}", re.ASCII)
Route = tuple["str | int", ...]


def parse_toml(data: bytes, *, limit: int = LIMIT) -> Node:
    """The tree of a TOML document; places are exact for plain keys of tables and fall back to the table's line."""
    text = decode(data, limit)
    _guard(text)
    values = _load(text)
    return _Tree(_places(text)).node(values, ())


def _guard(text: str) -> None:
    """Refuse keys of hundreds of parts: reading them takes quadratic time."""
    if text.count("\n[") > MAX_TABLES:
        raise DocumentError("more tables than are read")
    parts = 0
    for number, line in enumerate(text.split("\n"), 1):
        dots = line.count(".")
        match = (_TABLE.match(line) or _KEY.match(line)) if dots else None
        own = match.group(match.lastindex or 1).count(".") if match else 0
        if own > MAX_DEPTH:
            raise DocumentError(f"a key of more than {MAX_DEPTH} parts", number)
        parts += own
        if parts > MAX_PARTS:
            raise DocumentError("more dotted keys than are read", number)
        if dots > MAX_DEPTH and _RUN.search(line):
            raise DocumentError(f"something of more than {MAX_RUN} parts with dots between", number)


def _load(text: str) -> dict[str, Any]:
    toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        values: dict[str, Any] = toml.loads(text)
        return values
    except toml.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found else (max(1, text.count("\n")), 1)
        raise DocumentError(_LINE.sub("", str(error)).strip()[:160], line, column) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise DocumentError(f"not TOML that can be read ({type(error).__name__})") from None


def _parts(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(_PART, key)]


def _places(text: str) -> dict[Route, Position]:
    """Routes to the places of their keys. Lines inside multi-line strings may add routes that nothing asks for."""
    places: dict[Route, Position] = {}
    table: Route = ()
    counts: dict[Route, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TABLE.match(line):
            table = tuple(_parts(header[2]))
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                table = (*table, index)
            places.setdefault(table, (number, header.start(1) + 1))
        elif key := _KEY.match(line):
            route = table
            for part in _parts(key[1]):
                route = (*route, part)
                places.setdefault(route, (number, key.start(1) + 1))
    return places


class _Tree:
    def __init__(self, places: dict[Route, Position]) -> None:
        self.places = places

    def at(self, route: Route) -> Position:
        while route and route not in self.places:
            route = route[:-1]
        return self.places.get(route, (1, 1))

    def node(self, value: Any, route: Route) -> Node:
        if len(route) > MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", *self.at(route))
        start = self.at(route)
        if isinstance(value, dict):
            return MapNode(
                start, start, tuple((self.key(k, route), self.node(v, (*route, k))) for k, v in value.items())
            )
        if isinstance(value, list):
            return ListNode(start, start, tuple(self.node(v, (*route, i)) for i, v in enumerate(value)))
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise DocumentError("a number of more digits than are read", *start)
        scalar: Scalar = value if isinstance(value, str | int | float | bool) else str(value)
        return ScalarNode(start, start, str(value), isinstance(value, str), scalar)

    def key(self, name: str, route: Route) -> ScalarNode:
        line, column = self.at((*route, name))
        return ScalarNode((line, column), (line, column + len(name)), name, False, name)
