"""What an expression may stand for while a program is followed. None is unknown and has no identity."""

from __future__ import annotations

import ast
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow.rows import Cut, Literals, Role, Rows
from mlops_lint.model import Location

if TYPE_CHECKING:
    from mlops_lint.facts.project.flow.state import Frame


@dataclass(frozen=True, slots=True)
class Const:
    """A constant; paths are their text."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Data:
    """Something that carries rows, or an opaque thing with an identity (a model too).

    `hint` is what its variable's name says; `cls` the canonical name of what was called to make it.
    """

    rows: Rows
    hint: Role | None = field(default=None, compare=False)
    cls: str = field(default="", compare=False)
    origin: tuple[str, int, int, int, int] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """A model was fitted on these rows; None where they are not known. `doubt`: only on some paths.

    `beside` is what was given with them (the target); `watched` are the rows whose score stopped the training, or
    picked this model among others, at `watched_at`.
    """

    rows: Rows | None
    at: Location
    hint: Role | None = field(default=None, compare=False)
    doubt: bool = False
    beside: Rows | None = field(default=None, compare=False)
    watched: Rows | None = None
    watched_at: Location | None = field(default=None, compare=False)


Fits: TypeAlias = frozenset[Fit]


@dataclass(frozen=True, slots=True)
class Pred:
    """Predictions for `rows`, made when the models had been fitted as `fits` says."""

    rows: Rows
    fits: Fits
    models: frozenset[str]
    hint: Role | None = field(default=None, compare=False)
    at: Location | None = field(default=None, compare=False)
    crossed: bool = False
    collected: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Tup:
    """A tuple or list with known items."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping with known keys."""

    items: tuple[tuple[str, Value], ...]

    def get(self, key: str) -> Value:
        """The value of a key."""
        return next((value for name, value in reversed(self.items) if name == key), None)


@dataclass(frozen=True, slots=True)
class Obj:
    """An object of a class of the project; its attributes are in the machine's heap."""

    id: str
    of: Definition


@dataclass(frozen=True, slots=True)
class Func:
    """A function of the project; `frame` is where it closes over, `self` what a method is bound to."""

    of: Definition
    frame: Frame | None = field(default=None, compare=False)
    bound: Obj | None = None


@dataclass(frozen=True, slots=True)
class Cls:
    """A class of the project, as its own `cls` knows it."""

    of: Definition


@dataclass(frozen=True, slots=True)
class Mask:
    """A boolean mask: all of the comparisons hold. `within` are rows that an index must lie in, or not."""

    literals: Literals
    within: Rows | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """Row numbers that cut whatever they index."""

    cut: Cut


@dataclass(frozen=True, slots=True)
class Splitter:
    """A KFold-like object."""


@dataclass(frozen=True, slots=True)
class Folds:
    """What `splitter.split(X)` gives."""

    key: str
    at: Location


@dataclass(frozen=True, slots=True)
class Parts:
    """Disjoint parts of rows, as many as they are unpacked into."""

    rows: Rows
    key: str
    at: Location


@dataclass(frozen=True, slots=True)
class Zipped:
    """What `zip` or `enumerate` gives."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """Differs by the path taken: never given an identity again."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An open file, by its path."""

    path: str


@dataclass(frozen=True, slots=True)
class Made:
    """A function expression that is not followed (a lambda)."""

    node: ast.Lambda = field(compare=False)


Value: TypeAlias = (
    Const
    | Data
    | Pred
    | Tup
    | Map
    | Obj
    | Func
    | Cls
    | Mask
    | Select
    | Splitter
    | Folds
    | Parts
    | Lost
    | Handle
    | Made
    | Zipped
    | None
)

LOST = Lost()
EMPTY = Tup(())


def rows_of(value: Value) -> Rows | None:
    """The rows that a value carries; a tuple's first."""
    if isinstance(value, Data | Pred):
        return value.rows
    if isinstance(value, Tup):
        found = [rows_of(item) for item in value.items]
        return found[0] if found and len(found) <= 4 else None
    return None


def path_text(value: Value) -> str | None:
    """A path as text; a folder that is only known at run time is a number that stands for it."""
    if isinstance(value, Const):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Data) and value.rows.opaque:
        return f"{{{zlib.crc32(value.rows.base.id.encode())}}}"
    return None


def hint_of(value: Value) -> Role | None:
    """What the rows are called: by how they were cut, by their file, by their variable."""
    if isinstance(value, Tup) and value.items:
        return hint_of(value.items[0])
    if isinstance(value, Data | Pred):
        return value.hint if value.hint == "validation" else value.rows.role or value.hint
    return None


def with_rows(value: Value, rows: Rows | None) -> Value:
    """The same kind of value over other rows."""
    if rows is None:
        return None
    if isinstance(value, Pred):
        return replace(value, rows=rows)
    if isinstance(value, Data):
        return Data(rows, value.hint)
    return Data(rows)


def _opaque(value: Value) -> bool:
    return isinstance(value, Data) and value.rows.opaque


def join(left: Value, right: Value) -> Value:
    """What is known where two paths meet."""
    if left is right or left == right:
        return left
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Pred | Data) and other == EMPTY:
            return one
        if isinstance(one, Data) and one.rows.opaque and other == Const(None):
            return one  # `best = None` before the loop that finds it
        if isinstance(one, Const) and (other is None or isinstance(other, Const) or _opaque(other)):
            return None  # a setting, which is no rows either way
        if isinstance(one, Pred) and isinstance(other, Const) and other.value in (0, None):
            return one  # `total = 0.0` before the loop that adds to it
        if isinstance(one, Pred) and one.collected and isinstance(other, Data) and other.rows.opaque:
            return one
    if isinstance(left, Tup) and isinstance(right, Tup) and len(left.items) == len(right.items):
        return Tup(tuple(join(a, b) for a, b in zip(left.items, right.items)))  # noqa: B905  (lengths are equal)
    return LOST
