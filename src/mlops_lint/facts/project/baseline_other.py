"""What the code that is named as a baseline surely does instead: it parts the rows, or fits a model of its own."""

from __future__ import annotations

import ast
import re

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Knowledge

_FITS = re.compile(r"^_?(?:fit|train|re_?train|fit_model|train_model)$")
_SPLITS = re.compile(r"(?:^|_)split(?:s|ter|ting)?(?:_|$)|Split(?:s|ter|ting)?(?:[A-Z_]|$)")
_SIMPLE = re.compile(
    r"(?:\w*_)?(?:mean|nanmean|median|nanmedian|mode|average|most_common|value_counts|idxmax|counter|Counter|shift|bincount|"
    r"fmean|multimode|groupby|rolling|where|select|choice|sample|score|evaluate)"
    r"|(?:\w*_)?(?:Dummy|[Nn]aive|RandomWalk|DecisionTree)\w*|\w+(?:Naive|Average)|\w*baseline\w*"
)
"""What a rule or a statistic is made of, and what measures one beside the model."""
_LEARNED = frozenset(("classifier", "regressor", "either"))


class BaselineOther:
    """Says it only where nothing in the code may be a rule."""

    def __init__(self, code: Code, knowledge: Knowledge) -> None:
        self.code = code
        self.knowledge = knowledge

    def instead(self, found: Definition) -> str:
        """What it does in place of a rule, a constant or a draw; empty where that is not sure."""
        bodies = self._bodies(found)
        names = [name for one in bodies for name in self._called(one)]
        if not names or any(map(_simple, names)) or any(self._decides(one) for one in bodies):
            return ""
        split = next((name for name in names if name in self.knowledge.splits), "")
        if split and self._named(found, _SPLITS):
            return f"it parts the rows (`{split.rpartition('.')[2]}`)"
        fitted = next((name for name in names if self._learns(name)), "")
        return f"it fits a model itself (`{fitted.rpartition('.')[2]}`)" if fitted and self._fits(found) else ""

    def _bodies(self, found: Definition) -> list[Definition]:
        """The code itself, or the methods of the class."""
        members = self.code.modules[found.path].definitions
        if found.kind != "class":
            return [found]
        return [
            one for name, one in members.items() if name.startswith(f"{found.qualname}.") and one.kind == "function"
        ]

    def _called(self, one: Definition) -> list[str]:
        calls = [node for node in ast.walk(self.code.node(one)) if isinstance(node, ast.Call)]
        texts = [chain(node.func) for node in calls]
        return [self.code.canonical(one.path, one.qualname, text) or text for text in texts]

    def _decides(self, one: Definition) -> bool:
        """A comparison may be the rule; one with None or a type is none."""
        compared = [node for node in ast.walk(self.code.node(one)) if isinstance(node, ast.Compare)]
        return any(not isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn) for node in compared)

    def _named(self, found: Definition, wanted: re.Pattern[str]) -> bool:
        return any(wanted.search(part) for part in found.qualname.split("."))

    def _fits(self, found: Definition) -> bool:
        names = [one.name for one in self._bodies(found)]
        return any(_FITS.match(name) for name in names)

    def _learns(self, name: str) -> bool:
        known = self.knowledge.estimators.get(name)
        return known is not None and known.kind in _LEARNED and not _simple(name)


def _simple(name: str) -> bool:
    return _SIMPLE.fullmatch(name.removesuffix("()").rpartition(".")[2]) is not None


@provides
def baseline_other(code: Code, knowledge: Knowledge) -> BaselineOther:
    """Nothing is read before it is asked for."""
    return BaselineOther(code, knowledge)
