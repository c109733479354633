"""The command line: parse into `Settings`, build, execute. No logic."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main", "run"]


def main() -> None:
    """The console script; an interrupt while the first modules load ends it like any other."""
    try:
        from mlops_lint.cli.commands import main as start
    except KeyboardInterrupt:
        sys.exit(130)
    start()


def run(words: Sequence[str] | None = None) -> int:
    """One command line, its exit code."""
    from mlops_lint.cli.commands import run as start

    return start(words)
