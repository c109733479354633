"""Follows statements: branches are joined, loops run once, what is not known forgets the names it assigns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mlops_lint.facts.files.nodes import is_main_guard
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow.assignments import assign
from mlops_lint.facts.project.flow.choosing import decided, pick, settings
from mlops_lint.facts.project.flow.expressions import element, evaluate
from mlops_lint.facts.project.flow.methods import items_of
from mlops_lint.facts.project.flow.state import Frame, Snapshot
from mlops_lint.facts.project.flow.values import LOST, Const, Data, Func, Pred, Tup, Value, join

MAX_NESTING = 40


def run(frame: Frame, body: Sequence[ast.stmt], nesting: int = 0) -> bool:
    """Follow statements in order; True where the end is not reached."""
    for node in body:
        frame.shared.tick()
        handler = _HANDLERS.get(type(node))
        if nesting > MAX_NESTING:
            frame.forget(assigned(node))
        elif handler is not None:
            if handler(frame, node, nesting + 1):
                return True
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.Pass | ast.Global | ast.Nonlocal):
            frame.forget(assigned(node))
    return False


def assigned(node: ast.AST) -> list[str]:
    """The names that a statement may bind."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return sorted(names)


def _expression(frame: Frame, node: ast.Expr, _: int) -> bool:
    evaluate(frame, node.value)
    return False


def _assign(frame: Frame, node: ast.Assign, _: int) -> bool:
    value = evaluate(frame, node.value)
    for target in node.targets:
        assign(frame, target, value)
    return False


def _annotated(frame: Frame, node: ast.AnnAssign, _: int) -> bool:
    if node.value is not None:
        assign(frame, node.target, evaluate(frame, node.value))
    return False


def _augmented(frame: Frame, node: ast.AugAssign, _: int) -> bool:
    value = evaluate(frame, node.value)
    if isinstance(node.target, ast.Name):
        before = frame.lookup(node.target.id)[1]
        if isinstance(before, Tup) and isinstance(value, Tup) and isinstance(node.op, ast.Add):
            frame.env[node.target.id] = Tup((*before.items, *value.items)[:32])
        elif (isinstance(before, Tup) and not before.items and isinstance(value, Pred | Data)) or (
            isinstance(before, Const) and before.value == 0 and isinstance(value, Pred)
        ):
            frame.env[node.target.id] = value
        elif not (isinstance(before, Data | Pred) and not isinstance(before, Pred) and before.rows.opaque is False):
            frame.env[node.target.id] = before if isinstance(before, Pred) else LOST
    return False


def _returned(frame: Frame, node: ast.Return, _: int) -> bool:
    frame.returns.append(evaluate(frame, node.value) if node.value is not None else None)
    return True


def _yielded(frame: Frame, node: ast.Raise | ast.Break | ast.Continue, _: int) -> bool:
    return True


def _if(frame: Frame, node: ast.If, nesting: int) -> bool:
    if is_main_guard(node.test):
        return _main(frame, node, nesting)
    test = evaluate(frame, node.test)
    if isinstance(test, Const):
        return run(frame, node.body if test.value else node.orelse, nesting)
    if pick(frame, node):
        run(frame, node.body, nesting)  # the first of them is always the best so far
        return False
    if names := settings(frame, node):
        run(frame, node.body, nesting)
        decided(frame, node, names)
        return False
    before = frame.snapshot()
    ended = run(frame, node.body, nesting)
    after = frame.snapshot()
    frame.restore(before)
    other_ended = run(frame, node.orelse, nesting)
    if ended and other_ended:
        return True
    if other_ended:
        frame.restore(after)
    elif not ended:
        frame.merge(after, doubt=True)
    return False


def _main(frame: Frame, node: ast.If, nesting: int) -> bool:
    scope, frame.scope = frame.scope, "<main>" if frame.scope == "" else frame.scope
    try:
        return run(frame, node.body, nesting)
    finally:
        frame.scope = scope


def _for(frame: Frame, node: ast.For | ast.AsyncFor, nesting: int) -> bool:
    value = evaluate(frame, node.iter)
    items = items_of(value)
    if items:
        context = frame.context
        for number, item in enumerate(items):
            frame.context = f"{context}#{number}"
            assign(frame, node.target, item)
            run(frame, node.body, nesting)
        frame.context = context
    else:
        before = frame.snapshot()
        assign(frame, node.target, element(value))
        run(frame, node.body, nesting)
        frame.merge(before, doubt=False)
    return run(frame, node.orelse, nesting) if node.orelse else False


def _while(frame: Frame, node: ast.While, nesting: int) -> bool:
    evaluate(frame, node.test)
    before = frame.snapshot()
    run(frame, node.body, nesting)
    frame.merge(before, doubt=False)
    return False


def _with(frame: Frame, node: ast.With | ast.AsyncWith, nesting: int) -> bool:
    for item in node.items:
        value = evaluate(frame, item.context_expr)
        if item.optional_vars is not None:
            assign(frame, item.optional_vars, value)
    return run(frame, node.body, nesting)


def _try(frame: Frame, node: ast.Try, nesting: int) -> bool:
    before = frame.snapshot()
    ended = run(frame, [*node.body, *node.orelse], nesting)
    after = frame.snapshot()
    for handler in node.handlers:
        frame.restore(before)
        if not run(frame, handler.body, nesting):
            after = _joined(frame, after) if not ended else frame.snapshot()
            ended = False
    frame.restore(after)
    return run(frame, node.finalbody, nesting) or ended


def _joined(frame: Frame, other: Snapshot) -> Snapshot:
    frame.merge(other, doubt=True)
    return frame.snapshot()


def _function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef, _: int) -> bool:
    """A function inside a function sees the names around it."""
    inner = node.name if frame.scope in ("", "<main>") else f"{frame.scope}.{node.name}"
    found = frame.shared.code.definition(frame.path, inner)
    if isinstance(found, Definition) and frame.outer is not None:
        frame.env[node.name] = Func(found, frame)
    return False


def _deleted(frame: Frame, node: ast.Delete, _: int) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.env.pop(target.id, None)
    return False


def _asserted(frame: Frame, node: ast.Assert, _: int) -> bool:
    evaluate(frame, node.test)
    return False


def result(frame: Frame) -> Value:
    """What a function gave, over all its returns."""
    if not frame.returns:
        return None
    value = frame.returns[0]
    for other in frame.returns[1:]:
        value = join(value, other)
    return value


_HANDLERS: dict[type, Callable[..., bool]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _returned,
    ast.Raise: _yielded,
    ast.Break: _yielded,
    ast.Continue: _yielded,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Delete: _deleted,
    ast.Assert: _asserted,
}
