"""Reads the place in a data file that a JSON pointer names."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from mlops_lint.documents.csvfile import table
from mlops_lint.documents.json import parse_json
from mlops_lint.documents.markdown import headings, slugify
from mlops_lint.documents.node import (
    DocumentError,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    iterate,
    pointer_tokens,
    step,
)
from mlops_lint.documents.toml import parse_toml
from mlops_lint.documents.yaml import parse_yaml, type_plain
from mlops_lint.facts.project.pointer_targets import Broken, HeadingTarget, Hidden, Target, ValueTarget
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable
from mlops_lint.suggest import nearest

LIMIT = 5_000_000


class Values:
    """Parsed data files, each read once."""

    def __init__(self, view: RepoView) -> None:
        self.view = view
        self._trees: dict[str, Node | str] = {}

    def value(self, path: str, pointer: str, shown: str) -> Target:
        """The value at `pointer`; `shown` is the file as the charter writes it."""
        tree = self._tree(path)
        if isinstance(tree, str):
            return Hidden(tree)
        tokens = pointer_tokens(pointer)
        if tokens is None:
            return Broken(f"`#{pointer[:60]}` is no JSON pointer: it begins with #/", (), Location(path))
        if path.lower().endswith((".csv", ".tsv")) and isinstance(tree, ListNode):
            tokens = _rows(tree, tokens)
        here = tree
        for count, token in enumerate(tokens):
            below = step(here, token)
            if below is None:
                return _nowhere(path, shown, tokens[:count], token, here, tree)
            here = below
        return ValueTarget(path, _number(here), here, Location(path, *here.start, *here.end))

    def heading(self, path: str, fragment: str, shown: str) -> Target:
        """The heading of a Markdown page with that anchor."""
        if not path.lower().endswith((".md", ".markdown", ".mdx")):
            return Hidden("names a heading of a page that is not Markdown")
        try:
            text = self.view.read(path, limit=LIMIT).decode("utf-8", "replace")
        except Unreadable as error:
            return Hidden(f"cannot be read ({error.reason})")
        found = headings(text)
        wanted = (fragment, fragment.lower(), slugify(fragment))
        for heading in found:
            if heading.slug in wanted:
                return HeadingTarget(path, Location(path, heading.line))
        near = nearest(fragment, [heading.slug for heading in found], 3)
        return Broken(f"has no heading `#{fragment[:60]}`", tuple(f"{shown}#{slug}" for slug in near), Location(path))

    def _tree(self, path: str) -> Node | str:
        """The document's tree, or why it cannot be told."""
        if path not in self._trees:
            self._trees[path] = self._parse(path)
        return self._trees[path]

    def _parse(self, path: str) -> Node | str:
        read = _reader(path)
        if read is None:
            return "is in a format whose values are not read"
        try:
            tree = read(self.view.read(path, limit=LIMIT))
        except Unreadable as error:
            return f"cannot be read ({error.reason})"
        except DocumentError as error:
            self.view.note(path, f"line {error.line}: {error.message}")
            return f"cannot be parsed (line {error.line}: {error.message})"
        return tree if tree is not None else MapNode((1, 1), (1, 1))


def _reader(path: str) -> Callable[[bytes], Node | None] | None:
    name = path.lower()
    if name.endswith((".json", ".webmanifest")):
        return lambda data: parse_json(data, limit=LIMIT)
    if name.endswith((".jsonl", ".ndjson")):
        return _last_line
    if name.endswith((".yaml", ".yml", "dvc.lock", ".dvc")):
        return parse_yaml
    if name.endswith((".toml", "uv.lock", "poetry.lock", "pdm.lock")):
        return parse_toml
    return _table if name.endswith((".csv", ".tsv")) else None


def _last_line(data: bytes) -> Node:
    lines = [line for line in data.replace(b"\r", b"\n").split(b"\n") if line.strip()]
    if not lines:
        raise DocumentError("the file is empty")
    return parse_json(lines[-1], limit=LIMIT)


def _table(data: bytes) -> Node:
    """Rows as mappings from the header's names to typed cells; lines count rows."""
    rows = table(data)
    if not rows:
        raise DocumentError("the file is empty")
    names = rows[0]
    items = []
    for line, row in enumerate(rows[1:], 2):
        cells = tuple(
            (_cell(line, name, name), _cell(line, cell, type_plain(cell)))
            for name, cell in zip(names, row, strict=False)
        )
        items.append(MapNode((line, 1), (line, 1), cells))
    return ListNode((1, 1), (1, 1), tuple(items))


def _cell(line: int, text: str, value: object) -> ScalarNode:
    typed = value if isinstance(value, str | int | float | bool) else None
    return ScalarNode((line, 1), (line, 1), text, False, typed)


def _rows(tree: ListNode, tokens: list[str]) -> list[str]:
    """Row names (the first cell) and `-1` as indices, column numbers as names."""
    if not tokens:
        return tokens
    row = tokens[0]
    if row in ("-1", "last"):
        row = str(len(tree.items) - 1)
    elif not row.isdecimal():
        names = [item.entries[0][1] for item in tree.items if isinstance(item, MapNode) and item.entries]
        hits = [index for index, name in enumerate(names) if isinstance(name, ScalarNode) and name.text == row]
        row = str(hits[0]) if hits else row
    tail = tokens[1:]
    first = tree.items[0] if tree.items else None
    if tail and tail[0].isdecimal() and isinstance(first, MapNode) and first.get(tail[0]) is None:
        keys = first.keys()
        tail = [keys[int(tail[0])], *tail[1:]] if int(tail[0]) < len(keys) else tail
    return [row, *tail]


def _number(node: Node) -> float | None:
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _nowhere(path: str, shown: str, before: list[str], token: str, here: Node, tree: Node) -> Broken:
    above = "/" + "/".join(map(_escape, before)) if before else "the top level"
    keys = here.keys() if isinstance(here, MapNode) else []
    near = [f"{shown}#/{'/'.join(map(_escape, [*before, key]))}" for key in nearest(token[:100], keys[:2_000], 3)]
    near += [f"{shown}#{found}" for found in _elsewhere(tree, token)]
    return Broken(
        f"has no `{token[:60]}` under {above[:100]}",
        tuple(list(dict.fromkeys(near))[:3]),
        Location(path, *here.start),
    )


def _elsewhere(tree: Node, token: str) -> list[str]:
    """Pointers to keys of the same name in other places."""
    found: list[str] = []
    stack: deque[tuple[str, Node]] = deque([("", tree)])
    for _ in iterate(tree):
        if not stack or len(found) >= 3:
            break
        route, node = stack.popleft()
        if isinstance(node, MapNode):
            found += [f"{route}/{_escape(token)}"] if node.get(token) is not None else []
            stack.extend((f"{route}/{_escape(key.text)}", value) for key, value in node.entries[:500])
    return found[:3]


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
