"""Errors that are worked out by hand: whether a body is that of the metric that it is named after."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain, split

_KNOWN = frozenset(
    "mean sum average nanmean item float len abs fabs absolute square pow power sqrt numpy tolist reshape ravel "
    "flatten asarray array as_tensor tensor from_numpy cpu detach to_numpy to double squeeze view "
    "zip round size numel".split()
)
_ABSOLUTE = frozenset(("abs", "fabs", "absolute"))


def other_error(metric: str, node: ast.AST) -> str:
    """The metric that a function named after `metric` works out in its place; empty where that cannot be told."""
    if metric not in ("mae", "mse", "rmse") or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    parts = [part for statement in node.body for part in ast.walk(statement)]
    calls = {split(chain(part.func))[-1].lstrip(".") for part in parts if isinstance(part, ast.Call)}
    if not calls <= _KNOWN or any(isinstance(part, ast.Compare | ast.IfExp | ast.If | ast.Lambda) for part in parts):
        return ""
    squares, absolute = any(_squares(part) for part in parts), not calls.isdisjoint(_ABSOLUTE)
    roots = "sqrt" in calls or any(_powers(part) for part in parts if not _squares(part))
    if roots or squares == absolute:
        return ""
    actual = "mse" if squares else "mae"
    return "" if actual == metric else actual


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
