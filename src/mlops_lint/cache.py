"""Facts of files, kept between runs in one SQLite file outside the repository.

Nothing here may ever change or fail a run: what cannot be read is a miss, what cannot be written is not kept.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_lint.facts.files.store import Task
from mlops_lint.storage import (
    BUSY_SECONDS,
    CACHE_DIR,
    FILE,
    MAX_DAYS,
    checksum,
    connect,
    damaged,
    make_folder,
    place,
    start_again,
)

if TYPE_CHECKING:
    import sqlite3

__all__ = ["CACHE_DIR", "FILE", "FactCache", "facts_version", "open_cache"]

MAX_BYTES = 200_000_000
SOURCES = (
    "documents/node.py",
    "documents/notebook.py",
    "documents/python.py",
    "facts/files/chains.py",
    "facts/files/encoding.py",
    "facts/files/nodes.py",
    "facts/files/store.py",
    "facts/files/stubs.py",
    "facts/files/symbols.py",
)
"""The modules that make the facts: a change of any of them makes what was kept void."""

_TABLE = "CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, day INTEGER, sum BLOB, value BLOB)"
_CHUNK = 500


def facts_version(package: Path = Path(__file__).parent) -> bytes | None:
    """What the facts depend on beside the bytes of the files; None where the sources are not there to be asked."""
    digest = hashlib.sha256(f"{sys.implementation.name} {sys.version_info[:3]}".encode())
    try:
        for name in SOURCES:
            digest.update((package / name).read_bytes())
    except OSError:
        return None
    return digest.digest()


def open_cache(directory: str | None, root: Path | None) -> FactCache | None:
    """The cache of a run on the repository at `root`; None where there is no fit place for one."""
    found = place(directory, root)
    version = facts_version()
    try:
        import sqlite3  # noqa: F401  (a Python may be built without it)
    except ImportError:
        return None
    if found is None or version is None:
        return None
    folder, chosen = found
    return FactCache(folder, version, shared=chosen)


class FactCache:
    """Answers by the digest of what they depend on. `close` writes all that is new, at once."""

    def __init__(self, folder: Path, version: bytes, *, shared: bool = False, today: int | None = None) -> None:
        self.file = folder / FILE
        self.trouble = ""
        """Why the cache was not used, empty where it was."""
        self._version = version
        self._shared = shared
        self._today = int(time.time() // 86_400) if today is None else today
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def load(self, tasks: Sequence[Task]) -> Mapping[Task, bytes]:
        """The answers that are kept and whole."""
        keys = {self._key(*task): task for task in tasks}
        found = {task: self._new[key] for key, task in keys.items() if key in self._new}
        for key, day, kept, value in self._rows([key for key in keys if key not in self._new]):
            if kept == checksum(key, value):
                found[keys[key]] = value
                if day != self._today:
                    self._used.add(key)
        return found

    def keep(self, task: Task, payload: bytes) -> None:
        """Remember an answer until `close` writes it."""
        self._new[self._key(*task)] = payload

    def close(self) -> None:
        """Write what is new in one transaction, and drop what nobody used for long."""
        if not (self._new or self._used) or self.trouble:
            return
        import sqlite3

        try:
            self._write()
        except (sqlite3.Error, OSError, ValueError) as error:
            if damaged(error):
                self.trouble = start_again(self.file)
            else:
                self.trouble = getattr(error, "strerror", None) or str(error)
        self._new, self._used = {}, set()

    def _key(self, kind: str, data: bytes) -> bytes:
        return hashlib.sha256(b"%s%s\0%s" % (self._version, kind.encode(), data)).digest()

    def _rows(self, keys: Sequence[bytes]) -> list[tuple[bytes, int, bytes, bytes]]:
        if not keys or self.trouble or not self.file.is_file():
            return []
        import sqlite3

        try:
            return list(self._read(keys))
        except (sqlite3.Error, OSError, ValueError, MemoryError) as error:
            self.trouble = "" if damaged(error) else str(error)
            return []

    def _read(self, keys: Sequence[bytes]) -> Iterable[tuple[bytes, int, bytes, bytes]]:
        connection = self._connect("ro")
        try:
            for start in range(0, len(keys), _CHUNK):
                chunk = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                for row in connection.execute(f"SELECT key, day, sum, value FROM facts WHERE key IN ({marks})", chunk):  # noqa: S608  (marks alone)
                    if isinstance(row[2], bytes) and isinstance(row[3], bytes):
                        yield row
        finally:
            connection.close()

    def _connect(self, mode: str) -> sqlite3.Connection:
        return connect(self.file, mode, shared=self._shared, timeout=BUSY_SECONDS)

    def _write(self) -> None:
        make_folder(self.file.parent)
        connection = self._connect("rwc")
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
                connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", self._fresh())
                connection.executemany("UPDATE facts SET day = ? WHERE key = ?", [(self._today, k) for k in self._used])
                self._drop(connection)
        finally:
            connection.close()

    def _fresh(self) -> list[tuple[bytes, int, bytes, bytes]]:
        return [(key, self._today, checksum(key, value), value) for key, value in sorted(self._new.items())]

    def _drop(self, connection: sqlite3.Connection) -> None:
        """What is too old, then what was used longest ago until the rest fits; never what was used today."""
        connection.execute("DELETE FROM facts WHERE day < ?", (self._today - MAX_DAYS,))
        size = 0
        sizes = connection.execute("SELECT day, sum(length(value)) FROM facts GROUP BY day ORDER BY day DESC")
        for day, length in sizes.fetchall():
            size += length
            if size > MAX_BYTES and day < self._today:
                connection.execute("DELETE FROM facts WHERE day <= ?", (day,))
                break
