"""The assignments, functions and calls of one file, by scope."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from mlops_lint.documents.python import PythonSource
from mlops_lint.facts.files.nodes import MAIN

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_TRY = (ast.Try, getattr(ast, "TryStar", ast.Try))
MUTATORS = frozenset("append extend insert remove pop clear update setdefault add discard sort reverse".split())


@dataclass(slots=True)
class Binding:
    """What happens to a name: `value`, `loop`, `with`, `parameter`, `change` (in place), `passed`, `opaque`.

    `straight` ones run exactly once, in the order of the lines; `looped` ones may run again.
    """

    kind: str
    node: ast.AST | None
    line: int
    straight: bool
    looped: bool = False
    steps: tuple[int, ...] = ()


@dataclass(slots=True)
class FileIndex:
    """All that is looked up in a file while folding."""

    source: PythonSource
    bindings: dict[tuple[str, str], list[Binding]] = field(default_factory=dict)
    functions: dict[str, FunctionNode] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    returns: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    generators: set[str] = field(default_factory=set)
    calls: list[tuple[str, ast.Call]] = field(default_factory=list)
    by_place: dict[tuple[int, int, int, int], tuple[str, ast.Call]] = field(default_factory=dict)

    def call_at(self, line: int, column: int, end_line: int, end_column: int) -> tuple[str, ast.Call] | None:
        """The call whose function's name stands there, with its scope."""
        return self.by_place.get((line, column, end_line, end_column))


def index(source: PythonSource) -> FileIndex:
    """Read a file's tree once."""
    reader = _Reader(FileIndex(source))
    reader.block(source.tree.body, "", True, False)
    reader.settle_changes()
    return reader.found


def plain_scope(scope: str) -> str:
    """The main guard binds at the module's top level."""
    return "" if scope == MAIN else scope


def scopes(scope: str, classes: Iterable[str]) -> Iterator[str]:
    """The scopes that see a name, inner first; class bodies are not seen from their methods."""
    current, first = plain_scope(scope), True
    known = set(classes)
    while current:
        if first or current not in known:
            yield current
        first = False
        current = current.rpartition(".")[0]
    yield ""


