"""Statements, one after the other; both sides of a branch that cannot be decided."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from mlops_lint.facts.project.flow.rows import role_of
from mlops_lint.facts.project.leakage.expressions import constant, evaluate
from mlops_lint.facts.project.leakage.machine import Frame
from mlops_lint.facts.project.leakage.model import NOTHING, Value, beside, flat
from mlops_lint.facts.project.leakage.tables import FITS

_LABEL_WORDS = frozenset("y label labels target targets".split())
MAX_TURNS = 4


def run(frame: Frame, body: Sequence[ast.stmt]) -> None:
    """Run statements up to a `return`."""
    for statement in body:
        frame.machine.tick()
        if isinstance(statement, ast.Return):
            frame.returns.append(evaluate(frame, statement.value) if statement.value else NOTHING)
            return
        if isinstance(statement, ast.Raise | ast.Continue | ast.Break):
            return
        _statement(frame, statement)


def _statement(frame: Frame, node: ast.stmt) -> None:
    if isinstance(node, ast.Assign):
        value = evaluate(frame, node.value)
        for target in node.targets:
            assign(frame, target, value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        assign(frame, node.target, evaluate(frame, node.value))
    elif isinstance(node, ast.AugAssign):
        value = evaluate(frame, node.value)
        assign(frame, node.target, beside(evaluate(frame, node.target), [value]))
    elif isinstance(node, ast.Expr):
        value = evaluate(frame, node.value)
        if isinstance(node.value, ast.Yield) and value != NOTHING:
            frame.returns.append(value)
    elif isinstance(node, ast.For | ast.AsyncFor):
        _loop(frame, node)
    elif isinstance(node, ast.While):
        run(frame, node.body)
    elif isinstance(node, ast.If):
        _branch(frame, node)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            value = evaluate(frame, item.context_expr)
            if item.optional_vars is not None:
                assign(frame, item.optional_vars, value)
        run(frame, node.body)
    elif isinstance(node, ast.Try):
        run(frame, [*node.body, *node.orelse])
        run(frame, node.finalbody)
    elif isinstance(node, ast.Delete):
        for gone in node.targets:
            if isinstance(gone, ast.Name):
                frame.env.pop(gone.id, None)


def _branch(frame: Frame, node: ast.If) -> None:
    evaluate(frame, node.test)
    known = constant(frame, node.test)
    if known is not None:
        run(frame, node.body if known else node.orelse)
    elif node.orelse and _fits(node.body) != _fits(node.orelse) and _transforms(node):
        run(frame, node.orelse if _fits(node.body) else node.body)  # fitted on one way, used on the other
    else:
        before = dict(frame.env)
        run(frame, node.body)
        if node.orelse:
            after, frame.env = frame.env, before
            run(frame, node.orelse)
            frame.env = {**frame.env, **{name: one for name, one in after.items() if one != before.get(name)}}


def _fits(body: Sequence[ast.stmt]) -> bool:
    return bool(FITS & _methods(body))


def _transforms(node: ast.If) -> bool:
    return "transform" in (_methods(node.body) | _methods(node.orelse))


def _methods(body: Sequence[ast.stmt]) -> set[str]:
    return {part.attr for one in body for part in ast.walk(one) if isinstance(part, ast.Attribute)}


def _loop(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    value = evaluate(frame, node.iter)
    names = node.iter.elts if isinstance(node.iter, ast.List | ast.Tuple) else []
    if value.items is not None and value.items and names and any(item.data for item in value.items):
        for name, item in list(zip(names, value.items))[:MAX_TURNS]:  # noqa: B905
            assign(frame, node.target, item)
            run(frame, node.body)
            if isinstance(name, ast.Name) and isinstance(node.target, ast.Name):
                frame.env[name.id] = frame.env.get(node.target.id, item)
    else:
        assign(frame, node.target, element(value))
        run(frame, node.body)
    run(frame, node.orelse)


def element(value: Value) -> Value:
    """One thing of many."""
    if value.kind == "folds":
        train = Value(kind="index", cuts=((value.id, "train"),))
        return Value(items=(train, replace(train, cuts=((value.id, "test"),), held=True)))
    if value.items is not None:
        return value.items[0] if value.items and value.items[0].items is not None else flat(value)
    return replace(value, const=())


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind a target; what is put into a table changes the table."""
    if isinstance(target, ast.Name):
        frame.env[target.id] = named(frame, target.id, value, target)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(frame, target.elts, value)
    elif isinstance(target, ast.Starred):
        assign(frame, target.value, value)
    elif isinstance(target, ast.Attribute):
        owner = evaluate(frame, target.value)
        if owner.kind == "object" and not owner.data:
            frame.machine.attributes[owner.id, target.attr] = named(frame, target.attr, value, target)
        else:
            put(frame, target.value, value)
    elif isinstance(target, ast.Subscript):
        _item(frame, target, value)


