"""Applying the edits of fixes: inside the root alone, whole or not at all, never one over another."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlops_lint.files import replace
from mlops_lint.model import Edit, Fix, Location
from mlops_lint.repo.disk import read_regular
from mlops_lint.repo.view import Unreadable

LIMIT = 20_000_000
"""Bytes of a file that is changed."""


class Refused(Exception):  # noqa: N818  (a state of one fix, not a fault)
    """A fix that cannot be applied; the text says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after."""

    file: Path
    path: str
    before: str
    after: str


@dataclass(slots=True)
class Plan:
    """What would be changed. `applied` counts fixes, `refused` says which were left and why."""

    changes: list[Change] = field(default_factory=list)
    applied: int = 0
    refused: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Replace the files, each at once."""
        for change in self.changes:
            replace(change.file, change.after.encode("utf-8"))

    def diff(self) -> str:
        """All changes as one unified diff."""
        return "".join(_unified(change) for change in self.changes)


def _unified(change: Change) -> str:
    before, after = (text.replace("\r\n", "\n").split("\n") for text in (change.before, change.after))
    rows = difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}", lineterm="")
    return "".join(f"{row}\n" for row in rows)


def root_of(path: Path) -> Path:
    """The folder that report paths are relative to."""
    from mlops_lint.repo.worktree import open_worktree

    with open_worktree(path) as view:
        return view.root or path


def plan(root: Path, fixes: Iterable[Fix]) -> Plan:
    """Work out what the fixes change. Of two that overlap, the first in the file wins."""
    planned = Plan()
    texts: dict[str, _Text] = {}
    for fix in sorted(fixes, key=lambda fix: [edit.at for edit in fix.edits]):
        try:
            _add(root, fix.edits, texts)
            planned.applied += 1
        except Refused as reason:
            planned.refused.append(f"{fix.title}: {reason}")
    for path, text in sorted(texts.items()):
        if text.edits:
            planned.changes.append(Change(text.file, path, text.content, text.edited()))
    return planned


def _add(root: Path, edits: Sequence[Edit], texts: dict[str, _Text]) -> None:
    """Take all edits of a fix, or none."""
    spans: list[tuple[_Text, tuple[int, int], str]] = []
    for edit in edits:
        if edit.at.path not in texts:
            texts[edit.at.path] = _Text(_inside(root, edit.at.path), root, edit.at.path)
        text = texts[edit.at.path]
        start, end = text.span(edit.at)
        if text.taken(start, end, edit.text) or any(
            known is text and _overlap((start, end), other) for known, other, _new in spans
        ):
            raise Refused(f"{edit.at} is changed by another fix already")
        spans.append((text, (start, end), edit.text))
    for text, (start, end), new in spans:
        text.edits.add((start, end, new))


def _inside(root: Path, path: str) -> Path:
    """The regular file that a path names; links are never followed."""
    file = root
    for part in path.split("/"):
        file = file / part
        if part in ("", ".", "..") or file.is_symlink():
            raise Refused(f"{path} is not a plain path inside the repository")
    if not file.is_file():
        raise Refused(f"{path} is not a file")
    return file


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans share a character or begin at the same place."""
    return one[0] == other[0] or (one[0] < other[1] and other[0] < one[1])


class _Text:
    """A file's text with its line starts; columns count characters."""

    def __init__(self, file: Path, root: Path, path: str) -> None:
        try:
            self.content = read_regular(str(root), path, LIMIT).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(f"{path} cannot be read as UTF-8") from error
        except Unreadable as error:
            raise Refused(f"{path} {error.reason}") from error
        if file.suffix == ".ipynb":
            raise Refused(f"{file.name} is a notebook: change it where it is edited")
        if "\r" in self.content.replace("\r\n", ""):
            raise Refused(f"{file.name} has bare carriage returns")
        self.file = file
        self.edits: set[tuple[int, int, str]] = set()
        self._lines = [0]
        for position, character in enumerate(self.content):
            if character == "\n":
                self._lines.append(position + 1)

    def span(self, at: Location) -> tuple[int, int]:
        """The offsets of a place."""
        end_line = at.end_line if at.end_line is not None else at.line
        end_column = at.end_column if at.end_column is not None else at.column
        start, end = self._offset(at.line, at.column), self._offset(end_line, end_column)
        if end < start:
            raise Refused(f"{at} ends before it begins")
        return start, end

    def _offset(self, line: int, column: int) -> int:
        if not 1 <= line <= len(self._lines) or column < 1:
            raise Refused(f"{self.file.name} has no line {line}")
        mark = 1 if line == 1 and self.content.startswith("\ufeff") else 0
        offset = self._lines[line - 1] + column - 1 + mark
        end = self._lines[line] - 1 if line < len(self._lines) else len(self.content)
        if offset > end:
            raise Refused(f"{self.file.name}:{line} has no column {column}")
        return offset

    def taken(self, start: int, end: int, new: str) -> bool:
        """Whether another edit is in the way; the very same edit is not."""
        return any((start, end, new) != edit and _overlap((start, end), (edit[0], edit[1])) for edit in self.edits)

    def edited(self) -> str:
        """The text after its edits, with the file's own line ends."""
        newline = "\r\n" if "\r\n" in self.content else "\n"
        text = self.content
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new.replace("\r\n", "\n").replace("\n", newline) + text[end:]
        return text
