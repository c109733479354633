"""Finds the definition that `file.py::name`, `pkg.mod:name` or a pytest id names."""

from __future__ import annotations

import re

from mlops_lint.facts.project.code import Code, Constant, Definition, External
from mlops_lint.facts.project.pointer_targets import Broken, Hidden, SymbolTarget, Target, TestTarget
from mlops_lint.model import Location
from mlops_lint.suggest import nearest

_TEST_NAME = re.compile(r"(.*\.)?([Tt]est\w*|\w*Tests?|\w*TestCase)$")


class SymbolFinder:
    """Looks names up in the project's own code."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def in_file(self, path: str, name: str, shown: str, tests: bool) -> Target:
        """A name at the top level of a file (`Class.method`, `CONSTANT`), through re-exports."""
        if path in self.code.unparsed:
            return Hidden(f"cannot be told: {path} cannot be parsed ({self.code.unparsed[path][:120]})")
        if path not in self.code.modules:
            return Hidden("is in a file that is not read as the project's own Python code")
        found = self.code.lookup(path, name)
        if found is None:
            return self._unknown(path, name, shown)
        if isinstance(found, Constant):
            return SymbolTarget(found, Location(found.path, found.line))
        at = self.code.at(found)
        if tests and self.code.is_test(found.path) and _TEST_NAME.fullmatch(found.qualname):
            return TestTarget(found, at)
        return SymbolTarget(found, at)

    def dotted(self, module: str, name: str) -> Target:
        """`module:name`, wherever the module's file lies."""
        file = self.code.module_file(module)
        if file is None:
            return self._no_module(module)
        if file.endswith("/"):
            return Broken(f"names the folder {file[:100]}, which has no `__init__.py` that could hold `{name[:60]}`")
        return self.in_file(file, name, module, tests=False)

    def _no_module(self, module: str) -> Target:
        top = module.partition(".")[0]
        known = [other.removesuffix("/__init__.py").removesuffix(".py") for other in self.code.modules]
        dotted = sorted({_dotted(stem) for stem in known})
        near = nearest(module[:200], dotted[:5_000], 3)
        if not near or top not in {name.partition(".")[0] for name in dotted}:
            for path in self.code.modules:
                for fact in self.code.modules[path].symbols.imports:
                    if fact.level == 0 and fact.module.partition(".")[0] == top:
                        return Hidden(f"is part of the library `{top}`", elsewhere=True)
        return Broken(f"names the module `{module[:80]}`, which is not in the repository", tuple(near))

    def _unknown(self, path: str, name: str, shown: str) -> Target:
        first = name.partition(".")[0]
        value = self.code.resolve(path, "", first)
        if isinstance(value, External) and not value.name.startswith("builtins."):
            return Hidden(f"comes from a library (`{value.name[:80]}`)", elsewhere=True)
        module = self.code.modules[path]
        if reason := self._opaque(path, first):
            return Hidden(reason)
        separator = "::" if shown.endswith(".py") or "/" in shown else ":"
        names = [qualname for qualname in module.definitions if qualname != "<main>"]
        names += [fact.target for fact in module.symbols.bindings if fact.scope == ""]
        near = [f"{shown}{separator}{found}" for found in nearest(name[:100], names, 3)]
        near += self._elsewhere(name, path)
        what = f"has no `{name[:80]}`"
        return Broken(f"{what}: {path} does not define it", tuple(list(dict.fromkeys(near))[:3]), Location(path))

    def _opaque(self, path: str, first: str) -> str:
        """Why a name might be there although nothing is seen of it."""
        module = self.code.modules[path]
        for fact in module.symbols.imports:
            if fact.scope not in ("", "<main>"):
                continue
            if fact.symbol == "*" and not fact.level and self.code.finder.file(path, fact.module) is None:
                return f"may come from `from {fact.module[:60]} import *`"
            if fact.name == first:
                return f"is imported from `{fact.module[:60] or '.'}`, which cannot be followed"
        if "__getattr__" in module.definitions:
            return "may come from the module's `__getattr__`"
        definition = module.definitions.get(first)
        if definition is not None and definition.kind == "class" and module.facts[first].bases:
            return f"may be inherited by the class `{first[:60]}`"
        return ""

    def _elsewhere(self, name: str, path: str) -> list[str]:
        hits = [other for other, module in self.code.modules.items() if other != path and name in module.definitions]
        return [f"{other}::{name}" for other in hits[:2]]


def _dotted(stem: str) -> str:
    parts = stem.split("/")
    while len(parts) > 1 and parts[0] in ("src", "lib", "python"):
        parts = parts[1:]
    return ".".join(parts)


def definition_of(target: Target) -> Definition | None:
    """The definition behind a target that is one, for callers that want to follow it."""
    if isinstance(target, SymbolTarget | TestTarget) and isinstance(target.definition, Definition):
        return target.definition
    return None
