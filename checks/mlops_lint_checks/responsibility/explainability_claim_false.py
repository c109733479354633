"""Whether predictions are explained as the charter says."""

import re
from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Code,
    Definition,
    Evidence,
    Explainer,
    Explaining,
    Finding,
    Grade,
    Kind,
    Knowledge,
    Location,
    Pointers,
    Related,
    Results,
    Serving,
    Severity,
    Spot,
    Uncalled,
    Uncertain,
    Unknown,
    Wired,
    Wiring,
    check,
    definition_of,
)  # fmt: skip

USERS = re.compile(
    r"\b(?:user|customer|client|consumer|citizen|applicant|claimant|borrower|subscriber|patient|doctor|nurse|clinician|"
    r"physician|agent|clerk|handler|investigator|operator|dispatcher|driver|buyer|seller|technician|underwriter|"
    r"caseworker|adjuster|student|teacher|tenant)s?\b",
    re.IGNORECASE,
)
"""Those who meet single predictions, unlike who builds, checks or audits the model."""
CALL = "call the method where explanations are made, or declare the one that is used"


@dataclass(frozen=True)
class _Claim:
    at: Location
    method: str
    explainer: Explainer


def _declared(charter: Charter) -> bool | str:
    return charter.items("explainability", "method") > 0 or "the charter declares no method of explanation"


@check("RS006", level=2, gate=True, severity=Severity.ERROR, dimension="responsibility", caps=True, when=_declared)
def explainability_claim_false(
    charter: Charter, knowledge: Knowledge, explaining: Explaining, serving: Serving, code: Code,
    pointers: Pointers, wiring: Wiring,
) -> Results:  # fmt: skip
    """The declared way to explain predictions is never used, cannot explain the model, or never reaches anybody."""
    place = charter.text("explainability", "produced_in")
    roots = serving.roots_of(place) if place else explaining.entries()
    models = charter.text("model", "trained_by")
    trained = (serving.roots_of(models) if models else ()) or explaining.entries()
    baseline = charter.text("baseline", "implemented_in")
    beside = serving.roots_of(baseline) if baseline else ()
    made: list[Spot] = []
    refuted = False
    for number, method in enumerate(charter.texts("explainability", "method")):
        listed = isinstance(charter.get("explainability", "method"), list)
        at = charter.at("explainability", "method", number) if listed else charter.at("explainability", "method")
        explainer = knowledge.explainer(method)
        if explainer is None:
            yield Unknown(at, f"{method[:60]!r} is no method that the linter knows how to recognise")
        elif not roots:
            yield Unknown(at, f"`{place}` leads to no Python code that could be followed")
        else:
            spots = explaining.spots(explainer)
            reach = code.reachable(roots)
            within = [spot for spot in spots if spot.by in reach and not code.is_test(spot.path)]
            made += within
            claim = _Claim(at, method, explainer)
            unable = _unable(claim, within, spots, explaining, trained, beside)
            result = unable or _used(claim, within, spots, explaining, roots, place)
            refuted = refuted or isinstance(result, Finding)
            yield result
    idle = list(_called(charter, code, wiring, explaining, serving, pointers, place)) if place and not refuted else []
    yield from idle
    if charter.has("explainability", "served_in") and not idle:
        yield from _served(charter, code, serving, explaining, roots if place else (), made)
    elif made and not idle:
        yield from _kept_back(charter, serving, explaining, made)


