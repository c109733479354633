"""What the three views of a git repository have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from mlops_lint.repo import gitparse
from mlops_lint.repo.gitfolder import GitFolder, GitUnreadable, head
from mlops_lint.repo.gitparse import IndexEntry
from mlops_lint.repo.quarantine import Quarantine
from mlops_lint.repo.view import GITLINK, HISTORY_LIMIT, READ_LIMIT, SYMLINK, Commit, FileEntry, RepoView, Unreadable


class GitView(RepoView):
    """A view whose names come from git; raises `GitUnreadable` when made, if git's data cannot be used."""

    is_git = True

    def __init__(self, folder: GitFolder) -> None:
        super().__init__()
        self.root = Path(folder.root)
        self.name = self.root.name or folder.root
        self.shallow = folder.shallow
        self._folder = folder
        self._history: tuple[int, tuple[Commit, ...]] | None = None
        self._ignored: dict[str, bool] = {}
        self._sizes: dict[str, int | None] = {}
        self._head_known = True
        try:
            self.commit = head(folder)
        except GitUnreadable as error:
            self._head_known = False
            self.note("", f"git: {error}; there is no history")
        self._git = Quarantine(folder, self.commit)

    @property
    def hook(self) -> bool:
        """Whether a git hook runs us, so that only what is tracked counts."""
        return self._folder.hook

    @property
    def index_id(self) -> str | None:
        """A hash of the index, for caches; None without one."""
        return self._git.index_id

    def blob(self, path: str) -> bytes | None:
        """See `RepoView`; at most 20 MB."""
        oid = self._oid(path)
        return None if oid is None else self._git.blob(oid, READ_LIMIT)

    def stored(self, oid: str) -> bytes | None:
        """See `RepoView`; at most 20 MB."""
        return self._git.blob(oid, READ_LIMIT)

    def _oid(self, path: str) -> str | None:
        entry = self.entries.get(path)
        return None if entry is None or entry.mode == GITLINK else entry.oid

    def tracked_paths(self) -> Collection[str]:
        """See `RepoView`."""
        return self._tracked.keys()

    def sizes(self, paths: Iterable[str]) -> dict[str, int | None]:
        """See `RepoView`; costs one git call for all that was not asked before."""
        oids: dict[str, str] = {}
        for path in paths:
            kept = self._tracked.get(path)
            if kept is not None and kept.oid is not None and kept.mode not in (GITLINK, SYMLINK):
                oids[path] = kept.oid
        new = sorted(set(oids.values()) - self._sizes.keys())
        if new:
            try:
                found = gitparse.sizes(self._git.run("sizes", data="".join(f"{oid}\n" for oid in new).encode()))
            except GitUnreadable as error:
                self.note("", f"git: {error}; sizes are not known")
                found = {}
            self._sizes.update({oid: found.get(oid) for oid in new})
        return {path: self._sizes[oid] for path, oid in oids.items()}

    def history(self, limit: int = HISTORY_LIMIT) -> tuple[Commit, ...]:
        """See `RepoView`; costs one git call the first time."""
        if self.commit is None or limit <= 0:
            return ()
        if self._history is None or self._history[0] < limit:
            try:
                found = gitparse.commits(self._git.run("log", self.commit, most=limit))
            except GitUnreadable as error:
                self.note("", f"git: {error}; there is no history")
                found = ()
            self._history = (limit, found)
        return self._history[1][:limit]

    def ignored(self, path: str) -> bool:
        """See `RepoView`; what is tracked is not ignored, whatever the patterns say."""
        if path.rstrip("/") in self._tracked or not path.strip("/"):
            return False
        known = self._ignored.get(path)
        if known is None:
            known = self._ignored[path] = self._ask_ignored(path)
        return known

    def _ask_ignored(self, path: str) -> bool:
        return self._git.ignored(path)

    @property
    def _tracked(self) -> Mapping[str, IndexEntry | FileEntry]:
        return self.entries

    def close(self) -> None:
        """See `RepoView`."""
        self._git.close()


class BlobView(GitView):
    """A view whose bytes come from git's objects."""

    def _read(self, path: str, limit: int) -> bytes:
        entry = self.entries.get(path)
        if entry is None:
            raise Unreadable(path, "is a folder" if self.is_dir(path) else "is not there")
        if entry.mode == SYMLINK:
            raise Unreadable(path, "is a symbolic link")
        if entry.mode == GITLINK or entry.oid is None:
            raise Unreadable(path, "is a submodule")
        content = self._git.blob(entry.oid, limit)
        if content is None:
            raise Unreadable(path, f"is larger than {limit} bytes, or git does not have it here")
        return content

    def on_disk(self, path: str) -> bool:
        """Whether the view has such a file or folder."""
        path = path.strip("/")
        return path in ("", ".") or path in self.entries or self.is_dir(path)

    def _ask_ignored(self, path: str) -> bool:
        return self._git.ignored_in(self._ignore_files, path)

    @cached_property
    def _ignore_files(self) -> dict[str, bytes]:
        found = (path for path in self.entries if path.rpartition("/")[2] == ".gitignore")
        return {path: content for path in found if (content := self._regular(self.entries[path])) is not None}

    def _regular(self, entry: FileEntry) -> bytes | None:
        if entry.oid is None or not entry.mode.startswith("100") or ".." in entry.path.split("/"):
            return None
        return self._git.blob(entry.oid, 1_000_000)
