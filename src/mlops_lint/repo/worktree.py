"""The repository as it lies on the disk: what git tracks, and what it could track but does not yet."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.repo import gitparse
from mlops_lint.repo.disk import MAX_FILES, Tree, exists_inside, is_link, read_regular, real, skipped, walk
from mlops_lint.repo.gitfolder import GitFolder, GitUnreadable, find, is_repository
from mlops_lint.repo.gitparse import IndexEntry, Stat
from mlops_lint.repo.gitview import GitView
from mlops_lint.repo.view import GITLINK, HISTORY_LIMIT, SYMLINK, Commit, FileEntry, RepoView, Unreadable


def open_worktree(path: Path) -> RepoView:
    """The repository around a path, or the folder itself where git knows nothing of it."""
    start = real(path)
    try:
        folder = find(start, os.environ)
        view = WorkTreeView(folder) if folder is not None else None
    except GitUnreadable as error:
        return _without_git(start, str(error))
    if view is None:
        return _plain(start)
    inside = project_folder(view, path)
    if inside and not view.hook and not view.is_dir(inside):
        view.close()
        return FolderView(start)
    return view


def _plain(start: str) -> RepoView:
    view = FolderView(start)
    if is_repository(start):
        view.note("", "is a bare git repository: its commits have files, but no work tree shows them")
    return view


def project_folder(view: RepoView, path: str | os.PathLike[str]) -> str:
    """The folder that a path names, relative to the view's root; "" for the root."""
    if view.root is None:
        inside = posixpath.normpath(os.fspath(path).replace(os.sep, "/").strip("/"))
        return "" if inside == "." else inside
    try:
        inside = Path(real(path)).relative_to(view.root).as_posix()
    except ValueError:
        raise UsageError(f"{os.fspath(path)!r} lies outside of {str(view.root)!r}") from None
    return "" if inside == "." else inside


def _without_git(start: str, reason: str) -> RepoView:
    root = next((folder for folder in (Path(start), *Path(start).parents) if os.path.lexists(folder / ".git")), None)
    view = FolderView(str(root) if root is not None else start)
    view.git_unreadable = True
    view.note("", f"git: {reason}; read as a plain folder")
    return view


