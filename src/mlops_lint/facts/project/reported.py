"""The call whose result code puts under the keys of a recorded number."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_ROUNDED = frozenset("float round int str".split())
_PLAIN = frozenset("item tolist cpu".split())
_SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)
MIN_KEYS = 2


class Reported:
    """Reads mappings that are written out: `{"test": {"recall": recall(truth, guess)}}`."""

    def __init__(self, code: Code) -> None:
        self._code = code

    def call(self, pointer: str, paths: Collection[str]) -> Location | None:
        """The only call that the files write under a pointer's keys; None where there is none, or several."""
        keys = [step for step in pointer.partition("#")[2].split("/") if step]
        if len(keys) < MIN_KEYS:
            return None  # one key alone may be a mapping's of anything
        found = [at for path in sorted(paths) for at in self._in_file(path, keys)]
        return found[0] if len(found) == 1 else None

    def _in_file(self, path: str, keys: list[str]) -> Iterator[Location | None]:
        if path not in self._code.modules or self._code.is_test(path):
            return
        try:
            source = self._code.source(path)
        except (DocumentError, Unreadable):
            return
        inner = {id(part) for node in ast.walk(source.tree) if isinstance(node, ast.Dict) for part in node.values}
        for scope in (node for node in ast.walk(source.tree) if isinstance(node, _SCOPES)):
            for node in _own(scope):
                for value in _values(node, keys) if id(node) not in inner else ():
                    call = _made(scope, value)
                    yield source.at(call) if isinstance(call, ast.Call) else None


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope, without the functions in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _values(node: ast.AST, keys: list[str]) -> Iterator[ast.expr]:
    """What a mapping, or `report["test"] = …`, holds under the keys."""
    value: ast.expr | None = None
    if isinstance(node, ast.Dict):
        value = _under(node, keys)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        given = _keys(node.targets[0])
        value = _under(node.value, keys[len(given) :]) if given and given == keys[: len(given)] else None
    if value is not None:
        yield value


def _keys(target: ast.expr) -> list[str]:
    found: list[str] = []
    while isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        found.insert(0, str(target.slice.value))
        target = target.value
    return found


def _under(node: ast.expr, keys: list[str]) -> ast.expr | None:
    """The value under the keys; a call on the way, or what a name was given, stands for all that is below it."""
    for number, key in enumerate(keys):
        if not isinstance(node, ast.Dict):
            return node if number and isinstance(node, ast.Call | ast.Name) else None
        pairs = zip(node.keys, node.values, strict=True)
        found = [value for name, value in pairs if isinstance(name, ast.Constant) and name.value == key]
        if len(found) != 1:
            return None
        node = found[0]
    return node


def _made(scope: ast.AST, node: ast.expr) -> ast.expr:
    """The call that a number comes from: itself, or what its name was given, once, in the same scope."""
    node = _unrounded(node)
    if not isinstance(node, ast.Name):
        return node
    given = [
        part.value
        for part in _own(scope)
        if isinstance(part, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == node.id for one in part.targets for name in ast.walk(one))
    ]
    stored = [part for part in _own(scope) if isinstance(part, ast.Name) and part.id == node.id]
    once = sum(isinstance(part.ctx, ast.Store) for part in stored) == 1
    return _unrounded(given[0]) if len(given) == 1 and once else node


def _unrounded(node: ast.expr) -> ast.expr:
    """`round(recall(truth, guess).item(), 3)` is the recall, and `scores["recall"]` one of the scores."""
    for _ in range(8):
        if isinstance(node, ast.Call) and chain(node.func) in _ROUNDED and node.args:
            node = node.args[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PLAIN:
            node = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            node = node.value
        else:
            break
    return node


@provides
def reported(code: Code) -> Reported:
    """Files are read when asked for."""
    return Reported(code)
