"""A function that is named after a metric, and gives another one."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.knowledge import Metric, Metrics
from mlops_lint.facts.project.measuring_errors import other_error
from mlops_lint.model import Location

_MEANS = frozenset("mean nanmean average sum fsum float round item list array asarray tensor stack".split())
_OF_ANOTHER = re.compile(r"balanced|map_|mrr|iou|mean|macro|top_k|at_k|f1|fbeta|gap")
"""Metrics that are another one's mean over classes, queries or the first places, or that one under a setting."""
_AVERAGED = re.compile(r"(?i)(?:^|_)(?:macro|weighted|binary)(?:_|$)")
"""The averages of F1 that are no accuracy; the one over all answers is."""
_OF_CLASSES = frozenset(("f1", "precision", "recall"))
_PLAIN = frozenset("mean error errors token absolute score rate root squared square the of at loss area under".split())
_WORD = re.compile(r"[a-z]{3,}")


def in_its_place(code: Code, metrics: Metrics, metric: Metric | None, definition: Definition) -> str:
    """The metric that a function named after `metric` gives in its place; empty where that cannot be told."""
    node = code.node(definition)
    found = other_error(metric.name if metric else "", node)
    if found or metric is None or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return found
    if _OF_ANOTHER.search(metric.name) and not (metric.name == "f1" and _AVERAGED.search(definition.name)):
        return ""
    return _Body(code, metrics, metric, definition).other(node)


def half(metrics: Metrics, uses: Sequence[Use]) -> frozenset[Location]:
    """The places of precision alone, or of recall alone: no F1 is worked out from one of them."""
    found = {one.name for use in uses for one in metrics.computed_by(use.name) or ()}
    known = all(metrics.computed_by(use.name) for use in uses)
    return frozenset(use.at for use in uses) if known and found in ({"recall"}, {"precision"}) else frozenset()


class _Body:
    def __init__(self, code: Code, metrics: Metrics, metric: Metric, definition: Definition) -> None:
        self.code, self.metrics, self.metric, self.definition = code, metrics, metric, definition
        self.others: set[str] = set()
        self.holding: set[str] = set()

    def other(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """Where all that is returned are results of other metrics, or means of them: their name."""
        parts = [part for statement in node.body for part in ast.walk(statement)]
        if any(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Yield) for part in parts):
            return ""
        if any(self._is_its_own(part) for part in parts if isinstance(part, ast.Call)):
            return ""
        for _ in range(2):
            for part in parts:
                self._hold(part)
        returned = [part.value for part in parts if isinstance(part, ast.Return)]
        given = [value for value in returned if value is not None and not isinstance(value, ast.Constant)]
        if not given or not all(self._gives(value) for value in given) or len(self.others) != 1:
            return ""
        return next(iter(self.others))

    def _hold(self, part: ast.AST) -> None:
        """Names that hold nothing but such results."""
        if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
            if self._gives(part.value):
                self.holding.add(part.targets[0].id)
            elif not (isinstance(part.value, ast.List) and not part.value.elts):
                self.holding.discard(part.targets[0].id)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "append":
            if isinstance(part.func.value, ast.Name) and part.args and self._gives(part.args[0]):
                self.holding.add(part.func.value.id)

    def _gives(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.holding
        if isinstance(node, ast.List | ast.Tuple):
            return bool(node.elts) and all(self._gives(part) for part in node.elts)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self._gives(node.elt)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Div) and self._gives(node.left) and _counts(node.right)
        if not isinstance(node, ast.Call):
            return False
        if (other := self._other(node)) is not None:
            self.others.add(other.name)
            return True
        last = split(chain(node.func))[-1].lstrip(".")
        inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        return last in _MEANS and inner is not None and len(node.keywords) == 0 and self._gives(inner)

    def _other(self, call: ast.Call) -> Metric | None:
        """The one metric that a call computes, which shares no word with this one."""
        found = self.metrics.computed_by(self._name(call))
        averaged = self.metric.name in _OF_CLASSES and _AVERAGED.search(self.definition.name)
        alike = not found or any(_words(one) & _words(self.metric) for one in found)
        other = found[0] if len(found) == 1 or (averaged and not alike) else None
        return other if other is not None and not _words(other) & _words(self.metric) else None

    def _is_its_own(self, call: ast.Call) -> bool:
        return self._name(call) in self.metric.callables | self.metric.reports | self.metric.derivable

    def _name(self, call: ast.Call) -> str:
        return self.code.canonical(self.definition.path, self.definition.qualname, chain(call.func)) or ""


def _counts(node: ast.expr) -> bool:
    """`/ len(parts)`."""
    return isinstance(node, ast.Call) and chain(node.func) == "len"


def _words(metric: Metric) -> set[str]:
    return {word for name in (metric.name, *metric.aliases) for word in _WORD.findall(name.casefold())} - _PLAIN
