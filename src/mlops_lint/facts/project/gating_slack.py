"""How far a gate that reads the charter's own target stays behind it: `f1 >= 0.8 * charter["metric"]["target"]`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from mlops_lint.facts.files.nodes import own_nodes

_TARGET = re.compile(r"\[['\"]metric['\"]\]\[['\"]target['\"]\]$|\.metric\.target$")
_OTHER = re.compile(
    r"slice|group|segment|cohort|subset|interval|lower|upper|bound|confidence|ci_|_ci|std|fold|valid|train|smoke|tiny|"
    r"sample|baseline|previous|champion|production|best",
    re.IGNORECASE,
)
"""What is measured elsewhere than at the recorded value may fall behind it."""
_LEAST, _MOST = 0.05, 20.0
"""Factors beyond change the unit: a share becomes a percentage."""
NOISE = 0.01
"""A part of the target within which a difference is a tolerance of rounding."""
_STEPS = 6

Line = tuple[float, float]
"""Factor and summand of a leaf."""
Fold = Callable[[ast.expr], float | None]


def slack(value: ast.expr, bound: ast.expr, target: float, around: ast.AST, fold: Fold) -> float | None:
    """The number that a comparison with the charter's target asks of the metric; None where it cannot be told."""
    named = _named(around)
    right, left = _line(bound, named, fold), _line(value, named, fold)
    if right is None or left is None or not _TARGET.search(right[1]) or _TARGET.search(left[1]):
        return None
    if _OTHER.search(left[1]) or _looped(left[1], around):
        return None
    (factor, summand), (by, plus) = right[0], left[0]
    if not all(_LEAST < one < _MOST for one in (factor, by)):
        return None
    return (factor * target + summand - plus) / by


def _named(around: ast.AST) -> dict[str, ast.expr]:
    """Names that are set once within a function."""
    found: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(around):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, []).append(None)
    for node in own_nodes(around):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id][0] = node.value
    return {name: values[0] for name, values in found.items() if len(values) == 1 and values[0] is not None}


def _line(node: ast.expr, named: dict[str, ast.expr], fold: Fold, depth: int = 0) -> tuple[Line, str] | None:
    """An expression as `a * leaf + b`, and the text of its leaf."""
    if isinstance(node, ast.Name) and node.id in named and depth < _STEPS:
        return _line(named[node.id], named, fold, depth + 1)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "float" and len(node.args) == 1:
        return _line(node.args[0], named, fold, depth)
    if not isinstance(node, ast.BinOp):
        return ((1.0, 0.0), ast.unparse(node)) if isinstance(node, ast.Subscript | ast.Attribute | ast.Name) else None
    if depth >= _STEPS:
        return None
    known = fold(node.right)
    if known is not None:
        return _changed(_line(node.left, named, fold, depth + 1), node.op, known)
    known = fold(node.left)
    if known is None or not isinstance(node.op, ast.Mult | ast.Add):
        return None
    return _changed(_line(node.right, named, fold, depth + 1), node.op, known)


def _changed(inner: tuple[Line, str] | None, op: ast.operator, known: float) -> tuple[Line, str] | None:
    if inner is None:
        return None
    (factor, summand), leaf = inner
    if isinstance(op, ast.Add):
        return (factor, summand + known), leaf
    if isinstance(op, ast.Sub):
        return (factor, summand - known), leaf
    if isinstance(op, ast.Mult) and known > 0:
        return (factor * known, summand * known), leaf
    if isinstance(op, ast.Div) and known > 0:
        return (factor / known, summand / known), leaf
    return None


def _looped(text: str, around: ast.AST) -> bool:
    """Whether it is one of many: taken by a loop's variable or by a parameter's value as its key."""
    words = set(re.findall(r"\w+", text))
    loops = [node.target for node in ast.walk(around) if isinstance(node, ast.For | ast.comprehension)]
    names = {part.id for target in loops for part in ast.walk(target) if isinstance(part, ast.Name)}
    return bool(words & names) or bool(re.search(r"\[[A-Za-z_]\w*\]", text))