def _unpack(frame: Frame, targets: list[ast.expr], value: Value) -> None:
    if value.kind == "parts":
        sides = ["train", *["test"] * (len(targets) - 1)]
        for index, (target, side) in enumerate(zip(targets, sides)):  # noqa: B905
            part = replace(value, kind="").cut(value.id, f"{side}{index}", held=index > 0)
            assign(frame, target, part)
    elif value.items is not None and len(value.items) == len(targets):
        for target, item in zip(targets, value.items):  # noqa: B905  (lengths are equal)
            assign(frame, target, item)
    else:
        whole = element(value) if value.kind == "folds" else flat(value)
        if whole.items is not None and len(whole.items) == len(targets):
            _unpack(frame, targets, whole)
            return
        for target in targets:
            assign(frame, target, whole if whole.kind not in ("step", "model") else NOTHING)


def _item(frame: Frame, target: ast.Subscript, value: Value) -> None:
    base = evaluate(frame, target.value)
    if base.keys is not None and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
        rest = tuple((key, one) for key, one in base.keys if key != target.slice.value)
        _rebind(frame, target.value, replace(base, keys=(*rest, (target.slice.value, value))))
        return
    column = evaluate(frame, target.slice).const[:1] if not isinstance(target.slice, ast.Slice) else ()
    put(frame, target.value, frame.machine.shaped(column[0], flat(value)) if column else value)


def put(frame: Frame, base: ast.expr, value: Value) -> None:
    """Something is put into what `base` stands for."""
    while isinstance(base, ast.Subscript) or (isinstance(base, ast.Attribute) and base.attr in ("loc", "iloc", "at")):
        base = base.value
    known = evaluate(frame, base)
    new = flat(value)
    if known.kind in ("step", "model", "splitter"):
        return
    if not known.origins:
        _rebind(frame, base, replace(new, kind="", const=()) if known.items is None else known)
        return
    marks = known.marks | new.marks | (new.pending if new.kind == "stat" else frozenset())
    if marks != known.marks:
        _rebind(frame, base, replace(known, marks=marks))


def _rebind(frame: Frame, base: ast.expr, value: Value) -> None:
    if isinstance(base, ast.Name):
        frame.env[base.id] = value
    elif isinstance(base, ast.Attribute):
        owner = evaluate(frame, base.value)
        if owner.kind == "object":
            frame.machine.attributes[owner.id, base.attr] = value


def named(frame: Frame, name: str, value: Value, node: ast.expr) -> Value:
    """The value under a name: a nameless part of some rows gets its role from it."""
    role = role_of(name)
    if role is None or not value.data:
        return value
    held = role != "train"
    if value.part and not value.held:
        if held:
            before = replace(value, cuts=value.cuts[:-1])
            frame.machine.part(before, frame.at(node))
            value = replace(value, held=True)
    elif held and not value.cuts:
        value = replace(value, named=True)
        frame.machine.refitted(value, frame.at(node))
    if held and _LABEL_WORDS.intersection(name.lower().split("_")):
        frame.machine.labelled |= value.origins
    return value
