from collections.abc import Iterator

from mlops_lint import (
    Broken,
    Card,
    Charter,
    Evidence,
    FileTarget,
    Finding,
    Grade,
    Kind,
    Location,
    Metrics,
    ModelCards,
    Pointers,
    Recorded,
    Related,
    Results,
    Scores,
    Severity,
    Unknown,
    check,
)  # fmt: skip

CARD = ("model", "card")
RENDER = "`mlops-lint card` writes one from the charter"


@check("RS010", level=3, gate=True, severity=Severity.WARNING, dimension="responsibility")
def model_card_missing_or_contradicted(
    charter: Charter, pointers: Pointers, cards: ModelCards, scores: Scores, recorded: Recorded, metrics: Metrics
) -> Results:
    """There is no model card, it leaves out what users need, or documents say other numbers than the records."""
    card: Card | None = None
    declared = charter.text(*CARD)
    if declared is None:
        card = cards.undeclared()
        if card is None:
            yield Finding(charter.key_at("model"), Kind.ABSENCE, "the model has no card", help=RENDER)
    else:
        target = pointers.resolve(declared, "path")
        if isinstance(target, FileTarget) and not target.standin:
            card = cards.card(target.path)
        else:
            reason = f"{target.reason} (CH005)" if isinstance(target, Broken) else "cannot be read here"
            yield Unknown(charter.at(*CARD), f"`{declared}` {reason}")
    if card is not None:
        yield from _whole(charter, card)
    documents = {one.path: one for one in [*([card] if card else []), *cards.readmes]}
    above = [one for one in cards.above if one.path not in documents]
    told = list(_told(charter, [*documents.values(), *above], scores))
    yield from told
    yield from _indexed(charter, list(documents.values()), scores, metrics)
    yield from _based(charter, list(documents.values()), cards)
    if not told and card is not None and (number := recorded.number(charter.text("metric", "recorded_in"))) is not None:
        yield Evidence(charter.at("metric", "recorded_in"), number.at, Grade.PRESENT)


def _whole(charter: Charter, card: Card) -> Results:
    claim = charter.at(*CARD) if charter.has(*CARD) else charter.key_at("model")
    if not card.judged:
        yield Unknown(claim, f"what {card.path} says cannot be judged here", Location(card.path))
    elif card.missing:
        named = ", ".join(card.missing)
        message = f"the model card says nothing of {named}"
        help_text = "add a filled section for each of them"
        yield Finding(claim, Kind.ABSENCE, message, help=help_text, related=(Related(Location(card.path), "the card"),))
    else:
        yield Evidence(claim, Location(card.path), Grade.PRESENT)


def _told(charter: Charter, documents: list[Card], scores: Scores) -> Iterator[Finding]:
    for name, pointer in scores.names():
        values, whole = scores.values(name, pointer), scores.values(name, pointer, groups=False)
        for document in documents:
            for one in scores.told(document.path, name):
                if not scores.agrees(name, one.written, whole if one.plain else values):
                    yield _other(charter, scores, name, pointer, one.written, one.at)
                    break


def _indexed(charter: Charter, documents: list[Card], scores: Scores, metrics: Metrics) -> Results:
    split = charter.text("metric", "split") or "test"
    for document in documents:
        for one in document.indexed():
            for name, pointer in scores.names():
                same = metrics.get(one.metric) is not None and metrics.get(one.metric) is metrics.get(name)
                if (
                    same
                    and one.split in ("", split)
                    and not scores.agrees(name, f"{one.value}", scores.values(name, pointer))
                ):
                    yield _other(charter, scores, name, pointer, f"{one.value:g}", one.at)


def _other(charter: Charter, scores: Scores, name: str, pointer: str, written: str, at: Location) -> Finding:
    number = scores.recorded.number(pointer)
    said = f"{at.path} says {name} {written}"
    value = f"{number.value:g}" if number is not None else "?"
    related = (Related(at, f"{name} {written}"), *((Related(number.at, f"recorded: {value}"),) if number else ()))
    help_text = "write the recorded number there, or say which release or data the other one is of"
    claim = charter.at("metric", "recorded_in")
    return Finding(claim, Kind.FALSE_CLAIM, f"{said}, and {value} is recorded", help=help_text, related=related)


def _based(charter: Charter, documents: list[Card], cards: ModelCards) -> Results:
    """The base model of a hub's front matter, or of the text, is one of those that the charter names."""
    base = charter.get("model", "base")
    routes = [("model", "base", index) for index in range(len(base))] if isinstance(base, list) else [("model", "base")]
    names = {(charter.text(*at, "id") or "").casefold() for at in routes if base} - {""}
    for document in documents:
        for name, at in document.base_models() if names else ():
            if not any(_alike(name.casefold(), one) for one in names):
                message = f"{at.path} names the base model {name!r}, and the charter {' and '.join(sorted(names))}"
                related = (Related(at, f"base_model: {name}"),)
                yield Finding(charter.at("model", "base"), Kind.FALSE_CLAIM, message, "name the same one", related)
                return
        if not document.base_models() and (other := document.other_base(names, cards.view.entries)) is not None:
            message = f"{other[1].path} names the model {other[0]!r}, and the charter {' and '.join(sorted(names))}"
            related = (Related(other[1], f"another model: {other[0]}"),)
            yield Finding(charter.at("model", "base"), Kind.FALSE_CLAIM, message, "name the same one", related)
            return


def _alike(one: str, other: str) -> bool:
    """The same model, with or without its owner."""
    return one == other or one.endswith("/" + other) or other.endswith("/" + one) or one.startswith(other + ".")
