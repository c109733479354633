"""Writing files at once."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from mlops_lint.errors import UsageError

_SYSTEM = ("/dev/", "/proc/")


def replace(file: Path, data: bytes) -> None:
    """Replace a file's content at once; UsageError where that cannot be done.

    What is no plain file (a device, a pipe, `/dev/stdout`) is written into: to replace it would take it from everybody.
    """
    try:
        if _replaceable(file):
            _replace(file, data)
        else:
            _write_into(file, data)
    except OSError as error:
        raise UsageError(f"could not write {file}: {error.strerror}") from error


def _replaceable(file: Path) -> bool:
    """Whether a new file may take its place: nothing is there, or a plain file, or a link to one."""
    if file.is_symlink() and os.path.abspath(file).startswith(_SYSTEM):  # noqa: PTH100  (the link itself is meant)
        return False
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except FileNotFoundError:
        return True


def _write_into(file: Path, data: bytes) -> None:
    opened = os.open(file, os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(opened, "wb", buffering=0) as stream:
        left = memoryview(data)
        while left:
            left = left[stream.write(left) or 0 :]


def _replace(file: Path, data: bytes) -> None:
    temporary = beside(file)
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        temporary.chmod(file.stat().st_mode & 0o7777 if file.exists() else 0o666 & ~_umask())
        temporary.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def beside(file: Path) -> Path:
    """A path for a temporary file in the same folder. Named before it is made, so that no signal falls between."""
    return file.with_name(f".{file.name[:100]}.{secrets.token_hex(8)}.tmp")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
