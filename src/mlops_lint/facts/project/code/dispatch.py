"""Calls of what stands in a written-out table: `HANDS[action](x)`, `for rule in RULES: rule(x)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlops_lint.facts.files.chains import UNKNOWN, split
from mlops_lint.facts.files.nodes import LAMBDA
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code.meaning import External
from mlops_lint.facts.project.code.modules import Definition, Module
from mlops_lint.facts.project.code.names import Names

_TAKES = ([".values", "()", "[]"], [".get", "()"], [".pop", "()"], ["[]"])
_GROWS = frozenset((".update", ".setdefault", ".append", ".extend", ".insert", ".add", ".register"))


class Dispatch:
    """Tables of functions at the top of files, as long as nothing is added to them."""

    def __init__(self, modules: Mapping[str, Module], names: Names) -> None:
        self.modules = modules
        self.names = names
        self._grown = frozenset(self._growing())

    def _growing(self) -> Iterator[str]:
        """The last names of what is added to anywhere: another file may know the table by another path."""
        for module in self.modules.values():
            for table in module.symbols.tables:
                if not table.values:
                    yield _last(table.target)
            for use in module.symbols.uses:
                steps = split(use.chain)
                if use.call and len(steps) > 1 and steps[-1] in _GROWS:
                    yield steps[-2].lstrip(".")

    def callees(self, path: str, use: UseFact) -> list[Definition] | None:
        """What a call of an entry may run; None where it is no such call, or an entry is unknown."""
        steps = split(use.chain)
        if len(steps) > 1:
            return self._entries(path, use.scope, steps)
        bindings = [fact for fact in self.modules[path].symbols.bindings
                    if fact.target == use.chain and fact.scope == use.scope]  # fmt: skip
        found: dict[Definition, None] = {}
        for fact in bindings:
            known = None if fact.parameter else self._entries(path, use.scope, split(fact.value))
            if known is None:
                return None
            found.update(dict.fromkeys(known))
        return list(found) if bindings else None

    def _entries(self, path: str, scope: str, steps: list[str]) -> list[Definition] | None:
        taken = next((take for take in _TAKES if len(steps) > len(take) and steps[-len(take) :] == take), None)
        if taken is None:
            return None
        base = "".join(steps[: -len(taken)])
        where = self._file(path, scope, base)
        if where is None or _last(base) in self._grown:
            return None
        bound = [fact for fact in self.modules[where].symbols.bindings if fact.target == _last(base)]
        tables = [table for table in self.modules[where].symbols.tables if table.target == _last(base)]
        if len(tables) != 1 or sum(fact.scope == "" for fact in bound) != 1:
            return None
        values = [self.names.resolve(where, "", text) for text in tables[0].values if text != LAMBDA]
        known = [value for value in values if isinstance(value, Definition)]
        return known if len(known) + sum(isinstance(value, External) for value in values) == len(values) else None

    def _file(self, path: str, scope: str, base: str) -> str | None:
        """The file in which a table stands: this one, or the one that it is imported from."""
        outer, _, name = base.rpartition(".")
        if outer:
            value = self.names.resolve(path, scope, outer) if UNKNOWN not in outer else None
            return value.path if isinstance(value, Definition) and value.kind == "module" else None
        module = self.modules[path]
        if any(fact.target == name and fact.scope not in ("", scope) for fact in module.symbols.bindings):
            return None
        for fact in module.symbols.imports:
            if fact.name == name and fact.symbol == name and fact.scope in ("", scope):
                finder = self.names.finder
                file = finder.relative(path, fact.module, fact.level) if fact.level else finder.file(path, fact.module)
                return file if file in self.modules else None
        return path


def _last(text: str) -> str:
    return split(text)[-1].lstrip(".") if text else ""
