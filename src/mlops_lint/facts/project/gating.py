"""Comparisons of a metric with a bound: in tests, and in code that stops where the bound is missed."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.gating_slack import NOISE, slack
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.recorded import meets
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_ORDER = {ast.Gt: ">", ast.GtE: ">", ast.Lt: "<", ast.LtE: "<"}
_FLIPPED = {">": "<", "<": ">"}
_UNITTEST = {"assertGreater": ">", "assertGreaterEqual": ">", "assertLess": "<", "assertLessEqual": "<"}
_GENERAL = frozenset("score metric metrics value result results performance quality".split())
_BASELINE = re.compile(r"baseline|previous|champion|production|reference|naive|dummy|current_best", re.IGNORECASE)
_TARGET = re.compile(
    r"target|threshold|required|minimum|min_|_min|goal|floor|gate|limit|accept|bound|charter", re.IGNORECASE
)
_STOPS = re.compile(r"\b(?:exit|_exit|abort|fail)\b")
_Tree = tuple[str, str, ast.AST]


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison of the charter's metric. `number` is None where the bound cannot be told.

    `wide`: the value is only called a score or the like. `holds`: None where the scales may differ.
    """

    at: Location
    number: float | None
    wide: bool
    holds: bool | None
    target: bool
    baseline: bool


class Gating:
    """Read when asked, for the trees that are given."""

    def __init__(self, charter: Charter, code: Code, values: Values, metrics: Metrics) -> None:
        self._charter = charter
        self.code = code
        self._values = values
        self._metrics = metrics

    def target(self) -> float | None:
        """The charter's target."""
        return self._charter.number("metric", "target")

    def names(self) -> frozenset[str]:
        """The words that mean the charter's metric: its name, its aliases, the last key of its recorded value."""
        name = self._charter.text("metric", "name") or ""
        known = self._metrics.get(name)
        pointer = (self._charter.text("metric", "recorded_in") or "").rpartition("/")[2]
        texts = [name, pointer if "." not in pointer else "", *((known.name, *known.aliases) if known else ())]
        return frozenset("_".join(tokens(text)) for text in texts if text)

    def bounds(self, trees: Iterable[_Tree]) -> list[Bound]:
        """Every comparison of the metric, where it is the metric by name; else those of something like a score."""
        found = [bound for tree in trees for bound in self._in(*tree)]
        exact = [bound for bound in found if not bound.wide]
        return exact or found

    def turned(self, trees: Iterable[_Tree]) -> list[Location]:
        """Assertions that the metric is on the wrong side of the charter's own target."""
        wrong = _Turned(self._charter, self.code, self._values, self._metrics)
        found = [
            bound
            for path, scope, tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare)
            for bound in wrong._compared(path, scope, node.test, tree, ())
        ]
        target = self.target()
        return [
            one.at for one in found if not one.wide and (one.target or (target is not None and one.number == target))
        ]

    def program(self, path: str) -> tuple[list[Bound], bool]:
        """What a program compares the metric with, whichever way, and whether it can fail at all."""
        module = self.code.modules[path]
        functions = [one for one in module.definitions.values() if one.kind == "function" and "." not in one.qualname]
        either = _Either(self._charter, self.code, self._values, self._metrics)
        trees = [(path, one.qualname, self.code.node(one)) for one in functions]
        whole = self.code.node(module.body)
        return either.bounds(trees or [(path, "", whole)]), any(_fails(node) for node in ast.walk(whole))

    def stopping(self) -> Location | None:
        """Code outside tests that compares the metric with the target, and raises or exits."""
        for path, module in self.code.modules.items():
            if self.code.is_test(path) or path.endswith(".ipynb"):
                continue
            words = {use.chain.rpartition(".")[2] for use in module.symbols.uses}
            if not words & {"exit", "_exit", "abort"} and "raise" not in self.code.text(path).text:
                if "assert " not in self.code.text(path).text:
                    continue
            for bound in self._stops(path):
                if bound.holds or (bound.number is None and bound.target):
                    return bound.at
        return None

    def _stops(self, path: str) -> Iterator[Bound]:
        module = self.code.modules[path]
        for qualname, definition in [("", module.body), *module.definitions.items()]:
            if definition.kind == "class":
                continue
            tree = self.code.node(definition)
            for node in ast.walk(tree):
                if isinstance(node, ast.If) and _refuses(node):
                    turned = {id(part) for part in ast.walk(node.test)}
                    yield from self._compared(path, qualname, node.test, tree, turned)
                elif isinstance(node, ast.Assert):
                    yield from self._compared(path, qualname, node.test, tree, ())

    def ordered(self, trees: Iterable[_Tree]) -> bool:
        """Whether anything is compared at all."""
        return any(True for _, _, tree in trees for node in ast.walk(tree) for _ in _orders(node))

    def _in(self, path: str, scope: str, tree: ast.AST) -> Iterator[Bound]:
        refusing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _refuses(node)]
        turned = {id(part) for node in refusing for part in ast.walk(node.test)}
        yield from self._compared(path, scope, tree, tree, turned)

    def _compared(
        self, path: str, scope: str, part: ast.AST, around: ast.AST, turned: Collection[int]
    ) -> Iterator[Bound]:
        """`turned` are comparisons that must not hold: `if recall < target: raise`."""
        assigned = _assigned(around)
        for node in ast.walk(part):
            for left, order, right in _orders(node):
                for value, bound, way in ((left, right, order), (right, left, _FLIPPED[order])):
                    wide = self._means(value, assigned)
                    if wide and self._means(bound, assigned) is False:
                        continue  # `charter["metric"]["target"]` is no score where the metric stands beside it
                    if wide is not None and self._fits(_FLIPPED[way] if id(node) in turned else way):
                        made = self._bound(path, scope, node, bound, wide, assigned)
                        if made is not None:
                            yield self._loosened(path, scope, made, value, bound, around)
                            break

    def _loosened(self, path: str, scope: str, made: Bound, value: ast.expr, bound: ast.expr, around: ast.AST) -> Bound:
        """With the number that is asked for, where a factor or a margin stands beside the charter's own target."""
        target = self.target()
        if made.wide or made.baseline or target is None:
            return made

        def fold(node: ast.expr) -> float | None:
            known = self._values.fold(path, scope, node)
            number = known.value if known is not None else None
            return float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None

        number = slack(value, bound, target, around, fold)
        if number is None:
            return made
        falls = number > target if self._direction() == "minimize" else number < target
        within = abs(number - target) <= NOISE * abs(target)
        if within or not falls:
            return made if made.number is None else replace(made, holds=True)
        return replace(made, number=number, holds=False)

    def _fits(self, way: str) -> bool:
        """Whether a comparison asks for more of the metric, not for less."""
        return way == {"maximize": ">", "minimize": "<"}.get(self._direction(), way)

    def _means(self, value: ast.expr, assigned: dict[str, str]) -> bool | None:
        """False: the metric by its name. True: a score of some kind. None: something else."""
        if isinstance(value, ast.Constant):
            return None
        text = _spelled(value, assigned)
        words = "_".join(tokens(text))
        padded = f"_{words}_"
        if any(f"_{name}_" in padded for name in self.names()):
            return False
        others = (part for part in words.split("_") if len(part) > 1 and part not in _GENERAL)
        if any(self._metrics.get(part) is not None for part in others):
            return None
        return True if _GENERAL & set(words.split("_")) else None

    def _bound(
        self, path: str, scope: str, node: ast.AST, bound: ast.expr, wide: bool, assigned: dict[str, str]
    ) -> Bound | None:
        text = _spelled(bound, assigned)
        baseline, named = bool(_BASELINE.search(text)), bool(_TARGET.search(text))
        known = self._values.fold(path, scope, bound)
        value = known.value if known is not None else None
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number in (0.0, 1.0, 100.0) or (number is None and not (baseline or named)):
            return None
        at = self._values.evaluator.index(path).source.at(node)
        target = self.target()
        direction = "minimize" if self._direction() == "minimize" else "maximize"
        holds = None if number is None or target is None else meets(number, target, direction, self._high())
        return Bound(at, number, wide, holds, named and not baseline, baseline)

    def _direction(self) -> str:
        known = self._metrics.get(self._charter.text("metric", "name") or "")
        return self._charter.text("metric", "direction") or (known.direction if known else "")

    def _high(self) -> float | None:
        known = self._metrics.get(self._charter.text("metric", "name") or "")
        return known.high if known else None


