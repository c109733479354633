"""Small answers about nodes of a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from mlops_lint.facts.files.chains import UNKNOWN, chain

MAIN = "<main>"
"""The scope of what stands under `if __name__ == "__main__":`."""

LAMBDA = f"{UNKNOWN}lambda"
"""An argument that is a lambda: unknown, and no function of another name."""


def inside(node: ast.expr) -> list[ast.expr]:
    """What a chain is made of beside its names: arguments, subscripts, its first expression."""
    current: ast.expr = node
    while isinstance(current, ast.Attribute):
        current = current.value
    return [] if isinstance(current, ast.Name) else [current]


def inner_scope(scope: str, name: str) -> str:
    return name if scope in ("", MAIN) else f"{scope}.{name}"


def argument_chain(node: ast.expr) -> str:
    return LAMBDA if isinstance(node, ast.Lambda) else chain(node)


def default_chains(given: ast.arguments) -> dict[str, str]:
    positional = [*given.posonlyargs, *given.args]
    pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True)]
    pairs += [(one, default) for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default]
    named = {one.arg: default for one, default in pairs if isinstance(default, ast.Name | ast.Attribute)}
    return {name: chain(default) for name, default in named.items()}


def every_parameter(arguments: ast.arguments) -> list[ast.arg]:
    extra = [part for part in (arguments.vararg, arguments.kwarg) if part]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def value_chain(node: ast.expr | None) -> str:
    """The chain of a value; either side of `a or b` and `a if c else b` when the other is a constant."""
    if isinstance(node, ast.IfExp):
        sides = [side for side in (node.body, node.orelse) if not isinstance(side, ast.Constant)]
        return value_chain(sides[0]) if len(sides) == 1 else UNKNOWN
    if isinstance(node, ast.BoolOp):
        sides = [side for side in node.values if not isinstance(side, ast.Constant)]
        return value_chain(sides[0]) if len(sides) == 1 else UNKNOWN
    found = chain(node)
    return UNKNOWN if found.startswith(UNKNOWN) else found


def listed_names(node: ast.expr) -> list[str] | None:
    if isinstance(node, ast.List | ast.Tuple):
        return [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return None


def listed_values(node: ast.expr | None) -> list[str]:
    """The chains of what a written-out dict, list, tuple or set holds; empty where one is no name and no lambda."""
    if not isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set):
        return []
    parts = node.values if isinstance(node, ast.Dict) else node.elts
    plain = all(isinstance(part, ast.Name | ast.Attribute | ast.Lambda) for part in parts)
    whole = not isinstance(node, ast.Dict) or None not in node.keys
    return [argument_chain(part) for part in parts] if plain and whole else []


CallsByPlace: TypeAlias = dict[tuple[int, int, "int | None", "int | None"], ast.Call]


def calls_by_place(tree: ast.AST) -> CallsByPlace:
    """Every call by where what it calls is written: lines, and columns in bytes."""
    found: CallsByPlace = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            func = node.func
            found.setdefault((func.lineno, func.col_offset, func.end_lineno, func.end_col_offset), node)
    return found


def spoken(node: ast.AST) -> str:
    """A name, the last name of a chain, or a text that is written out; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def stands_alone(tree: ast.AST, place: tuple[int, int]) -> bool:
    """Whether the call of what is written at a line and column is a statement of its own: nothing takes its result."""
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and (node.value.func.lineno, node.value.func.col_offset) == place
        for node in ast.walk(tree)
    )


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in their order, without the functions within; classes and lambdas belong to it."""
    waiting = list(ast.iter_child_nodes(scope))[::-1]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            waiting += list(ast.iter_child_nodes(node))[::-1]


def is_main_guard(test: ast.expr) -> bool:
    """`__name__ == "__main__"`, either way round."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, test.comparators[0]]
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def is_type_checking(test: ast.expr) -> bool:
    return chain(test).rpartition(".")[2] == "TYPE_CHECKING"
