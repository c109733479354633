"""Which columns models are fitted on: the declared feature list, and what `fit` really gets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlops_lint.documents.node import ListNode, MapNode, Node, plain
from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.fitted import FitReader, Fitted
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.pointer_targets import SymbolTarget, ValueTarget
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.reading import place
from mlops_lint.facts.project.values import MANY, Text, Values
from mlops_lint.facts.project.values.model import listed, settled
from mlops_lint.facts.project.values.parameters import returned
from mlops_lint.facts.project.values.tables import Table
from mlops_lint.model import Location

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_ENCODED = frozenset("encoded encoding enc code codes label labelencoded le ohe onehot dummy cat idx index bin".split())
_VALUES = frozenset("m f male female man woman yes no 0 1 true false".split())

_ASIDE = frozenset("drop dropped exclude excluded ignore ignored remove removed target targets label labels".split())
"""Kinds of columns that are no features."""
_FEATURES = frozenset(
    "feature features num cat numerical numericals numeric numerics categorical categoricals category "
    "categories continuous inputs predictors regressors booleans ordinal ordinals nominal".split()
)


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Columns that are features. `source`: `constant` (declared), `fit`, `drop` (all but some), `selector`, `formula`.

    `places` says where each column is written; `complete`: there are no other columns in this set.
    """

    columns: frozenset[str]
    at: Location
    places: Mapping[str, Location]
    source: str
    complete: bool

    def find(self, attribute: str) -> tuple[str, ...]:
        """The columns that are the attribute itself or an encoded form of it."""
        exact = [column for column in sorted(self.columns) if same(column, attribute)]
        return tuple(exact or encoded(self.columns, attribute))


@dataclass(frozen=True, slots=True)
class Match:
    """A column that is an attribute, where it is written, and the set that it is in. `certain`: nothing removes it."""

    column: str
    at: Location
    features: FeatureSet
    certain: bool


def tokens(name: str) -> tuple[str, ...]:
    """`ageBand`, `age-band` and `Age_Band` are the same tokens."""
    return tuple(word.lower() for word in _WORD.findall(name))


def same(column: str, attribute: str) -> bool:
    """Whether two names are equal as tokens."""
    return tokens(column) == tokens(attribute) != ()


def encoded(columns: Iterable[str], attribute: str) -> list[str]:
    """Encoded forms of an attribute: `gender_encoded`, `is_gender_female`, `gender_M` beside `gender_F`."""
    wanted = tokens(attribute)
    sure: list[str] = []
    siblings: list[str] = []
    for column in sorted(columns):
        words = tokens(column)
        if words[:1] == ("is",):
            words = words[1:]
        rest = words[len(wanted) :]
        if not wanted or words[: len(wanted)] != wanted or len(rest) != 1:
            continue
        (sure if rest[0] in _ENCODED | _VALUES else siblings).append(column)
    return sorted(sure + (siblings if sure and any(tokens(one)[-1] in _VALUES for one in sure) else []))


class Features:
    """The feature sets of a project: the one that the charter declares, then those given to `fit`."""

    def __init__(self, declared: FeatureSet | None, reader: FitReader, unclear: str = "") -> None:
        self.declared = declared
        self.unclear = unclear
        """Why the declared features cannot be told; empty where they can, or where none are declared."""
        self._reader = reader

    @cached_property
    def fitted(self) -> tuple[FeatureSet, ...]:
        """What the fits that train the model get, in order of place; fits whose columns cannot be told are left out."""
        return tuple(_set(found) for found in self._reader.fits() if found.columns or found.complete)

    @property
    def sets(self) -> tuple[FeatureSet, ...]:
        """All of them."""
        return (self.declared, *self.fitted) if self.declared is not None else self.fitted

    def uses(self, attribute: str) -> list[Match]:
        """The features that are this attribute.

        A declared feature that every known fit leaves out is none; one that some code drops or filters is not certain.
        """
        found = [_match(part, column, True) for part in self.fitted for column in part.find(attribute)]
        if self.declared is None or found:
            return found
        if self.fitted and all(part.complete for part in self.fitted):
            return []
        certain = not any(same(name, attribute) for name in self._reader.removed)
        return [_match(self.declared, column, certain) for column in self.declared.find(attribute)]

    def known(self) -> bool:
        """Whether some set is complete, so that a column that is in none of them is no feature."""
        return any(part.complete for part in self.sets)


def _match(part: FeatureSet, column: str, certain: bool) -> Match:
    return Match(column, part.places.get(column, part.at), part, certain)


