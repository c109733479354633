"""Which rows the declared metric is computed on."""

from collections.abc import Sequence
from dataclasses import replace

from mlops_lint import (
    Charter,
    Code,
    Confidence,
    Definition,
    Evidence,
    Finding,
    Flow,
    Grade,
    Implementations,
    Kind,
    Location,
    Measuring,
    MetricCalls,
    Metrics,
    Related,
    Reported,
    Results,
    Scored,
    Severity,
    TunedLimits,
    Unknown,
    Use,
    check,
)

_UNSUPERVISED = ("clustering", "reinforcement-learning")
_SEEN = ("train", "all-fitted")
_HELD = ("test", "validation", "cross-validation")


def _applies(
    charter: Charter, code: Code, metrics: Metrics, implementations: Implementations, reported: Reported,
    limits: TunedLimits,
) -> bool | str:  # fmt: skip
    if not charter.has("metric", "name"):
        return "the charter names no metric"
    task, labels = charter.text("goal", "task"), charter.text("data", "labels", "status")
    if task in _UNSUPERVISED or labels in ("none", "unlabelled"):
        return "nothing is learned from labels"
    if charter.text("metric", "split") == "online":
        return "the metric is measured online"
    fitted = any(charter.has("model", field) for field in ("path", "uri", "trained_by", "tuning"))
    if charter.has("model", "base") and not fitted and not _tuned(charter, metrics, implementations, reported, limits):
        return "nothing is fitted: only a pretrained base is used"
    return True if code.modules else "there is no Python code"


@check("MT007", level=2, gate=True, severity=Severity.ERROR, dimension="metric", caps=True, when=_applies)
def metric_on_training_data(
    charter: Charter, code: Code, flow: Flow, metrics: Metrics, measuring: Measuring,
    implementations: Implementations, reported: Reported, calls: MetricCalls, limits: TunedLimits,
) -> Results:  # fmt: skip
    """The declared metric is computed on rows that the model was fitted on."""
    name = charter.text("metric", "name") or ""
    pointer = charter.text("metric", "computed_in")
    claim = charter.at("metric", next((f for f in ("split", "computed_in") if charter.has("metric", f)), "name"))
    found = implementations.of(pointer) if pointer else None
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    if tuned := _tuned(charter, metrics, implementations, reported, limits):
        yield tuned
        return
    uses = _uses(charter, code, flow, metrics, calls, found.roots if found else ())
    scored = flow.scored(uses)
    if not scored:
        yield Unknown(claim, f"no call that computes {name!r} was found whose rows can be followed")
        return
    scored = [one for one in scored if not any(code.is_test(step.at.path) for step in one.steps)] or scored
    scored = [one for one in scored if one.rows != "unknown" or not flow.shown_in_training(one.use)] or scored
    scored = _of_number(charter, reported, scored)
    if any(one.rows in _SEEN for one in scored):
        other = measuring.elsewhere(name, found.roots if found else None, loaded=not _loaded(uses))
        if other is not None and not any(one.rows in _HELD for one in scored):
            yield Unknown(claim, f"{name!r} is computed here too, on rows that cannot be followed", other)
            return
    yield from _judged(charter, name, claim, [_of_trainer(charter, code, implementations, one) for one in scored])


def _of_trainer(charter: Charter, code: Code, implementations: Implementations, one: Scored) -> Scored:
    """Where the model is only read from a file, what the declared training does has chosen it, and no other code."""
    if one.chosen_at is None or not one.by_name:
        return one
    text = charter.text("model", "trained_by")
    trainer = implementations.of(text) if text else ""
    reach = [] if isinstance(trainer, str) else code.reachable(trainer.roots).definitions
    own = any(found.path == one.chosen_at.path for found in reach if found.kind == "function")
    return one if own else replace(one, chosen_at=None)


def _tuned(
    charter: Charter, metrics: Metrics, implementations: Implementations, reported: Reported, limits: TunedLimits
) -> Finding | None:
    """A setting, such as a threshold, that the rows of the declared score have picked."""
    name, pointer = charter.text("metric", "name") or "", charter.text("metric", "computed_in")
    found, metric = implementations.of(pointer) if pointer else None, metrics.get(name)
    if charter.text("metric", "split") != "test" or isinstance(found, str):
        return None
    own = [root for root in found.roots if root.kind == "function"] if found else []
    names = {root.key for root in own} | set(metric.callables if metric else ())
    told = reported.call(charter.text("metric", "recorded_in") or "", {root.path for root in own})
    tuned = limits.found(names, told)
    if tuned is None:
        return None
    return Finding(
        charter.at("metric", "split"),
        Kind.FALSE_CLAIM,
        f"{name!r} is said to be the score of the test split, and a setting was chosen by a score of the same rows",
        help="choose settings on validation rows, and score the test rows once",
        related=(Related(tuned.picked, "chosen here"), Related(tuned.scored, "the score is computed here")),
    )


