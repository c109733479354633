"""Checks of tables that are declared next to them: schema tests of dbt, assertions of Dataform, Soda's checks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import MapNode, Node
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import documents_of, items, mapping, place, text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Shown
from mlops_lint.repo.view import RepoView

MAX_FILES = 200
_YAML = (".yml", ".yaml")
_TABLES = ("models", "sources", "seeds", "snapshots", "tables")
_TESTS = ("tests", "data_tests")
_EXAMPLE = "models/example"
"""What `dbt init` writes."""
_SELECTS = re.compile(r"\bselect\b", re.IGNORECASE)
_ASSERTED = re.compile(
    r"\bassertions\s*:\s*\{[^{}]*\b(?:uniqueKeys?|nonNull|rowConditions)\b|\btype\s*:\s*[\"']assertion[\"']"
)


def declared_checks(view: RepoView, project: Project) -> Iterator[Shown]:
    """Each of them fails the run that builds or scans the tables."""
    owned = [path for path in view.entries if project.owns(path)]
    roots = [
        posixpath.dirname(path) for path in owned if posixpath.basename(path) in ("dbt_project.yml", "dbt_project.yaml")
    ]
    for root in roots:
        prefix = f"{root}/" if root else ""
        yield from _dbt(view, [path for path in owned if path.startswith(prefix)], prefix)
    for path in [path for path in owned if path.endswith(".sqlx")][:MAX_FILES]:
        match = _ASSERTED.search(text_of(view, path) or "")
        if match is not None:
            yield Shown("assertions", Location(path, (text_of(view, path) or "").count("\n", 0, match.start()) + 1))
    for path in [path for path in owned if path.endswith(_YAML)]:
        if (text_of(view, path) or "").startswith("checks for ") or "\nchecks for " in (text_of(view, path) or ""):
            yield from _soda(view, path)


def _dbt(view: RepoView, paths: list[str], prefix: str) -> Iterator[Shown]:
    """Tests of columns and tables in a dbt project's YAML, and queries in its folder of tests."""
    for path in [path for path in paths if path.endswith(_YAML)][:MAX_FILES]:
        text = text_of(view, path) or ""
        if _EXAMPLE in path or not any(f"{word}:" in text for word in _TESTS):
            continue
        for document in documents_of(view, path):
            for node in _tested(document):
                yield Shown("schema test", place(path, node))
                break
    for path in paths:
        if path.startswith(f"{prefix}tests/") and path.endswith(".sql") and _SELECTS.search(text_of(view, path) or ""):
            yield Shown("query that has to be empty", Location(path, 1))


def _tested(document: Node) -> Iterator[Node]:
    """The first test of every table or column that has some."""
    waiting = [table for key in _TABLES if isinstance(document, MapNode) for table in items(document.get(key))]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, MapNode):
            yield from (tests[0] for key in _TESTS if (tests := items(node.get(key))))
            waiting += [*items(node.get("columns")), *items(node.get("tables"))]


def _soda(view: RepoView, path: str) -> Iterator[Shown]:
    for document in documents_of(view, path):
        for key, value in mapping(document):
            if key.text.startswith("checks for ") and items(value):
                yield Shown(key.text, place(path, key))
