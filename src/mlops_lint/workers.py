"""Worker processes that turn the bytes of files into encoded symbols.

A worker is this interpreter in isolated mode (`-I`): neither the working folder nor the environment adds to what it
can import, which `multiprocessing` does not promise. It is spoken to over pipes, so that one that hangs is ended. A
file that ends two workers is not tried in this process; where no worker starts at all, everything is done here.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from mlops_lint.facts.files.encoding import encode
from mlops_lint.facts.files.store import GAVE_UP, Spread, Task, work_out

PAYS_OFF = 8_000_000
"""From how many bytes of source on a second process is worth its start."""
MOST = 8
STALLED = 60.0
"""Seconds after which a worker that is still at the same file is ended."""
MEMORY = 2_000_000_000
"""Bytes of address space that a worker may have, where the system can hold it to that."""

_REQUEST = struct.Struct(">?I")
_ANSWER = struct.Struct(">I")
_READY = b"!"
_BOOT = "import sys; sys.path.insert(0, {root!r}); from mlops_lint.workers import serve; serve()"


def spread(jobs: int) -> Spread | None:
    """What works files out in `jobs` processes; 0 is as many as pay off, 1 is this process alone."""
    return None if jobs == 1 or getattr(sys, "frozen", False) else partial(_spread, jobs)


def _spread(jobs: int, tasks: Sequence[Task]) -> list[bytes | None]:
    answers: list[bytes | None] = [None] * len(tasks)
    count = min(jobs or automatic(tasks, _cores()), len(tasks))
    if count > 1:
        for number in _run([_Worker(tasks, answers) for _ in range(count)], range(len(tasks))):
            if _run([_Worker(tasks, answers)], [number]):
                answers[number] = encode(GAVE_UP)
    return answers


def automatic(tasks: Sequence[Task], cores: int) -> int:
    """As many processes as there is work for; of a notebook little is code."""
    size = sum(len(data) // (10 if kind == ".ipynb" else 1) for kind, data in tasks)
    return min(cores, MOST, 1 + size // PAYS_OFF)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(workers: Sequence[_Worker], numbers: Iterable[int]) -> list[int]:
    """Deal the largest files first; when every worker is done, dead or ended, the files that ended one."""
    queue = deque(sorted(numbers, key=workers[0].weight))
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
    return sorted(worker.lost for worker in workers if worker.lost is not None)


class _Worker:
    """One process, and the thread's work of asking it."""

    def __init__(self, tasks: Sequence[Task], answers: list[bytes | None]) -> None:
        self._tasks = tasks
        self._answers = answers
        self.lost: int | None = None
        """The file that it was at when it ended."""
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: float | None = None

    def weight(self, number: int) -> int:
        """Less for a larger file."""
        return -len(self._tasks[number][1])

    def run(self, queue: deque[int]) -> None:
        """Take files until there are none, or until one ends the process."""
        number = None
        try:
            self._process = _start()
            self._asked = time.monotonic()
            if self._read(len(_READY)) != _READY:
                return
            while queue:
                number = queue.popleft()
                self._asked = time.monotonic()
                self._answers[number] = self._ask(*self._tasks[number])
        except IndexError:  # another worker was quicker
            return
        except (OSError, ValueError, struct.error):
            self.lost = number
        finally:
            self._asked = None

    def _ask(self, kind: str, data: bytes) -> bytes:
        if self._process is None or self._process.stdin is None:
            raise ValueError("no pipes")
        self._process.stdin.write(_REQUEST.pack(kind == ".ipynb", len(data)) + data)
        self._process.stdin.flush()
        return self._read(*_ANSWER.unpack(self._read(_ANSWER.size)))

    def _read(self, length: int) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise ValueError("no pipes")
        payload = self._process.stdout.read(length)
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
    _limit_memory()
    sys.stdout.buffer.write(_READY)
    sys.stdout.buffer.flush()
    answer_all(sys.stdin.buffer, sys.stdout.buffer)


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, OSError, ValueError):  # the system knows no such limit, or a stricter one
        return


def answer_all(requests: BinaryIO, answers: BinaryIO) -> None:
    """Read (is it a notebook, length, bytes), write (length, encoded answer), until the end."""
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        notebook, length = _REQUEST.unpack(head)
        payload = encode(work_out(".ipynb" if notebook else ".py", requests.read(length)))
        answers.write(_ANSWER.pack(len(payload)) + payload)
        answers.flush()
