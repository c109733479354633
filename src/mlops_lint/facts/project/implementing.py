"""The code that a pointer of the charter leads to: what it is, whether it does something, whether anything runs it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.pointers import (
    Broken,
    FileTarget,
    FolderTarget,
    Hidden,
    Pointers,
    RemoteTarget,
    SymbolTarget,
    TestTarget,
)
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location

_COMMANDS = re.compile(
    r"\.(ya?ml|toml|json|cfg|ini|sh|bash|mk|tf|bicep|sql|R|r|jl|java|scala|ipynb)$|(^|/)(Makefile|justfile|Procfile|"
    r"MLproject|Snakefile|Dockerfile[^/]*)$"
)
MAX_READ = 2_000


@dataclass(frozen=True, slots=True)
class Implementation:
    """`name` as a message shows it; `definition` is None for whole files; `roots` are what runs of it."""

    at: Location
    name: str
    definition: Definition | None
    roots: tuple[Definition, ...]
    path: str


class Implementations:
    """Answers for `code` pointers of the charter."""

    def __init__(self, code: Code, pointers: Pointers) -> None:
        self.code = code
        self.pointers = pointers

    def of(self, text: str, kind: str = "code") -> Implementation | str:
        """The code behind a pointer, or why it cannot be looked into."""
        target = self.pointers.resolve(text, kind)
        if isinstance(target, Broken):
            return f"`{text}` {target.reason} (CH005)"
        if isinstance(target, RemoteTarget):
            return f"`{text}` lies outside of the repository"
        if isinstance(target, Hidden):
            return f"`{text}` {target.reason}"
        if isinstance(target, SymbolTarget | TestTarget):
            if isinstance(target.definition, Definition):
                found = target.definition
                return Implementation(target.at, found.name, found, tuple(self._whole(found)), found.path)
            return self._file(target.definition.path, target.at, target.definition.name)
        if isinstance(target, FolderTarget):
            files = [path for path in target.files if path in self.code.modules]
            roots = tuple(root for path in files for root in self._file_roots(path))
            return (
                Implementation(target.at, target.path, None, roots, target.path)
                if roots
                else f"`{text}` holds no Python code"
            )
        if isinstance(target, FileTarget):
            return self._file(target.path, target.at, target.path)
        return f"`{text}` names no code"

    def fault(self, found: Implementation) -> str:
        """Why it is no implementation: it does nothing, or nothing runs it. Empty if it is one."""
        definition = found.definition
        if definition is None:
            return self._idle_file(found)
        if definition.kind == "module":
            return ""
        if stub := does_nothing(self.code, definition):
            return stub
        return "" if definition in self.code.live or self._may_be_called(definition) else "nothing calls it"

    def written(self, definition: Definition) -> bool:
        """Whether its only statement gives numbers that stand in it: `return {"rate": 0.02}`."""
        body = getattr(self.code.node(definition), "body", ())
        body = [part for part in body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
        value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
        if not isinstance(value, ast.Dict | ast.Tuple | ast.List):
            return False
        leaves = value.values if isinstance(value, ast.Dict) else value.elts
        return bool(leaves) and all(isinstance(one, ast.Constant) and type(one.value) in (int, float) for one in leaves)

    def listed(self, found: Implementation) -> bool:
        """Whether it is a constant that only lists texts, and that no comparison or search reads."""
        if found.definition is not None or found.path not in self.code.modules or found.name == found.path:
            return False
        values = [
            node.value
            for node in self.code.source(found.path).tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and found.name in _targets(node)
        ]
        if len(values) != 1 or not isinstance(values[0], ast.List | ast.Tuple | ast.Set) or not values[0].elts:
            return False
        if not all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in values[0].elts):
            return False
        trees = [self.code.source(path).tree for path in self.code.modules if not self.code.is_test(path)]
        return not any(_searches(node, found.name) for tree in trees for node in ast.walk(tree))

    def fits(self, definition: Definition) -> str:
        """The call in a definition's own body that fits something: `search.fit`."""
        for use in self.code.modules[definition.path].symbols.uses:
            if use.call and use.scope == definition.qualname and use.chain.endswith(".fit"):
                return use.chain[:60]
        return ""

    def tested_only(self, found: Implementation) -> bool:
        """Whether tests call it and nothing else does, as far as can be seen."""
        definition = found.definition
        if definition is None or definition.kind == "module" or definition not in self.code.live:
            return False
        own = self.code.reachable(one for one in self.code.entries() if not self.code.is_test(one.path))
        return definition not in own and not self._may_be_called(definition, own)

    def untold(self, found: Implementation, recorded: str) -> bool:
        """Whether only tests call it, and none that does, or that they share, names the file of the recorded number."""
        name, definition = recorded.partition("#")[0].rpartition("/")[2], found.definition
        if not name or definition is None or self.code.is_test(definition.path) or not self.tested_only(found):
            return False
        callers = {path for one in found.roots for path, _ in self.code.graph.call_sites.get(one, [])}
        shared = {path for path in self.code.modules if path.endswith("conftest.py")}
        return not any(name in self.code.source(path).text for path in callers | shared)

    def doubt(self, found: Implementation, reach: Reach | None = None) -> str:
        """Why it cannot be told whether anything (or what is within reach) runs it; empty where that is known."""
        definition = found.definition
        if definition is None or definition.kind == "module" or definition in (reach or self.code.live):
            return ""
        return self._may_be_called(definition, reach)

    def _handed_on(self, definition: Definition) -> bool:
        """Whether anything imports, names or decorates it, so that a variable might hold it."""
        if self.code.modules[definition.path].facts[definition.qualname].decorators:
            return True
        if self.code.graph.call_sites.get(definition):
            return True
        return any(
            fact.symbol in (definition.name, "*")
            for path, module in self.code.modules.items()
            for fact in module.symbols.imports
            if path != definition.path
        )

    def _idle_file(self, found: Implementation) -> str:
        """A file that runs nothing by itself, and of which nothing is called."""
        module = self.code.modules.get(found.path)
        if module is None or not module.definitions or module.symbols.has_main:
            return ""
        inner = list(module.definitions.values())
        runs = any(use.call for use in module.symbols.uses if use.scope == "")
        if runs or any(one in self.code.live or self._may_be_called(one) for one in inner):
            return ""
        return "nothing in it is called"

    def _may_be_called(self, definition: Definition, reach: Reach | None = None) -> str:
        if found := self._opaquely(definition, reach):
            return found
        for method in self._calling_methods(definition):
            if found := self._opaquely(method, reach, alone=True):
                return f"{found}, by `{method.qualname}`"
        word = re.compile(rf"(?<![\w.]){re.escape(definition.name)}(?!\w)")
        view = self.code.view
        files = [path for path in view.entries if _COMMANDS.search(path) and path != self.code.project.charter_path]
        for path in files[:MAX_READ]:
            if path in self.code.modules or path.endswith("mlproject.yaml"):
                continue
            for number, line in enumerate((text_of(view, path) or "").split("\n"), 1):
                if word.search(line) and not line.lstrip().startswith("#"):
                    stem = definition.path.rpartition("/")[2].removesuffix(".py")
                    if stem in line or definition.path in line or "_target_" in line:
                        return f"{path}:{number} names it"
        return ""

    def _opaquely(self, definition: Definition, reach: Reach | None, *, alone: bool = False) -> str:
        """The call that cannot be followed and may call it; `alone`: only one that spells its name."""
        last = f".{definition.name}"
        handed = self._handed_on(definition)
        for path, fact in sorted(
            (reach or self.code.live).opaque(frozenset({definition.name})),
            key=lambda pair: not pair[1].chain.endswith(last),
        ):
            if alone and not fact.chain.endswith(last):
                continue
            if not handed and fact.chain.isidentifier() and fact.chain != definition.name:
                continue  # a variable holds only what somebody has put there
            return f"`{fact.chain[:60]}` in {path}:{fact.line} may call it"
        return ""

    def _calling_methods(self, definition: Definition) -> list[Definition]:
        """Methods, outside of tests, from which it is reached: not every call on an object can be followed."""
        found: dict[Definition, None] = {}
        waiting = [definition]
        while waiting:
            for path, use in self.code.graph.call_sites.get(waiting.pop(), []):
                caller = self.code.graph.scope(path, use.scope)
                if caller not in found and caller != definition and not self.code.is_test(path):
                    found[caller] = None
                    waiting.append(caller)
        return [one for one in found if one.kind == "function" and "." in one.qualname]

    def _file(self, path: str, at: Location, name: str) -> Implementation | str:
        if path in self.code.unparsed:
            return f"{path} cannot be parsed ({self.code.unparsed[path][:100]})"
        if path not in self.code.modules:
            return f"{path} is not read as the project's own Python code"
        return Implementation(at, name, None, tuple(self._file_roots(path)), path)

    def _file_roots(self, path: str) -> list[Definition]:
        module = self.code.modules[path]
        return [module.body, module.main, *(d for d in module.definitions.values() if d in self.code.live)]

    def _whole(self, definition: Definition) -> list[Definition]:
        """A definition with what belongs to it: the class of a method, the methods of a class."""
        members = self.code.modules[definition.path].definitions
        if definition.kind == "class":
            return [definition, *(d for name, d in members.items() if name.startswith(definition.qualname + "."))]
        owner = members.get(definition.qualname.rpartition(".")[0])
        return [definition, owner] if owner is not None and owner.kind == "class" else [definition]


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _searches(node: ast.AST, name: str) -> bool:
    """Whether a comparison, or a loop that holds one, reads a name: `any(word in text for word in WORDS)`."""
    if isinstance(node, ast.Compare):
        return _reads(node, name)
    loops = getattr(node, "generators", [node] if isinstance(node, ast.For) else [])
    return any(_reads(loop.iter, name) for loop in loops)


def _reads(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node)) or any(
        isinstance(part, ast.Attribute) and part.attr == name for part in ast.walk(node)
    )


def does_nothing(code: Code, definition: Definition) -> str:
    """Why a function, or every method of a class, does nothing; empty where it does something."""
    facts = code.modules[definition.path].facts
    if definition.qualname not in facts:
        return ""
    if definition.kind == "function":
        stub = facts[definition.qualname].stub
        return "" if stub == "it only prints" and _prints_results(code.node(definition)) else stub
    inner = [fact for name, fact in facts.items() if name.startswith(definition.qualname + ".")]
    methods = [fact for fact in inner if fact.kind == "function" and not fact.qualname.endswith(".__init__")]
    if methods and all(fact.stub for fact in methods):
        return f"none of its methods does anything ({methods[0].stub})"
    return ""


def _prints_results(node: ast.AST) -> bool:
    """What is printed is worked out by calls within the print."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    names = {chain(call.func) for call in calls}
    return any(not name.endswith((".format", ".join")) for name in names - {"print", "str", "repr", "len", "round"})


@provides
def implementations(code: Code, pointers: Pointers) -> Implementations:
    """Needs the linked code."""
    return Implementations(code, pointers)
