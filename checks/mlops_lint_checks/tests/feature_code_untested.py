"""Whether the code that makes features is run by a test."""

import re

from mlops_lint import (
    Charter,
    Code,
    ColumnMakers,
    Definition,
    Evidence,
    Exercised,
    Finding,
    Grade,
    Implementation,
    Implementations,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    Unknown,
    check,
)

PROGRAM = re.compile(r"\brepro\b|\bmake\b|\.py\b|\.sh\b|-m\b")
HELP = "call it in a test with a hand-made row, and assert what comes out"


def _declared(charter: Charter) -> bool | str:
    if charter.has("tests", "none_because"):
        return "there are no tests, and the charter says why (TE001)"
    return charter.has("data", "features", "defined_in") or "the charter names no feature code"


@check("TE003", level=3, gate=True, severity=Severity.WARNING, dimension="tests", when=_declared)
def feature_code_untested(
    charter: Charter, code: Code, exercised: Exercised, implementations: Implementations, makers: ColumnMakers
) -> Results:
    """No test runs the code that makes the features."""
    claim = charter.at("data", "features", "defined_in")
    found = implementations.of(charter.text("data", "features", "defined_in") or "")
    if isinstance(found, str):
        yield Unknown(claim, found)
        return
    wanted = _functions(found, code)
    if not wanted:
        yield Evidence(claim, found.at, Grade.PRESENT, "names alone: nothing there could be run by a test")
        return
    claims = exercised.claims.of("features")
    results = [_claimed(one, found, wanted, exercised) for one in claims]
    results = results or [_searched(claim, found, wanted, exercised)]
    left = _left(claim, wanted, exercised, makers) if all(isinstance(one, Evidence) for one in results) else None
    yield from [left] if left else results


def _left(claim: Location, wanted: list[Definition], exercised: Exercised, makers: ColumnMakers) -> Finding | None:
    """A function that makes a feature of the list, beside others that some test runs."""
    tests = exercised.telling()
    unread = any(exercised.claims.unread(one) for one in exercised.claims.paths())
    if len(wanted) < 2 or unread or any(exercised.starts(test, PROGRAM) for test in tests):
        return None
    for one in wanted:
        column = makers.made(one)
        alone = column and makers.used(one) and not exercised.running(tests, [one])
        if alone and not exercised.perhaps(tests, [one.name]):
            message = f"no test runs `{one.qualname}`, which makes the feature `{column}`"
            said = (Related(exercised.code.at(one), "run by no test"),)
            return Finding(claim, Kind.ABSENCE, message, HELP, said)
    return None


def _functions(found: Implementation, code: Code) -> list[Definition]:
    """The named function, or every function of the named class or file."""
    if found.definition is not None and found.definition.kind == "function":
        return [found.definition]
    inner = code.modules[found.path].definitions.items() if found.path in code.modules else ()
    within = f"{found.definition.qualname}." if found.definition and found.definition.kind == "class" else ""
    return [one for name, one in inner if one.kind == "function" and name.startswith(within) and one.name != "main"]


def _claimed(claim: TestClaim, found: Implementation, wanted: list[Definition], exercised: Exercised) -> Result:
    if unread := exercised.unread(claim):
        return Unknown(claim.at, unread[1], unread[0])
    tests = exercised.telling(exercised.claims.tests(claim))
    if test := exercised.running(tests, wanted):
        return Evidence(claim.at, test.at, Grade.LINKED)
    if at := exercised.perhaps(tests, [one.name for one in wanted]):
        return Unknown(claim.at, f"a call that cannot be followed may be `{found.name}`", at)
    if doubt := exercised.doubt(claim):
        return Unknown(claim.at, doubt[1], doubt[0])
    message = f"`{claim.text}` is said to test the features, and no test in it runs {_name(found)}"
    return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, (Related(found.at, "run by none of its tests"),))


def _searched(claim: Location, found: Implementation, wanted: list[Definition], exercised: Exercised) -> Result:
    tests = exercised.telling()
    if test := exercised.running(tests, wanted):
        return Evidence(claim, test.at, Grade.LINKED)
    if at := exercised.perhaps(tests, [one.name for one in wanted]):
        return Unknown(claim, f"a call that cannot be followed may be `{found.name}`", at)
    for one in exercised.claims.paths():
        if unread := exercised.claims.unread(one):
            return Unknown(claim, f"no Python test runs {_name(found)}, but {unread[1]}", unread[0])
    return Finding(claim, Kind.ABSENCE, f"no test runs {_name(found)}", HELP, (Related(found.at, "run by no test"),))


def _name(found: Implementation) -> str:
    return f"`{found.name}`" if found.definition else f"the code of {found.path}"
