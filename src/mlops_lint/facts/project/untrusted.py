"""Loads that can run code, of what comes from the network or from a user."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.dependencies import Dependencies
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.facts.project.untrusted_paths import LEFT, asked_path, left_by_others, told_arguments, told_variable
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_LOADS = frozenset(
    "pickle.load pickle.loads _pickle.load _pickle.loads dill.load dill.loads cloudpickle.load cloudpickle.loads "
    "joblib.load sklearn.externals.joblib.load pandas.read_pickle torch.load torch.serialization.load "
    "jsonpickle.decode".split()
)
_ARRAYS = frozenset(("numpy.load",))
_FETCHES = re.compile(
    r"^(?:requests|httpx|aiohttp|urllib3)\.|^urllib\.request\.|^wget\.|^gdown\.|^torch\.hub\.(?:download_url|load_state)|"
    r"^tensorflow\.keras\.utils\.get_file|^keras\.utils\.get_file|^pooch\.retrieve|^huggingface_hub\.(?:hf_hub|snapshot)_|"
    r"^streamlit\.(?:sidebar\.)?file_uploader|^(?:builtins\.)?input$|^socket\.|^websockets?\."
)
_USERS = re.compile(r"(?:^|\.)request\.(?:files|data|get_data|form|args|FILES|body|stream|values|json|get_json)\b")
_UPLOADS = re.compile(r"\b(?:UploadFile|Request|FileStorage)\b")
_SAVES = re.compile(r"(?:^|\.)(?:urlretrieve|download_url_to_file|download|download_file)$")
_CHECKED = re.compile(
    r"hashlib|sha256|sha512|checksum|compare_digest|known_hash|file_hash|check_hash|hash_prefix|verify_"
)
_FIXED = re.compile(r"[0-9a-f]{7,40}|v?\d[\w.]*")
_TRUSTING = re.compile(r"from_pretrained$|pipeline$|AutoModel|load_dataset$|SentenceTransformer$|LLM$")
_SUSPICIOUS = re.compile(
    r"pickle|joblib|torch\.load|\.load\(|dill|trust_remote_code|jsonpickle|requests|urllib|httpx|download"
)
_MOVING = (
    ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.With, ast.AsyncWith, ast.Return, ast.Call,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Such a load, and where what it loads comes from."""

    what: str
    at: Location
    origin: Location | None
    source: str


@dataclass(slots=True)
class _Known:
    """What is tainted: names by scope, texts of expressions, functions that give it back."""

    names: dict[tuple[str, str], dict[str, tuple[Location, str]]] = field(default_factory=dict)
    gives: dict[str, tuple[Location, str]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.gives) + sum(map(len, self.names.values()))


