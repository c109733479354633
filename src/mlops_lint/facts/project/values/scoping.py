"""Names to values: assignments in order, imports, parameters from their call sites."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import Any

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import ImportFact
from mlops_lint.facts.project.code import Code, Definition, External
from mlops_lint.facts.project.code.meaning import Package
from mlops_lint.facts.project.values import objects, parameters
from mlops_lint.facts.project.values.catalogued import Catalogued
from mlops_lint.facts.project.values.changes import by_key, changed, perhaps_changed
from mlops_lint.facts.project.values.index import MUTATORS, Binding, FileIndex, index, plain_scope, scopes
from mlops_lint.facts.project.values.invocations import Invocations
from mlops_lint.facts.project.values.model import UNKNOWN, Frame, Opened, listed
from mlops_lint.facts.project.values.tables import Table

KEPT = 96
LATER = 1 << 30


class Scoping:
    """The part of the evaluator that knows names."""

    def __init__(self, code: Code, invocations: Invocations) -> None:
        self.code = code
        self.invocations = invocations
        self.catalogued = Catalogued(code)
        self.depth = 0
        self.steps = 0
        self.trail: list[tuple[int, int]] = []
        self.sites: list[tuple[str, str, ast.Call]] = []
        self._script: list[int] = []
        self._picked: dict[Hashable, int] = {}
        self._known: dict[Hashable, tuple[Any, Any]] = {}
        self._indexes: dict[str, FileIndex] = {}
        self.known_sites: dict[Definition, list[tuple[str, str, ast.Call | None]]] = {}
        self._imports: dict[str, dict[tuple[str, str], ImportFact]] = {}
        self._mutated: dict[str, set[tuple[str, str]]] | None = None
        self._attributes: dict[str, list[str]] | None = None

    def evaluate(self, node: ast.AST | None, frame: Frame) -> Any:
        """Given by the evaluator."""
        raise NotImplementedError

    def restart(self, script: list[int]) -> None:
        """Begin a run that takes the choices in `script`, then the first of each."""
        self._script, self.trail, self._picked = script, [], {}
        self.sites, self._known = [], {}
        self.depth = self.steps = 0

    def choose(self, key: Hashable, count: int) -> int:
        """Which of `count` possibilities this run takes; the same key always takes the same one."""
        if count < 2:
            return 0
        key = (key, count)
        if key not in self._picked:
            position = len(self.trail)
            picked = self._script[position] if position < len(self._script) else 0
            self.trail.append((picked, count))
            self._picked[key] = picked
        return self._picked[key]

    def index(self, path: str) -> FileIndex:
        """A file's index; a few are kept."""
        if path not in self._indexes:
            if len(self._indexes) >= KEPT:
                del self._indexes[next(iter(self._indexes))]
            self._indexes[path] = index(self.code.source(path))
        return self._indexes[path]

    def lookup(self, name: str, frame: Frame, line: int) -> Any:
        """What a name is worth on a line of a scope; remembered within a run, UNKNOWN where it needs itself."""
        key = (frame.path, frame.scope, name, line, id(frame.given))
        if key not in self._known:
            # The arguments are kept with the value, so that no other mapping can get their identity.
            self._known[key] = (frame.given, UNKNOWN)
            self._known[key] = (frame.given, self._lookup(name, frame, line))
        return self._known[key][1]

    def _lookup(self, name: str, frame: Frame, line: int) -> Any:
        file = self.index(frame.path)
        own = plain_scope(frame.scope)
        for scope in scopes(frame.scope, file.classes):
            inner = f"{scope}.{name}" if scope else name
            events = file.bindings.get((scope, name), [])
            if any(event.kind != "passed" for event in events):
                given = frame.given if scope == own else None
                return self.bound(events, Frame(frame.path, scope, given), name, line if scope == own else LATER)
            if inner in file.functions or inner in file.classes:
                return self.code.definition(frame.path, inner) or UNKNOWN
            imported = self.imported(frame.path, scope, name)
            if imported is not None:
                return imported
        return self.starred(frame.path, name)

    def imported(self, path: str, scope: str, name: str) -> Any | None:
        """What an import in this scope binds the name to; None where there is none."""
        if path not in self._imports:
            facts = [fact for fact in self.code.modules[path].symbols.imports if fact.symbol != "*"]
            self._imports[path] = {(plain_scope(fact.scope), fact.name): fact for fact in facts}
        found = self._imports[path].get((scope, name))
        if found is None:
            return None
        finder = self.code.finder
        file = finder.relative(path, found.module, found.level) if found.level else finder.file(path, found.module)
        if file is None:
            if found.level:
                return UNKNOWN
            return External(f"{found.module}.{found.symbol}" if found.symbol else found.module)
        return self.member(file, found.symbol) if found.symbol else self.whole(file)

    def whole(self, file: str) -> Any:
        """A module or package as a value."""
        if file.endswith("/"):
            return Package(file)
        return self.code.modules[file].body if file in self.code.modules else UNKNOWN

    def member(self, file: str, name: str) -> Any:
        """A name of a module, through re-exports."""
        if file.endswith("/"):
            inner = self.code.finder.in_folder(file.rstrip("/"), name)
            return self.whole(inner) if inner else UNKNOWN
        if file not in self.code.modules or self.depth > 50:
            return UNKNOWN
        self.depth += 1
        try:
            value = self.lookup(name, Frame(file), LATER)
        finally:
            self.depth -= 1
        if (isinstance(value, External) and value.name.startswith("builtins.")) or value is UNKNOWN:
            inner = self.code.finder.in_folder(file.rpartition("/")[0], name) if file.endswith("__init__.py") else None
            return self.whole(inner) if inner else UNKNOWN
        return value

    def starred(self, path: str, name: str) -> Any:
        """A name that only star imports or builtins can give."""
        value = self.code.resolve(path, "", name)
        if value is not None:
            return value
        for fact in self.code.modules[path].symbols.imports:
            if fact.symbol == "*":
                finder = self.code.finder
                file = finder.relative(path, fact.module, fact.level) if fact.level else finder.file(path, fact.module)
                if file and file != path and (found := self.member(file, name)) is not UNKNOWN:
                    return found
        return UNKNOWN

    def bound(self, events: list[Binding], frame: Frame, name: str, line: int) -> Any:
        """The value that assignments and changes before `line` leave."""
        passed = [event for event in events if event.kind == "passed" and event.line < line]
        events = [event for event in events if event.kind != "passed"]
        before = [event for event in events if event.line < line or event.kind == "parameter"]
        same_line = [event for event in events if event.line == line and event.kind in ("with", "loop")]
        events = [*before, *same_line] or events
        bases = [position for position, event in enumerate(events) if event.kind != "change"]
        straight = [position for position in bases if events[position].straight]
        if straight:
            events = events[straight[-1] :]
            bases = [position for position, event in enumerate(events) if event.kind != "change"]
        changes = [event for event in events if event.kind == "change"]
        if not bases or (changes and (len(bases) > 1 or not all(e.straight or by_key(e.node) for e in changes))):
            return UNKNOWN
        picked = self.choose(("name", frame.path, frame.scope, name, events[0].line), len(bases))
        value = self.base(events[bases[picked]], frame, name)
        if frame.scope == "" and isinstance(value, list | dict | set) and self.changed_elsewhere(frame.path, name):
            return UNKNOWN
        for event in changes:
            value = (changed if event.straight else perhaps_changed)(self, value, event.node, frame)
        if isinstance(value, Table) and value.read and passed and not all(self._external(e, frame) for e in passed):
            return UNKNOWN
        return value

    def _external(self, event: Binding, frame: Frame) -> bool:
        """Whether a value was only handed to a library, which does not change a table's columns."""
        assert isinstance(event.node, ast.Call)
        return isinstance(self.code.resolve(frame.path, frame.scope, chain(event.node.func)), External)

    def base(self, event: Binding, frame: Frame, name: str) -> Any:
        """What one binding gives."""
        if event.kind == "parameter":
            whole: Any = self  # always the evaluator, which is built on this
            return parameters.value_of(whole, frame, name)
        if event.kind == "opaque":
            return UNKNOWN
        value = self.evaluate(event.node, frame)
        if event.kind == "with":
            return value if isinstance(value, Opened) or value is not UNKNOWN else UNKNOWN
        if event.kind == "loop":
            items = listed(value)
            if not items or len(items) > 40:
                return UNKNOWN
            value = items[self.choose(("loop", frame.path, event.line), len(items))]
        for step in event.steps:
            value = value[step] if isinstance(value, list | tuple) and step < len(value) else UNKNOWN
        return value

    def attribute_binding(self, node: ast.Attribute, frame: Frame) -> Any | None:
        """`name.attr = value` in the same scope, for names that are no `self`; None where there is none."""
        assert isinstance(node.value, ast.Name)
        events = self.index(frame.path).bindings.get((plain_scope(frame.scope), f"{node.value.id}.{node.attr}"))
        if not events or objects.is_self(self, frame, node.value.id):
            return None
        return self.bound(events, Frame(frame.path, plain_scope(frame.scope), frame.given), node.attr, node.lineno)

    def changed_elsewhere(self, path: str, name: str) -> bool:
        """Whether another file may change a module's list, mapping or set in place."""
        if self._mutated is None:
            self._mutated = {}
            for other, module in self.code.modules.items():
                for use in module.symbols.uses:
                    parts = use.chain.split(".")
                    if use.call and len(parts) > 1 and parts[-1] in MUTATORS:
                        self._mutated.setdefault(parts[-2], set()).add((other, use.chain))
        for other, text in self._mutated.get(name, ()):
            head = text.partition(".")[0]
            imports = self.code.modules[other].symbols.imports
            if other != path and any(fact.name == head for fact in imports):
                return True
        return False

    def assigned_elsewhere(self, attribute: str) -> bool:
        """Whether some code sets this attribute on an object that is not `self`."""
        if self._attributes is None:
            self._attributes = {}
            for path, module in self.code.modules.items():
                for fact in module.symbols.bindings:
                    head, dot, last = fact.target.rpartition(".")
                    if dot and head not in ("self", "cls"):
                        self._attributes.setdefault(last, []).append(path)
        return attribute in self._attributes


__all__ = ["Definition", "Scoping"]
