"""Whether a test looks at what the model answers."""

import re

from mlops_lint import (
    Charter,
    Evidence,
    Exercised,
    Finding,
    Grade,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    TestsCoverModel,
    Training,
    Unknown,
    check,
)

HELP = "add three fixed cases: one that must be positive, one where a change must move the score, one where it must not"
RUNS = re.compile(
    r"(?<![a-z])(?:predict|infer|forward|generat|classif|transcrib|detect|recommend|complet|invoke|answer|ask|embed|rank|"
    r"decision_function|evaluat|scor(?:e|ing)|respond|chat|forecast|estimat|run|serve|client\.(?:post|get)|__call__)|"
    r"(?:^|\.|_)(?:model|net|network|clf|classifier|pipeline|pipe|module|bot|agent|assistant)$",
    re.IGNORECASE,
)


def _applies(charter: Charter) -> bool | str:
    if charter.has("tests", "none_because"):
        return "there are no tests, and the charter says why (TE001)"
    return charter.has("tests", "model") or charter.stage == "production" or "asked for in production"


@check("TE004", level=3, gate=True, severity=Severity.WARNING, dimension="tests", when=_applies)
def behaviour_untested(charter: Charter, exercised: Exercised, covered: TestsCoverModel, training: Training) -> Results:
    """No test runs the model and looks at what comes out."""
    claims = exercised.claims.of("model")
    for claim in claims:
        yield _claimed(claim, exercised, covered, training)
    if not claims:
        yield _searched(charter.key_at("tests"), exercised, covered)


def _claimed(claim: TestClaim, exercised: Exercised, covered: TestsCoverModel, training: Training) -> Result:
    if unread := exercised.unread(claim):
        return Unknown(claim.at, unread[1], unread[0])
    tests = exercised.telling(exercised.claims.tests(claim))
    parts = any(exercised.looks_at_parts(test) for test in tests)
    if parts and all(exercised.only_types(test) for test in tests) and not exercised.doubt(claim):
        message = f"`{claim.text}` is said to test the model, and only looks at classes and attributes"
        return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, (Related(tests[0].at, "looks at no answer"),))
    names = {test.definition.name for test in tests}
    for shown in covered.shown if covered.present else ():
        if shown.at and shown.at.path in claim.files and shown.detail in names:
            return Evidence(claim.at, shown.at, Grade.LINKED)
    for test in tests:
        reach = exercised.reach(test)
        calls = [use.chain for _, use, _ in training.calls(reach)]
        if any(RUNS.search(name) for name in calls) or reach.opaque(frozenset()):
            return Unknown(claim.at, "whether what is asserted depends on the model cannot be told", test.at)
    if doubt := exercised.doubt(claim):
        return Unknown(claim.at, doubt[1], doubt[0])
    message = f"`{claim.text}` is said to test the model, and no test in it runs a model"
    return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, (Related(tests[0].at, "runs no model"),))


def _searched(claim: Location, exercised: Exercised, covered: TestsCoverModel) -> Result:
    at = next((shown.at for shown in covered.shown if shown.at), None)
    if covered.present and at:
        return Evidence(claim, at, Grade.LINKED)
    for one in exercised.claims.paths():
        if unread := exercised.claims.unread(one):
            return Unknown(claim, f"no Python test is seen to look at the model, but {unread[1]}", unread[0])
    return Finding(claim, Kind.ABSENCE, "no test runs the model and looks at what it answers", HELP)
