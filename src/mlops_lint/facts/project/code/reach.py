"""What may run once something runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from mlops_lint.facts.files.chains import UNKNOWN, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code.graph import Graph
from mlops_lint.facts.project.code.modules import Definition, Module

_NEXT = "call_next"
"""What a middleware of Starlette is given: the rest of the program, which is linked where it is registered."""


class Reach:
    """Everything that may run once the roots run, and how it is reached; nothing is followed into `without`."""

    def __init__(self, graph: Graph, roots: Iterable[Definition], without: Collection[Definition] = ()) -> None:
        self.graph = graph
        self.roots = tuple(dict.fromkeys(roots))
        self._from: dict[Definition, Definition | None] = dict.fromkeys(self.roots)
        waiting = deque(self.roots)
        while waiting:
            current = waiting.popleft()
            for target in graph.callees(current):
                if target not in self._from and target not in without:
                    self._from[target] = current
                    waiting.append(target)

    @property
    def definitions(self) -> frozenset[Definition]:
        """All that is reached, the roots included."""
        return frozenset(self._from)

    def __contains__(self, definition: object) -> bool:
        return definition in self._from

    def path(self, target: Definition) -> list[Definition]:
        """One shortest way from a root to `target`; empty where there is none."""
        if target not in self._from:
            return []
        way = [target]
        while (previous := self._from[way[-1]]) is not None:
            way.append(previous)
        return way[::-1]

    def opaque(self, last_names: frozenset[str]) -> list[tuple[str, UseFact]]:
        """Calls within reach that could be a call of one of `last_names`: computed callees and unknown receivers."""
        found = []
        for definition in sorted(self._from):
            for use in self.graph.node(definition).opaque:
                if _could_be(use, last_names, self.graph.modules[definition.path]):
                    found.append((definition.path, use))
        return found


def _could_be(use: UseFact, last_names: frozenset[str], module: Module) -> bool:
    steps = split(use.chain)
    if len(steps) == 1:
        if steps[0] == _NEXT:
            return False
        if steps[0] in last_names or steps[0] == UNKNOWN:
            return True
        return any(fact.scope == use.scope and fact.target == steps[0] for fact in module.symbols.bindings)
    if steps[-1] in ("[]", "()"):
        return True
    return steps[-1].lstrip(".") in last_names
