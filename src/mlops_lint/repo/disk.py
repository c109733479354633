"""Reads from a work tree that nobody trusts: no link is followed, no pipe waited for, nothing read without a limit."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.repo.view import SYMLINK, FileEntry, Unreadable

MAX_FILES = 200_000
MAX_DEPTH = 64
MAX_PATH = 4096
SKIPPED_FOLDERS = frozenset(
    {
        ".git",
        "node_modules",
        "__pycache__",
        ".tox",
        ".nox",
        ".venv",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
    }
)
SKIPPED_PATHS = (".dvc/cache", ".dvc/tmp")

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FILE = (
    os.O_RDONLY
    | _NO_FOLLOW
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = _NO_FOLLOW | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_RELATIVE_OPEN = bool(_NO_FOLLOW) and hasattr(os, "O_DIRECTORY") and os.open in os.supports_dir_fd
_WINDOWS = os.name == "nt"

Note = Callable[[str, str], None]


def real(path: str | os.PathLike[str]) -> str:
    """The folder that a path names, without links; the one around it for a file."""
    try:
        found = Path(os.path.realpath(path))
        folder = found.parent if found.is_file() else found
        if not folder.is_dir():
            raise UsageError(f"{os.fspath(path)!r} is not there")
    except (OSError, ValueError) as error:
        raise UsageError(f"{os.fspath(path)!r} cannot be read ({getattr(error, 'strerror', error)})") from None
    return str(folder)


def problem_of(path: str) -> str | None:
    """What keeps a path from being one inside the root, as text alone; None if nothing does."""
    if not path or "\0" in path or len(path) > MAX_PATH:
        return "is not a path"
    if path.startswith("/") or (_WINDOWS and ("\\" in path or ":" in path)):
        return "is not relative to the repository"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "is not relative to the repository"
    if any(part.casefold() == ".git" for part in parts):
        return "lies in a git folder"
    return None


def is_link(status: os.stat_result) -> bool:
    """A symbolic link, or a Windows junction."""
    tag: int = getattr(status, "st_reparse_tag", 0)
    return stat.S_ISLNK(status.st_mode) or (tag != 0 and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1))


class Tree:
    """`lstat` below a root that refuses to look behind links; remembers folders, so use it for one pass."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._real: dict[str, bool] = {"": True}
        self.denied: set[str] = set()
        """Paths that may not be looked at, so that nobody can say that they are gone."""

    def lstat(self, path: str) -> os.stat_result | None:
        """The status of the last component; None if it is not there or lies behind a link."""
        if not self._is_real(path.rpartition("/")[0]):
            return None
        return self._lstat(path)

    def _is_real(self, folder: str) -> bool:
        known = self._real.get(folder)
        if known is not None:
            return known
        parts = folder.split("/")
        real = True
        for end in range(1, len(parts) + 1):
            parent = "/".join(parts[:end])
            if parent not in self._real:
                status = self._lstat(parent) if real else None
                self._real[parent] = status is not None and stat.S_ISDIR(status.st_mode) and not is_link(status)
            real = self._real[parent]
        return real

    def _lstat(self, path: str) -> os.stat_result | None:
        try:
            return os.lstat(f"{self._root}/{path}")
        except PermissionError:
            self.denied.add(path)
            return None
        except (OSError, ValueError):
            return None


def read_regular(root: str, path: str, limit: int) -> bytes:
    """The bytes of a regular file below the root; raises `Unreadable`."""
    problem = problem_of(path)
    if problem is not None:
        raise Unreadable(path, problem)
    try:
        opened = _open_relative(root, path) if _RELATIVE_OPEN else _open_checked(root, path)
    except (OSError, ValueError) as error:
        raise Unreadable(path, _why(root, path, error)) from None
    return _read_opened(opened, path, limit)


