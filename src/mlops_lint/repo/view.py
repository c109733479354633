"""What every source of a repository's bytes answers: a work tree, the index, a revision, a mapping."""

from __future__ import annotations

import abc
import datetime
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mlops_lint.model import NotAnalysed

READ_LIMIT = 20_000_000
HISTORY_LIMIT = 500
SYMLINK = "120000"
GITLINK = "160000"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a view; `mode` is git's octal one, `size` is known only where it cost nothing."""

    path: str
    mode: str = "100644"
    oid: str | None = None
    tracked: bool = True
    size: int | None = None


class Unreadable(Exception):  # noqa: N818  (an answer, not a fault)
    """The bytes of a path cannot be had; `reason` completes "PATH ..."."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path!r} {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as its author wrote it (no mailmap); a merge has no `paths`."""

    sha: str
    author_name: str
    author_email: str
    date: datetime.date
    subject: str
    paths: tuple[str, ...] = ()
    objects: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict, compare=False, repr=False)
    """By path the git objects before and after; None where the file was not there."""


class RepoView(abc.ABC):
    """A repository at one moment. Paths are relative to its root, with slashes."""

    name: str
    root: Path | None = None
    is_git: bool = False
    commit: str | None = None
    shallow: bool = False
    git_unreadable: bool = False
    """A git folder is there but could not be read: nothing can be told about what is tracked."""

    def __init__(self) -> None:
        self.notices: list[NotAnalysed] = []
        self._noted: set[NotAnalysed] = set()

    @property
    @abc.abstractmethod
    def entries(self) -> Mapping[str, FileEntry]:
        """The files, sorted by path."""

    @property
    @abc.abstractmethod
    def dirty(self) -> bool | None:
        """Whether something differs from the commit; None where that cannot be told cheaply."""

    @abc.abstractmethod
    def _read(self, path: str, limit: int) -> bytes: ...

    @abc.abstractmethod
    def on_disk(self, path: str) -> bool:
        """Whether a file or folder stands there, ignored ones too."""

    @abc.abstractmethod
    def ignored(self, path: str) -> bool:
        """Whether git ignores the path; a slash at its end says that a folder is meant."""

    @abc.abstractmethod
    def blob(self, path: str) -> bytes | None:
        """The bytes as git stores them (so an LFS pointer stays one); None if untracked, missing or too large."""

    @abc.abstractmethod
    def history(self, limit: int = HISTORY_LIMIT) -> tuple[Commit, ...]:
        """The commits that led here, newest first; empty where there are none to be read."""

    def stored(self, oid: str) -> bytes | None:
        """An object of git's that a commit names; None where it is not here or too large."""
        return None

    def tracked_paths(self) -> Collection[str]:
        """What git keeps, files that were deleted in the work tree too; every file where there is no git."""
        return [path for path, entry in self.entries.items() if entry.tracked]

    def sizes(self, paths: Iterable[str]) -> dict[str, int | None]:
        """How large git's copies of regular files are; None where git does not have one here."""
        found = {path: self.entries.get(path) for path in paths}
        return {
            path: entry.size
            for path, entry in found.items()
            if entry is not None and entry.tracked and entry.mode not in (GITLINK, SYMLINK)
        }

    def read(self, path: str, limit: int = READ_LIMIT) -> bytes:
        """The bytes of a regular file; raises `Unreadable`, and notes it if the file is an entry."""
        try:
            return self._read(path, limit)
        except Unreadable as error:
            if path in self.entries:
                self.note(path, error.reason)
            raise

    def is_dir(self, path: str) -> bool:
        """Whether some entry lies under the path."""
        prefix = _folder(path)
        at = bisect_left(self._paths, prefix)
        return at < len(self._paths) and self._paths[at].startswith(prefix)

    def under(self, folder: str) -> list[str]:
        """The entries' paths under a folder, sorted; all of them for ""."""
        prefix = _folder(folder)
        if not prefix:
            return list(self._paths)
        # "0" is the character after "/": the first name behind everything in the folder.
        return self._paths[bisect_left(self._paths, prefix) : bisect_left(self._paths, prefix[:-1] + "0")]

    def note(self, path: str, reason: str) -> None:
        """Records once that something was not looked into."""
        notice = NotAnalysed(path, reason)
        if notice not in self._noted:
            self._noted.add(notice)
            self.notices.append(notice)

    def close(self) -> None:  # noqa: B027  (most views hold nothing)
        """Gives back what the view holds outside this process; reading git data afterwards fails."""

    def __enter__(self) -> RepoView:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _paths(self) -> list[str]:
        return list(self.entries)


def _folder(path: str) -> str:
    path = path.strip("/")
    return "" if path in ("", ".") else path + "/"


def sorted_entries(entries: Mapping[str, FileEntry]) -> dict[str, FileEntry]:
    """The same entries in the order that a view promises."""
    return dict(sorted(entries.items()))