class FolderView(RepoView):
    """A folder without git, or one whose git data cannot be read: every file counts as tracked."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self.root = Path(root)
        self.name = self.root.name or root

    @cached_property
    def entries(self) -> Mapping[str, FileEntry]:
        """See `RepoView`: a walk that passes over environments and caches."""
        return walk(str(self.root), self.note)

    def same_files(self) -> bool:
        """Whether the files are still those of `entries`."""
        return list(walk(str(self.root), lambda *_: None)) == list(self.entries)

    def not_ignored(self, folders: Sequence[str]) -> list[str]:
        """All of them."""
        return list(folders)

    @property
    def dirty(self) -> bool | None:
        """Never known."""
        return None

    def _read(self, path: str, limit: int) -> bytes:
        return read_regular(str(self.root), path, limit)

    def on_disk(self, path: str) -> bool:
        """See `RepoView`."""
        return exists_inside(str(self.root), path)

    def ignored(self, path: str) -> bool:
        """False: there is no git to ask."""
        return False

    def blob(self, path: str) -> bytes | None:
        """None: nothing is stored."""
        return None

    def history(self, limit: int = HISTORY_LIMIT) -> tuple[Commit, ...]:
        """Empty."""
        return ()


class WorkTreeView(GitView):
    """The work tree of a git repository; in a hook only what the index has."""

    def __init__(self, folder: GitFolder) -> None:
        super().__init__(folder)
        self._changed = False
        try:
            self._index = gitparse.index_entries(self._git.run("index"))
            self._entries = self._list()
        except ValueError as error:
            self.close()
            raise GitUnreadable(f"its list of files is malformed ({error})") from None
        except GitUnreadable:
            self.close()
            raise

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        """See `RepoView`."""
        return self._entries

    @property
    def _tracked(self) -> Mapping[str, IndexEntry]:
        return self._index

    def same_files(self) -> bool:
        """Whether git still lists the same files that are not tracked."""
        known = [path for path, entry in self._entries.items() if not entry.tracked]
        return self._folder.hook or sorted(self._untracked()) == known

    def not_ignored(self, folders: Sequence[str]) -> list[str]:
        """Those of the folders in which git looks for files; raises `GitUnreadable`."""
        data = b"".join(b"./" + os.fsencode(folder) + b"/\0" for folder in folders)
        ignored = set(gitparse.names(self._git.run("ignored", data=data)))
        return [folder for folder in folders if f"./{folder}/" not in ignored]

    def _list(self) -> dict[str, FileEntry]:
        tree = Tree(self._folder.root)
        found: dict[str, FileEntry] = {}
        for indexed in self._index.values():
            entry = self._tracked_entry(indexed, tree)
            if entry is None:
                self._changed = True
            else:
                found[entry.path] = entry
        if not self._folder.hook:
            for path in self._untracked():
                found[path] = _untracked_entry(path, tree)
        if len(found) > MAX_FILES:
            self.note("", f"more than {MAX_FILES} files: the rest was not looked into")
        return dict(sorted(found.items())[:MAX_FILES])

    def _tracked_entry(self, indexed: IndexEntry, tree: Tree) -> FileEntry | None:
        """The entry with what the disk says of it; None for a file that was deleted."""
        entry = indexed.entry()
        if entry.mode == GITLINK:
            return entry
        status = tree.lstat(indexed.path)
        if status is None:
            return entry if indexed.absent or indexed.path in tree.denied else None
        if is_link(status):
            self._changed |= entry.mode != SYMLINK
            return replace(entry, mode=SYMLINK)
        if not stat.S_ISREG(status.st_mode):
            return None
        return replace(entry, size=status.st_size)

    def _untracked(self) -> list[str]:
        try:
            found = gitparse.names(self._git.run("untracked"))
        except GitUnreadable as error:
            self.note("", f"git: {error}; files that are not tracked were not looked into")
            return []
        for nested in (path for path in found if path.endswith("/")):
            self.note(nested.rstrip("/"), "is a git repository of its own")
        environments = frozenset(
            path.rpartition("/")[0] for path in found if path.endswith("/pyvenv.cfg") and path not in self._index
        )
        return [
            path
            for path in found
            if not path.endswith("/") and path not in self._index and not skipped(path, environments)
        ]

    def _read(self, path: str, limit: int) -> bytes:
        indexed = self._index.get(path)
        try:
            return read_regular(self._folder.root, path, limit)
        except Unreadable as error:
            if indexed is None or error.reason != "is not there":
                raise
        if indexed.absent and (content := self._git.blob(indexed.oid, limit)) is not None:
            return content
        reason = "is kept out of the work tree by a sparse checkout" if indexed.absent else "deleted in the work tree"
        raise Unreadable(path, reason)

    def on_disk(self, path: str) -> bool:
        """See `RepoView`."""
        return exists_inside(self._folder.root, path)

    def _oid(self, path: str) -> str | None:
        indexed = self._index.get(path)
        return None if indexed is None or indexed.mode == GITLINK else indexed.oid

    @cached_property
    def dirty(self) -> bool | None:
        """See `RepoView`. Contents are never compared: filters make them differ in clean trees."""
        if self._changed or any(not entry.tracked for entry in self._entries.values()):
            return True
        try:
            if self._head_known and (bool(self._git.run("staged", self.commit)) if self.commit else bool(self._index)):
                return True
            answer = self._compare_stats()
        except GitUnreadable:
            return None
        return answer if answer or self._head_known else None

    def _compare_stats(self) -> bool | None:
        tree = Tree(self._folder.root)
        seen = 0
        unsure = False
        for path, remembered in gitparse.stats(self._git.run("stat")):
            seen += 1
            indexed = self._index.get(path)
            if indexed is None or indexed.absent or not indexed.mode.startswith("100"):
                continue
            same = _same(remembered, tree.lstat(path))
            if same is False:
                return True
            unsure |= same is None
        return None if unsure or seen < len(self._index) else False


def _same(remembered: Stat, status: os.stat_result | None) -> bool | None:
    if status is None:
        return False
    if remembered.size != status.st_size & 0xFFFFFFFF:
        # git writes 0 for an entry that it wants to look at again.
        return False if remembered.size else None
    seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
    if seconds != remembered.seconds or remembered.nanoseconds not in (0, nanoseconds):
        return None
    return True


def _untracked_entry(path: str, tree: Tree) -> FileEntry:
    status = tree.lstat(path)
    if status is None:
        return FileEntry(path, tracked=False)
    if is_link(status):
        return FileEntry(path, SYMLINK, tracked=False)
    return FileEntry(path, "100755" if status.st_mode & 0o100 else "100644", tracked=False, size=status.st_size)
