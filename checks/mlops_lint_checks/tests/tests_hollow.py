from itertools import groupby

from mlops_lint import (
    Evidence,
    Finding,
    Grade,
    Kind,
    Related,
    Results,
    Severity,
    TestClaim,
    TestClaims,
    TestFunction,
    Unknown,
    check,
)

FATES = {
    "hollow": ("asserts nothing", "assert what the test is named for: a value, a shape, a score on fixed rows"),
    "skipped": ("never counts", "make it run, or delete it: a test that is always skipped promises what nobody checks"),
    "constant": ("checks nothing", "compare with what the code returns"),
    "swallowed": (
        "checks nothing",
        "let the failure through, or expect the error with `pytest.raises`",
    ),
    "foreign": ("tests nothing of the project", "import what it is to test"),
}
_MANY = 5


def _declared(claims: TestClaims) -> bool | str:
    found = any(tests for _, tests in claims.grouped())
    return found or "no tests are found where the charter names some (TE001)"


@check("TE002", level=2, gate=True, severity=Severity.ERROR, dimension="tests", when=_declared)
def tests_hollow(claims: TestClaims) -> Results:
    """A declared test asserts nothing, is always skipped, cannot fail, or has nothing to do with the project."""
    unclear = [(claim, test) for claim, tests in claims.grouped() for test in tests if test.fate == "unclear"]
    known = False
    for claim, tests in claims.grouped():
        good = next((test for test in tests if test.fate == "asserts"), None)
        if good:
            known = True
            yield Evidence(claim.at, good.evidence or good.at, Grade.LINKED)
        bad = [test for test in tests if test.fate in FATES]
        known |= bool(bad)
        smoke = [test for test in bad if claims.smoke(test)]
        yield from _findings(claim, [test for test in bad if test not in smoke], None)
        yield from _findings(claim, smoke, Severity.INFO)
    if unclear and not known:
        claim, test = unclear[0]
        yield Unknown(claim.at, f"`{test.definition.name}`: {test.detail}", test.at)


def _cause(test: TestFunction) -> tuple[str, str, str]:
    return test.definition.path, test.fate, test.detail


def _findings(claim: TestClaim, tests: list[TestFunction], severity: Severity | None) -> Results:
    for _, group in groupby(sorted(tests, key=_cause), key=_cause):
        same = list(group)
        if len(same) > _MANY:
            yield _finding(claim, same[0], f"{len(same)} tests of this file are like {_name(same[0])}, which", severity)
            continue
        for test in same:
            yield _finding(claim, test, _name(test), severity)


def _name(test: TestFunction) -> str:
    return f"`{test.definition.name or test.definition.path}`"


def _finding(claim: TestClaim, test: TestFunction, who: str, severity: Severity | None) -> Finding:
    what, help_text = FATES[test.fate]
    why = f": {test.detail}" if test.detail else ""
    if test.fate == "hollow":
        why = ": it only shows that the code runs" if severity else ": only an exception can make it fail"
    return Finding(
        test.at,
        Kind.FALSE_CLAIM,
        f"{who} {what}{why}",
        help=help_text,
        related=(Related(claim.at, f"the charter counts `{claim.text}` among its tests"),),
        severity=severity,
    )
