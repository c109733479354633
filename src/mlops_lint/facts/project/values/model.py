"""What an expression may be worth: plain values, text that knows its place, and what is only partly known."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.facts.project.code import Definition
from mlops_lint.model import Location

ANCHOR = "<repository>"
"""Stands for the repository's root in paths built from `__file__`."""
HOLE = "\x00"
"""Stands for a part of a text that cannot be told."""


class Gap(enum.Enum):
    """What cannot be told: one value, or (in a list) any number of items."""

    UNKNOWN = 0
    MANY = 1


UNKNOWN = Gap.UNKNOWN
MANY = Gap.MANY


class Text(str):
    """A text that knows where it is written; `at` survives lists, unions and filters, not concatenation."""

    at: Location

    @classmethod
    def placed(cls, text: str, at: Location) -> Text:
        """`text` as written at `at`."""
        made = cls(text)
        made.at = at
        return made


@dataclass(frozen=True, slots=True)
class Known:
    """A value of plain Python objects; paths are PurePosixPath, those from `__file__` begin with ANCHOR."""

    value: Any

    @property
    def text(self) -> str | None:
        """The value as text where it is a text or a path."""
        return str(self.value) if isinstance(self.value, str | PurePosixPath) else None


@dataclass(frozen=True, slots=True)
class Given:
    """An argument: the expression and where it is written."""

    node: ast.expr
    frame: Frame


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an expression is evaluated. `given` are arguments of a followed call, `names` comprehension variables."""

    path: str
    scope: str = ""
    given: Mapping[str, Given | Gap] | None = None
    names: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What the call of a library's function or class gives."""

    name: str
    node: ast.Call
    frame: Frame


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of a class of the project; `made` is its constructor call where that is known."""

    of: Definition
    made: Given | None = None


@dataclass(frozen=True, slots=True)
class Arguments:
    """The namespace that a parser of the command line gives; `files` define its options."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file."""

    path: Any
    mode: Any
    node: ast.Call
    frame: Frame


@dataclass(frozen=True, slots=True)
class Contents:
    """The text or bytes read from a file."""

    path: Any


@dataclass(frozen=True, slots=True)
class Dumped:
    """A text that `json.dumps` and the like make of `value`."""

    value: Any
    format: str


class Settings(dict[str, Any]):
    """A mapping whose keys are attributes too (OmegaConf, Box, EasyDict)."""


def settled(value: Any) -> bool:
    """Whether a value is plain and known to its depth."""
    if isinstance(value, str):
        return HOLE not in value
    if isinstance(value, PurePosixPath):
        return HOLE not in str(value)
    if value is None or isinstance(value, bool | int | float | bytes):
        return True
    if isinstance(value, list | tuple | set | frozenset):
        return all(settled(item) for item in value)
    if isinstance(value, dict):
        return all(settled(key) and settled(item) for key, item in value.items())
    return False


def as_text(value: Any) -> str:
    """A value within a text; a hole where it is unknown."""
    if isinstance(value, Gap) or not settled(value):
        return str(value) if isinstance(value, str | PurePosixPath) else HOLE
    return str(value)


def is_listlike(value: Any) -> bool:
    """A sequence or set, or the keys of a mapping."""
    return isinstance(value, list | tuple | set | frozenset | dict)


def listed(value: Any) -> list[Any]:
    """The items of an iterable value in a stable order; MANY where they are unknown."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, list | tuple | dict):
        return list(value)
    return [MANY]


def has_gap(values: Iterable[Any]) -> bool:
    """Whether some item is unknown."""
    return any(isinstance(item, Gap) for item in values)
