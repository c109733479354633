"""Changes in place: `X.append(…)`, `X += …`, `X["a"] = …`, `del X["a"]`, applied to a copy."""

from __future__ import annotations

import ast
import copy
from typing import Any, Protocol

from mlops_lint.facts.project.values import operators
from mlops_lint.facts.project.values.model import MANY, UNKNOWN, Frame, Gap, settled
from mlops_lint.facts.project.values.tables import Table
from mlops_lint.facts.project.values.tables import changed as table_changed

MAX_CHANGED = 1_000
"""Items of what is still followed through changes: each change is a copy, and all copies are kept."""


class Evaluates(Protocol):
    """What folds the parts of a change."""

    def evaluate(self, node: ast.AST | None, frame: Frame) -> Any:
        """The value of an expression."""


def changed(fold: Evaluates, value: Any, node: ast.AST | None, frame: Frame) -> Any:
    """`value` after the statement `node`; UNKNOWN where that cannot be told."""
    if isinstance(value, Gap):
        return value
    if isinstance(value, list | dict | set) and len(value) > MAX_CHANGED:
        return UNKNOWN
    if isinstance(value, Table):
        whole: Any = fold
        return table_changed(whole, value, node, frame)
    if isinstance(node, ast.AugAssign):
        return _augmented(fold, value, node, frame)
    if isinstance(node, ast.Assign):
        targets = [target for target in node.targets if isinstance(target, ast.Subscript)]
        return _item(fold, value, targets[0], fold.evaluate(node.value, frame), frame) if targets else UNKNOWN
    if isinstance(node, ast.Delete):
        return _deleted(fold, value, node, frame)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _method(fold, value, node.value, frame)
    return UNKNOWN


def by_key(node: ast.AST | None) -> bool:
    """Whether a statement sets one item whose key is written there: `settings["epochs"] = args.epochs`."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return False
    target = node.targets[0]
    while isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        target = target.value
    return isinstance(target, ast.Name | ast.Attribute) and target is not node.targets[0]


def perhaps_changed(fold: Evaluates, value: Any, node: ast.AST | None, frame: Frame) -> Any:
    """`value` after a statement that may not run: the item that it sets cannot be told, the others can."""
    after = changed(fold, value, node, frame)
    if not isinstance(value, dict) or not isinstance(after, dict):
        return UNKNOWN
    return type(after)((key, item if key in value and value[key] is item else UNKNOWN) for key, item in after.items())


def _augmented(fold: Evaluates, value: Any, node: ast.AugAssign, frame: Frame) -> Any:
    right = fold.evaluate(node.value, frame)
    if isinstance(node.target, ast.Subscript):
        return _item(fold, value, node.target, UNKNOWN, frame)
    if isinstance(value, list) and isinstance(right, tuple | set):
        right = list(right)
    return operators.binary(node.op, value, right)


def _item(fold: Evaluates, value: Any, target: ast.Subscript, right: Any, frame: Frame) -> Any:
    path: list[Any] = []
    current: ast.expr = target
    while isinstance(current, ast.Subscript):
        path.insert(0, fold.evaluate(current.slice, frame))
        current = current.value
    if not isinstance(value, dict) or not all(operators.usable_key(key) for key in path):
        return UNKNOWN
    made = copy.copy(value)
    here = made
    for key in path[:-1]:
        inner = here.get(key, UNKNOWN)
        if not isinstance(inner, dict):
            here[key] = UNKNOWN
            return made
        here[key] = here = copy.copy(inner)
    here[path[-1]] = right
    return made


def _deleted(fold: Evaluates, value: Any, node: ast.Delete, frame: Frame) -> Any:
    made = copy.copy(value)
    for target in node.targets:
        if not isinstance(target, ast.Subscript):
            return UNKNOWN
        key = fold.evaluate(target.slice, frame)
        if not isinstance(made, dict) or key not in made or not isinstance(target.value, ast.Name):
            return UNKNOWN
        del made[key]
    return made


def _method(fold: Evaluates, value: Any, node: ast.Call, frame: Frame) -> Any:
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Name | ast.Attribute):
        return UNKNOWN
    name = node.func.attr
    arguments = [fold.evaluate(argument, frame) for argument in node.args]
    if isinstance(value, list):
        return _list_method(list(value), name, arguments)
    if isinstance(value, dict) and name == "update":
        keywords = {part.arg: fold.evaluate(part.value, frame) for part in node.keywords}
        if None in keywords or not all(isinstance(part, dict) for part in arguments):
            return UNKNOWN
        made = copy.copy(value)
        for part in [*arguments, keywords]:
            made.update(part)
        return made
    if isinstance(value, dict) and name in ("pop", "setdefault") and arguments and settled(arguments[0]):
        made = copy.copy(value)
        if name == "pop":
            made.pop(arguments[0], None)
        else:
            made.setdefault(arguments[0], arguments[1] if len(arguments) > 1 else None)
        return made
    if isinstance(value, set) and settled(arguments):
        return _set_method(set(value), name, arguments)
    return UNKNOWN


def _list_method(items: list[Any], name: str, arguments: list[Any]) -> Any:
    if name == "append" and len(arguments) == 1:
        return [*items, arguments[0]]
    if name == "insert" and len(arguments) == 2:
        return [arguments[1], *items] if arguments[0] == 0 else [*items, arguments[1]]
    if name == "extend" and len(arguments) == 1:
        extra = arguments[0]
        return [*items, *(list(extra) if isinstance(extra, list | tuple | set | dict) else [MANY])]
    if name == "remove" and settled(arguments) and arguments[0] in items:
        items.remove(arguments[0])
        return items
    if name in ("sort", "reverse"):
        return items
    return [] if name == "clear" else UNKNOWN


def _set_method(items: set[Any], name: str, arguments: list[Any]) -> Any:
    if name == "add":
        return {*items, *arguments}
    if name in ("discard", "remove"):
        return items - set(arguments)
    if name == "update" and all(isinstance(part, list | tuple | set) for part in arguments):
        return items.union(*arguments)
    return UNKNOWN
