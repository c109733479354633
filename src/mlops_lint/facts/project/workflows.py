"""The jobs of continuous integration: what each waits for, and what starts it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci, CiConfig
from mlops_lint.facts.project.cron import never_comes
from mlops_lint.facts.project.reading import items, mapping, place, scalars, text_of, walk, word, yaml_of
from mlops_lint.facts.project.script import Command
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_GITLAB_WORDS = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec".split()
)
_REGARDLESS = re.compile(r"\balways\(\)|\bfailure\(\)|!\s*cancelled\(\)")
_GUARDED = re.compile(r"needs\.[\w-]+\.result\s*==\s*'success'|\bsuccess\(\)")
_HOSTED = ("github", "gitea", "forgejo")


@dataclass(frozen=True, slots=True)
class CiJob:
    """`needs` are the jobs it waits for, by name; `regardless`: it runs even where those fail."""

    name: str
    config: CiConfig
    at: Location
    node: Node | None
    needs: tuple[str, ...] = ()
    regardless: bool = False
    environment: str = ""
    test: str = ""
    """Its condition as it is written."""
    actions: tuple[tuple[str, Location], ...] = ()
    commands: tuple[Command, ...] = ()


_Index: TypeAlias = "tuple[tuple[Command, ...], list[tuple[int, int]], dict[str, list[int]]]"


class Workflows:
    """Jobs by configuration. Systems whose jobs follow each other line by line are one job."""

    def __init__(self, view: RepoView, ci: Ci) -> None:
        self.view = view
        self.ci = ci
        self._indices: dict[str, _Index] = {}

    @cached_property
    def jobs(self) -> Mapping[str, tuple[CiJob, ...]]:
        """The jobs of every configuration, by its path."""
        return {config.path: tuple(self._of(config)) for config in self.ci.configs}

    def config(self, path: str) -> CiConfig | None:
        """The configuration at a path."""
        return next((config for config in self.ci.configs if config.path == path), None)

    def before(self, job: CiJob) -> list[CiJob]:
        """Every job that has to succeed before this one, in any distance."""
        known = {one.name: one for one in self.jobs[job.config.path]}
        found: dict[str, CiJob] = {}
        waiting = [] if job.regardless else list(job.needs)
        while waiting:
            name = waiting.pop()
            if name in known and name not in found and name != job.name:
                found[name] = known[name]
                waiting += [] if known[name].regardless else known[name].needs
        return list(found.values())

    def named(self, title: str) -> list[CiConfig]:
        """The workflows of that name."""
        return [
            c
            for c in self.ci.configs
            if c.system in _HOSTED and word(walk(yaml_of(self.view, c.path), "name")) == title
        ]

    def event(self, config: CiConfig, name: str) -> Node | None:
        """What a workflow says of one event that starts it."""
        on = walk(yaml_of(self.view, config.path), "on")
        if isinstance(on, MapNode):
            return on.get(name) if on.get(name) is not None else on.key(name)
        return next((scalar for scalar in scalars(on) if scalar.text == name), None)

    def events(self, config: CiConfig) -> list[str]:
        """The names of the events that start a workflow; empty for other systems."""
        on = walk(yaml_of(self.view, config.path), "on") if config.system in _HOSTED else None
        return [key.text for key, _ in on.entries] if isinstance(on, MapNode) else [s.text for s in scalars(on)]

    def schedule(self, config: CiConfig) -> Location | None:
        """Where a schedule is set, as far as the file itself says so."""
        if config.system in _HOSTED:
            crons = [walk(item, "cron") for item in items(self.event(config, "schedule"))]
            texts = [cron for cron in crons if cron is not None and word(cron).strip()]
            found = next((cron for cron in texts if not never_comes(word(cron))), None)
            return place(config.path, found) if found is not None else None
        text = text_of(self.view, config.path) or ""
        for number, line in enumerate(text.split("\n"), 1):
            bare = line.lstrip()
            if not bare.startswith(("#", "//")) and re.search(r"\bcron\b|schedules?['\"]?\b", line):
                return Location(config.path, number)
        return None

    def in_vain(self, config: CiConfig) -> Location | None:
        """Where a time is set that never comes."""
        crons = [walk(item, "cron") for item in items(self.event(config, "schedule"))]
        found = next((cron for cron in crons if cron is not None and never_comes(word(cron))), None)
        return place(config.path, found) if found is not None else None

    def _of(self, config: CiConfig) -> Iterator[CiJob]:
        tree = yaml_of(self.view, config.path) if config.path.endswith((".yml", ".yaml")) else None
        if config.system in _HOSTED and tree is not None:
            yield from self._github(config, tree)
        elif config.system == "gitlab" and tree is not None:
            yield from self._gitlab(config, tree)
        elif config.system == "azure" and tree is not None and walk(tree, "stages") is not None:
            yield from self._azure(config, tree)
        else:
            yield CiJob("", config, config.at, tree, commands=self.ci.of(config))

    def _github(self, config: CiConfig, tree: MapNode) -> Iterator[CiJob]:
        jobs = mapping(tree.get("jobs"))
        starts = [key.start[0] for key, _ in jobs] + [1 << 30]
        for index, (key, job) in enumerate(jobs):
            test = word(walk(job, "if"))
            used = [
                part for step in (job, *items(walk(job, "steps"))) if isinstance(part := walk(step, "uses"), ScalarNode)
            ]
            environment = walk(job, "environment")
            yield CiJob(
                key.text, config, place(config.path, key), job,
                tuple(scalar.text for scalar in scalars(walk(job, "needs"))),
                bool(_REGARDLESS.search(test)) and not _GUARDED.search(test),
                word(environment) or word(walk(environment, "name")), test,
                tuple((part.text, place(config.path, part)) for part in used),
                self._commands(config, (starts[index], starts[index + 1]), [part.text for part in used]),
            )  # fmt: skip

    def _commands(self, config: CiConfig, span: tuple[int, int], used: list[str]) -> tuple[Command, ...]:
        """The commands that stand in a span of lines, and those that they lead to."""
        found, lines, led = self._index(config)
        near = lines[bisect_left(lines, (span[0], -1)) : bisect_left(lines, (span[1], -1))]
        direct = {number for _line, number in near}
        labels = {*used, *(" ".join(found[number].words[:3]) for number in direct)}
        chosen = direct.union(*(led[label] for label in labels if label in led))
        return tuple(found[number] for number in sorted(chosen))

    def _index(self, config: CiConfig) -> _Index:
        """A configuration's commands; (line, number) of its own; the numbers of others by what leads to them."""
        if config.path not in self._indices:
            found = self.ci.of(config)
            own = sorted((one.at.line, number) for number, one in enumerate(found) if one.at.path == config.path)
            led: dict[str, list[int]] = {}
            for number, one in enumerate(found):
                if one.at.path != config.path and one.via:
                    led.setdefault(one.via[0], []).append(number)
            self._indices[config.path] = (found, own, led)
        return self._indices[config.path]

    def _gitlab(self, config: CiConfig, tree: MapNode) -> Iterator[CiJob]:
        stages = [scalar.text for scalar in scalars(tree.get("stages"))] or ["build", "test", "deploy"]
        stages = [".pre", *stages, ".post"]
        jobs = [(key, job) for key, job in tree.entries if isinstance(job, MapNode) and key.text not in _GITLAB_WORDS]
        starts = [*sorted(key.start[0] for key, _ in tree.entries), 1 << 30]
        earlier: dict[int, tuple[str, ...]] = {}
        shown = [(key, job, self._stage(tree, job)) for key, job in jobs if not key.text.startswith(".")]
        for key, job, stage in shown:
            position = stages.index(stage) if stage in stages else len(stages)
            needs = walk(job, "needs")
            if needs is not None:
                before = tuple(word(item) or word(walk(item, "job")) for item in items(needs))
            else:
                if position not in earlier:
                    before_it = set(stages[:position])
                    earlier[position] = tuple(other.text for other, _, own in shown if own in before_it)
                before = earlier[position]
            end = starts[bisect_right(starts, key.start[0])]
            environment = walk(job, "environment")
            rules = " ".join(word(walk(rule, "when")) for rule in items(walk(job, "rules")))
            when = word(walk(job, "when"))
            yield CiJob(
                key.text, config, place(config.path, key), job, before,
                when == "always" or "always" in rules.split(), word(environment) or word(walk(environment,
                "name")), when,
                (), self._commands(config, (key.start[0], end), []),
            )  # fmt: skip

    def _stage(self, tree: MapNode, job: Node, depth: int = 0) -> str:
        own = word(walk(job, "stage"))
        if own or depth > 8:
            return own or "test"
        above = [tree.get(scalar.text) for scalar in scalars(walk(job, "extends"))]
        found = [self._stage(tree, one, depth + 1) for one in above if isinstance(one, MapNode)]
        return found[-1] if found else "test"

    def _azure(self, config: CiConfig, tree: MapNode) -> Iterator[CiJob]:
        stages = [stage for stage in items(tree.get("stages")) if word(walk(stage, "stage"))]
        starts = [stage.start[0] for stage in stages] + [1 << 30]
        previous = ""
        for index, stage in enumerate(stages):
            depends = walk(stage, "dependsOn")
            names = [one.text for one in scalars(depends) if one.text] if depends is not None else [previous]
            test = word(walk(stage, "condition"))
            tasks = [(word(task), place(config.path, task)) for task in _below(stage, "task")]
            yield CiJob(
                word(walk(stage, "stage")), config, place(config.path, stage), stage,
                tuple(name for name in names if name),
                bool(re.search(r"\balways\(\)|failed\(\)|succeededOrFailed\(\)", test)), _first(stage,
                "environment"), test,
                tuple(tasks), self._commands(config, (starts[index], starts[index + 1]), []),
            )  # fmt: skip
            previous = word(walk(stage, "stage"))


def _below(node: Node, key: str) -> Iterator[ScalarNode]:
    waiting = [node]
    while waiting:
        here = waiting.pop(0)
        for name, value in mapping(here):
            if name.text == key and isinstance(value, ScalarNode):
                yield value
            waiting.append(value)
        waiting += items(here)


def _first(node: Node, key: str) -> str:
    return next((one.text for one in _below(node, key)), "")


@provides
def workflows(view: RepoView, ci: Ci) -> Workflows:
    """Read when asked for."""
    return Workflows(view, ci)
