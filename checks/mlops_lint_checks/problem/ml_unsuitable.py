from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Placeholders,
    Related,
    Results,
    Severity,
    admits,
    amount,
    brief,
    check,
)  # fmt: skip

ETHICS = ("goal", "ethics")
UNLABELLED_TASKS = frozenset(
    "clustering anomaly-detection forecasting generation retrieval recommendation reinforcement-learning other".split()
)


def _answers(charter: Charter) -> bool | str:
    given = charter.has(*ETHICS) or charter.has("data", "labels") or charter.has("goal", "why_ml")
    return given or charter.has("goal", "feasibility") or "the charter does not answer the questions that decide it"


@check("PR004", level=1, severity=Severity.ERROR, dimension="problem", when=_answers)
def ml_unsuitable(charter: Charter, placeholders: Placeholders) -> Results:
    """The charter's own answers describe a case in which machine learning should not be used."""
    found = [
        result
        for judge in (_fatal, _explained)
        for result in judge(charter)
    ]  # fmt: skip
    found += [*_labels(charter, placeholders), *_cost(charter), *_simple(charter)]
    yield from found
    if not found:
        claim = charter.at("goal", "why_ml")
        yield Evidence(claim, claim, Grade.STATED)


def _fatal(charter: Charter) -> Results:
    route = (*ETHICS, "single_error_fatal")
    if charter.get(*route) is not True or _human(charter):
        return
    claim = charter.at(*route)
    archetype = Related(charter.at("project", "archetype"), f"`{charter.archetype}`")
    if not charter.items("autonomy", "guardrails"):
        message = (
            "one error is fatal, and neither a person nor a guardrail stands between a prediction and what it does"
        )
        yield Finding(claim, Kind.DEFECT, message, "let a person decide, or add a guardrail", (archetype,))
    elif charter.number("autonomy", "max_failure_rate") is None:
        message = (
            "one error is fatal, and the charter allows any number of them: there is no `autonomy.max_failure_rate`"
        )
        yield Finding(claim, Kind.DEFECT, message, "state the failure rate that can be borne", (archetype,))


def _human(charter: Charter) -> bool:
    reviewed = charter.has("oversight", "review_in") or charter.has("oversight", "reviewer")
    return charter.archetype == "human-in-the-loop" or (reviewed and charter.archetype != "autonomous")


def _explained(charter: Charter) -> Results:
    route = (*ETHICS, "every_decision_must_be_explained")
    if charter.get(*route) is not True:
        return
    claim = charter.at(*route)
    help_text = "say how each decision is explained (`explainability` with a method and the scope local)"
    if charter.has("explainability", "not_applicable") or not charter.has("explainability"):
        where = charter.at("explainability", "not_applicable") if charter.has("explainability") else claim
        message = "every decision must be explained, and the charter declares no explanation"
        related = (Related(where, "said not to apply"),) if where != claim else ()
        yield Finding(claim, Kind.DEFECT, message, help_text, related)
    elif not charter.texts("explainability", "method"):
        at = charter.key_at("explainability")
        message = "every decision must be explained, and no method of explanation is named"
        yield Finding(claim, Kind.DEFECT, message, help_text, (Related(at, "no method"),))
    elif charter.text("explainability", "scope") == "global":
        at = charter.at("explainability", "scope")
        message = "every decision must be explained, and explanations are global: they explain the model, no decision"
        yield Finding(claim, Kind.DEFECT, message, help_text, (Related(at, "global"),))


def _labels(charter: Charter, placeholders: Placeholders) -> Results:
    mapped = charter.has("data", "labels", "status")
    route = ("data", "labels", "status") if mapped else ("data", "labels")
    if charter.text(*route) != "none" or charter.text("goal", "task") in UNLABELLED_TASKS:
        return
    if not (mapped and placeholders.answered("data", "labels", "plan")):
        message = f"there are no labels for {charter.text('goal', 'task')}, and no plan to get any"
        yield Finding(charter.at(*route), Kind.DEFECT, message, "plan the collection of labels first")


def _cost(charter: Charter) -> Results:
    route, gained = ("goal", "feasibility", "cost"), ("goal", "impact", "economic_gain")
    cost, gain = (amount(charter.text(*each) or "") for each in (route, gained))
    if cost is None or gain is None or (cost.currency, cost.periodic) != (gain.currency, gain.periodic):
        return
    if cost.value >= gain.value:
        per = " a year" if cost.periodic else ""
        message = f"it costs {cost.value:,.0f} {cost.currency}{per} and gains {gain.value:,.0f} {gain.currency}{per}"
        related = (Related(charter.at(*gained), "the gain"),)
        yield Finding(charter.at(*route), Kind.DEFECT, message, "do not build it, or find the larger gain", related)


def _simple(charter: Charter) -> Results:
    if sentence := admits(charter.text("goal", "why_ml") or ""):
        message = f"`goal.why_ml` itself says that something simpler does: {brief(sentence, 80)!r}"
        yield Finding(charter.at("goal", "why_ml"), Kind.DEFECT, message, "use that; or say where it fails")
