"""Numbers of quality that code works out by itself: `accuracy = correct / total`, `model.score(x, y)`, texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.measuring_nodes import LOADERS, REDUCERS, of_text, scoped
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.parts import tokens, words_in

Hit = tuple[ast.AST, str]

_SHARE = frozenset(
    "accuracy balanced_accuracy f1 fbeta roc_auc pr_auc mcc specificity top_k_accuracy exact_match error_rate wer cer "
    "bleu rouge ndcg mrr hit_rate win_rate success_rate r2 mape smape pixel_accuracy recall_at_k precision_at_k psnr "
    "map_ranking pass_at_k cohen_kappa geometric_mean concordance_index directional_accuracy".split()
)
_COUNTED = frozenset(("precision", "recall"))  # words that mean other things, too
_ROOTED = frozenset(("rmse", "rmsle"))
_COUNTS = frozenset(
    "tp fp fn tn true_positives positives correct corrects hits matched relevant retrieved found".split()
)
_RIGHT = frozenset(("correct", "corrects", "ncorrect"))
_TRUTH = frozenset("y label labels target targets truth true gt actual gold answer answers ytest classes".split())
_SAYS = re.compile(
    r"\b(?:accuracy|acc|f1|f1[ _-]?score|auc|roc|rmse|precision|recall|mean ?iou|miou|bleu|perplexity|r2|mape|"
    r"error rate|exact match)\b",
    re.IGNORECASE,
)
_SHOWS = frozenset("print format info debug write log warning append join title scalar add_scalar".split())
_RECORDS = frozenset(("scalar", "add_scalar", "log_metric", "log_scalar", "log"))
_LIBRARY = re.compile(r"(?:^|[._]|torch|sd|j?ax|pyt)(?:metrics?|evaluation|evaluate|evaluators?|scorers?)\.")
_NOT_LIBRARY = re.compile(
    r"prometheus|opentelemetry|opencensus|datadog|statsd|django|mlflow|wandb|comet|neptune|clearml|azureml\.core|"
    r"losses|pairwise|distance|sagemaker|google\.cloud|boto|keras\.metrics\.Mean$|torchmetrics\.MeanMetric|plot|display"
)
_WHOLE = frozenset(("evaluate", "compute", "evaluator", "score"))
_NAMED_BY = frozenset(("eval_metric", "eval_metrics", "custom_metrics", "metric_name", "primary_metric", "metricname"))
_NO_QUALITY = frozenset(("log_loss", "mse", "jaccard", "hamming_loss", "mutual_information"))
_STRINGS = ("xgboost", "lightgbm", "catboost", "autogluon", "sklearn", "keras", "evaluate")
PROMISING = re.compile(
    r"accuracy|metric|evaluat|error_rate|recall|perplex|(?<![a-z])(?:acc|f1|auc|rmse|mape|r2|precision|n?corrects?|bleu|"
    r"rouge|ndcg|mrr|psnr|ppl|exact|hits?|wer|cer|dice|iou|mae)(?![a-z])|\.score\(|scorer",
    re.IGNORECASE,
)


class Measured:
    """Looks for quality in the trees of files, whose names are judged once."""

    def __init__(self, own: OwnCode, metrics: Metrics) -> None:
        self.own = own
        self.metrics = metrics
        self.meaning = cache(self._meaning)

    def _meaning(self, name: str) -> str:
        found = self.metrics.get(name.strip("_"))
        return found.name if found else ""

    def hits(self, path: str, tree: ast.Module) -> Iterator[Hit]:
        """Places of one file, of whatever may run."""
        live: dict[str, bool] = {}
        for scope, node in scoped(tree):
            if scope not in live:
                live[scope] = self.own.code.graph.scope(path, scope) in self.own.live
            if live[scope]:
                yield from self._assigned(node)
                if isinstance(node, ast.Call):
                    yield from self._called(path, scope, node)
                elif isinstance(node, ast.Dict):
                    yield from self._texts(list(zip(node.keys, node.values, strict=True)))
        for part in ast.walk(tree) if "orrect" in self.own.code.text(path).text else ():
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) and _right(part.left):
                if self.own.runs(path, part):
                    yield part, "correct ones over all"

    def _assigned(self, node: ast.AST) -> Iterator[Hit]:
        for name, value in _named_values(node):
            metric = self.meaning(name)
            if metric and self._is(metric, value):
                yield value, name

    def _is(self, metric: str, value: ast.expr) -> bool:
        """Whether arithmetic fits the name that its result is given."""
        words = words_in(value)
        if metric == "perplexity":
            return any(
                isinstance(p, ast.Call) and split(chain(p.func))[-1].lstrip(".") == "exp" for p in ast.walk(value)
            )
        if metric in _ROOTED:
            return "sqrt" in words and (_divides(value) or _reduces(value))
        if metric in _COUNTED:
            return _divides(value) and bool(words & _COUNTS)
        if metric in _SHARE:
            return _divides(value) or (_reduces(value) and _compares(value))
        return False

    def _called(self, path: str, scope: str, node: ast.Call) -> Iterator[Hit]:
        name = chain(node.func)
        last = split(name)[-1].lstrip(".")
        if last in _SHOWS and any(_SAYS.search(text) for text in _texts(node)) and _shares(node):
            yield node, "a share that is printed"
        if last == "score" and len(node.args) >= 2 and words_in(node.args[1]) & _TRUTH and "." in name:
            yield node, "score"
        if last in _RECORDS and len(node.args) >= 2 and self._recorded(node.args[0], node.args[1]):
            yield node, "recorded by its name"
        yield from self._compiled(last, node)
        known = self.own.code.canonical(path, scope, name) or ""
        if known in LOADERS and node.args and isinstance(node.args[0], ast.Constant):
            yield node, str(node.args[0].value)
        elif self._of_library(known) or self._judges(known, node):
            yield node, known.rpartition(".")[2]
        yield from self._texts([(ast.Constant(word.arg), word.value) for word in node.keywords if word.arg])

    def _recorded(self, name: ast.expr, value: ast.expr) -> bool:
        """`scalar("val/accuracy", acc)`: whoever records a value under the name has worked it out."""
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or isinstance(value, ast.Constant):
            return False
        return self.meaning(name.value.rpartition("/")[2]) in _SHARE | _ROOTED | {"mae", "perplexity"}

    def _of_library(self, known: str) -> bool:
        """Of a module of metrics, whatever the library: `sdmetrics.evaluation.evaluate`, `ranx.metrics.ndcg`."""
        if "::" in known or "()" in known or not _LIBRARY.search(known) or _NOT_LIBRARY.search(known):
            return False
        last = known.rpartition(".")[2]
        if "loss" in last.lower():
            return False
        return last.lower() in _WHOLE or bool(self.meaning(re.sub(r"(?:_?[Ss]core|_?[Mm]etric)$", "", last)))

    def _judges(self, known: str, node: ast.Call) -> bool:
        """A library's function of such a name that is given the truth: `timm.utils.accuracy(output, target)`."""
        if not known or "::" in known or "()" in known or len(node.args) < 2 or _NOT_LIBRARY.search(known):
            return False
        given = frozenset[str]().union(*(words_in(part) for part in node.args))
        return self.meaning(known.rpartition(".")[2]) in _SHARE | _ROOTED and bool(given & _TRUTH)

    def _compiled(self, last: str, node: ast.Call) -> Iterator[Hit]:
        """`compile(metrics=[my_metric])`, `Learner(…, metrics=accuracy)`, `Trainer(compute_metrics=f)`."""
        for word in node.keywords:
            value = word.value
            items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            names = [part for part in items if isinstance(part, ast.Name | ast.Attribute | ast.Call)]
            if word.arg == "metrics" and last == "compile":
                if any("loss" not in chain(part).lower() for part in names):
                    yield value, "compiled metrics"
            elif word.arg == "metrics" and any(self.meaning(split(chain(part))[-1].lstrip(".")) for part in names):
                yield value, "metrics"
            elif word.arg == "compute_metrics" and isinstance(value, ast.Name | ast.Attribute | ast.Lambda | ast.Call):
                yield value, "compute_metrics"
        if last == "compile" and len(node.args) >= 3 and isinstance(node.args[2], ast.List) and node.args[2].elts:
            yield node.args[2], "compiled metrics"

    def _texts(self, pairs: list[tuple[ast.expr | None, ast.expr]]) -> Iterator[Hit]:
        """`{"eval_metric": "auc"}`, `eval_metric="F1"`."""
        for key, value in pairs:
            if isinstance(key, ast.Constant) and str(key.value).lower() in _NAMED_BY:
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and self.text(part.value):
                        yield part, part.value

    def text(self, text: str) -> bool:
        """Whether a setting's text names a metric of quality."""
        found = [metric for library in _STRINGS for metric in self.metrics.of_string(library, text)]
        return any(metric.name not in _NO_QUALITY for metric in found)


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name | ast.Attribute):
                yield target.id if isinstance(target, ast.Name) else target.attr, node.value
            elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value


