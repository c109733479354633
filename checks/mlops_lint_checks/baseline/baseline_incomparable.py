"""Whether the model and its baseline were measured on equal terms."""

from collections.abc import Iterator

from mlops_lint import (
    BaselineCalls,
    BaselineCutoffs,
    BaselineParts,
    Charter,
    Definition,
    EqualTerms,
    Evidence,
    Finding,
    Grade,
    Implementations,
    Kind,
    Location,
    Metrics,
    Project,
    Recorded,
    Related,
    Results,
    Severity,
    Unequal,
    Unknown,
    check,
)  # fmt: skip

_UNLEARNED = ("rule", "heuristic", "majority", "mean", "last-value", "most-popular", "random", "human", "published")
HELP = "score both in one run: the same rows, the same metric, the same data"


def _applies(charter: Charter) -> bool | str:
    if not charter.has("metric", "recorded_in"):
        return "no value of the model is recorded"
    if not charter.has("baseline", "recorded_in") and charter.number("baseline", "score") is None:
        return "no value of the baseline is recorded"
    return True


@check("BL004", level=2, gate=True, severity=Severity.ERROR, dimension="metric", caps=True, when=_applies)
def baseline_incomparable(
    charter: Charter, recorded: Recorded, metrics: Metrics, terms: EqualTerms, calls: BaselineCalls,
    implementations: Implementations, project: Project, parts: BaselineParts,
    cutoffs: BaselineCutoffs,
) -> Results:  # fmt: skip
    """The baseline was scored with another metric, split or data than the model, or is the model itself."""
    model, base = charter.text("metric", "recorded_in") or "", charter.text("baseline", "recorded_in")
    claim = charter.at("baseline", "recorded_in" if base else "score")
    found = [*_stated(charter, metrics)]
    doubt = next((one for _, one in found if isinstance(one, str)), "")
    faults = [(at, one) for at, one in found if isinstance(one, Unequal)]
    if base is not None and not faults:
        split = charter.text("metric", "split")
        name = charter.text("metric", "name") or ""
        faults += [(claim, one) for one in terms.compare(model, base, name, split)]
    if not faults:
        faults += list(_coded(charter, metrics, terms, calls, implementations, project))
    if not faults:
        faults += list(_cut(charter, terms, parts, implementations))
        faults += list(_first(charter, cutoffs, implementations))
    for at, one in faults[:2]:
        yield Finding(at, Kind.FALSE_CLAIM, f"the baseline {one.what}", help=HELP, related=one.related)
    if faults:
        return
    unread = next((text for text in (model, base) if text and recorded.number(text) is None), None)
    if doubt:
        yield Unknown(charter.at("baseline", "metric"), doubt)
    elif unread:
        yield Unknown(claim, recorded.why_not(unread))
    else:
        number = recorded.number(base or model)
        agreed = base is not None and terms.agree(model, base)
        yield Evidence(claim, number.at if number else claim, Grade.AGREED if agreed else Grade.STATED)


def _stated(charter: Charter, metrics: Metrics) -> Iterator[tuple[Location, Unequal | str]]:
    """The metric that `baseline.metric` names; a text where the two names cannot be compared."""
    own, name = charter.text("baseline", "metric"), charter.text("metric", "name")
    if not own or not name or own.strip().casefold() == name.strip().casefold():
        return
    at, there = charter.at("baseline", "metric"), charter.at("metric", "name")
    one, other = metrics.read(own), metrics.read(name)
    related = (Related(there, f"the model: {name}"),)
    definition = charter.text("metric", "definition") or ""
    if other is None and definition and metrics.strangers(name, own, definition):
        yield at, Unequal(f"is scored with {own!r}, the model with {name!r}", related)
    elif one is None or other is None:
        yield at, f"whether {own!r} and {name!r} are one metric cannot be told: not both are known"
    if one is None or other is None:
        return
    average, k = charter.text("metric", "average") or other[1].average, charter.number("metric", "k") or other[1].k
    if one[0] is not other[0]:
        yield at, Unequal(f"is scored with {own!r}, the model with {name!r}", related)
    elif one[1].average and average and one[1].average != average:
        yield at, Unequal(f"is scored with the average {one[1].average}, the model with {average}", related)
    elif one[1].k and k and one[1].k != k:
        yield at, Unequal(f"is scored with the cut-off {one[1].k}, the model with {k:g}", related)


