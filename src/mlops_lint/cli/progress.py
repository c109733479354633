"""A sign of life on a terminal when a run takes more than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DELAY = 1.0
_TEXT = "mlops-lint: reading the repository …"


@contextmanager
def progress(*, quiet: bool) -> Iterator[None]:
    """Shows one line on standard error after a second, and takes it away at the end."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    shown = threading.Event()

    def show() -> None:
        shown.set()
        sys.stderr.write(_TEXT)
        sys.stderr.flush()

    timer = threading.Timer(DELAY, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            sys.stderr.write("\r" + " " * len(_TEXT) + "\r")
            sys.stderr.flush()
