"""What is known at one point of a program: the names of a frame, the objects that all frames share."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlops_lint.documents.python import PythonSource
from mlops_lint.facts.files.chains import UNKNOWN, chain
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.flow.rows import Base, Role, Rows, Span, role_of
from mlops_lint.facts.project.flow.values import LOST, Data, Fit, Fits, Func, Obj, Value, join
from mlops_lint.model import Location, Related

MAX_STEPS = 25_000
MAX_DEPTH = 5
MAX_WAYS = 24
CONFIG = "config:"
"""What stands before the identity of the one configuration that all stages are given."""
Key = tuple[str, int, int, int, int]


class Exhausted(Exception):  # noqa: N818  (a state, not a fault)
    """The work that one program may cost is used up."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one call scored, seen from one way of reaching it."""

    rows: str
    presented: Role | None
    fit_at: Location | None
    steps: tuple[Related, ...] = field(compare=False)
    by_name: bool = False
    chosen_at: Location | None = None


@dataclass(frozen=True, slots=True)
class Deciding:
    """The calls that give a score by which something is picked: where they start, and their places."""

    starts: frozenset[tuple[str, int, int]]
    at: frozenset[Location]


@dataclass(frozen=True, slots=True)
class Written:
    """What a stage left in a file; `fits` if it is a model, `inner` for models in a mapping."""

    value: Value
    fits: Fits
    inner: tuple[tuple[str, Fits], ...] = ()


@dataclass(slots=True)
class Snapshot:
    """A frame's names and the shared objects at a branch."""

    env: dict[str, Value]
    models: dict[str, Fits]
    attributes: dict[tuple[str, str], Value]


def _nothing(*_: object) -> Value:
    return None


def _no_option(*_: object) -> str | None:
    return None


def _never() -> bool:
    return False


def _no_columns(*_: object) -> bool:
    return False


def _no_names(_: str) -> Mapping[str, Value]:
    return {}


class Shared:
    """The objects of a run, and what was seen."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.models: dict[str, Fits] = {}
        self.attributes: dict[tuple[str, str], Value] = {}
        self.files: dict[str, dict[str, Written]] = {}
        self.judged: dict[Key, list[Judgement]] = {}
        self.roles: dict[Key, set[Role | None]] = {}
        """What the rows are called that a call is given."""
        self.trained: dict[str, dict[Location, Fit]] = {}
        self.fitted: set[Fit] = set()
        """All fits outside of tests, of whatever model."""
        self.picked: dict[str, tuple[Rows, Location]] = {}
        self.deciding: dict[str, Deciding] = {}
        self.stopped: dict[Location, Rows] = {}
        self.holders: dict[Location, Definition] = {}
        """The functions that hold the fits, by the place of the fit."""
        self.spans: set[Span] = set()
        self.bare: dict[str, str] = {}
        """Calls that are given nothing, by their context: they give the same to whoever calls."""
        self.steps = 0
        self.run_function: Callable[[Frame, ast.Call, Func, Sequence[Value], Mapping[str, Value]], Value] = _nothing
        self.module_names: Callable[[str], Mapping[str, Value]] = _no_names
        self.option: Callable[[str, str, ast.expr], str | None] = _no_option
        self.entry: Callable[[str, str, ast.expr], str | None] = _no_option
        self.columns: Callable[[str, str, ast.expr], bool] = _no_columns
        self.configured: Callable[[], bool] = _never
        self.settled: Callable[[str, str, ast.expr], str | None] = _no_option
        self.configs: dict[str, tuple[str, str, str]] = {}
        """The path, the function and the parameter that a configuration is given to, by its identity."""
        self.undivided: bool | None = None
        """Whether all published data that is loaded is called `train`."""
        self._resolved: dict[tuple[str, str, str], str | None] = {}
        self._imported: dict[tuple[str, str, str, str], Definition | Constant | None] = {}

    def tick(self) -> None:
        """Count one step of work."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Exhausted

    def canonical(self, path: str, scope: str, text: str) -> str | None:
        """`Code.canonical`, remembered."""
        key = (path, scope, text)
        if key not in self._resolved:
            self._resolved[key] = self.code.canonical(path, scope, text) if path in self.code.modules else None
        return self._resolved[key]

    def imported(self, path: str, scope: str, name: str, member: str) -> Definition | Constant | None:
        """The project's function, or another module's variable, that `name` or `name.member` means."""
        key = (path, scope, name, member)
        if key not in self._imported:
            self._imported[key] = self._look_up(*key) if path in self.code.modules else None
        return self._imported[key]

    def _look_up(self, path: str, scope: str, name: str, member: str) -> Definition | Constant | None:
        value = self.code.resolve(path, scope, f"{name}.{member}" if member else name)
        if isinstance(value, Definition) and value.kind == "function":
            return value
        found = self.code.lookup(path, name)
        if member:
            module = self.code.resolve(path, scope, name)
            known = isinstance(module, Definition) and module.kind == "module"
            found = self.code.lookup(module.path, member) if known and isinstance(module, Definition) else None
        return found if isinstance(found, Constant) and found.path != path else None

    def made_with(self, model: str, values: Iterable[Value]) -> None:
        """A model is made: the rows that picked one of its parameters have a say in it."""
        self.picked.pop(model, None)
        for value in values:
            if isinstance(value, Data) and value.rows.base.id in self.picked:
                self.picked[model] = self.picked[value.rows.base.id]
                if value.rows.base.id in self.deciding:
                    self.decide(self.deciding[value.rows.base.id], self.picked[model][1])

    def decide(self, scores: Deciding, at: Location) -> None:
        """Scores of rows that were held out have chosen the model at a place."""
        for key, known in self.judged.items():
            for index, one in enumerate(known):
                if one.rows == "test" and (key[:3] in scores.starts or any(step.at in scores.at for step in one.steps)):
                    known[index] = replace(one, chosen_at=one.chosen_at or at)

    def tuned(self, model: str, fit: Fit) -> Fit:
        """The rows that picked a parameter of a model have picked what is fitted with it."""
        if model not in self.picked or (fit.watched is not None and fit.watched.role == "test"):
            return fit
        rows, at = self.picked[model]
        return replace(fit, watched=rows, watched_at=at)

    def fit(self, model: str, fit: Fit, *, more: bool = False) -> None:
        """A model was fitted: anew, or in addition to before."""
        fit = self.tuned(model, fit)
        before = self.models.get(model, frozenset())
        self.models[model] = before | {fit} if more else frozenset({fit})
        if not self.code.is_test(fit.at.path):
            self.fitted.add(fit)

    def record(self, key: Key, judgement: Judgement) -> None:
        """Keep a judgement once for each way that leads to it."""
        known = self.judged.setdefault(key, [])
        alike = [one.steps for one in known if one == judgement]
        if judgement.steps not in alike and len(known) < (MAX_WAYS if alike else 2 * MAX_WAYS):
            known.append(judgement)


