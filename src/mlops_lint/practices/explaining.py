"""Practice: predictions or the model are explained."""

from __future__ import annotations

import re

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named

_READ = ("feature_importances_",)
_CALLED = ("get_feature_importance", "get_fscore", "feature_importance", "explain_instance", "shap_values")
_BY_HAND = re.compile(
    r"(?:make_|get_|compute_|generate_|calculate_|calc_|show_|plot_|run_)*(?:grad_?cam(?:_?(?:plus_?plus|pp|heatmap))?|saliency(?:_?maps?)?|score_?cam|guided_?grad_?cam|"
    r"integrated_?gradients|permutation_importances?|guided_?backprop(?:agation)?|smooth_?grad|occlusion_sensitivity)(?:_heatmap)?",
    re.IGNORECASE,
)


class Explainability(Practice):
    """Predictions or the model are explained."""


@provides
def explainability(own: OwnCode, knowledge: Knowledge) -> Explainability:
    """A call that explains, or importances that a fitted model carries."""
    methods = {method.name: method for method in knowledge.explainers.values() if method.recognised}
    libraries = [method for method in methods.values() if method.kind in ("library", "intrinsic")]
    targets = {call for method in libraries for call in method.calls}
    shown = named(own.calls(targets, tests=False))
    for path, fact in own.attributes([*_READ, *_CALLED]):
        last = split(fact.chain)[-1].lstrip(".")
        if last in _CALLED and not fact.call:
            continue
        shown.append(Shown(last if last in _CALLED else "feature_importances_", own.code.use_at(path, fact)))
    for path, fact in own.attributes(["explainability", "EXPLAINABILITY"]):
        if fact.chain.endswith((".explainability.enable", ".EXPLAINABILITY.ID")):
            shown.append(Shown("an explaining monitor", own.code.use_at(path, fact)))
    written = own.functions(lambda name: bool(_BY_HAND.fullmatch(name)), kinds=("function", "class"))
    shown += [Shown(found.name, own.code.at(found)) for found in written if own.code.uses([found.key])]
    return judge(Explainability, shown, otherwise=idle(Explainability, own, targets))
