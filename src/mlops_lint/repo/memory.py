"""A repository that is only a mapping: for the pages of the checks, and for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from mlops_lint.repo.view import HISTORY_LIMIT, Commit, FileEntry, RepoView, Unreadable, sorted_entries

_NONE: frozenset[str] = frozenset()
_NO_BLOBS: Mapping[str, bytes] = MappingProxyType({})


class MemoryView(RepoView):
    """Files from a mapping. `on_disk` names what lies there beside them, `blobs` what git stores instead of a file.

    `ignored` names files and folders; what lies in such a folder is ignored with it. `past` are contents that the
    `objects` of its commits name.
    """

    def __init__(
        self,
        files: Mapping[str, str | bytes],
        *,
        name: str = "project",
        git: bool = True,
        commits: Sequence[Commit] = (),
        untracked: frozenset[str] = _NONE,
        ignored: frozenset[str] = _NONE,
        on_disk: frozenset[str] = _NONE,
        blobs: Mapping[str, bytes] = _NO_BLOBS,
        past: Iterable[bytes] = (),
    ) -> None:
        super().__init__()
        self.name = name
        self.is_git = git
        self.commit = commits[0].sha if git and commits else None
        self._commits = tuple(commits) if git else ()
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self._blobs = dict(blobs)
        self._past = {oid_of(content): content for content in past}
        self._ignored = frozenset(path.strip("/") for path in ignored) if git else _NONE
        self._on_disk = on_disk
        self._entries = sorted_entries({path: self._entry(path, untracked) for path in self._files})

    def _entry(self, path: str, untracked: frozenset[str]) -> FileEntry:
        content = self._files[path]
        tracked = not self.is_git or path not in untracked
        oid = oid_of(self._blobs.get(path, content)) if self.is_git and tracked else None
        return FileEntry(path, oid=oid, tracked=tracked, size=len(content))

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        """See `RepoView`."""
        return self._entries

    @property
    def dirty(self) -> bool | None:
        """Whether a file is untracked; None without git."""
        return any(not entry.tracked for entry in self._entries.values()) if self.is_git else None

    def _read(self, path: str, limit: int) -> bytes:
        content = self._files.get(path)
        if content is None:
            raise Unreadable(path, "is a folder" if self.is_dir(path) else "is not there")
        if len(content) > limit:
            raise Unreadable(path, f"is larger than {limit} bytes")
        return content

    def on_disk(self, path: str) -> bool:
        """See `RepoView`."""
        path = path.strip("/")
        return path in ("", ".") or _holds(self._files, path) or _holds(self._on_disk, path)

    def ignored(self, path: str) -> bool:
        """See `RepoView`."""
        path = path.strip("/")
        entry = self._entries.get(path)
        if entry is not None and entry.tracked:
            return False
        parts = path.split("/")
        return any("/".join(parts[:end]) in self._ignored for end in range(1, len(parts) + 1))

    def blob(self, path: str) -> bytes | None:
        """See `RepoView`."""
        entry = self._entries.get(path)
        if not self.is_git or entry is None or not entry.tracked:
            return None
        return self._blobs.get(path, self._files[path])

    def sizes(self, paths: Iterable[str]) -> dict[str, int | None]:
        """See `RepoView`."""
        return {path: len(blob) for path in paths if (blob := self._stored(path)) is not None}

    def _stored(self, path: str) -> bytes | None:
        return self.blob(path) if self.is_git else self._files.get(path)

    def stored(self, oid: str) -> bytes | None:
        """See `RepoView`."""
        return self._past.get(oid)

    def history(self, limit: int = HISTORY_LIMIT) -> tuple[Commit, ...]:
        """See `RepoView`."""
        return self._commits[: max(limit, 0)]


def _holds(paths: Iterable[str], path: str) -> bool:
    return any(known.rstrip("/") == path or known.startswith(path + "/") for known in paths)


def oid_of(content: bytes) -> str:
    """What git calls a file of that content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
