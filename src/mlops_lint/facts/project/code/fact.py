"""The `Code` fact."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mlops_lint.documents.python import PythonSource, PythonText, parsed, read_python
from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.nodes import MAIN, CallsByPlace, calls_by_place
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.files.symbols import Symbols, UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code.entries import is_test_path, program_entries
from mlops_lint.facts.project.code.graph import Graph
from mlops_lint.facts.project.code.handing import Handing
from mlops_lint.facts.project.code.meaning import Value, canonical
from mlops_lint.facts.project.code.modules import Definition, Finder, Module, by_path, is_source
from mlops_lint.facts.project.code.names import Names
from mlops_lint.facts.project.code.reach import Reach
from mlops_lint.facts.project.code.search_path import added
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

KEPT = 3_000_000
"""Characters of source whose trees are held at once: a tree takes fifty times the room of its text and more."""
KEPT_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Constant:
    """A name that a module's top level assigns; `definition` is the module's body."""

    path: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Use:
    """A call of, or a reference to, something by its canonical name; an import alone is none."""

    path: str
    scope: str
    name: str
    at: Location
    fact: UseFact = field(repr=False, compare=False, hash=False)

    @property
    def call(self) -> bool:
        """Whether it is called there."""
        return self.fact.call


@dataclass(frozen=True, slots=True)
class Found:
    """The uses that answer a search."""

    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing within reach uses it, and nothing there is opaque."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """No use was found, but these places cannot be followed."""

    places: tuple[Location, ...]


Answer: TypeAlias = Found | Absent | Opaque


class Code:
    """Python files and notebooks of one project. Paths are relative to the repository's root."""

    def __init__(self, view: RepoView, project: Project, found: Mapping[str, Symbols], unparsed: dict[str, str],
                 named: Iterable[str] = ()) -> None:  # fmt: skip
        self.view = view
        self.project = project
        self.unparsed: Mapping[str, str] = unparsed
        self.modules = by_path(Module(path, facts) for path, facts in found.items())
        self.finder = Finder([*self.modules, *unparsed], project.folder)
        self.finder.added = added(view, project, self.modules, self.finder.folders)
        self.names = Names(self.modules, self.finder)
        self._named = tuple(named)
        self._graph: Graph | None = None
        self._handing: Handing | None = None
        self._sources: dict[str, PythonSource] = {}
        self._held = 0
        self._texts: dict[str, PythonText] = {}
        self._nodes: dict[str, tuple[ast.Module, dict[tuple[int, str], ast.AST]]] = {}
        self._calls: dict[str, CallsByPlace] = {}
        self._named_in: dict[str, list[tuple[str, UseFact]]] | None = None
        self._entries: tuple[Definition, ...] | None = None
        self._live: Reach | None = None

    @property
    def graph(self) -> Graph:
        """The call graph, linked when first asked for."""
        if self._graph is None:
            self._graph = Graph(self.modules, self.names)
        return self._graph

    def source(self, path: str) -> PythonSource:
        """The parsed file; read again on demand, since trees are not kept for the whole run."""
        known = self._sources.pop(path, None)
        if known is None:
            known = parsed(self.text(path))
            self._held += len(known.text)
            while self._held > KEPT and self._sources:
                dropped = next(iter(self._sources))
                self._held -= len(self._sources.pop(dropped).text)
                self._nodes.pop(dropped, None)
                self._calls.pop(dropped, None)
        self._sources[path] = known
        return known

    def text(self, path: str) -> PythonText:
        """The file's lines and cells, which is all that places need."""
        if path in self._sources:
            return self._sources[path]
        if path not in self._texts:
            if len(self._texts) >= KEPT_TEXTS:
                del self._texts[next(iter(self._texts))]
            self._texts[path] = read_python(path, self.view.read(path))
        return self._texts[path]

    def node(self, definition: Definition) -> ast.AST:
        """The syntax tree of a definition; the whole module for its body and main guard."""
        tree = self.source(definition.path).tree
        if definition.qualname in ("", MAIN):
            return tree
        known = self._nodes.get(definition.path)
        index = known[1] if known is not None and known[0] is tree else {}
        if not index:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    index.setdefault((node.lineno, node.name), node)
            self._nodes[definition.path] = (tree, index)
        return index.get((definition.line, definition.name), tree)

    def at(self, definition: Definition) -> Location:
        """Where a definition's name stands; the first line for a module."""
        if definition.path in self.modules and definition.qualname in self.modules[definition.path].facts:
            source = self.text(definition.path)
            fact = self.modules[definition.path].facts[definition.qualname]
            text = source.lines[fact.line - 1] if fact.line <= len(source.lines) else ""
            column = text.find(definition.name, fact.name_column)
            start = len(text[: max(column, 0)].encode())
            return source.span(fact.line, start, fact.line, start + len(definition.name.encode()))
        return Location(definition.path, 1, 1, cell=1 if definition.path.endswith(".ipynb") else None)

    def use_at(self, path: str, fact: UseFact) -> Location:
        """Where a use stands."""
        return self.text(path).span(fact.line, fact.column, fact.end_line, fact.end_column)

    def call_node(self, use: Use) -> ast.Call | None:
        """The syntax tree of a use that is a call."""
        return self.call_of(use.path, use.fact)

    def call_of(self, path: str, fact: UseFact) -> ast.Call | None:
        """The same, by the file and the bare fact."""
        tree = self.source(path).tree
        if path not in self._calls:
            self._calls[path] = calls_by_place(tree)
        return self._calls[path].get((fact.line, fact.column, fact.end_line, fact.end_column))

    def definition(self, path: str, qualname: str) -> Definition | None:
        """A function or class by the name it is defined under in that file, re-exports not followed."""
        module = self.modules.get(path)
        if module is None:
            return None
        return module.body if qualname == "" else module.definitions.get(qualname)

    def lookup(self, path: str, dotted: str) -> Definition | Constant | None:
        """What `dotted` names at a file's top level: its own or re-exported, methods, constants."""
        module = self.modules.get(path)
        if module is None:
            return None
        if dotted in module.definitions:
            return module.definitions[dotted]
        value = self.names.resolve(path, "", dotted)
        if isinstance(value, Definition) and value.qualname:
            return value
        return self._constant(path, dotted, 0)

    def _constant(self, path: str, name: str, depth: int) -> Constant | None:
        module = self.modules.get(path)
        if module is None or depth > 8:
            return None
        for fact in module.symbols.bindings:
            if fact.scope in ("", name.rpartition(".")[0]) and name.rpartition(".")[2] == fact.target:
                if fact.scope == name.rpartition(".")[0]:
                    return Constant(path, name, fact.line)
        for imported in module.symbols.imports:
            if imported.name == name and imported.symbol and imported.scope == "":
                file = (
                    self.finder.relative(path, imported.module, imported.level)
                    if imported.level
                    else self.finder.file(path, imported.module)
                )
                return self._constant(file, imported.symbol, depth + 1) if file else None
        return None

    def find(self, dotted: str) -> Definition | Constant | None:
        """`churn.serving.log_prediction` (module path, then names) through re-exports, src and flat layouts."""
        parts = dotted.split(".")
        origin = f"{self.project.folder}/x.py" if self.project.folder else "x.py"
        for count in range(len(parts) - 1, 0, -1):
            file = self.finder.file(origin, ".".join(parts[:count]))
            if file is not None and not file.endswith("/"):
                return self.lookup(file, ".".join(parts[count:]))
        return None

    def module_file(self, dotted: str) -> str | None:
        """The file of a module name; None where the project has none of that name."""
        origin = f"{self.project.folder}/x.py" if self.project.folder else "x.py"
        return self.finder.file(origin, dotted)

    def resolve(self, path: str, scope: str, chain: str) -> Value | None:
        """What a chain written in a scope means; None is unknown."""
        return self.names.resolve(path, scope, chain)

    def canonical(self, path: str, scope: str, chain: str) -> str | None:
        """The canonical name of a chain: dotted for libraries, `path::qualname` for the project."""
        return canonical(self.names.resolve(path, scope, chain))

    def uses(self, targets: Collection[str]) -> list[Use]:
        """Every call of, or reference to, the canonical names, in order of place."""
        found: list[Use] = []
        for target in dict.fromkeys(targets):
            for path, fact in self.graph.canonical.get(target, []):
                found.append(Use(path, fact.scope, target, self.use_at(path, fact), fact))
            for definition_path, _, qualname in [target.partition("::")]:
                definition = self.definition(definition_path, qualname) if qualname else None
                for path, fact in self.graph.call_sites.get(definition, []) if definition else []:
                    found.append(Use(path, fact.scope, target, self.use_at(path, fact), fact))
        return sorted(found, key=lambda use: (use.at, use.name))

    def named(self, path: str) -> list[tuple[str, UseFact]]:
        """(canonical name, use) for every use of a library's name in a file."""
        if self._named_in is None:
            self._named_in = {}
            for name, uses in self.graph.canonical.items():
                for where, fact in uses:
                    self._named_in.setdefault(where, []).append((name, fact))
        return self._named_in.get(path, [])

    def scope_of(self, use: Use) -> Definition:
        """The definition whose body holds a use."""
        return self.graph.scope(use.path, use.scope)

    def reachable(self, roots: Iterable[Definition], without: Collection[Definition] = ()) -> Reach:
        """What may run once the roots run, where `without` does not."""
        return Reach(self.graph, roots, without)

    @property
    def live(self) -> Reach:
        """What may run at all: reached from some program entry, tests included."""
        if self._live is None:
            self._live = self.reachable(self.entries())
        return self._live

    def entries(self) -> tuple[Definition, ...]:
        """Module bodies, main guards, console scripts, tests and functions that a framework calls."""
        if self._entries is None:
            self._entries = program_entries(self.modules, self.names, self._named)
        return self._entries

    @staticmethod
    def is_test(path: str) -> bool:
        """Whether a file is a test or a test's helper, by its name or folder."""
        return is_test_path(path)

    def search(self, targets: Collection[str], within: Iterable[Definition] | None = None) -> Answer:
        """Is one of `targets` used by what the roots reach (by anything live, without roots)?"""
        reach = self.live if within is None else self.reachable(within)
        uses = tuple(use for use in self.uses(targets) if self.scope_of(use) in reach)
        if uses:
            return Found(uses)
        last_names = frozenset(split(target)[-1].rpartition(".")[2].rpartition(":")[2] for target in targets)
        hidden = sorted(self.opaque(reach, last_names), key=lambda one: split(one[1].chain)[-1][1:] not in last_names)
        places = [self.use_at(path, fact) for path, fact in hidden]
        places += self._unread(reach, last_names)
        return Opaque(tuple(sorted(places))) if places else Absent()

    def opaque(self, reach: Reach, last_names: frozenset[str]) -> list[tuple[str, UseFact]]:
        """The calls in `reach` that cannot be followed and could be one of `last_names`."""
        if self._handing is None:
            self._handing = Handing(self.graph)
        handing = self._handing
        return [(path, use) for path, use in reach.opaque(last_names) if handing.may_be(path, use, last_names)]

    def _unread(self, reach: Reach, last_names: frozenset[str]) -> list[Location]:
        """Imports within reach of files that could not be parsed, and star imports of libraries."""
        places = []
        for path in sorted({definition.path for definition in reach.definitions}):
            module = self.modules[path]
            for fact in module.symbols.imports:
                file = (
                    self.finder.relative(path, fact.module, fact.level)
                    if fact.level
                    else self.finder.file(path, fact.module)
                )
                starred = fact.symbol == "*" and file is None
                if (file in self.unparsed) or (starred and _mentions(module, last_names)):
                    places.append(self.text(path).line(fact.line))
        return places


def _mentions(module: Module, last_names: frozenset[str]) -> bool:
    return any(use.chain in last_names for use in module.symbols.uses)


@provides
def linked(view: RepoView, project: Project, files: FileFacts) -> Code:
    """Read every source file of the project; what cannot be parsed is kept with its reason."""
    from mlops_lint.facts.project.code.entries import named_entries

    paths = [
        path
        for path, entry in view.entries.items()
        if entry.mode not in ("120000", "160000") and project.owns(path) and is_source(path)
    ]
    answers = files.of(paths, view.read)
    found = {path: answer for path, answer in answers.items() if isinstance(answer, Symbols)}
    unparsed = {path: answer for path, answer in answers.items() if isinstance(answer, str)}
    return Code(view, project, found, unparsed, named_entries(view, project))


def code(view: RepoView, project: Project) -> Code:
    """The same, with nothing remembered between runs."""
    found: Code = linked(view, project, FileFacts())
    return found
