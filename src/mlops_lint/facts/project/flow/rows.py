"""Sets of rows, known by where they came from and how they were cut; how two sets relate."""

from __future__ import annotations

import enum
import fnmatch
import posixpath
import re
from collections.abc import Hashable, Set
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from mlops_lint.model import Location

Role: TypeAlias = Literal["train", "test", "validation"]
Literals: TypeAlias = frozenset[tuple[str, str, Hashable]]
Interval: TypeAlias = tuple[Hashable, Hashable]
Span: TypeAlias = tuple[str, Hashable, Hashable]
"""A column, and the lower and the upper bound that rows between them were asked for."""

_TOKENS: dict[str, Role] = {
    "train": "train", "training": "train", "trn": "train", "tr": "train",
    "test": "test", "testing": "test", "tst": "test", "holdout": "test", "heldout": "test", "te": "test",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "eval": "validation",
}  # fmt: skip
EARLIER = " earlier by "
"""Stands in the identity of a point in time between another one's and what it is earlier by."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Relation(enum.Enum):
    """How the scored rows stand to the fitted ones."""

    SAME = "same"
    INSIDE = "inside"
    AROUND = "around"
    DISJOINT = "disjoint"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Base:
    """Where rows come from. `opaque`: nothing but its identity is known. `role` is what its file's name says.

    `parts` are what they were put together from, one behind the other; `made` is what a stage wrote into the file.
    """

    id: str
    opaque: bool = field(default=True, compare=False)
    role: Role | None = field(default=None, compare=False)
    parts: tuple[Rows, ...] = field(default=(), compare=False)
    made: Rows | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Cut:
    """One part of what it is made from. Parts of one key are disjoint where `apart` says so.

    `kind`: "split", "fold", "subset" (has no counterpart) or "same" (all rows, in another order).
    """

    key: str
    part: Hashable
    kind: str = field(default="subset", compare=False)
    role: Role | None = field(default=None, compare=False)
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """A base and the cuts that led from it, outermost first."""

    base: Base
    cuts: tuple[Cut, ...] = ()

    def cut(self, cut: Cut) -> Rows:
        """These rows, cut once more."""
        return replace(self, cuts=(*self.cuts, cut)) if len(self.cuts) < 24 else self

    @property
    def opaque(self) -> bool:
        """Whether it may be anything: a frame, a bag of frames, a model."""
        return self.base.opaque and not self.cuts

    @property
    def role(self) -> Role | None:
        """What the innermost cut that has a role, or else the file's name, calls these rows."""
        for cut in reversed(self.cuts):
            if cut.role is not None:
                return cut.role
        return self.base.role

    @property
    def divided(self) -> bool:
        """Whether they are one part of a division."""
        return any(cut.kind in ("split", "fold") for cut in self.cuts) or self.base.role is not None


def role_of(name: str) -> Role | None:
    """The part that a name speaks of by its words: `X_train_smote` -> train; None where it names two."""
    found = {_TOKENS[word.lower()] for word in _WORD.findall(name) if word.lower() in _TOKENS}
    return found.pop() if len(found) == 1 else None


def relate(scored: Rows, fitted: Rows) -> tuple[Relation, Cut | None]:
    """How `scored` stands to `fitted`, and the scored side's cut that tells them apart."""
    if scored.base != fitted.base:
        if fitted.base.parts or scored.base.parts:
            return _among(scored, fitted), None
        if _globbed(scored, fitted) and not _trimmed(fitted):
            return Relation.INSIDE, None
        found = _by_making(scored, fitted)
        if found is not Relation.UNKNOWN:
            return found, None
        if scored.base.role and fitted.base.role and scored.base.role != fitted.base.role:
            return Relation.DISJOINT, None
        return Relation.UNKNOWN, None
    mine, other = _trimmed(scored), _trimmed(fitted)
    for left, right in zip(mine, other):  # noqa: B905  (strict= is not wanted: one may be longer)
        if left == right:
            continue
        if apart(left, right):
            return Relation.DISJOINT, left
        if (nested := _nested(mine, other)) is not None:
            return nested, None
        return _further_apart(scored, fitted)
    if len(mine) == len(other):
        return Relation.SAME, None
    if len(mine) > len(other):
        return Relation.INSIDE, None
    return Relation.AROUND, None


