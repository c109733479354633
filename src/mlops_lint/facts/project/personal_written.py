"""Columns that queries select and that configuration lists, as they come out: `SELECT c.email AS mail FROM …`."""

from __future__ import annotations

import ast
import re
from bisect import bisect
from collections.abc import Iterator

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import place, text_of, yaml_of
from mlops_lint.model import Location

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|docs?|examples?|migrations?|alembic|fixtures|dashboards?|grafana|node_modules|\.github)/"
)
_SELECT = re.compile(r"\bselect\b(?:\s+distinct\b)?(?P<list>(?:(?!\b(?:select|from)\b).)*)\bfrom\b", re.I | re.S)
_PLAIN = re.compile(
    r"(?:[\w\"`\[\]]+\.)*[\"`\[]?(?P<name>[A-Za-z_]\w*)[\"`\]]?(?:\s+as\s+[\"`]?(?P<out>\w+)[\"`]?)?", re.IGNORECASE
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_LISTS = frozenset("columns fields features feature_columns numeric categorical text_columns".split())
MAX_TEXT = 200_000
MAX_ITEM = 1_000


def written_columns(code: Code) -> Iterator[tuple[str, Location]]:
    """In files of queries, in queries within shipped code, and in lists of columns of YAML files."""
    for path in code.view.entries:
        if not code.project.owns(path) or _ASIDE.search(path) or path == code.project.charter_path:
            continue
        if path.endswith(".sql"):
            text = (text_of(code.view, path) or "")[:MAX_TEXT]
            yield from ((name, Location(path, line)) for name, line in selected(text))
        elif path.endswith((".yaml", ".yml")):
            yield from _listed(path, yaml_of(code.view, path))
    for path in code.modules:
        if not code.is_test(path) and not _ASIDE.search(path) and "select" in code.text(path).text.lower():
            yield from _in_code(code, path)


def selected(text: str) -> Iterator[tuple[str, int]]:
    """The plain columns that a text's queries give out, with their lines; what is worked out of one is another."""
    bare = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    ends = [index for index, sign in enumerate(bare) if sign == "\n"]
    for query in _SELECT.finditer(bare):
        for offset, item in _items(query["list"]):
            match = _PLAIN.fullmatch(item.strip()) if len(item) < MAX_ITEM else None
            if match is not None:
                first = query.start("list") + offset + len(item) - len(item.lstrip())
                yield match["out"] or match["name"], bisect(ends, first) + 1


def _items(text: str) -> Iterator[tuple[int, str]]:
    """What stands between commas that no bracket holds, with its place."""
    depth = begin = 0
    for index, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield begin, text[begin:index]
            begin = index + 1
    yield begin, text[begin:]


def _in_code(code: Code, path: str) -> Iterator[tuple[str, Location]]:
    source = code.source(path)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < MAX_TEXT:
            if _SELECT.search(node.value):
                yield from ((name, source.at(node)) for name, _ in selected(node.value))


def _listed(path: str, tree: Node | None) -> Iterator[tuple[str, Location]]:
    """`columns: [email, phone]`, `columns: [{name: email}]`, at any depth."""
    if isinstance(tree, ListNode):
        for item in tree.items:
            yield from _listed(path, item)
    for key, value in tree.entries if isinstance(tree, MapNode) else ():
        if key.text in _LISTS and isinstance(value, ListNode):
            for item in value.items:
                name = item.get("name") if isinstance(item, MapNode) else item
                if isinstance(name, ScalarNode):
                    yield name.text, place(path, name)
        else:
            yield from _listed(path, value)
