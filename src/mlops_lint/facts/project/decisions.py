"""Decision records: where they are kept, and whether one explains a change."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.revisions import NOW, Revisions, meant

_FOLDERS = re.compile(
    r"(^|/)(adrs?|decisions?|decision[-_ ]?(records?|logs?)|architecture[-_ ]decisions?|rfcs?)/[^/]+$", re.IGNORECASE
)
_NAMES = re.compile(r"^(adr|decision|rfc)([-_ ]?\d|s?\.|[-_ ])|^decision|[-_]decisions?[-_.]", re.IGNORECASE)
_TEXTS = (".md", ".markdown", ".rst", ".txt", ".adoc", ".mdx", ".org")
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:[.,]\d+)?)(\s*%)?")
_LEAST = 40
"""Characters; what is shorter explains nothing."""


class Decisions:
    """Documents in the declared folder, those that trade-offs name, and those that are named like records."""

    def __init__(self, revisions: Revisions, declared: Iterable[str]) -> None:
        self._revisions = revisions
        self._declared = tuple(declared)

    def is_record(self, path: str) -> bool:
        """Whether a path is that of a decision record."""
        if not path.lower().endswith(_TEXTS):
            return any(path == folder for folder in self._declared)
        if any(path == place or path.startswith(f"{place}/") for place in self._declared):
            return True
        if not self._revisions.project.owns(path) and self._elsewhere(path):
            return False
        return bool(_FOLDERS.search(path) or _NAMES.search(posixpath.basename(path)))

    def _elsewhere(self, path: str) -> bool:
        """Whether it lies in the folder of a project; the root's own records speak for all of a monorepo."""
        return any(path.startswith(folder + "/") for folder in self._folders)

    @cached_property
    def _folders(self) -> frozenset[str]:
        charters = (path for path in self._revisions.view.entries if path.endswith("mlproject.yaml"))
        return frozenset(posixpath.dirname(path) for path in charters) - {""}

    def explain(self, words: Iterable[str], number: float, position: int) -> bool:
        """Whether a record written since that commit, with it or before it, speaks of a promise.

        A later one has to name it or its number; one that was there before has to name both in one line.
        """
        wanted = [word.casefold() for word in words if word]
        since = self._since(position)
        return any(_names(text, wanted, number) for text in since) or any(
            _tells(line, wanted) and _holds(line, number)
            for path in self._revisions.view.entries
            if self.is_record(path)
            for line in (text_of(self._revisions.view, path) or "").split("\n")
        )

    def _since(self, position: int) -> Iterator[str]:
        for path in self._revisions.view.entries:
            if not self.is_record(path):
                continue
            if not self._revisions.touching(path):
                if not (self._revisions.cut and self._revisions.view.entries[path].tracked):  # not committed yet
                    yield text_of(self._revisions.view, path) or ""
                continue
            for change in self._revisions.changes(path):
                if NOW <= change.position <= position and change.after is not None and meant(change):
                    yield _added(change.before, change.after)


def _added(before: bytes | None, after: bytes) -> str:
    """The lines that a change wrote."""
    old = set((before or b"").decode("utf-8", "replace").split("\n"))
    return "\n".join(line for line in after.decode("utf-8", "replace").split("\n") if line not in old)


def _names(text: str, words: list[str], number: float) -> bool:
    return len(text.strip()) >= _LEAST and (_tells(text, words) or _holds(text, number))


def _tells(text: str, words: list[str]) -> bool:
    told = text.casefold()
    return any(re.search(rf"(?<![^\W_]){re.escape(word)}", told) for word in words)


def _holds(text: str, number: float) -> bool:
    for match in _NUMBER.finditer(text):
        value = float(match[1].replace(",", "."))
        if any(math.isclose(written, number, rel_tol=1e-6) for written in (value, value / 100)):
            return True
    return False


@provides
def decisions(charter: Charter, revisions: Revisions) -> Decisions:
    """The declared places are those of the charter of today."""
    declared = []
    try:
        declared.append(charter.text("analysis", "decisions"))
        count = charter.items("team", "trade_offs")
        declared += [charter.text("team", "trade_offs", index, "decided_in") for index in range(count)]
    except Unavailable:
        pass
    places = [text.partition("#")[0] for text in declared if text and "://" not in text]
    return Decisions(revisions, [revisions.project.join(place) for place in places if place])
