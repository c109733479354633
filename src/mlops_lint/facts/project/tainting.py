"""Where the results of certain calls go: through assignments, arguments and returns, from function to function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.nodes import MAIN
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.tainting_handed import handed, lambdas
from mlops_lint.facts.project.tainting_parts import FUNCTIONS, Part, walk
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

MAX_DEFINITIONS = 1_500
MAX_ROUNDS = 12
_SCOPES = (*FUNCTIONS, ast.ClassDef)
_FILLING = frozenset("append add extend insert update put appendleft setdefault".split())


@dataclass(frozen=True, slots=True)
class Site:
    """A call as written in a definition; `name` is its canonical name, empty where that is not known."""

    by: Definition
    node: ast.Call
    name: str
    target: Definition | None

    @property
    def last(self) -> str:
        """The last name of what is called."""
        func = self.node.func
        return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


Judge: TypeAlias = Callable[[Site], bool]


@dataclass(frozen=True, slots=True)
class Received:
    """A call that gets such a result. `controlled`: only a test of the result decides that it is made."""

    site: Site
    given: tuple[ast.expr, ...]
    controlled: bool


@dataclass(slots=True)
class _State:
    params: dict[Definition, set[str]] = field(default_factory=dict)
    returns: set[Definition] = field(default_factory=set)
    controlled: set[Definition] = field(default_factory=set)

    def size(self) -> tuple[int, int, int]:
        return sum(map(len, self.params.values())), len(self.returns), len(self.controlled)


@dataclass(frozen=True, slots=True)
class _Rules:
    source: Judge
    cleans: Judge
    vouches: Judge | None
    gated: Mapping[Definition, Container[int]]
    compared: bool


class Tainting:
    """Follows results within what the roots reach."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._parts: dict[Definition, list[Part]] = {}

    def at(self, site: Site) -> Location:
        """Where a call stands."""
        return self.code.source(site.by.path).at(site.node)

    def calls(self, roots: Iterable[Definition]) -> Iterator[Site]:
        """Every call within reach of the roots."""
        for definition in self._reached(roots):
            calls = (part.node for part in self.parts(definition) if isinstance(part.node, ast.Call))
            yield from (self.site(definition, node) for node in calls)

    def follow(
        self, roots: Iterable[Definition], source: Judge, cleans: Judge, vouches: Judge | None = None,
        gated: Mapping[Definition, Container[int]] | None = None, compared: bool = True,
        seeds: Mapping[Definition, Collection[str]] | None = None,
    ) -> list[Received]:  # fmt: skip
        """The calls that get a result of `source`, however it was changed, unless `cleans` gave it.

        `vouches`: a call that makes what it is given trustworthy; `gated`: where tests decide for somebody, and
        what is called too early for that; `compared`: whether what comes of a comparison is still such a result;
        `seeds`: parameters that are such results from the start.
        """
        reached = self._reached(roots)
        state = _State(params={one: set(names) for one, names in (seeds or {}).items()})
        rules = _Rules(source, cleans, vouches, gated or {}, compared)
        for _ in range(MAX_ROUNDS):
            before = state.size()
            for definition in reached:
                _Reader(self, definition, state, rules).read()
            if state.size() == before:
                break
        found: list[Received] = []
        for definition in reached:
            reader = _Reader(self, definition, state, rules)
            reader.read()
            found += reader.received()
        return found

    def _reached(self, roots: Iterable[Definition]) -> list[Definition]:
        return sorted(self.code.reachable(roots).definitions)[:MAX_DEFINITIONS]

    def parts(self, definition: Definition) -> list[Part]:
        """The nodes of a definition's own body in order, each with the tests around and before it."""
        if definition not in self._parts:
            self._parts[definition] = list(walk(self._body(definition), ()))
        return self._parts[definition]

    def _body(self, definition: Definition) -> list[ast.stmt]:
        try:
            node = self.code.node(definition)
        except (DocumentError, Unreadable):
            return []
        if isinstance(node, _SCOPES):
            return node.body if definition.kind == "function" else []
        if not isinstance(node, ast.Module):
            return []
        guards = [part for part in node.body if isinstance(part, ast.If) and "__name__" in ast.dump(part.test)]
        if definition.qualname == MAIN:
            return [inner for part in guards for inner in part.body]
        return [part for part in node.body if part not in guards]

    def site(self, definition: Definition, node: ast.Call) -> Site:
        """What a call means."""
        scope, text = definition.qualname, chain(node.func)
        value = self.code.resolve(definition.path, scope, text)
        name = self.code.canonical(definition.path, scope, text) or ""
        return Site(definition, node, name, value if isinstance(value, Definition) else None)

    def targets(self, site: Site) -> tuple[Definition, ...]:
        """What a call runs: one function, or the entries of a table (`HANDS[action](x)`)."""
        if site.target is not None or not isinstance(site.node.func, ast.Subscript | ast.Name | ast.Call):
            return (site.target,) if site.target is not None else ()
        place = (site.node.lineno, site.node.col_offset, chain(site.node.func))
        edges = self.code.graph.node(site.by).edges
        here = [edge for edge in edges if edge.use and (edge.use.line, edge.use.column, edge.use.chain) == place]
        return tuple(dict.fromkeys(edge.target for edge in here if edge.target.kind == "function"))


