"""Data sets that are classes of the project (`__len__` and `__getitem__`): which rows an object of them gives."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.rows import Base, Cut, Role, Rows, role_of
from mlops_lint.facts.project.flow.values import (
    Const,
    Data,
    Obj,
    Pred,
    Tup,
    Value,
    Zipped,
    hint_of,
    path_text,
    rows_of,
)  # fmt: skip

STORED = ("file:", "folder:")
_PLACE = re.compile(r"root|path|dir|folder|file|csv|json|images?|data|src|source|base|name|version", re.I)
_FLAG = re.compile(r"(?:is_?)?train(?:ing)?", re.I)
_BASES = ("Dataset", "Sequence")
_DEPTH = 4


def is_dataset(called: Called, of: Definition) -> bool:
    """Whether a class is a `torch.utils.data.Dataset`, a `keras.utils.Sequence` or the like."""
    code, waiting = called.frame.shared.code, [of]
    for _ in range(_DEPTH):
        if not waiting:
            return False
        one = waiting.pop()
        node = code.node(one)
        names = [chain(base.value if isinstance(base, ast.Subscript) else base) for base in getattr(node, "bases", ())]
        if any(name.endswith(_BASES) for name in names):
            return True
        found = [code.resolve(one.path, "", name) for name in names]
        waiting += [base for base in found if isinstance(base, Definition) and base.kind == "class"]
    return False


def as_rows(called: Called, made: Obj) -> Value:
    """The rows behind an object of a data set; None where they cannot be told."""
    if not is_dataset(called, made.of):
        indexed = all(_method(called, made.of, name) is not None for name in ("__len__", "__getitem__"))
        return _only(called) if indexed else None
    given = _arguments(called, made.of)
    side = _side(called, made.of, given)
    known = _held(called, made) or _only(called)
    if side is not None and (known is None or _made_inside(called, known)):
        base = _by_place(called, made.of, given)
        if base is not None:
            return Data(base.cut(Cut("side", side, "split", side)), side)
    rows = rows_of(known)
    if rows is None or side is None or rows.role == side:
        return known
    return Data(rows.cut(Cut("side", side, "split", side)), side)


def _made_inside(called: Called, known: Value) -> bool:
    """Whether the rows have no identity beyond this very call."""
    rows, node = rows_of(known), called.node
    return rows is not None and f">{called.frame.path}:{node.lineno}:{node.col_offset}" in rows.base.id


def _arguments(called: Called, of: Definition) -> dict[str, Value]:
    """The values of the parameters of `__init__`, defaults left out."""
    names = [item.arg for item in _parameters(called, of)]
    found = dict(zip(names, called.args))  # noqa: B905  (fewer arguments are fine)
    found.update(called.keywords)
    return found


def _parameters(called: Called, of: Definition) -> list[ast.arg]:
    node = _method(called, of, "__init__")
    return [*node.args.posonlyargs, *node.args.args][1:] + node.args.kwonlyargs if node is not None else []


def _method(called: Called, of: Definition, name: str) -> ast.FunctionDef | None:
    found = called.frame.shared.code.names.member(of, name)
    node = called.frame.shared.code.node(found) if isinstance(found, Definition) else None
    return node if isinstance(node, ast.FunctionDef) else None


def _side(called: Called, of: Definition, given: dict[str, Value]) -> Role | None:
    """The part that an argument names, where the class makes use of the argument."""
    for name, value in given.items():
        if not isinstance(value, Const) or not _used(called, of, name):
            continue
        if isinstance(value.value, str) and value.value.replace("_", "").isalpha() and role_of(value.value):
            return role_of(value.value)
        if isinstance(value.value, bool) and _FLAG.fullmatch(name):
            return "train" if value.value else "test"
    return None


def _used(called: Called, of: Definition, name: str) -> bool:
    """Whether a parameter says something of the rows: it is read beyond `self.name = name`."""
    node = _method(called, of, "__init__")
    if node is None:
        return True
    kept = {
        part.targets[0].attr
        for part in ast.walk(node)
        if isinstance(part, ast.Assign)
        and isinstance(part.targets[0], ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == name
    }
    reads = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == name]
    if len([part for part in reads if isinstance(part.ctx, ast.Load)]) > len(kept):
        return True
    owner = called.frame.shared.code.node(of)
    loaded = [part for part in ast.walk(owner) if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load)]
    return any(part.attr in kept for part in loaded)


def _held(called: Called, made: Obj) -> Value:
    """What `__len__`, or else `__getitem__`, reads of the object."""
    for method in ("__len__", "__getitem__", "__iter__"):
        node = _method(called, made.of, method)
        names = _own(node) if node is not None else []
        found = [value for name in names if (value := _rows(called, made, name)) is not None]
        if found and all(rows_of(value) == rows_of(found[0]) for value in found):
            return found[0]
        if found:
            return None
    return None


def _own(node: ast.FunctionDef) -> list[str]:
    """The attributes that a method reads of its object: `self.frame`."""
    first = node.args.args[0].arg if node.args.args else ""
    read = [part for part in ast.walk(node) if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)]
    return [part.attr for part in read if isinstance(part.value, ast.Name) and part.value.id == first]


def _rows(called: Called, made: Obj, name: str) -> Value:
    """What an attribute holds, where it carries rows, or the content of a file or folder."""
    value = called.frame.shared.attributes.get((made.id, name))
    while isinstance(value, Zipped | Tup):
        inner = value.values if isinstance(value, Zipped) else value.items
        value = inner[0] if inner else None
    if not isinstance(value, Data) or isinstance(value, Pred):
        return None
    if not value.rows.opaque:
        return value
    if value.rows.base.id.startswith(STORED):
        words = re.split(r"[/\\]", value.rows.base.id.partition(":")[2])[-2:]
        role = next((role for word in reversed(words) if (role := role_of(word))), None)
        return Data(Rows(Base(value.rows.base.id, opaque=False, role=role)), role)
    return None


def _only(called: Called) -> Value:
    """The one argument that carries rows."""
    given = [value for value in called.values if rows_of(value) is not None]
    if len(given) != 1:
        given = [value for value in given if not (rows := rows_of(value)) or not rows.opaque]
    same = bool(given) and all(rows_of(value) == rows_of(given[0]) for value in given)
    return given[0] if same and isinstance(given[0], Data) else _tuple(given[0]) if same else None


def _tuple(value: Value) -> Value:
    rows = rows_of(value)
    return Data(rows, hint_of(value)) if rows is not None and not isinstance(value, Pred) else None


def _by_place(called: Called, of: Definition, given: dict[str, Value]) -> Rows | None:
    """Rows that are known by the class and by where it is told to look."""
    told: list[str] = []
    for name, value in given.items():
        if _PLACE.search(name) and not (isinstance(value, Const) and role_of(str(value.value))):
            text = path_text(value)
            if text is None:
                return None
            told.append(f"{name}={text}")
    return Rows(Base(f"dataset:{of.key}:{','.join(told)}"[:1000], opaque=False)) if told or not given else None
