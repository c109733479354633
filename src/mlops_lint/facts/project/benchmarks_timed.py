"""What a stopwatch of a test library is handed to run: `benchmark(estimate, order)`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition

_FIXTURES = ("benchmark", "aio_benchmark")
_PEDANTIC = "pedantic"
_WRAPS = ("functools.partial", "asyncio.run")


def timed(code: Code, files: Iterable[str]) -> tuple[Definition, ...]:
    """The functions of the project that are timed; empty where nothing is handed over, or one is not known."""
    found: list[Definition] = []
    for path in files:
        for one in code.modules[path].definitions.values():
            if not set(code.modules[path].facts[one.qualname].parameters) & set(_FIXTURES):
                continue
            for value in _handed(code.node(one)):
                known = _meant(code, one, value)
                if not known:
                    return ()
                found += known
    return tuple(dict.fromkeys(found))


def _handed(node: ast.AST) -> Iterator[ast.expr | None]:
    """The first argument of each run; None where a fixture is used in another way."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    own = [part for part in calls if chain(part.func) in (*_FIXTURES, *(f"{one}.{_PEDANTIC}" for one in _FIXTURES))]
    for call in own:
        named = next((one.value for one in call.keywords if one.arg in ("target", "func", "function")), None)
        yield call.args[0] if call.args else named
    marks = (
        mark
        for part in ast.walk(node)
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in part.decorator_list
    )
    loose = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in _FIXTURES]
    if any(chain(mark).partition(".")[0] in _FIXTURES for mark in marks) or (loose and not own):
        yield None


def _meant(code: Code, one: Definition, value: ast.expr | None) -> list[Definition]:
    """The function that a value is, or those that a lambda calls."""
    if isinstance(value, ast.Call) and (code.canonical(one.path, one.qualname, chain(value.func)) or "") in _WRAPS:
        return _meant(code, one, value.args[0]) if value.args else []
    if isinstance(value, ast.Lambda):
        inner = [part.func for part in ast.walk(value.body) if isinstance(part, ast.Call)]
    else:
        inner = [value] if isinstance(value, ast.Name | ast.Attribute) else []
    known = [code.resolve(one.path, one.qualname, chain(part)) for part in inner]
    if None in known:
        return []
    return [part for part in known if isinstance(part, Definition) and part.kind == "function"]
