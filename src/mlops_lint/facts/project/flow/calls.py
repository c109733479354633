"""Calls: who is called, what the arguments stand for, what is scored there."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.expressions import evaluate
from mlops_lint.facts.project.flow.judge import judge_call, key_of
from mlops_lint.facts.project.flow.rows import Base, Rows
from mlops_lint.facts.project.flow.state import Frame, Judgement, model_id
from mlops_lint.facts.project.flow.values import (
    LOST,
    Cls,
    Const,
    Data,
    Func,
    Lost,
    Map,
    Obj,
    Pred,
    Tup,
    Value,
    hint_of,
    rows_of,
)  # fmt: skip
from mlops_lint.model import Related


@dataclass(slots=True)
class Called:
    """One call with its arguments followed."""

    frame: Frame
    node: ast.Call
    name: str
    receiver: Value = None
    method: str = ""
    args: Sequence[Value] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)

    def argument(self, position: int, *names: str) -> Value:
        """An argument by its keyword or position."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return self.args[position] if 0 <= position < len(self.args) else None

    def text(self, position: int, *names: str) -> str | None:
        """An argument that is known text."""
        value = self.argument(position, *names)
        return value.value if isinstance(value, Const) and isinstance(value.value, str) else None

    @property
    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.keywords.values()]

    def fresh(self) -> Value:
        """An opaque result; LOST where an argument depends on the path taken."""
        if any(isinstance(value, Lost) for value in self.values):
            return LOST
        if self.name in tables.SIZES and all(isinstance(value, Data | Const) for value in self.values):
            return self._size()
        made = self.frame.fresh(self.node, "()", cls=self.name)
        return replace(made, origin=key_of(self.frame.path, self.node.func))

    def _size(self) -> Value:
        """`int(len(rows) * 0.8)` is the same number wherever it is worked out on the same rows."""
        of = [f"{value.rows.base.id}:{len(value.rows.cuts)}" for value in self.values if isinstance(value, Data)]
        return Data(Rows(Base(self.frame.static(self.node, f"({','.join(of)})"))), cls=self.name)


def call(frame: Frame, node: ast.Call) -> Value:
    """Follow a call and record what it scores."""
    called = _read(frame, node)
    callee = called.receiver if not called.method else _part_of(called)
    _roles(called)
    _record(called, callee)
    if called.method in ("evaluate", "predict"):
        from mlops_lint.facts.project.flow.huggingface import measured

        measured(called)
    if callee is None and called.method and isinstance(called.receiver, Obj):
        callee = _method_of(called)
    if isinstance(callee, Func):
        return _function(called, callee)
    if isinstance(callee, Cls):
        return _object(called, callee.of)
    if isinstance(callee, Data | Obj):
        return _applied(called, callee)
    if called.receiver is not None and called.method:
        from mlops_lint.facts.project.flow.methods import method

        return method(called)
    return _by_name(called)


def _part_of(called: Called) -> Value:
    """What is called by `self.net(batch)`: an object's attribute, where it is no method."""
    if not isinstance(called.receiver, Obj) or _method_of(called) is not None:
        return None
    value = called.frame.shared.attributes.get((called.receiver.id, called.method))
    known = isinstance(value, Obj) or (isinstance(value, Data) and value.rows.opaque and value.cls)
    return value if known and not _trained(called) else None


def _trained(called: Called) -> bool:
    """A method that a library's base class brings along (`fit`, `predict`)."""
    return called.method in tables.FIT | tables.MORE_FIT | tables.PREDICT | tables.SCORE


def _read(frame: Frame, node: ast.Call) -> Called:
    called = Called(frame, node, frame.canonical(node.func) or "")
    if isinstance(node.func, ast.Attribute):
        called.receiver = evaluate(frame, node.func.value)
        called.method = node.func.attr
        if called.receiver is None:
            called.method = ""
            called.receiver = evaluate(frame, node.func)
    else:
        called.receiver = evaluate(frame, node.func)
    args: list[Value] = []
    for argument in node.args[:32]:
        value = evaluate(frame, argument)
        args.extend(value.items if isinstance(argument, ast.Starred) and isinstance(value, Tup) else [value])
    keywords: dict[str, Value] = {}
    for keyword in node.keywords[:64]:
        value = evaluate(frame, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Map):
            keywords.update(value.items)
        elif isinstance(value, Data) and value.rows.base.id in frame.shared.picked:
            keywords["**"] = value
    called.args, called.keywords = args, keywords
    return called


def _roles(called: Called) -> None:
    """What the rows are called that a function is given."""
    rows = [value for value in called.values if isinstance(value, Data | Pred) and not value.rows.opaque]
    if rows:
        key = key_of(called.frame.path, called.node.func)
        called.frame.shared.roles.setdefault(key, set()).update(hint_of(value) for value in rows)


def _record(called: Called, callee: Value) -> None:
    frame, node = called.frame, called.node
    method = called.method if called.method in tables.SCORE else ""
    args = called.args
    if method and not called.values and (of := model_id(called.receiver)):
        args = [frame.shared.attributes.get((of, "eval_dataset"))]
    from mlops_lint.facts.project.flow.trainers import class_key, network, tested

    if found := tested(called):
        judgement = _placed(called, judge_call(frame, found[0], method, found[1], {}))
        if judgement is not None and (of := network(found[0])):
            frame.shared.record(class_key(of), judgement)
    else:
        judgement = judge_call(frame, called.receiver, method, args, called.keywords)
    if called.name in tables.CROSS:
        judgement = Judgement("cross-validation", hint_of(called.argument(1, "X")), None, frame.trail)
    if judgement is None:
        return
    frame.shared.record(key_of(frame.path, node.func), judgement)
    for made in (callee, called.receiver):
        if isinstance(made, Data) and made.origin is not None and made.cls:
            frame.shared.record(made.origin, _placed(called, judgement) or judgement)


