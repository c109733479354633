"""The clock of Celery: which tasks it starts by themselves, and whether one of them trains."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.retraining_sending import acting, running
from mlops_lint.facts.project.retraining_words import DRIFTS, STARTS, TRAINS, texts_of
from mlops_lint.model import Location

_CLOCKS = re.compile(
    r"beat_schedule|add_periodic_task|periodic_task\b|scheduled_job|add_job|schedule\.every|PeriodicTask|CELERYBEAT"
    r"|redbeat",
    re.IGNORECASE,
)
_SETTINGS = re.compile(r"^[\w./-]{1,200}\.(?:ya?ml|toml|json|cfg|ini)$")


def idle_clock(code: Code, path: str, wanted: Collection[Definition]) -> Location | None:
    """Where all that a clock starts is known, and none of it trains but on a condition."""
    others = (one for one in code.modules if one != path and not code.is_test(one))
    if any(_CLOCKS.search(text_of(code.view, one) or "") for one in others):
        return None
    if len(_CLOCKS.findall(text_of(code.view, path) or "")) != 1:
        return None
    table = _table(code.source(path).tree)
    names = [_task(value) for value in table.values] if table is not None and None not in table.keys else []
    tasks = [_named(code, name) for name in names]
    if table is None or not tasks or any(one is None or _starts(code, one, wanted) for one in tasks):
        return None
    return code.source(path).at(table)


def _table(tree: ast.Module) -> ast.Dict | None:
    for part in ast.walk(tree):
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Dict):
            if any(chain(target).endswith("beat_schedule") for target in part.targets):
                return part.value
    return None


def _task(entry: ast.expr) -> str:
    for key, value in zip(entry.keys, entry.values, strict=True) if isinstance(entry, ast.Dict) else ():
        if isinstance(key, ast.Constant) and key.value == "task" and isinstance(value, ast.Constant):
            return str(value.value)
    return ""


def _named(code: Code, name: str) -> Definition | None:
    """The one task of that name: by its decorator, or by its module."""
    found = []
    for path, module in code.modules.items():
        dotted = path.removesuffix(".py").replace("/", ".")
        for one in module.definitions.values():
            if one.kind == "function" and name and not code.is_test(path):
                written = f"{dotted}.{one.qualname}"
                told = written == name or written.endswith(f".{name}")
                if told or name in _given(code.node(one)):
                    found.append(one)
    return found[0] if len(found) == 1 else None


def _given(node: ast.AST) -> Iterator[object]:
    for mark in getattr(node, "decorator_list", []):
        for word in mark.keywords if isinstance(mark, ast.Call) else ():
            if word.arg == "name" and isinstance(word.value, ast.Constant):
                yield word.value.value


def _about_drift(test: ast.expr, function: ast.AST) -> bool:
    names = {part.id for part in ast.walk(test) if isinstance(part, ast.Name)}
    made = (
        part.value
        for part in ast.walk(function)
        if isinstance(part, ast.Assign) and any(chain(target) in names for target in part.targets)
    )
    return any(DRIFTS.search(ast.unparse(one)) for one in (test, *made))


def _starts(code: Code, task: Definition, wanted: Collection[Definition]) -> bool:
    """Whether a task trains, or starts what trains, whether data have drifted or not."""
    node = code.node(task)
    behind = {
        id(inner)
        for part in ast.walk(node)
        if isinstance(part, ast.If) and _about_drift(part.test, node)
        for statement in (*part.body, *part.orelse)
        for inner in ast.walk(statement)
    }
    left = [part for part in ast.walk(node) if id(part) not in behind]
    named = [chain(part.func) for part in left if isinstance(part, ast.Call)]
    texts = [text for part in left if isinstance(part, ast.Constant) for text in texts_of(part)]
    called = [code.resolve(task.path, task.qualname, name) for name in named]
    roots = [one for one in called if isinstance(one, Definition) and one.kind != "module"]
    if len([name for name in named if name]) != len(named):
        return True
    reach = code.reachable(roots, {module.body for module in code.modules.values()})
    if code.opaque(reach, frozenset(one.name for one in wanted)) or any(one in reach for one in wanted):
        return True
    told = [text for text in (*named, *texts, *running(code, reach)) if not _SETTINGS.search(text)]
    return any(STARTS.search(text) or TRAINS.search(text) for text in acting(told))
