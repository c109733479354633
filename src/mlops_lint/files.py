"""Writing files at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mlops_lint.errors import UsageError


def replace(file: Path, data: bytes) -> None:
    """Replace a file's content at once; UsageError where that cannot be done."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            temporary.chmod(file.stat().st_mode & 0o7777 if file.exists() else 0o666 & ~_umask())
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"could not write {file}: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
