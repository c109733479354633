"""Practices about numbers: metrics, baselines, fairness, explanations."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, Use
from mlops_lint.facts.project.knowledge import Knowledge, Metric, Metrics
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named

_NUMBERS = (ast.BinOp, ast.AugAssign)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MEASURES = re.compile(r"metric|eval|scor|confusion|curve", re.IGNORECASE)  # `topk` and `argsort` serve many ends
_HELD_LOSS = re.compile(r"(?:estimate|eval|evaluate|validate|val|validation|test)_(?:the_)?loss(?:es)?")
_LOSSY = frozenset({"loss", "losses", "criterion"})


class MetricComputed(Practice):
    """A quality metric is computed."""


class FairnessEvaluated(Practice):
    """A number is computed for each protected group."""


class Explainability(Practice):
    """Predictions or the model are explained."""


@provides
def metric_computed(own: OwnCode, metrics: Metrics, knowledge: Knowledge) -> MetricComputed:
    """By a library's call, by a string that names one, or by hand in a function that carries its name."""
    known = {call for metric in metrics.all for call in metric.callables | metric.reports}
    known |= {call for metric in metrics.all for call in metric.derivable if _MEASURES.search(call)}
    compared = knowledge.calls("monitoring", "compare")  # two samples: of drift as a rule
    targets = {call for call in known - compared if not is_loss(call)}
    shown = named(own.uses(targets))
    shown += _compiled(own, metrics)
    losses = own.functions(lambda name: bool(_HELD_LOSS.fullmatch(name)))
    shown += [Shown(d.name, own.code.at(d)) for d in losses if own.code.uses([d.key])]
    shown += [Shown(d.name, own.code.at(d)) for d in by_hand(own, metrics)]
    return judge(MetricComputed, shown, otherwise=idle(MetricComputed, own, targets))


def is_loss(call: str) -> bool:
    """What training minimises says nothing of quality by itself."""
    name = call.rpartition(".")[2]
    return name.endswith("Loss") or "losses" in call.split(".") or call.startswith("torch.nn.")


def by_hand(own: OwnCode, metrics: Metrics) -> list[Definition]:
    """Functions of the project that carry a metric's name, take truth and prediction, and work a number out."""
    written = own.functions(lambda name: metric_named(name, metrics) is not None)
    return [found for found in written if _compares(own, found) and _counts(own, found)]


def metric_named(name: str, metrics: Metrics) -> Metric | None:
    """The metric that a function's name means: `compute_f1`, `eval_accuracy`."""
    bare = re.sub(r"^(?:compute|calculate|calc|get|eval|evaluate|measure)_", "", name.strip("_"), flags=re.IGNORECASE)
    words = re.split(r"[_\d]+", bare.lower())
    return None if _LOSSY.intersection(words) else metrics.get(bare)


_TRUTH = frozenset(
    "true truth target targets label labels actual actuals gt y reference references expected gold".split()
)
_GUESS = frozenset(
    "pred preds prediction predictions predicted output outputs logits score scores prob probs hat out".split()
)


def _compares(own: OwnCode, definition: Definition) -> bool:
    """Whether it takes the truth and a prediction: an `iou` of two boxes is part of many things."""
    fact = own.code.modules[definition.path].facts[definition.qualname]
    words = [set(re.split(r"[_\d]+", _HUMP.sub("_", name).lower())) for name in fact.parameters]
    return any(part & _TRUTH for part in words) and any(part & _GUESS for part in words)


def _counts(own: OwnCode, definition: Definition) -> bool:
    """A function that is called in the project and works a number out, rather than handing one on."""
    if not own.code.uses([definition.key]):
        return False
    return any(isinstance(node, _NUMBERS) for node in ast.walk(own.code.node(definition)))


def _compiled(own: OwnCode, metrics: Metrics) -> list[Shown]:
    """`model.compile(metrics=["accuracy"])` and `scoring="roc_auc"`."""
    found: list[Shown] = []
    for path, tree in own.trees(_names_metrics):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    texts = _strings(keyword.value)
                    library = {"metrics": "keras", "scoring": "sklearn"}.get(keyword.arg or "")
                    if library == "keras" and split(chain(node.func))[-1:] != [".compile"]:
                        continue
                    if library and any(metrics.of_string(library, text) for text in texts) and own.runs(path, node):
                        found.append(Shown(", ".join(texts), own.at(path, keyword.value)))
    return found


def _names_metrics(symbols: Symbols) -> bool:
    return any("metrics" in fact.keywords or "scoring" in fact.keywords for fact in symbols.uses)


def _strings(node: ast.expr) -> list[str]:
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


_FAIR = re.compile(
    r"(?:demographic|statistical)_parity|equali[sz]ed_odds|equal_opportunity|disparate_impact|average_odds_(?:diff|err)|"
    r"predictive_parity|fairness_gap|group_fairness|four_fifths",
    re.IGNORECASE,
)


@provides
def fairness_evaluated(own: OwnCode, knowledge: Knowledge) -> FairnessEvaluated:
    """By a library's call, or by hand in a function named after a measure of fairness."""
    per_group = {
        call: keyword for tool in knowledge.tools("fairness") for call, keyword in tool.get("per_group", {}).items()
    }
    gaps = knowledge.calls("fairness", "gap")
    shown = named(use for use in own.calls(per_group) if _grouped(own, use, per_group[use.name]))
    shown += named(own.uses(gaps))
    written = own.functions(lambda name: bool(_FAIR.search(name)))
    shown += [Shown(d.name, own.code.at(d)) for d in written if _counts(own, d)]
    return judge(FairnessEvaluated, shown, otherwise=idle(FairnessEvaluated, own, {*per_group, *gaps}))


def _grouped(own: OwnCode, use: Use, keyword: str) -> bool:
    """The argument that names the groups is given, and not empty."""
    call = own.code.call_node(use)
    if call is None:
        return False
    if (
        keyword == "feature_keys"
    ):  # slices of any kind: only protected columns make it fairness, which is not known here
        return False
    given = [word.value for word in call.keywords if word.arg == keyword]
    return not given or not (isinstance(given[0], ast.List | ast.Tuple) and not given[0].elts)


@provides
def explainability(own: OwnCode, knowledge: Knowledge) -> Explainability:
    """A call that explains, or importances that a fitted model carries."""
    methods = {method.name: method for method in knowledge.explainers.values() if method.recognised}
    libraries = [method for method in methods.values() if method.kind in ("library", "intrinsic")]
    targets = {call for method in libraries for call in method.calls}
    shown = named(own.calls(targets, tests=False))
    importances = methods.get("feature_importances")
    if importances is not None:
        shown += [
            Shown(split(fact.chain)[-1].lstrip("."), own.code.use_at(path, fact))
            for path, fact in own.attributes(["feature_importances_"])
        ]
    return judge(Explainability, shown, otherwise=idle(Explainability, own, targets))
