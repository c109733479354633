"""Practice: fairness between groups is measured."""

from __future__ import annotations

import ast
import re

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.practices.measuring import counts, metric_named
from mlops_lint.repo.view import Unreadable

_WORDS = (
    r"sex|gender|race|ethnicity|ethnic(?:_group)?|religion|nationality|disability|age_?(?:group|cat|bin|bucket|range)s?|"
    r"marital_?status|skin_(?:tone|color|colour)|sensitive_(?:attribute|feature|group)s?|protected_(?:attribute|feature|group)s?"
)
_PROTECTED = re.compile(rf"\b(?:{_WORDS})\b", re.IGNORECASE)
_COLUMN = re.compile(rf"(?:applicant_|patient_|person_)?(?:{_WORDS})", re.IGNORECASE)
_LISTED = re.compile(r"^(?:sensitive|protected)_", re.IGNORECASE)
_EVALUATES = re.compile(r"(?:compute|calculate|get|eval|evaluate)_(?:model_)?(?:metrics?|performance|scores?)")


class FairnessEvaluated(Practice):
    """A number is computed for each protected group."""


_FAIR = re.compile(
    r"(?:demographic|statistical)_parity|equali[sz]ed_odds|equal_opportunity|disparate_impact|average_odds_(?:diff|err)|"
    r"predictive_parity|fairness_gap|group_fairness|four_fifths",
    re.IGNORECASE,
)


@provides
def fairness_evaluated(own: OwnCode, knowledge: Knowledge, metrics: Metrics) -> FairnessEvaluated:
    """By a library's call, by hand in a function named after a measure of fairness, or group by group."""
    per_group = {
        call: keyword for tool in knowledge.tools("fairness") for call, keyword in tool.get("per_group", {}).items()
    }
    gaps = knowledge.calls("fairness", "gap")
    shown = named(use for use in own.calls(per_group) if _grouped(own, use, per_group[use.name]))
    shown += named(own.uses(gaps))
    written = own.functions(lambda name: bool(_FAIR.search(name)))
    shown += [Shown(d.name, own.code.at(d)) for d in written if counts(own, d)]
    for path, fact in own.attributes(["fairness_monitoring", "FAIRNESS"]):
        if fact.chain.endswith((".enable", ".FAIRNESS.ID", ".run")):
            shown.append(Shown("a fairness monitor", own.code.use_at(path, fact)))
    quality = {call for metric in metrics.all for call in metric.callables | metric.reports | metric.derivable}
    for path in own.code.modules:
        if own.counts(path, tests=True) and _PROTECTED.search(own.code.text(path).text):
            shown += _by_group(own, metrics, path, quality)
    return judge(FairnessEvaluated, shown, otherwise=idle(FairnessEvaluated, own, {*per_group, *gaps}))


def _by_group(own: OwnCode, metrics: Metrics, path: str, quality: set[str]) -> list[Shown]:
    """`for group in df["sex"].unique(): accuracy_score(…)`, `df.groupby("race").apply(lambda rows: recall(…))`."""
    try:
        tree = own.code.source(path).tree
    except (DocumentError, Unreadable):
        return []
    columns = _columns(tree)
    found: list[Shown] = []
    for node in ast.walk(tree):
        over: ast.expr | None = None
        inside: list[ast.AST] = []
        if isinstance(node, ast.For):
            many = isinstance(node.iter, ast.Call) and chain(node.iter.func) == "zip" and len(node.iter.args) > 2
            over, inside = None if many else node.iter, list(node.body)
        elif isinstance(node, ast.DictComp | ast.ListComp | ast.GeneratorExp):
            over = node.generators[0].iter
            inside = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        elif isinstance(node, ast.Call) and split(chain(node.func))[-1] in (".apply", ".agg"):
            over, inside = node.func, list(node.args)
            if "groupby" not in ast.unparse(over):
                continue
        if over is not None and _protected(over, columns) and own.runs(path, node):
            if _measures(own, metrics, path, inside, quality):
                found.append(Shown("measured by group", own.at(path, over)))
    return found


def _columns(tree: ast.Module) -> frozenset[str]:
    """Names of lists that hold a protected column."""
    return frozenset(
        chain(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.List | ast.Tuple)
        and any(_is_protected(part) for part in node.value.elts)
    )


def _is_protected(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_COLUMN.fullmatch(node.value))


def _protected(node: ast.expr, columns: frozenset[str]) -> bool:
    for part in ast.walk(node):
        if _is_protected(part) or (isinstance(part, ast.Attribute) and _COLUMN.fullmatch(part.attr)):
            return True
        if isinstance(part, ast.Name) and (part.id in columns or _LISTED.search(part.id)):
            return True
    return False


def _measures(own: OwnCode, metrics: Metrics, path: str, inside: list[ast.AST], quality: set[str]) -> bool:
    """Whether a metric is worked out there: by a library, or by a function that is named after one."""
    for part in (part for node in inside for part in ast.walk(node)):
        if isinstance(part, ast.Call):
            last = split(chain(part.func))[-1].lstrip(".")
            if last == "score" or (metric_named(last, metrics) is not None and part.args) or _EVALUATES.fullmatch(last):
                return True
        if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load):
            last = part.id if isinstance(part, ast.Name) else part.attr
            if any(call.endswith("." + last) for call in quality) and "sklearn" in (_named(own, path, part) or ""):
                return True
    return False


def _named(own: OwnCode, path: str, node: ast.expr) -> str | None:
    return own.code.canonical(path, "", chain(node))


def _grouped(own: OwnCode, use: Use, keyword: str) -> bool:
    """The argument that names the groups is given, and not empty; slices count by a protected column."""
    call = own.code.call_node(use)
    if call is None:
        return False
    given = [word.value for word in call.keywords if word.arg == keyword]
    if keyword == "feature_keys":
        return any(_is_protected(part) for value in given for part in ast.walk(value))
    return not given or not (isinstance(given[0], ast.List | ast.Tuple) and not given[0].elts)
