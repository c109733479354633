"""What walking a charter gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlops_lint.facts.project.charter_schema import Route
from mlops_lint.model import Fix, Location, Related


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the charter that is not as its format wants it."""

    at: Location
    message: str
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A pointer that the charter holds; `type` is path, symbol, code, value or ref."""

    route: Route
    text: str
    type: str
    at: Location


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route stands: `key` is None for items of lists."""

    key: Location | None
    value: Location


@dataclass(slots=True)
class Walked:
    """What a walk found: typed values without the malformed ones, and the places of everything."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Route, Place] = field(default_factory=dict)
    bad: set[Route] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
