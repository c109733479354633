"""Whether the model, or what prepares its rows, has seen what it is scored on."""

from mlops_lint import (
    Charter,
    Code,
    Copies,
    DataLeakage,
    Evidence,
    Features,
    Finding,
    Grade,
    Kind,
    Location,
    Match,
    Related,
    Results,
    Severity,
    Shipped,
    Unknown,
    check,
)  # fmt: skip

FIT = "fit it on the training rows alone: put it into the model's pipeline, or split first"
DROP = "take it out of the features: the model would only repeat the answer"
OWN_TARGETS = frozenset("forecasting generation retrieval anomaly-detection clustering recommendation".split())
"""Tasks in which the target's own past is a fair feature, or in which there is none."""


def _code(code: Code) -> bool | str:
    return bool(code.modules) or "there is no Python code"


@check("DA007", level=2, gate=True, severity=Severity.ERROR, dimension="data", when=_code)
def leakage(
    charter: Charter, practice: DataLeakage, features: Features, copies: Copies, shipped: Shipped, code: Code
) -> Results:
    """Something is fitted before the split, or the target is among the features."""
    claim = charter.key_at("data", "splits")
    named = charter.has("model", "trained_by") or charter.has("metric", "computed_in")
    scope = {one.path for one in shipped.trained.definitions} if named else set(code.modules)
    leaks = [shown for shown in practice.shown if shown.at is not None and shown.at.path in scope]
    findings = [] if not practice.present else [_leak(charter, claim, shown.at, shown.detail) for shown in leaks]
    findings += _target(charter, features, copies, shipped)
    yield from findings
    if findings:
        return
    if practice.state == "unclear":
        yield Unknown(
            claim, "whether something is fitted before the split cannot be told", leaks[0].at if leaks else None
        )
    else:
        at = code.at(shipped.training[0]) if shipped.training else claim
        yield Evidence(claim, at, Grade.PRESENT, "nothing is fitted before the split")


def _leak(charter: Charter, claim: Location, at: Location | None, detail: str) -> Finding:
    said = (Related(claim, "the split that the charter names"),) if charter.has("data", "splits") else ()
    return Finding(at or claim, Kind.DEFECT, f"{detail}: it has seen the rows that are scored", FIT, said)


def _target(charter: Charter, features: Features, copies: Copies, shipped: Shipped) -> list[Finding]:
    column = charter.text("data", "labels", "column") if charter.has("data", "labels", "status") else None
    if column is None or charter.text("goal", "task") in OWN_TARGETS:
        return []
    claim = charter.at("data", "labels", "column")
    if (match := _certain(features.uses(column))) is not None:
        message = f"the label {column!r} is among the features" + _as(match, column)
        return [Finding(match.at, Kind.DEFECT, message, DROP, (Related(claim, "the label"),))]
    for copy in copies.of(column):
        if (match := _certain(features.uses(copy.name))) is not None and match.column == copy.name:
            said = (Related(copy.at, f"a copy of {column!r}"), Related(claim, "the label"))
            return [Finding(match.at, Kind.DEFECT, f"the feature {copy.name!r} is the label {column!r}", DROP, said)]
    if (told := copies.told(column, shipped.trained)) is not None:
        message = f"the label {column!r} is among the words of {told[0]!r}, which the model reads"
        return [Finding(told[1], Kind.DEFECT, message, DROP, (Related(claim, "the label"),))]
    return []


def _certain(found: list[Match]) -> Match | None:
    return next((match for match in found if match.certain), None)


def _as(match: Match, column: str) -> str:
    return "" if match.column == column else f", as {match.column!r}"
