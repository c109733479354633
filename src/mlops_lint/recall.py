"""The rendered reports of whole runs, kept so that a tree in which nothing changed is answered at once.

A result is given again only where everything that it rests on is the same: the linter and its packs, the settings and
the environment, the day, and the repository as `repo.snapshot` sees it. Whatever is doubtful is a miss.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_lint import __version__
from mlops_lint.errors import UsageError
from mlops_lint.repo import snapshot
from mlops_lint.repo.gitfolder import GitUnreadable
from mlops_lint.storage import FILE, MAX_DAYS, checksum, connect, damaged, make_folder, place, start_again

if TYPE_CHECKING:
    import sqlite3

    from mlops_lint.repo.recording import RecordingView
    from mlops_lint.repo.view import RepoView
    from mlops_lint.settings import Settings

KEPT = 8
"""Results for one repository."""
MAX_BYTES = 50_000_000
LARGEST = 20_000_000
GROUP = "mlops_lint.checks"

_TABLE = "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, root TEXT, used INTEGER, sum BLOB, value BLOB)"
_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "PRE_COMMIT", "MLOPS_LINT_TODAY")
_UNSURE = ("since", "staged", "fix", "diff", "show_files", "show_settings", "timings", "debug")
"""Options with which nothing is kept: they change files, look at more than the tree, or are asked once."""


@dataclass(frozen=True)
class Answer:
    """What a run wrote, in the order of its outputs, how it ended and the time that it printed, if it did."""

    texts: tuple[str, ...]
    code: int
    elapsed: str = ""


class Recall:
    """The kept results of one command line on one path."""

    def __init__(self, path: Path, settings: Settings, shown: tuple[object, ...]) -> None:
        self._path = path
        self._settings = settings
        self._shown = shown
        self._began = time.time_ns()
        self._view: RecordingView | None = None
        self._before: snapshot.Json | None = None
        self._file: Path | None = None
        self._shared = False
        self._root = os.path.realpath(path)
        self._key = b""
        usable = settings.cache and not any(getattr(settings, name) for name in _UNSURE)
        # The working folder may be gone.
        with contextlib.suppress(OSError, ValueError):
            chosen = place(settings.cache_dir, Path(self._root)) if usable else None
            if chosen is not None:
                self._key = self._make_key()
                self._file, self._shared = chosen[0] / FILE, chosen[1]

    def load(self) -> Answer | None:
        """The result of a run in which all was as it is now."""
        if self._file is None or not self._file.is_file():
            return None
        with _quietly(self._file):
            value = self._read()
            if value is None:
                return None
            kept = json.loads(value)
            if _tool_holds(kept["tool"]) and snapshot.holds(kept["tree"], self._path):
                return Answer(tuple(kept["texts"]), kept["code"], kept["elapsed"])
        return None

    def watch(self, view: RepoView) -> RepoView:
        """The view that a run is to use, so that its result can be kept."""
        if self._file is None:
            return view
        from mlops_lint.repo.recording import RecordingView

        self._view = RecordingView(view, self._before, self._began)
        return self._view

    def prepare(self) -> None:
        """Look at git's data before the run does."""
        self._began = time.time_ns()
        if self._file is None:
            return
        try:
            self._before = snapshot.git_state(self._path)
            root = self._before["folder"][0] if self._before else self._root
            if place(self._settings.cache_dir, Path(root)) is None:
                self._file = None
        except (GitUnreadable, UsageError, OSError, ValueError):
            self._file = None

    def keep(self, answer: Answer) -> None:
        """Remember what came of the run; only where all that it rests on is known."""
        tree = self._view.kept if self._view is not None else None
        if self._file is None or tree is None or self._key != self._make_key():
            return
        with _quietly(self._file):
            tool = _tool(self._began)
            if tool is None:
                return
            kept = {
                "tool": tool, "tree": tree, "texts": answer.texts, "code": answer.code, "elapsed": answer.elapsed,
            }  # fmt: skip
            value = json.dumps(kept, separators=(",", ":")).encode()
            if len(value) <= LARGEST:
                self._write(value)

    def _make_key(self) -> bytes:
        parts = {
            "version": [__version__, sys.version, sys.executable, sys.flags.optimize, sys.path],
            "settings": repr(self._settings),
            "shown": repr(self._shown),
            "today": str(self._settings.today or datetime.date.today()),
            "place": [self._root, os.path.realpath(".")],
            "user": os.geteuid() if hasattr(os, "geteuid") else "",
            "environment": {
                name: value for name, value in os.environ.items() if name in _VARIABLES or name.startswith("GIT_")
            },
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()

    def _read(self) -> bytes | None:
        assert self._file is not None
        with contextlib.closing(connect(self._file, "ro", shared=self._shared)) as connection:
            row = connection.execute("SELECT sum, value FROM results WHERE key = ?", (self._key,)).fetchone()
        if row is None or not isinstance(row[1], bytes) or row[0] != checksum(self._key, row[1]):
            return None
        return row[1]

    def _write(self, value: bytes) -> None:
        assert self._file is not None
        make_folder(self._file.parent)
        with contextlib.closing(connect(self._file, "rwc", shared=self._shared)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            row = (self._key, self._root, time.time_ns(), checksum(self._key, value), value)
            connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", row)
            _drop(connection, self._root)


@contextlib.contextmanager
def _quietly(file: Path) -> Iterator[None]:
    """What goes wrong with the cache is no matter of the run's; a damaged file is removed."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, OSError, ValueError, KeyError, TypeError, AttributeError, MemoryError) as error:
        if damaged(error) and not str(error).startswith("no such table"):
            start_again(file)


def _drop(connection: sqlite3.Connection, root: str) -> None:
    """What is old, what is too much for one repository, and what is too much at all."""
    oldest = time.time_ns() - MAX_DAYS * 86_400 * 1_000_000_000
    connection.execute("DELETE FROM results WHERE used < ?", (oldest,))
    newest = "SELECT key FROM results WHERE root = ? ORDER BY used DESC LIMIT ?"
    connection.execute(f"DELETE FROM results WHERE root = ? AND key NOT IN ({newest})", (root, root, KEPT))  # noqa: S608  (marks alone)
    size = 0
    for used, length in connection.execute("SELECT used, length(value) FROM results ORDER BY used DESC").fetchall():
        size += length
        if size > MAX_BYTES:
            connection.execute("DELETE FROM results WHERE used <= ?", (used,))
            return


def _tool(began: int) -> dict[str, Any] | None:
    """The linter itself: its packages and packs, other modules it loaded, and where new packs would appear.

    None where one of its files is so new that its next change might go unseen.
    """
    from importlib import metadata

    names = {entry.value.partition(".")[0] for entry in metadata.entry_points(group=GROUP)}
    packages = {__name__.partition(".")[0], "mlops_lint_schemas", *names}
    folders = sorted({folder for name in packages for folder in getattr(sys.modules.get(name), "__path__", [])})
    files = _modules(folders)
    places = sorted({os.path.realpath(place) for place in sys.path})
    declared = [f"{place}/{name}entry_points.txt" for place in places for name in snapshot.names(place) or ()
                if name.endswith((".dist-info/", ".egg-info/"))]  # fmt: skip
    walked = {folder: _package(folder) for folder in folders}
    seen = {path: snapshot.look(path) for path in [*files, *declared]}
    newest = max([made for _, made in walked.values()] + [max(status[2:4]) for status in seen.values() if status])
    if newest >= began - snapshot.MARGIN:
        return None
    return {
        "folders": {folder: digest for folder, (digest, _) in walked.items()},
        "places": {path: _place(path, began) for path in places},
        "seen": seen,
    }


def _modules(within: list[str]) -> list[str]:
    """The files of the loaded modules that are neither Python's own nor in these folders."""
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    known = tuple(f"{folder}{os.sep}" for folder in within)
    loaded = {str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())}
    return sorted(
        file
        for file in loaded
        if Path(file).is_absolute()
        and not file.startswith(known)
        and (not file.startswith(library) or "site-packages" in file)
    )


def _place(path: str, began: int) -> list[Any] | None:
    status = snapshot.look(path)
    return status and [*status, snapshot.names(path) if snapshot.fresh(status, began) else None]


def _tool_holds(kept: dict[str, Any]) -> bool:
    return (
        all(snapshot.look(path) == status for path, status in kept["seen"].items())
        and all(snapshot.same_folder(path, found) for path, found in kept["places"].items())
        and all(_package(folder)[0] == digest for folder, digest in kept["folders"].items())
    )


def _package(folder: str) -> tuple[str, int]:
    """A hash over the names, sizes and times of a package's files, and when the newest one changed."""
    found: list[str] = []
    newest = 0
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as scan:
            for item in scan:
                if item.is_dir():
                    if item.name != "__pycache__":
                        folders.append(item.path)
                    continue
                status = item.stat()
                newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
                found.append(f"{item.path}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ctime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode(errors="surrogateescape")).hexdigest(), newest
