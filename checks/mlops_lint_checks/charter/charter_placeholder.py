"""Whether answers of the charter say anything."""

from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Placeholders,
    Prose,
    Related,
    Results,
    Severity,
    brief,
    check,
    plain,
)  # fmt: skip

ANSWERS = ("problem", "outcome", "why_ml", "used_for")
OTHERS = (
    ("project", "summary"), ("baseline", "description"), ("data", "labels", "from"), ("data", "labels", "plan"),
    ("fairness", "not_applicable"), ("explainability", "not_applicable"),
)  # fmt: skip
"""Not `none_because`: what it stands in for has a check of its own, which fails whatever the reason."""
LATER = (
    ("oversight", "need"), ("oversight", "reviewer"), ("autonomy", "consequence"), ("autonomy", "scope_limit"),
    ("flywheel", "product_gain"), ("flywheel", "breaks_when"), ("team", "sme", "who"), ("explainability", "audience"),
    ("goal", "feasibility", "hard_mitigation"), ("data", "privacy", "basis"),
)  # fmt: skip
"""What is asked for from level 2 on: until then `TBD` is an honest answer."""
HELP = "answer it; what you cannot answer yet can be waived for a while, with a reason"


@check("CH003", level=1, severity=Severity.WARNING, dimension="problem")
def charter_placeholder(charter: Charter, placeholders: Placeholders, prose: Prose) -> Results:
    """A required answer is a placeholder, template text, or the same sentence as another answer."""
    fields: list[tuple[str | int, ...]] = [("goal", name) for name in ANSWERS] + list(OTHERS)
    fields += LATER if charter.target_level > 1 else ()
    seen: dict[str, Location] = {}
    clean = True
    for route, text in _texts(charter, fields):
        at, name = charter.at(*route), ".".join(map(str, route))
        answer = route[0] == "goal" and route[1] in ANSWERS
        same = plain(text)
        if placeholders.holds(text, name=str(route[-1]), asked=answer):
            clean = False
            yield Finding(at, Kind.ABSENCE, f"`{name}` is a placeholder: {brief(text.strip(), 60)!r}", HELP)
        elif answer and same in seen and not prose.read(text).document:
            clean = False
            message = f"`{name}` is the same text as another answer: {brief(text.strip(), 60)!r}"
            yield Finding(at, Kind.ABSENCE, message, "answer each question by itself", (Related(seen[same], "here"),))
        elif answer:
            seen[same] = at
    owners = [] if charter.unconfirmed("project", "owner") else charter.texts("project", "owner")
    if owners and all(placeholders.handle(owner) for owner in owners):
        clean = False
        claim = charter.at("project", "owner")
        yield Finding(claim, Kind.ABSENCE, f"`project.owner` is a placeholder: {owners[0][:60]!r}", "name who answers")
    yield from _guesses(charter)
    if clean:
        claim = charter.at("goal", "problem")
        yield Evidence(claim, claim, Grade.STATED)


def _texts(charter: Charter, routes: list[tuple[str | int, ...]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is answered there; what is a guess of `init` accuses nobody."""
    for route in routes:
        text = None if charter.unconfirmed(*route) else charter.text(*route)
        if text is not None:
            yield route, text


def _guesses(charter: Charter) -> Results:
    guesses = charter.texts("unconfirmed")
    if guesses:
        named = ", ".join(f"`{guess}`" for guess in guesses[:4]) + (" …" if len(guesses) > 4 else "")
        yield Finding(
            charter.key_at("unconfirmed"),
            Kind.ABSENCE,
            f"nobody has confirmed what `init` guessed: {named}",
            "correct each, then delete its entry under `unconfirmed`",
            severity=Severity.INFO,
        )
