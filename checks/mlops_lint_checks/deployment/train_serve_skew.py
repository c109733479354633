"""What the model was trained on is what it gets while it serves."""

from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Definition,
    Elsewhere,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Serving,
    Severity,
    Skewing,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    check,
)  # fmt: skip

SHARE = "share one function, or save the fitted pipeline with the model"


@dataclass(frozen=True)
class _Facts:
    charter: Charter
    wiring: Wiring
    skewing: Skewing
    serving: tuple[Definition, ...]
    training: tuple[Definition, ...]


def _both(charter: Charter) -> bool | str:
    if charter.has("deployment", "preprocessing"):
        return True
    named = charter.has("deployment", "entrypoint") or charter.has("deployment", "predicts_in")
    if not named:
        return "the charter names no serving code"
    return charter.has("model", "trained_by") or "the charter names no training code"


@check("DE004", level=3, gate=True, severity=Severity.ERROR, dimension="deployment", caps=True, when=_both)
def train_serve_skew(charter: Charter, wiring: Wiring, skewing: Skewing, serving: Serving) -> Results:
    """Serving prepares its input otherwise than training does."""
    entry, inner = charter.text("deployment", "entrypoint"), charter.text("deployment", "predicts_in")
    roots = serving.roots_of(inner) if inner else ()
    trained = charter.text("model", "trained_by")
    facts = _Facts(
        charter, wiring, skewing, serving.declared(entry, inner) or roots, serving.roots_of(trained) if trained else ()
    )
    shared = charter.text("deployment", "preprocessing")
    if shared is not None:
        yield from _shared(facts, shared)
    if entry or inner:
        yield from _apart(facts, roots or facts.serving)


def _shared(facts: _Facts, text: str) -> Results:
    claim = facts.charter.at("deployment", "preprocessing")
    subject = facts.wiring.subject(text)
    if not isinstance(subject, Definition):
        reason = subject if isinstance(subject, str) else f"`{text}` is no function, so what calls it cannot be told"
        yield Unknown(claim, reason)
        return
    at = facts.wiring.at(subject) or claim
    if why := facts.wiring.stub(subject):
        message = f"the shared preprocessing `{text}` does nothing: {why}"
        yield Finding(claim, Kind.FALSE_CLAIM, message, SHARE, (Related(at, why),))
        return
    if facts.serving:
        yield _used(facts, claim, text, subject, at)
    if facts.training:
        yield _trained(facts, claim, text, subject, at)


