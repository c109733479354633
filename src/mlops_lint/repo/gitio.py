"""The only module that runs git: with a fixed table of commands, limits, and the environment of `quarantine`.

GitPython is no transport for this: it puts its own copy of the whole environment under the one it is given, has no
limit for the output and no time limit on Windows.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from mlops_lint.repo.gitfolder import GitUnreadable

TIMEOUT = 20.0
IDLE = 1.5
"""Seconds asleep after which git waits for something that never comes, such as a writer of a named pipe."""
IDLE_AGAIN = 0.3
"""The same, once this has happened in a repository."""
MAX_OUTPUT = 256_000_000
MAX_MEMORY = 4_000_000_000
MAX_STUCK = 2
_LOOK = 0.25
_PIPE = 4096
_CHUNK = 1 << 20
_TREE_DIFF = ("--raw", "-z", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")


@dataclass(frozen=True, slots=True)
class Command:
    """A git command that may be run: its words, how many commits it takes and what exit codes are answers."""

    words: tuple[str, ...]
    commits: int = 0
    codes: tuple[int, ...] = (0,)


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "index": Command(("ls-files", "-t", "--stage", "-z")),
        "stat": Command(("ls-files", "-t", "--stage", "--debug", "-z")),
        "untracked": Command(("ls-files", "-z", "-o", "--exclude-standard")),
        "ignored": Command(("check-ignore", "-z", "--stdin", "--no-index"), codes=(0, 1)),
        "staged": Command(("diff-index", "--cached", *_TREE_DIFF), commits=1),
        "tree": Command(("ls-tree", "-r", "-z", "--full-tree"), commits=1),
        "blobs": Command(("cat-file", "--batch")),
        "sizes": Command(("cat-file", "--batch-check")),
        "merge-base": Command(("merge-base",), commits=2, codes=(0, 1)),
        "resolve": Command(("rev-parse", "--verify", "-q"), commits=1, codes=(0, 1)),
        "log": Command(
            (
                "log",
                "--no-show-signature",
                "--no-notes",
                "--no-mailmap",
                "--no-color",
                "--no-decorate",
                "--no-abbrev",
                "--date=short",
                "--encoding=UTF-8",
                "--format=%H%x00%an%x00%ae%x00%ad%x00%s",
                *_TREE_DIFF,
            ),
            commits=1,
        ),
    }
)
MAX_COMPLAINT = 200
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
    "log.showSignature=false",
    "safe.directory=*",
    "diff.ignoreSubmodules=all",
)


class GitStuck(GitUnreadable):
    """git was ended because it took too long, or waited for something that does not come."""


def find_git() -> str | None:
    """git's absolute path, looked up once for each PATH; never the current folder's."""
    return _find_git(os.environ.get("PATH", os.defpath))


@functools.cache
def _find_git(search: str) -> str | None:
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in search.split(os.pathsep):
        for name in names:
            path = Path(folder, name)
            # A folder of PATH that may not be entered raises.
            with contextlib.suppress(OSError):
                if path.is_absolute() and path.is_file() and os.access(path, os.X_OK):
                    return str(path)
    return None


def _start(
    argv: list[str], environment: Mapping[str, str], errors: IO[bytes] | int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(  # noqa: S603  (the words come from the table above)
            argv,
            env=environment,
            cwd=environment["GIT_WORK_TREE"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    except OSError as error:
        raise GitUnreadable(f"git cannot be started ({error.strerror})") from None
    if sys.platform == "linux":
        import resource

        # git reads ignore files and objects whole, whatever size they claim. What it maps does not count here.
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    return process


@contextlib.contextmanager
def _guard(process: subprocess.Popen[bytes], idle: float) -> Iterator[list[str]]:
    """Ends git when it takes too long or waits for nothing; the list then says so."""
    done = threading.Event()
    late: list[str] = []

    def watch() -> None:
        deadline = time.monotonic() + TIMEOUT
        before, since = None, time.monotonic()
        while not done.wait(_LOOK):
            now = time.monotonic()
            work = _work(process.pid)
            if work is None or work != before:
                before, since = work, now
            if now > deadline:
                late.append(f"git took longer than {TIMEOUT:g} seconds")
            elif now - since > idle:
                late.append("git waited for something that does not come")
            if late:
                _kill(process)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield late
    finally:
        done.set()
        watcher.join()


def _work(process: int) -> str | None:
    """What grows with all that a sleeping process does; None if it is awake, or nobody can tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        # A slow file system wakes it with every answer, at next to no processor time.
        woken = re.search(r"^voluntary_ctxt_switches.*", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
        return f"{fields[11:13]}{woken and woken[0]}" if fields[0] == "S" else None
    except (OSError, ValueError, IndexError):
        return None


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def arguments(git: str, words: tuple[str, ...]) -> list[str]:
    """The command line for the words of a command."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return [git, "--no-pager", "--no-optional-locks", *settings, *words]


def execute(
    argv: list[str], environment: Mapping[str, str], data: bytes, again: bool = False
) -> tuple[int, bytes, str]:
    """The exit code, the output, and the first line of what git complained of.

    Raises `GitUnreadable` at the limits of size, and `GitStuck` at those of time; `again` where that happened before.
    """
    beside = Path(environment["GIT_DIR"]).parent if "GIT_DIR" in environment else None
    with tempfile.TemporaryFile(dir=beside) as errors, _start(argv, environment, errors) as process:
        with _guard(process, IDLE_AGAIN if again else IDLE) as late:
            output = _talk(process, data)
            process.wait()
        errors.seek(0)
        complaint = errors.read(MAX_COMPLAINT).decode("utf-8", "replace").partition("\n")[0].strip()
    if late:
        raise GitStuck(late[0])
    if output is None:
        raise GitUnreadable(f"git answered with more than {MAX_OUTPUT} bytes")
    return process.returncode, output, complaint


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):
        _stream(process.stdin).write(data)
    with contextlib.suppress(OSError):
        _stream(process.stdin).close()


def _talk(process: subprocess.Popen[bytes], data: bytes) -> bytes | None:
    if len(data) <= _PIPE:
        _feed(process, data)
    else:
        # git answers while it is still being asked: neither side may wait for the other.
        threading.Thread(target=_feed, args=(process, data), daemon=True).start()
    chunks: list[bytes] = []
    left = MAX_OUTPUT
    while chunk := _stream(process.stdout).read(_CHUNK):
        chunks.append(chunk)
        left -= len(chunk)
        if left < 0:
            _kill(process)
            return None
    return b"".join(chunks)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


class Batch:
    """A `cat-file --batch` that stays open: a process for every blob would cost milliseconds each."""

    def __init__(self) -> None:
        self.stuck = 0
        """How often git had to be ended."""
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def read(self, argv: list[str], environment: Mapping[str, str], oid: str, limit: int) -> bytes | None:
        with self._lock:
            if self.stuck >= MAX_STUCK:
                return None
            # After a fork the pipes are the parent's.
            if self._process is None or self._owner != os.getpid():
                self._process, self._owner = _start(argv, environment), os.getpid()
            with _guard(self._process, IDLE_AGAIN if self.stuck else IDLE) as late:
                try:
                    return self._ask(self._process, oid, limit)
                except (OSError, ValueError):
                    self.close()
                    return None
                finally:
                    self.stuck += len(late)

    def _ask(self, process: subprocess.Popen[bytes], oid: str, limit: int) -> bytes | None:
        _stream(process.stdin).write(oid.encode() + b"\n")
        _stream(process.stdin).flush()
        words = _stream(process.stdout).readline(200).split()
        if len(words) == 2 and words[1] == b"missing":
            return None
        if len(words) != 3:
            raise ValueError(words)
        size = int(words[2])
        if size > limit:
            # The content would have to be read to the end; a new process is cheaper.
            self.close()
            return None
        content = _stream(process.stdout).read(size + 1)
        if len(content) != size + 1:
            raise ValueError("cut off")
        return content[:-1]

    def close(self) -> None:
        """Ends the process, if this one started it."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        _kill(process)
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                _stream(stream).close()
        process.wait()
