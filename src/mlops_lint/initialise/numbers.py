"""The parts of a draft about numbers: task, metric, baseline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Metric, Metrics, Tool
from mlops_lint.facts.project.reading import place, text_of
from mlops_lint.initialise import described
from mlops_lint.initialise.found import NOT_STATED, Found
from mlops_lint.initialise.tree import Block, Value, block_of
from mlops_lint.model import Location
from mlops_lint.practices.baselines import beside, named_baselines
from mlops_lint.practices.measuring import by_hand, is_loss, metric_named

_RESULTS = ("metric", "eval", "score", "result", "report", "summary", "baseline")
_TASKS = {"regressor": "regression", "clusterer": "clustering", "recommender": "recommendation", "ranker": "ranking",
          "outlier": "anomaly-detection", "classifier": "binary-classification"}  # fmt: skip
_MAX_FILES, _MAX_NODES, _MAX_SIZE = 200, 5_000, 500_000


def task(found: Found) -> Value:
    """From the kind of estimator that is made most often."""
    made = found.own.calls(set(found.knowledge.estimators))
    kinds = Counter(found.knowledge.estimators[use.name].kind for use in made)
    known = [(count, kind) for kind, count in sorted(kinds.items()) if kind in _TASKS]
    if not known:
        return Value("other")
    kind = max(known)[1]
    first = next(use for use in made if found.knowledge.estimators[use.name].kind == kind)
    return Value(_TASKS[kind], first.at)


def metric(found: Found, recorded: list[Recorded], *, classifies: bool, minimal: bool) -> Block:
    """The metric that is both computed and recorded, else the one that is computed most."""
    computed = _computed(found)
    kept = [record for record in recorded if not record.baseline]
    both = [record.metric.name for record in kept if record.metric.name in computed]
    blind = {metric.name for metric in found.metrics.all if "imbalance-blind" in metric.marks}
    often = sorted(computed, key=lambda name: (-len(computed[name]), name in blind, name))
    names = both or often or [r.metric.name for r in kept]
    if not names:
        return _shown(found)
    name = names[0]
    places = computed.get(name, [])
    record = next((record for record in kept if record.metric.name == name), None)
    at = places[0][1] if places else record.at if record else None
    known = found.metrics.get(name)
    target = described.target(found, known) if known is not None else None
    cut = described.threshold(found) if classifies and not minimal else None
    return block_of(
        {
            "name": Value(name, at),
            "target": target,
            "computed_in": places[0][0] if places and not minimal else None,
            "recorded_in": found.recorded(record.path, record.pointer, record.at) if record else None,
            "threshold": Block({"value": cut}) if cut is not None else None,
        },
        remark="" if target is not None else "`target`, the number to reach, is for you to state",
    )


def _shown(found: Found) -> Block:
    """A metric that the practice has seen and whose name is known, where no call of a library computes one."""
    for shown in found.measured.shown:
        known = found.metrics.get(shown.detail)
        if known is not None and shown.at is not None:
            return block_of({"name": Value(known.name, shown.at), "computed_in": found.around(shown.at)})
    return none()


def _computed(found: Found) -> dict[str, list[tuple[Value | None, Location]]]:
    known = {call for metric in found.metrics.all for call in metric.callables if not is_loss(call)}
    calls = {call: _meant(found.metrics, call) for call in sorted(known)}
    reports = {call: _reported(found.metrics, call) for metric in found.metrics.all for call in metric.reports}
    places: dict[str, list[tuple[Value | None, Location]]] = {}
    for written, tests in ((calls, False), (reports, False), (calls, True), (reports, True)):
        for use in found.own.uses(set(written), tests=tests) if not places else ():
            places.setdefault(written[use.name].name, []).append((found.symbol(use), use.at))
        for one in by_hand(found.own, found.metrics) if not places and written is reports and not tests else ():
            metric = metric_named(one.name, found.metrics)
            at = found.code.at(one)
            places.setdefault(metric.name if metric else one.name, []).append(
                (found.definition(one.path, one.qualname, at), at)
            )
    for found_at in places.values():  # a module can be pointed into, a notebook cannot
        found_at.sort(key=lambda item: item[1].cell is not None)
    return places


def _meant(metrics: Metrics, call: str) -> Metric:
    """The metric of the call's own name (`f1_score` is F1, not Dice), else the first that it computes."""
    known = [metric for metric in metrics.computed_by(call) if call in metric.callables]
    bare = re.sub("^(?:Binary|Multiclass|Multilabel)", "", call.rpartition(".")[2])
    named = metrics.get(bare)
    return named if named is not None and named in known else known[0]


