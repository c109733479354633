"""What a name can mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.facts.project.code.modules import Definition

_LONG = 300
_TYPING = ("typing.", "typing_extensions.", "collections.abc.")


@dataclass(frozen=True, slots=True)
class External:
    """Something of a library or a builtin, by its dotted name; `()` marks what a call gives."""

    name: str

    def then(self, step: str) -> External | None:
        """One step of a chain further; None for what a `Callable[…]` or `Union[…]` is, which only its giver knows."""
        alias = step == "()" and self.name.endswith("[]") and self.name.startswith(_TYPING)
        return None if alias or len(self.name) >= _LONG else External(self.name + step)


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the project."""

    of: Definition


@dataclass(frozen=True, slots=True)
class Package:
    """A folder without `__init__.py`, with a slash behind it."""

    folder: str


Value: TypeAlias = External | Instance | Package | Definition


def canonical(value: Value | None) -> str | None:
    """`sklearn.metrics.f1_score`, `path::qualname`, `path::Class()`; None stays None."""
    if isinstance(value, External):
        return value.name
    if isinstance(value, Definition):
        return value.key
    if isinstance(value, Instance):
        return value.of.key + "()"
    return None
