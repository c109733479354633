"""Errors that are worked out by hand: whether a body is that of the metric that it is named after."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.never_run import never

_KNOWN = frozenset(
    "mean sum average nanmean item float len abs fabs absolute square pow power sqrt numpy tolist reshape ravel "
    "flatten asarray array as_tensor tensor from_numpy cpu detach to_numpy to double squeeze view "
    "zip round size numel".split()
)
_ABSOLUTE = frozenset(("abs", "fabs", "absolute"))


_PLAIN = ("mae", "mse", "rmse")
_SCALED = frozenset(("pinball_loss", "mape", "smape", "wape"))
"""Errors that no body gives which multiplies and divides nothing."""


def other_error(metric: str, node: ast.AST) -> str:
    """The metric that a function named after `metric` works out in its place; empty where that cannot be told."""
    if metric not in _SCALED.union(_PLAIN) or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    parts = [part for statement in node.body for part in _running(statement)]
    calls = {split(chain(part.func))[-1].lstrip(".") for part in parts if isinstance(part, ast.Call)}
    if not calls <= _KNOWN or any(isinstance(part, ast.Compare | ast.IfExp | ast.If | ast.Lambda) for part in parts):
        return ""
    squares, absolute = any(_squares(part) for part in parts), not calls.isdisjoint(_ABSOLUTE)
    roots = "sqrt" in calls or any(_powers(part) for part in parts if not _squares(part))
    if roots or squares == absolute or (metric in _SCALED and _scales(parts)):
        return ""
    actual = "mse" if squares else "mae"
    return "" if actual == metric else actual


def _running(statement: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement, without the branches that a constant keeps from ever running."""
    if isinstance(statement, ast.If) and never(statement.test):
        for other in statement.orelse:
            yield from _running(other)
        return
    yield statement
    for inner in ast.iter_child_nodes(statement):
        yield from _running(inner)


def _scales(parts: Sequence[ast.AST]) -> bool:
    """Whether a difference may be weighed, or held against something: by any factor, or a divisor that is no count."""
    work = [part for part in parts if isinstance(part, ast.BinOp)]
    counted = [part for part in work if isinstance(part.op, ast.Div) and _counts(part.right)]
    scaled = [part for part in work if not isinstance(part.op, ast.Sub | ast.Add | ast.Pow) and part not in counted]
    differs = any(isinstance(part.op, ast.Sub) for part in work)
    return bool(scaled) or not differs or any(isinstance(part, ast.AugAssign | ast.UnaryOp) for part in parts)


def _counts(node: ast.expr) -> bool:
    """`/ len(rows)`."""
    return isinstance(node, ast.Call) and chain(node.func) == "len"


def _squares(node: ast.AST) -> bool:
    """`d ** 2`, `d * d`, `square(d)`, `d.pow(2)`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return isinstance(node.right, ast.Constant) and node.right.value == 2
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return ast.dump(node.left) == ast.dump(node.right)
    if not isinstance(node, ast.Call):
        return False
    last = split(chain(node.func))[-1].lstrip(".")
    twice = bool(node.args) and isinstance(node.args[-1], ast.Constant) and node.args[-1].value == 2
    return last == "square" or (last in ("pow", "power") and twice)


def _powers(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return split(chain(node.func))[-1].lstrip(".") in ("pow", "power")
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