def _among(scored: Rows, fitted: Rows) -> Relation:
    """Rows against others that were put together from several."""
    found = {_against(scored, part) for part in fitted.base.parts} if not scored.base.parts else set()
    if found == {Relation.DISJOINT}:
        return Relation.DISJOINT
    within = not found.isdisjoint((Relation.SAME, Relation.INSIDE)) and not _trimmed(fitted)
    return Relation.INSIDE if within else Relation.UNKNOWN


def _against(scored: Rows, part: Rows) -> Relation:
    """Published data sets share no rows with each other, nor with a file that no stage has written."""
    found, kinds = relate(scored, part)[0], {rows.base.id.partition(":")[0] for rows in (scored, part)}
    if found is not Relation.UNKNOWN or scored.base == part.base or part.base.made or scored.base.made:
        return found
    return Relation.DISJOINT if "bundled" in kinds and kinds <= {"bundled", "file"} else found


def _by_making(scored: Rows, fitted: Rows) -> Relation:
    """Files by what was written into them."""
    one, other = scored.base.made, fitted.base.made
    if one is None or other is None:
        return Relation.UNKNOWN
    found = relate(one, other)[0]
    whole, all_of = not _trimmed(fitted), not _trimmed(scored)
    if found in (Relation.SAME, Relation.INSIDE):
        return (found if all_of else Relation.INSIDE) if whole else Relation.UNKNOWN
    return found if found is Relation.DISJOINT or all_of else Relation.UNKNOWN


def _nested(mine: tuple[Cut, ...], other: tuple[Cut, ...]) -> Relation | None:
    """Rows that fulfil more comparisons than others, and are alike in all else."""
    pairs = [(left, right) for left, right in zip(mine, other, strict=False) if left != right]
    if len(mine) != len(other) or len(pairs) != 1 or not pairs[0][0].key == pairs[0][1].key == "mask":
        return None
    left, right = pairs[0][0].part, pairs[0][1].part
    if not (isinstance(left, frozenset) and isinstance(right, frozenset)):
        return None
    return Relation.INSIDE if left > right else Relation.AROUND if left < right else None


def _globbed(scored: Rows, fitted: Rows) -> bool:
    """Whether a file is one of those that a pattern (`*.csv`) reads."""
    file, pattern = scored.base.id, fitted.base.id
    if "*" not in pattern or not (file.startswith("file:") and pattern.startswith("file:")):
        return False
    return posixpath.dirname(file) == posixpath.dirname(pattern) and fnmatch.fnmatchcase(file, pattern)


def same_name(scored: Rows, fitted: Rows) -> bool:
    """Whole files of one name, in folders that are only known at run time."""
    names = [rows.base.id.partition("file:{")[2].partition("}/")[2] for rows in (scored, fitted)]
    return bool(names[0]) and names[0] == names[1] and not _trimmed(scored) and not _trimmed(fitted)


def _further_apart(scored: Rows, fitted: Rows) -> tuple[Relation, Cut | None]:
    """Subsets by value stay apart whatever other subsets are taken first."""
    for left in scored.cuts:
        for right in fitted.cuts:
            if left.key == right.key == "mask" and apart(left, right):
                return Relation.DISJOINT, left
    return Relation.UNKNOWN, None


def _trimmed(rows: Rows) -> tuple[Cut, ...]:
    cuts = rows.cuts
    while cuts and cuts[-1].kind == "same":
        cuts = cuts[:-1]
    return cuts


def apart(left: Cut, right: Cut) -> bool:
    """Whether two cuts of the same rows share none."""
    if left.key != right.key or left.part == right.part:
        return False
    if left.key == "mask":
        return _contradict(left.part, right.part)
    if left.key.startswith("slice"):
        return _behind(left.part, right.part) or _behind(right.part, left.part)
    return left.kind in ("split", "fold") and right.kind in ("split", "fold")


def _behind(first: Hashable, second: Hashable) -> bool:
    """Whether the first interval ends where, or before, the second begins."""
    if not (isinstance(first, tuple) and isinstance(second, tuple)):
        return False
    end, start = first[1], second[0]
    if end is None or start is None:
        return False
    if end == start:
        return True
    if isinstance(end, int) and isinstance(start, int):
        return end <= start and (end < 0) == (start < 0)
    return isinstance(end, str) and isinstance(start, str) and start.startswith(end + " + ")


