"""Columns that serving hands to the model by their place, in another order than training does."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.features import Features, FeatureSet
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_ARRAYS = frozenset(("array", "asarray", "asanyarray", "tensor", "as_tensor", "from_numpy"))
_METHODS = frozenset(("to_numpy", "as_matrix"))
_SAME = frozenset(("astype", "reshape", "copy", "fillna", "cast", "float", "collect"))
_LEAST = 3


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """The place `first` holds `now` in serving, and `before` in training."""

    at: Location
    trained: Location
    first: int
    before: str
    now: str


def other_order(
    code: Code, values: Values, features: Features, serving: Iterable[Definition], training: Reach
) -> OtherOrder | None:
    """The first array for a `predict` whose columns are the features in another order; none where it cannot be told."""
    known = _ordered(features)
    if known is None or not _learned(code, training, known):
        return None
    order = list(known.places)
    for one in sorted(serving):
        if one in training or one.kind == "class" or code.is_test(one.path):
            continue
        for node in _by_place(code.node(one)):
            now = _names(values, one, node)
            if now != order and sorted(now) == sorted(order) and not _shared(code, node, training):
                place = next(number for number, (a, b) in enumerate(zip(order, now, strict=True)) if a != b)
                return OtherOrder(code.source(one.path).at(node), known.at, place + 1, order[place], now[place])
    return None


def _ordered(features: Features) -> FeatureSet | None:
    """The one order that every known set of features has."""
    sets = [one for one in features.sets if one.complete and len(one.columns) >= _LEAST]
    told = [one for one in sets if len(one.places) == len(one.columns)]
    orders = {tuple(one.places) for one in told}
    if len(orders) != 1 or any(set(one.columns) != set(told[0].columns) for one in sets):
        return None
    return told[0]


def _learned(code: Code, training: Reach, known: FeatureSet) -> bool:
    """Whether training takes its columns from that list: the fit itself tells it, or what it reaches names it."""
    if known.source != "constant":
        return True
    names = [
        target.id
        for node in code.source(known.at.path).tree.body
        if isinstance(node, ast.Assign) and node.lineno <= known.at.line <= (node.end_lineno or node.lineno)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    return any(_mentions(code, training, name) for name in names)


def _mentions(code: Code, reach: Reach, name: str) -> bool:
    parts = (part for one in reach.definitions for part in ast.walk(code.node(one)))
    return any(
        isinstance(part, ast.Name | ast.Attribute)
        and isinstance(part.ctx, ast.Load)
        and (part.id if isinstance(part, ast.Name) else part.attr) == name
        for part in parts
    )


def _shared(code: Code, node: ast.expr, training: Reach) -> bool:
    """Whether training knows the list of serving, too: then it may be the order that it learns in."""
    last = chain(node).rpartition(".")[2] if isinstance(node, ast.Name | ast.Attribute) else ""
    return bool(last) and _mentions(code, training, last)


def _by_place(tree: ast.AST) -> Iterator[ast.expr]:
    """What picks the columns of an array that is predicted on: `model.predict(rows[COLUMNS].to_numpy())`."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr.startswith("predict"):
            for argument in part.args[:1]:
                yield from _picked(_bound(argument, tree), tree, array=False)


def _bound(node: ast.expr, tree: ast.AST) -> ast.expr:
    for _ in range(3):
        if not isinstance(node, ast.Name):
            break
        wanted = node.id
        found = [
            part.value
            for part in ast.walk(tree)
            if isinstance(part, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == wanted for target in part.targets)
        ]
        if len(found) != 1:
            break
        node = found[0]
    return node


def _picked(node: ast.expr, tree: ast.AST, *, array: bool) -> Iterator[ast.expr]:
    if isinstance(node, ast.Attribute) and node.attr == "values":
        yield from _picked(_bound(node.value, tree), tree, array=True)
    elif isinstance(node, ast.Subscript) and array:
        inner = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        yield inner
    elif isinstance(node, ast.List) and len(node.elts) == 1 and isinstance(node.elts[0], ast.List | ast.ListComp):
        yield node.elts[0]  # `predict([[row.a, row.b]])`
    elif isinstance(node, ast.Call):
        yield from _called(node, tree, array=array)


def _called(node: ast.Call, tree: ast.AST, *, array: bool) -> Iterator[ast.expr]:
    last = chain(node.func).rpartition(".")[2]
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    if last in _ARRAYS and node.args:
        yield from _picked(_bound(node.args[0], tree), tree, array=True)
    elif last in _METHODS and of is not None:
        yield from _picked(_bound(of, tree), tree, array=True)
    elif last in _SAME and of is not None:
        yield from _picked(_bound(of, tree), tree, array=array)
    elif array and last in ("select", "reindex", "DataFrame"):
        yield from (word.value for word in node.keywords if word.arg == "columns")
        yield from node.args[:1] if last == "select" else ()


def _names(values: Values, one: Definition, node: ast.expr) -> list[str]:
    """The columns of a list, in its order."""
    if isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs:
        node = node.generators[0].iter
    if isinstance(node, ast.List) and all(isinstance(item, ast.Attribute | ast.Subscript) for item in node.elts):
        return [_field(item) for item in node.elts]
    known = values.fold(one.path, one.qualname, node)
    value = known.value if known is not None else None
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def _field(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
    return node.attr if isinstance(node, ast.Attribute) else ""
