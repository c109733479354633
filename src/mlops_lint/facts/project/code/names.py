"""What a name means: through imports, re-exports, bindings, methods and return values.

Flow-insensitive: a name with several bindings means something only where they agree. None is *unknown*.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from mlops_lint.facts.files.chains import UNKNOWN, split
from mlops_lint.facts.files.nodes import MAIN
from mlops_lint.facts.files.symbols import BindingFact, ImportFact
from mlops_lint.facts.project.code.holders import Holders
from mlops_lint.facts.project.code.meaning import External, Instance, Package, Value
from mlops_lint.facts.project.code.models import is_self, makes, of_declared
from mlops_lint.facts.project.code.modules import Definition, Finder, Module, by_scope, by_target

MAX_DEPTH = 32
"""How many look-ups may wait for each other: far below the recursion limit, far above real code."""
WASTE = 50_000
"""How many answers may hold for their path alone, and so be worked out again, before names are followed less far."""
_PROPERTIES = ("property", "cached_property")


ParameterValue: TypeAlias = Callable[[Definition, str], "Value | None"]


class Names:
    """Resolves chains in scopes. `parameter_value` may supply what a parameter is given at its call sites."""

    def __init__(self, modules: Mapping[str, Module], finder: Finder) -> None:
        self.modules = modules
        self.finder = finder
        self.parameter_value: ParameterValue | None = None
        self._busy: set[tuple[str, str, str]] = set()
        self._cut = False
        """Whether what is being worked out met itself or the limit, so that it holds for this path alone."""
        self._wasted = 0
        self._known: dict[tuple[str, str, str], Value | None] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._holders = Holders(modules)
        self._imports = {path: by_scope(module.symbols.imports) for path, module in modules.items()}
        self._bindings = {path: by_target(module.symbols.bindings) for path, module in modules.items()}

    def forget(self) -> None:
        """Drop what was remembered, after `parameter_value` was set."""
        self._known.clear()

    def resolve(self, path: str, scope: str, text: str) -> Value | None:
        """What a chain written in a scope of a file means."""
        value: Value | None = None
        for value in self.trail(path, scope, text):
            if value is None:
                return None
        return value

    def trail(self, path: str, scope: str, text: str) -> Iterator[Value | None]:
        """The meaning of each prefix of a chain; ends behind the first unknown one."""
        steps = split(text)
        value = self.lookup(path, scope, steps[0]) if steps and steps[0] != UNKNOWN else None
        yield value
        before: Value | None = None
        for index, step in enumerate(steps[1:], 1):
            if value is None:
                return
            made = makes(before, value, steps[index - 1 : index + 1])
            before, value = (
                value,
                Instance(before) if made and isinstance(before, Definition) else self.step(value, step),
            )
            yield value

    def lookup(self, path: str, scope: str, name: str) -> Value | None:
        """What a bare name means in a scope."""
        return self._guarded((path, scope, name), lambda: self._lookup(path, scope, name))

    def _lookup(self, path: str, scope: str, name: str) -> Value | None:
        for inner in self._scopes(path, scope):
            found, value = self._in_scope(path, inner, name)
            if found:
                return value
        for star in self._imports[path].get(("", "*"), []):
            value = self._imported_member(path, star, name)
            if value is not None:
                return value
            if self._star_is_external(path, star):
                return None
        return External(f"builtins.{name}") if hasattr(builtins, name) else None

    def _scopes(self, path: str, scope: str) -> Iterator[str]:
        """The scopes that see a name, inner first; class bodies are not seen from their methods."""
        facts = self.modules[path].facts
        current = "" if scope == MAIN else scope
        first = True
        while current:
            if first or current not in facts or facts[current].kind != "class":
                yield current
            first = False
            current = current.rpartition(".")[0]
        yield ""
        yield MAIN

    def _in_scope(self, path: str, scope: str, name: str) -> tuple[bool, Value | None]:
        module = self.modules[path]
        inner = f"{scope}.{name}" if scope and scope != MAIN else name
        if scope != MAIN and inner in module.definitions:
            return True, module.definitions[inner]
        imports = self._imports[path].get((scope, name))
        if imports:
            return True, self.imported(path, imports[-1])
        bindings = self._bindings[path].get((scope, name))
        if bindings:
            return True, self._bound(path, scope, name, bindings)
        return False, None

    def _bound(self, path: str, scope: str, name: str, bindings: list[BindingFact]) -> Value | None:
        if bindings[0].parameter:
            return self._parameter(path, scope, name, bindings)
        chains = {binding.value for binding in bindings if split(binding.value)[0] != name}
        value = self._agreed(path, scope, chains)
        return self._declared(path, scope, bindings[0], value) if len(bindings) == 1 else value

    def _declared(self, path: str, scope: str, fact: BindingFact, value: Value | None) -> Value | None:
        known = fact.declared != UNKNOWN and (value is None or isinstance(value, External))
        return of_declared(fact, value, self.resolve(path, scope, fact.declared) if known else None)

    def _agreed(self, path: str, scope: str, chains: set[str]) -> Value | None:
        if not chains or UNKNOWN in chains or len(chains) > 8:
            return None
        values = {self.resolve(path, scope, text) for text in chains}
        return values.pop() if len(values) == 1 else None

    def _parameter(self, path: str, scope: str, name: str, bindings: list[BindingFact]) -> Value | None:
        module = self.modules[path]
        fact = module.facts.get(scope)
        owner = module.facts.get(scope.rpartition(".")[0])
        if fact and owner and owner.kind == "class" and fact.parameters[:1] == [name]:
            if "staticmethod" not in fact.decorators:
                klass = module.definitions[owner.qualname]
                return klass if "classmethod" in fact.decorators else Instance(klass)
        if bindings[0].value != UNKNOWN:
            outer = scope.rpartition(".")[0]
            return self.resolve(path, outer, bindings[0].value)
        if len(bindings) == 1 and self.parameter_value and scope in module.definitions:
            return self.parameter_value(module.definitions[scope], name)
        return None

    def imported(self, path: str, fact: ImportFact) -> Value | None:
        """What an import statement binds its name to."""
        if fact.symbol:
            return self._imported_member(path, fact, fact.symbol)
        file = self.finder.file(path, fact.module)
        if file is None:
            return External(fact.module)
        return self._file_value(file)

    def _file_value(self, file: str) -> Value | None:
        if file.endswith("/"):
            return Package(file)
        return self.modules[file].body if file in self.modules else None

    def _imported_file(self, path: str, fact: ImportFact) -> str | None:
        if fact.level:
            return self.finder.relative(path, fact.module, fact.level)
        return self.finder.file(path, fact.module)

    def _star_is_external(self, path: str, fact: ImportFact) -> bool:
        return fact.level == 0 and self.finder.file(path, fact.module) is None

    def _imported_member(self, path: str, fact: ImportFact, symbol: str) -> Value | None:
        file = self._imported_file(path, fact)
        if file is None:
            return External(f"{fact.module}.{symbol}") if fact.level == 0 and fact.symbol != "*" else None
        base = self._file_value(file)
        if base is None:
            return None
        return self._guarded((file, "<import>", symbol), lambda: self.step(base, "." + symbol))

    def step(self, value: Value, step: str) -> Value | None:
        """One step of a chain: an attribute, a call or a subscript."""
        if isinstance(value, External):
            if step != "()" and Holders.is_one(value.name):
                return self._held(step)
            return value.then(step)
        if isinstance(value, Package):
            found = self.finder.in_folder(value.folder.rstrip("/"), step[1:]) if step[0] == "." else None
            return self._file_value(found) if found else None
        if isinstance(value, Instance):
            return self._of_instance(value.of, step)
        if value.kind == "module":
            return self._of_module(value.path, step)
        if value.kind == "class":
            return Instance(value) if step == "()" else self.member(value, step[1:])
        return self._returned(value) if step == "()" else None

    def _held(self, step: str) -> Value | None:
        """What the project puts under that name into an object that holds anything: `app.state.model = Price()`."""
        known = self._holders.kept.get(step, [])
        return self._guarded(("", "<held>", step), lambda: self._common(known)) if known else None

    def _common(self, known: list[tuple[str, BindingFact]]) -> Value | None:
        values = {self.resolve(path, fact.scope, fact.value) for path, fact in known}
        return values.pop() if len(values) == 1 else None

    def _of_module(self, path: str, step: str) -> Value | None:
        if step[0] != "." or path not in self.modules:
            return None
        name = step[1:]
        found, value = self._in_scope(path, "", name)
        if found:
            return value
        for other in self._starred(path):
            found, value = self._in_scope(other, "", name)
            if value is not None:
                return value
        folder = path.rpartition("/")[0]
        file = self.finder.in_folder(folder, name) if path.endswith("__init__.py") else None
        return self._file_value(file) if file else None

    def _starred(self, path: str) -> tuple[str, ...]:
        """The project's files whose names star imports bring into a file, each once, nearest first."""
        if path not in self._stars:
            found = {path: None}
            waiting = [path]
            while waiting:
                here = waiting.pop()
                found[here] = None
                stars = reversed(self._imports[here].get(("", "*"), []))
                files = [file for star in stars if (file := self._imported_file(here, star)) in self.modules]
                waiting += [file for file in files if file and file not in found]
            self._stars[path] = tuple(found)[1:]
        return self._stars[path]

    def member(self, klass: Definition, name: str) -> Value | None:
        """A method, nested class or attribute of a class, through its bases."""
        waiting: list[Value | None] = [klass]
        seen: set[Definition] = set()
        while waiting:
            here = waiting.pop()
            if isinstance(here, External):
                return External(f"{here.name}().{name}")
            if not isinstance(here, Definition) or here.kind != "class" or here in seen:
                continue
            seen.add(here)
            found, value = self._own_member(here, name)
            if value is not None or (found and here == klass):
                return value
            if not found:
                waiting += reversed(self.bases(here))
        return None

    def _own_member(self, klass: Definition, name: str) -> tuple[bool, Value | None]:
        definition = self.modules[klass.path].definitions.get(f"{klass.qualname}.{name}")
        return (True, definition) if definition is not None else self._attribute(klass, name)

    def _attribute(self, klass: Definition, name: str) -> tuple[bool, Value | None]:
        bindings = self._bindings[klass.path]
        own = bindings.get((klass.qualname, name), [])
        key = (klass.path, klass.qualname, f".{name}")
        if key in self._busy or len(self._busy) > self._room():
            self._cut = True
            return True, None
        self._busy.add(key)
        try:
            given = [
                (fact, self.resolve(klass.path, klass.qualname, fact.value)) for fact in own if fact.value != UNKNOWN
            ]
            values = {self._declared(klass.path, klass.qualname, fact, value) for fact, value in given}
            unknown = any(fact.value == UNKNOWN for fact in own)
            for fact in self._self_bindings(klass, name):
                if split(fact.value)[:2] == ["self", f".{name}"]:
                    continue
                values.add(self.resolve(klass.path, fact.scope, fact.value) if fact.value != UNKNOWN else None)
                own = [*own, fact]
        finally:
            self._busy.discard(key)
        if not own:
            return False, None
        return True, values.pop() if len(values) == 1 and not unknown else None

    def _self_bindings(self, klass: Definition, name: str) -> list[BindingFact]:
        prefix = klass.qualname + "."
        return [
            fact
            for fact in self._bindings[klass.path].get(("self", f"self.{name}"), [])
            if fact.scope.startswith(prefix)
        ]

    def bases(self, klass: Definition) -> list[Value | None]:
        """What a class inherits from, in order."""
        fact = self.modules[klass.path].facts[klass.qualname]
        return [self.resolve(klass.path, klass.qualname.rpartition(".")[0], base) for base in fact.bases]

    def _of_instance(self, klass: Definition, step: str) -> Value | None:
        if step == "()":
            method = self.member(klass, "__call__")
            return self._returned(method) if isinstance(method, Definition) else None
        if step == "[]":
            return None
        found = self.member(klass, step[1:])
        if isinstance(found, Definition) and found.kind == "function" and self._is_property(found):
            return self._returned(found)
        return found

    def _is_property(self, method: Definition) -> bool:
        decorators = self.modules[method.path].facts[method.qualname].decorators
        return any(decorator.rpartition(".")[2] in _PROPERTIES for decorator in decorators)

    def _returned(self, function: Definition) -> Value | None:
        return self._guarded((function.path, "<return>", function.qualname), lambda: self._result(function))

    def _guarded(self, key: tuple[str, str, str], work: Callable[[], Value | None]) -> Value | None:
        """Work something out once; None where it waits for itself or too much waits for it."""
        if key in self._known:
            return self._known[key]
        if key in self._busy or len(self._busy) > self._room():
            self._cut = True
            return None
        outer, self._cut = self._cut, False
        self._busy.add(key)
        try:
            value = work()
        finally:
            self._busy.discard(key)
        if not self._cut or not self._busy:
            self._known[key] = value
        self._wasted += self._cut
        self._cut = self._cut or outer
        return value

    def _room(self) -> int:
        """How many look-ups may wait: fewer once a lot was worked out in vain, which real code never does."""
        return MAX_DEPTH if self._wasted < WASTE else 4 if self._wasted < 4 * WASTE else 1

    def _result(self, function: Definition) -> Value | None:
        fact = self.modules[function.path].facts.get(function.qualname)
        if fact is None:
            return None
        if fact.returns_class != UNKNOWN:
            outer = function.qualname.rpartition(".")[0]
            value = self.resolve(function.path, outer, fact.returns_class)
            if isinstance(value, Definition) and value.kind == "class":
                return Instance(value)
            if is_self(value) and (owner := self.modules[function.path].definitions.get(outer)) is not None:
                return Instance(owner)
            if isinstance(value, External) and not value.name.startswith("builtins."):
                return External(value.name + "()")
        return self._agreed(function.path, function.qualname, set(fact.returns))
