import re

from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Results, Severity, check, placeholder

ROUTE = ("team", "stakeholders")
MAKERS = frozenset(
    "ml machine learning ai data deep nlp vision software backend frontend research applied senior junior lead staff "
    "principal chief engineer engineers engineering scientist scientists science developer developers researcher "
    "researchers modeler modeller modelers programmer team analytics model models the of and".split()
)
"""Roles of only these words build the model."""
MAKING = frozenset("engineer scientist developer researcher programmer modeler modeller ml ai engineering".split())


@check("TM002", level=2, gate=True, severity=Severity.WARNING, dimension="collaboration")
def stakeholders_missing(charter: Charter) -> Results:
    """Fewer than two roles have a stake, one wants nothing, or nobody speaks for business, product or operation."""
    count = charter.items(*ROUTE)
    roles: dict[str, int] = {}
    silent = False
    for index in range(count):
        role = (charter.text(*ROUTE, index, "role") or "").strip()
        if placeholder(charter.text(*ROUTE, index, "wants")):
            silent = True
            yield Finding(
                charter.at(*ROUTE, index, "wants"),
                Kind.ABSENCE,
                f"what {role or 'this role'!r} wants is not said",
                help="ask them what would make the project a success, and write it down",
            )
        elif not placeholder(role):
            roles.setdefault(" ".join(_words(role)), index)
    if len(roles) < 2 and not silent:
        named = f"only {charter.text(*ROUTE, next(iter(roles.values())), 'role')!r}" if roles else "nobody"
        yield Finding(
            charter.key_at(*ROUTE),
            Kind.ABSENCE,
            f"{named} is named as having a stake in the project",
            help="name at least two roles in `team.stakeholders`, each with what it wants",
        )
    elif len(roles) >= 2 and all(_makes(role) for role in roles):
        yield Finding(
            charter.key_at(*ROUTE),
            Kind.ABSENCE,
            "nobody of business, product or operation is named, only those who build the model",
            help="name who uses, pays for or runs it, and what they want",
        )
    elif len(roles) >= 2:
        yield Evidence(charter.key_at(*ROUTE), charter.key_at(*ROUTE), Grade.STATED, f"{len(roles)} roles")


def _words(role: str) -> list[str]:
    return re.findall(r"[^\W_]+", role.casefold())


def _makes(role: str) -> bool:
    """Whether a role's words are all known, and say that it builds models or software."""
    words = [word.removesuffix("s") if word.removesuffix("s") in MAKERS else word for word in role.split()]
    return MAKERS.issuperset(words) and not MAKING.isdisjoint(words)
