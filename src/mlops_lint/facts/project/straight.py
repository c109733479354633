"""The order of statements in one body, as far as it holds however the tests come out."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BLOCKS = (ast.If, ast.With, ast.AsyncWith, ast.Try)

Step = tuple[list[ast.stmt], int, ast.stmt]


def way(body: list[ast.stmt], node: ast.AST) -> list[Step]:
    """The blocks around a node from the outermost on: each with the place in it and the statement there."""
    for index, statement in enumerate(body):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not any(part is node for part in ast.walk(statement)):
            continue
        inner = next((found for block in _blocks(statement) if (found := way(block, node))), [])
        return [(body, index, statement), *inner]
    return []


def before(body: list[ast.stmt], first: ast.AST, second: ast.AST) -> bool:
    """Whether `second` comes after `first`, in the same block or one around it, and in no loop with it."""
    one, other = way(body, first), way(body, second)
    for depth, (mine, yours) in enumerate(zip(one, other, strict=False)):
        if mine[0] is not yours[0]:
            return False
        if mine[1] != yours[1]:
            return mine[1] < yours[1] and _goes_on(one[depth:]) and _plain(other[depth:])
        if isinstance(mine[2], _LOOPS):
            return False
    return False


def stored(body: list[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Every assignment of a name, with its line."""
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def _goes_on(steps: list[Step]) -> bool:
    """No loop, no handler, and no way out behind it in its own blocks."""
    inner = steps[1:]
    return _plain(steps) and not any(isinstance(one, _EXITS) for block, at, _ in inner for one in block[at:])


def _plain(steps: list[Step]) -> bool:
    return all(
        isinstance(outer[2], _BLOCKS) and not (isinstance(outer[2], ast.Try) and inner[0] is not outer[2].body)
        for outer, inner in itertools.pairwise(steps)
    )


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
