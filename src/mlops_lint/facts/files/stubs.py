"""Functions that do nothing, and why."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain


def stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Why a function's body does nothing, empty where it does something."""
    body = [part for part in node.body if not is_text(part)]
    if not body:
        return "its body is empty"
    ends = next((n for n, part in enumerate(body, 1) if isinstance(part, ast.Return | ast.Raise)), len(body))
    reasons = [_idle(part) for part in body[:ends]]
    return reasons[-1] if all(reasons) else ""


def is_text(node: ast.stmt) -> bool:
    """A docstring, or another text or number that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _idle(node: ast.stmt) -> str:
    if isinstance(node, ast.Pass):
        return "its body is `pass`"
    if isinstance(node, ast.Return) and chain(node.value) == "call_next()":
        return "it only hands the request on"
    if isinstance(node, ast.Return) and (node.value is None or isinstance(node.value, ast.Constant)):
        return "it only returns a constant" if node.value is not None and _meaningful(node.value) else "it only returns"
    if isinstance(node, ast.Raise) and node.exc is not None and chain(node.exc).startswith("NotImplementedError"):
        return "it raises NotImplementedError"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and chain(node.value.func) == "print":
        worked_out = any(isinstance(part, ast.Call) for given in node.value.args for part in ast.walk(given))
        return "" if worked_out else "it only prints"
    return ""


def _meaningful(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None