def _placed(called: Called, judgement: Judgement | None) -> Judgement | None:
    """A score of a metric that is an object: the place of the call, beside that where the object is made."""
    at = called.frame.at(called.node)
    if judgement is None or any(step.at == at for step in judgement.steps):
        return judgement
    return replace(judgement, steps=(Related(at, "these rows are scored here"), *judgement.steps))


def _method_of(called: Called) -> Value:
    """A method of the project's own class, with the object bound."""
    receiver = called.receiver
    if not isinstance(receiver, Obj):
        return None
    value = called.frame.shared.code.names.member(receiver.of, called.method)
    if isinstance(value, Definition) and value.kind == "function":
        return Func(value, None, receiver)
    return None


def _function(called: Called, callee: Func) -> Value:
    """A function of the project; a method named `fit` or `predict` of an object counts as its own model's."""
    frame = called.frame
    result = frame.shared.run_function(frame, called.node, callee, called.args, called.keywords)
    model = model_id(callee)
    if model is None:
        return result
    from mlops_lint.facts.project.flow.models import fit, predict

    if called.method in tables.FIT and not frame.shared.models.get(model):
        fit(called, model)
        return result if result is not None else callee.bound
    if called.method in tables.PREDICT and not (isinstance(result, Pred) and result.fits):
        return predict(called, model) or result
    return result


def _applied(called: Called, callee: Data | Obj) -> Value:
    """An object that is called: a network, a tokenizer, a metric."""
    from mlops_lint.facts.project.flow.models import predict

    if isinstance(callee, Data) and callee.cls.startswith(tables.FACTORIES):
        return called.fresh()
    if any(isinstance(value, Pred) for value in called.values) and isinstance(callee, Data):
        return _derived(called)
    model = model_id(callee)
    found = predict(called, model) if model is not None else None
    return found if found is not None else called.fresh()


def _derived(called: Called) -> Value:
    """What is made of predictions is still about their rows."""
    return next((value for value in called.values if isinstance(value, Pred)), None)


def _by_name(called: Called) -> Value:
    if called.receiver is None and called.name and "::" in called.name:
        return _project(called)
    from mlops_lint.facts.project.flow import huggingface, trainers
    from mlops_lint.facts.project.flow.library import library

    value = library(called) or trainers.restored(called) or huggingface.restored(called)
    if value is not None:
        return value
    return _derived(called) or _made(called)


def _made(called: Called) -> Value:
    """Something of a library; a trainer keeps the data sets that it is given."""
    from mlops_lint.facts.project.flow import huggingface
    from mlops_lint.facts.project.flow.wrapping import wrapped

    made = called.fresh()
    if isinstance(made, Data):
        called.frame.shared.models.pop(made.rows.base.id, None)
        called.frame.shared.made_with(made.rows.base.id, called.values)
        if fits := wrapped(called):
            called.frame.shared.models[made.rows.base.id] = fits
        huggingface.made(called, made)
    return made


def _project(called: Called) -> Value:
    """A class of the project: an object is made."""
    frame = called.frame
    path, _, qualname = called.name.partition("::")
    definition = frame.shared.code.definition(path, qualname)
    if definition is not None and definition.kind == "function":
        return frame.shared.run_function(frame, called.node, Func(definition), called.args, called.keywords)
    if definition is None or definition.kind != "class":
        return called.fresh()
    return _object(called, definition)


def _object(called: Called, definition: Definition) -> Value:
    frame = called.frame
    made = Obj(frame.site(called.node, "()"), definition)
    for key in [key for key in frame.shared.attributes if key[0] == made.id]:
        del frame.shared.attributes[key]
    frame.shared.models.pop(made.id, None)
    frame.shared.made_with(made.id, called.values)
    init = frame.shared.code.names.member(definition, "__init__")
    if isinstance(init, Definition) and init.kind == "function":
        frame.shared.run_function(frame, called.node, Func(init, None, made), called.args, called.keywords)
    else:
        _fields(called, made)
    from mlops_lint.facts.project.flow.datasets import as_rows

    return as_rows(called, made) or made


def _fields(called: Called, made: Obj) -> None:
    """A dataclass or named tuple: arguments become attributes, in the order of the annotations."""
    node = called.frame.shared.code.node(made.of)
    body = node.body if isinstance(node, ast.ClassDef) else []
    names = [item.target.id for item in body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
    for name, value in [*zip(names, called.args), *called.keywords.items()]:  # noqa: B905  (fewer arguments are fine)
        if value is not None:
            called.frame.shared.attributes[made.id, name] = called.frame.named(name, value, called.node)


def fields(called: Called, receiver: Obj) -> Map:
    """What is known of an object's attributes, in the order in which they were given."""
    known = called.frame.shared.attributes.items()
    return Map(tuple((name, value) for (owner, name), value in known if owner == receiver.id))


def given_rows(called: Called) -> Rows | None:
    """The rows of the first argument that has some."""
    return next((rows for value in called.values if (rows := rows_of(value)) is not None), None)