def slurp(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file of a git folder; None if it is anything else or larger than the limit."""
    try:
        return _read_opened(os.open(path, _FILE), path, limit)
    except (OSError, ValueError, Unreadable):
        return None


def _read_opened(opened: int, path: str, limit: int) -> bytes:
    mode = os.fstat(opened).st_mode
    if not stat.S_ISREG(mode):
        os.close(opened)
        raise Unreadable(path, "is a folder" if stat.S_ISDIR(mode) else "is no regular file")
    with open(opened, "rb", buffering=0) as file:
        # The size that a sparse or growing file claims is not to be trusted: count what was read.
        chunks: list[bytes] = []
        left = limit + 1
        try:
            while left > 0 and (chunk := file.read(min(left, 1 << 20))):
                chunks.append(chunk)
                left -= len(chunk)
        except OSError as error:
            raise Unreadable(path, f"cannot be read ({error.strerror})") from None
    if left <= 0:
        raise Unreadable(path, f"is larger than {limit} bytes")
    return b"".join(chunks)


def _open_relative(root: str, path: str) -> int:
    *folders, name = path.split("/")
    # The root itself was resolved by us and may be reached through a link.
    at = os.open(root, _FOLDER & ~_NO_FOLLOW)
    try:
        for folder in folders:
            below = os.open(folder, _FOLDER, dir_fd=at)
            os.close(at)
            at = below
        return os.open(name, _FILE, dir_fd=at)
    finally:
        os.close(at)


def _open_checked(root: str, path: str) -> int:
    before = Tree(root).lstat(path)
    if before is None or not stat.S_ISREG(before.st_mode) or is_link(before):
        raise OSError("not a regular file")
    opened = os.open(f"{root}/{path}", _FILE)
    after = os.fstat(opened)
    if (before.st_ino, before.st_dev) != (after.st_ino, after.st_dev) and not _WINDOWS:
        os.close(opened)
        raise OSError("replaced while it was opened")
    return opened


def _why(root: str, path: str, error: OSError | ValueError) -> str:
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        try:
            status = Path(root, *parts[:end]).lstat()
        except (OSError, ValueError):
            break
        if is_link(status):
            return "is a symbolic link" if end == len(parts) else "lies behind a symbolic link"
        if end == len(parts) and stat.S_ISDIR(status.st_mode):
            return "is a folder"
        if end == len(parts) and not stat.S_ISREG(status.st_mode):
            return "is no regular file"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "is not there"
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"


def exists_inside(root: str, path: str) -> bool:
    """Whether something stands at the path, with links followed only as long as they stay inside the root."""
    path = path.rstrip("/")
    if path in ("", "."):
        return True
    if problem_of(path) is not None:
        return False
    parent, _, name = f"{root}/{path}".rpartition("/")
    try:
        real = os.path.realpath(parent)
        inside = os.path.commonpath([root, real]) == os.path.commonpath([root])
        return inside and os.path.lexists(os.path.join(real, name))  # noqa: PTH118
    except (OSError, ValueError):
        return False


def walk(root: str, note: Note) -> dict[str, FileEntry]:
    """The files of a folder without git, sorted; what is skipped for a limit or an error is noted."""
    found: dict[str, FileEntry] = {}
    folders = [("", 1)]
    while folders:
        folder, depth = folders.pop()
        for item, path in _scan(root, folder, note):
            if item.is_dir(follow_symlinks=False) and not item.is_symlink():
                if depth >= MAX_DEPTH:
                    note(path, f"lies deeper than {MAX_DEPTH} folders")
                else:
                    folders.append((path, depth + 1))
                continue
            entry = _entry(item, path)
            if entry is None:
                continue
            if len(found) >= MAX_FILES:
                note("", f"more than {MAX_FILES} files: the rest was not looked into")
                return dict(sorted(found.items()))
            found[path] = entry
    return dict(sorted(found.items()))


def _scan(root: str, folder: str, note: Note) -> Iterator[tuple[os.DirEntry[str], str]]:
    try:
        with os.scandir(f"{root}/{folder}" if folder else root) as scan:
            items = sorted(scan, key=lambda item: item.name)
    except OSError as error:
        note(folder, f"the folder cannot be listed ({error.strerror})")
        return
    if folder and any(item.name == "pyvenv.cfg" for item in items):
        return
    for item in items:
        path = f"{folder}/{item.name}" if folder else item.name
        if item.name not in SKIPPED_FOLDERS and not is_cache_of_dvc(path):
            yield item, path


def _entry(item: os.DirEntry[str], path: str) -> FileEntry | None:
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:
        return None
    if is_link(status):
        return FileEntry(path, mode=SYMLINK)
    if not stat.S_ISREG(status.st_mode):
        return None
    return FileEntry(path, mode="100755" if status.st_mode & 0o100 else "100644", size=status.st_size)


def skipped(path: str, environments: frozenset[str]) -> bool:
    """Whether the walk would have passed over an untracked file; `environments` are folders with a pyvenv.cfg."""
    folder = path
    while folder := folder.rpartition("/")[0]:
        if folder in environments or folder.rpartition("/")[2] in SKIPPED_FOLDERS:
            return True
        if is_cache_of_dvc(folder):
            return True
    return False


def is_cache_of_dvc(path: str) -> bool:
    """Whether a folder is one that DVC fills."""
    return f"/{path}".endswith(tuple(f"/{name}" for name in SKIPPED_PATHS))
