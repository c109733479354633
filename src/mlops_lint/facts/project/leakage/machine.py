"""Runs modules and functions, abstractly and within bounds, with what was seen on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import UNKNOWN, chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.flow.rows import role_of
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.leakage.model import NOTHING, Step, Value, covers, union
from mlops_lint.facts.project.node_wiring import OF_PARAMETERS, PARAMETERS, Flowing
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

MAX_STEPS = 30_000
MAX_TOTAL = 150_000
MAX_DEPTH = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Exhausted(Exception):  # noqa: N818  (a state, not a fault)
    """The work that one run may cost is used up."""


@dataclass(eq=False, slots=True)
class Frame:
    """A module's body or one call of a function."""

    machine: Machine
    path: str
    scope: str
    outer: Frame | None = None
    env: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    stack: tuple[Definition, ...] = ()
    context: str = ""

    def lookup(self, name: str) -> Value | None:
        """The value of a name here or around."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.env:
                return frame.env[name]
            frame = frame.outer
        return None

    def canonical(self, node: ast.expr) -> str:
        """The canonical name of a chain as written here, or ""."""
        text = chain(node)
        return "" if text.startswith(UNKNOWN) else self.machine.canonical(self.path, self.scope, text)

    def at(self, node: ast.AST) -> Location:
        """Where a node stands."""
        return self.machine.code.source(self.path).at(node)

    def site(self, node: ast.expr | ast.stmt) -> str:
        """An identity for what is made at a node in this call."""
        return f"{self.path}:{node.lineno}:{node.col_offset}{self.context}"


class Machine:
    """One search over a project."""

    def __init__(
        self, code: Code, knowledge: Knowledge, label: str = "", is_feature: Callable[[str], bool] | None = None
    ) -> None:
        self.code = code
        self.knowledge = knowledge
        self.label = label
        self.is_feature = is_feature or (lambda name: False)
        self.splitter: Definition | None = None
        """The function that the charter says parts the rows."""
        self.shaping: set[int] = set()
        """Statistics that leak only as a feature: the target's mean of each group, quantiles."""
        self.asked: Value | None = None
        """The table whose columns `pl.col` stands for here."""
        self.steps: list[Step] = []
        self.fitted: dict[str, frozenset[int]] = {}
        self.attributes: dict[tuple[str, str], Value] = {}
        self.files: dict[str, Value] = {}
        self.leaks: dict[int, Location] = {}
        self.suspects: dict[int, Location] = {}
        self.folded: set[int] = set()
        self.chosen: list[int] = []
        self.labelled: set[str] = set()
        self.scored: set[str] = set()
        self.run: set[Definition] = set()
        self.spent = 0
        self.work = 0
        self._modules: dict[str, Frame] = {}
        self._names: dict[tuple[str, str, str], str] = {}

    def canonical(self, path: str, scope: str, text: str) -> str:
        """`Code.canonical`, remembered."""
        key = (path, scope, text)
        if key not in self._names:
            self._names[key] = self.code.canonical(path, scope, text) or ""
        return self._names[key]

    def tick(self) -> None:
        """Count one step of work."""
        self.work += 1
        if self.work > MAX_STEPS:
            raise Exhausted

    def again(self) -> None:
        """Start anew, but for the files that were written."""
        self._modules.clear()
        self.fitted.clear()
        self.attributes.clear()
        self.run.clear()

    def module(self, path: str) -> Frame:
        """A module's frame; its body is run when first asked for."""
        if path not in self._modules:
            frame = self._modules[path] = Frame(self, path, "")
            try:
                body = self.code.source(path).tree.body
            except (DocumentError, Unreadable):
                return frame
            self._bounded(frame, body)
        return self._modules[path]

    def alone(self, definition: Definition) -> None:
        """Run a function whose callers are not known."""
        node = self.code.node(definition)
        if not isinstance(node, Function):
            return
        frame = Frame(self, definition.path, definition.qualname, self.module(definition.path))
        frame.stack = (definition,)
        self.run.add(definition)
        owner = self.owner(definition)
        first = [Value(kind="object", id=f"self:{owner.key}", of=owner)] if owner else []
        self.bind(frame, node, first, {})
        self._bounded(frame, node.body)

    def pipeline(self, flowing: Flowing) -> None:
        """Run the nodes of a pipeline; what comes from the catalogue are rows by its name."""
        names = {name: _catalogued(name) for name in flowing.free}
        for node in flowing.nodes:
            frame = Frame(self, node.path, node.scope, self.module(node.path), names)
            self._bounded(frame, list(node.statements()))

    def _bounded(self, frame: Frame, body: Sequence[ast.stmt]) -> None:
        from mlops_lint.facts.project.leakage.statements import run

        before, self.work = self.work, 0
        try:
            if self.spent < MAX_TOTAL:
                run(frame, body)
        except (Exhausted, RecursionError):
            pass
        finally:
            self.spent += self.work
            self.work = before

    def owner(self, definition: Definition) -> Definition | None:
        """The class that a method belongs to."""
        found = self.code.definition(definition.path, definition.qualname.rpartition(".")[0])
        return found if found is not None and found.kind == "class" else None

    def call(
        self, frame: Frame, node: ast.Call, function: Definition, args: Sequence[Value], keywords: Mapping[str, Value]
    ) -> Value | None:
        """Run a function of the project; None where that cannot be done."""
        body = self.code.node(function)
        if function in frame.stack or len(frame.stack) >= MAX_DEPTH or not isinstance(body, Function):
            return None
        self.run.add(function)
        outer = frame if function.path == frame.path and frame.scope and "." in function.qualname else None
        inner = Frame(self, function.path, function.qualname, outer or self.module(function.path))
        inner.stack = (*frame.stack, function)
        inner.context = f"{frame.context}>{frame.path}:{node.lineno}:{node.col_offset}"
        self.bind(inner, body, args, keywords)
        from mlops_lint.facts.project.leakage.statements import run

        run(inner, body.body)
        given = _joined(inner.returns)
        if function == self.splitter:
            self._parted(given.items or (), frame.at(node))
            if given.table and given.data and not given.cuts and given.items is None:
                self.part(given, frame.at(node))  # a column tells the parts
        return given

    def _parted(self, items: Sequence[Value], at: Location) -> None:
        """The project's own split parts rows, whatever the names are that its parts are given."""
        if 2 <= len(items) <= 3 and all(item.part for item in items):
            for item in items:
                self.part(replace(item, cuts=item.cuts[:-1]), at)

    def bind(self, frame: Frame, node: Function, args: Sequence[Value], keywords: Mapping[str, Value]) -> None:
        """Parameters get what is given, their defaults, or rows of their own."""
        from mlops_lint.facts.project.leakage.expressions import evaluate

        names = [item.arg for item in (*node.args.posonlyargs, *node.args.args)]
        defaults = dict(zip(reversed(names), reversed(node.args.defaults)))  # noqa: B905
        for item, default in zip(node.args.kwonlyargs, node.args.kw_defaults):  # noqa: B905
            names.append(item.arg)
            if default is not None:
                defaults[item.arg] = default
        for index, name in enumerate(names):
            value = keywords.get(name) or (args[index] if index < len(args) else None)
            if value is None and name in defaults and frame.context:
                value = evaluate(frame, defaults[name])
            frame.env[name] = value if value is not None else self._own(frame, name)
        if node.args.vararg is not None:
            frame.env[node.args.vararg.arg] = Value(items=tuple(args[len(names) :]))
        if node.args.kwarg is not None:
            rest = tuple((name, value) for name, value in keywords.items() if name not in names)
            frame.env[node.args.kwarg.arg] = Value(keys=rest)

    @staticmethod
    def _own(frame: Frame, name: str) -> Value:
        held = role_of(name) in ("test", "validation")
        return Value(frozenset({f"parameter:{frame.path}:{frame.scope}:{name}{frame.context}"}), named=held)

    def step(self, at: Location, detail: str, rows: Value) -> int:
        """A step is fitted; its number."""
        made = Step(at, detail, rows.origins, rows.cuts, rows.named)
        self.steps.append(made)
        return len(self.steps) - 1

    def part(self, value: Value, at: Location, *, folds: bool = False) -> None:
        """Rows are parted here: every step that was fitted on all of them leaks."""
        for mark in sorted(value.marks):
            # What an earlier stage learned of the training rows alone is fair to the test rows.
            staged = folds and value.cuts and self.steps[mark].at.path != at.path
            if covers(self.steps[mark], value) and not staged:
                if folds and mark not in self.leaks:
                    self.folded.add(mark)
                elif not folds:
                    self.folded.discard(mark)
                self.leaks.setdefault(mark, at)

    def shaped(self, column: object, value: Value) -> Value:
        """Rows under a column's name: what makes a feature of all rows has gone through the statistic."""
        shaping = value.pending & self.shaping
        if not shaping or not isinstance(column, str) or not self.is_feature(column):
            return value
        return replace(value, marks=value.marks | shaping)

    def held(self, value: Value, at: Location) -> None:
        """Held-out rows went through steps: those that were fitted on them leak."""
        for mark in sorted(value.marks):
            step = self.steps[mark]
            if covers(step, value):
                if value.held:
                    self.leaks.setdefault(mark, at)
                elif value.named and step.named:
                    self.suspects.setdefault(mark, at)

    def refitted(self, value: Value, at: Location) -> None:
        """Rows that a name keeps from training went through a step of their own, made where others' are made, too."""
        for mark in sorted(value.marks):
            step = self.steps[mark]
            others = [one for one in self.steps if one.at == step.at and not one.origins & step.origins]
            encodes = step.detail.startswith(("LabelEncoder", "LabelBinarizer"))  # names of classes, at worst
            if covers(step, value) and step.origins == value.origins and others and not encodes:
                self.suspects.setdefault(mark, at)


def _catalogued(name: str) -> Value:
    """What a catalogue keeps under a name; settings hold no rows."""
    if name == PARAMETERS or name.startswith(OF_PARAMETERS):
        return NOTHING
    return Value(frozenset({f"catalogue:{name}"}), named=role_of(name) in ("test", "validation"), table=True)


def _joined(values: list[Value]) -> Value:
    """What several `return` statements give."""
    if not values:
        return NOTHING
    known = [value for value in values if value != NOTHING] or values
    first = known[0]
    for other in known[1:]:
        first = _join(first, other)
    return first


def _join(left: Value, right: Value) -> Value:
    if left.items is not None and right.items is not None and len(left.items) == len(right.items):
        pairs = zip(left.items, right.items)  # noqa: B905  (lengths are equal)
        return replace(left, items=tuple(_join(a, b) for a, b in pairs))
    if left.kind in ("step", "object", "model", "splitter") and right.kind != left.kind:
        return left
    if left.cuts != right.cuts or left.items is not None:
        return left
    return union([left, right])
