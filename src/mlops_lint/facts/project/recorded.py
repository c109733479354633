"""Recorded numbers: the value behind a pointer, its neighbours, who writes its file, and how it compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlops_lint.documents.node import MapNode, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.pointer_targets import Broken, Hidden, RemoteTarget, Target, ValueTarget
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.writes import Write, Writes
from mlops_lint.model import Location

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Number:
    """A recorded number. `neighbours` are the other numbers of its object by key, with their places."""

    value: float
    at: Location
    path: str
    pointer: str
    neighbours: Mapping[str, tuple[float, Location]] = field(default_factory=dict)


class Recorded:
    """The numbers that the charter's `value` pointers name."""

    def __init__(self, pointers: Pointers, writes: Writes) -> None:
        self.pointers = pointers
        self.writes = writes

    def target(self, text: str) -> Target:
        """What the pointer leads to, for the reason where it is no number."""
        return self.pointers.resolve(text, "value")

    def number(self, text: str | None) -> Number | None:
        """The number behind a pointer; None where there is none, or where it cannot be told."""
        found = self.target(text) if text else None
        if text is None or not isinstance(found, ValueTarget) or found.number is None:
            return None
        return Number(found.number, found.at, found.path, text.partition("#")[2], self._neighbours(text))

    def why_not(self, text: str) -> str:
        """Why no number stands behind a pointer: the reason for *cannot tell*."""
        found = self.target(text)
        if isinstance(found, ValueTarget):
            return f"`{text}` is no number (MT004)"
        if isinstance(found, RemoteTarget):
            return f"`{text}` lies outside of the repository" + (
                f"; `{found.recipe}` brings it in" if found.recipe else ""
            )
        if isinstance(found, Broken):
            near = f"; near: {', '.join(found.near)}" if found.near else ""
            return f"`{text}` {found.reason} (CH005){near}"
        return f"`{text}` {found.reason}" if isinstance(found, Hidden) else f"`{text}` names no value in a file (CH005)"

    def numbers(self, text: str | None) -> Mapping[str, tuple[float, Location]]:
        """The numbers below a pointer to an object, by their path in it (`north`, `north/recall`)."""
        found = self.target(text) if text else None
        if not isinstance(found, ValueTarget) or not isinstance(found.node, MapNode):
            return {}
        return _below(found.node, found.path)

    def _neighbours(self, text: str) -> Mapping[str, tuple[float, Location]]:
        above, _, own = text.rpartition("/")
        found = self.target(above if "#" in above else text.partition("#")[0] + "#")
        if not isinstance(found, ValueTarget) or not isinstance(found.node, MapNode):
            return {}
        return {key: number for key, number in _below(found.node, found.path, 1).items() if key != own}

    def writers_of(self, path: str) -> list[Write]:
        """The writes that are known to write a file."""
        return self.writes.to(path)

    def maybe_writers_of(self, path: str) -> list[Write]:
        """The writes of unknown path that may write it: where there are any, "nothing writes it" cannot be told."""
        return self.writes.maybe(path)


def _below(node: MapNode, path: str, depth: int = 4) -> dict[str, tuple[float, Location]]:
    found: dict[str, tuple[float, Location]] = {}
    for key, value in node.entries:
        if isinstance(value, MapNode) and depth > 1:
            found.update((f"{key.text}/{rest}", number) for rest, number in _below(value, path, depth - 1).items())
        elif (
            isinstance(value, ScalarNode) and isinstance(value.value, int | float) and not isinstance(value.value, bool)
        ):
            found[key.text] = (float(value.value), Location(path, *value.start, *value.end))
    return found


def comparable(left: float, right: float, high: float | None = None) -> bool:
    """Whether two numbers can be of one scale: 0.83 and 83.0, or 0.4 and -0.4, may be one number written in two ways.

    `high` is the metric's upper bound where it is known; an unbounded metric (rmse) has no percent.
    """
    small, large = sorted((abs(left), abs(right)))
    if high is not None and high <= 1 and large > 1:
        return small > 1
    if left * right < 0 and small / large > 0.2:
        return False
    looks_percent = 0 < small <= 1 < large <= 100 and large / small >= 5
    return not looks_percent


def meets(value: float, target: float, direction: str, high: float | None = None) -> bool | None:
    """Whether a recorded value reaches its target (`maximize` or `minimize`); None where the scales may differ."""
    if not comparable(value, target, high):
        return None
    return value >= target - TOLERANCE if direction == "maximize" else value <= target + TOLERANCE


def within(value: float, low: float | None, top: float | None, high: float | None = None) -> bool | None:
    """Whether a guardrail holds (`min`, `max`); None where the scales may differ. A band around 0 has both signs."""
    bounds = [bound for bound in (low, top) if bound is not None]
    signed = low is not None and top is not None and low < 0 < top
    if not all(comparable(abs(value), abs(one), high) if signed else comparable(value, one, high) for one in bounds):
        return None
    return (low is None or value >= low - TOLERANCE) and (top is None or value <= top + TOLERANCE)


def beats(
    model: float, baseline: float, margin: float | None, direction: str, high: float | None = None
) -> bool | None:
    """Whether a model is better than its baseline by `margin` (without one: better at all); None as in `meets`."""
    if not comparable(model, baseline, high):
        return None
    gap = model - baseline if direction == "maximize" else baseline - model
    return gap >= margin - TOLERANCE if margin else gap > TOLERANCE


@provides
def recorded(pointers: Pointers, writes: Writes) -> Recorded:
    """Numbers are read when asked for."""
    return Recorded(pointers, writes)
