"""Symbols of many files: worked out here, or had from where an earlier run or another process left them.

Where they are kept and how the work is spread is for the run to say; both speak bytes alone.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias

from mlops_lint.deadline import TIME_UP, Deadline
from mlops_lint.documents.node import DocumentError
from mlops_lint.documents.python import parse_python
from mlops_lint.facts.files.encoding import Answer, decode, encode
from mlops_lint.facts.files.symbols import symbols
from mlops_lint.repo.view import Unreadable

BATCH = 32_000_000
"""How many bytes of source are held at once."""
ROOM = 800
"""How deeply a parse may recurse, wherever it is called from."""

GAVE_UP = "its reading took too much time or memory"

Task: TypeAlias = tuple[str, bytes]
"""The kind of a file (`.py` or `.ipynb`) and its bytes: all that its symbols depend on."""


class Kept(Protocol):
    """Encoded answers of earlier runs."""

    def load(self, tasks: Sequence[Task]) -> Mapping[Task, bytes]:
        """The answers that are known; never raises."""
        ...

    def keep(self, task: Task, payload: bytes) -> None:
        """Remember an answer; never raises."""
        ...


Spread: TypeAlias = Callable[[Sequence[Task]], Sequence[bytes | None]]
"""Works out encoded answers in other processes; None where that was not done."""


class FileFacts:
    """What single files say. Without `kept` and `spread` each file is read in this process, every time."""

    def __init__(
        self, kept: Kept | None = None, spread: Spread | None = None, deadline: Deadline | None = None
    ) -> None:
        self._kept = kept
        self._spread = spread
        self.deadline = deadline or Deadline()

    def of(self, paths: Iterable[str], read: Callable[[str], bytes]) -> dict[str, Answer]:
        """The symbols of each path, or the reason why there are none, in the order of the paths."""
        found: dict[str, Answer] = {}
        batch: dict[str, Task] = {}
        size = 0
        with _undisturbed():
            for path in paths:
                found[path] = TIME_UP
                if self.deadline.over:
                    continue
                try:
                    data = read(path)
                except Unreadable as error:
                    found[path] = error.reason
                    continue
                batch[path] = (kind_of(path), data)
                size += len(data)
                if size > BATCH:
                    self._settle(batch, found)
                    batch, size = {}, 0
            self._settle(batch, found)
        return found

    def _settle(self, batch: Mapping[str, Task], found: dict[str, Answer]) -> None:
        known = self._kept.load(list(batch.values())) if self._kept else {}
        missing = []
        for path, task in batch.items():
            answer = decode(known[task]) if task in known else None
            if answer is None:
                missing.append(path)
            else:
                found[path] = answer
        payloads = self._spread([batch[path] for path in missing]) if self._spread else [None] * len(missing)
        for path, payload in zip(missing, payloads, strict=True):
            found[path] = self._answer(batch[path], payload)

    def _answer(self, task: Task, payload: bytes | None) -> Answer:
        answer = decode(payload) if payload is not None else None
        if answer is None:
            answer, payload = work_out(*task), None
        if self._kept and answer != GAVE_UP:
            self._kept.keep(task, payload if payload is not None else encode(answer))
        return answer


def kind_of(path: str) -> str:
    """What decides how a file's bytes are read."""
    return ".ipynb" if path.endswith(".ipynb") else ".py"


def work_out(kind: str, data: bytes) -> Answer:
    """Bytes to symbols in one step, so that no tree outlives its file."""
    with _fixed_depth():
        try:
            return symbols(parse_python(kind, data))
        except DocumentError as error:
            return str(error)
        except RecursionError:
            return "nested too deeply to be parsed"


@contextmanager
def _fixed_depth() -> Iterator[None]:
    """The same room to recurse for every caller and process: what is too deep depends on the file alone."""
    limit, depth = sys.getrecursionlimit(), 0
    frame = sys._getframe()
    while frame is not None:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    sys.setrecursionlimit(depth + ROOM)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without garbage collections: trees and facts hold no cycles, and there are millions of nodes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
