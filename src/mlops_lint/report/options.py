"""How a report is shown; nothing here changes what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`width` is None in a pipe (nothing is wrapped); `elapsed` is None where times are not printed."""

    color: bool = False
    width: int | None = None
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
    elapsed: float | None = None
    lang: str = "en"
    view: str = "check"
    """`check`, or `evidence` for the practices alone."""
