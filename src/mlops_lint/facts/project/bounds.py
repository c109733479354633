"""The numbers that a charter promises to keep: targets, margins, gaps, rates and budgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.facts.inject import Unavailable
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.knowledge import Metrics

_PERCENTILES = ("p50", "p95", "p99", "max")


@dataclass(frozen=True, slots=True)
class Bound:
    """One promised number. `floor`: a value must not fall below it (else: not rise above it).

    `pointers` lead to the recorded value; two of them: to the two whose distance counts. `about` must be the same for
    two bounds to be compared.
    """

    key: str
    route: tuple[str | int, ...]
    what: str
    value: float
    floor: bool
    pointers: tuple[str, ...]
    about: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    stands: float | None = None
    """A number of the charter itself that the recorded value is compared with."""

    def looser(self, other: Bound) -> bool:
        """Whether it asks for less than another one."""
        return self.value < other.value if self.floor else self.value > other.value

    def worse(self, value: float, other: float) -> bool:
        """Whether a recorded value is worse than another one."""
        return value < other - 1e-9 if self.floor else value > other + 1e-9

    def measure(self, numbers: list[float]) -> float:
        """The value that is held against the bound."""
        if self.stands is not None:
            numbers = [*numbers, self.stands]
        return numbers[0] if len(numbers) == 1 else numbers[0] - numbers[1]


def bounds(charter: Charter, metrics: Metrics) -> dict[str, Bound]:
    """Every promise with a recorded value, by a name that stays the same from one charter to the next."""
    found: dict[str, Bound] = {}
    for read in (_target, _margin, _guardrails, _rates, _latency, _throughput):
        try:
            found.update((bound.key, bound) for bound in read(charter, metrics))
        except Unavailable:
            continue
    return found


def _up(charter: Charter, metrics: Metrics) -> bool | None:
    name = charter.text("metric", "name") or ""
    known = metrics.get(name)
    direction = charter.text("metric", "direction") or (known.direction if known else "")
    return direction == "maximize" if direction in ("maximize", "minimize") else None


def _about(charter: Charter) -> tuple[str, ...]:
    fields = ("name", "split", "average", "k", "positive_label")
    return tuple((charter.text("metric", name) or "").casefold() for name in fields)


def _target(charter: Charter, metrics: Metrics) -> Iterator[Bound]:
    value, pointer, up = (
        charter.number("metric", "target"),
        charter.text("metric", "recorded_in"),
        _up(charter, metrics),
    )
    name = charter.text("metric", "name") or "the metric"
    if value is not None and pointer and up is not None:
        words = (name, "target", "threshold", "goal", "목표", "기준")
        yield Bound(
            "target", ("metric", "target"), f"the target of {name}", value, up, (pointer,), _about(charter), words
        )


def _margin(charter: Charter, metrics: Metrics) -> Iterator[Bound]:
    value, up = charter.number("baseline", "margin"), _up(charter, metrics)
    model, base = charter.text("metric", "recorded_in"), charter.text("baseline", "recorded_in")
    score = None if base else charter.number("baseline", "score")
    if value is None or up is None or not model or (not base and score is None):
        return
    pointers = ((model, base) if up else (base, model)) if base else (model,)
    if not up and score is not None:
        return  # a stated score minus a recorded value: too rare to be worth a sign
    words = (charter.text("metric", "name") or "", "margin", "baseline", "기준")
    yield Bound(
        "margin", ("baseline", "margin"), "the margin over the baseline", value, True, pointers, _about(charter), words,
        score,
    )  # fmt: skip


def _guardrails(charter: Charter, _: Metrics) -> Iterator[Bound]:
    for index in range(charter.items("metric", "guardrails")):
        route = ("metric", "guardrails", index)
        name, pointer = charter.text(*route, "name"), charter.text(*route, "recorded_in")
        for side in ("min", "max") if name and pointer else ():
            value = charter.number(*route, side)
            if value is not None:
                yield Bound(
                    f"{side} of {name}", (*route, side), f"the {side} of the guardrail {name}", value, side == "min",
                    (pointer or "",), (), (name or "", "guardrail", "target", "threshold", "기준"),
                )  # fmt: skip


def _rates(charter: Charter, _: Metrics) -> Iterator[Bound]:
    for block, field, what, words in (
        ("fairness", "max_gap", "the largest gap between groups", ("gap", "fairness", "parity", "격차", "공정")),
        ("autonomy", "max_failure_rate", "the largest failure rate", ("failure", "error rate", "실패", "오류")),
    ):
        value, pointer = charter.number(block, field), charter.text(block, "recorded_in")
        if value is not None and pointer:
            about = (charter.text(block, "metric") or "",)
            yield Bound(field, (block, field), what, value, False, (pointer,), about, words)


def _latency(charter: Charter, _: Metrics) -> Iterator[Bound]:
    route = ("deployment", "latency_ms")
    pointer = charter.text(*route, "recorded_in")
    stated = [name for name in _PERCENTILES if charter.number(*route, name) is not None] if pointer else []
    own = [name for name in stated if name in (pointer or "").rpartition("#")[2].casefold()] or stated
    for name in own:
        value = charter.number(*route, name)
        if value is not None and pointer:
            words = ("latency", name, "budget", "지연")
            yield Bound(name, (*route, name), f"the latency budget {name}", value, False, (pointer,), (), words)


def _throughput(charter: Charter, _: Metrics) -> Iterator[Bound]:
    route = ("deployment", "throughput")
    value, pointer = charter.number(*route, "per_second"), charter.text(*route, "recorded_in")
    if value is not None and pointer:
        words = ("throughput", "per second", "처리량")
        yield Bound("per_second", (*route, "per_second"), "the throughput", value, True, (pointer,), (), words)
