"""Comprehensions: one item for all, or one for each where a few are known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlops_lint.facts.project.flow.expressions import element, evaluate
from mlops_lint.facts.project.flow.select import GROUPS
from mlops_lint.facts.project.flow.state import Frame
from mlops_lint.facts.project.flow.values import Const, Data, Map, Pred, Tup, Value


def many(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    """`[X[i] for i in test]` carries the rows of `X[test]`; `[load(side) for side in ("train", "test")]` are two."""
    rounds = _rounds(frame, node.generators)
    if rounds is not None:
        return Tup(tuple(evaluate(frame, node.elt) for _ in rounds))
    first = evaluate(frame, node.generators[0].iter)
    if isinstance(first, Data) and first.cls == GROUPS:
        return Data(first.rows, first.hint)
    before = dict(frame.env)
    _bound(frame, node.generators)
    value = evaluate(frame, node.elt)
    _back(frame, before)
    return value if isinstance(value, Data | Pred) else None


def mapping(frame: Frame, node: ast.DictComp) -> Value:
    """`{side: load(side) for side in ("train", "test")}`; `{key: value.to(device) for key, value in batch.items()}`."""
    rounds = _rounds(frame, node.generators)
    if rounds is not None:
        items = [(evaluate(frame, node.key), evaluate(frame, node.value)) for _ in rounds]
        return Map(tuple((str(key.value), value) for key, value in items if isinstance(key, Const)))
    before = dict(frame.env)
    _bound(frame, node.generators)
    value = evaluate(frame, node.value)
    _back(frame, before)
    return value if isinstance(value, Data | Pred) and not (isinstance(value, Data) and value.rows.opaque) else None


def _rounds(frame: Frame, generators: list[ast.comprehension]) -> Iterator[None] | None:
    """Binds the items one after the other, where they are few, known and not alike."""
    from mlops_lint.facts.project.flow.methods import items_of

    if len(generators) != 1 or generators[0].ifs:
        return None
    items = items_of(evaluate(frame, generators[0].iter))
    if not items or (all(item == items[0] for item in items[1:]) and not isinstance(items[0], Const)):
        return None
    return _each(frame, generators[0].target, items)


def _each(frame: Frame, target: ast.expr, items: list[Value]) -> Iterator[None]:
    from mlops_lint.facts.project.flow.assignments import assign

    before, context = dict(frame.env), frame.context
    for number, item in enumerate(items):
        frame.context = f"{context}#{number}"
        assign(frame, target, item)
        yield
    frame.context = context
    _back(frame, before)


def _bound(frame: Frame, generators: list[ast.comprehension]) -> None:
    from mlops_lint.facts.project.flow.assignments import assign

    for generator in generators:
        assign(frame, generator.target, element(evaluate(frame, generator.iter)))


def _back(frame: Frame, before: dict[str, Value]) -> None:
    frame.env.clear()
    frame.env.update(before)
