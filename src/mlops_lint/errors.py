"""Errors that a user can act on. Each names its culprit; none shows a traceback."""

from __future__ import annotations


class MlopsLintError(Exception):
    """Base of every error that ends a run with exit code 2 and one line."""


class UsageError(MlopsLintError):
    """The command line asks for something that cannot be done."""


class ConfigError(MlopsLintError):
    """The linter's configuration is wrong; the message names file, line and key."""


class PluginError(MlopsLintError):
    """A pack of checks cannot be used; the message names the pack and the check."""


class NoProjectError(MlopsLintError):
    """The path holds nothing that looks like a project (exit code 3)."""


class CheckCrashed(MlopsLintError):  # noqa: N818  (says what happened)
    """A check raised: reported as an internal finding, the others still run."""

    def __init__(self, code: str, place: str, cause: BaseException) -> None:
        super().__init__(f"{code} crashed ({place}): {type(cause).__name__}: {cause}")
        self.code = code
        self.place = place
        self.cause = cause
