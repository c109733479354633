"""Splits by hand that plainly keep no shares of the labels."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain, split

_SHARES = re.compile(
    r"strat|group|partition_by|unique|value_counts|balanc|sampleBy|per_|by_|class|label|target|bincount|weights|"
    r"counter|iterative|quota|share|ratio_of|isin|query",
    re.IGNORECASE,
)
"""What a split that keeps shares by hand would name."""
_DEALS = frozenset(("randomSplit", "random_split", "train_test_split"))


def bare(trees: Iterable[ast.AST]) -> ast.AST | None:
    """Where rows are dealt out or cut by position, and nothing in the code looks at what they hold."""
    found: ast.AST | None = None
    for tree in trees:
        nodes = [part for part in ast.walk(tree) if part is not tree]
        if any(_SHARES.search(word) for part in nodes for word in _words(part)):
            return None
        if any(isinstance(part, ast.Compare | ast.comprehension | ast.For | ast.While) for part in nodes):
            return None
        found = found or next((part for part in nodes if _deals(part)), None) or _cut(nodes)
    return found


def _words(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.keyword):
        return [node.arg or "strat"]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _deals(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and split(chain(node.func))[-1].lstrip(".") in _DEALS
    )


def _cut(nodes: list[ast.AST]) -> ast.AST | None:
    """`rows[:cut]` and `rows[cut:]`."""
    cuts = [part for part in nodes if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice)]
    heads = {(ast.dump(one.value), ast.dump(end)): one for one in cuts if (end := _end(one, "upper", "lower"))}
    tails = {(ast.dump(one.value), ast.dump(end)) for one in cuts if (end := _end(one, "lower", "upper"))}
    return next((one for key, one in heads.items() if key in tails), None)


def _end(node: ast.Subscript, given: str, other: str) -> ast.expr | None:
    bounds = node.slice
    if getattr(bounds, other) is not None or getattr(bounds, "step", None) is not None:
        return None
    end = getattr(bounds, given)
    return end if isinstance(end, ast.expr) else None
