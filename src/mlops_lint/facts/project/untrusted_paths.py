"""Paths that others decide on: a folder where they leave files, a parameter of a request."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location

LEFT = "a folder where others leave files"
_LEFT = re.compile(
    r"^(?:/|[a-z0-9]+://).*?/(?:drop|dropbox|drop-?zone|inbox|incoming|uploads?|landing|s?ftp)/", re.IGNORECASE
)
_COMMANDS = re.compile(r"\.(?:ya?ml|sh|service|env)$|(?:^|/)(?:Dockerfile[^/]*|Makefile|Procfile|justfile)$")
_ROUTE = re.compile(r"\.(?:get|post|put|patch|route|api_route|websocket)$")
_PATHS = frozenset("Path PurePath join open str expanduser resolve".split())


def left_by_others(value: object) -> bool:
    """Whether a path lies in a folder that is named after what is left there."""
    return isinstance(value, str) and bool(_LEFT.match(value))


def told_arguments(code: Code, definition: Definition, node: ast.AST) -> Iterator[tuple[str, Location]]:
    """`args.model` and `os.environ["MODEL"]` that a command of the repository fills from such a folder."""
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return
    flag = node.args[0].value
    if chain(node.func).endswith(".add_argument") and isinstance(flag, str) and flag.startswith("--"):
        place = _filled(code, re.escape(flag))
        for name in _parsed(code.source(definition.path).tree) if place else ():
            yield f"{name}.{flag[2:].replace('-', '_')}", place or code.source(definition.path).at(node)


def told_variable(code: Code, node: ast.AST) -> Location | None:
    """Where a command of the repository sets the variable of `os.environ["MODEL"]` to such a path."""
    key = node.slice if isinstance(node, ast.Subscript) and chain(node.value).endswith("environ") else None
    if isinstance(node, ast.Call) and chain(node.func).endswith(("environ.get", "getenv")) and node.args:
        key = node.args[0]
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier():
        return _filled(code, rf"\b{key.value}", r"[\"']?\s*(?:value\s*:|[:=])")
    return None


def _parsed(tree: ast.AST) -> list[str]:
    """Names that hold what `parse_args()` gave."""
    return [
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and chain(node.value.func).endswith("parse_args")
        for target in node.targets
        if isinstance(target, ast.Name)
    ]  # fmt: skip


def _filled(code: Code, name: str, between: str = r"[\"']?[\s,=]+") -> Location | None:
    pattern = re.compile(rf"{name}{between}\s*[\"']?([^\s\"',\]]+)")
    for path in code.view.entries:
        if _COMMANDS.search(path) and not code.is_test(path) and code.project.owns(path):
            text = text_of(code.view, path) or ""
            for match in pattern.finditer(text):
                if left_by_others(match[1]):
                    return Location(path, text.count("\n", 0, match.start(1)) + 1)
    return None


def asked_path(code: Code, definition: Definition, node: ast.expr) -> Location | None:
    """A text parameter of a request handler within a path, where nothing holds it against a list of what is allowed."""
    tree = code.node(definition) if definition.kind == "function" else None
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    routes = [one for one in tree.decorator_list if isinstance(one, ast.Call) and _ROUTE.search(chain(one.func))]
    given = {one.arg: one for one in [*tree.args.args, *tree.args.kwonlyargs]
             if one.annotation is None or ast.unparse(one.annotation) == "str"}  # fmt: skip
    found = next((name for name in _within(node) if name in given), None) if routes else None
    held = any(isinstance(part, ast.Compare | ast.Match | ast.Try | ast.Assert | ast.Raise) for part in ast.walk(tree))
    return code.source(definition.path).at(given[found]) if found and not held else None


def _within(node: ast.expr) -> Iterator[str]:
    """The names that a path is put together of; a key of a mapping is none."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.BinOp):
        yield from _within(node.left)
        yield from _within(node.right)
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _within(part.value) if isinstance(part, ast.FormattedValue) else ()
    elif isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2] in _PATHS:
        for part in [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]:
            yield from _within(part)
