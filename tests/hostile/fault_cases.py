"""What a case of the parser fault corpus is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Says = Literal["record", "finding", "read", "either"]
"""Must be noted as not analysed, must be told by a finding, must be read, or whatever this Python's grammar says."""
Make = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file. It is made when asked for, so that the corpus itself costs nothing.

    `path` is where it stands in the healthy project; `others` stand beside it; `inside` cases are imported by healthy
    code, so that every fact follows them.
    """

    name: str
    path: str
    make: Make
    says: Says = "either"
    inside: bool = False
    others: tuple[tuple[str, Make], ...] = ()

    def files(self) -> dict[str, bytes]:
        """The bytes by path."""
        return {self.path: self.make(), **{path: make() for path, make in self.others}}


def text(made: str | Callable[[], str]) -> Make:
    """UTF-8 bytes of a text, or of what a function returns."""
    return lambda: (made if isinstance(made, str) else made()).encode("utf-8", "surrogatepass")


def raw(data: bytes) -> Make:
    """The bytes as they are."""
    return lambda: data


def nest(opening: str, closing: str, depth: int, inner: str = "") -> Make:
    """`inner` within `depth` pairs."""
    return text(lambda: opening * depth + inner + closing * depth + "\n")


def numbered(names: Iterator[Case] | list[Case]) -> tuple[Case, ...]:
    """The cases with names that are told apart."""
    cases = tuple(names)
    seen = [case.name for case in cases]
    assert len(set(seen)) == len(seen), sorted(name for name in seen if seen.count(name) > 1)
    return cases
