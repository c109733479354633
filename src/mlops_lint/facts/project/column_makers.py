"""Which functions make a column: by a keyword, a key, an assignment, or a name that is given last."""

from __future__ import annotations

import ast
from collections.abc import Collection

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.features import Features

_BY_KEYWORD = frozenset("assign with_columns select agg mutate".split())
_BY_NAME = frozenset("alias withColumn insert rename name".split())


class ColumnMakers:
    """The functions that make a feature of the charter's list."""

    def __init__(self, code: Code, features: Features) -> None:
        self.code = code
        self.features = features

    def made(self, function: Definition) -> str:
        """The first feature of the list that a function makes itself; empty where it makes none."""
        declared = self.features.declared
        if declared is None or self.code.is_test(function.path):
            return ""
        node = self.code.node(function)
        return min((name for part in ast.walk(node) for name in _named(part, declared.columns)), default="")

    def used(self, function: Definition) -> bool:
        """Whether other code than tests gets to a function."""
        own = [one for one in self.code.entries() if not self.code.is_test(one.path)]
        return function in self.code.reachable(own)


def _named(part: ast.AST, columns: Collection[str]) -> list[str]:
    names: list[str] = []
    if isinstance(part, ast.Assign):
        ends = [one.slice for one in part.targets if isinstance(one, ast.Subscript)]
        names = [end.value for end in ends if isinstance(end, ast.Constant) and isinstance(end.value, str)]
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        if part.func.attr in _BY_KEYWORD:
            names = [word.arg for word in part.keywords if word.arg and not _kept(word.arg, word.value)]
        elif part.func.attr in _BY_NAME:
            texts = [one.value for one in part.args[:2] if isinstance(one, ast.Constant)]
            names = [text for text in texts if isinstance(text, str)]
    return [name for name in names if name in columns]


def _kept(name: str, value: ast.expr) -> bool:
    """`select(age="age")`: the column as it was."""
    return isinstance(value, ast.Constant) and value.value == name


@provides
def column_makers(code: Code, features: Features) -> ColumnMakers:
    """Read when asked for."""
    return ColumnMakers(code, features)
