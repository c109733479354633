"""Everything that is written: to standard output, to files, to the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.files import replace

_PLAIN = str.maketrans({"·": "-", "…": "...", "─": "-", "—": "-"})


def write(text: str, file: str | None = None) -> None:
    """Write a whole text; a file is replaced at once, so that a reader never sees half of one."""
    if file is not None:
        replace(Path(file), text.encode("utf-8"))
        return
    from mlops_lint.report.sanitize import finish

    text = finish(text, color=True, commands=True)  # whoever wrote it: nothing leaves that acts on a terminal
    stream = sys.stdout
    if stream is None:
        raise UsageError("could not write output: standard output is closed")
    encoding = stream.encoding or "utf-8"
    if not encoding.lower().replace("-", "").startswith("utf"):
        text = text.translate(_PLAIN)
    try:
        stream.flush()
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(text)
        else:
            buffer.write(text.encode(encoding, "backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        silence()  # whoever read us has seen enough: no fault of the run
    except (OSError, ValueError) as error:
        silence()
        raise UsageError(f"could not write output: {getattr(error, 'strerror', None) or error}") from error


def silence() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
    except (OSError, ValueError):
        return


def colored(choice: str) -> bool:
    """`--color`, over NO_COLOR, over FORCE_COLOR, over whether standard output is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal() and os.environ.get("TERM") != "dumb"


def is_dialogue() -> bool:
    """Whether somebody can be asked: what is read and what is written are a terminal."""
    try:
        return sys.stdin is not None and sys.stdin.isatty() and is_terminal()
    except ValueError:  # closed
        return False


def is_terminal() -> bool:
    """Whether standard output is one; it is None where it was closed before the start (`>&-`)."""
    try:
        return sys.stdout is not None and sys.stdout.isatty()
    except ValueError:
        return False


def columns() -> int | None:
    """The terminal's width, None in a pipe."""
    return max(40, min(shutil.get_terminal_size().columns, 120)) if is_terminal() else None
