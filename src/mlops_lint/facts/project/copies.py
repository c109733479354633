"""Columns that are the label under another name: `rows["left"] = rows["churned"].astype(int)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_SAME = frozenset("astype copy map replace to_numpy values fillna abs apply".split())


@dataclass(frozen=True, slots=True)
class Copied:
    """A column that is made of another one, row by row, and nothing else."""

    name: str
    at: Location


class Copies:
    """Answers when asked."""

    def __init__(self, code: Code, values: Values) -> None:
        self.code = code
        self.values = values

    def of(self, column: str) -> list[Copied]:
        """The copies of a column that code makes outside of tests."""
        found: list[Copied] = []
        for path in self.code.modules:
            if not self.code.is_test(path) and "[" in (text_of(self.code.view, path) or ""):
                found += self._file(path, column)
        return found

    def _file(self, path: str, column: str) -> Iterator[Copied]:
        try:
            source = self.code.source(path)
        except (DocumentError, Unreadable):
            return
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                target, taken = node.targets[0], _taken(node.value)
                if taken is not None and self._text(path, taken.slice) == column:
                    name = self._text(path, target.slice)
                    if name and name != column and _base(target) == _base(taken):
                        yield Copied(name, source.at(node))

    def _text(self, path: str, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        return self.values.text(path, "", node) if isinstance(node, ast.Name | ast.Attribute) else None


def _taken(node: ast.expr) -> ast.Subscript | None:
    """`rows["x"]` under `.astype(int)` and the like."""
    while not isinstance(node, ast.Subscript):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME:
            node = node.func.value
        elif isinstance(node, ast.Attribute) and node.attr in _SAME:
            node = node.value
        else:
            return None
    return node


def _base(node: ast.Subscript) -> str:
    return ast.unparse(node.value).removesuffix(".loc")


@provides
def copies(code: Code, values: Values) -> Copies:
    """Nothing is looked at until it is asked for."""
    return Copies(code, values)
