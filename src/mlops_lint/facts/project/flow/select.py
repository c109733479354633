"""Subscripts: positional slices, masks, row numbers, columns."""

from __future__ import annotations

import ast

from mlops_lint.facts.project.flow.rows import Base, Cut, Rows, role_of
from mlops_lint.facts.project.flow.state import Frame
from mlops_lint.facts.project.flow.values import (
    Const,
    Data,
    Folds,
    Map,
    Mask,
    Parts,
    Pred,
    Select,
    Tup,
    Value,
    with_rows,
)  # fmt: skip

COLUMN = "column:"
"""What stands before the identity of an expression about a column, such as `pl.col("day")`."""


GROUPS = "groups of rows"
"""What stands for the class of `frame.groupby(…)`."""


def subscript(frame: Frame, node: ast.Subscript, base: Value, index: Value) -> Value:
    """What `base[index]` stands for."""
    if isinstance(base, Map):
        return base.get(str(index.value)) if isinstance(index, Const) else None
    if isinstance(base, Tup):
        return _item(base, node.slice, index)
    if isinstance(base, Folds):
        from mlops_lint.facts.project.flow.expressions import fold

        return fold(base, "split")
    if isinstance(base, Parts):
        return part(base, index.value, None) if isinstance(index, Const) and isinstance(index.value, int) else None
    if isinstance(base, Data | Pred):
        return _of_rows(frame, node, base, index)
    return None


def _item(base: Tup, node: ast.expr, index: Value) -> Value:
    if isinstance(index, Const) and isinstance(index.value, int) and -len(base.items) <= index.value < len(base.items):
        return base.items[index.value]
    return base if isinstance(node, ast.Slice) and node.lower is None and node.upper is None else None


def part(parts: Parts, index: int, count: int | None) -> Value:
    """One of several disjoint parts."""
    role = role_of("train" if index == 0 else "test") if count == 2 else None
    return Data(parts.rows.cut(Cut(parts.key, index, "split", role, parts.at)))


def _of_rows(frame: Frame, node: ast.Subscript, base: Data | Pred, index: Value) -> Value:
    if isinstance(base, Data) and base.cls == GROUPS:
        return base
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    if isinstance(index, Tup) and isinstance(node.slice, ast.Tuple) and index.items:
        index = index.items[0]
    if isinstance(first, ast.Slice):
        return with_rows(base, sliced(frame, base.rows, first))
    if isinstance(index, Select):
        return with_rows(base, base.rows.cut(index.cut))
    if isinstance(index, Mask):
        return with_rows(base, masked(base.rows, index))
    if isinstance(index, Data) and index.rows.opaque and frame.shared.columns(frame.path, frame.scope, node.slice):
        return base
    if isinstance(index, Data | Pred):
        return with_rows(base, indexed(base.rows, index.rows))
    if isinstance(index, Const):
        return _keyed(base, index)
    return _other(node, base, index)


def _keyed(base: Data | Pred, index: Const) -> Value:
    if isinstance(index.value, str):
        role = role_of(index.value)
        if isinstance(base, Data) and role is not None and index.value.lower() not in ("target", "label"):
            published = base.rows.base.id.startswith("bundled:datasets.") and not base.rows.divided
            return Data(base.rows.cut(Cut("bundled" if published else "key", role, "split", role)))
        if isinstance(base, Data) and base.rows.opaque:
            return Data(Rows(Base(f"{base.rows.base.id}[{index.value}]")), base.hint)
    if isinstance(index.value, int) and isinstance(base, Data) and base.rows.opaque:
        return Data(Rows(Base(f"{base.rows.base.id}[{index.value}]")), base.hint)
    return base


def _other(node: ast.Subscript, base: Data | Pred, index: Value) -> Value:
    """`df[columns]` keeps the rows of a frame; of an opaque thing it gives something else each time it is written."""
    if isinstance(base, Pred) or isinstance(index, Tup) or not base.rows.opaque:
        return base
    return Data(Rows(Base(f"{base.rows.base.id}[{_text(node.slice)}]")), base.hint)


