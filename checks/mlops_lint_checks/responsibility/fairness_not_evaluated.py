from mlops_lint import (
    ByGroup,
    Charter,
    Code,
    Definition,
    Evaluations,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Implementations,
    Kind,
    Location,
    Recorded,
    Related,
    Result,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

MEASURE = "measure by each attribute (a MetricFrame, a groupby) and record the gap"
ATTRIBUTES = ("fairness", "protected_attributes")


def _applies(charter: Charter) -> bool | str:
    return charter.items(*ATTRIBUTES) > 0 or "no protected attribute is declared"


@check("RS002", level=3, gate=True, severity=Severity.ERROR, dimension="responsibility", caps=True, when=_applies)
def fairness_not_evaluated(
    charter: Charter, implementations: Implementations, evaluations: Evaluations, recorded: Recorded
) -> Results:
    """No metric is compared between the groups that the charter protects, or no result is kept."""
    yield from _kept(charter, recorded)
    text = charter.text("fairness", "evaluated_in")
    if text is None:
        yield Finding(
            charter.key_at(*ATTRIBUTES), Kind.ABSENCE, "attributes are protected, and no code compares the groups",
            help=f"{MEASURE}; name the code as `fairness.evaluated_in`",
        )  # fmt: skip
        return
    claim = charter.at("fairness", "evaluated_in")
    found = implementations.of(text)
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    fault = implementations.fault(found)
    if not fault and not Code.is_test(found.path) and implementations.tested_only(found):
        fault = "only tests call it"
    if fault and ("call" not in fault or charter.has("fairness", "recorded_in")):
        said = (Related(found.at, fault),)
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` compares nothing: {fault}", MEASURE, said)
        return
    if doubt := fault or implementations.doubt(found):
        yield Unknown(claim, f"whether `{text}` is ever run cannot be told: {doubt}", found.at)
    pointer = charter.text("fairness", "recorded_in")
    number = recorded.number(pointer)
    yield from _measured(charter, claim, found, evaluations.of(_roots(found), number.path if number else ""))


def _roots(found: Implementation) -> tuple[Definition, ...]:
    if found.definition is not None and found.definition.kind == "function":
        return (found.definition,)
    return found.roots


def _kept(charter: Charter, recorded: Recorded) -> Results:
    pointer = charter.text("fairness", "recorded_in")
    if pointer is None:
        yield Finding(
            charter.key_at(*ATTRIBUTES), Kind.ABSENCE, "attributes are protected, and no result between groups is kept",
            help="write the gap into a file, and name it as `fairness.recorded_in`",
        )  # fmt: skip
    elif (number := recorded.number(pointer)) is not None:
        yield Evidence(charter.at("fairness", "recorded_in"), number.at, Grade.LINKED)
    else:
        yield Unknown(charter.at("fairness", "recorded_in"), recorded.why_not(pointer))


def _measured(charter: Charter, claim: Location, found: Implementation, by: ByGroup) -> Results:
    missed = False
    listed = isinstance(charter.get(*ATTRIBUTES), list)
    for index, name in enumerate(charter.texts(*ATTRIBUTES)):
        at = charter.at(*ATTRIBUTES, index) if listed else charter.at(*ATTRIBUTES)
        result = _touched(at, name, found, by)
        missed = missed or isinstance(result, Finding)
        yield result
    if missed:
        return
    if not by.splits():
        message = f"`{found.name}` never takes the rows apart by group"
    elif not by.measures():
        message = f"`{found.name}` computes no metric for a group"
    else:
        yield Evidence(claim, found.at, Grade.LINKED)
        return
    yield Finding(
        claim, Kind.FALSE_CLAIM, message, MEASURE, (Related(found.at, "groups are said to be compared here"),)
    )


def _touched(at: Location, name: str, found: Implementation, by: ByGroup) -> Result:
    if place := by.names(name):
        return Evidence(at, place, Grade.LINKED)
    if place := by.from_settings(name):
        return Unknown(at, f"{name!r} may be read from here by `{found.name}`", place)
    if place := by.any_column():
        return Unknown(at, f"which columns `{found.name}` compares is decided when it runs", place)
    said = (Related(found.at, f"{name!r} is not named in what runs from here"),)
    return Finding(at, Kind.FALSE_CLAIM, f"`{found.name}` never compares groups by {name!r}", MEASURE, said)
