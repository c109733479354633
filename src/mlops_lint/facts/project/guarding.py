"""Whether what a guard says makes a difference where it is called."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain, is_none
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.acting import Acting
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.lateness import Lateness
from mlops_lint.facts.project.tainting import Site, Tainting
from mlops_lint.model import Location

_TALK = frozenset("print debug info warning error exception critical log inc observe labels set append".split())
_PURE = frozenset(
    "lower upper strip lstrip rstrip split casefold get startswith endswith items keys values join replace format "
    "count find index match search findall fullmatch tolist mean sum max min item copy astype isin any all".split()
)
_BOUNDS = frozenset("min max clip clamp minimum maximum clip_by_value".split())
_ENDS = ("sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "fastapi.HTTPException", "flask.abort")


@dataclass(frozen=True, slots=True)
class Ignored:
    """A call of which the result changes nothing."""

    at: Location
    how: str


class Guarding:
    """Reads the calls of a guard within reach of the serving code."""

    def __init__(self, code: Code, tainting: Tainting, acting: Acting) -> None:
        self.code = code
        self.tainting = tainting
        self._lateness = Lateness(code, tainting, acting)

    def stops(self, guard: Definition) -> bool:
        """Whether it can stop something by itself: it raises, ends the program, or changes what it is given."""
        for definition in sorted(self.code.reachable([guard]).definitions):
            if definition.kind != "function":
                continue
            for part in self.tainting.parts(definition):
                if isinstance(part.node, ast.Raise | ast.Assert | ast.Global | ast.Nonlocal | ast.Yield):
                    return True
                if isinstance(part.node, ast.Assign | ast.AugAssign) and _changes(part.node):
                    return True
                if isinstance(part.node, ast.Call) and self._ends(definition, part.node):
                    return True
        return False

    def _ends(self, definition: Definition, node: ast.Call) -> bool:
        site = self.tainting.site(definition, node)
        if site.name.startswith(_ENDS):
            return True
        unknown = isinstance(node.func, ast.Attribute) and site.target is None and not site.name
        return unknown and site.last not in _TALK | _PURE

    def answers(self, guard: Definition) -> bool:
        """Whether it returns anything."""
        return any(
            isinstance(part.node, ast.Return) and part.node.value is not None and not is_none(part.node.value)
            for part in self.tainting.parts(guard)
        )

    def ignored(self, guard: Definition, roots: Iterable[Definition]) -> Ignored | None:
        """The first call, where no call of it within reach is listened to; None where one is, or none is seen."""
        sites = self._asked(guard, tuple(roots))
        found = [self._how(site) for site in sites]
        if not sites or not all(found) or self._handed_on(guard):
            return None
        return Ignored(self.tainting.at(sites[0]), found[0])

    def unbounded(self, guard: Definition, roots: Iterable[Definition]) -> Ignored | None:
        """Like `ignored`, for a guard that may raise and that otherwise gives back a number within bounds."""
        given = [part.node.value for part in self.tainting.parts(guard) if isinstance(part.node, ast.Return)]
        return self.ignored(guard, roots) if given and all(_bounds(value) for value in given) else None

    def _asked(self, guard: Definition, roots: tuple[Definition, ...]) -> list[Site]:
        """The calls of a guard; where some are seen to get a prediction, these alone."""
        sites = [site for site in self.tainting.calls(roots) if site.target == guard and site.by != guard]
        if len(sites) < 2:
            return sites
        predicted = self._lateness.received(roots)
        return [site for site in sites if id(site.node) in predicted] or sites

    def late(self, guard: Definition, roots: Iterable[Definition], stop: bool) -> Location | None:
        """The action that comes before every call of a switch, or of a guard that is asked of the same value."""
        site = self._lateness.action(guard, roots, stop)
        return self.tainting.at(site) if site is not None else None

    def around(
        self, guards: Collection[Definition], handlers: Collection[Definition], roots: Iterable[Definition]
    ) -> tuple[Definition, Location] | None:
        """A function that acts for a request which no guard holds, and where it acts."""
        site = self._lateness.around(guards, handlers, roots) if guards else None
        return (site.by, self.tainting.at(site)) if site is not None else None

    def _handed_on(self, guard: Definition) -> bool:
        """Whether it is used other than by a call: in a list, as an argument, as a decorator."""
        return any(not fact.call for _, fact in self.code.graph.call_sites.get(guard, []))

    def _how(self, site: Site) -> str:
        """How a result is thrown away; empty where it is used."""
        for part in self.tainting.parts(site.by):
            node = part.node
            if isinstance(node, ast.Expr) and _is(node.value, site.node):
                return "its result is thrown away"
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is(node.value, site.node):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
                plain = all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
                return self._unread(site.by, names, node.lineno) if plain else ""
            if isinstance(node, ast.Expr) and _talks(node.value) and _holds(node.value, site.node):
                return "its result is only logged"
            if isinstance(node, ast.If) and _holds(node.test, site.node):
                return "nothing depends on its result" if self._idle(site.by, node) or _never(node) else ""
        return ""

    def swallowed(self, guard: Definition, roots: Iterable[Definition]) -> Ignored | None:
        """The first call, where every call of a guard that only raises stands last in a `try` that goes on silently."""
        sites = [site for site in self.tainting.calls(roots) if site.target == guard and site.by != guard]
        checks = [part.node for part in self.tainting.parts(guard)]
        acts = any(isinstance(one, ast.Expr) and not isinstance(one.value, ast.Constant) and not _talks(one.value)
                   for one in checks)  # fmt: skip
        raised = {chain(one.exc).removesuffix("()").rpartition(".")[2] for one in checks
                  if isinstance(one, ast.Raise) and one.exc is not None}  # fmt: skip
        if not sites or acts or not raised or self.answers(guard) or self._handed_on(guard):
            return None
        if not all(self._passed_over(site, raised) for site in sites):
            return None
        return Ignored(self.tainting.at(sites[0]), "what it raises is caught, and nothing depends on it")

    def _passed_over(self, site: Site, raised: set[str]) -> bool:
        """Whether what is raised here is caught by those who do nothing about it."""
        for part in self.tainting.parts(site.by):
            node = part.node
            body = node.body if isinstance(node, ast.Try | ast.With) else []
            if not body or not isinstance(body[-1], ast.Expr) or not _is(body[-1].value, site.node):
                continue
            if isinstance(node, ast.With):
                calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
                quiet = [one for one in calls if chain(one.func).rpartition(".")[2] == "suppress"]
                return any(_catches(given, raised) for one in quiet for given in one.args)
            if isinstance(node, ast.Try) and not node.orelse:
                caught = [one for one in node.handlers if _catches(one.type, raised)]
                return bool(caught) and all(self._says(site.by, one) for one in caught[0].body)
        return False

    def _idle(self, by: Definition, node: ast.If) -> bool:
        """Neither branch does more than log."""
        return all(self._says(by, part) for part in [*node.body, *node.orelse])

    def _says(self, by: Definition, node: ast.stmt) -> bool:
        """Logs, counts or does nothing, be it through a function of the project that does no more."""
        if isinstance(node, ast.Pass) or _says(node):
            return True
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            return False
        target = self.tainting.site(by, node.value).target
        inner = self.code.node(target) if target is not None and target.kind == "function" else None
        return isinstance(inner, ast.FunctionDef) and all(isinstance(one, ast.Pass) or _says(one) for one in inner.body)

    def _unread(self, by: Definition, names: set[str], line: int) -> str:
        reads: list[bool] = []
        for part in self.tainting.parts(by):
            node = part.node
            if isinstance(node, ast.Return) and node.value is not None and _reads(node.value, names):
                return ""
            if not isinstance(node, ast.stmt) or isinstance(node, ast.FunctionDef) or node.lineno < line:
                continue
            if isinstance(node, ast.Expr):
                if _reads(node.value, names):
                    reads.append(_talks(node.value))
            elif isinstance(node, ast.If):
                if _reads(node.test, names):
                    reads.append(self._idle(by, node))
            elif any(_reads(one, names) for one in _own(node)):
                reads.append(False)
        if self._closed_over(by, names):
            return ""
        if not reads:
            return "nothing reads its result"
        return "its result is only logged" if all(reads) else ""

    def _closed_over(self, by: Definition, names: set[str]) -> bool:
        """Whether an inner function, or another module, may read the name."""
        if by.kind != "function":
            return True
        node = self.code.node(by)
        inner = [
            one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one is not node
        ]
        return any(_reads(one, names) for one in inner)


def _bounds(value: ast.expr | None) -> bool:
    """`min(max(value, low), high)`, `np.clip(value, low, high)`."""
    while isinstance(value, ast.Call) and chain(value.func) in ("float", "int", "round") and value.args:
        value = value.args[0]
    return isinstance(value, ast.Call) and chain(value.func).rpartition(".")[2] in _BOUNDS


def _is(node: ast.AST, call: ast.Call) -> bool:
    return (node.value if isinstance(node, ast.Await) else node) is call


def _holds(node: ast.AST, call: ast.Call) -> bool:
    return any(part is call for part in ast.walk(node))


def _reads(node: ast.AST, names: set[str]) -> bool:
    return any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in names for part in ast.walk(node)
    )


def _talks(node: ast.expr) -> bool:
    """A call that only tells somebody: logging, printing, counting."""
    node = node.value if isinstance(node, ast.Await) else node
    return isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2] in _TALK


def _never(node: ast.If) -> bool:
    """`if False and not allowed(x):`."""
    both = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
    return both and any(isinstance(one, ast.Constant) and not one.value for one in getattr(node.test, "values", ()))


def _catches(node: ast.expr | None, raised: set[str]) -> bool:
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    names = {chain(one).rpartition(".")[2] for one in kinds}
    return node is None or not names.isdisjoint({*raised, "Exception", "BaseException"})


def _says(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and (_talks(node.value) or isinstance(node.value, ast.Constant))


def _own(node: ast.stmt) -> list[ast.expr]:
    """The expressions of a statement itself, not of what stands under it."""
    found = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
    return found + [item.context_expr for item in getattr(node, "items", ())]


def _changes(node: ast.Assign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)


@provides
def guarding(code: Code, tainting: Tainting, acting: Acting) -> Guarding:
    """Nothing is read before it is asked for."""
    return Guarding(code, tainting, acting)
