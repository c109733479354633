"""What is known of a value: which rows it holds, and which preprocessing steps it went through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mlops_lint.facts.project.code import Definition
from mlops_lint.model import Location

Cuts = tuple[tuple[str, str], ...]
MAX_CUTS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A preprocessing step was fitted on the rows of `origins`, cut as `cuts` says."""

    at: Location
    detail: str
    origins: frozenset[str]
    cuts: Cuts
    named: bool = False
    """Only the name says that its rows are held out."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression may stand for.

    `marks` are steps that the values went through, `pending` statistics that they hold. `held` rows are kept from
    training by a cut, `named` ones by their name alone. `kind`: step, model, splitter, folds, index, object, func,
    mask, stat or "".
    """

    origins: frozenset[str] = frozenset()
    cuts: Cuts = ()
    marks: frozenset[int] = frozenset()
    pending: frozenset[int] = frozenset()
    held: bool = False
    named: bool = False
    table: bool = False
    kind: str = ""
    id: str = ""
    of: Definition | None = None
    items: tuple[Value, ...] | None = None
    keys: tuple[tuple[str, Value], ...] | None = None
    const: tuple[object, ...] = ()

    def cut(self, key: str, side: str, *, held: bool = False) -> Value:
        """A part of the rows."""
        if len(self.cuts) >= MAX_CUTS:
            return self
        bare = replace(self, items=None, keys=None)
        return replace(bare, cuts=(*self.cuts, (key, side)), held=self.held or held)

    @property
    def data(self) -> bool:
        """Whether it holds rows at all."""
        return bool(self.origins) and self.kind in ("", "object", "mask")

    @property
    def part(self) -> bool:
        """Whether the last that happened was a cut that has no name yet."""
        return bool(self.cuts) and self.cuts[-1][0].startswith("subset:")


NOTHING = Value()


def covers(step: Step, value: Value) -> bool:
    """Whether the step was fitted on the very rows, or on more than these."""
    return bool(step.origins & value.origins) and value.cuts[: len(step.cuts)] == step.cuts


def flat(value: Value, seen: dict[int, Value] | None = None) -> Value:
    """A container as the data in it. `seen`: what is known by identity, as one value may be held many times over."""
    if value.items is None and value.keys is None:
        return value
    seen = {} if seen is None else seen
    if id(value) not in seen:
        inner = [*(value.items or ()), *(one for _, one in value.keys or ())]
        bare = replace(value, items=None, keys=None)
        seen[id(value)] = _joined([bare, *(flat(one, seen) for one in inner)]) if inner else bare
    return seen[id(value)]


def union(values: Iterable[Value]) -> Value:
    """All rows together; the cuts that they have in common."""
    kept = list(values)  # identities count while what has them lives
    seen: dict[int, Value] = {}
    return _joined([flat(value, seen) for value in kept])


def _joined(flats: list[Value]) -> Value:
    known = [value for value in flats if value.origins or value.marks or value.pending]
    if not known:
        return NOTHING
    if len(known) == 1:
        return replace(known[0], const=(), items=None, keys=None, kind=_plain(known[0].kind), of=None)
    return Value(
        origins=frozenset().union(*(value.origins for value in known)),
        cuts=_common([value.cuts for value in known if value.origins]),
        marks=frozenset().union(*(value.marks for value in known)),
        pending=frozenset().union(*(value.pending for value in known)),
        held=all(value.held for value in known if value.origins),
        named=all(value.named for value in known if value.origins),
        table=any(value.table for value in known),
    )


def beside(value: Value, others: Iterable[Value]) -> Value:
    """The rows of one value, with what others bring along."""
    more = [flat(other) for other in others]
    marks = value.marks.union(*(other.marks for other in more))
    return replace(value, marks=marks, pending=value.pending.union(*(other.pending for other in more)))


def _plain(kind: str) -> str:
    return kind if kind in ("mask", "stat") else ""


def _common(cuts: list[Cuts]) -> Cuts:
    if not cuts:
        return ()
    first = cuts[0]
    count = 0
    while count < len(first) and all(one[: count + 1] == first[: count + 1] for one in cuts):
        count += 1
    return first[:count]
