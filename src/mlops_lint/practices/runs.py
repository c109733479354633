"""Practices about how experiments are run: tracked, seeded, chained."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, unclear
from mlops_lint.repo.view import RepoView

_TARGET = re.compile(r"^\s*(?:-\s*)?[\"']?_target_[\"']?\s*:\s*[\"']?([\w.]+)")


_MODELS = ("classifier", "regressor", "ranker", "recommender", "clusterer", "trainer", "outlier", "either")


class ExperimentTracking(Practice):
    """Runs are recorded by a tracker."""


class SeedsFixed(Practice):
    """The random numbers of training are seeded."""


@provides
def experiment_tracking(own: OwnCode, knowledge: Knowledge, view: RepoView, project: Project) -> ExperimentTracking:
    """Calls that begin a run or write to it, also those that a configuration has instantiated."""
    tools = knowledge.tools("trackers")
    targets = {call for tool in tools for call in tool.calls("start", "log", "auto")}
    shown = [
        shown
        for tool in tools
        for shown in named(
            use for use in own.calls(tool.calls("start", "log", "auto"), tests=False) if not _offline(own, use, tool)
        )
    ]
    shown += _instantiated(view, project, targets)
    return judge(ExperimentTracking, shown, otherwise=idle(ExperimentTracking, own, targets))


def _offline(own: OwnCode, use: Use, tool: Tool) -> bool:
    switches = tool.get("offline") or {}
    call = own.code.call_node(use) if switches else None
    return call is not None and any(
        keyword.arg in switches
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value in switches[keyword.arg]
        for keyword in call.keywords
    )


def _instantiated(view: RepoView, project: Project, targets: set[str]) -> list[Shown]:
    """`_target_: package.Class` in YAML, which Hydra calls."""
    found: list[Shown] = []
    for path in view.entries:
        if path.endswith((".yaml", ".yml")) and project.owns(path):
            for number, line in enumerate((text_of(view, path) or "").split("\n"), 1):
                match = _TARGET.match(line)
                if match and match[1] in targets:
                    found.append(Shown(match[1].rpartition(".")[2], Location(path, number)))
    return found


@provides
def seeds_fixed(own: OwnCode, knowledge: Knowledge) -> SeedsFixed:
    """Global seeds and seeded estimators; a seeded split alone, or a seed taken back, leaves it unclear."""
    seeded, taken_back = _global_seeds(own, knowledge)
    fitted = {name: found for name, found in knowledge.estimators.items() if found.kind in _MODELS}
    drawing = {name for name, found in fitted.items() if found.random is not False}
    estimators = _seeded(own, knowledge, drawing)
    splits = _seeded(own, knowledge, set(knowledge.splits))
    frameworks = _frameworks(own)
    covering = [use for use in seeded if not frameworks or frameworks.intersection(_scopes(knowledge, use))]
    if estimators or (covering and not taken_back):
        return judge(SeedsFixed, named([*covering, *estimators]))
    made = own.calls(set(fitted), tests=False)
    settled = made and not any(_draws(use, fitted[use.name].random) for use in made)
    if splits and settled and not frameworks:
        return judge(SeedsFixed, named(splits))  # nothing else draws
    rest = named([*seeded, *splits])
    return unclear(SeedsFixed, *rest) if rest else SeedsFixed("absent")


def _global_seeds(own: OwnCode, knowledge: Knowledge) -> tuple[list[Use], bool]:
    seeded: list[Use] = []
    taken_back = False
    for use in own.calls(set(knowledge.seeds), tests=False):
        tool = knowledge.seeds[use.name]
        if not {"object", "search", "environment"}.intersection(tool.get("scopes", ())):
            given = _argument(own, use, tool.get("seed"), tool.get("parameters", ()))
            seeded += [use] if given else []
            taken_back = taken_back or not given
    return seeded, taken_back


def _argument(own: OwnCode, use: Use, slot: list[object] | None, names: list[str]) -> bool:
    """Whether a seed is given that is not None."""
    call = own.code.call_node(use)
    if call is None:
        return False
    values = [word.value for word in call.keywords if word.arg in ([*names, slot[1]] if slot else names)]
    values += call.args[:1] if slot else []
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in values)


def _seeded(own: OwnCode, knowledge: Knowledge, targets: set[str]) -> list[Use]:
    """Calls to which a seed argument is given."""
    found: list[Use] = []
    for use in own.calls(targets, tests=False):
        names = knowledge.seed_parameters & use.fact.keywords.keys()
        if names and _argument(own, use, None, sorted(names)):
            found.append(use)
    return found


def _draws(use: Use, random: bool | Mapping[str, tuple[object, ...]]) -> bool:
    """Whether an estimator draws at random, as far as its arguments say."""
    return random if isinstance(random, bool) else bool(random.keys() & use.fact.keywords.keys())


def _scopes(knowledge: Knowledge, use: Use) -> frozenset[str]:
    return frozenset(knowledge.seeds[use.name].get("scopes", ()))


_FRAMEWORKS = {
    "torch": "torch", "lightning": "torch", "pytorch_lightning": "torch", "tensorflow": "tensorflow",
    "keras": "tensorflow", "jax": "jax",
}  # fmt: skip


def _frameworks(own: OwnCode) -> frozenset[str]:
    """The generators that the project's training frameworks draw from."""
    found: set[str] = set()
    for path, module in own.code.modules.items():
        if own.counts(path, tests=False):
            for fact in module.symbols.imports:
                name = _FRAMEWORKS.get(fact.module.partition(".")[0])
                found |= {name} if name and not fact.level else set()
    return frozenset(found)
