"""How practices look at code: what may run, written by the project itself."""

from __future__ import annotations

import ast
import functools
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import Symbols, UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach, Use
from mlops_lint.facts.project.code.entries import is_test_path
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.knowledge import table
from mlops_lint.model import Location
from mlops_lint.practices.base import ABSENT, PRESENT, UNCLEAR, Practice, Shown
from mlops_lint.repo.view import RepoView, Unreadable

P = TypeVar("P", bound=Practice)

MAX_SHOWN = 25
_RUNS_MAIN = ("tensorflow.app.run", "tensorflow.compat.v1.app.run")  # call the script's `main` when not given one
_GENERAL = frozenset(
    "torch tensorflow keras sklearn numpy pandas scipy xgboost lightgbm transformers datasets huggingface_hub".split()
)
_BUILT_IN = frozenset(name for kind in (str, list, dict, set, bytes) for name in dir(kind))
_COPYRIGHT = re.compile(r"copyright[\s(c)©,0-9-]*([A-Za-z][\w.&-]+)|__author__\s*=\s*[\"']+([\w.&-]+)", re.IGNORECASE)
_ASIDE = re.compile(r"(?:^|/)(?:bench(?:mark)?s?|examples?|demos?|tutorials?|sandbox|playground|scratch)(?:[/._-]|$)")
_LICENCES = frozenset(("mit", "apache", "bsd"))
_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


