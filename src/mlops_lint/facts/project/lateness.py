"""Whether what keeps a system within bounds is asked only once the system has acted, by the order of statements."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from mlops_lint.facts.project.acting import Acting
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.straight import before, stored, way
from mlops_lint.facts.project.tainting import Received, Site, Tainting

_TALK = frozenset("print debug info warning error exception critical log inc observe count".split())
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Lateness:
    """Positive proof only: a guard that is asked anywhere else, in a loop or of another value, is in time."""

    def __init__(self, code: Code, tainting: Tainting, acting: Acting) -> None:
        self.code, self.tainting, self.acting = code, tainting, acting
        self._told: dict[tuple[Definition, ...], dict[int, Received]] = {}
        self._bodies = frozenset(module.body for module in code.modules.values())

    def action(self, guard: Definition, roots: Iterable[Definition], stop: bool) -> Site | None:
        """The action that every call of `guard` comes too late for."""
        roots = tuple(roots)
        askers = {site.by for site in self.tainting.calls(roots) if site.target == guard and site.by != guard}
        if not askers or any(not fact.call for _, fact in self.code.graph.call_sites.get(guard, [])):
            return None
        told = self.received(roots)
        leading = self._leading(askers, roots)
        for one in [found for found in told.values() if found.site.by in leading and self._acts(found.site, guard)]:
            asks = self._asks(one.site.by, guard)
            if not self._after(one.site, asks) or self._elsewhere(one.site.by, guard, asks, askers, roots):
                continue
            if stop and self._stops_the_next(one.site, asks, guard, roots):
                continue
            if stop or any(self._same(one, told.get(id(ask.node))) for ask in asks):
                return one.site
        return None

    def around(
        self, guards: Collection[Definition], handlers: Collection[Definition], roots: Iterable[Definition]
    ) -> Site | None:
        """The action of a request's handler that gets to no guard at all, while other handlers are held by them."""
        behind = {
            one: self.code.reachable([one], self._bodies | {other for other in handlers if other != one}).definitions
            for one in handlers
        }
        held = frozenset[Definition]().union(*(inner for inner in behind.values() if not inner.isdisjoint(guards)))
        if not held or not self._asked_within(guards, held):
            return None
        for one in (handler for handler in handlers if behind[handler].isdisjoint(guards)):
            others = frozenset[Definition]().union(*(inner for other, inner in behind.items() if other != one))
            own = behind[one] - others
            told = [] if _depends(self.code.node(one)) else self.received((one,)).values()
            for found in (each for each in told if each.site.by in own):
                if all(self._acts(found.site, guard) for guard in guards):
                    return found.site
        return None

    def _asked_within(self, guards: Collection[Definition], held: frozenset[Definition]) -> bool:
        """Whether every call of a guard is known to lie there; one that a framework is given may be anywhere."""
        for guard in guards:
            for path, fact in self.code.graph.call_sites.get(guard, []):
                if self.code.is_test(path):
                    continue
                if not fact.call or self.code.graph.scope(path, fact.scope) not in held:
                    return False
        return True

    def received(self, roots: tuple[Definition, ...]) -> dict[int, Received]:
        """The calls that are given a prediction, by the identity of their nodes."""
        if roots not in self._told:
            received = self.tainting.follow(roots, self.acting.prediction(()), lambda _: False)
            self._told[roots] = {id(one.site.node): one for one in received if one.given}
        return self._told[roots]

    def _leading(self, askers: set[Definition], roots: tuple[Definition, ...]) -> set[Definition]:
        """What leads to one of the askers."""
        callers: dict[Definition, list[Definition]] = {}
        for one in self.code.reachable(roots).definitions:
            for target in self.code.graph.callees(one):
                callers.setdefault(target, []).append(one)
        found, waiting = set(askers), list(askers)
        while waiting:
            new = [one for one in callers.get(waiting.pop(), []) if one not in found]
            found.update(new)
            waiting += new
        return found

    def _acts(self, site: Site, guard: Definition) -> bool:
        """A call, and nothing around it, that acts at once, and does not ask the guard by itself."""
        targets = self.tainting.targets(site)
        if site.by.kind != "function" or self.code.is_test(site.by.path) or not _at_once(self.code.node(site.by), site):
            return False
        if not targets:
            return self.acting.acts(site)
        if any(not self._plain(one, site) for one in targets):
            return False
        behind = self.code.reachable(targets, self._bodies).definitions
        inner = [call for one in sorted(behind) for call in self._calls(one)]
        return guard not in behind and any(self.acting.acts(call) or self.acting.does(site, call) for call in inner)

    def _plain(self, target: Definition, site: Site) -> bool:
        """A function that runs when it is called: no generator, nothing wrapped around it, awaited if it has to be."""
        node = self.code.node(target)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.decorator_list:
            return False
        if any(isinstance(part.node, ast.Yield | ast.YieldFrom) for part in self.tainting.parts(target)):
            return False
        waits = [part.value for part in ast.walk(self.code.node(site.by)) if isinstance(part, ast.Await)]
        return isinstance(node, ast.FunctionDef) or any(part is site.node for part in waits)

    def _calls(self, by: Definition) -> list[Site]:
        return [
            self.tainting.site(by, part.node) for part in self.tainting.parts(by) if isinstance(part.node, ast.Call)
        ]

    def _asks(self, by: Definition, guard: Definition) -> list[Site]:
        """The calls in a body that are, or lead to, one of the guard."""
        targets = [(site, self.tainting.targets(site)) for site in self._calls(by)]
        return [
            site for site, known in targets if known and guard in self.code.reachable(known, self._bodies).definitions
        ]

    def _after(self, action: Site, asks: list[Site]) -> bool:
        body = getattr(self.code.node(action.by), "body", [])
        return bool(asks) and all(before(body, action.node, ask.node) for ask in asks)

    def _elsewhere(
        self,
        by: Definition,
        guard: Definition,
        asks: list[Site],
        askers: set[Definition],
        roots: tuple[Definition, ...],
    ) -> bool:
        """Whether the guard is asked other than from here."""
        behind = self.code.reachable([one for ask in asks for one in self.tainting.targets(ask)], self._bodies)
        if askers - {by} - behind.definitions:
            return True
        rest = self.code.reachable([one for one in roots if one != by], [by]).definitions
        return bool(rest & (askers | {guard}))

    def _same(self, action: Received, ask: Received | None) -> bool:
        """Whether both are given the same value of a prediction, and the ask nothing that came of the action."""
        if ask is None:
            return False
        body = getattr(self.code.node(action.site.by), "body", [])
        shared = {name for one in action.given for name in _variables(one)}
        shared &= {name for one in ask.given for name in _variables(one)}
        first, last = way(body, action.site.node)[-1][2].lineno, ask.site.node.lineno
        changed = {name for line, name in stored(body) if first <= line < last}
        given = {name for one in _given(ask.site.node) for name in _variables(one)}
        return bool(shared - changed) and not given & changed

    def _stops_the_next(self, action: Site, asks: list[Site], guard: Definition, roots: tuple[Definition, ...]) -> bool:
        """Whether a switch that is asked afterwards may still keep something from happening."""
        by = action.by
        body = getattr(self.code.node(by), "body", [])
        if not all(_only_returns(way(body, ask.node)[-1][2], ask.node) for ask in asks):
            return True
        rest = self.code.reachable([one for one in roots if one != by], [by]).definitions
        for other in (one.site for one in self.received(roots).values()):
            late = other.by in rest or (other.by == by and not self._after(other, asks))
            if late and self._acts(other, guard):
                return True
        return any(self._repeats(one, by) for one in self.code.reachable(roots).definitions)

    def _repeats(self, caller: Definition, by: Definition) -> bool:
        """Whether a loop leads to `by`, so that what is said after one round holds for the next."""
        if caller.kind == "class" or by not in self.code.reachable([caller]).definitions:
            return False
        loops = [part.node for part in self.tainting.parts(caller) if isinstance(part.node, _LOOPS)]
        names = {one.name for one in self.code.reachable([caller]).definitions}
        inner = [part for loop in loops for part in ast.walk(loop)]
        used = {part.id for part in inner if isinstance(part, ast.Name)}
        return bool(names & (used | {part.attr for part in inner if isinstance(part, ast.Attribute)}))


def _at_once(node: ast.AST, site: Site) -> bool:
    """A statement of its own: handed to nobody who might call it later."""
    steps = way(getattr(node, "body", []), site.node)
    statement = steps[-1][2] if steps else None
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) else None
    return (value.value if isinstance(value, ast.Await) else value) is site.node


def _depends(node: ast.AST) -> bool:
    """Whether a framework runs something of its own choice before a handler."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return True
    return "Depends" in ast.unparse(node.args) or any("depend" in ast.unparse(one) for one in node.decorator_list)


def _only_returns(node: ast.stmt, ask: ast.Call) -> bool:
    """`if not enabled(): log.info("off"); return x`: nothing is undone, closed or set."""
    if not isinstance(node, ast.If) or not any(part is ask for part in ast.walk(node.test)):
        return False
    *said, last = node.body
    calls = [one.value.func for one in said if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    talks = [one for one in calls if isinstance(one, ast.Attribute | ast.Name)]
    quiet = all((one.attr if isinstance(one, ast.Attribute) else one.id) in _TALK for one in talks)
    return isinstance(last, ast.Return) and not node.orelse and len(talks) == len(said) and quiet


def _given(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(word.value for word in node.keywords)]


def _variables(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
