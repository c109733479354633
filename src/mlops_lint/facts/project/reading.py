"""Small ways to read a tracked file; what cannot be read is None, never an error."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, Node, ScalarNode
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

MAX_TEXT = 2_000_000
_Tree = TypeVar("_Tree")
KEPT = 16
_LAST_TREES: WeakKeyDictionary[RepoView, dict[tuple[str, Any], Any]] = WeakKeyDictionary()
_LAST_LINES: WeakKeyDictionary[RepoView, tuple[str, list[str]]] = WeakKeyDictionary()


def text_of(view: RepoView, path: str, limit: int = MAX_TEXT) -> str | None:
    """The file's text with line feeds only; None above `limit` bytes."""
    if path not in view.entries:
        return None
    try:
        data = view.read(path, limit)
    except Unreadable:
        return None
    return data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(view: RepoView, path: str) -> list[str]:
    """The lines of the file; the last ones asked for are kept, since scripts ask for one file again and again."""
    last = _LAST_LINES.get(view)
    if last is None or last[0] != path:
        last = _LAST_LINES[view] = (path, (text_of(view, path) or "").split("\n"))
    return last[1]


def parsed(view: RepoView, path: str, parse: Callable[[bytes], _Tree]) -> _Tree | None:
    """What `parse` makes of a tracked file; None where it cannot be read, which is noted as not analysed."""
    if path not in view.entries:
        return None
    try:
        return parse(view.read(path, MAX_TEXT))
    except Unreadable:
        return None
    except DocumentError as error:
        view.note(path, f"line {error.line}: {error.message}")
        return None


def _once(view: RepoView, path: str, parse: Callable[[bytes], _Tree]) -> _Tree | None:
    """The same, with the last trees kept: several facts ask for `pyproject.toml`."""
    known = _LAST_TREES.setdefault(view, {})
    if (path, parse) not in known:
        if len(known) >= KEPT:
            del known[next(iter(known))]
        known[path, parse] = parsed(view, path, parse)
    found: _Tree | None = known[path, parse]
    return found


def documents_of(view: RepoView, path: str) -> list[Node]:
    """Every document of a YAML file."""
    from mlops_lint.documents.yaml import parse_yaml_all

    return _once(view, path, parse_yaml_all) or []


def yaml_of(view: RepoView, path: str) -> MapNode | None:
    """The first document of a YAML file if it is a mapping."""
    documents = documents_of(view, path)
    return documents[0] if documents and isinstance(documents[0], MapNode) else None


def toml_of(view: RepoView, path: str) -> MapNode | None:
    """A TOML file's tree."""
    from mlops_lint.documents.toml import parse_toml

    node = _once(view, path, parse_toml)
    return node if isinstance(node, MapNode) else None


def json_of(view: RepoView, path: str) -> MapNode | None:
    """A JSON file's tree."""
    from mlops_lint.documents.json import parse_json

    node = _once(view, path, parse_json)
    return node if isinstance(node, MapNode) else None


def walk(node: Node | None, *keys: str) -> Node | None:
    """The node under nested keys."""
    for key in keys:
        node = node.get(key) if isinstance(node, MapNode) else None
    return node


def mapping(node: Node | None) -> list[tuple[ScalarNode, Node]]:
    """A mapping's entries; none for anything else."""
    return list(node.entries) if isinstance(node, MapNode) else []


def items(node: Node | None) -> tuple[Node, ...]:
    """A list's items; none for anything else."""
    return node.items if isinstance(node, ListNode) else ()


def scalars(node: Node | None) -> list[ScalarNode]:
    """A scalar, or the scalars of a list, nested lists flattened."""
    if isinstance(node, ScalarNode):
        return [node]
    return [scalar for item in items(node) for scalar in scalars(item)]


def word(node: Node | None) -> str:
    """A scalar's text; empty for anything else."""
    return node.text if isinstance(node, ScalarNode) else ""


def place(path: str, node: Node) -> Location:
    """Where a node stands."""
    (line, column), (end_line, end_column) = node.start, node.end
    return Location(path, line, column, end_line, end_column)


def join(folder: str, path: str) -> str | None:
    """`path` as seen from `folder`, relative to the root; None where it leads outside. "" is the root."""
    if path.startswith(("/", "~")) or "$" in path:
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def within(path: str, folder: str) -> bool:
    """`path` is `folder` or lies under it."""
    return not folder or path == folder or path.startswith(folder + "/")


def parents(folder: str) -> Iterator[str]:
    """The folder itself, then each above it up to the root ""."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def without_comments(text: str) -> str:
    """Markdown or HTML without comments; one that does not end hides nothing."""
    parts = []
    start = 0
    while (begin := text.find("<!--", start)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts.append(text[start:begin])
        start = end + 3
    return " ".join([*parts, text[start:]])
