"""What the linter knows of metrics and libraries, as facts. Nothing of the project is read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlops_lint.facts.inject import provides
from mlops_lint.knowledge import table
from mlops_lint.knowledge.kinship import akin
from mlops_lint.knowledge.spelling import Spelling, plain, readings

Slot = tuple[int | None, str]  # position and keyword of an argument; None: keyword only


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `callables` give this number, `reports` among others, `derivable` what it is worked out from."""

    name: str
    aliases: tuple[str, ...]
    direction: str
    low: float | None
    high: float | None
    tasks: frozenset[str]
    callables: frozenset[str]
    reports: frozenset[str]
    derivable: frozenset[str]
    strings: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    estimated_from: str
    parameters: tuple[str, ...]
    default_of: frozenset[str]

    @property
    def handwritten(self) -> bool:
        """No library call is known: only code by hand can compute it."""
        return not (self.callables or self.reports or self.strings)

    def suits(self, task: str) -> bool:
        """Whether it can measure the charter's task."""
        return task == "other" or task in self.tasks

    def plausible(self, value: float) -> bool:
        """Whether `value` lies in the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Metrics:
    """The metrics by any of their names."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.all = tuple(_metric(name, row) for name, row in rows.items())
        self._by_name: dict[str, Metric] = {}
        self._written: dict[str, str] = {}
        for metric in self.all:
            for alias in (metric.name, *metric.aliases):
                self._by_name.setdefault(plain(alias), metric)
                self._written.setdefault(plain(alias), metric.name)

    def get(self, name: str) -> Metric | None:
        """The metric that `name` means, in any case and spelling; None if it is not known."""
        found = self.read(name)
        return found[0] if found else None

    def read(self, name: str) -> tuple[Metric, Spelling] | None:
        """The metric with the cut-off, average and split that its name carries."""
        for spelling in readings(name):
            metric = self._by_name.get(spelling.base)
            if metric is not None:
                return metric, spelling
        return None

    def strangers(self, name: str, other: str, definition: str) -> bool:
        """Whether two names have nothing in common: no word of theirs, of their aliases or of the definition."""
        names, others = (
            (one, *(alias for known in (self.get(one),) if known for alias in (known.name, *known.aliases)))
            for one in (name, other)
        )
        return not any(akin(one, two) for one in (*names, definition) for two in others)

    def near(self, name: str) -> list[str]:
        """At most three known metrics that are written alike."""
        close = difflib.get_close_matches(plain(name), self._by_name, n=6, cutoff=0.7)
        return list(dict.fromkeys(self._written[base] for base in close))[:3]

    def computed_by(self, call: str) -> tuple[Metric, ...]:
        """The metrics that a canonical name gives, alone or in a report."""
        return self._by_call.get(call, ())

    def of_string(self, library: str, text: str) -> tuple[Metric, ...]:
        """The metrics that `text` names as an argument of `library` (sklearn, keras, xgboost, evaluate …)."""
        base = plain(text)
        return tuple(m for m in self.all if base in {plain(name) for name in m.strings.get(library, ())})

    @cached_property
    def _by_call(self) -> dict[str, tuple[Metric, ...]]:
        result: dict[str, tuple[Metric, ...]] = {}
        for metric in self.all:
            for call in sorted(metric.callables | metric.reports):
                result[call] = (*result.get(call, ()), metric)
        return result


