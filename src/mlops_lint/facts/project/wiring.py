"""Whether something is called on the way from given roots, and where else it is called."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.nodes import stands_alone
from mlops_lint.facts.files.stubs import is_text
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Constant, Definition, External, Opaque, Reach
from mlops_lint.facts.project.idling import lets_go
from mlops_lint.facts.project.never_run import never_run
from mlops_lint.facts.project.pointers import Hidden, Pointers, RemoteTarget, SymbolTarget, TestTarget
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location

OTHER, UNCALLED, NOTEBOOKS, TESTS = "other code", "code that nothing calls", "notebooks", "tests"
_SETTINGS = re.compile(r"\.(ya?ml|json|toml|cfg|ini|conf|sh|env)$|(^|/)(Procfile|Dockerfile[^/]*|Makefile)$")
_Call = tuple[str, UseFact]


@dataclass(frozen=True, slots=True)
class Wired:
    """It is called; `by` is the definition that calls it."""

    at: Location
    by: Definition


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It is called, but not from the roots: only by `where` (tests, notebooks, uncalled code, other code)."""

    at: Location
    by: Definition
    where: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A call on the way cannot be followed and might be it."""

    at: Location


@dataclass(frozen=True, slots=True)
class Uncalled:
    """Nothing calls it anywhere."""


Answer: TypeAlias = Wired | Elsewhere | Uncertain | Uncalled


@dataclass(frozen=True, slots=True)
class Library:
    """Something of a library as the charter names it: `azure.monitor:configure_azure_monitor`."""

    module: str
    name: str

    def means(self, canonical: str) -> bool:
        """Whether a canonical name is it, through whatever module of the library."""
        plain = canonical.replace("()", "")
        top = self.module.partition(".")[0]
        return plain.startswith(top + ".") and f".{plain}.".endswith(f".{self.name}.")


Subject: TypeAlias = Definition | Constant | Library


class Wiring:
    """Follows calls, functions handed on, registrations, decorators and the uses of objects."""

    def __init__(self, code: Code, serving: Serving, pointers: Pointers) -> None:
        self.code = code
        self.serving = serving
        self.pointers = pointers

    def subject(self, text: str) -> Subject | str:
        """What a symbol of the charter is; why that cannot be told."""
        target = self.pointers.resolve(text, "symbol")
        if isinstance(target, SymbolTarget | TestTarget):
            return target.definition
        if isinstance(target, Hidden) and target.elsewhere and "::" not in text:
            return Library(*text.split(":", 1))
        if isinstance(target, RemoteTarget):
            return f"`{text}` lies outside this repository"
        return f"`{text}` {target.reason if isinstance(target, Hidden) else 'does not resolve (CH005)'}"

    def stub(self, subject: Subject) -> str:
        """Why it does nothing; where a decorator or a subclass does the work, the body says nothing."""
        if not isinstance(subject, Definition):
            return ""
        fact = self.code.modules[subject.path].facts[subject.qualname]
        if fact.decorators or self.code.graph.overrides(subject):
            return ""
        return fact.stub or self._handed_back(subject) or self._lets_go(subject)

    def never(self, subject: Subject) -> Location | None:
        """Where something that nothing calls is called in a branch that never runs."""
        return never_run(self.code, subject) if isinstance(subject, Definition) else None

    def _lets_go(self, subject: Definition) -> str:
        """Whether all that it does is to fill local names; a `global` makes them more than that."""
        node = self.code.node(subject)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return ""
        return lets_go(node.body, lambda text: self.code.canonical(subject.path, subject.qualname, text))

    def _handed_back(self, subject: Definition) -> str:
        """Whether all that it does is to put its arguments together for a caller that wants nothing of them."""
        node = self.code.node(subject)
        body = [part for part in getattr(node, "body", []) if not is_text(part)]
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
            return ""
        parts = (ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.expr_context)
        if not all(isinstance(part, parts) for part in ast.walk(body[0].value)):
            return ""
        calls = self._calls(subject)
        dropped = bool(calls) and all(fact.call and self._dropped(path, fact) for path, fact in calls)
        return "it only returns what it is given" if dropped else ""

    def _dropped(self, path: str, fact: UseFact) -> bool:
        """Whether a call is a statement of its own."""
        return stands_alone(self.code.source(path).tree, (fact.line, fact.column))

    def at(self, subject: Subject) -> Location | None:
        """Where it is defined; None for a library's."""
        if isinstance(subject, Constant):
            return Location(subject.path, subject.line)
        return self.code.at(subject) if isinstance(subject, Definition) else None

    def look(self, subject: Subject, roots: Iterable[Definition]) -> Answer:
        """Is `subject` called once the roots run? If not: what else calls it?"""
        calls = self._calls(subject)
        known = [root for root in roots if root != subject]
        reach = self.code.reachable(known, self.serving.beside(known))
        for path, fact in calls:
            if (by := self.code.graph.scope(path, fact.scope)) in reach:
                return Wired(self.code.use_at(path, fact), by)
        if isinstance(subject, Definition) and subject in reach and not self._only_decorated(subject, reach):
            way = reach.path(subject)
            return Wired(self.code.at(subject), way[-2] if len(way) > 1 else subject)
        if isinstance(subject, Library) and (started := self._started(calls)) is not None:
            return started
        found = self.code.search(_targets(subject), reach.roots)
        if isinstance(found, Opaque):
            return Uncertain(found.places[0])
        if isinstance(subject, Definition) and subject in reach:
            return Uncertain(self.code.at(subject))
        if isinstance(subject, Definition) and (named := self._in_settings(subject)) is not None:
            return Uncertain(named)
        if isinstance(subject, Definition) and subject in self.code.entries() and self.serving.ships(subject.path):
            return Elsewhere(self.code.at(subject), subject, OTHER)
        unread = min((path for path in self.code.unparsed if not self.code.is_test(path)), default=None)
        return self._elsewhere(calls) if unread is None else Uncertain(Location(unread))

    def _started(self, calls: list[_Call]) -> Wired | None:
        """One call at start-up that instruments the whole application, wherever a request enters it."""
        targets = self.serving.knowledge.calls("monitoring", "instrument")
        started = {use.at for use in self.code.uses(targets) if use.call}
        shipped = self.code.reachable(self.serving.entries())
        for path, fact in calls:
            at = self.code.use_at(path, fact)
            if at in started and (by := self.code.graph.scope(path, fact.scope)) in shipped:
                return Wired(at, by)
        return None

    def _in_settings(self, subject: Definition) -> Location | None:
        """A dotted path to it in a configuration or a text of the code: `MIDDLEWARE = ["shop.watch.Recorder"]`."""
        owners = "|".join(re.escape(part) for part in _owners(subject))
        path_to = re.compile(rf"(?<!\w)(?:{owners})(?:\.py)?[.:]+{re.escape(subject.name)}(?!\w)")
        quoted = re.compile(rf"[\"'][\w.]*(?<!\w)(?:{owners})[.:]{re.escape(subject.name)}[\"']")
        for path in self.code.view.entries:
            project = self.code.project
            if not project.owns(path) or path == project.charter_path or not self.serving.ships(path):
                continue
            pattern = quoted if path.endswith(".py") else path_to if _SETTINGS.search(path) else None
            text = text_of(self.code.view, path) if pattern is not None else None
            match = pattern.search(text) if pattern is not None and text else None
            if match is not None and text is not None:
                return Location(path, text.count("\n", 0, match.start()) + 1)
        return None

    def _calls(self, subject: Subject) -> list[_Call]:
        if isinstance(subject, Library):
            uses = self.code.graph.canonical.items()
            found = [use for name, places in uses if subject.means(name) for use in places]
            return sorted(found, key=lambda call: (call[0], call[1].line, call[1].column))
        if isinstance(subject, Constant):
            return self._uses_of(subject)
        calls = self.code.graph.call_sites.get(subject, [])
        return [(path, fact) for path, fact in calls if not _within(path, fact.scope, subject)]

    def _uses_of(self, constant: Constant) -> list[_Call]:
        """Where an object that a module's top level made is used: `REQUESTS.labels().inc()`."""
        found = []
        for path, module in self.code.modules.items():
            local = {constant.name} if path == constant.path else set()
            for fact in module.symbols.imports:
                if fact.symbol and self.code.lookup(path, fact.name) == constant:
                    local.add(fact.name)
            for use in module.symbols.uses:
                steps = split(use.chain)
                if (steps[0] in local and self._free(path, use, steps[0])) or self._through(path, use, constant):
                    found.append((path, use))
        return found

    def _free(self, path: str, use: UseFact, name: str) -> bool:
        """Whether the name is the module's own there, no local variable of the same name."""
        bindings = self.code.modules[path].symbols.bindings
        return not any(fact.target == name and fact.scope == use.scope != "" for fact in bindings)

    def _through(self, path: str, use: UseFact, constant: Constant) -> bool:
        """`monitoring.REQUESTS.inc()` where `monitoring` is the constant's module."""
        step = f".{constant.name}"
        steps = split(use.chain)
        if step not in steps[1:]:
            return False
        before = "".join(steps[: steps.index(step)])
        value = self.code.resolve(path, use.scope, before)
        return isinstance(value, Definition) and value.kind == "module" and value.path == constant.path

    def _only_decorated(self, subject: Definition, reach: Reach) -> bool:
        """Reached because a decorator of the project might have registered it, and by nothing else."""
        way = reach.path(subject)
        fact = self.code.modules[subject.path].facts[subject.qualname]
        if len(way) < 2 or not fact.decorators:
            return False
        edges = [edge for edge in self.code.graph.node(way[-2]).edges if edge.target == subject]
        outer = subject.qualname.rpartition(".")[0]
        values = [self.code.resolve(subject.path, outer, decorator) for decorator in fact.decorators]
        known = any(isinstance(value, External) for value in values)
        return not known and all(edge.use is None for edge in edges)

    def _elsewhere(self, calls: list[_Call]) -> Answer:
        shipped = self.code.reachable(self.serving.entries())
        rated: dict[str, Elsewhere] = {}
        for path, fact in calls:
            by = self.code.graph.scope(path, fact.scope)
            where = OTHER if by in shipped else UNCALLED
            if not self.serving.ships(path):
                where = TESTS if self.code.is_test(path) else NOTEBOOKS
            rated.setdefault(where, Elsewhere(self.code.use_at(path, fact), by, where))
        for where in (OTHER, UNCALLED, NOTEBOOKS, TESTS):
            if where in rated:
                return rated[where]
        return Uncalled()


def _owners(subject: Definition) -> list[str]:
    """What may stand before its name in a dotted path: its class, its module, the packages that may export it."""
    folders = subject.path.removesuffix(".py").split("/")
    return [part for part in (*folders, *subject.qualname.split(".")[:-1]) if part]


def _targets(subject: Subject) -> set[str]:
    if isinstance(subject, Library):
        return {f"{subject.module}.{subject.name}"}
    return {subject.key} if isinstance(subject, Definition) else {f"{subject.path}::{subject.name}"}


def _within(path: str, scope: str, definition: Definition) -> bool:
    return path == definition.path and f"{scope}.".startswith(f"{definition.qualname}.")


@provides
def wiring(code: Code, serving: Serving, pointers: Pointers) -> Wiring:
    """Needs the call graph alone."""
    return Wiring(code, serving, pointers)
