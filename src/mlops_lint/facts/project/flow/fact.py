"""The `Flow` fact."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.machine import Machine
from mlops_lint.facts.project.flow.options import COMMANDS, Options
from mlops_lint.facts.project.flow.rows import Role
from mlops_lint.facts.project.flow.state import MAX_DEPTH, Judgement, Key
from mlops_lint.facts.project.flow.trainers import class_key
from mlops_lint.facts.project.measuring_hooks import shown_in_training
from mlops_lint.facts.project.node_wiring import NodeWiring
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location, Related

_WRITES = tables.WRITE_METHODS | {name.rpartition(".")[2] for name in tables.WRITERS}
_OVERRIDES = re.compile(r"(?m)(?<=\s)\+{0,2}[a-z_]\w*(?:\.[a-z_]\w*)+=\S")
_TESTS = re.compile(r"trainer(?:\(\))?\.test$", re.I)
_WRITERS = re.compile(rf"(?:^|\.)(?:{'|'.join(sorted(_WRITES))})$|[Tt]rainer(?:\(\))?\.(?:fit|test)$")
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Scored:
    """Which rows a call scored, seen from one way of reaching it; a use may have several.

    `rows`: train, test, validation, cross-validation, all-fitted (fitted and scored on the same rows, never
    divided), unknown. `presented` is what the rows are called by their split, file or variable, so that
    `rows == "train"` and `presented == "test"` is a part that only looks held out. `fit_at` tells models apart.
    `by_name`: only names say so. `chosen_at`: the model was picked, or its training stopped, by a score of these rows.
    """

    use: Use
    rows: str
    presented: Role | None = None
    fit_at: Location | None = None
    steps: tuple[Related, ...] = ()
    by_name: bool = False
    chosen_at: Location | None = None


class Flow:
    """Follows rows from where they are read to where they are fitted on and scored. Unknown is silent."""

    def __init__(self, code: Code, values: Values, wiring: NodeWiring) -> None:
        self.code = code
        self._machine = Machine(code)
        self._values = values
        self._wiring = wiring
        self._options = Options(code)
        self._machine.shared.option = self._option
        self._machine.shared.entry = self._entry
        self._machine.shared.columns = self._columns
        self._machine.shared.configured = functools.cache(self._configured)
        self._machine.shared.settled = values.text
        self._done: set[Definition] = set()
        self._staged = False

    def _option(self, path: str, scope: str, node: ast.expr) -> str | None:
        """The value of a command line option, where no command of the project gives it another."""
        text = self._values.text(path, scope, node)
        if text is None or not isinstance(node, ast.Attribute):
            return None
        return None if self._options.differs(path, node.attr, text) else text

    def _entry(self, path: str, scope: str, node: ast.expr) -> str | None:
        """The text of an entry of a file of settings, where no command of the project changes an entry."""
        if isinstance(node, ast.Attribute):
            return self._option(path, scope, node)
        return self._values.text(path, scope, node) if self._machine.shared.configured() else None

    def _columns(self, path: str, scope: str, node: ast.expr) -> bool:
        """Whether an expression is a list of texts of a file of settings: columns, and no row numbers."""
        known = self._values.fold(path, scope, node) if isinstance(node, ast.Subscript | ast.Attribute) else None
        value = known.value if known is not None else None
        return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) for one in value)

    def _configured(self) -> bool:
        """Whether no command of the project changes a single entry of the configuration."""
        view = self.code.view
        files = [name for name in view.entries if COMMANDS.search(name) and not name.endswith((".md", ".rst", ".txt"))]
        return not any(_OVERRIDES.search(text_of(view, name) or "") for name in files)

    def scored(self, uses: Iterable[Use]) -> list[Scored]:
        """Judge calls of metrics and of `score`; at least one answer for each use, in the order of `uses`."""
        wanted = list(uses)
        self._stages()
        self._follow([*self._calling(_TESTS), *(self.code.scope_of(use) for use in wanted)])
        for use in wanted:
            if not self._known(use):
                self._alone(self.code.scope_of(use))
        return [found for use in wanted for found in self._answers(use)]

    def parts(self, use: Use) -> frozenset[Role]:
        """What the rows are called that a call is given, by whatever way it is reached; empty where one has no name."""
        self._stages()
        self._follow([self.code.scope_of(use)])
        if _key(use) not in self._machine.shared.roles:
            self._alone(self.code.scope_of(use))
        found = self._machine.shared.roles.get(_key(use), set())
        return frozenset() if None in found else frozenset(role for role in found if role is not None)

    def shown_in_training(self, use: Use) -> bool:
        """Whether a metric's object is one that training and validation steps alone read."""
        return shown_in_training(self.code, use)

    def method_uses(self, names: Collection[str] = tables.SCORE) -> list[Use]:
        """Calls of methods by their last name alone, for receivers whose class is not known (`model.score`)."""
        found = [
            Use(path, use.scope, use.chain, self.code.use_at(path, use), use)
            for path, module in self.code.modules.items()
            for use in module.symbols.uses
            if use.call and len(steps := split(use.chain)) > 1 and steps[-1].lstrip(".") in names
        ]
        return sorted(found, key=lambda use: use.at)

    def _answers(self, use: Use) -> Sequence[Scored]:
        found = self._machine.shared.judged.get(_key(use), [])
        if not any(judgement.rows != "unknown" for judgement in found):
            of = self.code.scope_of(use)
            owner = self.code.definition(use.path, of.qualname.rpartition(".")[0])
            found = self._machine.shared.judged.get(class_key(owner.key), found) if owner is not None else found
        if not found:
            return [Scored(use, "unknown")]
        return [_scored(use, judgement) for judgement in found]

    def _known(self, use: Use) -> bool:
        found = self._machine.shared.judged.get(_key(use), [])
        return any(judgement.rows != "unknown" for judgement in found)

    def _stages(self) -> None:
        """Follow the code that writes files first, twice, so that what one stage reads another has written."""
        if self._staged:
            return
        self._staged = True
        writers = self._calling(_WRITERS)
        for _ in range(_ROUNDS if writers else 0):
            self._done.clear()
            self._machine.shared.fitted.clear()
            self._follow(writers)
            self._machine.forget()
            if not self._machine.shared.files and not self._machine.shared.trained:
                break
        self._done.clear()
        for flowing in self._wiring.pipelines:
            self._machine.pipeline(flowing)
        known = [one for found in self._machine.shared.judged.values() for one in found if one.rows != "unknown"]
        places = {step.at for one in known for step in one.steps}
        for node in self._wiring.all or ():  # what a pipeline gives its nodes is no unknown
            if node.function is not None and self.code.source(node.path).at(node.call) in places:
                self._done.add(node.function)

    def _calling(self, pattern: re.Pattern[str]) -> list[Definition]:
        """Where something is called whose text ends so."""
        return [
            self.code.graph.scope(path, use.scope)
            for path, module in self.code.modules.items()
            for use in module.symbols.uses
            if use.call and pattern.search(use.chain)
        ]

    def _follow(self, scopes: Iterable[Definition]) -> None:
        """Follow what leads to some scopes: their module bodies, and callers that nobody calls."""
        modules, functions = self._roots(scopes)
        for path in modules:
            self._machine.module(path)
        for definition in functions:
            self._alone(definition)

    def _alone(self, definition: Definition) -> None:
        if definition not in self._done and definition.kind == "function":
            self._done.add(definition)
            self._machine.function(definition)

    def _roots(self, scopes: Iterable[Definition]) -> tuple[list[str], list[Definition]]:
        modules: set[str] = set()
        functions: set[Definition] = set()
        seen: set[Definition] = set()
        waiting = [(scope, 0) for scope in scopes]
        while waiting:
            definition, depth = waiting.pop()
            if definition in seen:
                continue
            seen.add(definition)
            modules.add(definition.path)
            callers = self._callers(definition)
            if definition.kind != "module" and (not callers or depth >= MAX_DEPTH - 1):
                functions.add(definition)
            elif depth < MAX_DEPTH - 1:
                waiting += [(caller, depth + 1) for caller in callers]
        return sorted(modules), sorted(functions)

    def _callers(self, definition: Definition) -> list[Definition]:
        sites = self.code.graph.call_sites.get(definition, [])
        return sorted({self.code.graph.scope(path, use.scope) for path, use in sites})


def _key(use: Use) -> Key:
    fact = use.fact
    return use.path, fact.line, fact.column, fact.end_line, fact.end_column


def _scored(use: Use, found: Judgement) -> Scored:
    return Scored(use, found.rows, found.presented, found.fit_at, found.steps, found.by_name, found.chosen_at)


@provides
def flow(code: Code, values: Values, wiring: NodeWiring) -> Flow:
    """Nothing is followed until the first question."""
    return Flow(code, values, wiring)
