"""Practice: a quality metric is computed."""

from __future__ import annotations

import ast
import re

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, Use
from mlops_lint.facts.project.knowledge import Knowledge, Metric, Metrics
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.practices.measured import PROMISING, Measured
from mlops_lint.practices.parts import tokens
from mlops_lint.repo.view import Unreadable

_NUMBERS = (ast.BinOp, ast.AugAssign, ast.Compare)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MEASURES = re.compile(r"metric|eval|scor|confusion|curve", re.IGNORECASE)  # `topk` and `argsort` serve many ends
_HELD_LOSS = re.compile(r"(?:estimate|eval|evaluate|validate|val|validation|test)_(?:the_)?loss(?:es)?")
_LOSSY = frozenset({"loss", "losses", "criterion"})


class MetricComputed(Practice):
    """A quality metric is computed."""


@provides
def metric_computed(own: OwnCode, metrics: Metrics, knowledge: Knowledge) -> MetricComputed:
    """By a library's call, by a string that names one, or by hand in a function that carries its name."""
    known = set(quality(metrics))
    known |= {call for metric in metrics.all for call in metric.derivable if _MEASURES.search(call)}
    compared = knowledge.calls("monitoring", "compare")  # two samples: of drift as a rule
    targets = {call for call in known - compared if not is_loss(call)}
    associations = {call for metric in metrics.all if metric.name in _ASSOCIATIONS for call in metric.callables}
    shown = named(use for use in own.uses(targets) if use.name not in associations or _judges(use))
    shown += _compiled(own, metrics)
    losses = own.functions(lambda name: bool(_HELD_LOSS.fullmatch(name)))
    shown += [Shown(d.name, own.code.at(d)) for d in losses if own.code.uses([d.key])]
    shown += [Shown(d.name, own.code.at(d)) for d in by_hand(own, metrics)]
    lines = {(at.path, at.cell, at.line) for one in shown if (at := one.at)}
    for one in _worked_out(own, metrics):
        if one.at and (one.at.path, one.at.cell, one.at.line) not in lines:
            lines.add((one.at.path, one.at.cell, one.at.line))
            shown.append(one)
    shown += _configured(own, metrics)
    return judge(MetricComputed, shown, otherwise=idle(MetricComputed, own, targets))


def quality(metrics: Metrics) -> frozenset[str]:
    """The calls that give metrics; what training minimises, or matches boxes by, is none."""
    known = {call for metric in metrics.all for call in metric.callables | metric.reports}
    return frozenset(call for call in known if not is_loss(call) and not call.endswith("box_iou"))


_ASSOCIATIONS = frozenset(("pearson", "spearman", "kendall_tau", "mutual_information"))  # of features, too


def _judges(use: Use) -> bool:
    """Whether it is given a prediction."""
    return any(tokens(given) & _GUESS for given in [*use.fact.arguments, *use.fact.keywords.values()])


def _worked_out(own: OwnCode, metrics: Metrics) -> list[Shown]:
    measured = Measured(own, metrics)
    found: list[Shown] = []
    for path in own.code.modules:
        if own.counts(path, tests=True) and PROMISING.search(own.code.text(path).text):
            try:
                tree = own.code.source(path).tree
            except (DocumentError, Unreadable):
                continue
            found += [Shown(what, own.at(path, node)) for node, what in measured.hits(path, tree)]
    return found


_SETTING = re.compile(
    r"^\s*(?:-\s*)?[\"']?(\w*(?:eval_metrics?|requested_metrics|evaluation_metrics?|primary_metric|metric_for_best_model))"
    r"[\"']?\s*:\s*(.+)$"
)
MAX_SETTINGS = 200_000


def _configured(own: OwnCode, metrics: Metrics) -> list[Shown]:
    """Metrics that a setting names, in a file or under a key that live code names."""
    measured = Measured(own, metrics)
    found: list[Shown] = []
    view = own.code.view
    for path, entry in view.entries.items():
        if (
            path.endswith((".json", ".yaml", ".yml"))
            and own.code.project.owns(path)
            and (entry.size or 0) <= MAX_SETTINGS
        ):
            for number, line in enumerate((text_of(view, path) or "").split("\n"), 1):
                match = _SETTING.match(line)
                words = re.findall(r"[A-Za-z][\w@-]*", match[2].partition(" #")[0]) if match else []
                if match and any(_quality(measured, word) for word in words) and _read(own, match[1], path):
                    found.append(Shown(match[1], Location(path, number)))
    return found


def _quality(measured: Measured, word: str) -> bool:
    return measured.text(word) or measured.meaning(re.sub(r"^(?:gpt|llm|avg|mean)_", "", word)) not in ("", "log_loss")


def _read(own: OwnCode, key: str, path: str) -> bool:
    """Whether code names the key or the file."""
    name = path.rpartition("/")[2]
    wanted = re.compile(rf"\b{re.escape(key)}\b|{re.escape(name)}")
    return any(
        any(wanted.search(line) for line in own.code.text(file).lines)
        for file in own.code.modules
        if own.counts(file, tests=False)
    )


def is_loss(call: str) -> bool:
    """What training minimises says nothing of quality by itself."""
    name = call.rpartition(".")[2]
    return name.endswith("Loss") or "losses" in call.split(".") or call.startswith("torch.nn.")


def by_hand(own: OwnCode, metrics: Metrics) -> list[Definition]:
    """Functions of the project that carry a metric's name, take truth and prediction, and work a number out."""
    written = own.functions(lambda name: metric_named(name, metrics) is not None)
    return [found for found in written if _compares(own, found) and counts(own, found)]


def metric_named(name: str, metrics: Metrics) -> Metric | None:
    """The metric that a function's name means: `compute_f1`, `eval_accuracy`."""
    bare = re.sub(r"^(?:compute|calculate|calc|get|eval|evaluate|measure)_", "", name.strip("_"), flags=re.IGNORECASE)
    words = re.split(r"[_\d]+", bare.lower())
    if _LOSSY.intersection(words):
        return None
    short = re.sub(
        r"^(?:my|custom|multiclass|binary|batch|mean)_|_(?:score|metric|coeff?|fn|np)$", "", bare, flags=re.I
    )
    return metrics.get(bare) or metrics.get(short) or metrics.get(re.sub(r"_(?:score|metric|coeff?)$", "", short))


_TRUTH = frozenset(
    "true truth target targets label labels actual actuals gt y reference references expected gold".split()
)
_GUESS = frozenset(
    "pred preds prediction predictions predicted output outputs logits score scores prob probs hat out input inputs x "
    "forecast".split()
)


def _compares(own: OwnCode, definition: Definition) -> bool:
    """Whether it takes the truth and a prediction: an `iou` of two boxes is part of many things."""
    fact = own.code.modules[definition.path].facts[definition.qualname]
    words = [set(re.split(r"[_\d]+", _HUMP.sub("_", name).lower())) for name in fact.parameters]
    return any(part & _TRUTH for part in words) and any(part & _GUESS for part in words)


def counts(own: OwnCode, definition: Definition) -> bool:
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