def _unable(
    claim: _Claim, within: list[Spot], spots: list[Spot], explaining: Explaining, trained: tuple[Definition, ...],
    beside: tuple[Definition, ...],
) -> Finding | None:  # fmt: skip
    """The method cannot explain what it is given, or the only family of model that is trained."""
    model = explaining.trained(trained)
    for spot in within:
        family = explaining.explained(spot)
        if family and not claim.explainer.explains(spot.name, family):
            return _cannot(claim, f"`{spot.name}` cannot explain a {family} model", spot.at, "given such a model here")
    if model is None or explaining.families(trained, beside) != {model.family} or not claim.explainer.recognised:
        return None
    makers = [spot for spot in spots if "." in spot.name and "plot" not in spot.name]
    made = [
        spot for spot in makers if not explaining.code.is_test(spot.path)
    ]  # an attribute's explainer is one of them
    named = [spot.name for spot in within if spot in makers] or [spot.name for spot in made if within]
    calls = named or [spot.name for spot in within] or [""]
    if any(claim.explainer.explains(call, model.family) for call in calls):
        return None
    what = f"`{calls[0]}`" if calls[0] else repr(claim.method)
    return _cannot(claim, f"{what} cannot explain `{model.name}`, a {model.family} model", model.at, "the model")


def _cannot(claim: _Claim, message: str, at: Location, said: str) -> Finding:
    help_text = "use a method for that family of model, and declare it"
    return Finding(claim.at, Kind.FALSE_CLAIM, message, help_text, (Related(at, said),))


def _used(
    claim: _Claim, within: list[Spot], spots: list[Spot], explaining: Explaining, roots: tuple[Definition, ...],
    place: str | None,
) -> Evidence | Unknown | Finding:  # fmt: skip
    if within:
        return Evidence(claim.at, within[0].at, Grade.LINKED, within[0].name)
    if place and (why := explaining.bare(claim.explainer, roots)):
        said = (Related(explaining.code.at(roots[0]), why),)
        return Finding(claim.at, Kind.FALSE_CLAIM, f"{claim.method!r} is not made in `{place}`: {why}", CALL, said)
    if not claim.explainer.recognised:
        if made := explaining.handmade(claim.explainer, roots):
            return Evidence(claim.at, made, Grade.PRESENT, "named after the method")
        return Unknown(claim.at, f"{claim.method!r} is usually written by hand: no call proves or refutes it")
    if made := explaining.handmade(claim.explainer, roots):
        return Unknown(claim.at, f"{claim.method!r} may be written by hand here, which no call shows for sure", made)
    if hidden := explaining.hidden(claim.explainer, roots):
        return Unknown(claim.at, f"a call that cannot be followed might be {claim.method}", hidden)
    if stored := explaining.stored(claim.explainer, roots):
        return Unknown(claim.at, f"{claim.method!r} is read here as stored values; what made them is not seen", stored)
    if not place and (unread := explaining.unread()):
        return Unknown(claim.at, f"{unread} cannot be read; `explainability.produced_in` would settle it")
    where = f" from `{place}`" if place else ""
    if spots:
        only = "tests" if all(explaining.code.is_test(spot.path) for spot in spots) else "code that nothing calls"
        message = f"{claim.method!r} is not used{where}" if place else f"{claim.method!r} is used by {only} alone"
        related: tuple[Related, ...] = (Related(spots[0].at, f"`{spots[0].name}` is used here alone"),)
    elif found := explaining.imported(claim.explainer):
        message, related = f"{claim.method!r} is imported and never used", (Related(found, "imported here"),)
    else:
        message = f"{claim.method!r} is never used{where}"
        related = (Related(explaining.code.at(roots[0]), "nothing of it is called from here"),) if place else ()
    return Finding(claim.at, Kind.FALSE_CLAIM, message, CALL, related)