def _used(facts: _Facts, claim: Location, text: str, subject: Definition, at: Location) -> Result:
    answer = facts.wiring.look(subject, facts.serving)
    if isinstance(answer, Wired):
        others = _others(facts)
        if others and facts.skewing.only_beside(subject, facts.serving, others):
            message = f"what is predicted from does not come from `{text}`: explanations or monitoring alone use it"
            return Finding(claim, Kind.FALSE_CLAIM, message, SHARE, (Related(at, "defined here"),))
        if (idle := _idle(facts, subject)) is not None:
            message = f"serving calls `{text}` and throws away what it gives"
            return Finding(claim, Kind.FALSE_CLAIM, message, SHARE, (Related(idle, "nothing takes the result"),))
        return Evidence(claim, answer.at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call in the serving code cannot be followed, and may be `{text}`", answer.at)
    if facts.skewing.builds_pipeline(subject) or facts.skewing.handed_on(subject):
        return Evidence(claim, at, Grade.PRESENT, "saved with the model")
    where = answer.at if isinstance(answer, Elsewhere) else at
    message = f"serving does not use the shared preprocessing `{text}`"
    return Finding(
        claim, Kind.FALSE_CLAIM, message, SHARE, (Related(where, "used here" if where != at else "defined here"),)
    )


def _idle(facts: _Facts, subject: Definition) -> Location | None:
    inner = facts.charter.text("deployment", "predicts_in")
    predicts = facts.wiring.subject(inner) if inner else ""
    return facts.skewing.thrown_away(subject, predicts) if isinstance(predicts, Definition) else None


def _others(facts: _Facts) -> list[Definition]:
    """What the charter says to explain and to watch predictions; none of it makes them."""
    hooks = [("monitoring", "hooks", index) for index in range(facts.charter.items("monitoring", "hooks"))]
    routes = [(*hook, "call") for hook in hooks if isinstance(facts.charter.get(*hook), dict)]
    texts = [facts.charter.text(*route) for route in (("explainability", "produced_in"), *routes)]
    found = [facts.wiring.subject(text) for text in texts if text]
    makes = facts.charter.text("deployment", "predicts_in")
    known = [one for one in found if isinstance(one, Definition) and one.kind == "function"]
    return [one for one in known if not makes or one != facts.wiring.subject(makes)]


def _trained(facts: _Facts, claim: Location, text: str, subject: Definition, at: Location) -> Result:
    answer = facts.wiring.look(subject, facts.training)
    if isinstance(answer, Wired) or subject in facts.training:
        return Evidence(claim, at, Grade.LINKED)
    if isinstance(answer, Uncertain):
        return Unknown(claim, f"a call in the training code cannot be followed, and may be `{text}`", answer.at)
    reach = facts.skewing.reach(facts.serving)
    others = [
        path
        for path, fact in facts.skewing.code.graph.call_sites.get(subject, [])
        if _outside(facts, path, fact.scope, reach)
    ]
    if others:
        return Evidence(claim, at, Grade.PRESENT, f"used in {others[0]}, too")
    said = (Related(at, "only serving leads here"),)
    return Finding(claim, Kind.FALSE_CLAIM, f"training does not use the shared preprocessing `{text}`", SHARE, said)


def _outside(facts: _Facts, path: str, scope: str, reach: object) -> bool:
    """Whether a call stands outside of the serving code and of tests: in a step before the training."""
    code = facts.skewing.code
    return not code.is_test(path) and code.graph.scope(path, scope) not in reach  # type: ignore[operator]


def _apart(facts: _Facts, roots: tuple[Definition, ...]) -> Results:
    declared = facts.charter.has("deployment", "preprocessing")
    claim = facts.charter.at("deployment", "preprocessing" if declared else "entrypoint")
    kind = Kind.FALSE_CLAIM if declared else Kind.DEFECT
    for refit in facts.skewing.refits(roots):
        if refit.elsewhere is None and not declared:
            continue
        said = [Related(refit.at, "fitted for each request")]
        said += [Related(refit.elsewhere, "fitted in training")] if refit.elsewhere else []
        message = f"serving fits its own `{refit.name}`, so the model gets other numbers than in training"
        yield Finding(claim, kind, message, "load the transformer that training fitted", tuple(said))
        return
    if (early := facts.skewing.refit_at_start(facts.serving, facts.training)) is not None:
        message = (
            f"the service fits `{early.name}` again when it starts, so the model gets other numbers than in training"
        )
        said = [Related(early.at, "fitted before it answers")]
        said += [Related(early.elsewhere, "fitted in training")] if early.elsewhere else []
        yield Finding(claim, kind, message, "load what training fitted, and leave it as it is", tuple(said))
        return
    if (fill := facts.skewing.other_fill(roots, facts.training)) is not None:
        message = f"serving fills gaps of `{fill.column}` with {fill.now!r}, and training with {fill.before!r}"
        yield Finding(claim, kind, message, SHARE, (Related(fill.at, "serving"), Related(fill.trained, "training")))
        return
    if (turned := facts.skewing.other_order(roots, facts.training)) is not None:
        message = f"serving gives the model its columns in another order than training: place {turned.first} holds "
        message += f"`{turned.now}`, and was `{turned.before}`"
        said = [Related(turned.at, "the order of serving"), Related(turned.trained, "the order of the training")]
        yield Finding(claim, kind, message, SHARE, tuple(said))
        return
    other = facts.skewing.other_columns(roots, facts.training)
    if other is None:
        if not declared:
            yield (
                Evidence(claim, Location(roots[0].path), Grade.PRESENT)
                if roots
                else Unknown(claim, "no serving code is read")
            )
        return
    parts = [f"adds {', '.join(other.extra)}"] * bool(other.extra) + [f"lacks {', '.join(other.missing)}"] * bool(
        other.missing
    )
    said = [Related(other.at, "the columns of serving"), Related(other.trained, "the columns of the training")]
    yield Finding(
        claim, kind, f"serving uses other columns than training: it {' and '.join(parts)}", SHARE, tuple(said)
    )
