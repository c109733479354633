"""The jobs of continuous integration: what each waits for, and what starts it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.ci import Ci, CiConfig
from mlops_lint.facts.project.ci_gitlab_jobs import gitlab_jobs
from mlops_lint.facts.project.cron import never_comes
from mlops_lint.facts.project.reading import items, mapping, place, scalars, text_of, walk, word, yaml_of
from mlops_lint.facts.project.script import Command
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_REGARDLESS = re.compile(r"\balways\(\)|\bfailure\(\)|!\s*cancelled\(\)")
_GUARDED = re.compile(r"needs\.[\w-]+\.result\s*==\s*'success'|\bsuccess\(\)")
_SOURCE = re.compile(r"""\$\{?CI_PIPELINE_SOURCE\}?\s{0,9}==\s{0,9}["'][a-z_]{1,40}["']""")
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


_Placed: TypeAlias = "dict[str, list[tuple[int, int]]]"
_Index: TypeAlias = "tuple[tuple[Command, ...], _Placed, dict[str, list[int]]]"


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

    def otherwise(self, config: CiConfig, at: Location) -> bool:
        """Whether the job of a command of GitLab runs for sources that it names, and a schedule is none of them."""
        jobs = [job for job in self.jobs[config.path] if any(one.at == at for one in job.commands)]
        return config.system == "gitlab" and bool(jobs) and all(_unscheduled(job) for job in jobs)

    def _of(self, config: CiConfig) -> Iterator[CiJob]:
        tree = yaml_of(self.view, config.path) if config.path.endswith((".yml", ".yaml")) else None
        if config.system in _HOSTED and tree is not None:
            yield from self._github(config, tree)
        elif config.system == "gitlab" and tree is not None:
            yield from self._gitlab(config)
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

    def _commands(
        self, config: CiConfig, span: tuple[int, int], used: list[str], file: str = ""
    ) -> tuple[Command, ...]:
        """The commands that stand in a span of lines, and those that they lead to."""
        found, own, led = self._index(config)
        lines = own.get(file or config.path, [])
        near = lines[bisect_left(lines, (span[0], -1)) : bisect_left(lines, (span[1], -1))]
        direct = {number for _line, number in near}
        labels = {*used, *(" ".join(found[number].words[:3]) for number in direct)}
        chosen = direct.union(*(led[label] for label in labels if label in led))
        return tuple(found[number] for number in sorted(chosen))

    def _index(self, config: CiConfig) -> _Index:
        """A configuration's commands; (line, number) of those of its files; the others by what leads to them."""
        if config.path not in self._indices:
            found = self.ci.of(config)
            own: _Placed = {}
            led: dict[str, list[int]] = {}
            for number, one in enumerate(found):
                if one.at.path != config.path and one.via:
                    led.setdefault(one.via[0], []).append(number)
                else:
                    own.setdefault(one.at.path, []).append((one.at.line, number))
            for placed in own.values():
                placed.sort()
            self._indices[config.path] = (found, own, led)
        return self._indices[config.path]

    def _gitlab(self, config: CiConfig) -> Iterator[CiJob]:
        for job in gitlab_jobs(self.view, config.path):
            commands = [one for span in job.spans for one in self._commands(config, span[1:], [], span[0])]
            yield CiJob(
                job.name, config, job.at, job.node, job.needs, job.regardless, job.environment, job.when,
                commands=tuple(dict.fromkeys(commands)),
            )  # fmt: skip

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


def _unscheduled(job: CiJob) -> bool:
    tests = [word(walk(rule, "if")).strip() for rule in items(walk(job.node, "rules"))]
    return bool(tests) and all(_SOURCE.fullmatch(test) and "schedule" not in test for test in tests)


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
