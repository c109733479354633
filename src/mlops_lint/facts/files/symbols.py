"""What one Python file or notebook says: imports, definitions, bindings and uses of names.

A pure function of the file's bytes. Nothing here knows other files or any library. All parts are flat
tuples and lists of plain values, so that they can be stored as JSON.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from mlops_lint.documents.python import PythonSource
from mlops_lint.facts.files.chains import UNKNOWN, annotated_with, annotation, chain
from mlops_lint.facts.files.nodes import (
    MAIN,
    argument_chain,
    default_chains,
    every_parameter,
    inner_scope,
    inside,
    is_main_guard,
    is_type_checking,
    listed_names,
    listed_values,
    value_chain,
)
from mlops_lint.facts.files.stubs import stub

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)


@dataclass(slots=True)
class DefinitionFact:
    """A function or class; `qualname` is dotted from the module down."""

    qualname: str
    kind: str
    line: int
    end_line: int
    name_column: int
    parameters: list[str] = field(default_factory=list)
    decorators: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    returns_class: str = UNKNOWN
    stub: str = ""
    """Why the body does nothing (`pass`, `return None`, `print`, `raise NotImplementedError` …), else empty."""
    defaults: dict[str, str] = field(default_factory=dict)
    """Chains of the defaults of parameters, those that are chains."""


@dataclass(slots=True)
class ImportFact:
    """`import a.b as name` has no `symbol`; `from a import symbol as name` has one; `*` is a star import."""

    scope: str
    name: str
    module: str
    symbol: str
    level: int
    line: int


@dataclass(slots=True)
class BindingFact:
    """`target = value` in a scope; `value` is a chain, `?` where unknown. Targets are names or `self.x`."""

    scope: str
    target: str
    value: str
    line: int
    parameter: bool = False
    declared: str = UNKNOWN
    """The class that an annotation names, as a chain, where there is a value beside it."""


@dataclass(slots=True)
class TableFact:
    """`HANDS = {"pay": pay, "route": route}` at the top of a file; no values where something is added elsewhere."""

    target: str
    values: list[str]


@dataclass(slots=True)
class UseFact:
    """A name or attribute chain that is read; `call` when it is called there."""

    scope: str
    chain: str
    line: int
    column: int
    end_line: int
    end_column: int
    call: bool = False
    arguments: list[str] = field(default_factory=list)
    """Chains of the positional arguments; `*` for a starred one."""
    keywords: dict[str, str] = field(default_factory=dict)
    """Chains of the keyword arguments; the key `**` for spread ones."""


@dataclass(slots=True)
class Symbols:
    """All of it, in the order of the file."""

    definitions: list[DefinitionFact] = field(default_factory=list)
    imports: list[ImportFact] = field(default_factory=list)
    bindings: list[BindingFact] = field(default_factory=list)
    uses: list[UseFact] = field(default_factory=list)
    exported: list[str] | None = None
    has_main: bool = False
    tables: list[TableFact] = field(default_factory=list)


def symbols(source: PythonSource) -> Symbols:
    """Read `source` in one pass that is iterative, so that no nesting can break it."""
    return _Reader().read(source.tree)


class _Reader:
    def __init__(self) -> None:
        self.found = Symbols()
        self.stack: list[tuple[ast.AST, str]] = []
        self.functions: dict[str, DefinitionFact] = {}

    def read(self, tree: ast.Module) -> Symbols:
        self.push(tree.body, "")
        while self.stack:
            node, scope = self.stack.pop()
            handler = _HANDLERS.get(type(node))
            if handler is None:
                self.push(ast.iter_child_nodes(node), scope)
            else:
                handler(self, node, scope)
        return self.found

    def push(self, nodes: object, scope: str) -> None:
        self.stack.extend((node, scope) for node in reversed(list(nodes)))  # type: ignore[call-overload]

    def bind(self, scope: str, target: ast.expr, value: str, declared: str = UNKNOWN) -> None:
        if isinstance(target, ast.Name):
            self.found.bindings.append(BindingFact(scope, target.id, value, target.lineno, declared=declared))
        elif isinstance(target, ast.Attribute):
            self.found.bindings.append(BindingFact(scope, chain(target), value, target.lineno))
        elif isinstance(target, ast.Tuple | ast.List):
            part = value + "[]" if value != UNKNOWN else UNKNOWN
            for item in target.elts:
                self.bind(scope, item, part)
        elif isinstance(target, ast.Starred):
            self.bind(scope, target.value, UNKNOWN)
        elif isinstance(target, ast.Subscript):
            self.found.tables.append(TableFact(chain(target.value), []))

    def table(self, scope: str, target: ast.expr, value: ast.expr | None) -> None:
        values = listed_values(value)
        if scope == "" and isinstance(target, ast.Name) and values:
            self.found.tables.append(TableFact(target.id, values))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: str) -> None:
        qualname = inner_scope(scope, node.name)
        arguments = every_parameter(node.args)
        fact = DefinitionFact(
            qualname, "function", node.lineno, node.end_lineno or node.lineno, node.col_offset,
            parameters=[argument.arg for argument in arguments],
            decorators=[chain(decorator) for decorator in node.decorator_list],
            returns_class=annotation(node.returns),
            defaults=default_chains(node.args),
            stub=stub(node),
        )  # fmt: skip
        self.found.definitions.append(fact)
        self.functions.setdefault(qualname, fact)
        for argument in arguments:
            value = annotation(argument.annotation)
            value = value + "()" if value != UNKNOWN else UNKNOWN
            self.found.bindings.append(BindingFact(qualname, argument.arg, value, argument.lineno, parameter=True))
            self.push(annotated_with(argument.annotation), qualname)
        defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
        self.push([*node.decorator_list, *defaults], scope)
        ends = (n for n, part in enumerate(node.body, 1) if isinstance(part, ast.Return | ast.Raise))
        self.push(node.body[: next(ends, None)], qualname)

    def klass(self, node: ast.ClassDef, scope: str) -> None:
        qualname = inner_scope(scope, node.name)
        self.found.definitions.append(
            DefinitionFact(
                qualname,
                "class",
                node.lineno,
                node.end_lineno or node.lineno,
                node.col_offset,
                decorators=[chain(decorator) for decorator in node.decorator_list],
                bases=[chain(base) for base in node.bases],
            )
        )
        self.push([*node.decorator_list, *node.bases, *node.keywords], scope)
        self.push(node.body, qualname)

    def import_(self, node: ast.Import, scope: str) -> None:
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            self.found.imports.append(
                ImportFact(scope, alias.asname or module, alias.name if alias.asname else module, "", 0, node.lineno)
            )
            if not alias.asname and "." in alias.name:
                self.found.imports.append(ImportFact(scope, "", alias.name, "", 0, node.lineno))

    def import_from(self, node: ast.ImportFrom, scope: str) -> None:
        for alias in node.names:
            self.found.imports.append(
                ImportFact(scope, alias.asname or alias.name, node.module or "", alias.name, node.level, node.lineno)
            )

    def expression(self, node: ast.Expr, scope: str) -> None:
        # A name that stands alone in a function calls nothing; in a notebook's cell it shows something.
        if not scope or not isinstance(node.value, ast.Name | ast.Attribute):
            self.push([node.value], scope)

    def assign(self, node: ast.Assign, scope: str) -> None:
        for target in node.targets:
            self.bind(scope, target, annotation(node.value) if annotated_with(node.value) else value_chain(node.value))
            self.table(scope, target, node.value)
            if scope == "" and isinstance(target, ast.Name) and target.id == "__all__":
                self.found.exported = listed_names(node.value)
        self.push([node.value, *node.targets], scope)

    def annotated(self, node: ast.AnnAssign, scope: str) -> None:
        declared = annotation(node.annotation)
        value = value_chain(node.value)
        if value == UNKNOWN and declared != UNKNOWN:
            value = declared + "()"
        self.bind(scope, node.target, value, declared)
        self.table(scope, node.target, node.value)
        self.push([part for part in (node.value, node.target) if part], scope)

    def augmented(self, node: ast.AugAssign, scope: str) -> None:
        self.bind(scope, node.target, UNKNOWN)
        self.push([node.value], scope)

    def walrus(self, node: ast.NamedExpr, scope: str) -> None:
        self.bind(scope, node.target, value_chain(node.value))
        self.push([node.value], scope)

    def loop(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: str) -> None:
        iterable = value_chain(node.iter)
        self.bind(scope, node.target, iterable + "[]" if iterable != UNKNOWN else UNKNOWN)
        rest = node.ifs if isinstance(node, ast.comprehension) else [*node.body, *node.orelse]
        self.push([node.iter, *rest], scope)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: str) -> None:
        self.push([*node.generators, node.elt], scope)

    def dict_comprehension(self, node: ast.DictComp, scope: str) -> None:
        self.push([*node.generators, node.key, node.value], scope)

    def with_item(self, node: ast.withitem, scope: str) -> None:
        if node.optional_vars is not None:
            self.bind(scope, node.optional_vars, value_chain(node.context_expr))
        self.push([node.context_expr], scope)

    def handler(self, node: ast.ExceptHandler, scope: str) -> None:
        if node.name:
            self.found.bindings.append(BindingFact(scope, node.name, UNKNOWN, node.lineno))
        self.push([part for part in (node.type, *node.body) if part], scope)

    def lambda_(self, node: ast.Lambda, scope: str) -> None:
        for argument in every_parameter(node.args):
            self.found.bindings.append(BindingFact(scope, argument.arg, UNKNOWN, node.lineno))
        self.push([*node.args.defaults, node.body], scope)

    def condition(self, node: ast.If, scope: str) -> None:
        if scope == "" and is_main_guard(node.test):
            self.found.has_main = True
            self.push(node.orelse, scope)
            self.push(node.body, MAIN)
        elif isinstance(node.test, ast.Constant):
            self.push(node.body if node.test.value else node.orelse, scope)
        elif is_type_checking(node.test):
            self.push(node.orelse, scope)
            self.push([part for part in node.body if isinstance(part, ast.Import | ast.ImportFrom)], scope)
        else:
            self.push([node.test, *node.body, *node.orelse], scope)

    def returned(self, node: ast.Return, scope: str) -> None:
        if scope in self.functions and node.value is not None:
            self.functions[scope].returns.append(value_chain(node.value))
        self.push([node.value] if node.value else [], scope)

    def called(self, node: ast.Call, scope: str) -> None:
        use = self.use(node.func, scope)
        use.call = True
        use.arguments = ["*" if isinstance(part, ast.Starred) else argument_chain(part) for part in node.args]
        use.keywords = {keyword.arg or "**": argument_chain(keyword.value) for keyword in node.keywords}
        self.push([*inside(node.func), *node.args, *(keyword.value for keyword in node.keywords)], scope)

    def named(self, node: ast.Name | ast.Attribute, scope: str) -> None:
        if isinstance(node.ctx, ast.Load):
            self.use(node, scope)
        self.push(inside(node), scope)

    def use(self, node: ast.expr, scope: str) -> UseFact:
        fact = UseFact(
            scope, chain(node), node.lineno, node.col_offset,
            node.end_lineno or node.lineno, node.end_col_offset or node.col_offset,
        )  # fmt: skip
        self.found.uses.append(fact)
        return fact


_HANDLERS: dict[type, Callable[..., None]] = {
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.ClassDef: _Reader.klass,
    ast.Import: _Reader.import_,
    ast.ImportFrom: _Reader.import_from,
    ast.Expr: _Reader.expression,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.augmented,
    ast.NamedExpr: _Reader.walrus,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.comprehension: _Reader.loop,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
    ast.DictComp: _Reader.dict_comprehension,
    ast.withitem: _Reader.with_item,
    ast.ExceptHandler: _Reader.handler,
    ast.Lambda: _Reader.lambda_,
    ast.If: _Reader.condition,
    ast.Return: _Reader.returned,
    ast.Call: _Reader.called,
    ast.Name: _Reader.named,
    ast.Attribute: _Reader.named,
}
