"""Facts by type: lazy, once, verified before anything runs."""

import pytest

from mlops_lint.errors import PluginError
from mlops_lint.facts.inject import Facts, Providers, Unavailable, provides


class Given: ...


class One:
    pass


class Two:
    pass


class Missing:
    pass


@provides
def one(given: Given) -> One:
    return One()


@provides
def two(one: One, missing: Missing | None) -> Two:
    assert missing is None
    return Two()


@provides
def missing(one: One) -> Missing:
    raise Unavailable("there is none here")


def facts() -> Facts:
    return Facts(Providers([one, two, missing], [Given]), {Given: Given()})


def test_a_fact_is_made_once() -> None:
    made = facts()
    assert made.get(One) is made.get(One)


def test_an_optional_fact_is_none_where_it_is_unavailable() -> None:
    assert isinstance(facts().get(Two), Two)


def test_an_unavailable_fact_says_why_each_time() -> None:
    made = facts()
    for _ in range(2):
        with pytest.raises(Unavailable, match="there is none here"):
            made.get(Missing)


def test_two_providers_of_one_fact_are_refused() -> None:
    @provides
    def other() -> One:
        return One()

    with pytest.raises(PluginError, match=r"two providers give One: .*one and .*other"):
        Providers([one, other], [Given])


def test_an_unknown_fact_names_who_asks() -> None:
    def asks(what: bytearray) -> One:
        return One()

    with pytest.raises(PluginError, match=r"asks: parameter 'what' asks for the unknown fact bytearray"):
        Providers([asks])


def test_a_circle_is_refused() -> None:
    def first(two: Two) -> One:
        return One()

    def second(one: One) -> Two:
        return Two()

    with pytest.raises(PluginError, match="One -> Two -> One"):
        Providers([first, second])


def test_defaults_variadics_and_other_generics_are_refused() -> None:
    def default(given: Given = Given()) -> One:  # noqa: B008
        return One()

    def variadic(*given: Given) -> One:
        return One()

    def generic(given: list[Given]) -> One:
        return One()

    def bare(given) -> One:  # type: ignore[no-untyped-def]
        return One()

    for function in (default, variadic, generic, bare):
        with pytest.raises(PluginError, match="parameter 'given'"):
            Providers([function], [Given])
