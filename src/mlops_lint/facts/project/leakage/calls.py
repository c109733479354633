"""Calls: what is fitted, parted, scored, and what the result holds."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.leakage.expressions import evaluate
from mlops_lint.facts.project.leakage.model import NOTHING, Value, beside, flat, union
from mlops_lint.facts.project.leakage.tables import PUTS

if TYPE_CHECKING:
    from mlops_lint.facts.project.leakage.machine import Frame


@dataclass(slots=True)
class Called:
    """A call with its evaluated parts; `last` is the last name of what is called."""

    frame: Frame
    node: ast.Call
    name: str
    last: str
    receiver: Value | None = None
    args: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)

    def argument(self, position: int, *names: str) -> Value:
        """An argument by position or name."""
        if 0 <= position < len(self.args):
            return self.args[position]
        return next((self.keywords[name] for name in names if name in self.keywords), NOTHING)

    @property
    def given(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.keywords.values()]

    def text(self, position: int) -> str | None:
        """A text argument."""
        value = self.argument(position)
        return value.const[0] if value.const and isinstance(value.const[0], str) else None


def call(frame: Frame, node: ast.Call) -> Value:
    """What a call gives."""
    from mlops_lint.facts.project.leakage import library, methods

    called = _read(frame, node)
    function = _function(called)
    if function is not None:
        value = _project(called, function)
        if value is not None:
            return value
    known = library.by_name(called)
    if known is not None:
        return known
    if called.receiver is not None and isinstance(node.func, ast.Attribute):
        return methods.method(called)
    return unknown(called)


def _read(frame: Frame, node: ast.Call) -> Called:
    name = frame.canonical(node.func)
    last = node.func.attr if isinstance(node.func, ast.Attribute) else name.rpartition(".")[2]
    if isinstance(node.func, ast.Name) and not last:
        last = node.func.id
    called = Called(frame, node, name, last)
    if isinstance(node.func, ast.Attribute):
        called.receiver = evaluate(frame, node.func.value)
    elif not isinstance(node.func, ast.Name) or frame.lookup(node.func.id) is not None:
        called.receiver = evaluate(frame, node.func)
    asked = frame.machine.asked
    if called.last in PUTS and called.receiver is not None and called.receiver.table:
        frame.machine.asked = called.receiver
    try:
        _arguments(called)
    finally:
        frame.machine.asked = asked
    return called


def _arguments(called: Called) -> None:
    frame, node = called.frame, called.node
    for argument in node.args[:24]:
        value = evaluate(frame, argument)
        many = isinstance(argument, ast.Starred) and value.items is not None
        called.args.extend(value.items or () if many else [value])
    for keyword in node.keywords[:40]:
        value = evaluate(frame, keyword.value)
        if keyword.arg is not None:
            called.keywords[keyword.arg] = value
        elif value.keys is not None:
            called.keywords.update(dict(value.keys))


def _function(called: Called) -> Definition | None:
    """The project's function or class that is called."""
    receiver = called.receiver
    if receiver is not None and receiver.kind == "func" and isinstance(called.node.func, ast.Name):
        return receiver.of
    if receiver is not None and receiver.kind == "object" and receiver.of is not None:
        found = called.frame.machine.code.names.member(receiver.of, called.last)
        return found if isinstance(found, Definition) and found.kind == "function" else None
    path, mark, qualname = called.name.partition("::")
    if mark and qualname:
        return called.frame.machine.code.definition(path, qualname)
    return None


def _project(called: Called, function: Definition) -> Value | None:
    frame = called.frame
    machine = frame.machine
    if function.kind == "class":
        return _instance(called, function)
    if function.kind != "function":
        return None
    args = list(called.args)
    owner = machine.owner(function)
    if owner is not None:
        decorators = machine.code.modules[function.path].facts[function.qualname].decorators
        bound = called.receiver if called.receiver is not None and called.receiver.kind == "object" else None
        if "staticmethod" not in decorators and (bound is not None or "classmethod" in decorators):
            args.insert(0, bound if bound is not None else NOTHING)
    found = machine.call(frame, called.node, function, args, called.keywords)
    if found is None:
        return unknown(called)
    if not found.origins and found.items is None and found.keys is None and not found.kind and not found.const:
        returned = _gives_rows(called, function)
        return replace(unknown(called), const=()) if returned else found
    return found


def _gives_rows(called: Called, function: Definition) -> bool:
    node = called.frame.machine.code.node(function)
    return any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(node))


def _instance(called: Called, klass: Definition) -> Value:
    """An object of the project holds what it was given."""
    frame = called.frame
    machine = frame.machine
    rows = union(value for value in called.given if value.kind not in ("step", "model"))
    made = Value(kind="object", id=frame.site(called.node), of=klass)
    init = machine.code.names.member(klass, "__init__")
    if isinstance(init, Definition) and init.kind == "function":
        machine.call(frame, called.node, init, [made, *called.args], called.keywords)
    else:
        from mlops_lint.facts.project.leakage.statements import named

        for name, value in [*zip(_annotated(called, klass), called.args, strict=False), *called.keywords.items()]:
            machine.attributes[made.id, name] = named(frame, name, value, called.node)
    held = [value for (owner, _), value in machine.attributes.items() if owner == made.id]
    inner = union([rows, *held])
    return replace(inner, kind="object", id=made.id, of=klass) if rows.data else made


def _annotated(called: Called, klass: Definition) -> list[str]:
    """The fields of a dataclass or named tuple, in order."""
    node = called.frame.machine.code.node(klass)
    body = node.body if isinstance(node, ast.ClassDef) else []
    return [item.target.id for item in body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]


def unknown(called: Called) -> Value:
    """Something made of its arguments; without any, something new."""
    receiver = [called.receiver] if called.receiver is not None else []
    rows = [value for value in [*called.given, *receiver] if value.kind not in ("step", "model", "splitter", "func")]
    made = union(rows)
    return made if made.origins else fresh(called)


def fresh(called: Called) -> Value:
    """Rows of their own."""
    return Value(frozenset({called.frame.site(called.node)}))


def absorbed(value: Value, others: list[Value]) -> Value:
    """Statistics that are put into the values become steps that these went through."""
    more = [flat(other) for other in others]
    pending = value.pending.union(*(other.pending for other in more))
    made = beside(value, more)
    return replace(made, marks=made.marks | pending, kind="")
