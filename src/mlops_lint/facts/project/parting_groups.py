"""Rows that are parted by hand by another column than the one that the charter keeps together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.model import Location

_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_KEEPS = re.compile(r"group|hash|md5|sha\d|crc|digest|uuid|seed|rand|sample|shuffl|perm|merge|join|read_|load|open\(")
"""Words of code that may keep groups together, deals rows out or looks the parts up."""
_TIMES = re.compile(
    r"(?:^|_)(?:month|week|day|date|year|quarter|time|timestamp|hour|period|snapshot|observed|measured|at|ts|ds)(?:_|$)"
)
_ONCE = re.compile(
    r"birth|sign|join|enrol|since|first|regist|onboard|found|cohort|start|open|creat|admi|install|born|built|launch|begin"
)
"""Times that each group has one of."""
_BRIEF = re.compile(
    r"session|visit|order|trip|batch|run|call|ticket|game|match|event|request|flight|stay|episode|case|claim|basket|"
    r"message|conversation|thread|document|scan|shot|recording|video|day|week|date|lot|cycle|admission|exam"
)
"""Groups that live for a moment: a point in time may keep them together."""
_MAKES = r"[\"']{0}[\"']\s*(?:\]\s*=(?!=)|,\s*lambda)|\b{0}\s*=(?!=)|\bas\s+{0}\b|alias\([\"']{0}[\"']"


def cut_by_others(code: Code, roots: Iterable[Definition], reach: Reach, key: str) -> tuple[Location, str] | None:
    """Where rows are compared by a column that nothing makes of `key`; None where the key may play a part."""
    own = [one for one in sorted(reach.definitions) if one.kind == "function" and not code.is_test(one.path)]
    nodes = [(one, code.node(one)) for one in own]
    if not own or any(_knows(node, key) or _KEEPS.search(ast.unparse(_body(node))) for _, node in nodes):
        return None
    if any(_by_name(node) for _, node in nodes) or any(key in text for one in roots for text in _told(code, one)):
        return None
    found = [(one, part, column) for one, node in nodes for part, column in _compared(node)]
    texts = [code.text(path).text for path in code.modules if not code.is_test(path)]
    columns = {column for _, _, column in found}
    if _BRIEF.search(key.lower()) or not all(_TIMES.search(one) and not _ONCE.search(one) for one in columns):
        return None
    made = any(re.search(_MAKES.format(re.escape(column)), text) for column in columns for text in texts)
    if not found or made:
        return None
    definition, part, column = found[0]
    return code.source(definition.path).at(part), column


def _body(node: ast.AST) -> ast.Module:
    """The statements without the docstring and the annotations."""
    body = list(getattr(node, "body", []))
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return ast.Module(body=body, type_ignores=[])


def _knows(node: ast.AST, key: str) -> bool:
    """Whether a function names the key."""
    return any(
        (isinstance(part, ast.Constant) and isinstance(part.value, str) and key in part.value)
        or (isinstance(part, ast.Attribute) and part.attr == key)
        or (isinstance(part, ast.Name) and key.lower() in part.id.lower())
        or (isinstance(part, ast.arg) and part.arg == key)
        for part in ast.walk(_body(node))
    ) or any(isinstance(part, ast.arg) and part.arg == key for part in ast.walk(node))


def _by_name(node: ast.AST) -> bool:
    """Whether a column is asked for by a name that is no text here: `frame[column]`."""
    stored = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    for part in ast.walk(_body(node)):
        slices = part.slice if isinstance(part, ast.Subscript) else None
        if isinstance(slices, ast.Attribute) or (isinstance(slices, ast.Name) and slices.id not in stored):
            return True
        if isinstance(part, ast.Call) and any(isinstance(one, ast.Starred) for one in part.args):
            return True
    return False


def _told(code: Code, definition: Definition) -> Iterator[str]:
    """What the callers of a function write in their calls."""
    for path, use in code.graph.call_sites.get(definition, []):
        node = code.call_of(path, use) if use.call else None
        if node is not None:
            yield " ".join(ast.unparse(part) for part in (*node.args, *(word.value for word in node.keywords)))


def _compared(node: ast.AST) -> Iterator[tuple[ast.Compare, str]]:
    """`frame["month"] < first_test`, `month >= first_test` after `month = frame["month"]`."""
    given = {
        part.targets[0].id: name
        for part in ast.walk(node)
        if isinstance(part, ast.Assign)
        and isinstance(part.targets[0], ast.Name)
        and (name := _column(part.value)) is not None
    }
    for part in ast.walk(node):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], _ORDERED):
            side = part.left
            column = given.get(side.id) if isinstance(side, ast.Name) else _column(side)
            if column is not None:
                yield part, column


def _column(node: ast.expr) -> str | None:
    """The column of `frame["month"]`, `frame["month"].dt.date`."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    slices = node.slice if isinstance(node, ast.Subscript) else None
    return slices.value if isinstance(slices, ast.Constant) and isinstance(slices.value, str) else None
