"""Scripts as configurations hold them, and the commands that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlops_lint.facts.project.reading import join
from mlops_lint.model import Location


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `words` is its argv without wrappers, `folder` where it runs, `via` what led to it.

    `ignored`: its failure passes; `never`: switched off; `conditional`: runs only sometimes.
    """

    text: str
    words: tuple[str, ...]
    at: Location
    config: str
    via: tuple[str, ...] = ()
    ignored: bool = False
    never: bool = False
    conditional: bool = False
    folder: str = ""
    on_change: bool | None = None
    """Whether it runs when somebody proposes or pushes a change; None: cannot be told."""


@dataclass(frozen=True, slots=True)
class Script:
    """Shell text and where it stands. `line` is that of its first line; `separate`: each line is its own shell."""

    text: str
    path: str
    line: int
    column: int = 1
    folder: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    via: tuple[str, ...] = ()
    ignored: bool = False
    never: bool = False
    conditional: bool = False
    on_change: bool | None = None
    errexit: bool = True
    pipefail: bool = False
    exact: bool = True
    """False where lines of the text are not lines of the file: all stand at `line`."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A step that cannot be looked into."""

    at: Location
    reason: str


def follow_up(here: Script, text: str, path: str, line: int, **changes: object) -> Script:
    """A script that `here` starts: it inherits conditions, environment and folder."""
    return replace(here, text=text, path=path, line=line, column=1, **changes)  # type: ignore[arg-type]  # by name


def pairs(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The literal `NAME=value` words."""
    split = [word.split("=", 1) for word in words if "=" in word]
    return [(name, value) for name, value in split if "$(" not in value and "`" not in value]


def changed(folder: str, words: tuple[str, ...]) -> str:
    """The folder after `cd words[1:]`; the same one where that cannot be told."""
    target = next((word for word in words[1:] if not word.startswith("-")), "")
    joined = join(folder, target) if target else None
    return joined if joined is not None else folder
