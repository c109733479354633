"""The lines of source that reports quote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from mlops_lint.documents.node import DocumentError
from mlops_lint.documents.python import decode, split_lines
from mlops_lint.model import Diagnostic, Location
from mlops_lint.repo.view import RepoView, Unreadable
from mlops_lint.results import SourceKey


class Lines:
    """Source lines by place, each file read once."""

    def __init__(self, view: RepoView) -> None:
        self._view = view
        self._files: dict[tuple[str, int | None], list[str]] = {}

    def text(self, place: Location) -> str:
        """The line that a place begins on, empty where it cannot be shown."""
        key = (place.path, place.cell)
        if key not in self._files:
            self._files[key] = self._load(place)
        lines = self._files[key]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _load(self, place: Location) -> list[str]:
        if place.path not in self._view.entries:
            return []
        try:
            data = self._view.read(place.path)
        except Unreadable:
            return []
        if place.cell is not None:
            from mlops_lint.documents.notebook import cell_lines

            return cell_lines(data, place.cell)
        return split_lines(_text(place.path, data[:2_000_000]))

    def quoted(self, diagnostics: Iterable[Diagnostic]) -> dict[SourceKey, str]:
        """The lines that the findings quote, the second places included."""
        places = [
            place
            for diagnostic in diagnostics
            for place in (diagnostic.finding.place, *(related.at for related in diagnostic.finding.related))
        ]
        return {(place.path, place.cell, place.line): self.text(place) for place in sorted(set(places), key=_place_key)}


def _text(path: str, data: bytes) -> str:
    """As its reader saw it: a Python file by the encoding that it names, so that columns are those of its places."""
    if path.endswith(".py"):
        with contextlib.suppress(DocumentError):
            return decode(data)
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _place_key(place: Location) -> tuple[str, int, int, int]:
    return (place.path, place.cell or 0, place.line, place.column)
