"""The comparisons of a body, and what the compared things are called."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.project.code import Definition

_METHODS = frozenset("gt ge lt le greater greater_equal less less_equal".split())
_ORDER = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
_CONVERTS = frozenset(("float", "abs", "round"))
_UNPACKS = frozenset(("item", "to_numpy", "astype", "squeeze"))


def own_nodes(tree: ast.AST, definition: Definition) -> Iterator[ast.AST]:
    """The nodes of a definition's own body; asserted bounds and those that only raise are no decisions."""
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assert):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.If) and len(node.body) == 1 and isinstance(node.body[0], ast.Raise):
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def sides(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(compared, bound) of a comparison, either way round."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _ORDER):
        left, right = node.left, node.comparators[0]
        yield (left, right)
        yield (right, left)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        if len(node.args) == 1:
            yield (node.func.value, node.args[0])
        elif len(node.args) == 2:
            yield (node.args[0], node.args[1])


def words_of(side: ast.expr) -> set[str]:
    """The words of what is compared: of its outermost name, attribute or key."""
    return {word for name in _names(side) for word in re.split(r"[_\W\d]+", name.casefold()) if word}


def _names(side: ast.expr) -> list[str]:
    """What the compared value is called: the outermost name, attribute or key."""
    core = core_of(side, keys=True)
    if isinstance(core, ast.Subscript) and isinstance(core.slice, ast.Constant):
        return [str(core.slice.value)]
    return [core.attr] if isinstance(core, ast.Attribute) else [core.id] if isinstance(core, ast.Name) else []


def core_of(side: ast.expr, *, keys: bool = False) -> ast.expr:
    """What is left of `float(scores[0])` without that which only picks or converts. `keys`: texts pick as names do."""
    while True:
        if isinstance(side, ast.Subscript):
            if keys and isinstance(side.slice, ast.Constant) and isinstance(side.slice.value, str):
                return side
            side = side.value
        elif isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id in _CONVERTS and side.args:
            side = side.args[0]
        elif isinstance(side, ast.Call) and isinstance(side.func, ast.Attribute) and side.func.attr in _UNPACKS:
            side = side.func.value
        else:
            return side
