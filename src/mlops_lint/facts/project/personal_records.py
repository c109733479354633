"""Names of what is kept of each row: headers that code writes, keys of records that it stores, fields of its rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.schema_columns import class_fields, named
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_RECORDS = re.compile(r"(?:^|\.)(?:BaseModel|TypedDict|NamedTuple|DataFrameModel|SchemaModel|SQLModel|Document)$")
_SETTINGS = re.compile(r"(?i)settings|config|options|credential|secret|smtp|mail|notif|auth|login")
_SENT = re.compile(r"(?i)smtp|send|mail|slack|notify|webhook|post$")
_CREDITS = re.compile(r"(?i)maintainer|licen[cs]e|copyright|contact_?point|^authors?$|^owner$")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAX_NAMES = 200


Names = list[tuple[str, Location]]


def recorded_columns(code: Code, shipped: Shipped) -> Iterator[Names]:
    """Of each kind of record by code that runs outside of tests; settings, letters and credits are none."""
    for names in _records(code, shipped):
        if not any(_CREDITS.search(name) for name, _ in names):
            yield names


def _records(code: Code, shipped: Shipped) -> Iterator[Names]:
    for definition in sorted(shipped.live.definitions):
        if code.is_test(definition.path) or definition.path not in code.modules or definition.path.endswith(".ipynb"):
            continue
        if definition.kind == "function" or definition.qualname == "":
            yield from _kept(code, definition)
    yield from _rows(code, shipped.scored)


def taken_records(code: Code, root: Definition) -> Iterator[Names]:
    """The fields of each class of records that a function's parameters are of."""
    node = code.node(root) if root.kind == "function" else None
    for one in [*node.args.args, *node.args.kwonlyargs] if isinstance(node, _FUNCTIONS) else ():
        for part in ast.walk(one.annotation) if one.annotation is not None else ():
            name = chain(part) if isinstance(part, ast.Name | ast.Attribute) else ""
            found = code.resolve(root.path, "", name) if name else None
            if isinstance(found, Definition) and found.kind == "class" and not _SETTINGS.search(found.name):
                body = code.node(found)
                if isinstance(body, ast.ClassDef) and (_is_record(body) or body.bases):
                    yield list(class_fields(code, found))


def _kept(code: Code, definition: Definition) -> Iterator[Names]:
    try:
        source = code.source(definition.path)
    except (DocumentError, Unreadable):
        return
    nodes = list(own_nodes(source.tree if definition.qualname == "" else code.node(definition)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if any(_SENT.search(chain(call.func)) for call in calls):
        return
    for call in calls:
        for node in _listed(call):
            yield [(name, source.at(call)) for name in _names(source.tree, nodes, node)]


def _listed(call: ast.Call) -> list[ast.expr]:
    """What a call that stores rows takes their names from."""
    name = chain(call.func)
    last = name.rpartition(".")[2]
    given = {word.arg: word.value for word in call.keywords if word.arg}
    if last == "writerow":
        return call.args[:1]
    if last == "DictWriter":
        return [*call.args[1:2], *([given["fieldnames"]] if "fieldnames" in given else [])]
    if name in ("json.dumps", "json.dump", "orjson.dumps", "ujson.dumps"):
        return [one for one in call.args[:1] if isinstance(one, ast.Dict | ast.Name)]
    if last == "DataFrame":
        return [given["columns"]] if "columns" in given else []
    return []


def _names(tree: ast.AST, nodes: Iterable[ast.AST], node: ast.expr) -> Iterator[str]:
    """The texts of a list, the keys of a mapping, also through a name that is bound once."""
    if isinstance(node, ast.Name):
        bound = _bound(nodes, node.id) or _bound(getattr(tree, "body", []), node.id)
        if len(bound) != 1 or isinstance(bound[0], ast.Name):
            return
        node = bound[0]
    if isinstance(node, ast.Dict):
        yield from (name for name, _ in named(node.keys[:MAX_NAMES]))
    elif isinstance(node, ast.List | ast.Tuple):
        yield from (name for name, _ in named(node.elts[:MAX_NAMES]))


def _bound(nodes: Iterable[ast.AST], name: str) -> list[ast.expr]:
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]


def _rows(code: Code, reach: Reach) -> Iterator[Names]:
    """Fields of the classes that training and scoring make their rows of."""
    for path in sorted({one.path for one in reach.definitions} & code.modules.keys()):
        for one in code.modules[path].definitions.values():
            if one.kind == "class" and one in reach and not code.is_test(path) and not _SETTINGS.search(one.name):
                node = code.node(one)
                if isinstance(node, ast.ClassDef) and _is_record(node):
                    yield list(class_fields(code, one))


def _is_record(node: ast.ClassDef) -> bool:
    marks = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    data = any(chain(one).endswith("dataclass") for one in marks)
    return data or any(_RECORDS.search(chain(base)) for base in node.bases)