def _divides(value: ast.expr) -> bool:
    return any(
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) and not of_text(part) for part in ast.walk(value)
    )


def _reduces(value: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Call) and split(chain(part.func))[-1].lstrip(".") in REDUCERS for part in ast.walk(value)
    )


def _compares(value: ast.expr) -> bool:
    """`pred == y`, `tf.equal(pred, y)`, or something that says that it is right."""
    for part in ast.walk(value):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
            return True
        if isinstance(part, ast.Call) and split(chain(part.func))[-1].lstrip(".") in ("equal", "eq"):
            return True
    return bool(words_in(value) & _RIGHT)


def _right(node: ast.expr) -> bool:
    """Whether it counts what is right: `correct`, `100 * n_correct`, `running_corrects.double()`."""
    return any(
        tokens(part.id if isinstance(part, ast.Name) else part.attr) & _RIGHT
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    )


def _shares(node: ast.Call) -> bool:
    return any(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Div)
        and not of_text(part)
        and bool(words_in(part) & (_RIGHT | _COUNTS | {"acc", "accuracy"}))
        for part in ast.walk(node)
    )


def _texts(node: ast.Call) -> list[str]:
    return [p.value for p in ast.walk(node) if isinstance(p, ast.Constant) and isinstance(p.value, str)]
