"""Functions that do nothing, and why."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain

_SHOWING = frozenset("len str repr round int float type bool format upper lower strip title rjust ljust".split())


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
        return "" if any(map(_works_out, node.value.args)) else "it only prints"
    if isinstance(node, ast.If | ast.For):
        return _branches(node)
    return ""


def _branches(node: ast.If | ast.For) -> str:
    """`if verbose: print(x)`, `for one in found: print(one)`: idle where all that is in it is."""
    if _works_out(node.test if isinstance(node, ast.If) else node.iter):
        return ""
    reasons = [_idle(part) for part in [*node.body, *node.orelse] if not is_text(part)]
    return reasons[0] if reasons and all(reason == "it only prints" for reason in reasons) else ""


def _works_out(given: ast.expr) -> bool:
    """Whether an expression calls more than what counts, rounds and shows."""
    called = [part for part in ast.walk(given) if isinstance(part, ast.Call)]
    return any(chain(part.func).rpartition(".")[2] not in _SHOWING for part in called) or any(
        isinstance(part, ast.NamedExpr | ast.Await | ast.Yield) for part in ast.walk(given)
    )


def _meaningful(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None