class _Turned(Gating):
    """Takes the comparisons that ask for less of the metric."""

    def _fits(self, way: str) -> bool:
        return way == {"maximize": "<", "minimize": ">"}.get(self._direction())


class _Either(Gating):
    """Takes the comparisons in either direction."""

    def _fits(self, way: str) -> bool:
        return True


def _fails(node: ast.AST) -> bool:
    """Whether something may end a program with an error."""
    if isinstance(node, ast.Return):
        return node.value is not None
    stops = isinstance(node, ast.Call) and bool(_STOPS.search(ast.unparse(node.func)))
    return stops or isinstance(node, ast.Raise | ast.Assert)


def _refuses(node: ast.If) -> bool:
    return any(
        isinstance(part, ast.Raise) or (isinstance(part, ast.Call) and bool(_STOPS.search(ast.unparse(part.func))))
        for statement in node.body
        for part in ast.walk(statement)
    )


def _orders(node: ast.AST) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(op) in _ORDER:
                yield left, _ORDER[type(op)], right
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) >= 2:
        if node.func.attr in _UNITTEST:
            yield node.args[0], _UNITTEST[node.func.attr], node.args[1]


def _assigned(tree: ast.AST) -> dict[str, str]:
    """What names are set to in a function, as text."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = ast.unparse(node.value)[:300]
    return found


def _spelled(node: ast.expr, assigned: dict[str, str]) -> str:
    """An expression's own words, and for a bare name what it was set to."""
    own = ast.unparse(node)[:300]
    return f"{own} {assigned[node.id]}" if isinstance(node, ast.Name) and node.id in assigned else own


@provides
def gating(charter: Charter, code: Code, values: Values, metrics: Metrics) -> Gating:
    """Nothing is read yet."""
    return Gating(charter, code, values, metrics)
