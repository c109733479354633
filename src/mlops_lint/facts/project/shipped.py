"""What runs outside of tests, and what runs when the model is trained or scored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.console_scripts import console_scripts
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.versioning import Versioning

_TRAINS = (("model", "trained_by"), ("metric", "computed_in"))
_RUNS = (
    ("deployment", "entrypoint"), ("deployment", "predicts_in"), ("data", "validation", "called_in"),
    ("fairness", "evaluated_in"), ("analysis", "produced_in"), ("baseline", "implemented_in"),
)  # fmt: skip

_SCORES = re.compile(r"eval|score|train|metric|valid|fit|model|pipeline")
_BESIDE = re.compile(r"monitor|watch|drift|feedback|dashboard|bench|example|demo|serv|app\.py|api\.py")
"""Files that measure beside training: what they read is not learned from."""


class Shipped:
    """Reaches are linked when they are first asked for."""

    def __init__(
        self, charter: Charter | None, code: Code, serving: Serving, versioning: Versioning, knowledge: Knowledge,
        metrics: Metrics,
    ) -> None:  # fmt: skip
        self.code = code
        self.serving = serving
        self._charter = charter
        self._versioning = versioning
        self._knowledge = knowledge
        self._metrics = metrics

    @cached_property
    def entries(self) -> tuple[Definition, ...]:
        """Every program entry that is no test, notebooks too, and what the charter says is run."""
        own = [entry for entry in self.code.entries() if not self.code.is_test(entry.path)]
        return tuple(dict.fromkeys([*own, *self.serving.found(), *self.declared(*_TRAINS, *_RUNS)]))

    @cached_property
    def live(self) -> Reach:
        """What may run outside of tests."""
        return self.code.reachable(self.entries)

    @cached_property
    def training(self) -> tuple[Definition, ...]:
        """Roots of training and scoring: what the charter names, pipeline stages, else what fits or measures."""
        named = self.declared(*_TRAINS)
        staged = self._staged()
        if named:
            return tuple(dict.fromkeys([*named, *staged]))
        fits = [f"{one.name}().{fit}" for one in self._knowledge.estimators.values() for fit in one.fit]
        metrics = [call for metric in self._metrics.all for call in metric.callables]
        found = self._scopes(fits)
        found += [scope for scope in self._scopes(metrics) if _SCORES.search(scope.path) or not found]
        modules = [scope for scope in found if not scope.path.endswith(".ipynb")]
        found = [scope for scope in modules or found if not _BESIDE.search(scope.path)]
        return tuple(dict.fromkeys([*self.serving.callers(found), *found, *staged]))

    def _scopes(self, calls: Iterable[str]) -> list[Definition]:
        """What calls them and may run, outside of tests."""
        scopes = {self.code.scope_of(use) for use in self.code.uses(set(calls)) if use.call}
        return [scope for scope in sorted(scopes) if scope in self.live and not self.code.is_test(scope.path)]

    @cached_property
    def trained(self) -> Reach:
        """What may run when the model is trained or scored."""
        return self.code.reachable(self.training)

    @cached_property
    def scored(self) -> Reach:
        """What may run when the model is trained or scored, from the programs that call the charter's metric on."""
        computed = self.declared(("metric", "computed_in"))
        own = {one.path for one in computed}
        above = [one for one in self.serving.callers(computed) if one.path in own or not _BESIDE.search(one.path)]
        programs = [one for one in above if one.path in own or _SCORES.search(one.path)]
        return self.code.reachable(dict.fromkeys([*self.training, *programs]))

    @cached_property
    def leading(self) -> tuple[Definition, ...]:
        """Training, scoring and what leads to them; what watches beside them left out."""
        roots = {one.path for one in self.training}
        above = self.serving.callers(self.training)
        return tuple(one for one in above if one.path in roots or not _BESIDE.search(one.path))

    def declared(self, *routes: tuple[str, ...]) -> list[Definition]:
        """Roots of code that the charter names."""
        found: list[Definition] = []
        for route in routes:
            try:
                text = self._charter.text(*route) if self._charter is not None else None
            except Unavailable:
                continue
            found += self.serving.roots_of(text) if text else ()
        return [root for root in found if not self.code.is_test(root.path)]

    def _staged(self) -> list[Definition]:
        """The scripts that the stages of dvc.yaml run."""
        dvc = self._versioning.dvc
        words = [word for stage in (dvc.stages if dvc else ()) for word in stage.cmd.split()]
        found: list[Definition] = []
        for path, module in self.code.modules.items():
            dotted = path.removesuffix(".py").replace("/", ".")
            if any(f"/{path}".endswith(f"/{word}") or f".{dotted}".endswith(f".{word}") for word in words if word):
                found += [module.body, module.main]
        scripts = console_scripts(self.code.view, self.code.project) if words else {}
        for word in dict.fromkeys(words):
            found += self.serving.roots_of(scripts[word]) if word in scripts else ()
        return found


@provides
def shipped(
    charter: Charter | None, code: Code, serving: Serving, versioning: Versioning, knowledge: Knowledge,
    metrics: Metrics,
) -> Shipped:  # fmt: skip
    """Nothing is followed until it is asked for."""
    return Shipped(charter, code, serving, versioning, knowledge, metrics)
