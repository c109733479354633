"""What a repository on the disk looked like, kept so that a later run can tell that nothing changed.

A file counts as unchanged when its size, times and inode are. One that changed so shortly before it was looked at that
its next change may get the same time is compared by content. What cannot be told counts as changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlops_lint.errors import UsageError
from mlops_lint.repo.disk import exists_inside, read_regular, real, slurp
from mlops_lint.repo.gitfolder import GitFolder, GitUnreadable, find, head
from mlops_lint.repo.view import Unreadable

MARGIN = 2_000_000_000
"""Nanoseconds: the coarsest time stamp of a common file system."""
LIMIT = 256_000_000

Json = dict[str, Any]


def look(path: str) -> list[int] | None:
    """The status of a path as a list of numbers; None if nothing is there."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return [status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def fresh(status: list[int], began: int) -> bool:
    """Whether a change after `began` could leave these times as they are."""
    return max(status[2], status[3]) >= began - MARGIN


def digest(path: str) -> str | None:
    """A hash of a regular file's bytes; None if there is none, or it cannot be read."""
    data = slurp(path, LIMIT)
    return None if data is None else hashlib.sha256(data).hexdigest()


def content(root: str, path: str) -> str:
    """A hash of what a run reads at a path, or why it cannot."""
    try:
        return hashlib.sha256(read_regular(root, path, LIMIT)).hexdigest()
    except Unreadable as error:
        return error.reason


def names(folder: str) -> list[str] | None:
    """What a folder holds, sorted; the names of folders end with a slash. None if it cannot be listed."""
    try:
        with os.scandir(folder) as scan:
            return sorted(f"{item.name}/" if item.is_dir(follow_symlinks=False) else item.name for item in scan)
    except OSError:
        return None


def git_state(path: Path) -> Json | None:
    """Everything that git's answers depend on beside the work tree and its stored objects; None without git.

    Raises `GitUnreadable`.
    """
    folder = find(real(path), os.environ)
    if folder is None:
        return None
    return {
        "folder": [folder.root, folder.gitdir, folder.common, folder.index, folder.hook],
        "head": head(folder),
        "reftable": folder.reftable,
        "files": {file: digest(file) for file in _git_files(folder)},
        "patterns": look(_users_patterns()),
    }


def _git_files(folder: GitFolder) -> list[str]:
    return [
        folder.index,
        f"{folder.common}/config",
        f"{folder.common}/shallow",
        f"{folder.common}/info/exclude",
        f"{folder.gitdir}/info/sparse-checkout",
    ]


def _users_patterns() -> str:
    """What git ignores everywhere; a file of the user's, so it is not read here."""
    home = os.environ.get("HOME", "")
    return f"{os.environ.get('XDG_CONFIG_HOME') or f'{home}/.config'}/git/ignore"


def kind(path: str) -> str:
    """What stands at a path, as far as a pattern of git's cares."""
    status = look(path)
    return "" if status is None else "folder" if stat.S_ISDIR(status[0]) else "file"


def of_files(root: str, paths: Iterable[str], began: int) -> dict[str, list[Any]] | None:
    """The status of files, each with a hash where it is needed; None where one is gone or cannot be read."""
    found: dict[str, list[Any]] = {}
    for path in paths:
        status = look(f"{root}/{path}")
        if status is None:
            return None
        needed = stat.S_ISREG(status[0]) and fresh(status, began)
        found[path] = [*status, digest(f"{root}/{path}") if needed else None]
        if needed and found[path][-1] is None:
            return None
    return found


def holds(kept: Json, path: Path) -> bool:
    """Whether everything is as it was when `kept` was taken."""
    try:
        root = kept["root"]
        return (
            git_state(path) == kept["git"]
            and (kept["git"] is not None or real(path) == root)
            and _same_folders(root, kept["folders"])
            and _same_files(root, kept["files"])
            and _same_answers(root, kept)
        )
    except (GitUnreadable, UsageError, OSError, ValueError):
        return False


def _same_folders(root: str, kept: Mapping[str, list[Any]]) -> bool:
    return all(same_folder(f"{root}/{folder}" if folder else root, found) for folder, found in kept.items())


def same_folder(path: str, kept: list[Any] | None) -> bool:
    """Whether a folder holds the same names as when it was looked at."""
    if kept is None:
        return look(path) is None
    return look(path) == kept[:-1] and (kept[-1] is None or names(path) == kept[-1])


def _same_files(root: str, kept: Mapping[str, list[Any]]) -> bool:
    for file, [*status, content] in kept.items():
        path = f"{root}/{file}"
        if look(path) != status or (content is not None and digest(path) != content):
            return False
    return True


def _same_answers(root: str, kept: Json) -> bool:
    """What was asked about paths that are no entries."""
    return (
        all(exists_inside(root, path) is there for path, there in kept["exists"].items())
        and all(kind(f"{root}/{path}") == found for path, found in kept["kinds"].items())
        and all(content(root, path) == found for path, found in kept["contents"].items())
    )
