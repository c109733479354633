from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    TestClaims,
    Unknown,
    brief,
    check,
)


@check("TE001", level=1, gate=True, severity=Severity.ERROR, dimension="tests")
def tests_missing(charter: Charter, claims: TestClaims) -> Results:
    """No test stands where the charter says that tests are, or it names none."""
    declared = claims.paths()
    if not declared and claims.incomplete:
        yield Unknown(charter.at("tests"), "`tests` names neither `paths` nor `none_because` (CH002)")
    elif not declared:
        yield _none(charter, claims.none_because)
    for claim in declared:
        yield _judged(claim, claims)


def _none(charter: Charter, reason: str | None) -> Finding:
    return Finding(
        charter.at("tests", "none_because") if reason else charter.at("tests"),
        Kind.ABSENCE,
        "the charter names no tests" + (f"; the reason given is {brief(reason)!r}" if reason else ""),
        help="one test that trains on ten rows and looks at the predictions is enough to begin with: `tests: tests/`",
    )


def _judged(claim: TestClaim, claims: TestClaims) -> Result:
    if claim.obstacle:
        return Unknown(claim.at, claim.obstacle)
    found = claims.tests(claim)
    if found:
        best = next((test for test in found if test.fate == "asserts"), found[0])
        return Evidence(claim.at, best.evidence or best.at, Grade.LINKED, f"tests in `{claim.text}`: {len(found)}")
    if unread := claims.unread(claim):
        place, reason = unread
        return Unknown(claim.at, f"no test is found in `{claim.text}`, but {reason}", place)
    missed = claims.missed(claim)
    files = f"{len(claim.files)} files" if len(claim.files) != 1 else f"only `{claim.files[0]}`"
    return Finding(
        claim.at,
        Kind.FALSE_CLAIM,
        f"no test is collected in `{claim.text}`, which holds {files}"
        + (f"; pytest does not look into `{missed.path}`, whose name does not begin with `test_`" if missed else ""),
        help="rename the file to `test_*.py`"
        if missed
        else "write one test there, or say in `tests.none_because` why not",
        related=(Related(missed, "named like a test, and never collected"),) if missed else (),
    )
