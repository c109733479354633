"""Weights of torchvision's models: `resnet50(weights=ResNet50_Weights.IMAGENET1K_V2)` names a version of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code

_BUILDER = re.compile(r"torchvision\.models\.(?:[a-z]\w*\.)*([a-z]\w*)")
_BY_NAME = frozenset(("get_model", "get_model_weights", "list_models"))
_MEMBER = re.compile(r"(?:^|\.)\w+_Weights\.(\w+)$")
_VERSION = re.compile(r"^(?:\w+_Weights\.)?([A-Z][A-Z0-9_]+)$")


def builder(name: str) -> str:
    """The model that a function of torchvision builds, or ""; `name` is canonical."""
    match = _BUILDER.fullmatch(name)
    return match[1] if match and match[1] not in _BY_NAME else ""


def versions(code: Code, path: str, scope: str, call: ast.Call) -> list[str]:
    """The weights that a call may load; none where it loads none, or what it loads cannot be told."""
    given = next((word.value for word in call.keywords if word.arg == "weights"), None)
    return sorted(set(_members(given, _assigned(code, path, scope)))) if given is not None else []


def _members(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        for value in assigned.get(node.id, ()):
            yield from _members(value, {})
    elif isinstance(node, ast.IfExp):
        yield from _members(node.body, assigned)
        yield from _members(node.orelse, assigned)
    elif isinstance(node, ast.Attribute | ast.Constant):
        said = chain(node) if isinstance(node, ast.Attribute) else str(node.value)
        match = (_MEMBER if isinstance(node, ast.Attribute) else _VERSION).search(said)
        if match is not None:
            yield match[1]


def _assigned(code: Code, path: str, scope: str) -> dict[str, list[ast.expr]]:
    """What names of a function, or of the module, are set to."""
    found: dict[str, list[ast.expr]] = {}
    definition = code.graph.scope(path, scope)
    nodes = list(code.source(path).tree.body)
    nodes += [node for node in ast.walk(code.node(definition)) if isinstance(node, ast.stmt)] if scope else []
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found
