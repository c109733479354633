"""Practice: fairness between groups is measured."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.practices.fairness_columns import is_protected
from mlops_lint.practices.fairness_groups import by_group
from mlops_lint.practices.measuring import counts


class FairnessEvaluated(Practice):
    """A number is computed for each protected group."""


_FAIR = re.compile(
    r"(?:demographic|statistical)_parity|equali[sz]ed_odds|equal_opportunity|disparate_impact|average_odds_(?:diff|err)|"
    r"predictive_parity|fairness_gap|group_fairness|four_fifths|(?<![a-z])p_?(?:percent_?)?rule(?![a-z])|"
    r"(?:given|by|per|across)_(?:sensitive|protected)|(?:[ft][pn]r|rates?|accuracy|metrics?)_sensitive",
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
    shown += by_group(own, metrics, quality)
    return judge(FairnessEvaluated, shown, otherwise=idle(FairnessEvaluated, own, {*per_group, *gaps}))


def _grouped(own: OwnCode, use: Use, keyword: str) -> bool:
    """The argument that names the groups is given, and not empty; slices count by a protected column."""
    call = own.code.call_node(use)
    if call is None:
        return False
    given = [word.value for word in call.keywords if word.arg == keyword]
    if keyword == "feature_keys":
        return any(is_protected(part) for value in given for part in ast.walk(value))
    return not given or not (isinstance(given[0], ast.List | ast.Tuple) and not given[0].elts)