class Untrusted:
    """Answers when asked."""

    def __init__(self, code: Code, shipped: Shipped, dependencies: Dependencies) -> None:
        self.code = code
        self.shipped = shipped
        self.dependencies = dependencies
        self._known = _Known()

    def found(self) -> list[Unsafe]:
        """In order of place; what is verified by a hash first is left out."""
        scopes = list(self._scopes())
        parts = [[node for node in own_nodes(tree) if isinstance(node, _MOVING)] for _, tree in scopes]
        for _ in range(3):
            before = self._known.size
            for (definition, tree), nodes in zip(scopes, parts, strict=True):
                self._taint(definition, tree, nodes)
            if self._known.size == before:
                break
        found = [one for definition, tree in scopes for one in self._loads(definition, tree)]
        return sorted(dict.fromkeys(found), key=lambda one: one.at)

    def _scopes(self) -> Iterator[tuple[Definition, ast.AST]]:
        for path, module in self.code.modules.items():
            if self.code.is_test(path) or not _SUSPICIOUS.search(text_of(self.code.view, path) or ""):
                continue
            try:
                yield module.body, self.code.source(path).tree
            except (DocumentError, Unreadable):
                continue
            for definition in module.definitions.values():
                if definition.kind == "function" and definition in self.shipped.live:
                    yield definition, self.code.node(definition)

    def _taint(self, definition: Definition, tree: ast.AST, nodes: Iterable[ast.AST]) -> None:
        path, scope = definition.path, definition.qualname
        names = self._known.names.setdefault((path, scope), {})
        if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in [*tree.args.args, *tree.args.kwonlyargs]:
                if one.annotation is not None and _UPLOADS.search(ast.unparse(one.annotation)):
                    names.setdefault(one.arg, (self.code.source(path).at(one), "a user"))
        for node in nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                given = node.targets if isinstance(node, ast.Assign) else [node.target]
                targets = [part for one in given for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
                if (origin := self._origin(definition, node.value)) is not None:
                    names |= {_text(target): origin for target in targets if _text(target) not in names}
            elif isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    if item.optional_vars is not None and (origin := self._origin(definition, item.context_expr)):
                        names.setdefault(_text(item.optional_vars), origin)
                self._written(definition, node)
            elif isinstance(node, ast.Return) and node.value is not None:
                if origin := self._origin(definition, node.value):
                    self._known.gives.setdefault(definition.key, origin)
            elif isinstance(node, ast.Call):
                self._called(definition, node)
                for text, at in told_arguments(self.code, definition, node):
                    self._known.names.setdefault((path, ""), {}).setdefault(text, (at, LEFT))

    def _written(self, definition: Definition, node: ast.With | ast.AsyncWith) -> None:
        """`with open(path, "wb") as file: file.write(answer.content)`."""
        for item in node.items:
            call, name = item.context_expr, item.optional_vars
            if isinstance(call, ast.Call) and call.args and name is not None and chain(call.func).endswith("open"):
                for part in ast.walk(node):
                    if isinstance(part, ast.Call) and part.args:
                        writes = chain(part.func) == f"{ast.unparse(name)}.write" or chain(part.func).endswith(
                            "copyfileobj"
                        )
                        if writes and (origin := self._origin(definition, part.args[0])):
                            self._mark(definition, call.args[0], origin)

    def _called(self, definition: Definition, node: ast.Call) -> None:
        last = chain(node.func).rpartition(".")[2]
        name = self.code.canonical(definition.path, definition.qualname, chain(node.func)) or ""
        at = self.code.source(definition.path).at(node)
        if _FETCHES.search(name) and _SAVES.search(name) and len(node.args) > 1:
            self._mark(definition, node.args[1], (at, "the network"))
        elif last in ("save", "write_bytes", "write") and isinstance(node.func, ast.Attribute) and node.args:
            given = node.func.value if last == "save" else node.args[0]
            target = node.args[0] if last == "save" else node.func.value
            if origin := self._origin(definition, given):
                self._mark(definition, target, origin)
        callee = self.code.resolve(definition.path, definition.qualname, chain(node.func))
        if isinstance(callee, Definition) and callee.kind == "function":
            tree = self.code.node(callee)
            parameters = [one.arg for one in tree.args.args] if isinstance(tree, ast.FunctionDef) else []
            parameters = parameters[1:] if parameters[:1] in (["self"], ["cls"]) else parameters
            given_to = [*zip(parameters, node.args, strict=False), *((w.arg, w.value) for w in node.keywords if w.arg)]
            for parameter, value in given_to:
                if origin := self._origin(definition, value):
                    self._known.names.setdefault((callee.path, callee.qualname), {}).setdefault(parameter, origin)

    def _mark(self, definition: Definition, node: ast.expr, origin: tuple[Location, str]) -> None:
        """A path is tainted: its name here, and where it is a module's constant, in the whole file."""
        text = _text(node)
        self._known.names.setdefault((definition.path, definition.qualname), {}).setdefault(text, origin)
        if isinstance(node, ast.Constant) or text.isupper():
            self._known.names.setdefault((definition.path, ""), {}).setdefault(text, origin)

    def _origin(self, definition: Definition, node: ast.expr) -> tuple[Location, str] | None:
        path, scope = definition.path, definition.qualname
        names = {**self._known.names.get((path, ""), {}), **self._known.names.get((path, scope), {})}
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute | ast.Constant | ast.BinOp):
                if names and (known := names.get(_text(part))):
                    return known
            if isinstance(part, ast.Constant) and left_by_others(part.value):
                return self.code.source(path).at(part), LEFT
            if isinstance(part, ast.Subscript | ast.Call) and (at := told_variable(self.code, part)) is not None:
                return at, LEFT
            if isinstance(part, ast.Attribute) and _USERS.search(chain(part)):
                return self.code.source(path).at(part), "a user"
            if isinstance(part, ast.Call):
                name = self.code.canonical(path, scope, chain(part.func)) or chain(part.func)
                if name in self._known.gives:
                    return self._known.gives[name]
                if _FETCHES.search(name) and not _pinned(part):
                    user = "uploader" in name or name.endswith("input")
                    return self.code.source(path).at(part), "a user" if user else "the network"
        return None

    def _loads(self, definition: Definition, tree: ast.AST) -> Iterator[Unsafe]:
        path, scope = definition.path, definition.qualname
        checked = definition.qualname != "" and bool(_CHECKED.search(ast.unparse(tree)))
        for node in own_nodes(tree):
            if not isinstance(node, ast.Call):
                continue
            name = self.code.canonical(path, scope, chain(node.func)) or ""
            at = self.code.source(path).at(node)
            if self._trusts(name or chain(node.func), node):
                yield Unsafe(chain(node.func).rpartition(".")[2], at, None, "a hub, at no fixed revision")
            elif self._runs(name, node) and not checked and (origin := self._first(definition, node)):
                if not self._verified(origin[0]):
                    yield Unsafe(".".join(name.split(".")[-2:]), at, origin[0], origin[1])

    def _first(self, definition: Definition, node: ast.Call) -> tuple[Location, str] | None:
        given = [*node.args, *(word.value for word in node.keywords)][:2]
        found = next((origin for one in given if (origin := self._origin(definition, one))), None)
        if found is None and given and (at := asked_path(self.code, definition, given[0])) is not None:
            return at, "a user"
        return found

    def _runs(self, name: str, node: ast.Call) -> bool:
        given = {word.arg: word.value for word in node.keywords if word.arg}
        if name in _ARRAYS:
            value = given.get("allow_pickle")
            return isinstance(value, ast.Constant) and value.value is True
        if name not in _LOADS:
            return False
        if name.startswith("torch."):
            value = given.get("weights_only")
            safe = isinstance(value, ast.Constant) and value.value is False
            return safe or (value is None and not self._new_torch())
        return True

    def _new_torch(self) -> bool:
        """From 2.6 on, `torch.load` takes weights only unless it is told otherwise."""
        found = self.dependencies.find("torch")
        match = re.search(r"(?:==|>=|~=|\^)\s*(\d+)\.(\d+)", found.specifier) if found else None
        return match is not None and (int(match[1]), int(match[2])) >= (2, 6)

    def _trusts(self, name: str, node: ast.Call) -> bool:
        given = {word.arg: word.value for word in node.keywords if word.arg}
        trust = given.get("trust_remote_code")
        if not (isinstance(trust, ast.Constant) and trust.value is True and _TRUSTING.search(name)):
            return False
        if "revision" in given or "code_revision" in given:
            return False
        first = node.args[0] if node.args else next(iter(given.values()))
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return False
        local = first.value.startswith((".", "/")) or self.code.view.is_dir(first.value)
        return first.value.count("/") == 1 and not local

    def _verified(self, at: Location) -> bool:
        """Whether the function that fetches checks a hash."""
        if at.path not in self.code.modules:
            return False
        around = [one for one in self.code.modules[at.path].definitions.values()
                  if one.kind == "function" and one.line <= at.line <= one.end_line]  # fmt: skip
        return any(_CHECKED.search(ast.unparse(self.code.node(one))) for one in around)


def _text(node: ast.expr) -> str:
    """What stands for the same thing elsewhere in a scope."""
    if isinstance(node, ast.Name):
        return node.id
    return repr(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _pinned(node: ast.Call) -> bool:
    """A checksum, or a revision that does not move, is given."""
    for word in node.keywords:
        if word.arg in ("known_hash", "file_hash", "hash_prefix", "check_hash"):
            return not (isinstance(word.value, ast.Constant) and not word.value.value)
        if word.arg == "revision" and not isinstance(word.value, ast.Constant):
            return True
        if word.arg == "revision" and isinstance(word.value, ast.Constant):
            return bool(_FIXED.fullmatch(str(word.value.value)))
    return False


@provides
def untrusted(code: Code, shipped: Shipped, dependencies: Dependencies) -> Untrusted:
    """Nothing is followed until it is asked for."""
    return Untrusted(code, shipped, dependencies)
