"""Binding names, attributes and items."""

from __future__ import annotations

import ast

from mlops_lint.facts.project.flow.expressions import evaluate
from mlops_lint.facts.project.flow.rows import Base, Rows, role_of
from mlops_lint.facts.project.flow.select import column_key, part
from mlops_lint.facts.project.flow.state import Frame
from mlops_lint.facts.project.flow.values import (
    LOST,
    Const,
    Data,
    Lost,
    Map,
    Mask,
    Obj,
    Parts,
    Pred,
    Select,
    Tup,
    Value,
)  # fmt: skip


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind a target; what is unknown gets an identity."""
    if isinstance(target, ast.Name):
        frame.env[target.id] = frame.named(target.id, value, target)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(frame, target, value)
    elif isinstance(target, ast.Starred):
        assign(frame, target.value, None)
    elif isinstance(target, ast.Attribute):
        base = evaluate(frame, target.value)
        if isinstance(base, Obj):
            frame.shared.attributes[base.id, target.attr] = frame.named(target.attr, value, target)
        elif isinstance(base, Data) and base.rows.opaque and isinstance(target.value, ast.Name):
            if role_of(target.attr) or target.attr in ("split", "mode", "transform", "subset"):
                frame.env[target.value.id] = frame.fresh(target, ":set")
    elif isinstance(target, ast.Subscript):
        _store(frame, target, value)


def _unpack(frame: Frame, target: ast.Tuple | ast.List, value: Value) -> None:
    count = len(target.elts)
    for index, item in enumerate(target.elts):
        assign(frame, item, _unpacked(frame, item, value, index, count))


def _unpacked(frame: Frame, target: ast.expr, value: Value, index: int, count: int) -> Value:
    if isinstance(value, Tup):
        return value.items[index] if len(value.items) == count else LOST
    if isinstance(value, Parts):
        return part(value, index, count)
    if isinstance(value, Pred) or (isinstance(value, Data) and not value.rows.opaque):
        return value
    if isinstance(value, Lost):
        return LOST
    if isinstance(target, ast.Name):
        site = value.rows.base.id if isinstance(value, Data) else frame.site(target)
        return Data(Rows(Base(f"unpacked:{site}:{index}")), role_of(target.id))
    return None


def _store(frame: Frame, target: ast.Subscript, value: Value) -> None:
    """`d["k"] = v` and `predictions[test] = model.predict(X[test])`."""
    if not isinstance(target.value, ast.Name):
        return
    base = evaluate(frame, target.value)
    index = None if isinstance(target.slice, ast.Slice) else evaluate(frame, target.slice)
    name = target.value.id
    if isinstance(base, Map) and isinstance(index, Const):
        frame.env[name] = Map((*base.items, (str(index.value), value))) if len(base.items) < 64 else LOST
    elif isinstance(base, Map) and not base.items and isinstance(value, Pred):
        frame.env[name] = Map((("", value),))  # one stands for all
    elif isinstance(value, Pred) and isinstance(base, Data | Pred) and isinstance(index, Select | Mask | Data):
        frame.env[name] = Pred(
            value.rows, value.fits, value.models, value.hint, value.at, value.crossed, collected=True
        )
    elif isinstance(base, Data) and isinstance(index, Const):
        frame.shared.attributes[column_key(base.rows, index.value)] = value if isinstance(value, Pred) else None
