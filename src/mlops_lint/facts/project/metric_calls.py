"""What a metric's calls are given: averaging, cut-off, positive label."""

from __future__ import annotations

import ast
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach, Use
from mlops_lint.facts.project.knowledge import Metric, Metrics
from mlops_lint.facts.project.values import Frame, Made, Values
from mlops_lint.knowledge.spelling import cutoff
from mlops_lint.model import Location

_KEYWORDS = {
    "average": ("average", "averaging", "avg"),
    "k": ("k", "top_k", "topk", "at", "cutoff", "at_k", "topn", "top_n", "n"),
    "positive_label": ("pos_label", "positive_label"),
    "beta": ("beta",),
}
_SCORER = re.compile(r"sklearn\.metrics\.(?:f1|precision|recall|fbeta|jaccard)_score$")
_DEFAULTS = (
    ("average", _SCORER, "binary"),
    ("positive_label", _SCORER, 1),
    ("k", re.compile(r"sklearn\.metrics\.top_k_accuracy_score$"), 2),
    ("average", re.compile(r"torchmetrics\..*(?:Multiclass\w+|multiclass_\w+|Multilabel\w+|multilabel_\w+)$"), "macro"),
    ("average", re.compile(r"torchmetrics\..*(?:\.Binary\w+|\.binary_\w+)$"), "binary"),
    ("average", re.compile(r"torchmetrics\.|torcheval\.|seqeval\."), "micro"),
)
"""What a call means that does not say it."""
_WRAPPERS = ("make_scorer", "partial")
_BETA = re.compile(r"\bf[_-]?(\d(?:\.\d+)?)(?![\d.]*\w)", re.IGNORECASE)
_LOADERS = frozenset(("evaluate.load", "evaluate.combine", "datasets.load_metric"))
_SCORING = frozenset("scoring metric eval_metric scorer".split())


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a parameter has in a call. `value` is None where it cannot be told; `given`: it is written."""

    value: Any
    at: Location
    given: bool = True


class MetricCalls:
    """Reads the arguments of calls that compute a metric."""

    def __init__(self, code: Code, values: Values, metrics: Metrics) -> None:
        self.code = code
        self.values = values
        self.metrics = metrics
        self._own: Reach | None = None

    def running(self) -> Reach:
        """What some entry of the project reaches, tests left out."""
        if self._own is None:
            self._own = self.code.reachable(d for d in self.code.entries() if not self.code.is_test(d.path))
        return self._own

    def settings(self, metric: Metric, parameter: str, roots: Sequence[Definition] = ()) -> list[Setting]:
        """Every value of the parameter within reach of `roots`, in order of place."""
        reach = self.code.reachable(roots) if roots else self.running()
        found: list[Setting] = []
        for use in self.uses(metric, reach, bool(roots)):
            found += self._of_use(use, parameter)
        if not found:
            found += self._of_own(metric, parameter, reach)
        found += self._of_texts(metric, parameter, reach)
        found += self._of_loaded(metric, parameter, reach)
        return sorted(set(found), key=lambda one: (one.at, str(one.value)))

    def uses(self, metric: Metric, reach: Reach, tests: bool = False) -> list[Use]:
        """The uses of a library's function or class for the metric, reports left out."""
        names = set(metric.callables)
        names |= {name for name in metric.reports if name.endswith("precision_recall_fscore_support")}
        found = [use for use in self.code.uses(names) if self.code.scope_of(use) in reach]
        return [use for use in found if tests or not self.code.is_test(use.path)]

    def loaded(self, metric: Metric, reach: Reach) -> list[Use]:
        """The calls `F1.compute(…)` of what `evaluate.load("f1")` gave."""
        known = [
            Use(path, use.scope, use.chain, self.code.use_at(path, use), use)
            for path in sorted({one.path for one in reach.definitions})
            for use in self.code.modules[path].symbols.uses
            if use.call and use.chain.endswith(".compute")
        ]
        found: list[Use] = []
        for use in known:
            node = self.code.call_node(use) if self.code.scope_of(use) in reach else None
            if node is not None and isinstance(node.func, ast.Attribute):
                found += [use] if self._loads(use.path, use.scope, node.func, metric) else []
        return found

    def _of_use(self, use: Use, parameter: str) -> Iterator[Setting]:
        node = self.code.call_node(use) if use.call else self._wrapper(use)
        if node is None:
            yield Setting(None, use.at)
            return
        for word in node.keywords:
            if word.arg is None and (yield from self._unpacked(use.path, use.scope, word.value, parameter)):
                return
        for word in node.keywords:
            if word.arg in _KEYWORDS[parameter]:
                yield from self._folded(use.path, use.scope, word.value)
                return
        yield self._default(use, node, parameter)

    def _unpacked(self, path: str, scope: str, options: ast.expr, parameter: str) -> Generator[Setting, None, bool]:
        """What `**OPTIONS` says of a parameter, and whether that is told; options that are not known may say it."""
        known = self.values.fold(path, scope, options)
        at = self.code.source(path).at(options)
        if known is None or not isinstance(known.value, dict):
            yield Setting(None, at)
            return False
        said = [known.value[name] for name in _KEYWORDS[parameter] if name in known.value]
        yield from (Setting(value, at) for value in said[:1])
        return bool(said)

    def _default(self, use: Use, node: ast.Call, parameter: str) -> Setting:
        """What the call means where it does not say it; averages mean nothing to a `task="binary"`."""
        task = next((word.value for word in node.keywords if word.arg == "task"), None)
        said = self.values.text(use.path, use.scope, task) if task is not None else ""
        if parameter == "average" and said in ("binary", None):
            return Setting(said, use.at, given=False)
        fits = (value for name, pattern, value in _DEFAULTS if name == parameter and pattern.match(use.name))
        return Setting(next(fits, None), use.at, given=False)

    def _folded(self, path: str, scope: str, expression: ast.expr) -> Iterator[Setting]:
        at = self.code.source(path).at(expression)
        possible = self.values.possible(path, scope, expression)
        for known in possible.values:
            yield Setting(known.value, at)
        if not possible.complete:
            yield Setting(None, at)

    def _wrapper(self, use: Use) -> ast.Call | None:
        """`make_scorer(f1_score, average="macro")`, `partial(f1_score, …)`."""
        for node in ast.walk(self.code.source(use.path).tree):
            if isinstance(node, ast.Call) and node.args and chain(node.func).rpartition(".")[2] in _WRAPPERS:
                if self.code.source(use.path).at(node.args[0]) == use.at:
                    return node
        return None

    def _of_own(self, metric: Metric, parameter: str, reach: Reach) -> Iterator[Setting]:
        """The project's own function that is named after the metric: its name's cut-off, or its parameter."""
        for definition in sorted(reach.definitions):
            if definition.kind != "function" or self.code.is_test(definition.path):
                continue
            if self.metrics.get(definition.name) is not metric:
                continue
            said = cutoff(definition.name) if parameter == "k" else None
            if said is not None:
                yield Setting(said, self.code.at(definition))
                continue
            node = self.code.node(definition)
            arguments = node.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
            named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs] if arguments else []
            for argument in named:
                if argument.arg in _KEYWORDS[parameter]:
                    yield from self._parameter(definition, argument)

    def _parameter(self, definition: Definition, argument: ast.arg) -> Iterator[Setting]:
        name = ast.Name(argument.arg, ast.Load(), lineno=argument.lineno + 1, col_offset=0)
        possible = self.values.possible(definition.path, definition.qualname, name)
        at = self.code.source(definition.path).at(argument)
        for known in possible.values:
            yield Setting(known.value, at)
        if not possible.complete:
            yield Setting(None, at)

    def _of_texts(self, metric: Metric, parameter: str, reach: Reach) -> Iterator[Setting]:
        """`scoring="f1_weighted"`."""
        if parameter not in ("average", "k"):
            return
        for path in sorted({one.path for one in reach.definitions if not self.code.is_test(one.path)}):
            for scope, node in self.values.evaluator.index(path).calls:
                if self.code.graph.scope(path, scope) not in reach:
                    continue
                for word in node.keywords:
                    if word.arg in _SCORING:
                        yield from self._named(path, scope, word.value, metric, parameter)

    def _of_loaded(self, metric: Metric, parameter: str, reach: Reach) -> Iterator[Setting]:
        """`evaluate.load("f1").compute(average="weighted", …)`, wherever it was loaded."""
        if parameter not in ("average", "positive_label"):
            return
        for path in sorted({one.path for one in reach.definitions if not self.code.is_test(one.path)}):
            for scope, node in self.values.evaluator.index(path).calls:
                if not isinstance(node.func, ast.Attribute) or node.func.attr != "compute":
                    continue
                if self.code.graph.scope(path, scope) not in reach or not self._loads(path, scope, node.func, metric):
                    continue
                given = [word.value for word in node.keywords if word.arg in _KEYWORDS[parameter]]
                options = [word.value for word in node.keywords if word.arg is None]
                if given:
                    yield from self._folded(path, scope, given[0])
                elif options:
                    if not (yield from self._unpacked(path, scope, options[0], parameter)):
                        yield Setting(None, self.code.source(path).at(node))
                elif metric.name in ("f1", "precision", "recall"):
                    default = {"average": "binary"}.get(parameter, 1)
                    yield Setting(default, self.code.source(path).at(node), given=False)

    def _loads(self, path: str, scope: str, function: ast.Attribute, metric: Metric) -> bool:
        """Whether what `.compute` is called on is this metric, loaded by its name, alone or with others."""
        evaluator = self.values.evaluator
        made = self.values.runs(lambda: evaluator.evaluate(function.value, Frame(path, scope)))
        if len(made) != 1 or not isinstance(made[0], Made) or made[0].name not in _LOADERS or not made[0].node.args:
            return False
        known = self.values.fold(made[0].frame.path, made[0].frame.scope, made[0].node.args[0])
        names = known.value if known and isinstance(known.value, list | tuple) else [known.value] if known else []
        return any(isinstance(name, str) and self.metrics.get(name) is metric for name in names)

    def _named(
        self, path: str, scope: str, value: ast.expr, metric: Metric, parameter: str
    ) -> Iterator[Setting]:  # fmt: skip
        text = self.values.text(path, scope, value)
        read = self.metrics.read(text) if text else None
        if read is None or read[0] is not metric:
            return
        said = read[1].average if parameter == "average" else read[1].k
        if said is not None:
            yield Setting(said, self.code.source(path).at(value))


def beta_of(name: str) -> float | None:
    """2 for `f2` and `F2 score`; None where the name says none."""
    found = _BETA.search(name)
    return float(found[1]) if found else None


def known(settings: Iterable[Setting]) -> list[Setting]:
    """Those whose value can be told."""
    return [one for one in settings if one.value is not None]


@provides
def metric_calls(code: Code, values: Values, metrics: Metrics) -> MetricCalls:
    """Calls are read when asked for."""
    return MetricCalls(code, values, metrics)
