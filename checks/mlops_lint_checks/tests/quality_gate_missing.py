"""Whether a model that misses its target is turned down by something that runs."""

import re

from mlops_lint import (
    Bound,
    Charter,
    Code,
    Evidence,
    Exercised,
    FileTarget,
    Finding,
    Gating,
    Grade,
    Integration,
    Kind,
    Related,
    Result,
    Results,
    Severity,
    TestClaim,
    TestFunction,
    Unknown,
    check,
)

HELP = "compare the recorded value with the charter's target in a test, and read the target from the charter"
COMMANDS = re.compile(
    r"(?:quality|model|metric)[-_]?gate|check[-_](?:metrics?|model|quality|target)|validate[-_](?:metrics?|model)|"
    r"--(?:min|target|threshold|required|fail)[\w-]*[= ]\s*0?\.\d+|mlops-lint",
    re.IGNORECASE,
)

CI_OFF = re.compile(
    r"^[ \t]*(?:CI|GITHUB_ACTIONS)\s*:|\bCI=|-u +CI\b|\bunset +CI\b|--unset[= ]CI\b|\btox\b", re.MULTILINE
)
"""What keeps the variable from the tests."""


def _applies(charter: Charter) -> bool | str:
    if charter.has("tests", "gate"):
        return True
    return charter.stage == "production" or "asked for in production"


@check("TE006", level=3, gate=True, severity=Severity.ERROR, dimension="tests", caps=True, when=_applies)
def quality_gate_missing(
    charter: Charter, code: Code, exercised: Exercised, gating: Gating, integration: Integration
) -> Results:
    """No test or step fails when the metric misses its target, or it asks for another number than the charter."""
    claims = exercised.claims.of("gate")
    for claim in claims:
        left_out = _left_out(claim, exercised, integration) or _switched_off(claim, exercised, integration, code)
        yield left_out or _claimed(claim, charter, code, exercised, gating)
    if not claims:
        yield _searched(charter, exercised, gating, integration)


def _left_out(claim: TestClaim, exercised: Exercised, integration: Integration) -> Finding | None:
    """An option such as `--ignore` keeps the gate out of every run, and nothing else runs it."""
    runs = [integration.run(path) for path in {test.definition.path for test in exercised.claims.tests(claim)}]
    if not runs or integration.obstacle or any(run.fare != "filtered" for run in runs):
        return None
    message = f"CI runs the tests without `{claim.text}`, and nothing else runs it"
    said = (Related(runs[0].at, "leaves it out"),)
    return Finding(claim.at, Kind.FALSE_CLAIM, message, "let a step of CI run the gate", said)


def _switched_off(claim: TestClaim, exercised: Exercised, integration: Integration, code: Code) -> Finding | None:
    """Every test of the gate skips itself where CI runs it."""
    tests = exercised.telling(exercised.claims.tests(claim))
    off = bool(tests) and all(exercised.off_in_ci(test) for test in tests)
    if not off or integration.obstacle or not integration.on_change:
        return None
    texts = [code.view.read(config.path).decode("utf-8", "replace") for config in integration.on_change]
    commands = (command for config in integration.on_change for command in integration.commands(config))
    texts += [f"{command.text} {command.at.path}" for command in commands]
    if any(CI_OFF.search(text) for text in texts):
        return None
    message = f"`{claim.text}` is skipped wherever CI runs it, so no step fails when the target is missed"
    said = (Related(tests[0].at, "skipped where `CI` is set"),)
    return Finding(claim.at, Kind.FALSE_CLAIM, message, "let the gate run in CI", said)


