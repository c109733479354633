"""Whether data that are said to be about nobody name people."""

from mlops_lint import (
    Charter,
    Columns,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    Personal,
    Related,
    Results,
    Severity,
    check,
)  # fmt: skip

HELP = "set `personal_data: true`, with its basis, controls and retention, or leave these columns out of the data"
SHOWN = 4


def _has_data(charter: Charter) -> bool | str:
    return charter.items("data", "sources") > 0 or "the charter names no data source"


@check("DA010", level=2, severity=Severity.ERROR, dimension="data", caps=True, when=_has_data)
def personal_data_contradicted(charter: Charter, personal: Personal) -> Results:
    """Data are said not to be about persons, and their columns name people."""
    overall = charter.get("data", "privacy", "personal_data")
    claims = [charter.get("data", "sources", n, "personal_data") for n in range(charter.items("data", "sources"))]
    found = [_source(charter, personal, index, overall) for index in range(len(claims))]
    findings = [one for one in found if one is not None]
    claim = charter.at("data", "privacy", "personal_data") if overall is not None else charter.at("data", "sources")
    if overall is False:
        findings += _within(charter, claim, claims)
    if not findings and overall is not True and True not in claims:
        columns = personal.coded()
        if not columns.telling and (overall is False or False in claims):
            columns = personal.recorded()
        if columns.telling:
            place = claim if overall is False or False not in claims else _denied(charter, claims)
            findings.append(_finding(place, columns, denied=overall is False or False in claims, whose="the data"))
        elif overall is False:
            schema = charter.text("deployment", "input_schema")
            asked = personal.asked(schema) if schema else personal.handled()
            findings += [_finding(claim, asked, denied=True, whose="a request")] if asked.telling else []
    yield from findings
    if not findings:
        yield Evidence(claim, claim, Grade.STATED)


def _source(charter: Charter, personal: Personal, index: int, overall: object) -> Finding | None:
    """One source against its own header and schema."""
    route: tuple[str | int, ...] = ("data", "sources", index)
    said = charter.get(*route, "personal_data")
    if said is True or (said is None and overall is True):
        return None
    path = charter.text(*route, "path")
    columns = personal.source(path, charter.text(*route, "schema"))
    if not columns.telling:
        return None
    claim = charter.at(*route, "personal_data") if said is False else charter.at(*route, "path" if path else "uri")
    if said is None and overall is False:
        claim = charter.at("data", "privacy", "personal_data")
    name = charter.text(*route, "name") or path or "the source"
    return _finding(claim, columns, denied=said is False or overall is False, whose=name)


def _within(charter: Charter, claim: Location, claims: list[object]) -> list[Finding]:
    """The charter against itself."""
    said = []
    if True in claims:
        said = [Related(charter.at("data", "sources", claims.index(True), "personal_data"), "this source holds them")]
    elif charter.items("data", "privacy", "columns"):
        said = [Related(charter.at("data", "privacy", "columns"), "these columns hold them")]
    message = "`personal_data: false` is said here, and the charter itself names personal data"
    return [Finding(claim, Kind.FALSE_CLAIM, message, HELP, tuple(said))] if said else []


def _denied(charter: Charter, claims: list[object]) -> Location:
    return charter.at("data", "sources", claims.index(False), "personal_data")


def _finding(claim: Location, columns: Columns, *, denied: bool, whose: str) -> Finding:
    names = list(dict.fromkeys(column.name for column in columns.telling))
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    said = "said to hold no personal data" if denied else "not said to hold personal data"
    noun = "has the column" if len(names) == 1 else "has the columns"
    verb = "are" if whose == "the data" else "is"
    message = f"{whose} {verb} {said}, and {noun if verb == 'is' else noun.replace('has', 'have')} {shown}"
    places = {column.at: f"`{column.name}`" for column in reversed(columns.telling)}
    related = tuple(Related(at, text) for at, text in list(reversed(places.items()))[:SHOWN])
    return Finding(claim, Kind.FALSE_CLAIM if denied else Kind.ABSENCE, message, HELP, related)
