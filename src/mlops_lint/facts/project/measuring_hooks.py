"""Metrics that a network only shows while it is trained."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.code import Code, Definition, Reach, Use

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_TRAINING = re.compile(r"(?:^|_)(?:train(?:ing)?|val(?:id|idation)?)(?:_|$)")
_TRAINS = frozenset("fit fit_loop validate callback_metrics logged_metrics".split())


def shown_in_training(code: Code, use: Use) -> bool:
    """`self.valid_mae = MeanAbsoluteError()` of a class whose training and validation steps alone read it."""
    owner = code.scope_of(use).qualname.rpartition(".")[0]
    definition = code.definition(use.path, owner) if owner else None
    node = code.node(definition) if definition is not None and definition.kind == "class" else None
    methods = [part for part in node.body if isinstance(part, _FUNCTIONS)] if isinstance(node, ast.ClassDef) else []
    inner = [(method.name, part) for method in methods for part in ast.walk(method)]
    names = {
        target.attr
        for _, part in inner
        if isinstance(part, ast.Assign)
        and (part.value.lineno, part.value.col_offset) == (use.fact.line, use.fact.column)
        for target in part.targets
        if isinstance(target, ast.Attribute)
    }
    readers = {
        name
        for name, part in inner
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load) and part.attr in names
    }
    return bool(readers) and all(_TRAINING.search(name) for name in readers)


def bystander(code: Code, reach: Reach, roots: Sequence[Definition] | None) -> Callable[[Use], bool]:
    """Whether a use is such a metric of a network that other code only loads, and asks for predictions."""
    files = {root.path for root in roots or ()}

    def trains() -> bool:
        paths = sorted({one.path for one in reach.definitions})
        uses = [(path, one) for path in paths for one in code.modules[path].symbols.uses]
        last = [(path, one) for path, one in uses if split(one.chain)[-1].lstrip(".") in _TRAINS]
        return any(code.graph.scope(path, one.scope) in reach for path, one in last)

    return lambda use: bool(files) and use.path not in files and shown_in_training(code, use) and not trains()


def mentioned(node: ast.Call, named: Callable[[str], bool]) -> bool:
    """A print or log whose text names it."""
    last = split(chain(node.func))[-1].lstrip(".")
    if last not in ("print", "format", "info", "debug", "write", "log", "warning"):
        return False
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(named(text) for text in texts if len(text) < 200)
