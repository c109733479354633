"""Expressions: what they stand for, as far as rows and fitted steps go."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.leakage import tables
from mlops_lint.facts.project.leakage.machine import Frame
from mlops_lint.facts.project.leakage.model import NOTHING, Value, beside, covers, flat, union

_ROWS = ("loc", "iloc", "values", "at", "ix")

MAX_TEXT = 4_000
"""Characters of a text that sums are followed for: sums of sums double."""


def evaluate(frame: Frame, node: ast.expr | None) -> Value:
    """The value of an expression."""
    if node is None:
        return NOTHING
    frame.machine.tick()
    if isinstance(node, ast.Name):
        return _name(frame, node)
    if isinstance(node, ast.Constant):
        return Value(const=(node.value,))
    if isinstance(node, ast.Attribute):
        return attribute(frame, node)
    if isinstance(node, ast.Subscript):
        return _subscript(frame, node)
    if isinstance(node, ast.Call):
        from mlops_lint.facts.project.leakage.calls import call

        return call(frame, node)
    if isinstance(node, ast.Tuple | ast.List):
        return Value(items=tuple(evaluate(frame, part) for part in node.elts[:40]))
    if isinstance(node, ast.Dict):
        return _mapping(frame, node)
    return _compound(frame, node)


def _compound(frame: Frame, node: ast.expr) -> Value:
    if isinstance(node, ast.BinOp):
        return _arithmetic(frame, node)
    if isinstance(node, ast.Compare):
        made = union([evaluate(frame, node.left), *(evaluate(frame, part) for part in node.comparators)])
        return replace(made, kind="mask", pending=frozenset())
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        return _comprehension(frame, node)
    if isinstance(node, ast.IfExp):
        known = constant(frame, node.test)
        if known is not None:
            return evaluate(frame, node.body if known else node.orelse)
        return union([evaluate(frame, node.body), evaluate(frame, node.orelse)])
    if isinstance(node, ast.UnaryOp | ast.Await | ast.Starred | ast.YieldFrom):
        return evaluate(frame, node.operand if isinstance(node, ast.UnaryOp) else node.value)
    if isinstance(node, ast.BoolOp):
        return union(evaluate(frame, part) for part in node.values)
    if isinstance(node, ast.Yield | ast.NamedExpr):
        return evaluate(frame, node.value)
    return NOTHING


def _name(frame: Frame, node: ast.Name) -> Value:
    found = frame.lookup(node.id)
    if found is not None:
        return found
    value = frame.machine.code.resolve(frame.path, frame.scope, node.id)
    if isinstance(value, Definition) and value.kind in ("function", "class"):
        return Value(kind="func", of=value)
    imported = frame.machine.code.lookup(frame.path, node.id)
    if imported is not None and not isinstance(imported, Definition) and imported.path != frame.path:
        return frame.machine.module(imported.path).env.get(imported.name, NOTHING)
    return NOTHING


def attribute(frame: Frame, node: ast.Attribute) -> Value:
    """`x.name`: of an object of the project, of a module of the project, of rows."""
    base = evaluate(frame, node.value)
    if base.kind == "object":
        known = frame.machine.attributes.get((base.id, node.attr))
        if known is not None or not base.data:
            return known if known is not None else NOTHING
    if base.keys is not None:
        return next((value for key, value in base.keys if key == node.attr), flat(base))
    if base.kind == "step":
        return learned(frame, base) if node.attr in tables.LEARNED else NOTHING
    if base.kind in ("model", "splitter", "folds"):
        return replace(base, kind="model", id=base.id) if node.attr.startswith("best_estimator") else NOTHING
    if node.attr in tables.FACTS:
        return NOTHING
    if base != NOTHING:
        return replace(base, const=())
    owner = frame.machine.code.resolve(frame.path, frame.scope, chain(node.value))
    if isinstance(owner, Definition) and owner.kind == "module" and owner.path in frame.machine.code.modules:
        return frame.machine.module(owner.path).env.get(node.attr, NOTHING)
    return NOTHING


def learned(frame: Frame, step: Value) -> Value:
    """What a selector has learned of its rows."""
    marks = frame.machine.fitted.get(step.id, frozenset())
    origins = frozenset().union(*(frame.machine.steps[mark].origins for mark in marks))
    return Value(origins, marks=marks)


def _mapping(frame: Frame, node: ast.Dict) -> Value:
    found: list[tuple[str, Value]] = []
    for key, value in list(zip(node.keys, node.values))[:60]:  # noqa: B905  (lengths are equal)
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else f"?{len(found)}"
        found.append((name, evaluate(frame, value)))
    return Value(keys=tuple(found))


def _arithmetic(frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    made = union([left, right])
    if left.const and right.const and not made.origins:
        both = [part for part in (left.const[0], right.const[0]) if isinstance(part, str) and len(part) < MAX_TEXT]
        return Value(const=(("/" if isinstance(node.op, ast.Div) else "").join(both),)) if len(both) == 2 else NOTHING
    if left.cuts != right.cuts and left.origins and right.origins and right.kind == "stat":
        made = beside(left, [right])
    scaled = isinstance(node.op, ast.Div) and _centred(node.left) and left.pending and right.pending
    if scaled and made.table:
        made = replace(made, marks=made.marks | made.pending)
    return replace(made, kind="stat" if left.kind == right.kind == "stat" else "")


def _centred(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)


def _comprehension(frame: Frame, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Value:
    from mlops_lint.facts.project.leakage.statements import assign, element

    before = dict(frame.env)
    sources = []
    for part in node.generators:
        value = evaluate(frame, part.iter)
        sources.append(value)
        assign(frame, part.target, element(value))
    made = evaluate(frame, node.elt)
    frame.env = before
    rows = [value for value in map(flat, sources) if value.data]
    if made.items is not None and not any(item.data for item in made.items):
        made = NOTHING
    if made.kind in ("step", "model"):
        return NOTHING
    return flat(made) if made.origins or made.items is not None else (rows[0] if rows else NOTHING)


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    base = evaluate(frame, node.value)
    index = node.slice
    if base.keys is not None:
        if isinstance(index, ast.Constant):
            return next((value for key, value in base.keys if key == index.value), NOTHING)
        return flat(base)
    if base.items is not None:
        if isinstance(index, ast.Constant) and isinstance(index.value, int):
            return base.items[index.value] if -len(base.items) <= index.value < len(base.items) else NOTHING
        return flat(base)
    if base.kind in ("folds", "parts"):
        from mlops_lint.facts.project.leakage.statements import element

        return element(base) if base.kind == "folds" else replace(base, kind="")
    if base.kind in ("step", "model", "splitter", "func"):
        return NOTHING
    return _of_rows(frame, base, node)


def _of_rows(frame: Frame, base: Value, node: ast.Subscript) -> Value:
    index = node.slice
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    if isinstance(first, ast.Slice):
        if first.lower is None and first.upper is None:
            second = index.elts[1] if isinstance(index, ast.Tuple) and len(index.elts) == 2 else None
            return _chosen(base, flat(evaluate(frame, second))) if second is not None else base
        return base.cut("subset:slice", ast.unparse(first))
    if isinstance(first, ast.Constant):
        return base
    if isinstance(first, ast.List) and len(first.elts) > 1:
        ranked = [mark for mark in frame.machine.chosen if covers(frame.machine.steps[mark], base)]
        return replace(base, marks=base.marks.union(ranked))
    given = evaluate(frame, first)
    if given.kind == "index" and given.cuts:
        return indexed(frame, base, given, node)
    if given.kind == "mask":
        return base.cut("subset:mask", ast.unparse(first))
    if isinstance(first, ast.Name | ast.Attribute) and _ids(first):
        return base.cut("subset:index", ast.unparse(first))
    return _chosen(base, flat(given))


def _chosen(base: Value, given: Value) -> Value:
    """Columns that were chosen by what a step has learned; names of columns alone stand for what chose them."""
    if not base.origins and given.marks and base.kind == "":
        return given
    return beside(base, [given]) if given.marks and given.origins & base.origins else base


def _ids(node: ast.Name | ast.Attribute) -> bool:
    from mlops_lint.facts.project.flow.rows import role_of

    name = node.id if isinstance(node, ast.Name) else node.attr
    words = name.lower().split("_")
    return role_of(name) is not None and bool({"idx", "index", "indices", "ids", "mask", "inds"}.intersection(words))


def indexed(frame: Frame, base: Value, given: Value, node: ast.expr) -> Value:
    """Rows that a fold's numbers pick."""
    if not base.data:
        return base
    key, side = given.cuts[-1]
    if given.held:
        frame.machine.part(base, frame.at(node), folds=key.startswith("fold:"))
    return base.cut(key, side, held=given.held)


