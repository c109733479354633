"""A budget of time is a claim like any other: a benchmark of the real code, and a number within it."""

import re
from dataclasses import dataclass

from mlops_lint import (
    Benchmark,
    Benchmarks,
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Recorded,
    Related,
    Result,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

BLOCKS = {"latency_ms": ("p50", "p95", "p99", "max"), "throughput": ("per_second",)}
_SECONDS = re.compile(r"(?:^|_)(?:s|sec|secs|seconds)$")
_OTHERS = re.compile(r"(?:^|_)(?:us|ns|micros|microseconds|min|minutes|per_minute|per_hour|per_min)$")


@dataclass(frozen=True)
class _Budget:
    block: str
    key: str
    limit: float
    claim: Location


def _asked(charter: Charter) -> bool | str:
    if any(charter.has("deployment", block) for block in BLOCKS):
        return True
    if charter.text("deployment", "mode") not in ("online", "streaming"):
        return "nothing answers online, and no budget is stated"
    return charter.text("goal", "users") == "customers" or "no budget is stated, and no customer waits for an answer"


@check("DE003", level=3, gate=True, severity=Severity.ERROR, dimension="deployment", caps=True, when=_asked)
def latency_budget_unproven(charter: Charter, benchmarks: Benchmarks, recorded: Recorded) -> Results:
    """A latency or throughput budget is missing, is measured by nothing, or is not kept."""
    budgets = [
        _Budget(block, key, limit, charter.at("deployment", block, key))
        for block, keys in BLOCKS.items()
        for key in keys
        if (limit := charter.number("deployment", block, key)) is not None
    ]
    if not budgets and charter.text("deployment", "mode") in ("online", "streaming"):
        message = "customers wait for the answers, and no latency budget says how long"
        yield Finding(charter.key_at("deployment"), Kind.ABSENCE, message, "state `deployment.latency_ms.p95`")
        return
    for block in dict.fromkeys(budget.block for budget in budgets):
        own = [budget for budget in budgets if budget.block == block]
        yield from _measured(charter, block, own[0], benchmarks)
        yield from _kept(charter, block, own, recorded)


def _measured(charter: Charter, block: str, budget: _Budget, benchmarks: Benchmarks) -> Results:
    texts = charter.texts("deployment", block, "benchmark")
    if not texts:
        there = charter.has("deployment", block, "recorded_in")
        message = f"no benchmark measures the budget `{budget.key}: {budget.limit:g}`"
        help_text = f"name the benchmark in `deployment.{block}.benchmark`"
        yield Finding(budget.claim, Kind.ABSENCE, message, help_text, severity=Severity.INFO if there else None)
    found = [_benchmark(charter, block, text, benchmarks) for text in texts]
    good = [result for result in found if isinstance(result, Evidence)]
    yield from good or found


def _benchmark(charter: Charter, block: str, text: str, benchmarks: Benchmarks) -> Result:
    claim = charter.at("deployment", block, "benchmark")
    benchmark = benchmarks.of(text, charter.text("deployment", "predicts_in"))
    if not isinstance(benchmark, Benchmark):
        return Unknown(claim, benchmark)
    if benchmark.unclear:
        return Unknown(claim, f"`{text}`: {benchmark.unclear}", benchmark.at)
    if wrong := benchmark.untimed or benchmark.other:
        said = (Related(benchmark.at, wrong),)
        help_text = "measure the code of `deployment.predicts_in`"
        return Finding(claim, Kind.FALSE_CLAIM, f"the benchmark `{text}` {wrong}", help_text, said)
    return Evidence(claim, benchmark.at, Grade.LINKED)


def _kept(charter: Charter, block: str, budgets: list[_Budget], recorded: Recorded) -> Results:
    text = charter.text("deployment", block, "recorded_in")
    if text is None:
        return
    claim = charter.at("deployment", block, "recorded_in")
    number = recorded.number(text)
    if number is None:
        yield Unknown(claim, recorded.why_not(text))
        return
    leaf = number.pointer.rpartition("/")[2]
    places = {leaf: (number.value, number.at), **number.neighbours}
    for budget in budgets:
        name = _name(leaf, [*number.neighbours], budget, len(budgets))
        if name is None:
            yield Unknown(claim, f"`{text}` does not say whether it is the `{budget.key}`", number.at)
        else:
            yield _compared(budget, name, *places[name])


def _name(leaf: str, others: list[str], budget: _Budget, count: int) -> str | None:
    """The recorded value that a budget is about: the one named, unless another is named after it."""
    tokens = {name: set(re.split(r"[_\W]+", name.lower())) for name in (leaf, *others)}
    if budget.key in tokens[leaf] or budget.block == "throughput":
        return leaf
    beside = next((name for name in others if budget.key in tokens[name]), None)
    if beside is not None or tokens[leaf] & {*BLOCKS["latency_ms"], "mean", "avg", "average", "median", "min"}:
        return beside
    return leaf if count == 1 else None


def _compared(budget: _Budget, name: str, value: float, at: Location) -> Result:
    latency = budget.block == "latency_ms"
    if _OTHERS.search(name.lower()) and "per_second" not in name.lower():
        return Unknown(budget.claim, f"`{name}` is in another unit than the budget", at)
    if latency and _SECONDS.search(name.lower()):
        value *= 1000
    unit = "ms" if latency else "a second"
    if value <= budget.limit if latency else value >= budget.limit:
        return Evidence(budget.claim, at, Grade.AGREED, f"{value:g} against {budget.limit:g} {unit}")
    what = f"{value:g} {unit} are over the budget of {budget.limit:g}" if latency else (
        f"{value:g} {unit} are below the {budget.limit:g} that are promised"
    )  # fmt: skip
    help_text = "make it faster, or agree on another budget with those who wait"
    said = (Related(at, f"recorded: {value:g}"),)
    return Finding(budget.claim, Kind.UNMET_PROMISE, f"the recorded {what}", help_text, said)
