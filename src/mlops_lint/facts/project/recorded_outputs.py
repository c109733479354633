"""Whether a record that names an output only holds its id."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set
from typing import TypeGuard

from mlops_lint.facts.project.features import tokens

_IDS = frozenset("id ids uuid uid guid key hash".split())
_ABOUT = frozenset(
    "path file folder settings config logger log level source origin status ok cached latency duration elapsed seconds "
    "ms took name kind service host region json self cls journal handle stream writer sink mode encoding utc datetime "
    "timezone tz line record entry row".split()
)
"""Where and how something was answered, and with what it is written."""
_METERS = frozenset(("observe", "inc", "dec", "labels"))
"""What counts and times for a monitoring system; a prediction cannot be found again in it."""


def only_ids(names: Iterable[str], words: Set[str]) -> bool:
    """Whether every name with one of the words is an id of what the word means: `prediction_id`."""
    told = [set(tokens(name)) for name in names]
    return not any(one & words and not one & _IDS for one in told) and any(one & words for one in told)


def unwritten(function: ast.AST, known: Set[str]) -> str:
    """A parameter that is never read, where all that are read are accounted for; empty where one may be the output.

    `known` are words of other parts of a record.
    """
    if not _closed(function):
        return ""
    read, filed = _reads(function), _filed(function, known)
    for name in _given(function):
        if name in read and name not in filed and not set(tokens(name)) & (known | _IDS | _ABOUT):
            return ""
    return next((name for name in _given(function) if name not in read and not name.startswith("_")), "")


def named_otherwise(function: ast.AST, known: Set[str]) -> bool:
    """Whether a parameter is written under a name of no other part of a record: it may be the output, as `minutes`."""
    given = [name for name in _given(function) if not set(tokens(name)) & (known | _IDS | _ABOUT)]
    return any(
        isinstance(part, ast.Name) and part.id in given
        for key, value in _entries(function)
        if not set(tokens(key)) & (known | _IDS | _ABOUT)
        for part in ast.walk(value)
    )


def _entries(function: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What is written under a key, a keyword, or by its place in a row."""
    idle = left_aside(function)
    for node in ast.walk(function):
        if id(node) in idle:
            continue
        if isinstance(node, ast.Dict):
            yield from ((str(key.value), one) for key, one in zip(node.keys, node.values, strict=True) if _text(key))
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value
        elif isinstance(node, ast.List | ast.Tuple):
            yield from (("", one) for one in node.elts)


def _text(node: ast.expr | None) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant)


def _closed(function: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    defined = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    return defined and not function.args.vararg and not function.args.kwarg  # type: ignore[attr-defined]


def _given(function: ast.AST) -> list[str]:
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    return [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _reads(function: ast.AST) -> set[str]:
    idle = left_aside(function)
    names = (node for node in ast.walk(function) if isinstance(node, ast.Name) and id(node) not in idle)
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def left_aside(function: ast.AST) -> set[int]:
    """The parts of a function that write nothing: annotations, values that nobody reads, numbers for a monitor."""
    idle = {id(part) for one in _annotations(function) for part in ast.walk(one)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METERS:
            idle |= {id(part) for part in ast.walk(node)}
    before = -1
    while before != len(idle):
        before = len(idle)
        read = {part.id for part in ast.walk(function) if _loads(part) and id(part) not in idle}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and all(isinstance(one, ast.Name) for one in node.targets):
                if not {one.id for one in node.targets if isinstance(one, ast.Name)} & read:
                    idle |= {id(part) for part in ast.walk(node.value)}
    return idle


def _annotations(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation


def _loads(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _filed(function: ast.AST, known: Set[str]) -> set[str]:
    """What is written under a key that says what it is: `{"input": stop}`."""
    found: set[str] = set()
    for node in ast.walk(function):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and set(tokens(str(key.value))) & (known | _IDS | _ABOUT):
                found |= {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    return found
