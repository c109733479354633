"""Which code the charter speaks of: the files that its pointers name, with the modules that those import."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter, Reference
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.pointers import FileTarget, FolderTarget, Pointers, SymbolTarget

_SPEAKING = frozenset(("metric", "model", "deployment", "autonomy", "oversight"))
_PROMPTS = ("model", "prompts")
_BESIDE = frozenset(("card", "benchmark", "ci", "cd"))
"""Pointers to documents, measurements and automation, which are not what the charter describes."""


class Described:
    """Training, metric and serving code: `files` are modules, notebooks and prompts, sorted."""

    def __init__(self, charter: Charter, code: Code, pointers: Pointers) -> None:
        self.code = code
        self._pointers = pointers
        named = [path for reference in charter.references() for path in self._named(reference)]
        self.files = tuple(sorted({*self.closure(named), *(path for path in named if path not in code.modules)}))

    def closure(self, paths: Iterable[str]) -> frozenset[str]:
        """These modules and those of the project that they import, tests left out."""
        seen: set[str] = set()
        waiting = [path for path in paths if path in self.code.modules]
        while waiting:
            path = waiting.pop()
            if path not in seen and not self.code.is_test(path):
                seen.add(path)
                waiting += [other for other in self._imported(path) if other in self.code.modules]
        return frozenset(seen)

    def _imported(self, path: str) -> Iterator[str]:
        finder = self.code.finder
        for fact in self.code.modules[path].symbols.imports:
            if fact.level:
                found = finder.relative(path, fact.module, fact.level)
                inner = finder.in_folder(posixpath.dirname(found or ""), fact.symbol) if fact.symbol and found else None
            else:
                found = finder.file(path, fact.module)
                inner = finder.file(path, f"{fact.module}.{fact.symbol}") if fact.symbol else None
            yield from (file for file in (found, inner) if file)

    def _named(self, reference: Reference) -> list[str]:
        route = reference.route
        if tuple(route[:2]) == _PROMPTS:
            return self._files(reference)
        hook = tuple(route[:2]) == ("monitoring", "hooks")
        if not (hook or route[0] in _SPEAKING) or _BESIDE.intersection(map(str, route)):
            return []
        return [path for path in self._files(reference) if path in self.code.modules]

    def _files(self, reference: Reference) -> list[str]:
        target = self._pointers.resolve(reference.text, reference.type)
        if isinstance(target, FileTarget):
            return [] if target.standin else [target.path]
        if isinstance(target, FolderTarget):
            return list(target.files)
        return [target.definition.path] if isinstance(target, SymbolTarget) else []


@provides
def described(charter: Charter, code: Code, pointers: Pointers) -> Described:
    """Follows imports, not calls: any change of those modules may change what the charter says."""
    return Described(charter, code, pointers)
