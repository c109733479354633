"""When documents were written: by a date in their name or heading, else by git; and when a value last changed."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from mlops_lint.documents.markdown import headings
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.revisions import Revisions
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO = re.compile(r"(?<!\d)(20\d{2})[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])\.\s?(0?[1-9]|1[0-2])\.\s?(20\d{2})(?!\d)")
_NAMED = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(_MONTHS)})[a-z]*\.?,?\s+(20\d{{2}})\b|"
    rf"\b({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(20\d{{2}})\b",
    re.IGNORECASE,
)
_KOREAN = re.compile(r"(20\d{2})\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일")
_FIELD = re.compile(
    r"^\W*(?:date|reviewed(?: on)?|updated|last (?:review(?:ed)?|updated?)|날짜|작성일)\W+", re.IGNORECASE
)
MAX_LINES = 400


@dataclass(frozen=True, slots=True)
class Day:
    """A date with the place that gives it; `how` is `name`, `heading` or `git`."""

    date: datetime.date
    at: Location
    how: str


def dates_in(text: str) -> list[datetime.date]:
    """The dates that a text holds, in figures and in words."""
    found = [_date(*match.groups()) for match in _ISO.finditer(text)]
    found += [_date(match[3], match[2], match[1]) for match in _DAY_FIRST.finditer(text)]
    found += [_date(*match.groups()) for match in _KOREAN.finditer(text)]
    for match in _NAMED.finditer(text):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        found.append(_date(year, str(_MONTHS.index(month[:3].lower()) + 1), day))
    return [date for date in found if date is not None]


def _date(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


class Dated:
    """Answers for tracked files."""

    def __init__(self, view: RepoView, revisions: Revisions) -> None:
        self.view = view
        self._revisions = revisions

    def written(self, path: str) -> Day | None:
        """The date in the name, the latest one in a heading or a `Date:` line; without these, git's."""
        named = dates_in(path.rpartition("/")[2])
        if named:
            return Day(max(named), Location(path), "name")
        return self.headed(path) or self.committed(path)

    def headed(self, path: str) -> Day | None:
        """The latest date in a heading or a line that gives the date."""
        text = text_of(self.view, path)
        if text is None or not path.lower().endswith((".md", ".markdown", ".rst", ".txt", ".adoc", ".org")):
            return None
        rows = [(heading.text, heading.line) for heading in headings(text)]
        rows += [(row, line) for line, row in enumerate(text.split("\n")[:MAX_LINES], 1) if _FIELD.match(row[:200])]
        found = [(date, line) for row, line in rows for date in dates_in(row[:200])]
        return Day(max(found)[0], Location(path, max(found)[1]), "heading") if found else None

    def committed(self, path: str) -> Day | None:
        """The day of the last commit that wrote the file."""
        if self.view.git_unreadable or self.view.shallow:
            return None
        commit = next((one for one in self.view.history() if path in one.paths), None)
        return Day(commit.date, Location(path), "git") if commit is not None else None

    def changed(self, charter: str, pointer: str, since: datetime.date) -> Day | None:
        """The day of the last commit after `since` that changed the metric's recorded number, as far as git tells.

        A number that only moves, to another file or format, with the charter's pointer to it, is unchanged.
        """
        if self.view.git_unreadable or self.view.shallow:
            return None
        now = self._number(charter, pointer, 0)
        found: Day | None = None
        for position, commit in enumerate(self._revisions.commits):
            path = self._revisions.project.join(pointer.partition("#")[0])
            if commit.date <= since or now is None:
                break
            if path not in commit.paths and charter not in commit.paths:
                continue
            before = self._number(charter, pointer, position + 1)
            if before is not None and before != now:
                return found or Day(commit.date, Location(path), "git")
            found = None if before is not None else found or Day(commit.date, Location(path), "git")
            pointer = self._pointer(charter, position + 1) or pointer
        return found

    def _number(self, charter: str, pointer: str, position: int) -> float | None:
        """What the metric's pointer named when a commit was made, by the charter of that time."""
        pointer = self._pointer(charter, position) or pointer
        path = self._revisions.project.join(pointer.partition("#")[0])
        return self._revisions.number(pointer, self._revisions.as_of(path, position))

    def _pointer(self, charter: str, position: int) -> str | None:
        older = self._revisions.charter(self._revisions.as_of(charter, position))
        return older.text("metric", "recorded_in") if older is not None else None


@provides
def dated(view: RepoView, revisions: Revisions) -> Dated:
    """Needs names, texts and the history."""
    return Dated(view, revisions)
