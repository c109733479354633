"""Functions that have a control's name and do not what it says."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.files.chains import chain

_REPLACES = re.compile(r"pseudonym|hash|tokeni[sz]|surrogate", re.IGNORECASE)
_HASHING = re.compile(
    r"hash|sha\d|hmac|md5|crc32|blake|pseudonym|anonym|tokeni[sz]|encrypt|presidio|faker", re.IGNORECASE
)
_LONG = 8
"""Characters of an identifier that give it away."""


def given_back(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`def pseudonym(mrn): return mrn[:24]`: an argument as it is, or most of it."""
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    if not _REPLACES.search(node.name) or len(body) != 1 or not isinstance(body[0], ast.Return) or node.decorator_list:
        return False
    value = body[0].value
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        upper = value.slice.upper
        if value.slice.lower is not None or not isinstance(upper, ast.Constant) or not isinstance(upper.value, int):
            return False
        value = value.value if upper.value >= _LONG else None
    return isinstance(value, ast.Name) and value.id in {one.arg for one in node.args.args}


_MAPS = frozenset("map apply map_elements transform applymap map_batches".split())
_AROUND = _MAPS | frozenset("with_columns col alias assign select copy str int".split())
_FORMS = frozenset("strip lstrip rstrip lower upper title casefold astype cast fillna".split())
_PUT_TOGETHER = (ast.BinOp, ast.JoinedStr, ast.Dict, ast.comprehension, ast.Slice)
_WHO = frozenset("id ids email mail phone name number ssn iban mrn".split())


def mapped_as_it_is(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether all that a function does is to map a column by an inner function that only changes its form."""
    parts = [part for statement in node.body for part in ast.walk(statement)]
    calls = [part for part in parts if isinstance(part, ast.Call)]
    names = {chain(part.func).rpartition(".")[2] for part in calls}
    inner = {part.name: part for part in parts if isinstance(part, ast.FunctionDef)}
    given = [call.args[0] for call in calls if call.args and chain(call.func).rpartition(".")[2] in _MAPS]
    if not given or names - _AROUND - _FORMS or any(isinstance(part, _PUT_TOGETHER) for part in parts):
        return False
    return all(isinstance(one, ast.Lambda) or (isinstance(one, ast.Name) and one.id in inner) for one in given)


def written_back(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether all that a function does is to give columns their own values again, in another form at most."""
    parts = [part for statement in node.body for part in ast.walk(statement)]
    calls = [part for part in parts if isinstance(part, ast.Call)]
    if {chain(part.func).rpartition(".")[2] for part in calls} - {"assign", "copy"} - _FORMS:
        return False
    if any(isinstance(part, (*_PUT_TOGETHER, ast.Lambda, ast.Delete)) for part in parts):
        return False
    pairs = [(word.arg, word.value) for call in calls if chain(call.func).endswith(".assign") for word in call.keywords]
    for part in parts:
        if isinstance(part, ast.Assign):
            keys = [one.slice for one in part.targets if isinstance(one, ast.Subscript)]
            pairs += [(str(key.value) if isinstance(key, ast.Constant) else None, part.value) for key in keys]
    return bool(pairs) and all(isinstance(name, str) and _takes(value, name) for name, value in pairs)


def _takes(value: ast.expr, name: str) -> bool:
    """Whether a value is taken from the column of the same name, and from no other."""
    taken = [part.slice for part in ast.walk(value) if isinstance(part, ast.Subscript)]
    attributes = [part.attr for part in ast.walk(value) if isinstance(part, ast.Attribute)]
    keys = [one.value for one in taken if isinstance(one, ast.Constant)]
    return len(keys) == len(taken) and (set(keys) == {name} or (not keys and name in attributes))


def from_elsewhere(value: ast.expr, name: str, tree: ast.AST) -> bool:
    """Whether a column gets another's values, or what was worked out and bound to a name before."""
    if any(isinstance(part, ast.Subscript) for part in ast.walk(value)):
        keys = {
            part.slice.value
            for part in ast.walk(value)
            if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant)
        }
        return bool(keys) and name not in keys
    inner = value
    while isinstance(inner, ast.Call | ast.Attribute):
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    bound = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(inner, ast.Name)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == inner.id
    ]
    names = {
        chain(part.func).rpartition(".")[2] for one in bound for part in ast.walk(one) if isinstance(part, ast.Call)
    }
    return len(bound) == 1 and bool(names - _FORMS - {"copy", "pop", "get", "fillna"}) and not _READING & names


_READING = frozenset("read_csv read_parquet read_json read_sql load scan_csv scan_parquet DataFrame".split())


def identifies(name: str, control: str) -> bool:
    """Whether a column tells who somebody is, or is the one that a control speaks of."""
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    spoken = {word.rstrip("s") for word in re.split(r"[^a-z0-9]+", control.lower())}
    return bool(words & _WHO) or bool({word.rstrip("s") for word in words} & spoken - {""})


def hashes(node: ast.AST) -> bool:
    """Whether something hashes here, or a text says that it does: a call, a query."""
    if isinstance(node, ast.Call):
        return bool(_HASHING.search(chain(node.func))) or any(
            isinstance(part, ast.Name | ast.Attribute) and _HASHING.search(chain(part)) for part in node.args
        )
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(re.search(r"(?:sha\d*|md5|hash\w*)\s*\(", node.value, re.IGNORECASE))
    )
