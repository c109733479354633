"""Columns about people that stand in configuration, and in rows that code is given to predict from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.project.attributes import Attributes
from mlops_lint.facts.project.code.entries import is_test_path
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, json_of, place, text_of
from mlops_lint.practices.base import Shown
from mlops_lint.practices.evidence import OwnCode

MAX_FILES = 60
MAX_SIZE = 200_000
MAX_NAMES = 400
_LEAST = 3
"""Columns: what holds fewer is about something else."""
_ENDINGS = (".yaml", ".yml", ".json")
_FOLDERS = frozenset("conf config configs configuration params parameters".split())
_ELSEWHERE = re.compile(
    r"(?:^|[/_.-])(?:locales?|i18n|translations?|node_modules|openapi|swagger|package|tsconfig|manifest|dashboards?|"
    r"prompts?|fixtures?|mock|fake|synthetic|dummy|github)(?:[/_.-]|$)",
    re.IGNORECASE,
)


def configured_columns(
    own: OwnCode, project: Project, attributes: Attributes, words: re.Pattern[str], protected: frozenset[str]
) -> Iterator[Shown]:
    """Lists and tables of columns in files that code names, or that stand where configuration is kept."""
    view = own.code.view
    candidates = [
        path
        for path, entry in view.entries.items()
        if path.endswith(_ENDINGS) and (entry.size or 0) <= MAX_SIZE and project.owns(path)
        if not _ELSEWHERE.search(path) and not is_test_path(posixpath.join(posixpath.dirname(path), "a.py"))
    ]
    looked = [path for path in candidates if words.search(text_of(view, path) or "")]
    for path in looked[:MAX_FILES]:
        as_json = path.endswith(".json")
        tree = json_of(view, path) if as_json else None
        documents = documents_of(view, path) if not as_json else [tree] if tree is not None else []
        read = _read_by_code(own, path)
        for names in (names for document in documents for names in _collections(document)):
            if not read and not (as_json and _row(names)):
                continue
            told = attributes.told(name.text for name, _ in names)
            if told.personal and protected.intersection(told.clear) and len(told.clear) + len(told.faint) > 1:
                first = next(name for name, _ in names if attributes.kind(name.text) in told.clear)
                yield Shown(", ".join((*told.clear, *told.faint)), place(path, first))
                break


def _read_by_code(own: OwnCode, path: str) -> bool:
    """Whether a module names the file, or it is configuration by its folder and code reads such files."""
    if not path.endswith(".json") and _FOLDERS.intersection(posixpath.dirname(path).split("/")):
        return True
    name = posixpath.basename(path)
    modules = (other for other in own.code.modules if own.counts(other, tests=False))
    return any(name in own.code.text(other).text for other in modules)


def _collections(node: Node) -> Iterator[list[tuple[ScalarNode, Node | None]]]:
    """Lists of texts, keys of tables, and the names in lists of described columns."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        found: list[tuple[ScalarNode, Node | None]] = []
        if isinstance(part, ListNode):
            found = [(item, None) for item in part.items if isinstance(item, ScalarNode)]
            found += [(name, None) for item in part.items if (name := _named(item)) is not None]
            waiting += reversed(part.items)
        elif isinstance(part, MapNode):
            found = list(part.entries)
            waiting += reversed([value for _, value in part.entries])
        if _LEAST <= len(found) <= MAX_NAMES:
            yield found


def _named(node: Node) -> ScalarNode | None:
    value = (
        next((node.get(key) for key in ("name", "column") if node.get(key)), None)
        if isinstance(node, MapNode)
        else None
    )
    return value if isinstance(value, ScalarNode) else None


def _row(names: list[tuple[ScalarNode, Node | None]]) -> bool:
    """Whether it is a row of a table: a value for each of several columns, numbers for the most part."""
    values = [value.value for _, value in names if isinstance(value, ScalarNode)]
    numbers = sum(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return len(names) >= 5 and len(values) == len(names) and numbers * 2 >= len(names)