def _contradict(left: Hashable, right: Hashable) -> bool:
    if not (isinstance(left, frozenset) and isinstance(right, frozenset)):
        return False
    return any(_exclude(a, b) or _exclude(b, a) for a in left for b in right)


def _exclude(a: tuple[str, str, Hashable], b: tuple[str, str, Hashable]) -> bool:
    """Whether two comparisons of one column cannot both hold."""
    if a[0] != b[0]:
        return False
    if (a[1], b[1]) in {("is", "is not"), ("<", ">="), ("<=", ">"), ("==", "!="), ("<", ">"), ("in", "not in")}:
        return a[2] == b[2] or _ordered(a, b)
    if a[1] == b[1] == "==":
        return _constant(a[2]) and _constant(b[2]) and type(a[2]) is type(b[2]) and a[2] != b[2]
    return _ordered(a, b)


def _constant(value: Hashable) -> bool:
    """A number, or the text of a string; other text is that of an expression."""
    return value.startswith(("'", '"')) if isinstance(value, str) else isinstance(value, int | float)


def _ordered(a: tuple[str, str, Hashable], b: tuple[str, str, Hashable]) -> bool:
    """`x < low` and `x >= high` for constants with low <= high."""
    if a[1] not in ("<", "<=") or b[1] not in (">", ">="):
        return False
    low, high = a[2], b[2]
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low < high
    if isinstance(low, str) and isinstance(high, str) and "@" in high:
        return low.partition("@")[2].startswith(high.partition("@")[2] + EARLIER)
    if isinstance(low, str) and isinstance(high, str) and low.startswith("'") and high.startswith("'"):
        return low < high and low[1:5].isdigit() and high[1:5].isdigit()
    return False


def spans(literals: Literals) -> set[Span]:
    """The bounds of `(day >= low) & (day < high)`."""
    low = [one for one in literals if one[1] in (">", ">=")]
    high = [one for one in literals if one[1] in ("<", "<=")]
    return {(one[0], one[2], other[2]) for one in low for other in high if one[0] == other[0]}


def beyond(scored: Rows, fitted: Rows, known: Set[Span]) -> Cut | None:
    """The scored side's cut, where one side ends at a bound below the one at which the other begins."""
    for left in scored.cuts if scored.base == fitted.base else ():
        for right in fitted.cuts:
            if left.key == right.key == "mask" and (_spanned(left, right, known) or _spanned(right, left, known)):
                return left
    return None


def _spanned(below: Cut, above: Cut, known: Set[Span]) -> bool:
    if not (isinstance(below.part, frozenset) and isinstance(above.part, frozenset)):
        return False
    ends = [one for one in below.part if one[1] in ("<", "<=")]
    starts = [one for one in above.part if one[1] in (">", ">=")]
    return any((one[0], one[2], other[2]) in known for one in ends for other in starts if one[0] == other[0])


def union(parts: list[Rows]) -> Rows | None:
    """The rows of all parts together, where that is known: equal parts, or all parts of one split."""
    first = parts[0]
    if all(part == first for part in parts):
        return first
    if len(parts) == 2 and all(part.cuts and part.cuts[-1].kind == "split" for part in parts):
        one, two = parts
        same = one.base == two.base and one.cuts[:-1] == two.cuts[:-1]
        if same and apart(one.cuts[-1], two.cuts[-1]) and not one.cuts[-1].key.startswith("parts:"):
            return replace(one, cuts=one.cuts[:-1])
    return None


def together(parts: list[Rows]) -> Rows | None:
    """The rows of parts that are divided, as something of its own that knows them."""
    whole = union(parts)
    if whole is not None or len(parts) > 8 or any(part.opaque for part in parts):
        return whole
    if not all(part.divided or _chosen(part) for part in parts) and not _added(parts):
        return None
    return Rows(Base("+".join(f"{part.base.id}:{part.cuts}" for part in parts), opaque=False, parts=tuple(parts)))


def _chosen(part: Rows) -> bool:
    """Whether rows are cut by what they hold."""
    return any(cut.key == "mask" for cut in part.cuts)


def _added(parts: list[Rows]) -> bool:
    """Whether a part of one source is put together with whole files of others."""
    divided = {part.base for part in parts if part.divided}
    return len(divided) == 1 and not any(part.base in divided for part in parts if not part.divided)
