"""What an object of the project's own holds, as far as annotations say of what class it is."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition

_DEPTH = 4


def fields_of(code: Code, one: Definition, value: ast.expr) -> frozenset[str]:
    """The names of all fields of `turn.call`, those of the objects in it too; empty where they cannot be told."""
    names = chain(value).split(".")
    node = code.node(one)
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return frozenset()
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    written = next((arg.annotation for arg in given if arg.arg == names[0]), None)
    owner = _class(code, one.path, written)
    for name in names[1:]:
        owner = _class(code, owner.path, _fields(code, owner).get(name)) if owner else None
    return _all(code, owner, _DEPTH) if owner else frozenset()


def _class(code: Code, path: str, annotation: ast.expr | None) -> Definition | None:
    found = code.resolve(path, "", chain(annotation)) if annotation is not None else None
    return found if isinstance(found, Definition) and found.kind == "class" else None


def _fields(code: Code, owner: Definition) -> dict[str, ast.expr]:
    """The annotated fields of a class; none where it inherits from a class of the project."""
    node = code.node(owner)
    if not isinstance(node, ast.ClassDef) or any(_class(code, owner.path, base) for base in node.bases):
        return {}
    own = [part for part in node.body if isinstance(part, ast.AnnAssign)]
    return {part.target.id: part.annotation for part in own if isinstance(part.target, ast.Name)}


def _all(code: Code, owner: Definition, depth: int) -> frozenset[str]:
    own = _fields(code, owner)
    inner = {
        found
        for annotation in own.values()
        for part in ast.walk(annotation)
        if isinstance(part, ast.Name | ast.Attribute) and (found := _class(code, owner.path, part)) and found != owner
    }
    known = [_all(code, one, depth - 1) for one in inner] if depth else [frozenset[str]() for _ in inner]
    if any(not fields for fields in known):
        return frozenset()
    return frozenset(own).union(*known)
