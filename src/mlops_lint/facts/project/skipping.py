"""Whether a test is switched off wherever it runs."""

from __future__ import annotations

import ast

from mlops_lint.facts.project.assertions import Function, callee, folded


def skipped(function: Function, owners: list[ast.ClassDef], tree: ast.Module) -> str:
    """Why the test never counts; empty where it does or where that depends."""
    for decorator in [*function.decorator_list, *(mark for owner in owners for mark in owner.decorator_list)]:
        if reason := mark(_kept(decorator, tree)):
            return reason
    for body in [tree.body, *(owner.body for owner in owners)]:
        if reason := _assigned_marks(body):
            return reason
    if any(_switched_off(owner) for owner in owners):
        return "`__test__` is False"
    return _module_skip(tree) or _first_statement(function)


def _kept(decorator: ast.expr, tree: ast.Module) -> ast.expr:
    """The mark that a file keeps under a name: `slow = pytest.mark.skip(reason="…")`."""
    if not isinstance(decorator, ast.Name):
        return decorator
    values = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == decorator.id for target in statement.targets)
    ]
    return values[0] if len(values) == 1 else decorator


def mark(node: ast.expr) -> str:
    """Why a decorator or mark always skips."""
    call = node if isinstance(node, ast.Call) else None
    name = callee(call.func if call else node)
    if name in ("skip", "Skip"):
        return "it is always skipped"
    if name in ("skipif", "skipIf") and call and call.args and (value := folded(call.args[0])) and value[0] is True:
        return "its skip condition is always true"
    if name == "skipUnless" and call and call.args and (value := folded(call.args[0])) and value[0] is False:
        return "its skip condition is always true"
    if name == "xfail":
        return _xfail(call)
    return "it is expected to fail" if name == "expectedFailure" else ""


def _xfail(call: ast.Call | None) -> str:
    keywords = {keyword.arg: folded(keyword.value) for keyword in call.keywords} if call else {}
    if keywords.get("run") == (False,) and not (call and call.args):
        return "it is marked xfail and not run"
    conditional = bool(call and call.args and folded(call.args[0]) != (True,)) or "condition" in keywords
    return "" if conditional or keywords.get("strict") == (True,) else "it is expected to fail"


def _assigned_marks(body: list[ast.stmt]) -> str:
    for statement in body:
        if isinstance(statement, ast.Assign) and any(callee(target) == "pytestmark" for target in statement.targets):
            value = statement.value
            for item in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
                if reason := mark(item):
                    return reason
    return ""


def _switched_off(owner: ast.ClassDef) -> bool:
    return any(
        isinstance(statement, ast.Assign)
        and any(callee(target) == "__test__" for target in statement.targets)
        and folded(statement.value) == (False,)
        for statement in owner.body
    )


def _module_skip(tree: ast.Module) -> str:
    for statement in tree.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and callee(call.func) == "skip":
            if any(keyword.arg == "allow_module_level" for keyword in call.keywords):
                return "its module is always skipped"
        if isinstance(statement, ast.Raise) and statement.exc is not None and "SkipTest" in ast.unparse(statement.exc):
            return "its module is always skipped"
    return ""


def _first_statement(function: Function) -> str:
    for statement in function.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and callee(call.func) in ("skip", "skipTest", "xfail"):
            return "it skips itself at once"
        if isinstance(statement, ast.Raise) and statement.exc is not None and "SkipTest" in ast.unparse(statement.exc):
            return "it skips itself at once"
        return "it returns at once" if isinstance(statement, ast.Return) and statement.value is None else ""
    return ""