def indexed(rows: Rows, index: Rows) -> Rows:
    """Rows picked by an array of row numbers: two picks are apart where the arrays are."""
    mark = "" if index.base == rows.base else f"@{index.base.id}"
    if not index.cuts:
        return rows.cut(Cut("array" + mark, 0))
    for cut in index.cuts:
        rows = rows.cut(Cut("mask" if cut.key == "mask" else cut.key + mark, cut.part, cut.kind, cut.role, cut.at))
    return rows


def sliced(frame: Frame, rows: Rows, node: ast.Slice) -> Rows:
    """The rows between two positions; bounds that are no constants are told apart by their text."""
    if node.lower is None and node.upper is None and node.step is None:
        return rows
    if node.step is not None:
        return rows.cut(Cut(frame.static(node, ":step"), 0))
    lower, upper = bound(frame, node.lower), bound(frame, node.upper)
    if lower == 0:
        lower = None
    if lower is None and upper is None:
        return rows
    return between(rows, lower, upper)


def between(rows: Rows, lower: str | int | None, upper: str | int | None) -> Rows:
    """The rows from one position to another."""
    return rows.cut(Cut("slice", (lower, upper), "split" if lower is None or upper is None else "subset"))


def bound(frame: Frame, node: ast.expr | None) -> str | int | None:
    """One end of a slice."""
    if node is None:
        return None
    from mlops_lint.facts.project.flow.expressions import evaluate

    value = evaluate(frame, node)
    if isinstance(value, Const) and isinstance(value.value, int):
        return value.value
    if isinstance(value, Data) and isinstance(node, ast.Name):
        return value.rows.base.id
    return _text(node)


def masked(rows: Rows, mask: Mask) -> Rows:
    """The rows where a mask holds."""
    if mask.within is not None:
        return outside(rows, mask.within) if mask.negated else _inside(rows, mask.within)
    return rows.cut(Cut("mask", mask.literals, "subset"))


def _inside(rows: Rows, index: Rows) -> Rows:
    return index if index.base == rows.base else rows.cut(Cut(f"in:{index}", True, "split"))


def outside(rows: Rows, taken: Rows) -> Rows:
    """What is left of rows once others are taken away."""
    last = taken.cuts[-1] if taken.cuts else None
    if last is not None and taken.base == rows.base and taken.cuts[:-1] == rows.cuts:
        return rows.cut(Cut(last.key, ("not", last.part), "split", None, last.at))
    return rows.cut(Cut(f"in:{taken}", False, "split"))


def _text(node: ast.expr) -> str:
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return f"{node.lineno}:{node.col_offset}"


def text_of(node: ast.expr) -> str:
    """An expression's text, its place where it has none."""
    return _text(node)


def column_key(rows: Rows, name: object) -> tuple[str, str]:
    """Where the values that a program stores in a column are kept."""
    return f"rows:{rows.base.id}:{[(cut.key, cut.part) for cut in rows.cuts]}", str(name)


def column_of(frame: Frame, node: ast.expr, value: Value) -> str:
    """A column by its name; anything else by its text, and a call by its place as well."""
    if isinstance(value, Data) and value.rows.base.id.startswith(COLUMN):
        return value.rows.base.id
    if isinstance(node, ast.Attribute):
        return f"column:{node.attr!r}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"column:{node.slice.value!r}"
    if isinstance(node, ast.Name) and isinstance(value, Data):
        return f"value:{value.rows.base.id}"
    named = isinstance(node, ast.Call) and not _of_column(node)
    return f"{frame.site(node)}:{text_of(node)}" if named else text_of(node)


def _of_column(node: ast.expr) -> bool:
    """`pl.col("day")`, and what is made of it: the same wherever it is written."""
    for _ in range(8):
        if isinstance(node, ast.Call) and text_of(node.func).rpartition(".")[2] == "col":
            return all(isinstance(argument, ast.Constant) for argument in node.args)
        if not isinstance(node, ast.Call | ast.Attribute):
            return False
        node = node.func if isinstance(node, ast.Call) else node.value
    return False
