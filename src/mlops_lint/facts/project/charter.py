"""The charter as a fact: what the project claims, each claim with its place."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter_loader import Loaded, load
from mlops_lint.facts.project.charter_result import Problem, Reference, Walked
from mlops_lint.facts.project.charter_schema import Route
from mlops_lint.facts.project.project import Project, almost_charter
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

__all__ = ["Charter", "CharterFile", "Problem", "Reference", "charter", "charter_file"]

_LEVELS = {"exploration": 1, "prototype": 2, "production": 3, "retired": 1}


@dataclass(frozen=True, slots=True)
class CharterFile:
    """Whether there is a charter at all; `error` says why it cannot be used as one.

    Where there is none: `near` is a file beside its place that is named almost like one, `is_folder` says that a folder
    has its name.
    """

    path: str
    present: bool
    tracked: bool
    error: DocumentError | None = None
    near: str = ""
    is_folder: bool = False


class Charter:
    """What the project claims. Reading what is malformed raises Unavailable: only its own checks fall silent."""

    def __init__(self, path: str, walked: Walked | None, syntax: list[Problem]) -> None:
        self.path = path
        self._walked = walked or Walked()
        self._broken = walked is None
        found = [*syntax, *self._walked.problems]
        self.problems = tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.at.path, problem.at.line)))
        self._watchers: list[list[Route]] = []
        self._unconfirmed = tuple((text, _guess(text)) for text in self._listed("unconfirmed"))

    def has(self, *route: str | int) -> bool:
        """Whether something stands there; raises Unavailable where it is malformed."""
        return self.get(*route) is not None

    def get(self, *route: str | int) -> Any:
        """The typed value, None where there is none. In blocks, malformed parts are left out."""
        for watcher in self._watchers:
            watcher.append(route)
        self._refuse_malformed(route)
        return self._value(route)

    def text(self, *route: str | int) -> str | None:
        """The value as text, None where there is none or it is a list or a mapping."""
        value = self.get(*route)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else None

    def number(self, *route: str | int) -> float | None:
        """The value as a number, None where it is none."""
        value = self.get(*route)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def texts(self, *route: str | int) -> list[str]:
        """The texts of a list; a single value is a list of one."""
        value = self.get(*route)
        items = value if isinstance(value, list) else [value]
        return [str(item) for item in items if isinstance(item, str | int | float) and not isinstance(item, bool)]

    def items(self, *route: str | int) -> int:
        """How many items a list has; 1 for anything else that is there."""
        value = self.get(*route)
        return len(value) if isinstance(value, list) else int(value is not None)

    def at(self, *route: str | int) -> Location:
        """Where the value stands: its key where it spans lines, the nearest block's key where it is missing."""
        place = self._walked.places.get(route)
        if place is None:
            return self.key_at(*route[:-1]) if route else Location(self.path)
        if place.value.end_line != place.value.line and place.key is not None:
            return place.key
        return place.value

    def key_at(self, *route: str | int) -> Location:
        """Where the key stands; the nearest block's key where it is missing."""
        while route:
            place = self._walked.places.get(route)
            if place is not None:
                return place.key or Location(place.value.path, place.value.line, place.value.column)
            route = route[:-1]
        return Location(self.path)

    def unconfirmed(self, *route: str | int) -> bool:
        """Whether `unconfirmed` lists the route, something around it or something in it."""
        return bool(self.guesses(*route))

    def guesses(self, *route: str | int) -> list[str]:
        """The entries of `unconfirmed`, as they are written there, that speak of the route."""
        named = tuple(str(step) for step in route)
        return [text for text, guess in self._unconfirmed if _overlap(guess, named)]

    @contextlib.contextmanager
    def watch(self) -> Iterator[list[Route]]:
        """Collects the routes that are read within the block."""
        seen: list[Route] = []
        self._watchers.append(seen)
        try:
            yield seen
        finally:
            self._watchers = [watcher for watcher in self._watchers if watcher is not seen]

    def references(self) -> list[Reference]:
        """Every pointer of the charter, in the order of the file."""
        return sorted(self._walked.references, key=lambda found: (found.at.path, found.at.line, found.at.column))

    @property
    def stage(self) -> str:
        """The stage, `exploration` where it cannot be read."""
        return self._word("stage", "exploration")

    @property
    def archetype(self) -> str:
        """The archetype, `undecided` where it cannot be read."""
        return self._word("archetype", "undecided")

    @property
    def high_risk(self) -> bool:
        """Whether the charter says so: what is owed to the people affected is then owed at once, at any stage."""
        autonomy = self._value(("autonomy", "severity")) if self.archetype == "autonomous" else None
        high = self._word("risk_class", "") == "high" and not self.unconfirmed("project", "risk_class")
        return high or autonomy == "critical"

    @property
    def target_level(self) -> int:
        """The level that the stage asks for, or a higher one that the project sets itself."""
        wanted = self._value(("project", "target_level"))
        return max(_LEVELS.get(self.stage, 1), wanted if isinstance(wanted, int) else 1)

    def _word(self, name: str, default: str) -> str:
        value = self._value(("project", name))
        return value if isinstance(value, str) else default

    def _listed(self, name: str) -> list[str]:
        value = self._walked.values.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def _value(self, route: Route) -> Any:
        here: Any = self._walked.values
        for step in route:
            if isinstance(here, dict) and isinstance(step, str):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
                here = here[step]
            else:
                return None
        return here

    def _refuse_malformed(self, route: Route) -> None:
        if self._broken:
            raise Unavailable(f"{self.path} cannot be read (CH002)")
        for length in range(1, len(route) + 1):
            if route[:length] in self._walked.bad:
                raise Unavailable(f"{'.'.join(map(str, route[:length]))} is not valid (CH002)")


def _guess(text: str) -> tuple[str, ...]:
    return tuple(step for step in text.split(".") if step)


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return bool(one) and one[:shared] == other[:shared]


class _LoadedCharter:
    """The file as read once, for both facts."""

    def __init__(self, loaded: Loaded | None, error: DocumentError | None) -> None:
        self.loaded = loaded
        self.error = error


@provides
def loaded_charter(view: RepoView, project: Project) -> _LoadedCharter:
    """Reads the charter once."""
    path = project.charter_path
    if path not in view.entries:
        return _LoadedCharter(None, None)
    try:
        loaded = load(view, path)
    except Unreadable as error:
        return _LoadedCharter(None, DocumentError(error.reason))
    return _LoadedCharter(loaded, loaded.error)


@provides
def charter_file(view: RepoView, project: Project, read: _LoadedCharter) -> CharterFile:
    """Says whether the file is there, without judging what it holds."""
    path = project.charter_path
    entry = view.entries.get(path)
    if entry is not None:
        return CharterFile(path, present=True, tracked=entry.tracked, error=read.error)
    beside = (other for other in view.under(project.folder) if posixpath.dirname(other) == project.folder)
    near = next((other for other in beside if almost_charter(other)), "")
    return CharterFile(path, present=False, tracked=False, near=near, is_folder=view.is_dir(path))


@provides
def charter(project: Project, read: _LoadedCharter) -> Charter:
    """The charter; a broken file gives one whose every answer is Unavailable."""
    loaded = read.loaded
    if loaded is None:
        raise Unavailable("no charter")
    if loaded.walked is None and not loaded.syntax:
        raise Unavailable("no charter")
    return Charter(project.charter_path, loaded.walked, loaded.syntax)
