"""Where what is remembered between runs lies: one SQLite file, of this user alone, outside the repository.

Nothing here may ever change or fail a run: what cannot be read is a miss, what cannot be written is not kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

CACHE_DIR = "MLOPS_LINT_CACHE_DIR"
FILE = "facts-1.sqlite"
"""The number is that of the tables' layout."""
BUSY_SECONDS = 2.0
MAX_DAYS = 90


def place(directory: str | None, root: Path | None) -> tuple[Path, bool] | None:
    """The folder for a run on the repository at `root`, and whether somebody chose it; None without a fit one."""
    named = directory or os.environ.get(CACHE_DIR)
    if named:
        return Path(named), True
    base = _user_folder()
    if base is None:
        return None
    folder = base / "mlops-lint"
    inside = root is not None and folder.resolve().is_relative_to(root.resolve())
    return None if inside else (folder, False)


def _user_folder() -> Path | None:
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if local and Path(local).is_absolute() else None
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") if home.is_absolute() else None


def connect(file: Path, mode: str, *, shared: bool, timeout: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open the file; raises sqlite3.Error where that cannot be done or its folder is open to others."""
    import sqlite3

    if not shared and not _own(file.parent):
        raise sqlite3.OperationalError(f"{file.parent} can be written by others")
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, timeout=timeout)


def make_folder(folder: Path) -> None:
    """Make the folder where it is missing, for this user alone and out of git's sight."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="ascii")


def start_again(file: Path) -> str:
    """Remove a damaged file, which is of no use to anybody; answers what stood in the way, if anything."""
    for part in (file.with_name(f"{file.name}-journal"), file):
        try:
            part.unlink(missing_ok=True)
        except OSError as error:
            return error.strerror or "the cache is damaged"
    return ""


def checksum(key: bytes, value: bytes) -> bytes:
    """What is kept beside a value, so that a damaged one is known."""
    return hashlib.blake2b(value, key=key, digest_size=16).digest()


def damaged(error: Exception) -> bool:
    """Whether the file itself is at fault, not what stands in its way."""
    import sqlite3

    if isinstance(error, sqlite3.OperationalError):
        return "no such" in str(error) or "columns" in str(error)
    return isinstance(error, sqlite3.DatabaseError)


def _own(folder: Path) -> bool:
    """Whether nobody but this user can have written what stands in the folder."""
    if not hasattr(os, "getuid"):
        return True
    state = folder.stat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o022
