"""What a task of a queue or a clock runs; other tasks that stand in the files it imports run by themselves."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.tainting_handed import QUEUED, handed

_TASK = re.compile(
    r"^(?:celery|dramatiq|huey|apscheduler|procrastinate|taskiq)\..*?\b(?:task|shared_task|periodic_task|actor"
    r"|scheduled_job)(?:\(\))?$"
)
_BY_NAME = frozenset(("send_task", "signature", "subtask", "enqueue", "chain", "chord", "group"))
"""Calls that may start a task which is only named there."""


def is_task(code: Code, one: Definition) -> bool:
    """Whether a queue or a clock runs a function, and nothing else that imports its file."""
    if one.kind != "function":
        return False
    marks = code.modules[one.path].facts[one.qualname].decorators
    outer = one.qualname.rpartition(".")[0]
    return any(_TASK.search(code.canonical(one.path, outer, mark) or "") for mark in marks)


def never_runs(code: Code, task: Definition, wanted: Definition) -> bool:
    """Whether a task certainly leads to a definition neither by calls nor by the tasks that it puts into a queue."""
    bodies = {module.body for module in code.modules.values()}
    roots = [task]
    while True:
        reach = code.reachable(roots, bodies)
        more = _queued(code, reach)
        if more is None or wanted in reach:
            return False
        if all(one in reach for one in more):
            break
        roots += more
    unread = any(not code.is_test(path) for path in code.unparsed)
    return not unread and not code.opaque(reach, frozenset((wanted.name,)))


def _queued(code: Code, reach: Reach) -> list[Definition] | None:
    """The functions that are put into a queue; None where one of them is not known."""
    found: list[Definition] = []
    for one in sorted(reach.definitions):
        for call in ast.walk(code.node(one)) if one.kind == "function" else ():
            last = _last(call.func) if isinstance(call, ast.Call) else ""
            if last in _BY_NAME:
                return None
            if isinstance(call, ast.Call) and last in QUEUED:
                target = handed(code, one, call)
                if target is None:
                    return None
                found.append(target[0])
    return found


def _last(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
