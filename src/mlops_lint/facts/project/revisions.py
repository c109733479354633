"""What files held before: the commits that led here, and whether the meaning of a file changed with them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlops_lint.documents.node import DocumentError
from mlops_lint.documents.python import parse_python
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.charter_loader import load
from mlops_lint.facts.project.pointer_targets import ValueTarget
from mlops_lint.facts.project.pointer_values import Values
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import HISTORY_LIMIT, Commit, RepoView, Unreadable

NOW = -1
"""The position of what is not committed yet; that of a commit is its number in the history, newest first."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after a commit; None where it was not there. No `commit`: not committed yet."""

    path: str
    position: int
    commit: Commit | None
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)


class Revisions:
    """The commits, newest first; `cut`: the history is not whole (a shallow clone, or too long to be read)."""

    def __init__(self, view: RepoView, project: Project) -> None:
        self.view = view
        self.project = project
        self.commits = view.history()
        self.shallow = view.shallow
        self.cut = view.shallow or len(self.commits) >= HISTORY_LIMIT
        self._by_path: dict[str, list[int]] | None = None
        self._charters: dict[bytes, Charter | None] = {}

    def touching(self, path: str) -> list[int]:
        """The positions of the commits that change a file, newest first."""
        if self._by_path is None:
            self._by_path = {}
            for position, commit in enumerate(self.commits):
                for touched in commit.paths:
                    self._by_path.setdefault(touched, []).append(position)
        return self._by_path.get(path, [])

    def under(self, folder: str) -> list[str]:
        """Every path in a folder that some commit changes."""
        self.touching("")
        return [path for path in self._by_path or () if path.startswith(f"{folder}/")]

    def change(self, path: str, position: int) -> Change | None:
        """What one commit did to a file; None where its contents cannot be had."""
        commit = self.commits[position]
        if path not in commit.objects:
            return None
        before, after = commit.objects[path]
        old, new = self._content(before), self._content(after)
        if (before is None) is not (old is None) or (after is None) is not (new is None) or before == after:
            return None
        return Change(path, position, commit, old, new)

    def changes(self, path: str) -> Iterator[Change]:
        """What befell a file, newest first, an uncommitted change before all; what cannot be read is left out."""
        positions = self.touching(path)
        if positions and (pending := self._pending(path, positions[0])) is not None:
            yield pending
        for position in positions:
            found = self.change(path, position)
            if found is not None:
                yield found

    def as_of(self, path: str, position: int) -> bytes | None:
        """What a file held when that commit was made; None where that cannot be told, or there was none."""
        touching = self.touching(path) if position != NOW else []
        if not touching:
            return self._current(path)
        older = next((found for found in touching if found >= position), None)
        if older is not None:
            return self._content(self.commits[older].objects.get(path, (None, None))[1])
        return self._content(self.commits[touching[-1]].objects.get(path, (None, None))[0])

    def charter(self, content: bytes | None) -> Charter | None:
        """An older charter; None where it cannot be read as one."""
        if content is None:
            return None
        if content not in self._charters:
            path = self.project.charter_path
            loaded = load(MemoryView({path: content}), path)
            found = Charter(path, loaded.walked, loaded.syntax) if loaded.walked is not None else None
            self._charters[content] = found
        return self._charters[content]

    def number(self, pointer: str, content: bytes | None) -> float | None:
        """The number that a pointer of the charter names, in an older content of its file."""
        path = self.project.join(pointer.partition("#")[0])
        if content is None:
            return None
        found = Values(MemoryView({path: content})).value(path, pointer.partition("#")[2], path)
        return found.number if isinstance(found, ValueTarget) else None

    def _pending(self, path: str, newest: int) -> Change | None:
        committed, now = self.commits[newest].objects.get(path, (None, None))[1], self._current(path)
        old = self._content(committed)
        if (old is None) is not (committed is None) or _plain(old) == _plain(now):
            return None
        return Change(path, NOW, None, old, now)

    def _current(self, path: str) -> bytes | None:
        if path not in self.view.entries:
            return None
        try:
            return self.view.read(path)
        except Unreadable:
            return None

    def _content(self, oid: str | None) -> bytes | None:
        return self.view.stored(oid) if oid is not None else None


def meant(change: Change) -> bool:
    """Whether a change alters what a file means; comments, docstrings and formatting do not."""
    return meaning(change.path, change.before) != meaning(change.path, change.after)


def meaning(path: str, content: bytes | None) -> str | None:
    """What is left of a file without comments and formatting; None for no file."""
    if content is None:
        return None
    if path.endswith((".py", ".ipynb")):
        try:
            return ast.dump(_undocumented(parse_python(path, content).tree))
        except (DocumentError, RecursionError):
            pass
    if path.endswith(".ipynb"):
        return _cells(content)
    return _SPACE.sub(" ", content.decode("utf-8", "replace")).strip()


def _undocumented(tree: ast.Module) -> ast.Module:
    """Without docstrings and other texts that stand alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)]
    return tree


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _cells(content: bytes) -> str:
    """The code of a notebook that cannot be parsed, without its outputs."""
    try:
        cells = json.loads(content)["cells"]
        return json.dumps([cell["source"] for cell in cells if cell["cell_type"] == "code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return content.decode("utf-8", "replace")


def _plain(content: bytes | None) -> bytes | None:
    return content.replace(b"\r\n", b"\n") if content is not None else None


@provides
def revisions(view: RepoView, project: Project) -> Revisions:
    """Nothing is read before it is asked for, but the list of commits."""
    return Revisions(view, project)
