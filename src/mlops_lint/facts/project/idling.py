"""Functions that work something out and let it go."""

from __future__ import annotations

import ast
from collections.abc import Callable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.stubs import is_text

_PURE = (
    "datetime.", "time.time", "time.perf_counter", "uuid.", "math.", "hashlib.", "json.dumps", "dataclasses.asdict",
    "copy.",
)  # fmt: skip
_BUILTINS = frozenset(
    "dict list tuple set str bool round len sorted max min sum abs zip enumerate range repr type".split()
)
_METHODS = frozenset(
    "isoformat hexdigest encode decode format lower upper strip copy items keys values get strftime timestamp "
    "model_dump to_dict tolist total_seconds join split".split()
)


def lets_go(body: list[ast.stmt], name_of: Callable[[str], str | None]) -> str:
    """Why a body has no effect that lasts, empty where it has one or may; `name_of` gives canonical names."""
    said = [part for part in body if not is_text(part)]
    kept = any(isinstance(part, ast.Assign | ast.AnnAssign) for part in said)
    return "it builds a record and drops it" if kept and all(_idle(part, name_of) for part in said) else ""


def _idle(part: ast.stmt, name_of: Callable[[str], str | None]) -> bool:
    if isinstance(part, ast.Delete):
        return all(isinstance(target, ast.Name) for target in part.targets)
    if isinstance(part, ast.Return):
        return part.value is None or (isinstance(part.value, ast.Constant) and part.value.value is None)
    if isinstance(part, ast.Assign | ast.AnnAssign):
        targets = part.targets if isinstance(part, ast.Assign) else [part.target]
        if not all(isinstance(target, ast.Name) for target in targets):
            return False
    elif not isinstance(part, ast.Pass | ast.Expr):
        return False
    return all(_pure(inner, name_of) for inner in ast.walk(part))


def _pure(node: ast.AST, name_of: Callable[[str], str | None]) -> bool:
    if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
        return False
    if not isinstance(node, ast.Call):
        return True
    text = chain(node.func)
    name = name_of(text) or ""
    if name.startswith("builtins."):
        return name.removeprefix("builtins.") in _BUILTINS or name.rpartition(".")[2] in _METHODS
    return name.startswith(_PURE) or (isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS)
