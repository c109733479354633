from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Keeping,
    Kept,
    Kind,
    NotKept,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)


def _sources(charter: Charter) -> bool | str:
    count = charter.items("data", "sources")
    claims = [charter.text("data", "sources", index, "versioned_with") for index in range(count)]
    if any(how not in (None, "none") for how in claims):
        return True
    return "no data source is said to be versioned" if count else "the charter names no data source"


@check("DA003", level=2, gate=True, severity=Severity.ERROR, dimension="data", caps=True, when=_sources)
def data_versioning_claim_false(charter: Charter, keeping: Keeping) -> Results:
    """A data source is not versioned the way the charter says."""
    for index in range(charter.items("data", "sources")):
        how = charter.text("data", "sources", index, "versioned_with")
        path = charter.text("data", "sources", index, "path")
        claim = charter.at("data", "sources", index, "versioned_with")
        if how is None or how == "none":
            continue
        answer = keeping.of(how, path, charter.path)
        if isinstance(answer, Kept):
            yield Evidence(claim, answer.at, answer.grade)
        elif isinstance(answer, NotKept):
            related = (Related(answer.at, answer.note),)
            yield Finding(claim, Kind.FALSE_CLAIM, answer.message, help=answer.mend, related=related)
        else:
            yield Unknown(claim, answer.reason, answer.at)
