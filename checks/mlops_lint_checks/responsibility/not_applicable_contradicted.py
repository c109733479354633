from collections.abc import Iterator

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    PeopleColumns,
    Related,
    Results,
    Severity,
    check,
)  # fmt: skip

BLOCKS = ("fairness", "explainability")
EVALUATE = "evaluate what is declared not to apply"


def _waived(charter: Charter) -> bool | str:
    if any(charter.text(block, "not_applicable") for block in BLOCKS) or _unaffected(charter):
        return True
    return "neither fairness nor explainability is said not to apply"


def _unaffected(charter: Charter) -> bool:
    return charter.get("fairness", "people_affected") is False and not charter.items("fairness", "protected_attributes")


@check("RS005", level=2, severity=Severity.ERROR, dimension="responsibility", caps=True, when=_waived)
def not_applicable_contradicted(charter: Charter, people: PeopleColumns) -> Results:
    """Fairness or explainability is waved away, and the model judges people."""
    found = False
    if charter.text("fairness", "not_applicable") or _unaffected(charter):
        for result in _fairness(charter, people):
            found = True
            yield result
    if charter.text("explainability", "not_applicable"):
        for result in _explained(charter, people):
            found = True
            yield result
    if not found:
        block = next((name for name in BLOCKS if charter.text(name, "not_applicable")), "fairness")
        claim = charter.at(block, "not_applicable" if charter.text(block, "not_applicable") else "people_affected")
        yield Evidence(claim, claim, Grade.STATED)


def _fairness(charter: Charter, people: PeopleColumns) -> Iterator[Finding]:
    field = "not_applicable" if charter.text("fairness", "not_applicable") else "people_affected"
    claim = charter.at("fairness", field)
    columns = people.protected()
    if columns:
        names = ", ".join(repr(column.name) for column in columns[:4])
        related = tuple(Related(column.at, f"{column.name!r} says something of a person") for column in columns[:4])
        message = f"fairness is said not to apply, and the data name {names}"
        help_text = f"{EVALUATE}: compare the metric between the groups (`fairness.evaluated_in`)"
        yield Finding(claim, Kind.FALSE_CLAIM, message, help=help_text, related=related)
    elif charter.get("fairness", "people_affected") is not False:
        yield from _domain(charter, people, claim, "fairness")


def _explained(charter: Charter, people: PeopleColumns) -> Iterator[Finding]:
    claim = charter.at("explainability", "not_applicable")
    if charter.get("goal", "ethics", "every_decision_must_be_explained") is True:
        related = (Related(charter.at("goal", "ethics", "every_decision_must_be_explained"), "true here"),)
        message = "explainability is said not to apply, and every decision must be explained"
        yield Finding(claim, Kind.FALSE_CLAIM, message, help="name the method that explains them", related=related)
    elif charter.get("fairness", "people_affected") is not False:
        yield from _domain(charter, people, claim, "explainability")


def _domain(charter: Charter, people: PeopleColumns, claim: Location, what: str) -> Iterator[Finding]:
    domain = charter.text("project", "domain") or ""
    if people.sensitive(domain):
        related = (Related(charter.at("project", "domain"), f"domain: {domain}"),)
        message = f"{what} is said not to apply, and the domain is {domain!r}"
        help_text = f"{EVALUATE}, or set `fairness.people_affected` to false with the reason"
        yield Finding(claim, Kind.FALSE_CLAIM, message, help=help_text, related=related)