class OwnCode:
    """Uses in code that may run; what is vendored, never called or only imported is left out."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def uses(self, targets: Collection[str], *, tests: bool = True) -> list[Use]:
        """Calls of, and references to, canonical names."""
        found = [use for use in self.code.uses(targets) if self.counts(use.path, tests=tests)]
        return [use for use in found if self.code.scope_of(use) in self.live]

    def calls(self, targets: Collection[str], *, tests: bool = True) -> list[Use]:
        """Calls alone."""
        return [use for use in self.uses(targets, tests=tests) if use.call]

    def attributes(self, names: Collection[str]) -> Iterator[tuple[str, UseFact]]:
        """Every live chain in which one of the attributes is read, whatever it is read from."""
        wanted = {f".{name}" for name in names}
        for path, module in self.code.modules.items():
            if self.counts(path, tests=False):
                for fact in module.symbols.uses:
                    if wanted.intersection(split(fact.chain)) and self.code.graph.scope(path, fact.scope) in self.live:
                        yield path, fact

    def functions(self, matches: Callable[[str], bool], *, kinds: Collection[str] = ("function",)) -> list[Definition]:
        """Live definitions by name that do something: stubs, tests and what nobody calls are left out."""
        found: list[Definition] = []
        for path, module in self.code.modules.items():
            if self.counts(path, tests=False):
                for qualname, definition in module.definitions.items():
                    if definition.kind in kinds and matches(definition.name) and definition in self.live:
                        if not module.facts[qualname].stub:
                            found.append(definition)
        return found

    def trees(self, where: Callable[[Symbols], bool], *, tests: bool = True) -> Iterator[tuple[str, ast.Module]]:
        """The syntax trees of the project's own files whose symbols look promising: parsing is what takes time."""
        for path, module in self.code.modules.items():
            if self.counts(path, tests=tests) and where(module.symbols):
                try:
                    yield path, self.code.source(path).tree
                except (DocumentError, Unreadable):
                    continue

    def at(self, path: str, node: ast.AST) -> Location:
        """Where a node stands."""
        return self.code.source(path).at(node)

    def runs(self, path: str, node: ast.AST) -> bool:
        """Whether the definition around a node may run."""
        line = getattr(node, "lineno", 0)
        around = [
            definition
            for definition in self.code.modules[path].definitions.values()
            if definition.line <= line <= definition.end_line and definition.kind == "function"
        ]
        return not around or max(around, key=lambda definition: definition.line) in self.live

    def imported(self, targets: Collection[str], *, modules: bool = True) -> list[Location]:
        """Imports of the names, or the libraries, that the targets belong to: no practice by themselves."""
        wanted = {prefix for target in targets for prefix in _prefixes(target)[: None if modules else 1]}
        found: list[Location] = []
        for path, module in self.code.modules.items():
            for fact in module.symbols.imports:
                name = f"{fact.module}.{fact.symbol}" if fact.symbol else fact.module
                if not fact.level and self.counts(path, tests=False) and name in wanted and not self._used(path, name):
                    found.append(self.code.source(path).line(fact.line))
        return found

    def _used(self, path: str, name: str) -> bool:
        """Whether something of a module is called in a file, be it for another purpose."""
        within = (name + ".", name + "()")
        return any(fact.call and (used == name or used.startswith(within)) for used, fact in self.code.named(path))

    def hidden(self, targets: Collection[str]) -> list[Location]:
        """Files that cannot be parsed and that write a target's last names as a call."""
        endings = {".".join(target.replace("()", "").split(".")[-2:]) for target in targets}
        found: list[Location] = []
        for path in self.code.unparsed if endings else ():
            text = text_of(self.code.view, path) or ""
            if any(f"{ending}(" in text for ending in endings):
                found.append(Location(path))
        return found

    def counts(self, path: str, *, tests: bool) -> bool:
        """Whether a file is the project's own, and no test where tests do not count."""
        if not tests and self.code.is_test(path):
            return False
        return not any(path.startswith(folder + "/") for folder in self.vendored)

    @cached_property
    def live(self) -> frozenset[Definition]:
        """What may run at all, with the functions that a framework looks for by name."""
        found = [
            definition
            for path, module in self.code.modules.items()
            for names, roots in _by_convention()
            if roots.intersection(fact.module.partition(".")[0] for fact in module.symbols.imports)
            for definition in module.definitions.values()
            if definition.qualname in names
        ]
        scripts = {use.path for use in self.code.uses(_RUNS_MAIN) if use.call}
        mains = [self.code.definition(path, "main") for path in sorted(scripts)]
        made = [made for target, _ in instantiated(self.code.view, self.code.project) if (made := self._made(target))]
        made += self._handed_over()
        reach = self.code.reachable([*self.code.entries(), *found, *filter(None, mains), *made])
        while more := self._may_be_called(reach) - reach.definitions:
            reach = self.code.reachable([*reach.roots, *sorted(more)])
        return reach.definitions

    def _made(self, target: str) -> Definition | None:
        """What a configuration names, where it is the project's own."""
        found = self.code.find(target)
        return found if isinstance(found, Definition) else None

    def _handed_over(self) -> list[Definition]:
        """What a module holds that is handed to something that picks by name: `getattr(metrics, name)`."""
        files: set[str] = set()
        for path, module in self.code.modules.items():
            names = {fact.name for fact in module.symbols.imports if fact.name}
            for fact in module.symbols.uses:
                for name in names.intersection(fact.arguments) if fact.call else ():
                    value = self.code.resolve(path, fact.scope, name)
                    if isinstance(value, Definition) and not value.qualname:
                        files.add(value.path)
        return [one for path in sorted(files) for one in self.code.modules[path].definitions.values()]

    def _may_be_called(self, reach: Reach) -> frozenset[Definition]:
        """Methods of live classes that carry the name of a call whose receiver is not known."""
        called = {
            split(use.chain)[-1].lstrip(".")
            for definition in reach.definitions
            for use in self.code.graph.node(definition).opaque
            if "." in use.chain
        } - _BUILT_IN
        called |= {name for name, scopes in self._own_methods.items() if not scopes.isdisjoint(reach.definitions)}
        return frozenset(
            inner
            for klass in reach.definitions
            if klass.kind == "class"
            for name in called
            if (inner := self.code.definition(klass.path, f"{klass.qualname}.{name}")) is not None
        )

    @cached_property
    def _own_methods(self) -> Mapping[str, frozenset[Definition]]:
        """Where `self.name()` is called: a subclass may define it, too, or alone."""
        found: dict[str, set[Definition]] = {}
        for path, module in self.code.modules.items():
            for fact in module.symbols.uses:
                if (
                    fact.call
                    and fact.chain.startswith("self.")
                    and fact.chain.count(".") == 1
                    and fact.chain[-1] != ")"
                ):
                    found.setdefault(fact.chain[5:], set()).add(self.code.graph.scope(path, fact.scope))
        return {name: frozenset(scopes) for name, scopes in found.items()}

    @cached_property
    def vendored(self) -> frozenset[str]:
        """Packages that name another copyright holder or author and that no build file of the project names."""
        view = self.code.view
        licence = "\n".join(text_of(view, path) or "" for path in view.entries if _is_licence(path)).casefold()
        built = "\n".join(
            text_of(view, path) or "" for path in view.entries if posixpath.basename(path) in _BUILD_FILES
        )
        found = set()
        for path in self.code.modules:
            folder, name = posixpath.split(path)
            if name == "__init__.py" and folder and not self._inside_package(folder):
                holder = _holder((text_of(view, path) or "")[:2_000])
                if holder and holder.casefold() not in licence and posixpath.basename(folder) not in built:
                    around = (posixpath.dirname(folder) or folder) + "/"
                    if all(other.startswith(around) for other in self._holders.get(holder, ())):
                        found.add(folder)
        return frozenset(found)

    @cached_property
    def _holders(self) -> Mapping[str, tuple[str, ...]]:
        """Who is named at the head of which files: who stands in several places wrote the project."""
        found: dict[str, list[str]] = {}
        for path in self.code.modules:
            if path.endswith(".py"):
                holder = _holder((text_of(self.code.view, path) or "")[:2_000])
                found.setdefault(holder, []).append(path)
        return {holder: tuple(paths) for holder, paths in found.items() if holder}

    def _inside_package(self, folder: str) -> bool:
        return posixpath.join(posixpath.dirname(folder), "__init__.py") in self.code.modules


