"""Promises that were loosened while the result got worse, as git's history shows it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.bounds import Bound, bounds
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.decisions import Decisions
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.recorded import comparable
from mlops_lint.facts.project.revisions import NOW, Change, Revisions

RANGE = 100
"""Commits that are looked at."""
EARLIER = 50
"""Commits before a loosening in which the better result may lie that it makes forgotten."""
LATER = 20
SOON = datetime.timedelta(days=14)
"""Commits and days behind a loosening in which the worse result may follow."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A bound before and after, and the recorded value before and after; no values where they cannot be had."""

    old: Bound
    new: Bound
    change: Change
    better: float | None = None
    worse: float | None = None
    together: bool = True
    """The same commit changed both."""


class Goalposts:
    """Finds what was loosened, newest first; each promise at most once."""

    def __init__(self, charter: Charter, revisions: Revisions, metrics: Metrics, decisions: Decisions) -> None:
        self._revisions = revisions
        self._metrics = metrics
        self._decisions = decisions
        self._path = charter.path
        self._now = bounds(charter, metrics)

    def moved(self) -> Iterator[Moved]:
        """Loosened promises whose result got worse with them and that no decision record explains."""
        known: set[str] = set()
        for change in self._revisions.changes(self._path):
            if change.position >= RANGE:
                return
            for old, new in self._loosened(change):
                found = self._judge(old, new, change) if old.key not in known else None
                if found is not None:
                    known.add(old.key)
                    yield found

    def _loosened(self, change: Change) -> Iterator[tuple[Bound, Bound]]:
        before, after = self._revisions.charter(change.before), self._revisions.charter(change.after)
        if before is None or after is None:
            return
        later = bounds(after, self._metrics)
        for key, old in bounds(before, self._metrics).items():
            new, now = later.get(key), self._now.get(key)
            if new is None and now is None:
                yield from _dropped(old, later)
            if new is None or now is None or old.about != new.about or not comparable(old.value, new.value):
                continue
            if new.looser(old) and now.looser(old):
                yield old, new

    def _judge(self, old: Bound, new: Bound, change: Change) -> Moved | None:
        first, last = self._value(old, change.position, before=True), self._value(new, change.position)
        if first is None or last is None:
            unseen = not any(self._revisions.touching(self._file(pointer)) for pointer in new.pointers)
            return None if not unseen or self._excused(new, change.position) else Moved(old, new, change)
        if not comparable(first, last):
            return None
        if new.worse(last, first):
            base, found = change.position, Moved(old, new, change, first, last)
        else:
            spread = self._before(old, new, change, last) or self._after(old, new, change, last)
            if spread is None:
                return None
            base, found = spread
        return None if self._excused(new, base) else found

    def _before(self, old: Bound, new: Bound, change: Change, value: float) -> tuple[int, Moved] | None:
        """A result that had fallen short of the old bound before the bound followed it."""
        if not old.worse(value, old.value):
            return None
        for position in self._positions(old, change.position + 1, change.position + EARLIER):
            earlier = self._value(old, position, before=True)
            if earlier is not None and comparable(earlier, value) and not old.worse(earlier, old.value):
                return position, Moved(old, new, change, earlier, value, together=False)
        return None

    def _after(self, old: Bound, new: Bound, change: Change, value: float) -> tuple[int, Moved] | None:
        """A result that falls short of the old bound soon after the bound has made room for it."""
        if change.commit is None:
            return None
        for position in self._positions(new, max(change.position - LATER, 0), change.position - 1):
            later = self._value(new, position)
            if self._revisions.commits[position].date - change.commit.date > SOON or later is None:
                continue
            if comparable(later, value) and new.worse(later, value) and old.worse(later, old.value):
                return change.position, Moved(old, new, change, value, later, together=False)
        return None

    def _positions(self, bound: Bound, first: int, last: int) -> list[int]:
        touching = {at for pointer in bound.pointers for at in self._revisions.touching(self._file(pointer))}
        return sorted(at for at in touching if first <= at <= last)

    def _value(self, bound: Bound, position: int, *, before: bool = False) -> float | None:
        numbers = []
        for pointer in bound.pointers:
            number = self._revisions.number(pointer, self._content(self._file(pointer), position, before=before))
            if number is None:
                return None
            numbers.append(number)
        return bound.measure(numbers)

    def _content(self, path: str, position: int, *, before: bool) -> bytes | None:
        own = self._revisions.change(path, position) if position != NOW else None
        if own is not None:
            return own.before if before else own.after
        return self._revisions.as_of(path, position + before)

    def _file(self, pointer: str) -> str:
        return self._revisions.project.join(pointer.partition("#")[0])

    def _excused(self, bound: Bound, base: int) -> bool:
        return self._decisions.explain(bound.words, bound.value, base)


def _dropped(old: Bound, later: Mapping[str, Bound]) -> Iterator[tuple[Bound, Bound]]:
    """A promise that was taken away, unless another one about the same value came in its place."""
    if old.key != "target" and not any(old.pointers == other.pointers for other in later.values()):
        yield old, replace(old, value=-math.inf if old.floor else math.inf)


@provides
def goalposts(charter: Charter, revisions: Revisions, metrics: Metrics, decisions: Decisions) -> Goalposts:
    """Reads older charters and metrics files when asked."""
    return Goalposts(charter, revisions, metrics, decisions)
