"""Practice: something simple that the model has to beat is computed, or its score is kept."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, Use
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, unclear
from mlops_lint.repo.view import RepoView

_NAME = re.compile(
    r"(?:^|_)(?:baselines?|no_skill|naive_(?:forecast|prediction|model)|dummy_(?:model|score|classifier|regressor))(?:_|$)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STRONG = frozenset({"tree", "neural"})


class BaselineImplemented(Practice):
    """A baseline for the project's own task is computed, or its result is kept as data."""


@provides
def baseline_implemented(own: OwnCode, knowledge: Knowledge, view: RepoView, project: Project) -> BaselineImplemented:
    """Dummy estimators, code that is called a baseline and is called, a linear model beside a stronger one."""
    targets = knowledge.calls("baselines", "calls")
    shown = named(own.calls(targets))
    shown += [Shown(found.name, own.code.at(found)) for found in named_baselines(own)]
    shown += [
        Shown("recorded baseline", Location(path)) for path in view.entries if project.owns(path) and _recorded(path)
    ]
    shown += named(beside(own, knowledge))
    doubtful = own.functions(lambda name: bool(_NAME.search(_HUMP.sub("_", name).lower())), kinds=("class",))
    weak = unclear(BaselineImplemented, *(Shown(found.name, own.code.at(found)) for found in doubtful))
    return judge(BaselineImplemented, shown, otherwise=weak if doubtful else idle(BaselineImplemented, own, targets))


def named_baselines(own: OwnCode) -> list[Definition]:
    """Functions that are called baselines and that something calls."""
    called = own.functions(lambda name: bool(_NAME.search(_HUMP.sub("_", name).lower())))
    return [found for found in called if own.code.uses([found.key])]


def _recorded(path: str) -> bool:
    folder, name = posixpath.split(path.lower())
    stem, suffix = posixpath.splitext(name)
    words = re.split(r"[^a-z]+", f"{posixpath.basename(folder)}_{stem}")
    results = ("results", "metrics", "metric", "scores", "score", "summary", "evaluation", "eval")
    kept = suffix in (".json", ".csv") and ("baseline" in words) and not name.startswith(".")
    return kept and any(part in results for part in re.split(r"[^a-z]+", f"{folder}_{stem}"))


def beside(own: OwnCode, knowledge: Knowledge) -> list[Use]:
    """Linear models made in the scope in which a stronger one is made."""
    makes = own.calls(
        {n for n, e in knowledge.estimators.items() if e.supervised and e.kind in ("classifier", "regressor")}
    )
    strong = {(use.path, use.scope) for use in makes if knowledge.estimators[use.name].family in _STRONG}
    simple = knowledge.calls("baselines", "weak")
    linear = [use for use in makes if use.name in simple and knowledge.estimators[use.name].family == "linear"]
    return [use for use in linear if (use.path, use.scope) in strong]
