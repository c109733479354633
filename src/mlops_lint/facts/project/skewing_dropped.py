"""A preparation whose result the predicting code throws away."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.nodes import stands_alone
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.model import Location


def dropped(code: Code, shared: Definition, predicts: Definition) -> Location | None:
    """Where all that predicts does with the shared preparation is to call it; None where it may use what it gives."""
    if predicts.kind != "function" or not _only_gives(code.node(shared)):
        return None
    reach = code.reachable([predicts], {module.body for module in code.modules.values()})
    sites = [(path, use, code.graph.scope(path, use.scope)) for path, use in code.graph.call_sites.get(shared, [])]
    askers = {code.graph.scope(path, use.scope) for path, use in code.graph.call_sites.get(predicts, [])}
    own = [(path, use) for path, use, by in sites if by in reach]
    if not own or any(by in askers for *_, by in sites) or not all(use.call for _, use in own):
        return None
    if all(stands_alone(code.source(path).tree, (use.line, use.column)) for path, use in own):
        return code.use_at(*own[0])
    return None


def _only_gives(function: ast.AST) -> bool:
    """Whether a function returns something, and leaves what it is given as it is."""
    if not isinstance(function, ast.FunctionDef):
        return False
    stored = [part for part in ast.walk(function) if isinstance(part, ast.Subscript | ast.Attribute)]
    if any(not isinstance(part.ctx, ast.Load) for part in stored):
        return False
    parts = list(ast.walk(function))
    acts = [part for part in parts if isinstance(part, ast.Expr) and not isinstance(part.value, ast.Constant)]
    raises = any(isinstance(part, ast.Raise | ast.Assert | ast.Global | ast.Nonlocal) for part in parts)
    told = any(isinstance(part, ast.keyword) and part.arg == "inplace" for part in parts)
    gives = any(isinstance(part, ast.Return) and part.value is not None for part in parts)
    return gives and not (acts or raises or told)
