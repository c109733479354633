"""The time that one whole run may take. What is left when it is over is said to be left, never guessed."""

from __future__ import annotations

import time

SECONDS = 300.0
"""Enough for every repository that is not made to take longer; there is no option of a repository for it."""
TIME_UP = "the time for the whole run was used up"


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._until = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the moment has passed."""
        return time.monotonic() >= self._until
