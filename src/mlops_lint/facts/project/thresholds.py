"""Where code turns a score into a decision, and at which number."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.comparing import core_of, own_nodes, sides, words_of
from mlops_lint.facts.project.thresholds_alone import Alone
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.values.model import Frame, settled
from mlops_lint.model import Location

_SCORERS = frozenset("predict_proba decision_function predict_log_proba sigmoid softmax expit".split())
_WORDS = frozenset(
    "proba probas prob probs probability probabilities score scores scored likelihood risk confidence chance p ps "
    "yhat y_hat logit logits propensity pd".split()
)
"""`pd`: the probability of default; nobody compares the module."""
_OTHERS = frozenset(
    "psi drift ks similarity sim f1 auc recall precision accuracy metric gap iou nms r2 silhouette best baseline value "
    "pvalue target relevance bleu rouge wer distance z zscore max min mean rank cv train test val".split()
)
_CUTTING = frozenset("min minimum threshold thresh cutoff cut floor".split())
_QUERY = re.compile(
    r"\b(?:score|proba?|probability|risk|confidence)s?\b\s*[<>]=?\s*(@?\w[\w.]*)|(?<!\d)(\d{0,9}\.\d{1,20})\s*[<>]=?\s*(?:score|proba?)",
    re.I,
)
_PREDICTS = frozenset(("predict",))
_NETWORKS = ("torch", "tensorflow", "keras", "lightgbm", "xgboost", "catboost", "mxnet", "jax", "flax", "onnxruntime",
             "mlflow.pyfunc", "transformers", "h2o", "lightfm", "implicit", "surprise")  # fmt: skip
_LIMITS = frozenset("min minimum max maximum threshold thresh cutoff cut limit floor bar".split())
_HEALTH = frozenset(
    "psi drift ks pvalue p gap missing null nulls nan share ratio latency seconds cost budget time wait age size load "
    "memory temperature top".split()
)
"""What is bounded beside a score: the health of data and machines, and how an answer is drawn."""
_BESIDE = re.compile(
    r"(?:^|/)(?:\w*bench\w*|profil\w*|perf|load_?tests?|demos?|examples?|notebooks?)(?:/|\.py$)|\.ipynb$"
)
"""Files that call what serves only to time it or to show it."""
_TUNED = ("TunedThresholdClassifierCV", "FixedThresholdClassifier")


@dataclass(frozen=True, slots=True)
class Cut:
    """A comparison of a score with `value`; None where the number cannot be told."""

    value: float | None
    at: Location


@dataclass(frozen=True, slots=True)
class Cuts:
    """`hidden`: a `.predict()` that decides at 0.5, where nothing compares a score; `opaque`: it may be elsewhere."""

    found: tuple[Cut, ...]
    hidden: Location | None = None
    opaque: Location | None = None


class Thresholds:
    """Reads the comparisons within reach of some definitions."""

    def __init__(self, code: Code, values: Values) -> None:
        self.code = code
        self.values = values

    def within(self, roots: Iterable[Definition], *, declared: bool = False, said: float | None = None) -> Cuts:
        """The comparisons in the roots themselves; where there are none, in all that they reach.

        `declared`: the roots are said to hold the threshold, so that the only bound in them is taken for it;
        `said`: the number that it should be.
        """
        own = [root for root in roots if not self.code.is_test(root.path)]
        found = [cut for root in own for cut in self._cuts(root)]
        reach = sorted(one for one in self.code.reachable(own).definitions if not self.code.is_test(one.path))
        if not found:
            found = [cut for one in reach for cut in self._cuts(one)]
        if not found and declared:
            found = self._only_limit(own)
        if not found and declared and said is not None:
            alone = Alone(self.code, self._numbers, _HEALTH | _OTHERS).bound(own, reach, said)
            found = list(self._bounds(*alone)) if alone is not None else []
        hidden = opaque = None
        if not found:
            hidden, opaque = self._hidden(own, reach)
        return Cuts(tuple(dict.fromkeys(found)), hidden, opaque)

    def _cuts(self, definition: Definition) -> Iterator[Cut]:
        nodes = list(own_nodes(self.code.node(definition), definition))
        scores, native = self._scores(definition, nodes), self._native(nodes)
        for node in nodes:
            for side, bound in sides(node):
                core = core_of(side)
                if (
                    self._is_score(definition, side, scores)
                    or (isinstance(core, ast.Name) and core.id in native)
                    or (self._networks and _predicts(core))
                    or _says_so(side, bound)
                ):
                    yield from self._bounds(definition, bound)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 2_000:
                yield from self._query(definition, node)

    def _bounds(self, definition: Definition, bound: ast.expr) -> Iterator[Cut]:
        at = self.code.source(definition.path).at(bound)
        numbers = self._numbers(definition, bound)
        for number in numbers:
            if isinstance(number, int | float) and not isinstance(number, bool) and number not in (0, 1):
                yield Cut(float(number), at)
        if self.values.evaluator.cut or not all(settled(number) for number in numbers):
            yield Cut(None, at)

    def _numbers(self, definition: Definition, bound: ast.expr) -> list[object]:
        """What a bound may be where it is used in earnest: a benchmark's own number does not count beside others."""
        evaluator, frame = self.values.evaluator, Frame(definition.path, definition.qualname)
        found: list[tuple[object, bool]] = self.values.runs(
            lambda: (evaluator.evaluate(bound, frame), any(_BESIDE.search(path) for path, _, _ in evaluator.sites))
        )
        return [value for value, beside in found if not beside] or [value for value, _ in found]

    def _only_limit(self, own: list[Definition]) -> list[Cut]:
        """The bound by name of a declared function, where it compares with no other share."""
        found: list[Cut] = []
        for definition in own:
            for node in own_nodes(self.code.node(definition), definition):
                for side, bound in sides(node) if isinstance(node, ast.Compare) else ():
                    words = words_of(bound)
                    if words & _LIMITS and not (words | words_of(side)) & _HEALTH and not words_of(side) & _LIMITS:
                        found += self._bounds(definition, bound)
        values = {cut.value for cut in found}
        return found if len(values) == 1 and all(value is not None and 0 < value < 1 for value in values) else []

    def _query(self, definition: Definition, node: ast.Constant) -> Iterator[Cut]:
        """`rows.query("score >= 0.35")`."""
        for match in _QUERY.finditer(str(node.value)):
            text = match[1] or match[2]
            at = self.code.source(definition.path).at(node)
            if text.startswith("@"):
                yield from self._bounds(definition, ast.copy_location(ast.Name(text[1:], ast.Load()), node))
            elif re.fullmatch(r"\d*\.\d+", text):
                yield Cut(float(text), at)

    def _scores(self, definition: Definition, nodes: list[ast.AST]) -> set[str]:
        """Local names that hold what a model answers."""
        found: set[str] = set()
        for _ in range(2):
            for node in nodes:
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if any(self._asks(definition, part, found) for part in ast.walk(node.value)):
                        found |= {target.id for target in targets if isinstance(target, ast.Name)}
        return found

    def _asks(self, definition: Definition, part: ast.AST, scores: set[str]) -> bool:
        if isinstance(part, ast.Name):
            return part.id in scores
        if not isinstance(part, ast.Call):
            return False
        last = split(chain(part.func))[-1].lstrip(".")
        return last in _SCORERS or self._answers(definition, part)

    def _native(self, nodes: list[ast.AST]) -> set[str]:
        """Local names that hold what `predict` of a library gives that has no classes, and nothing of it."""
        given = [node for node in nodes if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None]
        found: set[str] = set()
        for node in given if self._networks else ():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value is not None and _predicts(core_of(node.value)):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
        return found

    @functools.cached_property
    def _networks(self) -> bool:
        """Whether the code uses a library whose `predict` may give numbers, and no classes."""
        modules = [fact.module for module in self.code.modules.values() for fact in module.symbols.imports]
        return any(name.partition(".")[0] in _NETWORKS or name.startswith("mlflow.pyfunc") for name in modules)

    def _answers(self, definition: Definition, call: ast.Call) -> bool:
        """A function of the project that asks the model itself."""
        name = self.code.canonical(definition.path, definition.qualname, chain(call.func)) or ""
        path, _, qualname = name.partition("::")
        inner = self.code.definition(path, qualname) if qualname else None
        if inner is None or inner.kind != "function":
            return False
        return any(use.call and split(use.chain)[-1].lstrip(".") in _SCORERS for use in self._calls(inner))

    def _calls(self, definition: Definition) -> list[UseFact]:
        uses = self.code.modules[definition.path].symbols.uses
        return [use for use in uses if use.scope == definition.qualname]

    def _is_score(self, definition: Definition, side: ast.expr, scores: set[str]) -> bool:
        words = words_of(side)
        if words & _OTHERS and not words & {"proba", "probability", "prob"}:
            return False
        return bool(words & _WORDS) or any(self._asks(definition, part, scores) for part in ast.walk(side))

    def _hidden(self, own: list[Definition], reach: list[Definition]) -> tuple[Location | None, Location | None]:
        """Where `.predict()` decides, and what may decide elsewhere."""
        names = set(self.code.graph.canonical)
        if any(tuned in name for name in names for tuned in _TUNED):
            return None, None
        for definition in own:
            if (decides := self._classes(definition)) is not None:
                return decides, None
        for definition in (*own, *reach):
            for use in self._calls(definition):
                steps = split(use.chain)
                last = steps[-1].lstrip(".")
                if not use.call or last not in (*_PREDICTS, *_SCORERS) or len(steps) < 2:
                    continue
                at = self.code.use_at(definition.path, use)
                called = self.code.canonical(definition.path, definition.qualname, use.chain)
                if last in _SCORERS or self._networks or (called is not None and "::" in called):
                    return None, at
                return at, None
        return None, None

    def _classes(self, definition: Definition) -> Location | None:
        """`.predict()` of what has `predict_proba` too, or is a classifier by its annotation: it gives classes."""
        calls = [(split(use.chain), use) for use in self._calls(definition) if use.call]
        known = {tuple(steps[:-1]) for steps, _ in calls if steps[-1].lstrip(".") == "predict_proba"}
        known |= {(name,) for name in self._classifiers(definition)}
        for steps, use in calls:
            if steps[-1].lstrip(".") in _PREDICTS and tuple(steps[:-1]) in known:
                return self.code.use_at(definition.path, use)
        return None

    def _classifiers(self, definition: Definition) -> Iterator[str]:
        node = self.code.node(definition)
        arguments = node.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if arguments else ():
            written = chain(argument.annotation) if argument.annotation is not None else ""
            name = self.code.canonical(definition.path, "", written) if written else None
            if name and (name.endswith(("Classifier", "ClassifierMixin")) or name.startswith("sklearn.pipeline.")):
                yield argument.arg


def _says_so(side: ast.expr, bound: ast.expr) -> bool:
    """`s >= min_score`: the bound is named after what it cuts, and the compared value after nothing else."""
    words = words_of(bound)
    named = (words & _CUTTING and words & _WORDS) or words == {"threshold"}
    return bool(named) and isinstance(side, ast.Name) and not words_of(side) & _OTHERS


def _predicts(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PREDICTS


@provides
def thresholds(code: Code, values: Values) -> Thresholds:
    """Read when asked for."""
    return Thresholds(code, values)
