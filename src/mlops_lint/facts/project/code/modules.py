"""The Python modules of a project and how an import finds them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlops_lint.facts.files.symbols import BindingFact, DefinitionFact, ImportFact, Symbols

_OTHERS = frozenset(
    "node_modules site-packages dist-packages vendor vendored third_party third-party thirdparty external_libs "
    "venv .venv env .env .tox .nox build dist .eggs __pycache__ .git .ipynb_checkpoints".split()
)
_ROOT_FOLDERS = ("src", "lib", "python", "app", "code", "notebooks")


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """A module body (`qualname` is ""), its main guard (`<main>`), a function or a class of the project."""

    path: str
    qualname: str
    kind: str = "function"
    line: int = 1
    end_line: int = 1

    @property
    def key(self) -> str:
        """`path::qualname`, the canonical name of what the project defines."""
        return f"{self.path}::{self.qualname}"

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.qualname.rpartition(".")[2]


@dataclass(slots=True)
class Module:
    """One file's symbols with look-ups by name."""

    path: str
    symbols: Symbols
    definitions: dict[str, Definition] = field(default_factory=dict)
    facts: dict[str, DefinitionFact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.symbols.definitions:
            self.definitions[fact.qualname] = Definition(self.path, fact.qualname, fact.kind, fact.line, fact.end_line)
            self.facts[fact.qualname] = fact

    @property
    def body(self) -> Definition:
        """The module's own top level."""
        return Definition(self.path, "", "module")

    @property
    def main(self) -> Definition:
        """What runs only when the file is run as a script."""
        return Definition(self.path, "<main>", "module")

    @property
    def is_notebook(self) -> bool:
        """Notebooks run top to bottom by hand."""
        return self.path.endswith(".ipynb")


def is_source(path: str) -> bool:
    """A Python file or notebook that the project itself wrote, judged by its path."""
    if not path.endswith((".py", ".ipynb", ".pyw")):
        return False
    return not any(part in _OTHERS or part.endswith(".egg-info") for part in path.split("/")[:-1])


class Finder:
    """Finds the file of a module name, in src, flat and script layouts."""

    def __init__(self, paths: Iterable[str], base: str) -> None:
        self.paths = frozenset(path for path in paths if path.endswith(".py"))
        self.base = base
        self.folders = frozenset(folder for path in self.paths for folder in _parents(path))
        self.roots = self._roots()
        self._found: dict[tuple[str, str], str | None] = {}
        self.added: list[tuple[str, str]] = []
        """(folder, root that the files in it search too)."""

    def _roots(self) -> tuple[str, ...]:
        roots = {self.base, *(posixpath.join(self.base, name) for name in _ROOT_FOLDERS)}
        for path in self.paths:
            folder, name = posixpath.split(path)
            if name == "__init__.py":
                parent = posixpath.dirname(folder)
                if posixpath.join(parent, "__init__.py") not in self.paths:
                    roots.add(parent)
        return tuple(sorted(roots, key=lambda root: (root.count("/"), root)))

    def file(self, origin: str, module: str) -> str | None:
        """The file that `import module` in `origin` reads; None where it is not the project's.

        A folder without `__init__.py` is found as the folder itself, with a slash behind it.
        """
        key = (posixpath.dirname(origin), module)
        if key not in self._found:
            self._found[key] = self._search(*key)
        found = self._found[key]
        return None if found == origin else found

    def _search(self, folder: str, module: str) -> str | None:
        relative = module.replace(".", "/")
        for root in self._candidates(folder):
            found = self.in_folder(root, relative)
            if found:
                return found
        seen = [root for above, root in self.added if f"{folder}/".startswith(f"{above}/")]
        return next((found for root in seen if (found := self.in_folder(root, relative))), None)

    def _candidates(self, folder: str) -> list[str]:
        own = [folder, *_parents(folder + "/x")[1:]] if folder else [""]
        inside = [parent for parent in own if not self.base or parent.startswith(self.base) or parent == self.base]
        return list(dict.fromkeys([*inside, *self.roots]))

    def in_folder(self, root: str, relative: str) -> str | None:
        """The file of `relative` (slashes for dots) below `root`."""
        stem = posixpath.join(root, relative) if relative else root
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path in self.paths:
                return path
        return stem + "/" if relative and stem in self.folders else None

    def relative(self, origin: str, module: str, level: int) -> str | None:
        """The file of `from ..module import x`."""
        folder = posixpath.dirname(origin)
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        found = self.in_folder(folder, module.replace(".", "/")) if module else None
        if not module:
            package = posixpath.join(folder, "__init__.py")
            found = package if package in self.paths else folder + "/"
        return found


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def by_path(modules: Iterable[Module]) -> Mapping[str, Module]:
    """Modules keyed and sorted by path."""
    return {module.path: module for module in sorted(modules, key=lambda module: module.path)}


def by_scope(facts: list[ImportFact]) -> dict[tuple[str, str], list[ImportFact]]:
    """Imports by scope and name; star imports under `("", "*")`."""
    found: dict[tuple[str, str], list[ImportFact]] = {}
    for fact in facts:
        key = ("", "*") if fact.symbol == "*" else (fact.scope, fact.name)
        found.setdefault(key, []).append(fact)
    return found


def by_target(facts: list[BindingFact]) -> dict[tuple[str, str], list[BindingFact]]:
    """Bindings by scope and target; attributes of `self` under the scope `self`."""
    found: dict[tuple[str, str], list[BindingFact]] = {}
    for fact in facts:
        scope = "self" if fact.target.startswith("self.") else fact.scope
        found.setdefault((scope, fact.target), []).append(fact)
    return found
