"""Tests that can fail, and that look at nothing the project answers, or run nowhere that counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.project.assertions import Function, callee

_TYPES = frozenset(("isinstance", "issubclass", "hasattr", "callable"))
_TYPE_CASES = frozenset(("assertIsInstance", "assertHasAttr", "assertIsSubclass"))
OTHERS = re.compile(
    r"^(?:assert|check|expect|verify|validate|ensure|should|compare|match|raises$|warns$|fail$|approx$|allclose)",
    re.IGNORECASE,
)
_SET = re.compile(r"[\"'](?:CI|GITHUB_ACTIONS|GITLAB_CI|CONTINUOUS_INTEGRATION)[\"']")
_ON = frozenset(("1", "true", "yes", "on"))
_SKIPS = frozenset(("skip", "skipTest", "Skip"))


def only_types(trees: Iterable[ast.AST]) -> bool:
    """Whether all that is asserted is of which class something is, or which attributes it has."""
    asserted = False
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise):
                return False
            if isinstance(node, ast.Assert):
                if not _about_types(node.test):
                    return False
                asserted = True
            elif isinstance(node, ast.Call) and callee(node.func) in _TYPE_CASES:
                asserted = True
            elif isinstance(node, ast.Call) and OTHERS.search(callee(node.func)):
                return False
    return asserted


def _about_types(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return all(_about_types(value) for value in test.values)
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Call) and callee(test.left.func) == "type":
        return True
    return isinstance(test, ast.Call) and callee(test.func) in _TYPES


def off_in_ci(function: Function, owners: Iterable[ast.ClassDef], tree: ast.Module) -> bool:
    """Whether a test skips itself wherever the variable is set that continuous integration sets."""
    kept = _kept(tree)
    marks = [*function.decorator_list, *(mark for owner in owners for mark in owner.decorator_list)]
    for body in (tree.body, *(owner.body for owner in owners)):
        for one in body:
            if isinstance(one, ast.Assign) and any(callee(target) == "pytestmark" for target in one.targets):
                marks += one.value.elts if isinstance(one.value, ast.List | ast.Tuple) else [one.value]
    if any(_skips_there(mark, kept) for mark in marks):
        return True
    return any(isinstance(one, ast.If) and _in_ci(one.test, kept) and _leaves(one) for one in function.body)


def _kept(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of a file are set to once."""
    found: dict[str, list[ast.expr]] = {}
    for one in (statement for statement in tree.body if isinstance(statement, ast.Assign)):
        for target in one.targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(one.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _skips_there(mark: ast.expr, kept: dict[str, ast.expr]) -> bool:
    mark = kept.get(mark.id, mark) if isinstance(mark, ast.Name) else mark
    if not isinstance(mark, ast.Call) or not mark.args:
        return False
    name, condition = callee(mark.func), mark.args[0]
    if name == "skipUnless" and isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return _in_ci(condition.operand, kept)
    return name in ("skipif", "skipIf") and _in_ci(condition, kept)


def _in_ci(test: ast.expr, kept: dict[str, ast.expr]) -> bool:
    """`"CI" in os.environ`, `os.getenv("CI")`, `os.environ.get("CI") == "true"`, or a name for one of them."""
    if isinstance(test, ast.Name) and test.id in kept:
        return _in_ci(kept[test.id], {})
    if isinstance(test, ast.Call) and callee(test.func) == "bool" and len(test.args) == 1:
        return _in_ci(test.args[0], kept)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(test.ops[0], ast.In):
            return isinstance(left, ast.Constant) and bool(_SET.fullmatch(repr(left.value))) and _environ(right)
        on = isinstance(right, ast.Constant) and str(right.value).lower() in _ON
        return isinstance(test.ops[0], ast.Eq) and on and _asked(left)
    return _asked(test)


def _asked(node: ast.expr) -> bool:
    """A reading of the variable without a default."""
    if isinstance(node, ast.Subscript):
        return _environ(node.value) and bool(_SET.fullmatch(ast.unparse(node.slice)))
    if not isinstance(node, ast.Call) or not node.args or not _SET.fullmatch(ast.unparse(node.args[0])):
        return False
    reads = callee(node.func) == "getenv" or ast.unparse(node.func).endswith("environ.get")
    default = node.args[1] if len(node.args) > 1 else None
    return reads and (default is None or (isinstance(default, ast.Constant) and not default.value))


def _environ(node: ast.expr) -> bool:
    return ast.unparse(node).rpartition(".")[2] == "environ"


def _leaves(node: ast.If) -> bool:
    first = node.body[0]
    call = first.value if isinstance(first, ast.Expr) else None
    return isinstance(first, ast.Return) or (isinstance(call, ast.Call) and callee(call.func) in _SKIPS)
