"""The statements, expressions and calls of a body in order, each with the tests that decide whether it runs."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*FUNCTIONS, ast.ClassDef)
_EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(slots=True)
class Part:
    """A statement's expressions and calls, with the tests that decide whether they run."""

    node: ast.AST
    tests: tuple[ast.expr, ...]


def walk(body: Iterable[ast.stmt], tests: tuple[ast.expr, ...]) -> Iterator[Part]:
    """Nodes in order, inner definitions left out; after `if x: return`, what follows depends on `x` too."""
    for statement in body:
        if isinstance(statement, _SCOPES):
            continue
        yield from _statement(statement, tests)
        if isinstance(statement, _EXITS):
            return  # nothing behind it runs
        if isinstance(statement, ast.If) and statement.body and isinstance(statement.body[-1], _EXITS):
            tests = (*tests, statement.test)


def _statement(node: ast.stmt, tests: tuple[ast.expr, ...]) -> Iterator[Part]:
    yield Part(node, tests)
    inner = tests
    if isinstance(node, ast.If | ast.While):
        inner = (*tests, node.test)
    elif isinstance(node, ast.Match):
        inner = (*tests, node.subject)
    dead = _dead(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield from walk(() if name == dead else value, inner)
        elif isinstance(value, list):
            for item in value:
                yield from _item(item, name, tests, inner)
        elif isinstance(value, ast.AST):
            yield from _expression(value, tests)


def _item(item: object, name: str, tests: tuple[ast.expr, ...], inner: tuple[ast.expr, ...]) -> Iterator[Part]:
    if isinstance(item, ast.ExceptHandler | ast.match_case):
        yield from walk(item.body, inner)
    elif isinstance(item, ast.AST):
        yield from _expression(item, tests)


def _expression(node: ast.AST, tests: tuple[ast.expr, ...]) -> Iterator[Part]:
    waiting = deque([node])
    while waiting:
        part = waiting.popleft()
        yield Part(part, tests)
        dead = _dead(part)
        waiting += [one for name, value in ast.iter_fields(part) if name != dead for one in _nodes(value)]


def _nodes(value: object) -> list[ast.AST]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST)]


def _dead(node: ast.AST) -> str:
    """The branch that a constant keeps from ever running."""
    if not isinstance(node, ast.If | ast.IfExp) or not isinstance(node.test, ast.Constant):
        return ""
    return "orelse" if node.test.value else "body"