def _set(found: Fitted) -> FeatureSet:
    places = {str(column): column.at for column in found.columns if isinstance(column, Text) and hasattr(column, "at")}
    columns = frozenset(str(column) for column in found.columns)
    return FeatureSet(columns, found.at, places, found.source, found.complete)


def _declared(charter: Charter, pointers: Pointers, code: Code, values: Values) -> tuple[FeatureSet | None, str]:
    try:
        text = charter.text("data", "features", "defined_in")
    except Unavailable:
        return None, ""
    if text is None:
        return None, ""
    target = pointers.resolve(text, "code")
    if isinstance(target, ValueTarget) and target.node is not None:
        placed = [Text.placed(str(plain(node)), place(target.path, node)) for node in _listed(target.node)]
        return _columns_set(placed, target.at, f"{text} is no list of columns")
    if not isinstance(target, SymbolTarget):
        return None, f"{text} cannot be followed"
    found = target.definition
    if isinstance(found, Constant):
        value = values.named(found.path, found.name)
    elif isinstance(found, Definition) and found.kind == "function":
        value = _returned(values, found)
    elif isinstance(found, Definition):
        value = _of_class(code, found)
    else:
        return None, f"{text} names no list of columns"
    return _columns_set(value, target.at, f"the columns of {text} cannot be told")


def _listed(node: Node) -> tuple[Node, ...]:
    """The columns of a list, or of lists by their kind (`{numeric: […], categorical: […]}`)."""
    if isinstance(node, ListNode):
        return node.items
    parts = [value for _, value in node.entries] if isinstance(node, MapNode) else []
    lists = [part.items for part in parts if isinstance(part, ListNode)]
    aside = isinstance(node, MapNode) and any(_ASIDE & set(tokens(key.text)) for key, _ in node.entries)
    return () if aside or len(lists) != len(parts) else tuple(item for items in lists for item in items)


def _of_class(code: Code, found: Definition) -> list[Any]:
    """The lists of a class that are named for features: `_numericals: list[str] = […]`; there may be others."""
    columns: list[Any] = [MANY]
    for node in getattr(code.node(found), "body", []):
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        target = (node.targets if isinstance(node, ast.Assign) else [node.target])[0] if value is not None else None
        words = set(tokens(target.id)) if isinstance(target, ast.Name) else set()
        if isinstance(value, ast.List | ast.Tuple) and words & _FEATURES and not words & _ASIDE:
            place_of = code.source(found.path).at
            texts = [(part.value, part) for part in value.elts if isinstance(part, ast.Constant)]
            columns += [Text.placed(text, place_of(part)) for text, part in texts if isinstance(text, str)]
    return columns


def _returned(values: Values, function: Definition) -> Any:
    results = values.runs(lambda: returned(values.evaluator, function, {}))
    return results[0] if results and all(result == results[0] for result in results) else None


def _columns_set(value: Any, at: Location, reason: str) -> tuple[FeatureSet | None, str]:
    items = _flat(value)
    names = [item for item in items if isinstance(item, str) and settled(item)]
    if not names:
        return None, reason
    complete = len(names) == len(items)
    places = {str(name): name.at for name in names if isinstance(name, Text) and hasattr(name, "at")}
    return FeatureSet(frozenset(map(str, names)), at, places, "constant", complete), ""


def _flat(value: Any) -> list[Any]:
    """Lists of columns, also by group (`{"numeric": […], "categorical": […]}`) and in pairs of lists."""
    if isinstance(value, Table):
        return list(value.columns)
    if isinstance(value, dict):
        if value and all(isinstance(part, list | tuple | set) for part in value.values()):
            return [item for part in value.values() for item in listed(part)]
        return list(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [item for part in listed(value) for item in (listed(part) if isinstance(part, list | tuple) else [part])]
    return [MANY]


@provides
def features(charter: Charter | None, code: Code, values: Values, knowledge: Knowledge, pointers: Pointers) -> Features:
    """Fits are read when first asked for, within what `model.trained_by` reaches."""
    declared, unclear, roots = None, "", None
    if charter is not None:
        declared, unclear = _declared(charter, pointers, code, values)
        roots = _trainer(charter, pointers)
    return Features(declared, FitReader(code, values, knowledge, roots), unclear)


def _trainer(charter: Charter, pointers: Pointers) -> Definition | None:
    try:
        text = charter.text("model", "trained_by")
    except Unavailable:
        return None
    target = pointers.resolve(text, "code") if text else None
    found = target.definition if isinstance(target, SymbolTarget) else None
    return found if isinstance(found, Definition) else None


__all__ = ["FeatureSet", "Features", "Match", "encoded", "features", "same", "tokens"]
