"""Functions that a call has run later or elsewhere, with the arguments beside them: tasks, threads, queues."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Constant, Definition

_PLACES = {
    "add_task": 0, "to_thread": 0, "submit": 0, "run_in_executor": 1, "run_in_threadpool": 0, "call_soon": 0,
    "call_soon_threadsafe": 0, "call_later": 1, "partial": 0, "enqueue": 0, "run_sync": 0, "start_soon": 0,
    "add_job": 0,
}  # fmt: skip
"""Which argument is the function; what follows is what it is given."""
_STARTS = frozenset(("Thread", "Process", "Timer"))
QUEUED = frozenset(("delay", "apply_async", "remote", "send", "kiq", "s", "si"))
"""Methods by which a function is put into a queue."""


def handed(code: Code, by: Definition, node: ast.Call) -> tuple[Definition, ast.Call] | None:
    """The function of the project that is run, and the call of it as it would be written."""
    last = chain(node.func).rpartition(".")[2]
    function, given = _taken(node, last)
    if function is None or not isinstance(function, ast.Name | ast.Attribute):
        return None
    target = code.resolve(by.path, by.qualname, chain(function))
    if not isinstance(target, Definition) or target.kind != "function":
        return None
    call = ast.Call(func=function, args=given, keywords=[word for word in node.keywords if word.arg != "target"])
    return target, ast.copy_location(call, node)


def _taken(node: ast.Call, last: str) -> tuple[ast.expr | None, list[ast.expr]]:
    place = _PLACES.get(last)
    if place is not None:
        return (node.args[place], node.args[place + 1 :]) if len(node.args) > place else (None, [])
    words = {word.arg: word.value for word in node.keywords}
    if last in _STARTS:
        return words.get("target"), _listed(words.get("args"))
    if last in QUEUED and isinstance(node.func, ast.Attribute):
        return node.func.value, [*node.args, *_listed(words.get("args"))] if last != "apply_async" else (
            _listed(words.get("args")) or _listed(node.args[0] if node.args else None)
        )
    return None, []


def _listed(node: ast.expr | None) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.List | ast.Tuple) else []


def lambdas(code: Code, by: Definition, node: ast.Call) -> Iterator[tuple[Definition, str, ast.expr]]:
    """What the lambdas of a table are given that a call picks from (`HANDS[name](order)`): file, parameter, value."""
    table = code.lookup(by.path, chain(node.func.value)) if isinstance(node.func, ast.Subscript) else None
    if not isinstance(table, Constant) or table.path not in code.modules:
        return
    for statement in code.source(table.path).tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        named = any(isinstance(one, ast.Name) and one.id == table.name for one in targets)
        for one in value.values if named and isinstance(value, ast.Dict) else ():
            if isinstance(one, ast.Lambda):
                pairs = zip(one.args.args, node.args, strict=False)
                yield from ((code.modules[table.path].body, parameter.arg, given) for parameter, given in pairs)
