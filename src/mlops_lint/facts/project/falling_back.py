"""Whether something answers although the model, or what comes before it, fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.model import Location

_HANDLERS = re.compile(r"exception_handler|error_?handler", re.IGNORECASE)
_NAMED = re.compile(
    r"fall_?back|backup|degrad|breaker|stand_?in|last_good|rescue|(?:^|[._])suppress$|dead_?letter|(?:^|_)dlq(?:_|$)",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"model|predict|session|pipeline|booster|(?:^|[._])(?:clf|net|estimator|engine|loaded|ready|healthy|available)(?:$|[._(])",
    re.IGNORECASE,
)


def stand_in(code: Code, reached: Iterable[tuple[Definition, ast.AST]]) -> Location | None:
    """The first place that handles an error, answers without a model, or is named after doing so."""
    for one, node in reached:
        for part in ast.walk(node):
            if _stands_in(part):
                line = part.lineno  # type: ignore[attr-defined]  # those that stand in are all placed
                return code.source(one.path).line(line)
    return _registered(code)


def _stands_in(part: ast.AST) -> bool:
    if isinstance(part, ast.ExceptHandler):
        return True
    if isinstance(part, ast.If | ast.IfExp):
        return _asks_for_model(part.test)
    return isinstance(part, ast.Name | ast.Attribute) and bool(_NAMED.search(chain(part)))


def _asks_for_model(test: ast.expr) -> bool:
    """`if model is None`, `if not self.loaded`, `if predictor:`."""
    for part in ast.walk(test):
        if isinstance(part, ast.Compare) and any(isinstance(op, ast.Is | ast.IsNot) for op in part.ops):
            if _MODEL.search(ast.unparse(part.left)):
                return True
    bare = test.operand if isinstance(test, ast.UnaryOp) else test
    return isinstance(bare, ast.Name | ast.Attribute | ast.Call) and bool(_MODEL.search(ast.unparse(bare)))


def _registered(code: Code) -> Location | None:
    """A handler of errors that a framework is given."""
    for path, module in code.modules.items():
        if code.is_test(path):
            continue
        for one in module.definitions.values():
            if any(_HANDLERS.search(name) for name in module.facts[one.qualname].decorators):
                return code.at(one)
        for use in module.symbols.uses:
            if use.call and _HANDLERS.search(use.chain):
                return code.use_at(path, use)
    return None