def _reported(metrics: Metrics, call: str) -> Metric:
    """Of several numbers in one report, the one that holds the others together."""
    known = {metric.name: metric for metric in metrics.computed_by(call)}
    return known.get("f1") or next(iter(known.values()))


class Recorded:
    """A number in a file under a metric's name."""

    def __init__(self, metric: Metric, path: str, pointer: str, at: Location) -> None:
        self.metric = metric
        self.path = path
        self.pointer = pointer
        self.at = at
        self.baseline = "baseline" in f"{path}{pointer}".lower()


def recorded(found: Found) -> list[Recorded]:
    """Tracked JSON files with numbers under metric names, those of test parts first."""
    records: list[Recorded] = []
    paths = [path for path in found.view.entries if found.project.owns(path) and path.endswith(".json")]
    paths = [path for path in paths if any(word in path.lower() for word in _RESULTS) and not found.code.is_test(path)]
    for path in paths[:_MAX_FILES]:
        entry = found.view.entries[path]
        if entry.mode == "100644" and (entry.size is None or entry.size < _MAX_SIZE):
            records += _numbers(found, path)
    return sorted(records, key=lambda r: (not _tested(r.pointer), "train" in r.pointer, r.path, r.pointer.count("/")))


def _tested(pointer: str) -> bool:
    return "test" in pointer.lower() or "eval" in pointer.lower()


def _numbers(found: Found, path: str) -> list[Recorded]:
    from mlops_lint.documents.json import parse_json

    try:
        root = parse_json((text_of(found.view, path) or "").encode())
    except DocumentError:
        return []
    records = []
    for pointer, key, node in _walk(root):
        metric = found.metrics.get(_bare(key)) if len(key) < 60 else None
        if metric is not None and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            if metric.plausible(float(node.value)):
                records.append(Recorded(metric, path, pointer, place(path, node)))
    return records


def _bare(key: str) -> str:
    """`baseline_mae` and `mae_baseline` are the baseline's `mae`; `Recorded` sees the word in the pointer."""
    return re.sub(r"^baseline[_ .-]|[_ .-]baseline$", "", key, flags=re.IGNORECASE)


def _walk(root: Node) -> Iterator[tuple[str, str, ScalarNode]]:
    waiting: list[tuple[str, str, Node]] = [("", "", root)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        pointer, key, node = waiting.pop(0)
        if isinstance(node, ScalarNode):
            yield pointer, key, node
        elif isinstance(node, MapNode):
            for name, inner in node.entries:
                step = name.text.replace("~", "~0").replace("/", "~1")
                waiting.append((f"{pointer}/{step}", name.text, inner))
        elif isinstance(node, ListNode):
            continue


def baseline(found: Found, records: list[Recorded], name: object, *, minimal: bool) -> Block:
    """A dummy estimator, a function that is called a baseline, or a linear model beside a stronger one."""
    kept = next((record for record in records if record.baseline and record.metric.name == name), None)
    score = found.recorded(kept.path, kept.pointer, kept.at) if kept else None
    for kind, code in _implemented(found):
        return block_of(
            {"kind": kind, "implemented_in": code if not minimal or not score else None, "recorded_in": score}
        )
    if score is not None:
        return block_of({"kind": Value("heuristic"), "recorded_in": score})
    for shown in found.compared.shown:
        near = found.around(shown.at) if shown.at is not None else None
        if near is not None:
            return block_of({"kind": Value("simple-model", shown.at), "implemented_in": near})
    return none()


def _implemented(found: Found) -> Iterator[tuple[Value, Value]]:
    dummies = {call: tool for tool in found.knowledge.tools("baselines") for call in sorted(tool.calls("calls"))}
    for use in found.own.calls(set(dummies)):
        code = found.symbol(use)
        if code is not None:
            yield Value(_kind(found, use, dummies[use.name]), use.at), code
    for definition in named_baselines(found.own):
        code = found.definition(definition.path, definition.qualname, found.code.at(definition))
        if code is not None:
            yield Value("rule", found.code.at(definition)), code
    for use in beside(found.own, found.knowledge):
        code = found.symbol(use)
        if code is not None:
            yield Value("simple-model", use.at), code


def _kind(found: Found, use: Use, tool: Tool) -> str:
    strategies = tool.get("strategy", {})
    call = found.code.call_node(use)
    for keyword in call.keywords if call else ():
        text = getattr(keyword.value, "value", None)
        if keyword.arg == "strategy" and text in strategies:
            return str(strategies[text])
    return "mean" if use.name.endswith("Regressor") else str(tool.get("kinds", ["heuristic"])[0])


def none() -> Block:
    """What nobody has stated and nothing shows: a gap that `init` leaves is unconfirmed, too, and accuses nobody."""
    return Block({"none_because": Value(NOT_STATED)})
