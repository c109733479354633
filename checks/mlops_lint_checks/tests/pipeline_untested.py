"""Whether a test runs training."""

import re

from mlops_lint import (
    Charter,
    Definition,
    Evidence,
    Exercised,
    Finding,
    Grade,
    Implementation,
    Kind,
    Location,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    TestFunction,
    Training,
    Unknown,
    check,
)

HELP = "run training on a tiny sample in a test: a few rows, one epoch, a temporary folder"


def _pipeline(charter: Charter, training: Training) -> bool | str:
    if charter.has("tests", "none_because"):
        return "there are no tests, and the charter says why (TE001)"
    if training.asked == "only a pretrained base is used" and not charter.has("tests", "pipeline"):
        return "only a pretrained base is used"
    if charter.has("model", "pipeline") or charter.has("tests", "pipeline"):
        return True
    return "the charter names no pipeline"


@check("TE005", level=2, gate=True, severity=Severity.WARNING, dimension="tests", when=_pipeline)
def pipeline_untested(charter: Charter, exercised: Exercised, training: Training) -> Results:
    """No test runs training on a tiny sample."""
    claims = exercised.claims.of("pipeline")
    for claim in claims:
        yield _claimed(claim, charter, exercised, training)
    if not claims:
        yield _searched(charter.at("model", "pipeline"), charter, exercised, training)


def _claimed(claim: TestClaim, charter: Charter, exercised: Exercised, training: Training) -> Result:
    if unread := exercised.unread(claim):
        return Unknown(claim.at, unread[1], unread[0])
    tests = exercised.telling(exercised.claims.tests(claim))
    if test := _runs(tests, charter, exercised, training):
        return Evidence(claim.at, test.at, Grade.LINKED)
    goal = _goal(training)
    if at := exercised.perhaps(tests, [one.name for one in goal]):
        return Unknown(claim.at, "a call that cannot be followed may run training", at)
    if doubt := exercised.doubt(claim):
        return Unknown(claim.at, doubt[1], doubt[0])
    found = training.declared
    name = f"`{found.name}`" if isinstance(found, Implementation) else "any training"
    message = f"`{claim.text}` is said to test the pipeline, and no test in it runs {name}"
    return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, (Related(tests[0].at, "runs no training"),))


def _searched(claim: Location, charter: Charter, exercised: Exercised, training: Training) -> Result:
    tests = exercised.telling()
    if test := _runs(tests, charter, exercised, training) or _step(tests, exercised, training):
        return Evidence(claim, test.at, Grade.LINKED)
    if at := exercised.perhaps(tests, [one.name for one in _goal(training)]):
        return Unknown(claim, "a call that cannot be followed may run training", at)
    for one in exercised.claims.paths():
        if unread := exercised.claims.unread(one):
            return Unknown(claim, f"no Python test runs training, but {unread[1]}", unread[0])
    return Finding(claim, Kind.ABSENCE, "no test runs training, not even on a tiny sample", HELP)


def _goal(training: Training) -> list[Definition]:
    """What has to run: the declared code and, of a script, its main part."""
    found = training.declared
    if not isinstance(found, Implementation):
        return []
    if found.definition is not None and found.definition.kind != "module":
        return [found.definition]
    return [root for root in found.roots if root.kind != "module" or root.qualname == "<main>"]


def _heart(goal: list[Definition], training: Training) -> list[Definition]:
    """Functions that do all the fitting of the declared code, which may only read the parameters and call them."""
    reached = training.code.reachable(goal).definitions
    fits = {fit.by for fit in training.fits(reached)}
    above = [training.callers([one], imports=False) for one in sorted(fits)]
    shared = frozenset.intersection(reached, *above) if above else frozenset()
    return sorted(one for one in shared if one.kind == "function" and not training.code.is_test(one.path))


def _runs(tests: list[TestFunction], charter: Charter, exercised: Exercised, training: Training) -> TestFunction | None:
    """The first test that calls the declared training, starts it as a program, or (undeclared) fits something."""
    goal = _goal(training)
    if goal and (test := exercised.running(tests, [*goal, *_heart(goal, training)])):
        return test
    found = training.declared
    stem = found.path.rpartition("/")[2].removesuffix(".py") if isinstance(found, Implementation) else "train"
    pipeline = (charter.text("model", "pipeline") or "train").rpartition("/")[2]
    words = re.compile(rf"\b{re.escape(stem)}\b|\brepro\b|\bmake\b|{re.escape(pipeline)}|\btrain")
    if started := next((test for test in tests if exercised.starts(test, words)), None):
        return started
    return None if goal else _step(tests, exercised, training)


def _step(tests: list[TestFunction], exercised: Exercised, training: Training) -> TestFunction | None:
    """A test that fits something by the project's own code, were it one step."""
    for test in tests:
        reach = exercised.reach(test)
        if training.fits(reach) and any(
            not training.code.is_test(one.path) and one.qualname for one in reach.definitions
        ):
            return test
    return None
