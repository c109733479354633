"""How the code scores the baseline, beside how it scores the model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.companions import SPLITS
from mlops_lint.facts.project.equal_terms import Unequal
from mlops_lint.facts.project.flow import Flow
from mlops_lint.facts.project.knowledge import Metric
from mlops_lint.facts.project.metric_calls import MetricCalls
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location, Related

_Call = tuple[ast.Call, frozenset[str]]


class BaselineCalls:
    """Looks at calls whose argument is what the baseline answers."""

    def __init__(self, code: Code, values: Values, calls: MetricCalls, flow: Flow) -> None:
        self.flow = flow
        self.code = code
        self.values = values
        self.calls = calls

    def rows(self, baseline: Definition) -> Unequal | None:
        """The baseline and the model go into the same function, with rows of two parts."""
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            if self.code.is_test(path) or not fact.call:
                continue
            scope = self.code.graph.scope(path, fact.scope)
            theirs, own = self._split_calls(path, fact.scope, self._nodes(scope), baseline)
            for node, words in theirs:
                beside = [(other, others) for other, others in own if chain(node.func) == chain(other.func) and others]
                if words and beside and not any(words & others for _, others in beside):
                    return self._unequal(path, (beside[0][0], min(beside[0][1])), (node, min(words)))
        return None

    def average(self, metric: Metric, model: Sequence[Definition], baseline: Sequence[Definition]) -> Unequal | None:
        """The baseline's own scoring call has another average or cut-off than every one of the model's."""
        for parameter in ("average", "k"):
            own, theirs = (self.calls.settings(metric, parameter, roots) for roots in (model, baseline))
            if not own or not theirs or any(one.value is None for one in (*own, *theirs)):
                continue
            if not {one.value for one in own} & {one.value for one in theirs}:
                left, right = own[0], theirs[0]
                related = (
                    Related(left.at, f"the model: {left.value}"),
                    Related(right.at, f"the baseline: {right.value}"),
                )
                return Unequal(f"is scored with the {parameter} {right.value}, the model with {left.value}", related)
        return None

    def scored(
        self, metric: Metric, baseline: Sequence[Definition], model: Sequence[Definition], split: str
    ) -> Unequal | None:
        """The baseline scores itself, on rows of another part than `split`."""
        reach, other = self.code.reachable(baseline), self.code.reachable(model)
        uses = [use for use in self.calls.uses(metric, reach) if use.call and self.code.scope_of(use) not in other]
        uses = [use for use in uses if self.code.scope_of(use).kind == "function"]
        found = self.flow.scored(uses)
        rows = {one.rows for one in found}
        if not found or "unknown" in rows or split not in ("test", "validation"):
            return None
        if rows <= {"train", "all-fitted"} or (rows == {"validation"} and split == "test"):
            first = min(found, key=lambda one: one.use.at)
            shown = "training" if first.rows != "validation" else "validation"
            related = (Related(first.use.at, "the baseline is scored here"), *first.steps[:2])
            return Unequal(f"is scored on {shown} rows, the model on the {split} rows", related)
        return None

    def loads(self, baseline: Definition, model: str) -> Location | None:
        """Where the baseline's own code opens the model's file."""
        reach = [one for one in self.code.reachable([baseline]).definitions if one.kind == "function"]
        for path in sorted({one.path for one in reach}):
            for scope, node in self.values.evaluator.index(path).calls:
                if self.code.graph.scope(path, scope) in reach:
                    for argument in node.args[:1]:
                        known = self.values.fold(path, scope, argument)
                        if known is not None and model in self.values.repository_paths(known, path):
                            return self.code.source(path).at(node)
        return None

    def _nodes(self, scope: Definition) -> list[ast.AST]:
        tree = self.code.node(scope)
        return list(ast.walk(tree))

    def _split_calls(
        self, path: str, scope: str, nodes: list[ast.AST], baseline: Definition
    ) -> tuple[list[_Call], list[_Call]]:
        """Calls with what the baseline answers among their arguments, and those of the model's answers."""
        assigned = {
            part.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            for part in [target]
            if isinstance(part, ast.Name)
        }
        theirs: list[_Call] = []
        own: list[_Call] = []
        for node in nodes:
            if isinstance(node, ast.Call) and len(node.args) >= 2:
                parts = [part for argument in node.args for part in _expanded(argument, assigned)]
                mine = any(isinstance(part, ast.Call) and self._is(path, scope, part, baseline) for part in parts)
                asked = any(isinstance(part, ast.Attribute) and part.attr.startswith("predict") for part in parts)
                words = _words(parts)
                if mine and not self._is(path, scope, node, baseline):
                    theirs.append((node, words))
                elif asked or (not mine and words):
                    own.append((node, words))
        return theirs, own

    def _is(self, path: str, scope: str, node: ast.Call, definition: Definition) -> bool:
        return self.code.canonical(path, scope, chain(node.func)) == definition.key

    def _unequal(self, path: str, own: tuple[ast.Call, str], base: tuple[ast.Call, str]) -> Unequal:
        source = self.code.source(path)
        related = (Related(source.at(own[0]), f"{own[1]} rows"), Related(source.at(base[0]), f"{base[1]} rows"))
        return Unequal(f"is scored on the {base[1]} rows, the model on the {own[1]} rows", related)


def _expanded(node: ast.expr, assigned: dict[str, ast.expr], depth: int = 2) -> Iterator[ast.AST]:
    """The parts of an expression, local names replaced by what they were given."""
    for part in ast.walk(node):
        yield part
        if isinstance(part, ast.Name) and part.id in assigned and depth:
            yield from _expanded(assigned[part.id], assigned, depth - 1)


def _words(parts: Sequence[ast.AST]) -> frozenset[str]:
    """The parts held out that names speak of: `x_val`, `test_rows`."""
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    words = {word.casefold() for name in names for word in re.findall(r"[A-Za-z]+", name)}
    return frozenset(SPLITS[word] for word in words if word in SPLITS)


@provides
def baseline_calls(code: Code, values: Values, calls: MetricCalls, flow: Flow) -> BaselineCalls:
    """Read when asked for."""
    return BaselineCalls(code, values, calls, flow)
