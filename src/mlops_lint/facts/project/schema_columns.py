"""The columns that a declared schema names: fields of a class, keys of a mapping, words of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.pointers import FileTarget, Pointers, SymbolTarget
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location

_WORD = re.compile(r"[A-Za-z_][\w ]{1,40}")
_VALUES = re.compile(r"(?:^|\.)(?:isin|notin|is_in|Literal|OneOf|Enum|Categorical|CategoricalDtype)$")
_ALLOWED = frozenset("isin notin is_in choices categories values allowed enum default eq ne examples".split())
MAX_LINES = 2_000
DEEP = 3
_FIELD = re.compile(r"(?:^|\.)(?:Column|mapped_column|[A-Z]\w*Field|Field|fields\.[A-Z]\w+|column)$")
"""`email = Column(String)`, `email = models.EmailField()`, `email = fields.Email()`."""


def schema_columns(code: Code, pointers: Pointers, text: str) -> Iterator[tuple[str, Location]]:
    """The names, each with its place."""
    target = pointers.resolve(text, "ref")
    if isinstance(target, SymbolTarget):
        found = target.definition
        scope = code.node(found) if isinstance(found, Definition) else _assigned(code, found)
        yield from _declared(code, found.path, scope) if scope is not None else ()
    elif isinstance(target, FileTarget) and not target.standin:
        if target.path.endswith(".py"):
            source = code.source(target.path) if target.path in code.modules else None
            yield from _declared(code, target.path, source.tree) if source else ()
            return
        for number, line in enumerate((text_of(code.view, target.path) or "").split("\n")[:MAX_LINES], 1):
            bare = line.partition("--")[0].partition("#")[0]
            yield from ((word.strip(), Location(target.path, number)) for word in _WORD.findall(bare))


def fields(code: Code, pointers: Pointers, text: str) -> Iterator[tuple[str, Location]]:
    """The fields of a class alone."""
    target = pointers.resolve(text, "ref")
    found = target.definition if isinstance(target, SymbolTarget) else None
    if isinstance(found, Definition) and found.kind == "class":
        yield from class_fields(code, found)


def class_fields(code: Code, found: Definition, depth: int = 0) -> Iterator[tuple[str, Location]]:
    """Its own fields, those of the project's classes that it extends, and those of the classes that it holds."""
    node = code.node(found)
    if not isinstance(node, ast.ClassDef) or depth > DEEP:
        return
    inner: list[str] = [chain(base) for base in node.bases]
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id, code.source(found.path).at(part)
            inner += [chain(one) for one in ast.walk(part.annotation) if isinstance(one, ast.Name | ast.Attribute)]
        elif isinstance(part, ast.Assign) and isinstance(part.value, ast.Call):
            if not _FIELD.search(chain(part.value.func)):
                continue
            yield from ((one.id, code.source(found.path).at(part)) for one in part.targets if isinstance(one, ast.Name))
    for name in dict.fromkeys(inner):
        other = code.resolve(found.path, found.qualname.rpartition(".")[0], name) if name else None
        if isinstance(other, Definition) and other.kind == "class" and other != found:
            yield from class_fields(code, other, depth + 1)


def named(nodes: Iterable[ast.AST | None]) -> Iterator[tuple[str, ast.AST]]:
    """Those that are short texts."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 1 < len(node.value) <= 60:
            yield node.value, node


def _assigned(code: Code, constant: Constant) -> ast.AST | None:
    for node in code.source(constant.path).tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno == constant.line:
            return node.value
    return None


def _declared(code: Code, path: str, scope: ast.AST) -> Iterator[tuple[str, Location]]:
    """Fields of a class, keys of a mapping, names given as text."""
    place = code.source(path).at
    values = {id(part) for node in ast.walk(scope) for one in _allowed(node) for part in ast.walk(one)}
    for node in ast.walk(scope):
        if id(node) in values:
            continue
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, place(node)
        elif isinstance(node, ast.Dict):
            yield from ((name, place(key)) for name, key in named(node.keys))
        elif isinstance(node, ast.Call | ast.List | ast.Tuple | ast.Set):
            parts = node.args[:1] if isinstance(node, ast.Call) else node.elts
            yield from ((name, place(part)) for name, part in named(parts))


def _allowed(node: ast.AST) -> list[ast.expr]:
    """What a column may hold: `Literal["email", "web"]`, `Field(isin=["email", "web"])`, `Check.isin([…])`."""
    if isinstance(node, ast.Subscript):
        return [node.slice] if _VALUES.search(chain(node.value)) else []
    if not isinstance(node, ast.Call):
        return []
    listed = [word.value for word in node.keywords if word.arg in _ALLOWED]
    lists = [one for one in listed if isinstance(one, ast.List | ast.Tuple | ast.Set | ast.Constant)]
    return [*lists, *(node.args if _VALUES.search(chain(node.func)) else ())]