def _called(
    charter: Charter, code: Code, wiring: Wiring, explaining: Explaining, serving: Serving, pointers: Pointers,
    place: str,
) -> Results:  # fmt: skip
    """A function that makes explanations and that nothing calls explains nothing."""
    maker = definition_of(pointers.resolve(place, "code"))
    if maker is None or charter.text("deployment", "mode") == "library":
        return
    names = (("explainability", "served_in"), ("deployment", "entrypoint"), ("deployment", "predicts_in"))
    known = [root for route in names if (text := charter.text(*route)) for root in serving.roots_of(text)]
    answer = wiring.look(maker, [*known, *serving.found(), *explaining.entries()])
    claim = charter.at("explainability", "produced_in")
    if isinstance(answer, Uncertain):
        yield Unknown(claim, f"whether `{maker.name}` is called cannot be followed here", answer.at)
    elif not isinstance(answer, Wired) and maker not in known and maker not in explaining.entries():
        if isinstance(answer, Uncalled) and (perhaps := _perhaps(code, maker)) is not None:
            yield Unknown(claim, f"whether this calls `{maker.name}`, and what runs it, cannot be followed", perhaps)
            return
        by_tests = getattr(answer, "where", "") == "tests"
        message = f"only tests call `{maker.name}`" if by_tests else f"nothing calls `{maker.name}`"
        said = (Related(code.at(maker), "explanations are made here, for nobody"),)
        yield Finding(claim, Kind.FALSE_CLAIM, message, "call it where predictions are shown", said)


def _perhaps(code: Code, maker: Definition) -> Location | None:
    """A call by that name on something that is not known: `model.explain(rows)`."""
    for path, module in code.modules.items():
        for use in module.symbols.uses if not code.is_test(path) else ():
            if use.call and use.chain.endswith(f".{maker.name}"):
                name = code.canonical(path, use.scope, use.chain)
                if name is None or ("::" not in name and "()" in name):
                    return code.use_at(path, use)
    return None


def _kept_back(charter: Charter, serving: Serving, explaining: Explaining, made: list[Spot]) -> Results:
    """Explanations that users are promised, that nothing is said to serve, and that notebooks alone make."""
    audience = charter.text("explainability", "audience") or ""
    roots = serving.declared(*(charter.text("deployment", name) for name in ("entrypoint", "predicts_in")))
    online = charter.text("deployment", "mode") in ("online", "streaming") and bool(roots)
    if not online or not USERS.search(audience) or not all(spot.path.endswith(".ipynb") for spot in made):
        return
    notebooks = {spot.path for spot in made}
    if any(explaining.run_by(one) for one in notebooks):
        return
    if explaining.shows_something(roots) and any(explaining.keeps(one) for one in notebooks):
        return
    message = f"explanations are promised to {audience[:60]}, and only a notebook makes them"
    said = (Related(made[0].at, "made here, by hand"),)
    claim = charter.at("explainability", "audience")
    yield Finding(claim, Kind.FALSE_CLAIM, message, "show the explanation beside the prediction", said)


def _served(
    charter: Charter, code: Code, serving: Serving, explaining: Explaining, makers: tuple[Definition, ...],
    made: list[Spot],
) -> Results:  # fmt: skip
    place = charter.text("explainability", "served_in") or ""
    claim = charter.at("explainability", "served_in")
    roots = serving.roots_of(place)
    if not roots:
        yield Unknown(claim, f"`{place}` leads to no Python code that could be followed")
        return
    reach = code.reachable(roots)
    passed = [maker for maker in makers if maker in reach and maker.kind != "module"]
    shown = [spot for spot in made if spot.by in reach]
    beside = [spot for spot in shown if spot.by not in code.reachable(passed)]
    if passed and not beside and (back := explaining.kept.back(passed, roots)):
        message = f"`{place}` makes an explanation and gives back an answer without it"
        put = (Related(back, "made here, and put where nothing that is served reads it"),)
        yield Finding(claim, Kind.FALSE_CLAIM, message, "show the explanation beside the prediction", put)
    elif passed or shown:
        yield Evidence(claim, shown[0].at if shown else code.at(passed[0]), Grade.LINKED)
    elif stored := explaining.shows_something(roots):
        yield Unknown(claim, "explanations are not made on this path; stored ones may be shown", stored)
    elif made or makers:
        origin = made[0].at if made else code.at(makers[0])
        message = f"`{place}` never reaches an explanation: nobody is shown why"
        said = (Related(origin, "explanations are made here"), Related(code.at(roots[0]), "served from here"))
        yield Finding(claim, Kind.FALSE_CLAIM, message, "show the explanation beside the prediction", said)
