"""The orders that every format shares, so that output is the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from mlops_lint.model import Diagnostic, Location
from mlops_lint.results import ProjectReport, Report

PlaceKey: TypeAlias = tuple[str, int, int, int]


def place_key(at: Location) -> PlaceKey:
    """Sorts places by path, cell, line, column."""
    return (at.path, at.cell or 0, at.line, at.column)


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, then code and message."""
    return sorted(diagnostics, key=lambda d: (place_key(d.finding.place), d.code, d.finding.message))


def worst_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Errors before warnings before infos, new before known, then by place."""
    return sorted(by_place(diagnostics), key=lambda d: (-d.severity.rank, not d.new))


def projects(report: Report) -> list[ProjectReport]:
    """The project at the root first, the others by path."""
    return sorted(report.projects, key=lambda project: (project.path not in (".", ""), project.path))
