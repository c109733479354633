"""Comparisons that pick no rows: their answers become a column of the table."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_MAKERS = frozenset("with_columns assign withColumn".split())


def made_columns(nodes: Iterable[ast.AST]) -> dict[int, str]:
    """The comparisons by identity, with the column that each becomes: `rows["old"] = rows["age"] > 60`."""
    found: dict[int, str] = {}
    for node in nodes:
        for name, value in _made(node):
            found.update((id(part), name) for part in _answers(value))
    return found


def _answers(value: ast.expr) -> Iterator[ast.Compare]:
    """Comparisons that the value is made of, and not those that pick the rows of something else in it."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Compare):
            yield part
        elif isinstance(part, ast.BoolOp):
            waiting += part.values
        elif isinstance(part, ast.BinOp):
            waiting += [part.left, part.right]
        elif isinstance(part, ast.UnaryOp):
            waiting.append(part.operand)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            waiting.append(part.func.value)


def _made(node: ast.AST) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        key = node.targets[0].slice
        return [(key.value, node.value)] if isinstance(key, ast.Constant) and isinstance(key.value, str) else []
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAKERS):
        return []
    return [(word.arg, word.value) for word in node.keywords if word.arg]
