"""The cut-off that the project's own metric is given for the baseline's answers."""

from __future__ import annotations

import ast

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.baseline_calls import BaselineCalls
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.equal_terms import Unequal
from mlops_lint.model import Location, Related

_NAMES = frozenset("k top_k topk at_k cutoff cut_off topn top_n".split())


class BaselineCutoffs:
    """Reads the calls of one function, the metric's own."""

    def __init__(self, calls: BaselineCalls) -> None:
        self._calls = calls

    def other(self, baseline: Definition, scorer: Definition, k: float) -> Unequal | None:
        """Every score of the baseline is told at another cut-off than the charter's."""
        found: list[tuple[object, Location]] = []
        rivals: list[object] = []
        for path, scope, node, theirs in self._calls.scoring(baseline):
            if not self._is(path, scope, node, scorer):
                continue
            given = self._given(node, scorer)
            known = self._calls.values.fold(path, scope, given) if given is not None else None
            if not theirs:
                rivals.append(known.value if known is not None else None)
                continue
            if given is None or known is None or not isinstance(known.value, int | float) or known.value == k:
                return None
            found.append((known.value, self._calls.code.source(path).at(given)))
        if not found or any(value in rivals for value, _ in found):
            return None  # both are scored alike, whatever the charter says
        value, at = found[0]
        related = (Related(at, f"the baseline: {value}"),)
        return Unequal(f"is scored with the cut-off {value}, the model with {k:g}", related)

    def _is(self, path: str, scope: str, node: ast.Call, scorer: Definition) -> bool:
        value = self._calls.code.resolve(path, scope, ast.unparse(node.func))
        return value == scorer

    def _given(self, node: ast.Call, scorer: Definition) -> ast.expr | None:
        """What a call gives for the parameter that is named after a cut-off; its default is not looked at."""
        function = self._calls.code.node(scorer)
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or "." in scorer.qualname:
            return None
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        for word in node.keywords:
            if word.arg in _NAMES:
                return word.value
        places = [index for index, name in enumerate(names) if name in _NAMES]
        plain = not any(isinstance(one, ast.Starred) for one in node.args)
        return node.args[places[0]] if len(places) == 1 and plain and places[0] < len(node.args) else None


@provides
def baseline_cutoffs(calls: BaselineCalls) -> BaselineCutoffs:
    """Nothing is read yet."""
    return BaselineCutoffs(calls)
