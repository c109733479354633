"""Calls that stand in a branch that a constant keeps from ever running."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable


def never_run(code: Code, subject: Definition) -> Location | None:
    """The first call by that name, tests aside, in `if False:` and its like."""
    for path in code.modules:
        if code.is_test(path) or subject.name not in (text_of(code.view, path) or ""):
            continue
        try:
            tree = code.source(path).tree
        except (DocumentError, Unreadable):
            continue
        for part in _dead(tree):
            if isinstance(part, ast.Call) and chain(part.func).rpartition(".")[2] == subject.name:
                return code.source(path).at(part)
    return None


def _dead(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.While) and never(node.test):
            yield from (inner for part in node.body for inner in ast.walk(part))
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and node.test.value:
            yield from (inner for part in node.orelse for inner in ast.walk(part))
        elif isinstance(node, ast.IfExp) and never(node.test):
            yield from ast.walk(node.body)


def never(test: ast.expr) -> bool:
    """`False`, `0`, `False and x`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(never(value) for value in test.values)
    return isinstance(test, ast.Constant) and not test.value
