"""Schemas that are only named: in an annotation that nothing acts upon, or in an alias that such annotations use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_ACT = re.compile(
    r"\b(?:fastapi|starlette|litestar|ninja|typer|langchain\w*|mcp|prefect|dagster|flytekit|zenml|kfp|bentoml|hamilton|"
    r"typeguard|beartype|check_types|check_io|validate_call|validate_arguments)\b"
)
"""What looks at the annotations of functions that it is given."""
_HARMLESS = frozenset(
    "override abstractmethod staticmethod classmethod property cached_property overload final".split()
)
"""Decorators that look at no annotation."""


def decorated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator may act upon the annotations of a function."""
    return any(chain(one).rpartition(".")[2] not in _HARMLESS for one in node.decorator_list)


def only_named(code: Code, subject: Definition, sites: list[tuple[str, int, int]]) -> bool:
    """Whether every one of the places (path, line, column) only names a class."""
    if not sites:
        return False
    aliases: set[str] = set()
    for path in sorted({path for path, _, _ in sites}):
        tree = code.source(path).tree
        annotated = {_place(part) for one in _annotations(tree) for part in ast.walk(one)}
        named = {_place(part): name for name, value in _aliases(tree) for part in ast.walk(value.slice)}
        for place in ((line, column) for where, line, column in sites if where == path):
            if place not in annotated and place not in named:
                return False
            aliases |= {named[place]} if place in named else set()
    wanted = {subject.name, *aliases} if aliases else {subject.name}
    return not any(_acted_upon(code, path, wanted, aliases) for path in code.modules)


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    """Of parameters, results and variables; the fields of a class may be acted upon."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS) and not decorated(node):
            yield from _head(node)
            yield from (one.annotation for one in ast.walk(node) if isinstance(one, ast.AnnAssign))


def _head(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    found = [one.annotation for one in arguments if one is not None and one.annotation is not None]
    return [*found, *([node.returns] if node.returns else [])]


def _aliases(tree: ast.AST) -> Iterator[tuple[str, ast.Subscript]]:
    """`Rows = DataFrame[Schema]` at the top of a file."""
    for node in getattr(tree, "body", []):
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        target = (node.targets if isinstance(node, ast.Assign) else [node.target])[0] if value is not None else None
        if isinstance(value, ast.Subscript) and isinstance(target, ast.Name):
            if not any(isinstance(part, ast.Call) for part in ast.walk(value)):
                yield target.id, value


def _acted_upon(code: Code, path: str, wanted: set[str], aliases: set[str]) -> bool:
    """Whether a file has a decorator look at such an annotation, calls an alias, or hands it to a call."""
    text = code.text(path).text
    if code.is_test(path) or not any(name in text for name in wanted):
        return False
    if any(_handed_on(code, one, wanted) for one in code.modules[path].definitions.values()):
        return True
    for node in ast.walk(code.source(path).tree):
        if isinstance(node, ast.ClassDef):
            fields = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
            if any(_mentions(one, wanted) for one in fields):
                return True
        if isinstance(node, ast.Call) and not chain(node.func).endswith("cast"):
            if any(_mentions(one, aliases) for one in (node.func, *node.args, *(w.value for w in node.keywords))):
                return True
    return False


def _handed_on(code: Code, one: Definition, wanted: set[str]) -> bool:
    """Whether a decorator, or a framework that it is given to, gets a function with such an annotation."""
    node = code.node(one)
    if not isinstance(node, _FUNCTIONS) or not any(_mentions(part, wanted) for part in _head(node)):
        return False
    given = {path for path, use in code.graph.call_sites.get(one, []) if not use.call}
    return decorated(node) or any(_ACT.search(code.text(path).text) for path in given)


def _mentions(node: ast.AST, names: set[str]) -> bool:
    for part in ast.walk(node):
        name = part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
        if name in names or (isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in names):
            return True
    return False