class _Reader:
    def __init__(self, found: FileIndex) -> None:
        self.found = found
        self.globals: set[tuple[str, str]] = set()

    def block(self, body: Iterable[ast.stmt], scope: str, straight: bool, looped: bool) -> None:
        for statement in body:
            self.statement(statement, scope, straight, looped)

    def statement(self, node: ast.stmt, scope: str, straight: bool, looped: bool) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inner = f"{scope}.{node.name}" if scope else node.name
            self.found.classes[inner] = node
            self.expressions([*node.decorator_list, *node.bases], scope)
            self.block(node.body, inner, True, False)
        elif isinstance(node, (*_TRY, ast.If, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)):
            self.compound(node, scope, straight, looped)
        elif isinstance(node, ast.Match):
            self.expressions([node.subject], scope)
            for case in node.cases:
                self.block(case.body, scope, False, looped)
        else:
            self.simple(node, scope, straight, looped)

    def function(self, node: FunctionNode, scope: str) -> None:
        inner = f"{scope}.{node.name}" if scope else node.name
        self.found.functions[inner] = node
        self.found.returns.setdefault(inner, [])
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in named:
            self.bind(inner, argument.arg, Binding("parameter", argument, node.lineno, True))
        for extra in (arguments.vararg, arguments.kwarg):
            if extra:
                self.bind(inner, extra.arg, Binding("opaque", None, node.lineno, True))
        defaults = [*arguments.defaults, *(part for part in arguments.kw_defaults if part)]
        self.expressions([*node.decorator_list, *defaults], scope)
        self.block(node.body, inner, True, False)

    def compound(self, node: ast.stmt, scope: str, straight: bool, looped: bool) -> None:
        if isinstance(node, ast.If):
            main = scope == "" and _is_main(node.test)
            self.expressions([node.test], scope)
            self.block(node.body, scope, straight and main, looped)
            self.block(node.orelse, scope, False, looped)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self.expressions([item.context_expr], scope)
                if isinstance(item.optional_vars, ast.Name):
                    self.bind(
                        scope, item.optional_vars.id, Binding("with", item.context_expr, node.lineno, straight, looped)
                    )
                elif item.optional_vars is not None:
                    self.opaque(item.optional_vars, scope, node.lineno)
            self.block(node.body, scope, straight, looped)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self.expressions([node.iter], scope)
            self.target(node.target, Binding("loop", node.iter, node.lineno, False, True), scope)
            self.block(node.body, scope, False, True)
            self.block(node.orelse, scope, straight, looped)
        elif isinstance(node, ast.While):
            self.expressions([node.test], scope)
            self.block([*node.body, *node.orelse], scope, False, True)
        elif isinstance(node, _TRY):
            self.tried(cast(ast.Try, node), scope, straight, looped)

    def tried(self, node: ast.Try, scope: str, straight: bool, looped: bool) -> None:
        self.block(node.body, scope, False, looped)
        for handler in node.handlers:
            self.block(handler.body, scope, False, looped)
        self.block(node.orelse, scope, False, looped)
        self.block(node.finalbody, scope, straight, looped)

    def simple(self, node: ast.stmt, scope: str, straight: bool, looped: bool) -> None:
        if isinstance(node, ast.Assign):
            if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
                if node.value.func.attr == "pop":  # y = df.pop("churned")
                    self.change(node.value.func, node, scope, straight, looped)
            for target in node.targets:
                self.target(target, Binding("value", node.value, node.lineno, straight, looped), scope, node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.target(node.target, Binding("value", node.value, node.lineno, straight, looped), scope, node)
        elif isinstance(node, ast.AugAssign):
            self.change(node.target, node, scope, straight, looped)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.change(target, node, scope, straight, looped)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Attribute) and (function.attr in MUTATORS or _in_place(node.value)):
                self.change(function, node, scope, straight, looped)
            for argument in node.value.args:
                if isinstance(argument, ast.Name):
                    passed = Binding("passed", node.value, node.lineno, straight, looped)
                    self.bind(scope, argument.id, passed)
        elif isinstance(node, ast.Return) and scope in self.found.returns:
            self.found.returns[scope].append(node.value)
        elif isinstance(node, ast.Global):
            self.globals.update((scope, name) for name in node.names)
        self.expressions([part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)], scope)

    def target(self, target: ast.expr, binding: Binding, scope: str, whole: ast.stmt | None = None) -> None:
        if isinstance(target, ast.Name):
            self.bind(scope, target.id, binding)
        elif isinstance(target, ast.Attribute):
            if isinstance(target.value, ast.Name):
                self.bind(scope, f"{target.value.id}.{target.attr}", binding)
        elif isinstance(target, ast.Subscript):
            if whole is not None:
                self.change(target, whole, scope, binding.straight, binding.looped)
        elif isinstance(target, ast.Tuple | ast.List):
            for position, item in enumerate(target.elts):
                if any(isinstance(part, ast.Starred) for part in target.elts):
                    self.opaque(item, scope, binding.line)
                else:
                    steps = (*binding.steps, position)
                    part = Binding(binding.kind, binding.node, binding.line, binding.straight, binding.looped, steps)
                    self.target(item, part, scope)

    def opaque(self, target: ast.expr, scope: str, line: int) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.bind(scope, node.id, Binding("opaque", None, line, False))

    def change(self, target: ast.expr, whole: ast.stmt, scope: str, straight: bool, looped: bool) -> None:
        while isinstance(target, ast.Subscript | ast.Attribute):
            inner = target.value
            if isinstance(target, ast.Attribute) and isinstance(inner, ast.Name) and inner.id == "self":
                self.bind(scope, f"self.{target.attr}", Binding("change", whole, whole.lineno, straight, looped))
                return
            target = inner
        if isinstance(target, ast.Name):
            self.bind(scope, target.id, Binding("change", whole, whole.lineno, straight, looped))

    def bind(self, scope: str, name: str, binding: Binding) -> None:
        if (scope, name) in self.globals:
            scope, binding.straight = "", False
        self.found.bindings.setdefault((scope, name), []).append(binding)

    def expressions(self, nodes: Iterable[ast.expr], scope: str) -> None:
        for root in nodes:
            for node in ast.walk(root):
                if isinstance(node, ast.Call):
                    self.found.calls.append((scope, node))
                    place = node.func
                    key = (place.lineno, place.col_offset, place.end_lineno or 0, place.end_col_offset or 0)
                    self.found.by_place[key] = (scope, node)
                elif isinstance(node, ast.NamedExpr):
                    self.bind(scope, node.target.id, Binding("value", node.value, node.lineno, False))
                elif isinstance(node, ast.Yield | ast.YieldFrom):
                    self.found.generators.add(scope)

    def settle_changes(self) -> None:
        """A change of a name that its scope does not bind changes the outer one, at a time that is not known."""
        bindings = self.found.bindings
        for scope, name in [key for key in bindings if key[0]]:
            events = bindings[scope, name]
            if any(event.kind not in ("change", "passed") for event in events) or "." in name:
                continue
            events = [event for event in events if event.kind == "change"]
            for outer in scopes(scope.rpartition(".")[0], self.found.classes):
                if (outer, name) in bindings:
                    del bindings[scope, name]
                    bindings[outer, name] += [Binding("change", None, e.line, False, True) for e in events]
                    break


def _in_place(node: ast.Call) -> bool:
    return any(
        part.arg == "inplace" and isinstance(part.value, ast.Constant) and part.value.value is True
        for part in node.keywords
    )


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in (test.left, *test.comparators)
    )