class _Reader:
    """One definition in one round."""

    def __init__(self, facts: Tainting, definition: Definition, state: _State, rules: _Rules) -> None:
        self.facts, self.definition, self.state = facts, definition, state
        self.source, self.cleans, self.vouches = rules.source, rules.cleans, rules.vouches
        self.compared, self.early = rules.compared, rules.gated.get(definition)
        self.names = set(state.params.get(definition, ()))
        self.cleaned: dict[str, int] = {}  # from which line on a name is trustworthy
        self.sites: dict[int, Site] = {}

    def read(self) -> None:
        parts = self.facts.parts(self.definition)
        for line, node in _lines(parts):
            self.cleaned.update((name, min(line, self.cleaned.get(name, line))) for name in self.trusted(node))
        for _ in range(3):
            before = len(self.names)
            for part in parts:
                self.statement(part.node)
            if len(self.names) == before:
                break
        for part in (one for one in parts if isinstance(one.node, ast.Call)):
            self.hand_on(part)

    def trusted(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Call) and self.vouches and self.vouches(self.site(node)):
            return [name for given in _given(node) for name in _names(given)]
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and not self.compared:
            return _names(node.left)
        return []

    def site(self, node: ast.Call) -> Site:
        if id(node) not in self.sites:
            self.sites[id(node)] = self.facts.site(self.definition, node)
        return self.sites[id(node)]

    def statement(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value is not None and self.tainted(node.value):
                self.mark(targets)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            if self.tainted(node.iter):
                self.mark([node.target])
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and self.tainted(node.context_expr):
            self.mark([node.optional_vars])
        elif isinstance(node, ast.Return | ast.Yield) and node.value is not None and self.tainted(node.value):
            self.state.returns.add(self.definition)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING:
            if any(self.tainted(given) for given in _given(node)):
                self.mark([node.func.value])

    def mark(self, targets: Iterable[ast.expr]) -> None:
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                self.mark(target.elts)
            elif isinstance(target, ast.Starred | ast.Subscript):
                self.mark([target.value])
            elif not self.clean(text := chain(target), target) and "?" not in text:
                self.names.add(text)

    def clean(self, name: str, node: ast.expr) -> bool:
        return self.cleaned.get(name, node.lineno + 1) <= node.lineno

    def tainted(self, node: ast.AST | None) -> bool:
        if node is None or isinstance(node, ast.Constant | ast.Lambda):
            return False
        if isinstance(node, ast.Name):
            return node.id in self.names and not self.clean(node.id, node)
        if isinstance(node, ast.Attribute):
            return chain(node) in self.names or self.tainted(node.value)
        if isinstance(node, ast.Compare) and not self.compared:
            return False
        if isinstance(node, ast.IfExp) and not self.compared:
            return self.tainted(node.body) or self.tainted(node.orelse)
        if isinstance(node, ast.Call):
            return self.result(node)
        if isinstance(node, ast.Subscript) and not self.compared:
            return self.tainted(node.value)  # what is looked up by a result is none
        return any(self.tainted(child) for child in ast.iter_child_nodes(node))

    def result(self, node: ast.Call) -> bool:
        site = self.site(node)
        if self.cleans(site):
            return False
        if self.source(site):
            return True
        if site.target is not None and site.target.kind == "function":
            return site.target in self.state.returns
        receiver = isinstance(node.func, ast.Attribute) and self.tainted(node.func.value)
        return receiver or any(self.tainted(given) for given in _given(node))

    def hand_on(self, part: Part) -> None:
        assert isinstance(part.node, ast.Call)
        site = self.site(part.node)
        if self.cleans(site) or self.held(part):
            return
        for body, name, given in lambdas(self.facts.code, self.definition, part.node):
            if self.tainted(given):
                self.state.params.setdefault(body, set()).add(name)
        if (later := self.later(part.node)) is not None:
            if self.controls(part):
                self.state.controlled.add(later[0])
            self.give(Site(self.definition, later[1], "", later[0]))
        for target in self.facts.targets(site):
            if self.controls(part) or (site.target is None and self.tainted(part.node.func)):
                self.state.controlled.add(target)
            self.give(replace(site, target=target))

    def give(self, site: Site) -> None:
        for name, given in bound(self.facts.code, site):
            if self.tainted(given) and site.target is not None:
                self.state.params.setdefault(site.target, set()).add(name)

    def later(self, node: ast.Call) -> tuple[Definition, ast.Call] | None:
        """What a call has run in the background, unless somebody is asked by it."""
        found = handed(self.facts.code, self.definition, node)
        return None if found is None or self.cleans(Site(self.definition, node, "", found[0])) else found

    def held(self, part: Part) -> bool:
        """Whether a test may be somebody's answer: it is no result alone, or somebody was asked before."""
        if self.early is None or not part.tests:
            return False
        return id(part.node) not in self.early or not all(self.decides(test) for test in part.tests)

    def decides(self, test: ast.expr) -> bool:
        if isinstance(test, ast.BoolOp):
            return all(self.decides(value) for value in test.values)
        return self.decides(test.operand) if isinstance(test, ast.UnaryOp) else self.tainted(test)

    def controls(self, part: Part) -> bool:
        return self.definition in self.state.controlled or any(self.tainted(test) for test in part.tests)

    def received(self) -> Iterator[Received]:
        for part in self.facts.parts(self.definition):
            if isinstance(part.node, ast.Call) and not self.held(part):
                given = tuple(one for one in _given(part.node) if self.tainted(one))
                controlled = self.controls(part)
                if given or controlled:
                    yield Received(self.site(part.node), given, controlled)


def _lines(parts: Iterable[Part]) -> Iterator[tuple[int, ast.AST]]:
    """Expressions with the line from which on they have their say: of their statement, of the loop around it."""
    line = end = 0
    for node in (part.node for part in parts):
        if isinstance(node, ast.stmt) and node.lineno > end:
            line = node.lineno
            end = node.end_lineno or line if isinstance(node, ast.For | ast.AsyncFor | ast.While) else 0
        yield line, node


def _given(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _names(node: ast.expr) -> list[str]:
    """The variable that is looked at, through `.strip()`, `[0]` and the like."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return [node.id] if isinstance(node, ast.Name) else []


def bound(code: Code, site: Site) -> Iterator[tuple[str, ast.expr]]:
    """The parameters of a function of the project with what a call gives them."""
    target = site.target
    if target is None or target.kind != "function":
        return
    fact = code.modules[target.path].facts[target.qualname]
    names = list(fact.parameters)
    owner = code.modules[target.path].facts.get(target.qualname.rpartition(".")[0])
    if owner is not None and owner.kind == "class" and "staticmethod" not in fact.decorators:
        names = names[1:]
    for name, given in zip(names, site.node.args, strict=False):
        if not isinstance(given, ast.Starred):
            yield name, given
    for keyword in site.node.keywords:
        if keyword.arg in fact.parameters:
            yield str(keyword.arg), keyword.value


@provides
def tainting(code: Code) -> Tainting:
    """Nothing is followed before it is asked for."""
    return Tainting(code)
