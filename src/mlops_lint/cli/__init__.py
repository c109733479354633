"""The command line: parse into `Settings`, build, execute. No logic."""

from __future__ import annotations

from mlops_lint.cli.commands import main, run

__all__ = ["main", "run"]
