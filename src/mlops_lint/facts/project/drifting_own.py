"""The table that a drift check itself reads under a name for the reference."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from re import Pattern


def references(function: ast.AST, named: Pattern[str]) -> Iterator[ast.expr]:
    """What names for a reference are bound to, where each is bound once: `reference = pd.read_parquet(TRAIN)`."""
    bound: dict[str, list[ast.expr | None]] = {}
    for part in ast.walk(function):
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            bound.setdefault(part.targets[0].id, []).append(part.value)
        elif isinstance(part, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and isinstance(part.target, ast.Name):
            plain = part.value if isinstance(part, ast.AnnAssign) else None
            bound.setdefault(part.target.id, []).append(plain)
    for name, values in bound.items():
        if named.search(name) and len(values) == 1 and values[0] is not None:
            yield values[0]
