"""Whether an assertion of a test depends on something: followed by names through the test, fixtures and helpers."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator

from mlops_lint.facts.project.assertions import callee
from mlops_lint.model import Location
from mlops_lint.practices.covered import Body, Covering, parameters

Telling = Callable[[ast.AST], bool]
Source = Callable[[str, str, ast.AST], bool]
"""Whether a node of a file and scope is where what is looked for comes from."""
_BINDS = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension, ast.withitem, ast.Call
)  # fmt: skip
_SHALLOW = frozenset("hasattr callable getattr type issubclass exists isfile is_file".split())


def assertion(
    covering: Covering, body: Body, source: Source, telling: Telling | None = None, stops: Source | None = None
) -> Location | None:
    """The first assertion of a test that depends on a source; what goes into a call that `stops` is lost."""
    looked = _Looked(source, stops)
    names = {name for name, (path, tree) in body.fixtures.items() if looked.holds(path, name, tree, set())}
    for path, scope, tree in body.around:
        parts = [part for part in ast.walk(tree) if isinstance(part, _BINDS)]
        for _ in range(2):
            for part in parts:
                names |= _reached(body, part, functools.partial(looked.holds, path, scope, names=names))
    found = [
        node
        for tree in (body.node, *(helper for _, _, helper in body.helpers))
        for node, parts in _asserted(tree)
        if not _shallow(node) and any(looked.holds(body.path, body.scope, part, names) for part in parts)
        if (telling is None or telling(node)) and not _on_another(node, body.path, body.scope, stops, tree, names)
    ]
    return covering.code.source(body.path).at(found[0]) if found else None


def _reached(body: Body, node: ast.AST, holds: Callable[[ast.AST], bool]) -> set[str]:
    """Names that get what is looked for: by an assignment, or as a parameter of a helper among the tests."""
    value, targets = _bound(node)
    if value is not None:
        return {_key(part) for target in targets for part in ast.walk(target)} - {"", "self"} if holds(value) else set()
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    tree = next((tree for _, scope, tree in body.helpers if scope == name), None)
    if tree is None or not isinstance(node, ast.Call):
        return set()
    found = {given for given, part in zip(parameters(tree), node.args, strict=False) if holds(part)}
    return found | {word.arg for word in node.keywords if word.arg and holds(word.value)}


def _bound(node: ast.AST) -> tuple[ast.expr | None, list[ast.expr]]:
    if isinstance(node, ast.Assign):
        return node.value, node.targets
    if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        return node.value, [node.target]
    if isinstance(node, ast.For | ast.comprehension):
        return node.iter, [node.target]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return node.context_expr, [node.optional_vars]
    return None, []


def _key(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    selfish = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return f"self.{node.attr}" if selfish and isinstance(node, ast.Attribute) else ""


class _Looked:
    """What is found below a node, each node looked at once for one test."""

    def __init__(self, source: Source, stops: Source | None) -> None:
        self._source = source
        self._stops = stops
        self._known: dict[ast.AST, tuple[bool, frozenset[str]]] = {}

    def holds(self, path: str, scope: str, tree: ast.AST, names: set[str]) -> bool:
        """Whether a source or one of the names stands below a node."""
        if tree not in self._known:
            self._known[tree] = self._below(path, scope, tree)
        found, keys = self._known[tree]
        return found or not names.isdisjoint(keys)

    def _below(self, path: str, scope: str, tree: ast.AST) -> tuple[bool, frozenset[str]]:
        keys = set()
        waiting = [tree]
        while waiting:
            part = waiting.pop()
            if self._source(path, scope, part):
                return True, frozenset()
            keys.add(_key(part))
            if self._stops is None or not isinstance(part, ast.Call) or not self._stops(path, scope, part):
                waiting += ast.iter_child_nodes(part)
        return False, frozenset(keys - {""})


def _asserted(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Each assertion with the parts that it looks at."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node, [node.test]
        elif isinstance(node, ast.Call) and _asserts(node):
            yield node, [*node.args, *(keyword.value for keyword in node.keywords), node.func]
        elif isinstance(node, ast.With) and any(_raises(item.context_expr) for item in node.items):
            yield node, list(node.body)
        elif isinstance(node, ast.If) and any(isinstance(part, ast.Raise) for part in node.body):
            yield node, [node.test]


def _on_another(node: ast.AST, path: str, scope: str, stops: Source | None, tree: ast.AST, names: set[str]) -> bool:
    """Whether it is what a consuming call gave that stands on the left of the comparison."""
    test = node.test if isinstance(node, ast.Assert) else None
    if stops is None or not isinstance(test, ast.Compare):
        return False
    given = {
        _key(target)
        for part in ast.walk(tree)
        for value, targets in [_bound(part)]
        if value is not None and any(stops(path, scope, inner) for inner in ast.walk(value))
        for target in targets
    }
    return any(_key(part) in given - names - {""} for part in ast.walk(test.left))


def _asserts(node: ast.Call) -> bool:
    name = callee(node.func)
    return name.startswith(("assert", "expect_")) or (name == "validate" and isinstance(node.func, ast.Attribute))


def _raises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and callee(node.func) in ("raises", "assertRaises", "assertRaisesRegex", "warns")


def _shallow(node: ast.AST) -> bool:
    """Only whether something is there, or how a request ended."""
    test = node.test if isinstance(node, ast.Assert) else node
    called = {callee(part.func) for part in ast.walk(test) if isinstance(part, ast.Call)}
    read = {part.attr for part in ast.walk(test) if isinstance(part, ast.Attribute)}
    status = bool(read & {"status_code", "ok", "status"}) and not read & {"json", "text", "content", "data", "get_json"}
    return status or bool(called & _SHALLOW)