def _loaded(uses: list[Use]) -> bool:
    """Whether what `evaluate.load` gave was followed to where it computes."""
    return any(use.name.endswith(".compute") for use in uses)


def _of_number(charter: Charter, reported: Reported, scored: list[Scored]) -> list[Scored]:
    """The scores that end under the keys of the recorded number, where the code writes these keys out."""
    files = {one.use.path for one in scored} | {step.at.path for one in scored for step in one.steps}
    call = reported.call(charter.text("metric", "recorded_in") or "", files)
    if call is None:
        return scored
    start = (call.path, call.line, call.column)
    own = [one for one in scored if any((at.path, at.line, at.column) == start for at in _way(one))]
    return own if own and all(one.rows != "unknown" for one in own) else scored


def _way(one: Scored) -> list[Location]:
    return [one.use.at, *(step.at for step in one.steps)]


def _uses(
    charter: Charter, code: Code, flow: Flow, metrics: Metrics, calls: MetricCalls, roots: Sequence[Definition]
) -> list[Use]:
    metric = metrics.get(charter.text("metric", "name") or "")
    own = [entry for entry in code.entries() if not code.is_test(entry.path)]
    reach = code.reachable(roots or own)
    targets = set(metric.callables | metric.reports) if metric else set()
    for definition in reach.definitions:
        if metric is not None and definition.kind == "function" and metrics.get(definition.name) is metric:
            targets.add(definition.key)
    uses = [use for use in code.uses(targets) if use.call and code.scope_of(use) in reach]
    uses += calls.loaded(metric, reach) if metric is not None else []
    if metric is not None and metric.default_of:
        uses += [use for use in flow.method_uses(["score"]) if code.scope_of(use) in reach]
    return uses if roots else [use for use in uses if not code.is_test(use.path)]


def _judged(charter: Charter, name: str, claim: Location, scored: list[Scored]) -> Results:
    held = [one for one in scored if one.rows in _HELD]
    seen = [one for one in scored if one.rows in _SEEN]
    unknown = [one for one in scored if one.rows == "unknown"]
    chosen = [one for one in held if one.chosen_at]
    stored = all(one.by_name for one in chosen)  # then the scores of slices of the test rows have no rows of their own
    vague = [one for one in unknown if one.presented != "test" or not stored]
    split = charter.text("metric", "split")
    learned = [one for one in seen if one.presented == split in _HELD and not one.by_name]
    if learned and not unknown and not any(split in (one.rows, one.presented) for one in held):
        yield _finding(name, claim, split, learned)
    elif split == "test" and held and not seen and not unknown and all(one.rows == "validation" for one in held):
        yield Unknown(claim, f"{name!r} is computed on validation rows alone, while `split: test` is declared",
                      held[0].use.at)  # fmt: skip
    elif chosen and split == "test" and not vague and chosen == [one for one in held if one.rows != "validation"]:
        yield _chosen(name, claim, chosen[0])
    elif held:
        best = sorted(held, key=lambda one: (one.by_name, one.rows != "test", one.use.at))[0]
        yield Evidence(claim, best.use.at, Grade.PRESENT if best.by_name else Grade.LINKED, f"on {best.rows} rows")
    elif seen and not unknown:
        yield _finding(name, claim, split, seen)
    else:
        first = (unknown or scored)[0]
        yield Unknown(claim, f"which rows {name!r} is computed on cannot be followed", first.use.at)


def _chosen(name: str, claim: Location, one: Scored) -> Finding:
    related = [Related(one.use.at, "the score is computed here")]
    related += [Related(one.chosen_at, "their score stops the training, or picks the model")] if one.chosen_at else []
    return Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"{name!r} is said to be the score of the test split, and the model was chosen by its score on the same rows",
        help="stop and choose on validation rows, and score the test rows once",
        related=(*related, *one.steps[:3]),
    )


def _finding(name: str, claim: Location, split: str | None, seen: list[Scored]) -> Finding:
    worst = sorted(seen, key=lambda one: (one.by_name, one.use.at))[0]
    presented = f", which are presented as {worst.presented} rows" if worst.presented not in (None, "train") else ""
    rows = "rows that are called training rows" if worst.by_name else "the rows that the model was fitted on"
    said = f"{name!r} is said to be the score of the {split} split, and is" if split else f"{name!r} is"
    return Finding(
        claim,
        Kind.FALSE_CLAIM,
        f"{said} computed on {rows}{presented}",
        help="score the rows that the split held out, once",
        related=(Related(worst.use.at, "the score is computed here"), *worst.steps[:4]),
        confidence=Confidence.MEDIUM if worst.by_name else Confidence.HIGH,
    )
