"""The keys of the declared parameter file, and which of them no code reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mlops_lint.documents.node import DocumentError, MapNode, ScalarNode
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import json_of, place, text_of, toml_of, yaml_of
from mlops_lint.facts.project.settings_loaded import may_load
from mlops_lint.facts.project.settings_unread import never_asked
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

_HYDRA = frozenset(("defaults", "hydra", "_target_", "_partial_", "_recursive_", "_convert_", "_self_"))
_ASIDE = re.compile(r"(?:^|/)(?:bench(?:mark)?s?|examples?)/")
_SCRIPTS = re.compile(
    r"\.(?:R|r|jl|sh|bash|sql|mk|scala|rs|go|ts|js)$|(?:^|/)(?:Makefile|justfile|Snakefile|MLproject)$"
)
_FILLED = re.compile(r"\$\{([^}]+)\}")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_WHOLE = frozenset(("items", "values", "copy", "dict", "model_dump"))


@dataclass(frozen=True, slots=True)
class Unread:
    """A key that no code reads; `literal` is where a call is given a fixed value under the same name."""

    name: str
    at: Location
    literal: Location | None = None


@dataclass(slots=True)
class _Words:
    """What code reads by name, the names of sections that it hands on whole, and fixed values by keyword."""

    read: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    literals: dict[str, Location] = field(default_factory=dict)
    root: bool = False
    filled: set[str] = field(default_factory=set)


class Hyperparameters:
    """Read when asked."""

    def __init__(self, code: Code, view: RepoView, project: Project) -> None:
        self._code = code
        self._view = view
        self._project = project

    def tree(self, path: str) -> MapNode | None:
        """A parameter file as a mapping; None where it is none."""
        reader = toml_of if path.endswith(".toml") else json_of if path.endswith(".json") else yaml_of
        return reader(self._view, path) if path.endswith((".yaml", ".yml", ".json", ".toml")) else None

    def unread(self, path: str) -> list[Unread]:
        """The keys of a parameter file that nothing reads, in order of place."""
        tree = self.tree(path)
        words = self._words(path)
        if tree is None or words.root:
            return []
        words.read |= {_plain(w) for m in _FILLED.findall(text_of(self._view, path) or "") for w in _WORD.findall(m)}
        idle = self._never_asked(words.literals) - words.filled
        return [
            Unread(".".join(keys), at, words.literals.get(_plain(keys[-1])))
            for keys, at in _leaves(tree, path, ())
            if (_plain(keys[-1]) not in words.read and not any(_plain(key) in words.whole for key in keys))
            or keys[-1] in idle
        ]

    def obstacle(self) -> Location | None:
        """A file that cannot be parsed and may read keys."""
        return next((Location(path) for path in self._code.unparsed if not self._code.is_test(path)), None)

    def _inside(self, path: str) -> str:
        """A path as seen from the project, which may itself lie among examples."""
        folder = self._project.folder
        return path[len(folder) + 1 :] if folder and path.startswith(folder + "/") else path

    def _never_asked(self, fixed: Iterable[str]) -> set[str]:
        """Keys that fill a field of typed settings which nothing asks for; notebooks may ask, too."""
        texts, trees = [], []
        for path in self._code.modules:
            if not self._code.is_test(path):
                try:
                    trees.append(self._code.source(path).tree)
                except (DocumentError, Unreadable):
                    return set()
                texts.append(self._code.text(path).text)
        return never_asked(trees, texts, fixed)

    def _words(self, parameters: str) -> _Words:
        found = _Words()
        for path in self._code.modules:
            if self._code.is_test(path) or path.endswith(".ipynb") or _ASIDE.search(self._inside(path)):
                continue
            try:
                tree = self._code.source(path).tree
            except (DocumentError, Unreadable):
                continue
            _File(self._code, path, tree, found, parameters).read()
        for path in self._view.entries:
            if not self._project.owns(path):
                continue
            if path.endswith("dvc.yaml"):
                text = text_of(self._view, path) or ""
                words = {w for match in _FILLED.findall(text) for w in _WORD.findall(match)}
                found.filled |= words
                found.read |= {_plain(word) for word in words}
            elif _SCRIPTS.search(path):
                found.read |= {_plain(word) for word in _WORD.findall(text_of(self._view, path) or "")}
        return found


class _File:
    def __init__(self, code: Code, path: str, tree: ast.Module, found: _Words, parameters: str) -> None:
        self.code = code
        self.parameters = parameters
        self.path = path
        self.tree = tree
        self.found = found
        self.fixed = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.sections: dict[str, str] = {}
        self.libraries = frozenset(self._libraries())

    def read(self) -> None:
        texts = {id(node) for node in ast.walk(self.tree) if isinstance(node, ast.Expr) for node in [node.value]}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.sections[node.targets[0].id] = _section(node.value)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
                if len(node.value) < 200:
                    self.found.read |= {_plain(word) for word in _WORD.findall(node.value)}
            elif isinstance(node, ast.Attribute):
                if not (isinstance(node.value, ast.Name) and node.value.id in self.libraries):
                    self.found.read.add(_plain(node.attr))
                if node.attr in _WHOLE:
                    self._handed(node.value)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in self.fixed:
                self.found.read.add(_plain(node.id))
            elif isinstance(node, ast.arg):
                self.found.read.add(_plain(node.arg))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.found.read.add(_plain(node.target.id))
            elif isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if key is None:
                        self._handed(value)

    def _libraries(self) -> Iterator[str]:
        """Names of whole libraries: `lgb.early_stopping` reads no key of that name."""
        bound = {fact.target for fact in self.code.modules[self.path].symbols.bindings}
        for fact in self.code.modules[self.path].symbols.imports:
            ours = fact.level or self.code.finder.file(self.path, fact.module) is not None
            if not fact.symbol and not ours and fact.name not in bound:
                yield fact.name

    def _call(self, node: ast.Call) -> None:
        for word in node.keywords:
            if word.arg is None:
                self._handed(word.value)
            elif isinstance(word.value, ast.Constant):
                self.found.literals.setdefault(_plain(word.arg), self.code.source(self.path).at(word.value))
            else:
                self.found.read.add(_plain(word.arg))
        name = split(chain(node.func))[-1].lstrip(".")
        for argument in node.args if name == "update" else ():
            self._handed(argument)
        canonical = self.code.canonical(self.path, "", chain(node.func)) or ""
        if "::" in canonical or name in ("print", "len", "str", "open", "Path", "read_text", "info", "debug"):
            return
        if name[:1].isupper() and "." in canonical:  # a runner of a library that is given the whole configuration
            names = [item.id for item in [*node.args, *(w.value for w in node.keywords)] if isinstance(item, ast.Name)]
            self.found.root |= any(any(self._is_root(each)) for each in names)
        for argument in [*node.args, *(word.value for word in node.keywords if word.arg)]:
            if _section(argument) or (isinstance(argument, ast.Name) and self.sections.get(argument.id)):
                if isinstance(argument, ast.Name | ast.Subscript | ast.Attribute):
                    self._handed(argument)

    def _handed(self, node: ast.expr) -> None:
        """A section, or something that may be one, is handed on with all of its keys."""
        name = _section(node) or (self.sections.get(node.id, "") if isinstance(node, ast.Name) else "")
        if isinstance(node, ast.Name):
            self.found.whole.add(_plain(node.id))
            self._parameter(node.id)
        if name:
            self.found.whole.add(_plain(name))
        if may_load(node, self.parameters) or (isinstance(node, ast.Name) and any(self._is_root(node.id))):
            self.found.root = True

    def _parameter(self, name: str) -> None:
        """A parameter that is spread: what the callers of its function give it is handed on."""
        for definition in self.code.modules[self.path].definitions.values():
            fact = self.code.modules[self.path].facts[definition.qualname]
            if name not in fact.parameters:
                continue
            for _, use in self.code.graph.call_sites.get(definition, []):
                for text in (*use.arguments, *use.keywords.values()):
                    self.found.whole.add(_plain(text.replace("[]", "").rpartition(".")[2]))
            for path, use in self.code.graph.call_sites.get(definition, []):
                self._subscripts(path, use.line, use.end_line)

    def _subscripts(self, path: str, first: int, last: int) -> None:
        """The keys of subscripts on the lines of a call."""
        lines = self.code.text(path).lines[first - 1 : last + 2]
        self.found.whole |= {_plain(word) for word in re.findall(r"\[[\"']([\w-]+)[\"']\]", "\n".join(lines))}

    def _is_root(self, name: str) -> Iterator[bool]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                yield may_load(node.value, self.parameters)


def _section(node: ast.expr) -> str:
    """`params["train"]`, `cfg.train`, `params.get("train")` -> `train`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        first = node.args[0]
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return ""


def _leaves(tree: MapNode, path: str, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Location]]:
    """Every key that holds a value; a mapping that Hydra instantiates hands all of its keys on."""
    if tree.get("_target_") is not None:
        return
    for key, value in tree.entries:
        if key.text in _HYDRA or not isinstance(key, ScalarNode):
            continue
        if isinstance(value, MapNode) and value.entries:
            yield from _leaves(value, path, (*above, key.text))
        else:
            yield (*above, key.text), place(path, key)


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")


@provides
def hyperparameters(code: Code, view: RepoView, project: Project) -> Hyperparameters:
    """Nothing is read yet."""
    return Hyperparameters(code, view, project)
