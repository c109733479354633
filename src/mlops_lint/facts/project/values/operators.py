"""Operators on values of which a part may be unknown."""

from __future__ import annotations

import ast
import operator
import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.facts.project.values.model import HOLE, MANY, UNKNOWN, Gap, as_text, has_gap, is_listlike, settled
from mlops_lint.facts.project.values.tables import Table

MAX_ITEMS = 5_000
MAX_TEXT = 100_000
MAX_BITS = 14_000
"""Fewer than Python's own limit for writing a number down."""
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)")
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SETS: dict[type, Callable[[Any, Any], Any]] = {
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.Sub: operator.sub,
    ast.BitXor: operator.xor,
}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """`left op right` for numbers, texts, paths, lists, sets and mappings."""
    if isinstance(op, ast.Div) and (isinstance(left, PurePosixPath) or isinstance(right, PurePosixPath)):
        return join_paths([left, right])
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return percent(left, right)
    if isinstance(op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
        return add_texts(left, right)
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        return add_lists(left, right) if isinstance(op, ast.Add) else UNKNOWN
    if isinstance(left, set) and isinstance(right, set):
        function = _SETS.get(type(op))
        return function(left, right) if function else UNKNOWN
    if isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right} if isinstance(op, ast.BitOr) else UNKNOWN
    return arithmetic(op, left, right)


def bounded(value: Any) -> Any:
    """The value, UNKNOWN where it is larger than anything that code is written about."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else UNKNOWN
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_BITS else UNKNOWN
    return value


def repeats(times: int, *texts: str) -> bool:
    """Whether a text made of so many parts would be too long to be made at all."""
    return times * max(map(len, texts), default=0) > 10 * MAX_TEXT


def explodes(text: str, name: str, given: list[Any]) -> bool:
    """Whether the method would make a text far longer than those it is given."""
    texts = [as_text(value) for value in given]
    if name == "zfill":
        return any(isinstance(value, int) and value > MAX_TEXT for value in given)
    if name == "replace" and len(texts) > 1:
        return repeats(text.count(texts[0]), texts[1])
    return name == "format" and repeats(text.count("{"), *texts)


def arithmetic(op: ast.operator, left: Any, right: Any) -> Any:
    """Numbers alone."""
    function = _ARITHMETIC.get(type(op))
    if function is None or not (isinstance(left, int | float) and isinstance(right, int | float)):
        return UNKNOWN
    try:
        return function(left, right)
    except (ArithmeticError, ValueError):
        return UNKNOWN


def add_texts(left: Any, right: Any) -> Any:
    """Concatenation; an unknown side leaves a hole."""
    if not all(isinstance(side, str | Gap) for side in (left, right)):
        return UNKNOWN
    return as_text(left) + as_text(right)


def add_lists(left: Any, right: Any) -> Any:
    """Concatenation; an unknown side is any number of items."""
    sides = [[MANY] if not isinstance(side, list | tuple) else list(side) for side in (left, right)]
    joined = sides[0] + sides[1]
    if len(joined) > MAX_ITEMS:
        return UNKNOWN
    return tuple(joined) if isinstance(left, tuple) else joined


def percent(text: str, values: Any) -> Any:
    """`"%s_%d" % (a, b)`."""
    if not settled(values):
        return HOLE
    given = values if isinstance(values, tuple) else (values,)
    if len(text) >= 10_000 or _WIDE.search(text) or repeats(text.count("%"), *[str(value) for value in given]):
        return UNKNOWN
    try:
        return text % values
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError):
        return UNKNOWN


def unary(op: ast.unaryop, value: Any) -> Any:
    """`-x` and `not x`."""
    if isinstance(op, ast.Not):
        known = truth(value)
        return UNKNOWN if known is None else not known
    if isinstance(op, ast.USub) and isinstance(value, int | float):
        return -value
    return UNKNOWN


def compare(op: ast.cmpop, left: Any, right: Any) -> Any:
    """True, False or UNKNOWN."""
    if not settled(left):
        return UNKNOWN
    if isinstance(op, ast.In | ast.NotIn) and is_listlike(right) and not settled(right):
        if settled(left) and any(settled(item) and item == left for item in right):
            return isinstance(op, ast.In)
        return UNKNOWN
    if not settled(right):
        return UNKNOWN
    try:
        return bool(_COMPARISONS[type(op)](left, right))
    except (TypeError, ValueError):
        return UNKNOWN


def truth(value: Any) -> bool | None:
    """Whether a value is true; None where it cannot be told."""
    if isinstance(value, list | tuple | set | dict):
        return bool(value) if value != [MANY] else None
    return bool(value) if settled(value) else None


def usable_key(key: Any) -> bool:
    """A key that a mapping may have and that is known."""
    return settled(key) and isinstance(key, str | int | float | bool | tuple | type(None) | PurePosixPath)


def to_set(items: list[Any]) -> Any:
    """A set of known items; UNKNOWN where one is not."""
    if has_gap(items) or not all(usable_key(item) for item in items):
        return UNKNOWN
    return set(items)


def slice_of(base: Any, parts: list[Any]) -> Any:
    """`base[a:b:c]`."""
    if isinstance(base, Table):
        return base
    if not isinstance(base, list | tuple | str) or (not isinstance(base, str) and has_gap(base) and MANY in base):
        return [MANY] if isinstance(base, list | tuple) else UNKNOWN
    if not all(part is None or isinstance(part, int) for part in parts) or parts[2] == 0:
        return UNKNOWN
    return base[slice(*parts)] if not isinstance(base, str) or HOLE not in base else HOLE


def join_paths(parts: list[Any]) -> Any:
    """`a / b / c`; an unknown part leaves a hole."""
    texts = [as_text(part) for part in parts]
    return PurePosixPath(*texts) if all(texts) else PurePosixPath(*[text or "." for text in texts])


def join_texts(parts: list[Any]) -> Any:
    """`os.path.join(a, b)`."""
    return posixpath.join(*[as_text(part) for part in parts]) if parts else UNKNOWN
