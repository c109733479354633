"""What expressions stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.flow.attributes import attribute
from mlops_lint.facts.project.flow.rows import EARLIER, Base, Rows, spans
from mlops_lint.facts.project.flow.select import GROUPS, column_key, column_of, subscript, text_of
from mlops_lint.facts.project.flow.state import Frame
from mlops_lint.facts.project.flow.values import (
    LOST,
    Const,
    Data,
    Folds,
    Lost,
    Made,
    Map,
    Mask,
    Pred,
    Select,
    Tup,
    Value,
    Zipped,
    join,
    path_text,
)  # fmt: skip

_SPANS = frozenset("timedelta timedelta64 dateoffset relativedelta duration".split())
MAX_NESTING = 60
MAX_ITEMS = 256
MAX_BOUNDS = 8
_ORDER = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_OPPOSITE = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "==": "!=", "!=": "==", "in": "not in", "not in": "in",
             "is": "is not", "is not": "is"}  # fmt: skip


def evaluate(frame: Frame, node: ast.expr | None) -> Value:
    """The value of an expression; None is unknown."""
    if node is None:
        return None
    frame.shared.tick()
    handler = _HANDLERS.get(type(node))
    if handler is None or frame.depth > MAX_NESTING:
        return None
    frame.depth += 1
    try:
        return handler(frame, node)
    finally:
        frame.depth -= 1


def _constant(frame: Frame, node: ast.Constant) -> Value:
    value = node.value
    return Const(value) if value is None or isinstance(value, str | int | float | bool) else None


def _name(frame: Frame, node: ast.Name) -> Value:
    found, value = frame.lookup(node.id)
    return value if found else frame.shared_value(node.id)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    return attribute(frame, node, evaluate(frame, node.value))


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    base = evaluate(frame, node.value)
    if isinstance(base, Lost):
        return LOST
    index = None if isinstance(node.slice, ast.Slice) else evaluate(frame, node.slice)
    if isinstance(base, Data) and isinstance(index, Const):
        stored = frame.shared.attributes.get(column_key(base.rows, index.value))
        if isinstance(stored, Pred):
            return stored
    return subscript(frame, node, base, index)


def _tuple(frame: Frame, node: ast.Tuple | ast.List | ast.Set) -> Value:
    items: list[Value] = []
    for item in node.elts[:64]:
        if isinstance(item, ast.Slice):
            items.append(None)
        elif isinstance(item, ast.Starred):
            inner = evaluate(frame, item.value)
            if not isinstance(inner, Tup):
                if any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.elts):
                    continue  # names of columns, whatever the others are called
                return None
            items.extend(inner.items)
        else:
            items.append(evaluate(frame, item))
    return Tup(tuple(items)) if len(items) <= MAX_ITEMS else None


def _dict(frame: Frame, node: ast.Dict) -> Value:
    items: list[tuple[str, Value]] = []
    for key, value in zip(node.keys[:64], node.values):  # noqa: B905  (cut at 64)
        found = evaluate(frame, key)
        inner = evaluate(frame, value)
        if key is None and isinstance(inner, Map):
            items.extend(inner.items)
        elif isinstance(found, Const):
            items.append((str(found.value), inner))
    return Map(tuple(items)) if len(items) <= MAX_ITEMS else None


def _call(frame: Frame, node: ast.Call) -> Value:
    from mlops_lint.facts.project.flow.calls import call

    return call(frame, node)


def _compare(frame: Frame, node: ast.Compare) -> Value:
    left = evaluate(frame, node.left)
    right = evaluate(frame, node.comparators[0])
    for side in (left, right):
        if isinstance(side, Pred):
            return side
    if len(node.ops) != 1 or type(node.ops[0]) not in _ORDER:
        return None
    operator = _ORDER[type(node.ops[0])]
    if isinstance(left, Const) and isinstance(right, Const) and operator in ("==", "!="):
        return Const((left.value == right.value) == (operator == "=="))
    value = right.value if isinstance(right, Const) and not isinstance(right.value, str) else None
    text = text_of(node.comparators[0]) if value is None else value
    if isinstance(right, Data) and isinstance(node.comparators[0], ast.Name | ast.Attribute) and frame.trail:
        # One name stands for what each call of a function gives it; stages that give it alike are alike.
        text = f"{text}@{frame.everywhere(right.rows.base.id)}"
    if isinstance(right, Const) and isinstance(right.value, str):
        text = repr(right.value)
    if isinstance(left, Data | Lost) or left is None:
        return Mask(frozenset({(column_of(frame, node.left, left), operator, text)}))
    return None


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    value = evaluate(frame, node.operand)
    if isinstance(node.op, ast.Invert) and isinstance(value, Mask):
        return _inverted(value)
    if isinstance(node.op, ast.Invert) and isinstance(value, Data):
        return Mask(frozenset({(f"value:{value.rows.base.id}", "is not", True)}))
    if isinstance(value, Const):
        if isinstance(node.op, ast.Not):
            return Const(not value.value)
        if isinstance(node.op, ast.USub) and isinstance(value.value, int | float):
            return Const(-value.value)
    return value if isinstance(value, Data | Pred) and not isinstance(node.op, ast.Not) else None


def _inverted(mask: Mask) -> Value:
    if mask.within is not None:
        return Mask(mask.literals, mask.within, not mask.negated)
    if len(mask.literals) != 1:
        return None
    ((column, operator, value),) = mask.literals
    return Mask(frozenset({(column, _OPPOSITE[operator], value)}))


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    if isinstance(left, Mask) and isinstance(right, Mask) and isinstance(node.op, ast.BitAnd):
        return _both(frame, left, right)
    if isinstance(left, Const) and isinstance(right, Const):
        return _arithmetic(node.op, left, right)
    if isinstance(node.op, ast.Div) and isinstance(right, Const) and isinstance(right.value, str):
        folder = path_text(left)
        return Const(f"{folder.rstrip('/')}/{right.value}"[:4096]) if folder else None
    for side in (left, right):
        if isinstance(side, Pred):
            return side
    if isinstance(left, Data) and left.rows.opaque and isinstance(node.op, ast.Sub) and _span(node.right):
        return Data(Rows(Base(f"{left.rows.base.id}{EARLIER}{frame.static(node)}")))
    known = [side for side in (left, right) if isinstance(side, Data)]
    if not known or isinstance(left, Lost) or isinstance(right, Lost):
        return None
    if len(known) == 1 or known[0].rows == known[1].rows:
        return Data(known[0].rows, known[0].hint)
    return None


def _both(frame: Frame, left: Mask, right: Mask) -> Value:
    """Both hold; who asks for rows between two bounds says which of them is the lower one."""
    if left.within or right.within:
        return None
    literals = left.literals | right.literals
    if len(literals) <= MAX_BOUNDS:
        frame.shared.spans |= spans(literals)
    return Mask(literals)


def _span(node: ast.expr) -> bool:
    """`pd.Timedelta(days=…)`: what it is taken from becomes earlier."""
    return isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2].lower() in _SPANS


def _arithmetic(operator: ast.operator, left: Const, right: Const) -> Value:
    a, b = left.value, right.value
    if isinstance(a, str) and isinstance(b, str):
        if isinstance(operator, ast.Div):
            return Const(f"{a.rstrip('/')}/{b}")
        return Const((a + b)[:4096]) if isinstance(operator, ast.Add) else None
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, int | float) or not isinstance(b, int | float):
        return None
    if isinstance(operator, ast.Add):
        return Const(a + b)
    return Const(a - b) if isinstance(operator, ast.Sub) else None


def _boolean(frame: Frame, node: ast.BoolOp) -> Value:
    values = [evaluate(frame, item) for item in node.values]
    return values[0] if all(value == values[0] for value in values) else None


def _choice(frame: Frame, node: ast.IfExp) -> Value:
    test = evaluate(frame, node.test)
    body, other = evaluate(frame, node.body), evaluate(frame, node.orelse)
    if isinstance(test, Const):
        return body if test.value else other
    return join(body, other)


def _text(frame: Frame, node: ast.JoinedStr) -> Value:
    text = ""
    for part in node.values:
        value = evaluate(frame, part.value if isinstance(part, ast.FormattedValue) else part)
        if not isinstance(value, Const) or (isinstance(part, ast.FormattedValue) and part.format_spec is not None):
            folder = path_text(value) if isinstance(value, Data) and len(node.values) > 1 else None
            if folder is None:
                return None
            value = Const(folder)
        text += f"{value.value!s}"
    return Const(text[:4096]) if "{" not in text or "/" in text or "." in text else None


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    value = frame.named(node.target.id, evaluate(frame, node.value), node.target)
    frame.env[node.target.id] = value
    return value


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    from mlops_lint.facts.project.flow.comprehensions import many

    return many(frame, node)


def _mapping(frame: Frame, node: ast.DictComp) -> Value:
    from mlops_lint.facts.project.flow.comprehensions import mapping

    return mapping(frame, node)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    return Made(node)


def _awaited(frame: Frame, node: ast.Await | ast.Starred) -> Value:
    return evaluate(frame, node.value)


def element(value: Value) -> Value:
    """What a loop over a value binds, where it is the same each time round."""
    if isinstance(value, Folds):
        return fold(value)
    if isinstance(value, Data) and value.cls == GROUPS:
        return None
    if isinstance(value, Data | Pred | Select):
        return value
    if isinstance(value, Zipped):
        return Tup(tuple(element(inner) for inner in value.values))
    if isinstance(value, Tup) and value.items and all(item == value.items[0] for item in value.items):
        return value.items[0]
    return None


def fold(folds: Folds, kind: str = "fold") -> Tup:
    """The row numbers of one fold."""
    from mlops_lint.facts.project.flow.rows import Cut

    train = Cut(folds.key, "train", kind, "train", folds.at)
    return Tup((Select(train), Select(Cut(folds.key, "test", kind, "test", folds.at))))


_HANDLERS: dict[type, Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Tuple: _tuple,
    ast.List: _tuple,
    ast.Set: _tuple,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _choice,
    ast.JoinedStr: _text,
    ast.NamedExpr: _walrus,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _mapping,
    ast.Lambda: _lambda,
    ast.Await: _awaited,
    ast.Starred: _awaited,
}