def _claimed(claim: TestClaim, charter: Charter, code: Code, exercised: Exercised, gating: Gating) -> Result:
    if isinstance(claim.target, FileTarget) and not claim.target.path.endswith(".py"):
        return Unknown(claim.at, f"`{claim.text}` is no Python test; what it compares is not read", claim.target.at)
    if isinstance(claim.target, FileTarget) and not exercised.claims.tests(claim):
        if found := _program(claim, claim.target, charter, code, gating):
            return found
    if unread := exercised.unread(claim):
        return Unknown(claim.at, unread[1], unread[0])
    tests = exercised.telling(exercised.claims.tests(claim))
    bounds = [bound for test in tests for bound in gating.bounds(exercised.nodes(test))]
    if not any(bound.holds or bound.target for bound in bounds):
        turned = [one for test in tests for one in gating.turned(exercised.nodes(test))]
        if turned:
            what = f"the gate passes where {charter.text('metric', 'name')} is worse than its target"
            related = (Related(turned[0], "asks for less of it"), Related(charter.at("metric", "target"), "the target"))
            return Finding(claim.at, Kind.FALSE_CLAIM, what, "turn the comparison round", related)
    if bounds:
        return _judged(claim, charter, bounds, gating)
    if doubt := exercised.doubt(claim):
        return Unknown(claim.at, doubt[1], doubt[0])
    if _elsewhere(tests, code, exercised, gating):
        return Unknown(claim.at, "which numbers it compares cannot be told", tests[0].at)
    message = f"`{claim.text}` is said to be the quality gate, and it compares the metric with nothing"
    return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, (Related(tests[0].at, "compares nothing"),))


def _program(claim: TestClaim, file: FileTarget, charter: Charter, code: Code, gating: Gating) -> Result | None:
    """A gate that is a program and no test: it has to fail, and to ask for the charter's number."""
    bounds, fails = gating.program(file.path) if file.path in code.modules else ([], True)
    if not bounds:
        return None
    if not fails:
        message = f"`{claim.text}` compares the metric with its bound, and can never fail"
        related = (Related(bounds[0].at, "nothing exits, raises or asserts"),)
        return Finding(claim.at, Kind.FALSE_CLAIM, message, "exit with an error where the target is missed", related)
    return _judged(claim, charter, bounds, gating)


def _judged(claim: TestClaim, charter: Charter, bounds: list[Bound], gating: Gating) -> Result:
    for bound in bounds:
        if bound.holds or (bound.number is None and bound.target):
            return Evidence(claim.at, bound.at, Grade.AGREED if bound.holds else Grade.LINKED)
    target, name = gating.target(), charter.text("metric", "name")
    for bound in bounds:
        if bound.holds is False and not bound.baseline:
            message = f"the gate asks for {name} {bound.number:g}, and the charter's target is {target:g}"
            related = (Related(bound.at, f"{bound.number:g}"), Related(charter.at("metric", "target"), f"{target:g}"))
            return Finding(claim.at, Kind.FALSE_CLAIM, message, HELP, related)
    for bound in bounds:
        if bound.baseline:
            return Evidence(claim.at, bound.at, Grade.LINKED, "compared with the baseline")
    return Unknown(claim.at, "whether the number is the charter's cannot be told", bounds[0].at)


def _elsewhere(tests: list[TestFunction], code: Code, exercised: Exercised, gating: Gating) -> bool:
    """Whether the comparison may stand in what a test calls, or behind what cannot be followed."""
    for test in tests:
        reach = exercised.reach(test)
        if reach.opaque(frozenset()) or exercised.starts(test, re.compile("")):
            return True
        inner = [one for one in reach.definitions if one.kind == "function"]
        if gating.ordered((one.path, one.qualname, code.node(one)) for one in inner):
            return True
        if any(word in code.text(test.definition.path).text for word in ("approx", "allclose", "isclose", "mlops")):
            return True
    return False


def _searched(charter: Charter, exercised: Exercised, gating: Gating, integration: Integration) -> Result:
    claim = charter.key_at("metric", "target")
    for test in exercised.telling():
        for bound in gating.bounds(exercised.nodes(test)):
            if bound.holds or (bound.number is None and (bound.target or bound.baseline) and not bound.wide):
                return Evidence(claim, bound.at, Grade.LINKED)
    if at := gating.stopping():
        return Evidence(claim, at, Grade.PRESENT, "code stops where the target is missed")
    for config in integration.on_change:
        for command in integration.commands(config):
            if COMMANDS.search(command.text):
                return Evidence(claim, command.at, Grade.PRESENT)
    for one in exercised.claims.paths():
        if unread := exercised.claims.unread(one):
            return Unknown(claim, f"no Python test compares the metric with its target, but {unread[1]}", unread[0])
    name = charter.text("metric", "name") or "the metric"
    return Finding(claim, Kind.ABSENCE, f"no test and no step of CI fails when {name} misses its target", HELP)
