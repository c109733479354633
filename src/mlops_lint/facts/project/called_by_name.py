"""Whether anything calls a method, where the class alone is reached and a decorator registers the method."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.code import Code, Definition, Reach

_STOPWATCHES = frozenset(("benchmark", "aio_benchmark"))
"""Fixtures that run what they are given."""


def uncalled_method(code: Code, method: Definition, reach: Reach, files: Iterable[str]) -> bool:
    """True where objects of its class are made in reach, stay in the files, and nothing there asks for the method."""
    owner = code.definition(method.path, method.qualname.rpartition(".")[0])
    if owner is None or owner.kind != "class" or method in reach.roots or method not in reach:
        return False
    if any(code.graph.scope(path, use.scope) in reach for path, use in code.graph.call_sites.get(method, [])):
        return False
    paths = set(files)
    if not paths or any(_named(code, path, method.name) for path in paths):
        return False
    hidden = [use for _, use in code.opaque(reach, frozenset({method.name})) if split(use.chain)[0] not in _STOPWATCHES]
    return not hidden and all(_kept(code, path, owner) for path in paths)


def named_anywhere(code: Code, method: Definition) -> bool:
    """Whether code outside of tests asks anything for something of that name."""
    return any(_named(code, path, method.name) for path in code.modules if not code.is_test(path))


def _named(code: Code, path: str, name: str) -> bool:
    uses = code.modules[path].symbols.uses if path in code.modules else ()
    return any(f".{name}" in split(use.chain) or use.chain == name for use in uses)


def _kept(code: Code, path: str, owner: Definition) -> bool:
    """Whether the objects of a class that a file makes are handed to nobody."""
    tree = code.source(path).tree
    made = {id(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and _makes(code, path, node, owner)}
    names: set[str] = set()
    bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and id(node.value) in made:
            if not all(isinstance(target, ast.Name) for target in node.targets):
                return False
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            made.discard(id(node.value))
    handed = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    classes = [node for node in handed if code.resolve(path, "", node.id) == owner]
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if any(id(node) not in functions for node in classes):
        return False
    return made <= bases and not any(node.id in names and id(node) not in bases for node in handed)


def _makes(code: Code, path: str, node: ast.Call, owner: Definition) -> bool:
    return code.resolve(path, "", chain(node.func)) == owner