def _cut(
    charter: Charter, terms: EqualTerms, parts: BaselineParts, implementations: Implementations
) -> Iterator[tuple[Location, Unequal]]:
    """The parts of the rows that the two are scored on; a learned or constant answer may come from other rows."""
    texts = [charter.text("baseline", "implemented_in"), charter.text("data", "splits", "defined_in")]
    found, cutter = (implementations.of(text) if text else "" for text in texts)
    own = None if isinstance(found, str) else found.definition
    if own is None or own.kind != "function":
        return
    at = charter.at("baseline", "implemented_in")
    split = charter.text("metric", "split") or terms.companions.split(charter.text("metric", "recorded_in") or "")
    splitter = None if isinstance(cutter, str) else cutter.definition
    other = parts.named(own, split) if split in ("test", "validation") else None
    if other is None and splitter is not None and charter.text("baseline", "kind") in ("rule", "heuristic"):
        other = parts.placed(own, splitter)
    if other is not None:
        yield at, other


def _first(
    charter: Charter, cutoffs: BaselineCutoffs, implementations: Implementations
) -> Iterator[tuple[Location, Unequal]]:
    """How many of the first answers count, where the project's own function scores both."""
    texts = [charter.text("baseline", "implemented_in"), charter.text("metric", "computed_in")]
    found, scorer = (implementations.of(text) if text else "" for text in texts)
    k = charter.number("metric", "k")
    if k is None or isinstance(found, str) or isinstance(scorer, str) or not (found.definition and scorer.definition):
        return
    if (other := cutoffs.other(found.definition, scorer.definition, k)) is not None:
        yield charter.at("baseline", "implemented_in"), other


def _itself(
    charter: Charter,
    calls: BaselineCalls,
    implementations: Implementations,
    project: Project,
    own: Definition,
    at: Location,
) -> Iterator[Unequal]:
    """Where the baseline is the model that it is held against."""
    served, kind = charter.text("deployment", "predicts_in"), charter.text("baseline", "kind")
    model = implementations.of(served) if served else ""
    server = None if isinstance(model, str) or kind not in _UNLEARNED else model.definition
    if server is not None and server == own:
        yield Unequal("is the code that serves the model (`deployment.predicts_in`)", (Related(at, own.name),))
    elif server is not None and (alike := calls.alike(own, server)) is not None:
        related = Related(alike, "`deployment.predicts_in` asks it too")
        yield Unequal(f"is the model itself: `{own.name}` asks the model that is served", (related,))
    artefact = charter.text("model", "path") if kind != "previous-model" else None
    if artefact and (loaded := calls.loads(own, project.join(artefact))) is not None:
        yield Unequal(f"is the model itself: `{own.name}` loads {artefact}", (Related(loaded, "loaded here"),))
    elif artefact and (asked := calls.asks(own, project.join(artefact))) is not None:
        related = Related(asked, f"the model of {artefact} is asked")
        yield Unequal(f"is the model itself: `{own.name}` is given what {artefact} holds", (related,))


def _coded(
    charter: Charter,
    metrics: Metrics,
    terms: EqualTerms,
    calls: BaselineCalls,
    implementations: Implementations,
    project: Project,
) -> Iterator[tuple[Location, Unequal]]:
    """What the code of the baseline shows."""
    texts = [charter.text("baseline", "implemented_in"), charter.text("metric", "computed_in")]
    found, scorer = (implementations.of(text) if text else "" for text in texts)
    if isinstance(found, str):
        return
    at, metric = charter.at("baseline", "implemented_in"), metrics.get(charter.text("metric", "name") or "")
    own = found.definition
    if own is not None and own.kind == "function":
        yield from ((at, one) for one in _itself(charter, calls, implementations, project, own, found.at))
        if other := calls.rows(own):
            yield at, other
        if metric is not None and (other := calls.misnamed(metric, own)):
            yield at, other
    fits = charter.text("model", "trained_by")
    trainer = implementations.of(fits) if fits else ""
    learned = charter.text("baseline", "kind") not in _UNLEARNED or charter.text("baseline", "kind") == "random"
    if own is not None and not learned and not isinstance(trainer, str):
        if calls.network(own, trainer.roots):
            how = f"makes a `{own.name}`" if own.kind == "class" else f"takes its model from `{own.name}`"
            yield at, Unequal(f"is the model itself: the training {how}", (Related(found.at, own.name),))
    model_roots = () if isinstance(scorer, str) else scorer.roots
    if metric is not None and model_roots and (other := calls.average(metric, model_roots, found.roots)):
        yield at, other
    split = charter.text("metric", "split") or terms.companions.split(charter.text("metric", "recorded_in") or "")
    if metric is not None and (other := calls.scored(metric, found.roots, model_roots, split)):
        yield at, other
