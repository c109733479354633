"""Worker processes that turn the bytes of files into encoded symbols.

A worker is this interpreter in isolated mode (`-I`): neither the working folder nor the environment adds to what it
can import, which `multiprocessing` does not promise. It is spoken to over pipes, so that one that dies costs nothing
but the time to do its files here, and one that hangs is ended.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from mlops_lint.facts.files.encoding import encode
from mlops_lint.facts.files.store import Spread, Task, work_out

PAYS_OFF = 8_000_000
"""From how many bytes of source on a second process is worth its start."""
MOST = 8
STALLED = 60.0
"""Seconds after which a worker that is still at the same file is ended."""

_REQUEST = struct.Struct(">?I")
_ANSWER = struct.Struct(">I")
_BOOT = "import sys; sys.path.insert(0, {root!r}); from mlops_lint.workers import serve; serve()"


def spread(jobs: int) -> Spread | None:
    """What works files out in `jobs` processes; 0 is as many as pay off, 1 is this process alone."""
    return None if jobs == 1 or getattr(sys, "frozen", False) else partial(_spread, jobs)


def _spread(jobs: int, tasks: Sequence[Task]) -> list[bytes | None]:
    answers: list[bytes | None] = [None] * len(tasks)
    count = min(jobs or automatic(tasks, _cores()), len(tasks))
    if count > 1:
        _run([_Worker(tasks, answers) for _ in range(count)], tasks)
    return answers


def automatic(tasks: Sequence[Task], cores: int) -> int:
    """As many processes as there is work for; of a notebook little is code."""
    size = sum(len(data) // (10 if kind == ".ipynb" else 1) for kind, data in tasks)
    return min(cores, MOST, 1 + size // PAYS_OFF)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(workers: Sequence[_Worker], tasks: Sequence[Task]) -> None:
    """Deal the largest files first; return when every worker is done, dead or ended."""
    queue = deque(sorted(range(len(tasks)), key=lambda number: -len(tasks[number][1])))
    threads = [threading.Thread(target=worker.run, args=(queue,), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for worker, thread in zip(workers, threads, strict=True):
            while thread.is_alive():
                thread.join(0.5)
                for other in workers:
                    other.end_if_stalled()
            worker.close()
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """One process, and the thread's work of asking it."""

    def __init__(self, tasks: Sequence[Task], answers: list[bytes | None]) -> None:
        self._tasks = tasks
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: float | None = None

    def run(self, queue: deque[int]) -> None:
        """Take files until there are none; what this worker fails on is left to others and to the caller."""
        try:
            self._process = _start()
            while queue:
                number = queue.popleft()
                self._asked = time.monotonic()
                self._answers[number] = self._ask(*self._tasks[number])
        except (OSError, ValueError, IndexError, struct.error):
            return
        finally:
            self._asked = None

    def _ask(self, kind: str, data: bytes) -> bytes:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise ValueError("no pipes")
        stdin, stdout = self._process.stdin, self._process.stdout
        stdin.write(_REQUEST.pack(kind == ".ipynb", len(data)) + data)
        stdin.flush()
        (length,) = _ANSWER.unpack(stdout.read(_ANSWER.size))
        payload = stdout.read(length)
        if len(payload) != length:
            raise ValueError("cut short")
        return payload

    def end_if_stalled(self) -> None:
        """Kill a process that has been at one file for too long: its pipes close, and its thread ends."""
        if self._asked is not None and time.monotonic() - self._asked > STALLED and self._process:
            self._process.kill()

    def close(self) -> None:
        """Let the process end: its input is over."""
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue

    def end(self) -> None:
        """End the process, however far it is."""
        if self._process is None:
            return
        if self._asked is not None:
            self._process.kill()
        self.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _start() -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parent.parent
    return subprocess.Popen(  # noqa: S603  (this interpreter, a fixed program)
        [sys.executable, "-I", "-c", _BOOT.format(root=str(root))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def serve() -> None:
    """What a worker does: answer until its input ends."""
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    answer_all(sys.stdin.buffer, sys.stdout.buffer)


def answer_all(requests: BinaryIO, answers: BinaryIO) -> None:
    """Read (is it a notebook, length, bytes), write (length, encoded answer), until the end."""
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        notebook, length = _REQUEST.unpack(head)
        payload = encode(work_out(".ipynb" if notebook else ".py", requests.read(length)))
        answers.write(_ANSWER.pack(len(payload)) + payload)
        answers.flush()