@dataclass(frozen=True, slots=True)
class Explainer:
    """A way to explain a model; `only` limits single calls to model families."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    families: frozenset[str]
    calls: frozenset[str]
    attributes: frozenset[str]
    only: Mapping[str, frozenset[str]]
    recognised: bool

    def explains(self, call: str, family: str) -> bool:
        """Whether `call` can explain a model of `family`; an unknown family is never refuted."""
        able = self.only.get(call, self.families)
        return "any" in able or family in able or family in ("any", "")


@dataclass(frozen=True, slots=True)
class Tool:
    """A row of calls by purpose: `tool.calls("log")`, `tool.calls("log", "metric")`."""

    name: str
    fields: Mapping[str, Any]

    def calls(self, *purposes: str) -> frozenset[str]:
        """The canonical names listed under the purposes (a mapping gives its keys)."""
        return frozenset(name for purpose in purposes for name in self.fields.get(purpose, ()))

    def get(self, field: str, default: Any = None) -> Any:
        """A field as the table gives it."""
        return self.fields.get(field, default)


@dataclass(frozen=True, slots=True)
class Estimator:
    """What is fitted (or a loss). `random`: always (True), never (False), or argument -> values that make it so."""

    name: str
    kind: str
    supervised: bool | None
    family: str
    random: bool | Mapping[str, tuple[Any, ...]]
    fit: tuple[str, ...]
    target: Slot | None
    statistic: bool


@dataclass(frozen=True, slots=True)
class Access:
    """A call that reads or writes; a slot is None where the table names none."""

    row: str
    name: str
    kind: str
    path: Slot | None
    object: Slot | None
    receiver: str
    fields: Mapping[str, Any]


class Knowledge:
    """The tables about libraries; each is built when it is first asked for."""

    @cached_property
    def explainers(self) -> Mapping[str, Explainer]:
        """By name and by every alias, in plain spelling; use `explainer()` for a name as written."""
        rows = [_explainer(name, row) for name, row in table("explainers").items()]
        return {plain(alias): one for one in reversed(rows) for alias in (one.name, *one.aliases)}

    def explainer(self, name: str) -> Explainer | None:
        """The method that the charter's words mean, None if it is not known."""
        return self.explainers.get(plain(name))

    @cached_property
    def estimators(self) -> Mapping[str, Estimator]:
        """Estimators, trainers and losses by canonical name."""
        return {one.name: one for row in table("fits").values() for one in _estimators(row)}

    @cached_property
    def splits(self) -> Mapping[str, Tool]:
        """Split calls by canonical name."""
        return {call: Tool(name, row) for name, row in table("splits").items() for call in row["calls"]}

    @cached_property
    def seeds(self) -> Mapping[str, Tool]:
        """Seeding calls by canonical name."""
        return {call: Tool(name, row) for name, row in table("seeds").items() for call in row["calls"]}

    @cached_property
    def seed_parameters(self) -> frozenset[str]:
        """Argument names that seed the object they are given to."""
        return frozenset(table("seeds")["arguments"]["parameters"])

    @cached_property
    def readers(self) -> Mapping[str, Access]:
        """Reading calls by canonical name."""
        return _accesses("readers")

    @cached_property
    def writers(self) -> Mapping[str, Access]:
        """Writing calls by canonical name."""
        return _accesses("writers")

    @cached_property
    def writer_methods(self) -> Mapping[str, Access]:
        """Method names that write whatever their receiver is (`to_csv`)."""
        return {m: _access(name, row, m) for name, row in table("writers").items() for m in row.get("methods", ())}

    def tools(self, name: str) -> tuple[Tool, ...]:
        """Any table as plain rows: fairness, trackers, monitoring, baselines, serving, entries, tokens …"""
        return tuple(Tool(key, row) for key, row in table(name).items())

    def calls(self, name: str, *purposes: str) -> frozenset[str]:
        """Every canonical name that a table lists under the purposes."""
        return frozenset(call for tool in self.tools(name) for call in tool.calls(*purposes))


@provides
def metrics() -> Metrics:
    """The metric table."""
    return Metrics(table("metrics"))


@provides
def knowledge() -> Knowledge:
    """The other tables."""
    return Knowledge()


def _metric(name: str, row: Mapping[str, Any]) -> Metric:
    low, high = row["range"]
    return Metric(
        name=name,
        aliases=tuple(row.get("aliases", ())),
        direction=row["direction"],
        low=low,
        high=high,
        tasks=frozenset(row["tasks"]),
        callables=frozenset(row.get("calls", ())),
        reports=frozenset(row.get("reports", ())),
        derivable=frozenset(row.get("derivable", ())),
        strings={library: frozenset(texts) for library, texts in row.get("strings", {}).items()},
        marks=frozenset(row.get("marks", ())),
        estimated_from=row["needs"],
        parameters=tuple(row.get("parameters", ())),
        default_of=frozenset(row.get("default_of", ())),
    )


def _explainer(name: str, row: Mapping[str, Any]) -> Explainer:
    return Explainer(
        name=name,
        aliases=tuple(row.get("aliases", ())),
        kind=row["kind"],
        families=frozenset(row["families"]),
        calls=frozenset(row.get("calls", ())),
        attributes=frozenset(row.get("attributes", ())),
        only={call: frozenset(families) for call, families in row.get("only", {}).items()},
        recognised=row.get("recognised", True),
    )


def _estimators(row: Mapping[str, Any]) -> list[Estimator]:
    written = row["random"]
    random: bool | dict[str, tuple[Any, ...]] = (
        written == "always" if isinstance(written, str) else {key: tuple(values) for key, values in written.items()}
    )
    return [
        Estimator(
            name=name,
            kind=row["kind"],
            supervised=row["supervised"],
            family=row["family"],
            random=random,
            fit=tuple(row.get("fit", ())),
            target=_slot(row.get("target")),
            statistic=row.get("statistic", False),
        )
        for name in row["names"]
    ]


def _accesses(name: str) -> dict[str, Access]:
    return {call: _access(key, row, call) for key, row in table(name).items() for call in row["calls"]}


def _access(key: str, row: Mapping[str, Any], call: str) -> Access:
    receiver = row.get("receiver", "")
    return Access(
        row=key,
        name=call,
        kind=row["kind"],
        path=_slot(row.get("path")),
        object=_slot(row.get("object")),
        receiver="path" if receiver is True else receiver,
        fields=row,
    )


def _slot(written: Any) -> Slot | None:
    return (written[0], written[1]) if written else None
