"""Whether what is said to check the data is really asked, and whether it refuses anything."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.pointers import FileTarget, Pointers, SymbolTarget, TestTarget
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.schema_naming import decorated, only_named
from mlops_lint.facts.project.schema_words import describes, describing
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.facts.project.wiring import Elsewhere, Uncertain, Wired, Wiring
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_ACTS = ast.Raise | ast.Assert | ast.Call | ast.Compare
_BESIDE = re.compile(
    r"(?:^|[/_])(?:monitor\w*|watch\w*|drift\w*|feedback|dashboards?|bench\w*|examples?|demos?|adhoc)(?:[/_.]|$)"
)
"""Programs beside training and serving: what they refuse is trained on and predicted from all the same."""
_SETTINGS_CLASS = re.compile(r"(?:Settings|Config(?:uration)?|Options)$")
_SETTINGS_FILE = re.compile(r"(?:^|/)(?:settings?|config(?:uration)?s?|logg(?:er|ing)|log_config|env)\.py$")
_SETTING = re.compile(
    r"^(?:settings?|config|cfg|environ|getenv|(?:log_?)?level|log_level\w*|api_key|token)$", re.IGNORECASE
)
_PLAIN = frozenset(("classmethod", "staticmethod"))
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Validated:
    """It is asked here."""

    at: Location


@dataclass(frozen=True, slots=True)
class NotValidated:
    """It checks nothing or nothing asks it; `why` completes "`schema` …"."""

    why: str
    at: Location | None


@dataclass(frozen=True, slots=True)
class PerhapsValidated:
    """What stands in the way."""

    reason: str
    at: Location | None = None


Asking = Validated | NotValidated | PerhapsValidated


class Validation:
    """Answers for what the charter names."""

    def __init__(self, code: Code, wiring: Wiring, pointers: Pointers, shipped: Shipped) -> None:
        self.code = code
        self.wiring = wiring
        self.pointers = pointers
        self.shipped = shipped

    def asked(self, defined: str, called: str | None) -> Asking:
        """Is `defined` asked where `called` says, else anywhere outside of tests and notebooks?"""
        roots = tuple(self.shipped.serving.roots_of(called)) if called else self._programs()
        if called and not roots:
            return PerhapsValidated(f"no code is read at `{called}`")
        target = self.pointers.resolve(defined, "code")
        if isinstance(target, FileTarget) and not target.standin:
            return self._file(target, roots)
        if not isinstance(target, SymbolTarget | TestTarget):
            return PerhapsValidated(f"`{defined}` does not resolve (CH005), or is kept outside of this repository")
        subject = target.definition
        if hollow := self._hollow(subject):
            return NotValidated(hollow, target.at)
        answer = self._symbol(subject, roots)
        if isinstance(answer, Validated):
            return self._idle(roots[0], answer) if called else self._on_the_way(subject, roots, answer)
        return answer

    def refuses(self) -> Location | None:
        """Where training or serving refuses what it was given, under a condition."""
        reach = self.code.reachable([*self.shipped.training, *self.shipped.declared(("deployment", "entrypoint"))])
        for definition in sorted(reach.definitions):
            if definition.kind == "function" and not self.code.is_test(definition.path):
                of_settings = self._of_settings(definition)
                for node in ast.walk(self.code.node(definition)) if not of_settings else ():
                    if isinstance(node, ast.ExceptHandler) or (isinstance(node, ast.If) and not _about_settings(node)):
                        for part in node.body:
                            if isinstance(part, ast.Raise) and part.exc is not None:
                                return self.code.source(definition.path).at(part)
        return None

    def _of_settings(self, one: Definition) -> bool:
        """Whether a function is a method of a class of settings, or stands in a file of them."""
        owner = one.qualname.rpartition(".")[0].rpartition(".")[2]
        return bool(_SETTINGS_CLASS.search(owner) or _SETTINGS_FILE.search(one.path))

    def _programs(self) -> tuple[Definition, ...]:
        return tuple(root for root in self.shipped.entries if not root.path.endswith(".ipynb"))

    def _on_the_way(self, subject: Definition | Constant, roots: tuple[Definition, ...], answer: Validated) -> Asking:
        """Where the charter names no caller: not if only a program that watches or shows something asks it."""
        near = tuple(root for root in roots if not _BESIDE.search(root.path))
        if len(near) == len(roots) or not near or not isinstance(self._symbol(subject, near), NotValidated):
            return answer
        return NotValidated(f"is asked only by {answer.at.path}, beside training and serving", answer.at)

    def _symbol(self, subject: Definition | Constant, roots: tuple[Definition, ...]) -> Asking:
        named = self._only_named(subject, roots)
        methods = [one for one in self._methods(subject) if named is None or self.code.graph.call_sites.get(one)]
        asked = [(one, self.wiring.look(one, roots)) for one in [*methods, subject]]
        answers = [answer for _, answer in asked]
        read = self._only_read(subject)
        for one, answer in asked:
            if isinstance(answer, Wired) and not ((read is not None or named) and one is subject):
                why = self._hollow(one)
                used = self._class_used(one, roots) if isinstance(one, Definition) and one.kind == "class" else None
                return NotValidated(why, self.wiring.at(subject)) if why else Validated(used or answer.at)
        if isinstance(subject, Definition) and subject.kind == "class":
            if at := self._class_used(subject, roots):
                return Validated(at)
        for answer in answers:
            if isinstance(answer, Uncertain):
                return PerhapsValidated("a call on the way cannot be followed, and might be it", answer.at)
        if named is not None:
            return NotValidated("is not asked there: it is only named, in annotations", named)
        if read is not None:
            return NotValidated(f"is not asked: only its `{read[0]}` is read", read[1])
        other = next((answer for answer in answers if isinstance(answer, Elsewhere)), None)
        if other is not None:
            verb = "asks" if other.where.startswith(("code", "other")) else "ask"
            return NotValidated(f"is not asked there: only {other.where} {verb} it", other.at)
        return NotValidated("is asked by nothing", self.wiring.at(subject))

    def _only_named(self, subject: Definition | Constant, roots: tuple[Definition, ...]) -> Location | None:
        """Where annotations alone name a class, in all that runs from the roots."""
        if not isinstance(subject, Definition) or subject.kind != "class" or self.code.graph.subclasses(subject):
            return None
        reach = self.code.reachable(roots)
        sites = self.code.graph.call_sites.get(subject, [])
        sites = [(path, use) for path, use in sites if not _inside(subject, path, use.scope)]
        own = [(path, use) for path, use in sites if self.code.graph.scope(path, use.scope) in reach]
        if not only_named(self.code, subject, [(path, use.line, use.column) for path, use in own]):
            return None
        return self.code.use_at(*own[0])

    def _only_read(self, subject: Definition | Constant) -> tuple[str, Location] | None:
        """An attribute of a class, where all that is done with the class is picking columns by it, or printing it."""
        if not isinstance(subject, Definition) or subject.kind != "class":
            return None
        body = getattr(self.code.node(subject), "body", [])
        bound = [target for one in body if isinstance(one, ast.Assign) for target in one.targets]
        bound += [one.target for one in body if isinstance(one, ast.AnnAssign)]
        given = {one.id for one in bound if isinstance(one, ast.Name)}
        found: tuple[str, Location] | None = None
        for path, module in self.code.modules.items():
            if self.code.is_test(path) or subject.name not in self.code.text(path).text:
                continue
            if any(subject.name == fact.symbol != fact.name for fact in module.symbols.imports):
                return None  # under another name
            tree = self.code.source(path).tree
            reads = {id(one.value): one for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
            reads = {key: one for key, one in reads.items() if one.attr in given and isinstance(one.ctx, ast.Load)}
            picking, told = _picking(tree), describing(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and subject.name in str(node.value) and " " not in str(node.value):
                    return None  # an annotation in quotes, a name that is looked up
                if (isinstance(node, ast.Name) and node.id == subject.name) or (
                    isinstance(node, ast.Attribute) and node.attr == subject.name
                ):
                    read = reads.get(id(node)) or told.get(id(node))
                    if read is None or (id(read) not in picking and id(node) not in told):
                        return None
                    found = found or (f"{subject.name}.{read.attr}", self.code.source(path).at(read))
        return found

    def _methods(self, subject: Definition | Constant) -> list[Definition]:
        if not isinstance(subject, Definition) or subject.kind != "class":
            return []
        known = self.code.modules[subject.path].definitions.values()
        return [one for one in known if one.kind == "function" and one.qualname.rpartition(".")[0] == subject.qualname]

    def _idle(self, caller: Definition, answer: Validated) -> Asking:
        """Where what asks it is itself never run."""
        others = tuple(
            root
            for root in self.code.entries()
            if not self.code.is_test(root.path) and not root.path.endswith(".ipynb")
        )
        roots = (*others, *self.shipped.declared(("deployment", "entrypoint"), ("model", "trained_by")))
        if caller in self.code.reachable(roots) or caller.kind != "function":
            return answer
        found = self.wiring.look(caller, roots)
        if isinstance(found, Wired):
            return answer
        if isinstance(found, Uncertain):
            return PerhapsValidated(f"whether `{caller.name}` ever runs cannot be followed", found.at)
        return NotValidated(f"is asked by `{caller.name}` alone, which no program runs", self.code.at(caller))

    def _hollow(self, subject: Definition | Constant) -> str:
        if not isinstance(subject, Definition):
            return ""
        if why := self.wiring.stub(subject):
            return f"checks nothing: {why}"
        node = self.code.node(subject)
        fact = self.code.modules[subject.path].facts[subject.qualname]
        if subject.kind != "function" or set(fact.decorators) - _PLAIN or _acts(node):
            return ""
        return "checks nothing: it has no condition"

    def _class_used(self, subject: Definition, roots: Iterable[Definition]) -> Location | None:
        reach = self.code.reachable(roots)
        for path, module in self.code.modules.items():
            imported = any(subject.name in (fact.symbol, fact.name) for fact in module.symbols.imports)
            if path != subject.path and not imported and not self._whole(module.symbols, path, subject):
                continue
            for scope, node in self._trees(path):
                definition = self.code.definition(path, scope)
                if (
                    not _inside(subject, path, scope)
                    and definition in reach
                    and (found := self._asks(path, scope, node, subject)) is not None
                ):
                    return self.code.source(path).at(found)
        return None

    def _whole(self, symbols: Symbols, path: str, subject: Definition) -> bool:
        """Whether the file imports the module that holds it."""
        values = (self.code.resolve(path, "", fact.name) for fact in symbols.imports if fact.name)
        return any(isinstance(value, Definition) and value.path == subject.path for value in values)

    def _trees(self, path: str) -> Iterator[tuple[str, ast.AST]]:
        try:
            yield "", self.code.source(path).tree
        except (DocumentError, Unreadable):
            return
        for definition in self.code.modules[path].definitions.values():
            if definition.kind == "function":
                yield definition.qualname, self.code.node(definition)

    def _asks(self, path: str, scope: str, tree: ast.AST, subject: Definition) -> ast.AST | None:
        """`Schema.validate(rows)`, `check(Schema)`, a decorator, or an annotation that a decorator acts upon."""

        def means(node: ast.AST) -> bool:
            return isinstance(node, ast.Name | ast.Attribute) and self.code.resolve(path, scope, chain(node)) == subject

        for node in _scope(tree):
            if isinstance(node, ast.Call):
                parts = [node.func, *node.args, *(word.value for word in node.keywords)]
                inner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
                if any(means(part) for part in [*parts, inner]) and not describes(tree, node):
                    return node
            elif isinstance(node, _FUNCTIONS) and decorated(node):
                given = [one.annotation for one in [*node.args.args, *node.args.kwonlyargs] if one.annotation]
                wanted = [*given, *([node.returns] if node.returns else [])]
                if any(means(part) for one in wanted for part in ast.walk(one)):
                    return node
        return None

    def _file(self, target: FileTarget, roots: tuple[Definition, ...]) -> Asking:
        path = target.path
        if path in self.code.modules:
            reach = self.code.reachable(roots)
            inside = [one for one in self.code.modules[path].definitions.values() if one.kind == "function"]
            live = [one for one in inside if one in reach]
            if live or (self.code.modules[path].body in reach and (not inside or path in {r.path for r in roots})):
                return Validated(self.code.at(live[0]) if live else target.at)
            return NotValidated("is asked by nothing", target.at)
        name = posixpath.basename(path)
        stem = name.partition(".")[0]
        for other in sorted({one.path for one in self.code.reachable(roots).definitions}):
            text = text_of(self.code.view, other) or ""
            for number, line in enumerate(text.split("\n"), 1) if f"{stem}" in text else ():
                if (name in line or f'"{stem}"' in line or f"'{stem}'" in line) and not line.lstrip().startswith("#"):
                    return Validated(Location(other, number))
        return PerhapsValidated(f"{name} is no code, and what reads it cannot be seen")


def _about_settings(node: ast.If) -> bool:
    """`if level not in LEVELS`, `if not os.getenv("TOKEN")`: what is refused is a setting, and no data."""
    names = [part.attr if isinstance(part, ast.Attribute) else part.id for part in ast.walk(node.test)
             if isinstance(part, ast.Attribute | ast.Name)]  # fmt: skip
    return any(_SETTING.match(name) for name in names)


def _inside(subject: Definition, path: str, scope: str) -> bool:
    return path == subject.path and f"{scope}.".startswith(f"{subject.qualname}.")


def _picking(tree: ast.AST) -> set[int]:
    """What only picks columns, `rows[…]` and `usecols=…`, in functions that refuse nothing."""
    scopes = [one for one in ast.walk(tree) if isinstance(one, _FUNCTIONS)] + list(getattr(tree, "body", []))
    refusing = [one for one in scopes if any(isinstance(part, ast.Raise | ast.Assert) for part in ast.walk(one))]
    looking = [one.test for one in ast.walk(tree) if isinstance(one, ast.If | ast.IfExp | ast.While)]
    looking += [one for one in ast.walk(tree) if isinstance(one, ast.Compare)]
    inside = {id(part) for one in [*refusing, *looking] for part in ast.walk(one)}
    found = [one.slice for one in ast.walk(tree) if isinstance(one, ast.Subscript)]
    found += [one.value for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg == "usecols"]
    return {id(one) for one in found} - inside


def _acts(node: ast.AST) -> bool:
    """Whether something is looked at before all is given back."""
    for statement in getattr(node, "body", []):
        if any(isinstance(part, _ACTS) for part in ast.walk(statement)):
            return True
        if isinstance(statement, ast.Return):
            return False
    return False


def _scope(tree: ast.AST) -> Iterator[ast.AST]:
    """A scope's own nodes, with the heads of functions in it."""
    if isinstance(tree, _FUNCTIONS):
        yield tree
    never = isinstance(tree, ast.If) and isinstance(tree.test, ast.Constant) and not tree.test.value
    for node in tree.orelse if isinstance(tree, ast.If) and never else ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, _FUNCTIONS):
            yield from (part for part in _scope(node) if part is not node)
        else:
            yield from (part for one in node.decorator_list for part in ast.walk(one))


@provides
def validation(code: Code, wiring: Wiring, pointers: Pointers, shipped: Shipped) -> Validation:
    """Nothing is followed until it is asked for."""
    return Validation(code, wiring, pointers, shipped)
