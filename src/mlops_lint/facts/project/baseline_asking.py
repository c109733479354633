"""Two methods of one class that ask the same model: such a baseline is the model itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.model import Location

_MODEL = re.compile(r"_?(?:model|network|net|classifier|regressor|estimator|clf|booster)")
_ANSWERS = frozenset(("logits", "softmax", "argmax", "sigmoid"))
_DECIDES = (ast.Compare, ast.BoolOp, ast.If, ast.IfExp, ast.Try, ast.Match, ast.Lambda)
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def asked_alike(code: Code, baseline: Definition, served: Definition) -> Location | None:
    """Where the baseline asks a model of its object that the served method asks too, and decides nothing itself."""
    owner = baseline.qualname.rpartition(".")[0]
    beside = (baseline.path, owner) == (served.path, served.qualname.rpartition(".")[0])
    if not owner or not beside or any("Dummy" in name for name in code.graph.canonical):
        return None  # one class may hold a trivial model as well
    holder = code.definition(baseline.path, owner)
    node = code.node(holder) if isinstance(holder, Definition) and holder.kind == "class" else None
    methods = {part.name: part for part in getattr(node, "body", ()) if isinstance(part, _FUNCTION)}
    own = methods.get(baseline.name)
    if own is None or served.name not in methods or any(isinstance(part, _DECIDES) for part in ast.walk(own)):
        return None
    theirs = {name for name, _ in _asked(methods, served.name)}
    found = next((call for name, call in _asked(methods, baseline.name) if name in theirs), None)
    return code.source(baseline.path).at(found) if found is not None else None


def _asked(methods: dict[str, ast.FunctionDef | ast.AsyncFunctionDef], start: str) -> Iterator[tuple[str, ast.Call]]:
    """The objects of `self` that a method, and what it calls of its class, asks for a model's answers."""
    waiting, seen = [start], {start}
    while waiting:
        method = methods[waiting.pop()]
        parts = [part for part in ast.walk(method) if isinstance(part, ast.Attribute)]
        answered = {id(part.value) for part in parts if part.attr in _ANSWERS}
        for part in ast.walk(method):
            if not isinstance(part, ast.Call):
                continue
            name = _own(part.func)
            if name in methods:
                waiting += [name] if name not in seen else []
                seen.add(name)
            elif name and (_MODEL.fullmatch(name) or id(part) in answered):
                yield name, part
            elif isinstance(part.func, ast.Attribute) and part.func.attr.startswith("predict"):
                if asked := _own(part.func.value):
                    yield asked, part


def _own(node: ast.AST) -> str:
    """`model` of `self.model`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return ""
