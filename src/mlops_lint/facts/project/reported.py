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
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Dict) and id(node) not in inner:
                value = _under(node, keys)
                if value is not None:
                    call = _unrounded(value)
                    yield source.at(call) if isinstance(call, ast.Call) else None


def _under(node: ast.expr, keys: list[str]) -> ast.expr | None:
    for key in keys:
        if not isinstance(node, ast.Dict):
            return None
        pairs = zip(node.keys, node.values, strict=True)
        found = [value for name, value in pairs if isinstance(name, ast.Constant) and name.value == key]
        if len(found) != 1:
            return None
        node = found[0]
    return node


def _unrounded(node: ast.expr) -> ast.expr:
    """`round(recall(truth, guess), 3)` is the recall."""
    while isinstance(node, ast.Call) and chain(node.func) in _ROUNDED and node.args:
        node = node.args[0]
    return node


@provides
def reported(code: Code) -> Reported:
    """Files are read when asked for."""
    return Reported(code)
