"""Classes whose methods a library runs one after the other, with one object between them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition

_BASES = frozenset(("metaflow.FlowSpec", "metaflow.flowspec.FlowSpec"))
_MAX_STEPS = 32


def steps(code: Code, owner: Definition) -> list[Definition]:
    """The methods of a Metaflow flow in the order of its `self.next(…)`; empty for any other class."""
    node = code.node(owner)
    if not isinstance(node, ast.ClassDef):
        return []
    if not any(code.canonical(owner.path, "", chain(base)) in _BASES for base in node.bases):
        return []
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    found = [code.definition(owner.path, f"{owner.qualname}.{name}") for name in _order(methods)]
    return [one for one in found if isinstance(one, Definition)]


def _order(methods: dict[str, ast.FunctionDef]) -> list[str]:
    """From `start` on, each once."""
    found: list[str] = []
    waiting = ["start"]
    while waiting and len(found) < _MAX_STEPS:
        name = waiting.pop(0)
        if name in methods and name not in found:
            found.append(name)
            waiting += _next(methods[name])
    return found


def _next(method: ast.FunctionDef) -> Iterator[str]:
    for part in ast.walk(method):
        if isinstance(part, ast.Call) and chain(part.func) == "self.next":
            names = (argument for argument in part.args if isinstance(argument, ast.Attribute))
            yield from (one.attr for one in names if isinstance(one.value, ast.Name) and one.value.id == "self")