@provides
def own_code(code: Code) -> OwnCode:
    """Needs nothing but the code."""
    return OwnCode(code)


_TARGET = re.compile(r"^\s*(?:-\s*)?[\"']?_target_[\"']?\s*:\s*[\"']?([\w.]+)")


def instantiated(view: RepoView, project: Project) -> Iterator[tuple[str, Location]]:
    """`_target_: package.Class` in YAML, which Hydra calls."""
    for path in view.entries:
        if path.endswith((".yaml", ".yml")) and project.owns(path):
            for number, line in enumerate((text_of(view, path) or "").split("\n"), 1):
                match = _TARGET.match(line)
                if match:
                    yield match[1], Location(path, number)


@functools.cache
def _by_convention() -> list[tuple[frozenset[str], frozenset[str]]]:
    """(function names, libraries whose import makes them entries) of every framework."""
    rows = []
    for row in table("entries").values():
        known = [*row.get("registers", ()), *row.get("decorators", ())]
        if row.get("names") and known:
            rows.append((frozenset(row["names"]), frozenset(name.partition(".")[0] for name in known)))
    return rows


def _is_licence(path: str) -> bool:
    return "/" not in path and path.upper().startswith(("LICEN", "COPYING"))


def _holder(text: str) -> str:
    match = _COPYRIGHT.search(text)
    name = (match[1] or match[2]) if match else ""
    if match is not None and name.casefold() in _LICENCES:  # the institute, not the licence that every text names
        name = re.split(r"[\"'\n]", text[match.start(1 if match[1] else 2) :], maxsplit=1)[0].strip()
    return name


def _prefixes(target: str) -> list[str]:
    """`a.b.c().d` -> `a.b`, `a.b.c`: the name that one calls and the module that holds it."""
    name = target.partition("(")[0]
    module = name.rpartition(".")[0]
    return [name, module] if module and module not in _GENERAL else [name]


def named(uses: Iterable[Use], view: RepoView | None = None) -> list[Shown]:
    """Uses as they are shown: by the last names of what is used."""
    return [Shown(short(use.name), use.at) for use in uses]


def short(name: str) -> str:
    """`sklearn.metrics.f1_score` -> `f1_score`, `wandb.init` as it is; a method keeps its class."""
    parts = name.replace("()", "").split(".")
    telling = "_" in parts[-1] or parts[-1] != parts[-1].lower()
    return parts[-1] if telling and "()" not in name else ".".join(parts[-2:])


def judge(kind: type[P], shown: Iterable[Shown], *, otherwise: P | None = None) -> P:
    """Present where something shows it, else what `otherwise` says, else absent."""
    places = sorted(dict.fromkeys(shown), key=_order)[:MAX_SHOWN]
    if places:
        return kind(PRESENT, tuple(places))
    return otherwise if otherwise is not None else kind(ABSENT)


def unclear(kind: type[P], *shown: Shown) -> P:
    """Something is there, but what it does cannot be told."""
    return kind(UNCLEAR, tuple(shown[:MAX_SHOWN]))


def idle(kind: type[P], own: OwnCode, targets: Collection[str], *, modules: bool = True) -> P:
    """Absent, with an import that nothing follows; unclear where a file that cannot be parsed names a call.

    `modules`: the libraries serve this practice alone, so that importing one tells of it.
    """
    hidden = own.hidden(targets)
    if hidden:
        return unclear(kind, *(Shown("cannot be parsed", at) for at in hidden))
    places = own.imported(targets, modules=modules)
    return kind(ABSENT, tuple(Shown("imported, never called", at) for at in places[:3]))


def _order(shown: Shown) -> tuple[int, int, str, int, int, str]:
    """Modules first, then notebooks, then what only tries, measures or tests."""
    at = shown.at or Location("")
    aside = is_test_path(at.path) or bool(_ASIDE.search(at.path.lower()))
    return (2 if aside else at.cell is not None, at.path.count("/"), at.path, at.cell or 0, at.line, shown.detail)