@dataclass(eq=False, slots=True)
class Frame:
    """A module's body or one activation of a function."""

    shared: Shared
    path: str
    scope: str
    outer: Frame | None = None
    env: dict[str, Value] = field(default_factory=dict)
    trail: tuple[Related, ...] = ()
    context: str = ""
    stack: tuple[Definition, ...] = ()
    returns: list[Value] = field(default_factory=list)
    depth: int = 0

    @property
    def source(self) -> PythonSource:
        """The file that is followed."""
        return self.shared.code.source(self.path)

    def at(self, node: ast.AST) -> Location:
        """Where a node stands."""
        return self.source.at(node)

    def site(self, node: ast.expr | ast.stmt, extra: str = "") -> str:
        """An identity for what is made at a node in this activation."""
        return f"{self.static(node, extra)}{self.context}"

    def static(self, node: ast.expr | ast.stmt, extra: str = "") -> str:
        """An identity for a node, whoever runs it."""
        return f"{self.path}:{node.lineno}:{node.col_offset}{extra}"

    def everywhere(self, identity: str) -> str:
        """An identity that is the same in each stage that calls this function alike."""
        identity = identity.replace(self.context or ">", "")
        for context in sorted(self.shared.bare, key=len, reverse=True):
            identity = identity.replace(context, self.shared.bare[context])
        return identity

    def fresh(self, node: ast.expr | ast.stmt, extra: str = "", hint: Role | None = None, cls: str = "") -> Data:
        """An opaque thing with an identity of its own."""
        return Data(Rows(Base(self.site(node, extra))), hint, cls)

    def canonical(self, node: ast.expr) -> str | None:
        """The canonical name of a chain as written here."""
        text = chain(node)
        return None if text.startswith(UNKNOWN) else self.shared.canonical(self.path, self.scope, text)

    def lookup(self, name: str) -> tuple[bool, Value]:
        """The value of a name here or in a frame around."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.env:
                return True, frame.env[name]
            frame = frame.outer
        return False, None

    def shared_value(self, name: str, member: str = "") -> Value:
        """A function of the project, or what another module's top level assigned to a name."""
        found = self.shared.imported(self.path, self.scope, name, member)
        if isinstance(found, Constant):
            return self.shared.module_names(found.path).get(found.name)
        return Func(found) if found is not None else None

    def named(self, name: str, value: Value, node: ast.expr) -> Value:
        """The value as it is bound to a name: the name's words become its hint."""
        hint = role_of(name)
        if value is None:
            return self.fresh(node, ":" + name, hint)
        if hint is not None and isinstance(value, Data) and value.hint != hint:
            return Data(value.rows, hint, value.cls, value.origin)
        return value

    def snapshot(self) -> Snapshot:
        """What is known now."""
        return Snapshot(dict(self.env), dict(self.shared.models), dict(self.shared.attributes))

    def restore(self, snapshot: Snapshot) -> None:
        """Back to what was known then."""
        self.env.clear()
        self.env.update(snapshot.env)
        self.shared.models = dict(snapshot.models)
        self.shared.attributes = dict(snapshot.attributes)

    def merge(self, other: Snapshot, *, doubt: bool) -> None:
        """Join what is known now with another path. `doubt`: a fit on one path alone may not have happened."""
        for name in sorted({*self.env, *other.env}):
            if name not in self.env or name not in other.env:
                # Bound on one path alone: whoever reads it later has come that way.
                self.env[name] = self.env.get(name, other.env.get(name))
            else:
                self.env[name] = join(self.env[name], other.env[name])
        attributes = self.shared.attributes
        for key, value in other.attributes.items():
            if key not in attributes:
                attributes[key] = value
            elif attributes[key] is not value:
                attributes[key] = join(attributes[key], value)
        for model in sorted({*self.shared.models, *other.models}):
            mine, theirs = self.shared.models.get(model, frozenset()), other.models.get(model, frozenset())
            if mine != theirs:
                both = mine | theirs
                self.shared.models[model] = frozenset(_doubtful(fit) for fit in both) if doubt else both

    def forget(self, names: Iterable[str]) -> None:
        """Names that something not followed has assigned."""
        for name in names:
            self.env[name] = LOST


def _doubtful(fit: Fit) -> Fit:
    return replace(fit, doubt=True)


def model_id(value: Value) -> str | None:
    """The identity that a model is known by."""
    if isinstance(value, Data) and value.rows.opaque:
        return value.rows.base.id
    if isinstance(value, Obj):
        return value.id
    if isinstance(value, Func) and value.bound is not None:
        return value.bound.id
    return None
