"""Whether what must not be decided upon is learned from."""

from dataclasses import dataclass

from mlops_lint import (
    Charter,
    Evidence,
    Features,
    Finding,
    Grade,
    Kind,
    Knowledge,
    Location,
    Match,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

CLAIMS = (
    (("fairness", "protected_attributes"), "protected"),
    (("data", "features", "exclude"), "excluded from the features"),
    (("fairness", "proxies"), "a proxy of a protected attribute"),
)
HELP = "drop it before fitting, and keep it for the evaluation alone"


@dataclass(frozen=True)
class _Named:
    name: str
    role: str
    at: Location


def _declared(charter: Charter) -> bool | str:
    fitted = any(charter.has("model", field) for field in ("path", "uri", "trained_by", "tuning"))
    if charter.has("model", "base") and not fitted and not charter.has("data", "features"):
        return "nothing is fitted: only a pretrained base is used"
    if any(charter.items(*route) for route, _ in CLAIMS):
        return True
    return "the charter names no protected attribute, proxy or excluded feature"


@check("RS004", level=2, gate=True, severity=Severity.ERROR, dimension="responsibility", caps=True, when=_declared)
def protected_attribute_as_feature(charter: Charter, features: Features, knowledge: Knowledge) -> Results:
    """A protected attribute, a proxy or an excluded column is among the features."""
    named = [
        _Named(name, role, charter.at(*route, number) if charter.items(*route) > 1 else _single(charter, route))
        for route, role in CLAIMS
        for number, name in enumerate(charter.texts(*route))
    ]
    reported: set[str] = set()
    for one in named:
        match = _match(features.uses(one.name))
        if match is not None and match.column not in reported:
            reported.add(match.column)
            yield _judged(one, match)
        elif match is None and (other := _meant(one.name, features, knowledge)) and other.column not in reported:
            reported.add(other.column)
            yield _alike(one, other)
        elif match is None and features.known():
            yield Evidence(one.at, next(part for part in features.sets if part.complete).at, Grade.LINKED)
        elif match is None and not reported:
            reason = features.unclear or "no list of features and no fit shows its columns"
            yield Unknown(one.at, f"whether {one.name!r} is a feature cannot be told: {reason}")


def _single(charter: Charter, route: tuple[str, ...]) -> Location:
    return charter.at(*route, 0) if isinstance(charter.get(*route), list) else charter.at(*route)


def _match(found: list[Match]) -> Match | None:
    """A certain one first."""
    return next((match for match in found if match.certain), found[0] if found else None)


def _judged(one: _Named, match: Match) -> Finding | Unknown:
    if not match.certain:
        return Unknown(one.at, f"{match.column!r} is in a list of features, and some code takes it out", match.at)
    message = f"{match.column!r} is a feature, and the charter says that {one.name!r} is {one.role}"
    return Finding(one.at, Kind.FALSE_CLAIM, message, HELP, (Related(match.at, f"{match.column!r} is a feature here"),))


def _meant(name: str, features: Features, knowledge: Knowledge) -> Match | None:
    """Another name of the same attribute: `sex` where `gender` is protected."""
    for row in knowledge.tools("tokens"):
        words = [str(word) for word in row.get("words", ())]
        if row.get("group") == "protected" and any(_plain(word) == _plain(name) for word in words):
            found = [match for word in words for match in features.uses(word) if _plain(match.column) == _plain(word)]
            return next((match for match in found if match.certain), None)
    return None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _alike(one: _Named, match: Match) -> Finding:
    message = f"{match.column!r} is a feature, and says the same of a person as {one.name!r}, which is {one.role}"
    related = (Related(match.at, f"{match.column!r} is a feature here"),)
    return Finding(one.at, Kind.DEFECT, message, HELP, related, severity=Severity.WARNING)
