"""What a pointer of the charter can turn out to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.documents.node import Node
from mlops_lint.facts.project.code import Constant, Definition
from mlops_lint.model import Location


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file; `standin` says what stands in for its bytes: dvc, lfs, annex or output."""

    path: str
    at: Location
    standin: str = ""


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder or a glob with the files that it holds."""

    path: str
    files: tuple[str, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class SymbolTarget:
    """A function, class, method or constant, where it is really defined."""

    definition: Definition | Constant
    at: Location


@dataclass(frozen=True, slots=True)
class TestTarget:
    """A test function, class or method."""

    __test__ = False

    definition: Definition
    at: Location


@dataclass(frozen=True, slots=True)
class ValueTarget:
    """A place in a data file; `number` is None where something else than a finite number stands there."""

    path: str
    number: float | None
    node: Node | None
    at: Location


@dataclass(frozen=True, slots=True)
class HeadingTarget:
    """A heading of a page."""

    path: str
    at: Location


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    """Outside the repository: cannot be told. `recipe` is a command that would bring it in."""

    uri: str
    recipe: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Leads nowhere. `reason` completes "`text` …", `near` are pointers that would resolve."""

    reason: str
    near: tuple[str, ...] = ()
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Cannot be told from what the repository holds.

    `elsewhere`: it is known where the target is kept (DVC, LFS, a library), so nothing is missing here.
    """

    reason: str
    elsewhere: bool = False


Target: TypeAlias = (
    FileTarget | FolderTarget | SymbolTarget | TestTarget | ValueTarget | HeadingTarget | RemoteTarget | Broken | Hidden
)
