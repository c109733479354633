"""What a practice is: something a repository does or does not do, with the places that show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from mlops_lint.model import Location

PRESENT = "present"
ABSENT = "absent"
UNCLEAR = "unclear"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Shown:
    """One place that shows a practice; no place for what is about the repository as a whole."""

    detail: str
    at: Location | None = None


@dataclass(frozen=True)
class Practice:
    """`present`, `absent` or `unclear`. Each practice is a subclass, and so a fact of its own."""

    state: str
    shown: tuple[Shown, ...] = ()
    order: ClassVar[int] = 100

    @classmethod
    def title(cls) -> str:
        """The practice's name: `HasTests` is `has_tests`."""
        return _HUMP.sub("_", cls.__name__).lower()

    @property
    def present(self) -> bool:
        """Whether the repository does it."""
        return self.state == PRESENT
