"""What OmegaConf makes of files and classes: `OmegaConf.merge(OmegaConf.structured(Settings), settings)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.values.model import UNKNOWN, Frame, Settings

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_OWN = "omegaconf.OmegaConf."
_DEEP = 12


def omega(fold: Evaluator, name: str, node: ast.Call, frame: Frame) -> Any:
    """What its functions give; NotImplemented for any other."""
    function = name.removeprefix(_OWN)
    if function == name or function not in ("merge", "unsafe_merge", "structured", "from_dotlist", "to_object"):
        return NotImplemented
    if node.keywords or any(isinstance(part, ast.Starred) for part in node.args) or not node.args:
        return UNKNOWN
    given = [fold.evaluate(part, frame) for part in node.args]
    if function == "structured":
        return _fields(fold, given[0])
    if function == "from_dotlist":
        return Settings() if given[0] == [] else UNKNOWN
    if function == "to_object":
        return given[0] if isinstance(given[0], Settings) else UNKNOWN
    if not all(isinstance(one, dict) for one in given):
        return UNKNOWN
    merged: dict[Any, Any] = {}
    for one in given:
        merged = _over(merged, one)
    return Settings(merged)


def _fields(fold: Evaluator, value: Any) -> Any:
    """The fields of a class, whose defaults are not looked at."""
    body = fold.code.node(value) if isinstance(value, Definition) and value.kind == "class" else None
    if not isinstance(body, ast.ClassDef) or body.bases:
        return UNKNOWN
    fields = (part.target for part in body.body if isinstance(part, ast.AnnAssign))
    return Settings((target.id, UNKNOWN) for target in fields if isinstance(target, ast.Name))


def _over(base: dict[Any, Any], other: dict[Any, Any], depth: int = 0) -> dict[Any, Any]:
    """The second mapping laid over the first one, at every depth."""
    found = dict(base)
    for key, value in other.items():
        below = found.get(key)
        if isinstance(below, dict) and isinstance(value, dict) and depth < _DEEP:
            found[key] = _over(below, value, depth + 1)
        else:
            found[key] = value
    return found
