"""The `Leaks` fact: steps that were fitted on rows which are scored later."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from dataclasses import dataclass

from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.features import Features
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.leakage.machine import Machine
from mlops_lint.facts.project.node_wiring import NodeWiring
from mlops_lint.model import Location


@dataclass(frozen=True, slots=True)
class Leak:
    """A step fitted at one place, and where its rows are parted or used as held-out rows."""

    at: Location
    detail: str
    parted: Location
    folds: bool = False
    """Parted into the folds of a cross-validation, not into training and test rows."""


class Leaks:
    """Answers when asked."""

    def __init__(
        self, code: Code, knowledge: Knowledge, metrics: Metrics, charter: Charter | None, features: Features,
        wiring: NodeWiring,
    ) -> None:  # fmt: skip
        self.code = code
        self.knowledge = knowledge
        self.metrics = metrics
        self._charter = charter
        self._features = features
        self._wiring = wiring

    def found(self, live: Collection[Definition], paths: Collection[str], measured: Collection[str]) -> list[Leak]:
        """Leaks in what may run, in files of the project that also score something."""
        machine = Machine(self.code, self.knowledge, self._label(), self._is_feature)
        machine.splitter = self._splitter()
        for _ in range(2):
            for path in sorted(paths):
                machine.module(path)
            for flowing in self._wiring.pipelines:
                if any(node.path in paths for node in flowing.nodes):
                    machine.pipeline(flowing)
            for definition in sorted(live):
                if definition.kind == "function" and definition not in machine.run and definition.path in paths:
                    machine.alone(definition)
            if not machine.files:
                break
            machine.again()
        scored = machine.scored | self._measured() | set(measured)
        sure = dict(machine.leaks)
        for mark, at in machine.suspects.items():
            if machine.steps[mark].origins & machine.labelled:
                sure.setdefault(mark, at)
        found = [
            Leak(machine.steps[mark].at, machine.steps[mark].detail, at, mark in machine.folded)
            for mark, at in sorted(sure.items())
            if machine.steps[mark].at.path in paths and _near(at.path, scored)
        ]
        return list(dict.fromkeys(found))

    def _label(self) -> str:
        try:
            return (self._charter.text("data", "labels", "column") if self._charter is not None else None) or ""
        except Unavailable:
            return ""

    def _splitter(self) -> Definition | None:
        try:
            text = (self._charter.text("data", "splits", "defined_in") if self._charter is not None else None) or ""
        except Unavailable:
            return None
        path, _, name = text.partition("::")
        found = self.code.definition(self.code.project.join(path), name) if name else None
        return found if isinstance(found, Definition) and found.kind == "function" else None

    def _is_feature(self, column: str) -> bool:
        return any(match.certain for match in self._features.uses(column))

    def _measured(self) -> set[str]:
        names = {call for metric in self.metrics.all for call in metric.callables | metric.reports | metric.derivable}
        return {use.path for use in self.code.uses(names) if use.call and not self.code.is_test(use.path)}


def _near(path: str, scored: Collection[str]) -> bool:
    """Whether something is scored in the file's folder or package."""
    folder = posixpath.dirname(posixpath.dirname(path))
    if path.endswith(".ipynb"):
        return path in scored
    return any(not folder or other.startswith(folder + "/") for other in scored)


@provides
def leaks(
    code: Code, knowledge: Knowledge, metrics: Metrics, charter: Charter | None, features: Features, wiring: NodeWiring
) -> Leaks:
    """Nothing is followed until the first question."""
    return Leaks(code, knowledge, metrics, charter, features, wiring)
