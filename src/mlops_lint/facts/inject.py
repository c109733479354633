"""Facts: what is known of a project, each worked out at most once and only when asked for.

A fact is a plain class. Its one provider is a function marked `@provides` whose return annotation names
it and whose parameters name, by type, the facts that it needs. Checks ask for facts the same way.
`X | None` means optional: None where X is unavailable.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from mlops_lint.errors import PluginError

T = TypeVar("T")
Provider = Callable[..., Any]


class Unavailable(Exception):  # noqa: N818  (a state, not a fault)
    """The project has no such fact: whoever needs it does not apply. The text says why."""


def provides(function: Provider) -> Provider:
    """Mark `function` as the provider of the fact that its return annotation names."""
    function.__mlops_lint_provides__ = True  # type: ignore[attr-defined]
    return function


@functools.cache
def _hints(function: Provider) -> dict[str, Any]:
    return typing.get_type_hints(function)


def given(function: Provider) -> type:
    """The fact that a provider gives."""
    fact = _hints(function).get("return")
    if not isinstance(fact, type):
        raise PluginError(f"provider {_label(function)} does not name the fact it gives")
    return fact


@functools.cache
def needs(function: Provider) -> dict[str, tuple[type, bool]]:
    """What `function` asks for: parameter -> (fact, whether it is optional)."""
    hints = _hints(function)
    wanted = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not parameter.empty or parameter.kind not in (
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        ):
            raise PluginError(f"{_label(function)}: parameter {name!r} may have no default and may not be variadic")
        wanted[name] = _fact(function, name, hints.get(name))
    return wanted


def _fact(function: Provider, name: str, hint: Any) -> tuple[type, bool]:
    if isinstance(hint, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not types.NoneType]
        if len(parts) == 1 and len(typing.get_args(hint)) == 2 and isinstance(parts[0], type):
            return parts[0], True
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint, False
    raise PluginError(f"{_label(function)}: parameter {name!r} must be annotated with one fact class")


def _label(function: Provider) -> str:
    return f"{function.__module__}.{function.__qualname__}"


class Providers:
    """Which function gives which fact. Verified as a whole, before anything runs."""

    def __init__(self, functions: Iterable[Provider], given_types: Iterable[type] = ()) -> None:
        self._by_fact: dict[type, Provider] = {}
        self._given = frozenset(given_types)
        for function in functions:
            fact = given(function)
            if fact in self._by_fact and self._by_fact[fact] is not function:
                raise PluginError(
                    f"two providers give {fact.__name__}: {_label(self._by_fact[fact])} and {_label(function)}"
                )
            self._by_fact[fact] = function
        for function in self._by_fact.values():
            self.verify(function)
        self._refuse_cycles()

    @property
    def given(self) -> tuple[type, ...]:
        """Every fact that some provider gives, by name."""
        return tuple(sorted(self._by_fact, key=lambda fact: (fact.__module__, fact.__qualname__)))

    def get(self, fact: type) -> Provider | None:
        """The provider of `fact`, None where the run itself gives it."""
        return self._by_fact.get(fact)

    def verify(self, function: Provider) -> None:
        """Raise PluginError when `function` asks for a fact that nothing gives."""
        for name, (fact, _) in needs(function).items():
            if fact not in self._by_fact and fact not in self._given:
                raise PluginError(f"{_label(function)}: parameter {name!r} asks for the unknown fact {fact.__name__}")

    def _refuse_cycles(self) -> None:
        done: set[type] = set()
        for fact in self._by_fact:
            self._visit(fact, [], done)

    def _visit(self, fact: type, path: list[type], done: set[type]) -> None:
        if fact in done or fact not in self._by_fact:
            return
        if fact in path:
            loop = " -> ".join(step.__name__ for step in [*path[path.index(fact) :], fact])
            raise PluginError(f"facts need each other in a circle: {loop}")
        for needed, _ in needs(self._by_fact[fact]).values():
            self._visit(needed, [*path, fact], done)
        done.add(fact)


class Facts:
    """The facts of one project, lazy and memoised."""

    def __init__(self, providers: Providers, known: Mapping[type, Any]) -> None:
        self._providers = providers
        self._known: dict[type, Any] = dict(known)

    def with_known(self, more: Mapping[type, Any]) -> Facts:
        """The same facts, and what was worked out already, with more given ones."""
        return Facts(self._providers, {**self._known, **more})

    def get(self, fact: type[T]) -> T:
        """The fact; raises Unavailable (remembered) where the project has none."""
        if fact not in self._known:
            provider = self._providers.get(fact)
            if provider is None:
                raise PluginError(f"no provider gives {fact.__name__}")
            try:
                self._known[fact] = self.call(provider)
            except Unavailable as absence:
                self._known[fact] = absence
        known = self._known[fact]
        if isinstance(known, Unavailable):
            raise Unavailable(*known.args)
        return typing.cast(T, known)

    def call(self, function: Callable[..., T]) -> T:
        """Call `function` with the facts that its parameters name."""
        return function(**{name: self._optional(fact, opt) for name, (fact, opt) in needs(function).items()})

    def _optional(self, fact: type, optional: bool) -> Any:
        try:
            return self.get(fact)
        except Unavailable:
            if optional:
                return None
            raise
