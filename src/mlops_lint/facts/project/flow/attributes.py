"""Attributes of objects and of what carries rows, by a dot or by `getattr`."""

from __future__ import annotations

import ast

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.rows import Base, Rows, role_of
from mlops_lint.facts.project.flow.state import CONFIG, Frame
from mlops_lint.facts.project.flow.values import LOST, Const, Data, Func, Lost, Map, Obj, Pred, Value

_LAST = 1 << 30


def attribute(frame: Frame, node: ast.Attribute, base: Value) -> Value:
    """What `base.name` stands for."""
    if isinstance(base, Obj):
        return of_object(frame, base, node.attr)
    if isinstance(base, Map):
        return base.get(node.attr)
    if isinstance(base, Pred):
        return base
    if isinstance(base, Data):
        return _option(frame, base, node) or _setting(frame, base, node) or _of_data(base, node.attr)
    if base is None and isinstance(node.value, ast.Name):
        return frame.shared_value(node.value.id, node.attr)
    return LOST if isinstance(base, Lost) else None


def _option(frame: Frame, base: Data, node: ast.Attribute) -> Value:
    """`args.data` of `parser.parse_args()`, where its default or the commands of the project settle it."""
    if not base.cls.endswith("parse_args"):
        return None
    text = frame.shared.option(frame.path, frame.scope, node)
    return Const(text) if text is not None else None


def _setting(frame: Frame, base: Data, node: ast.Attribute) -> Value:
    """`cfg.paths.splits` of the configuration that `@hydra.main` hands on, wherever it was handed to."""
    identity = base.rows.base.id
    if not identity.startswith(CONFIG):
        return None
    origin = next((one for one in frame.shared.configs if identity.startswith(one)), None)
    if origin is None:
        return None
    path, scope, name = frame.shared.configs[origin]
    steps = [*identity.removeprefix(origin).split(".")[1:], node.attr]
    if not all(step.isidentifier() for step in steps):
        return None
    written: ast.expr = ast.Name(name, ast.Load(), lineno=_LAST, col_offset=0)
    for step in steps:
        written = ast.Attribute(written, step, ast.Load(), lineno=_LAST, col_offset=0)
    text = frame.shared.settled(path, scope, written)
    return Const(text) if text and "${" not in text else None


def of_object(frame: Frame, base: Obj, name: str) -> Value:
    """An attribute or a bound method of an object of the project."""
    key = (base.id, name)
    if key in frame.shared.attributes:
        return frame.shared.attributes[key]
    method = frame.shared.code.definition(base.of.path, f"{base.of.qualname}.{name}")
    if isinstance(method, Definition) and method.kind == "function":
        return Func(method, None, base)
    value = Data(Rows(Base(f"parameter:{base.id}.{name}")), role_of(name))
    frame.shared.attributes[key] = value
    return value


def _of_data(base: Data, name: str) -> Value:
    role = role_of(name)
    if name in tables.MODEL_ATTRIBUTES:
        return base
    if role is not None and name not in ("target", "data"):
        return Data(Rows(Base(f"{base.rows.base.id}.{name}")), role) if base.rows.opaque else Data(base.rows, role)
    if name in tables.KEEP_ATTRIBUTES or not base.rows.opaque:
        return Data(base.rows, base.hint)
    return Data(Rows(Base(f"{base.rows.base.id}.{name}")), base.hint)
