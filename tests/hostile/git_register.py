"""What a hostile vector is: its name, the harm that it does, and how a trap is armed with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from git_trap import Trap

RUNS, HANGS, STRAYS, LIES = "runs a program", "hangs", "shows what lies elsewhere", "misleads"
FSMONITOR = "[core]\nfsmonitor = MARK"


@dataclass(frozen=True)
class Vector:
    """One way; `live` are command lines that show it with plain git, beside the usual ones."""

    name: str
    harm: str
    arm: Callable[[Trap], None]
    live: tuple[str, ...] = ()
    dead: str = ""
    """Why plain git of any version, or of most, is not caught by it."""


VECTORS: list[Vector] = []


def vector(
    name: str, harm: str = RUNS, *live: str, dead: str = ""
) -> Callable[[Callable[[Trap], None]], Callable[[Trap], None]]:
    """Registers a function that arms a trap."""

    def register(arm: Callable[[Trap], None]) -> Callable[[Trap], None]:
        VECTORS.append(Vector(name, harm, arm, live, dead))
        return arm

    return register


def configured(name: str, text: str, *live: str, harm: str = RUNS, dead: str = "") -> None:
    """Registers lines of the repository's configuration."""
    VECTORS.append(Vector(name, harm, lambda trap: trap.config(text), live, dead))


def environment(name: str, *live: str, harm: str = RUNS, dead: str = "", **variables: str) -> None:
    """Registers variables."""

    def arm(trap: Trap) -> None:
        trap.environment.update({key: trap.fill(value) for key, value in variables.items()})

    VECTORS.append(Vector(name, harm, arm, live, dead))


def waiting(name: str, file: str, config: str = "") -> None:
    """Registers a named pipe, and a link to an endless file, in the place of a file."""

    def pipe(trap: Trap) -> None:
        trap.config(config)
        trap.pipe(file)

    def endless(trap: Trap) -> None:
        trap.config(config)
        trap.link(file, "/dev/zero")

    VECTORS.append(Vector(f"{name}: a pipe", HANGS, pipe))
    VECTORS.append(Vector(f"{name}: /dev/zero", HANGS, endless))
