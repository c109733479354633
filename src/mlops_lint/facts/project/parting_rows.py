"""What looks like parting rows and takes columns or letters; what looks like groups and numbers the rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from mlops_lint.facts.files.nodes import own_nodes
from mlops_lint.facts.project.flow.rows import role_of

ROW_NUMBERS = "the rows' numbers"
_NAMED = re.compile(
    r"set_index|index_col|\.index\s*=[^=]|\bindex\s*=\s*(?!False|True|None|\w*\.index)|from_dict|MultiIndex"
)
_TYPES = frozenset("dict list tuple set frozenset type".split())
_COLUMNS = frozenset("with_columns select assign withColumn withColumns".split())
_PARTS = re.compile(r"train|test|valid|split|fold|hold|part|set$|dev|eval", re.IGNORECASE)


def numbers_rows(node: ast.expr) -> bool:
    """`groups=rows.index`, `np.arange(len(rows))`, `range(len(rows))`: each row a group of its own."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value  # `.to_numpy()`, `.tolist()`
    if isinstance(node, ast.Attribute):
        return node.attr == "index" and isinstance(node.value, ast.Name)
    counted = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("arange", "range")
    return counted and isinstance(node, ast.Call) and len(node.args) == 1 and "len(" in ast.unparse(node.args[0])


def names_rows(text: str) -> bool:
    """Whether code gives tables an index that may say more than a number."""
    return bool(_NAMED.search(text))


def columns_alone(nodes: Iterable[ast.AST], named: Callable[[str], Any]) -> set[int]:
    """The nodes that surely take no rows: letters of a text, columns of a table, a test that becomes a column."""
    found: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Subscript) and _no_rows(node, named):
            found.add(id(node))
        elif isinstance(node, ast.Assign) and _column(node.targets[0]):
            found |= {id(part) for part in ast.walk(node.value) if isinstance(part, ast.Compare)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COLUMNS:
            found |= _tests(node)
            if node.func.attr == "select" and _selects_columns(node, named):
                found.add(id(node))
    return found


def _tests(node: ast.Call) -> set[int]:
    """Comparisons that become columns: `with_columns(is_new=pl.col("age") < 30)`."""
    given = [*node.args, *(word.value for word in node.keywords if not (word.arg and _PARTS.search(word.arg)))]
    return {id(part) for one in given for part in ast.walk(one) if isinstance(part, ast.Compare)}


def _selects_columns(node: ast.Call, named: Callable[[str], Any]) -> bool:
    """`select("age", pl.col("town"))`, `select(FEATURES)`; a list of row numbers is none."""
    columns: list[ast.expr] = []
    columns += [one for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    columns += [one for one in node.args if isinstance(one, ast.Call) and _asks_column(one)]
    columns += [one for one in node.args if isinstance(one, ast.Name) and _texts(named(one.id))]
    lists = [one for one in node.args if isinstance(one, ast.List)]
    columns += [one for one in lists if _texts([getattr(item, "value", None) for item in one.elts])]
    return len(columns) == len(node.args) and bool(node.args or node.keywords)


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) for one in value)


def _asks_column(node: ast.Call) -> bool:
    """`pl.col("town").alias("place")`."""
    func: ast.expr = node
    while isinstance(func, ast.Call | ast.Attribute):
        if isinstance(func, ast.Attribute) and func.attr in ("col", "lit", "when", "count", "len"):
            return True
        func = func.func if isinstance(func, ast.Call) else func.value
    return False


def _no_rows(node: ast.Subscript, named: Callable[[str], Any]) -> bool:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "str":
        return True
    if isinstance(node.value, ast.Name) and (node.value.id in _TYPES or (node.value.id[:1].isupper() and _typed(node))):
        return True
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    first = parts[0] if parts else None
    if len(parts) > 1 and isinstance(first, ast.Slice) and first.lower is None and first.upper is None:
        return True
    known = named(first.id) if isinstance(first, ast.Name) and first.id.isupper() else None
    return isinstance(known, list | tuple) and any(isinstance(one, str) for one in known)


def _typed(node: ast.Subscript) -> bool:
    """`Iterator[Row]`, `Series[float]`: an annotation."""
    names = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return not ast.unparse(node.value).isupper() and all(isinstance(one, ast.Name | ast.Attribute) for one in names)


def _column(target: ast.expr) -> bool:
    """`out["anaemia"] = …`, under a name that speaks of no part."""
    name = target.slice if isinstance(target, ast.Subscript) else None
    return isinstance(name, ast.Constant) and isinstance(name.value, str) and not _PARTS.search(name.value)


def whole_beside(tree: ast.AST) -> ast.Return | None:
    """`return rows, rows.iloc[:cut]`: all rows beside a part of them."""
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    own = list(own_nodes(tree))
    for node in own:
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
            whole, part = node.value.elts
            if isinstance(part, ast.Name) and isinstance(whole, ast.expr) and not isinstance(whole, ast.Name):
                whole, part = part, whole
            if isinstance(whole, ast.Name) and _part_of(part, whole.id):
                return node
    given = [node for node in own if isinstance(node, ast.Return)]
    return given[0] if given and all(_same_rows(node.value) for node in given) else None


def _same_rows(node: ast.expr | None) -> bool:
    """`return rows, rows, rows`, `return Folds(train=rows, test=rows)`."""
    if isinstance(node, ast.Call | ast.Dict):
        given = {role: value for name, value in _under_names(node) if (role := role_of(name))}
        return len(given) > 1 and "train" in given and _one_name(list(given.values()))
    parts = node.elts if isinstance(node, ast.Tuple) else []
    return len(parts) > 1 and _one_name(parts)


def _one_name(parts: list[ast.expr]) -> bool:
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return len(names) == 1 and all(isinstance(part, ast.Name) for part in parts)


def _under_names(node: ast.Call | ast.Dict) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Call):
        return [(word.arg, word.value) for word in node.keywords if word.arg]
    pairs = zip(node.keys, node.values, strict=True)
    return [(f"{key.value!s}", value) for key, value in pairs if isinstance(key, ast.Constant)]


def _part_of(node: ast.expr, name: str) -> bool:
    """A slice, a mask, a sample of the rows under a name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        taken = node.func.attr in ("sample", "head", "tail", "query") and isinstance(node.func.value, ast.Name)
        return taken and ast.unparse(node.func.value) == name
    if not isinstance(node, ast.Subscript):
        return False
    base = (
        node.value.value if isinstance(node.value, ast.Attribute) and node.value.attr in ("iloc", "loc") else node.value
    )
    rows = isinstance(node.slice, ast.Slice | ast.Compare) or (
        isinstance(node.slice, ast.UnaryOp) and isinstance(node.slice.op, ast.Invert)
    )
    return rows and isinstance(base, ast.Name) and base.id == name