def constant(frame: Frame, node: ast.expr) -> bool | None:
    """Whether a test holds, where only constants decide."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = constant(frame, node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        return _both(frame, node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(frame, node)
    if isinstance(node, ast.Name | ast.Constant | ast.Attribute):
        value = evaluate(frame, node)
        if value.const:
            return bool(value.const[0])
        return True if isinstance(node, ast.Name) and value.kind in ("step", "model", "object") else None
    return None


def _both(frame: Frame, node: ast.BoolOp) -> bool | None:
    decided = isinstance(node.op, ast.Or)
    answers = [constant(frame, part) for part in node.values]
    if decided in answers:
        return decided
    return None if None in answers else not decided


def _compared(frame: Frame, node: ast.Compare) -> bool | None:
    left, right = evaluate(frame, node.left), evaluate(frame, node.comparators[0])
    operation = node.ops[0]
    if not right.const:
        return None
    if right.const == (None,) and not left.const:
        known = left.kind in ("step", "model", "object", "func") or left.data
        return isinstance(operation, ast.IsNot | ast.NotEq) if known else None
    if not left.const:
        if left.items is not None or not isinstance(operation, ast.Eq):
            return None
        return "__main__" in right.const or None if chain(node.left) == "__name__" else None
    same = left.const[0] == right.const[0]
    if isinstance(operation, ast.Is | ast.Eq):
        return same
    return not same if isinstance(operation, ast.IsNot | ast.NotEq) else None
