"""A work tree that remembers what was asked of it, so that a later run can tell whether the answers still hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from mlops_lint.repo import snapshot
from mlops_lint.repo.disk import MAX_FILES, SKIPPED_FOLDERS, is_cache_of_dvc
from mlops_lint.repo.gitfolder import GitUnreadable
from mlops_lint.repo.narrow import NarrowedView
from mlops_lint.repo.snapshot import Json
from mlops_lint.repo.view import GITLINK, HISTORY_LIMIT, SYMLINK, Commit, FileEntry, RepoView
from mlops_lint.repo.worktree import FolderView, WorkTreeView

MAX_FOLDERS = 20_000


class RecordingView(NarrowedView):
    """`view`, and in `kept` all that its answers rest on; None as soon as something cannot be told."""

    def __init__(self, view: RepoView, before: Json | None, began: int) -> None:
        super().__init__(view, lambda _: False)
        self.kept: Json | None = None
        if isinstance(view, WorkTreeView | FolderView) and not view.git_unreadable:
            self.kept = _taken(view, before, began)

    def doubt(self) -> None:
        """Something cannot be told: keep nothing."""
        self.kept = None

    def on_disk(self, path: str) -> bool:
        """See `RepoView`."""
        there = super().on_disk(path)
        if self.kept is not None:
            self.kept["exists"][path] = there
        return there

    def ignored(self, path: str) -> bool:
        """See `RepoView`; depends on the patterns in the folders above and on whether it is a folder."""
        if self.kept is not None and (inside := path.strip("/")):
            self.kept["kinds"][inside] = snapshot.kind(f"{self.root}/{inside}")
            folders = inside.split("/")
            for depth in range(len(folders)):
                self._content("/".join([*folders[:depth], ".gitignore"]))
        return super().ignored(path)

    def blob(self, path: str) -> bytes | None:
        """See `RepoView`; what git does not have today it may have fetched tomorrow."""
        found = super().blob(path)
        entry = self.entries.get(path)
        if found is None and entry is not None and entry.oid is not None and entry.mode != GITLINK:
            self.doubt()
        return found

    def stored(self, oid: str) -> bytes | None:
        """See `RepoView`; what git does not have today it may have fetched tomorrow."""
        found = super().stored(oid)
        if found is None:
            self.doubt()
        return found

    def sizes(self, paths: Iterable[str]) -> dict[str, int | None]:
        """See `RepoView`; what git does not have today it may have fetched tomorrow."""
        found = super().sizes(paths)
        if None in found.values():
            self.doubt()
        return found

    def history(self, limit: int = HISTORY_LIMIT) -> tuple[Commit, ...]:
        """See `RepoView`."""
        found = super().history(limit)
        if self.commit is not None and not found:
            self.doubt()
        return found

    def _read(self, path: str, limit: int) -> bytes:
        if path not in self.entries:
            self._content(path)
        return super()._read(path, limit)

    def _content(self, path: str) -> None:
        if self.kept is not None and path not in self.entries and path not in self.kept["contents"]:
            self.kept["contents"][path] = snapshot.content(str(self.root), path)


def _taken(view: WorkTreeView | FolderView, before: Json | None, began: int) -> Json | None:
    """What the tree looks like; None where it may have changed since the view listed it."""
    root = str(view.root)
    tracked = view.tracked_paths() if isinstance(view, WorkTreeView) else ()
    try:
        folders = _folders(view, root, [*view.entries, *tracked])
        git = _git(view, before, began)
    except (GitUnreadable, OSError):
        return None
    present = [path for path, entry in view.entries.items() if entry.mode != GITLINK and not _absent(root, entry)]
    files = snapshot.of_files(root, present, began)
    if folders is None or files is None or len(files) >= MAX_FILES or (git is None) is view.is_git:
        return None
    if not all(_agrees(view.entries[path], found[0], found[1]) for path, found in files.items()):
        return None
    watched = _watched(root, folders, began)
    if watched is None or (any(found[-1] is not None for found in watched.values()) and not view.same_files()):
        return None
    return {"root": root, "git": git, "folders": watched, "files": files, "exists": {}, "kinds": {}, "contents": {}}


def _absent(root: str, entry: FileEntry) -> bool:
    """Whether a tracked file is kept out of the work tree; it cannot come unless its folder changes."""
    return entry.size is None and entry.tracked and not os.path.lexists(f"{root}/{entry.path}")


def _agrees(entry: FileEntry, mode: int, size: int) -> bool:
    """Whether the file is still what the list says it is."""
    if stat.S_ISLNK(mode) or entry.mode == SYMLINK:
        return stat.S_ISLNK(mode) and entry.mode == SYMLINK
    return entry.size == size and (entry.tracked or (entry.mode == "100755") == bool(mode & 0o100))


def _git(view: WorkTreeView | FolderView, before: Json | None, began: int) -> Json | None:
    """git's state as it was before the view was made, if the view saw the same."""
    if not isinstance(view, WorkTreeView):
        return before
    if before is None or before["head"] != view.commit or before["files"].get(before["folder"][3]) != view.index_id:
        raise GitUnreadable("it changed while it was read")
    if before["patterns"] and snapshot.fresh(before["patterns"], began):
        raise GitUnreadable("what the user ignores was changed a moment ago")
    return before


def _folders(view: WorkTreeView | FolderView, root: str, paths: Iterable[str]) -> list[str] | None:
    """Every folder in which a new file would be an entry; None if there are too many."""
    known = {""}
    for path in paths:
        folder = path
        while (folder := folder.rpartition("/")[0]) not in known:
            known.add(folder)
    found: list[str] = []
    pending = sorted(known)
    real = {""}
    while pending:
        strangers: list[str] = []
        for folder in pending:
            below = _below(view, root, folder) if folder.rpartition("/")[0] in real else None
            if below is not None:
                real.add(folder)
                found.append(folder)
                strangers += [path for path in below if path not in known]
        if len(found) > MAX_FOLDERS:
            return None
        pending = view.not_ignored(strangers) if strangers else []
    return found


def _below(view: WorkTreeView | FolderView, root: str, folder: str) -> list[str] | None:
    """The folders in a folder that a walk would go into; None if there is no such folder."""
    place = Path(root, folder)
    if place.is_symlink() or not place.is_dir():
        return None
    listed = snapshot.names(str(place))
    if listed is None:
        raise OSError(f"{folder} cannot be listed")
    alone = folder and (".git/" in listed or ".git" in listed or (not view.is_git and "pyvenv.cfg" in listed))
    prefix = f"{folder}/" if folder else ""
    inside = [prefix + name[:-1] for name in listed if name.endswith("/") and name[:-1] not in SKIPPED_FOLDERS]
    extra = [f"{folder}/.git"] if folder and ".git/" in listed else []
    return extra if alone else [path for path in inside if not is_cache_of_dvc(path)]


def _watched(root: str, folders: list[str], began: int) -> dict[str, list[object]] | None:
    found: dict[str, list[object]] = {}
    for folder in folders:
        path = f"{root}/{folder}" if folder else root
        status = snapshot.look(path)
        if status is None:
            return None
        found[folder] = [*status, snapshot.names(path) if snapshot.fresh(status, began) else None]
    return found
