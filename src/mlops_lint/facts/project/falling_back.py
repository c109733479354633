"""Whether something answers although the model, or what comes before it, fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.harmless import Harmless
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
_READY = re.compile(r"load|ready|health|avail|alive|exist|(?:^|_)(?:is|has)_", re.IGNORECASE)


def stand_in(code: Code, reached: Iterable[tuple[Definition, ast.AST]]) -> Location | None:
    """The first place that handles an error, answers without a model, or is named after doing so."""
    for one, node in reached:
        aside = _aside(code, one, node)
        for part in ast.walk(node):
            if id(part) not in aside and _stands_in(part):
                line = part.lineno  # type: ignore[attr-defined]  # those that stand in are all placed
                return code.source(one.path).line(line)
    return _registered(code)


def _aside(code: Code, one: Definition, node: ast.AST) -> set[int]:
    """What stands in for something else: errors of reading a setting, a switch, a rule that is always asked, too."""
    found: set[int] = set()
    branches: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Try):
            branches |= {id(inner) for handler in part.handlers for inner in ast.walk(handler)}
            if _harmless(code, one, part.body):
                found |= {id(handler) for handler in part.handlers}
        elif isinstance(part, ast.If | ast.IfExp | ast.BoolOp):
            branches |= {id(inner) for inner in ast.walk(part)}
            if isinstance(part, ast.If | ast.IfExp) and isinstance(part.test, ast.Call):
                if not _READY.search(chain(part.test.func)) and _plain(code, one, part.test):
                    found.add(id(part))
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and id(part) not in branches and _plain(code, one, part):
            found |= {id(inner) for inner in ast.walk(part.func)}
    return found


def _plain(code: Code, one: Definition, call: ast.Call) -> bool:
    """Whether a function of the project is called that surely asks no model."""
    known = code.resolve(one.path, one.qualname, chain(call.func))
    if not isinstance(known, Definition) or known.kind != "function":
        return False
    judge = Harmless(code)
    return not code.modules[known.path].facts[known.qualname].decorators and judge.runs(judge.of(known))


def _harmless(code: Code, one: Definition, body: list[ast.stmt]) -> bool:
    """Whether nothing that is tried may ask a model."""
    judge = Harmless(code)
    lines = {line for part in body for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)}
    for use in code.modules[one.path].symbols.uses:
        if use.line not in lines or code.graph.scope(one.path, use.scope) != one:
            continue
        known = code.resolve(one.path, use.scope, use.chain)
        if judge.may(one, use) or (isinstance(known, Definition) and not judge.runs(judge.of(known))):
            return False
    return not any(isinstance(part, ast.Yield | ast.YieldFrom | ast.Await) for one in body for part in ast.walk(one))


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
