"""The `Values` fact."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.documents.python import PythonSource
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.values.evaluate import Evaluator
from mlops_lint.facts.project.values.invocations import Invocations
from mlops_lint.facts.project.values.model import HOLE, Frame, Known, settled
from mlops_lint.facts.project.values.paths import candidates


@dataclass(frozen=True, slots=True)
class Possible:
    """The values that an expression may have; `complete` when there are no others."""

    values: tuple[Known, ...]
    complete: bool


class Values:
    """Constant folding across the project's modules. Nothing is guessed: None means that it cannot be told."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.invocations = Invocations(code)
        self.evaluator = Evaluator(code, self.invocations)

    def fold(self, path: str | PythonSource, scope: str, expr: ast.expr) -> Known | None:
        """The one value of an expression written in a scope of a file."""
        possible = self.possible(path, scope, expr)
        return possible.values[0] if possible.complete and len(possible.values) == 1 else None

    def fold_all(self, path: str | PythonSource, scope: str, expr: ast.expr) -> tuple[Known, ...] | None:
        """All values that it may have; None where there may be others."""
        possible = self.possible(path, scope, expr)
        return possible.values if possible.complete else None

    def possible(self, path: str | PythonSource, scope: str, expr: ast.expr) -> Possible:
        """The values that can be told, and whether these are all."""
        file = path if isinstance(path, str) else path.path
        found: list[Known] = []
        complete = True
        for value in self.runs(lambda: self.evaluator.evaluate(expr, Frame(file, scope))):
            if not settled(value):
                complete = False
            elif not any(type(known.value) is type(value) and known.value == value for known in found):
                found.append(Known(value))
        return Possible(tuple(found), complete and not self.evaluator.cut)

    def runs(self, thunk: Callable[[], Any]) -> list[Any]:
        """`thunk()` for each combination of what may hold; used with `evaluator.evaluate` for related expressions."""
        return list(self.evaluator.runs(thunk))

    def text(self, path: str | PythonSource, scope: str, expr: ast.expr) -> str | None:
        """The one text (or path as text) that an expression gives."""
        known = self.fold(path, scope, expr)
        return known.text if known else None

    def named(self, path: str, dotted: str) -> Any:
        """The raw value of a top-level name or class attribute (`FEATURES`, `Config.features`); may hold gaps."""
        head, *rest = dotted.split(".")
        expression: ast.expr = ast.Name(head, ast.Load(), lineno=1 << 30, col_offset=0)
        for part in rest:
            expression = ast.Attribute(expression, part, ast.Load(), lineno=1 << 30, col_offset=0)
        results = self.runs(lambda: self.evaluator.evaluate(expression, Frame(path)))
        return results[0] if results and all(result == results[0] for result in results) else None

    def repository_paths(self, value: Any, written_in: str) -> tuple[str, ...]:
        """Where a folded path may lie in the repository, likeliest first; () outside of it."""
        plain = value.value if isinstance(value, Known) else value
        return candidates(plain, written_in, self.code.project)


def holes(value: Any) -> str | None:
    """A text or path of which parts are unknown, with HOLE for each; None for other values."""
    text = str(value) if isinstance(value, str | PurePosixPath) else ""
    return text if HOLE in text else None


@provides
def values(code: Code) -> Values:
    """Values are folded when asked for."""
    return Values(code)
