"""Columns that are the label under another name: `rows["left"] = rows["churned"].astype(int)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Reach
from mlops_lint.facts.project.copies_text import told_in_text
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_SAME = frozenset("astype copy map replace to_numpy values fillna abs apply".split())
_OTHER_ROWS = frozenset(
    "groupby merge join agg aggregate pivot pivot_table shift explode melt resample rolling".split()
)


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

    def told(self, column: str, reach: Reach) -> tuple[str, Location] | None:
        """The text that a classifier within reach reads, with the label among its words, and where it is put there."""
        return told_in_text(self.code, reach, column)

    def _file(self, path: str, column: str) -> Iterator[Copied]:
        try:
            source = self.code.source(path)
        except (DocumentError, Unreadable):
            return
        for scope in ast.walk(source.tree):
            if isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
                for node in own_nodes(scope):
                    for name in self._copies(path, node, column, scope):
                        yield Copied(name, source.at(node))

    def _copies(self, path: str, node: ast.AST, column: str, scope: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target, taken = node.targets[0], _taken(node.value)
            if taken is not None and self._text(path, taken.slice) == column:
                name = self._text(path, target.slice)
                if name and name != column and _same_rows(_base(target), _base(taken), scope):
                    yield name
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "assign":
            for word in node.keywords:
                taken = _taken(word.value.body if isinstance(word.value, ast.Lambda) else word.value)
                if taken is None or not word.arg or word.arg == column or self._text(path, taken.slice) != column:
                    continue
                own = isinstance(word.value, ast.Lambda) and _base(taken) in [a.arg for a in word.value.args.args]
                if own or _same_rows(ast.unparse(_first(node.func.value)), _base(taken), scope):
                    yield word.arg

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


def _first(node: ast.expr) -> ast.expr:
    """`rows` of `rows[["a"]].dropna().reset_index()`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def _same_rows(target: str, taken: str, scope: ast.AST) -> bool:
    """Whether both are one table, or the first was made of the second: `out = rows[["age"]].copy()`."""
    if target == taken:
        return True
    made = [node.value for node in own_nodes(scope) if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == target for one in node.targets)]  # fmt: skip
    return bool(made) and all(_keeps(value, taken) for value in made)


def _keeps(value: ast.expr, taken: str) -> bool:
    """Whether a table is made of another one, row by row."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("DataFrame"):
        words = [word.value for word in value.keywords if word.arg == "index"]
        return any(ast.unparse(word) == f"{taken}.index" for word in words)
    steps = []
    node = value
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return ast.unparse(node) == taken and not set(steps) & _OTHER_ROWS


@provides
def copies(code: Code, values: Values) -> Copies:
    """Nothing is looked at until it is asked for."""
    return Copies(code, values)
