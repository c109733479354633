"""Practice: runs are recorded by a tracker."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Use
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, instantiated, judge, named
from mlops_lint.repo.view import RepoView

_REPORTS = re.compile(
    r"(?:^\s*[\"']?report_to[\"']?\s*:|--report_to[ =])\s*[\[\"'\s-]*(wandb|mlflow|tensorboard|comet_ml|neptune|"
    r"clearml|dvclive|swanlab|trackio|all)\b"
)
_NAMES = frozenset("wandb mlflow tensorboard comet_ml neptune clearml dvclive swanlab trackio all".split())
_MODULES = ("lightning.pytorch.LightningModule().{}", "pytorch_lightning.LightningModule().{}",
            "lightning.LightningModule().{}", "lightning.pytorch.core.LightningModule().{}",
            "pytorch_lightning.core.LightningModule().{}")  # fmt: skip
_TRAINERS = ("lightning.pytorch.Trainer", "lightning.Trainer", "pytorch_lightning.Trainer")


class ExperimentTracking(Practice):
    """Runs are recorded by a tracker."""


@provides
def experiment_tracking(own: OwnCode, knowledge: Knowledge, view: RepoView, project: Project) -> ExperimentTracking:
    """Calls that begin a run or write to it, also those that a configuration has instantiated."""
    tools = knowledge.tools("trackers")
    targets = {call for tool in tools for call in tool.calls("start", "log", "auto")}
    shown: list[Shown] = []
    for tool in tools:
        names = _spelled(own.code, tool.calls("start", "log", "auto"))
        used = [use for use in own.calls(names, tests=False) if not _offline(own, use, tool)]
        shown += named(use for use in used if not _opens(use))
    shown += [Shown(name.rpartition(".")[2], at) for name, at in instantiated(view, project) if _means(name, targets)]
    shown += _reported(own, view, project)
    shown += named(_default_logger(own))
    return judge(ExperimentTracking, shown, otherwise=idle(ExperimentTracking, own, targets))


def _opens(use: Use) -> bool:
    """A client or session that serves registries, deployments and downloads as well."""
    if use.name.endswith("aiplatform.init"):
        return "experiment" not in use.fact.keywords
    return use.name.endswith((".MlflowClient", ".get_context"))


def _spelled(code: Code, targets: frozenset[str]) -> set[str]:
    """The names, and classes of the same library and name under other modules."""
    return {*targets, *(name for name in code.graph.canonical if "()" not in name and _means(name, targets))}


def _means(name: str, targets: frozenset[str] | set[str]) -> bool:
    if name in targets:
        return True
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if not last[:1].isupper():
        return False
    return any(
        target.endswith("." + last) and "()" not in target and target.partition(".")[0] == root for target in targets
    )


def _offline(own: OwnCode, use: Use, tool: Tool) -> bool:
    switches = tool.get("offline") or {}
    call = own.code.call_node(use) if switches else None
    return call is not None and any(
        keyword.arg in switches
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value in switches[keyword.arg]
        for keyword in call.keywords
    )


def _reported(own: OwnCode, view: RepoView, project: Project) -> Iterator[Shown]:
    """`TrainingArguments(report_to="wandb")`, and the same in a configuration or a script that trains."""
    for path, tree in own.trees(lambda found: any("report_to" in fact.keywords for fact in found.uses), tests=False):
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "report_to":
                texts = {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
                if texts & _NAMES and own.runs(path, node.value):
                    yield Shown("report_to", own.at(path, node.value))
    for path in view.entries:
        if path.endswith((".yaml", ".yml", ".sh", ".json")) and project.owns(path):
            text = text_of(view, path) or ""
            for number, line in enumerate(text.split("\n"), 1) if "report_to" in text else ():
                if _REPORTS.search(line) and not line.lstrip().startswith("#"):
                    yield Shown("report_to", Location(path, number))


def _default_logger(own: OwnCode) -> list[Use]:
    """Lightning records what a module logs unless it is told not to."""
    logged = own.calls([name.format(method) for name in _MODULES for method in ("log", "log_dict")], tests=False)
    trainers = own.calls(_TRAINERS, tests=False)
    silent = [use for use in trainers if use.fact.keywords.keys() & {"logger", "fast_dev_run"}]
    return logged if trainers and len(silent) < len(trainers) else []
