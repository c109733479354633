"""What a record takes over from a table of its own names: `**{name: row[name] for name in WATCHED}`."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def spread_names(part: ast.Dict, module: ast.Module) -> Iterator[frozenset[str] | None]:
    """The keys of each dictionary that is spread into one, as far as the file spells them; None where it does not."""
    for key, value in zip(part.keys, part.values, strict=True):
        if key is None:
            yield _keys(value, module)


def _keys(value: ast.expr, module: ast.Module) -> frozenset[str] | None:
    if isinstance(value, ast.Dict):
        return _texts([key for key in value.keys if key is not None]) if None not in value.keys else None
    if not isinstance(value, ast.DictComp) or len(value.generators) != 1:
        return None
    loop = value.generators[0]
    if not (isinstance(value.key, ast.Name) and isinstance(loop.target, ast.Name) and value.key.id == loop.target.id):
        return None
    listed = _listed(loop.iter, module) if isinstance(loop.iter, ast.Name) else loop.iter
    return _texts(listed.elts) if isinstance(listed, ast.List | ast.Tuple | ast.Set) else None


def _listed(name: ast.Name, module: ast.Module) -> ast.expr | None:
    """What the file binds a name to, where it does so once and at its top."""
    stores = [one for one in ast.walk(module) if isinstance(one, ast.Name) and one.id == name.id]
    if sum(isinstance(one.ctx, ast.Store) for one in stores) != 1:
        return None
    for part in module.body:
        if isinstance(part, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name.id for to in part.targets):
            return part.value
    return None


def _texts(nodes: list[ast.expr]) -> frozenset[str] | None:
    found = [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return frozenset(found) if len(found) == len(nodes) else None
