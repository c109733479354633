from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Placeholders, Results, Severity, check

FEASIBILITY = ("goal", "feasibility")
IMPACT = ("goal", "impact")
QUESTIONS = (
    ("data availability", ((*FEASIBILITY, "data_access"),), "`goal.feasibility.data_access`"),
    ("accuracy requirement", ((*FEASIBILITY, "accuracy_needed"),), "`goal.feasibility.accuracy_needed`"),
    (
        "problem difficulty",
        tuple((*FEASIBILITY, name) for name in ("prior_work", "compute", "human_can_do", "hard_because")),
        "`goal.feasibility.prior_work`, `compute`, `human_can_do` or `hard_because`",
    ),
    (
        "cost of a wrong prediction",
        (
            (*FEASIBILITY, "wrong_prediction_cost"),
            ("metric", "error_costs", "false_positive"),
            ("metric", "error_costs", "false_negative"),
        ),
        "`goal.feasibility.wrong_prediction_cost`",
    ),
    (
        "benefit",
        (
            *((*IMPACT, name) for name in ("economic_gain", "product_need", "replaces", "applied_elsewhere")),
            ("goal", "business_metric", "to"),
        ),
        "`goal.impact.economic_gain`, `product_need` or `replaces`",
    ),
    (
        "constraints",
        tuple(
            ("goal", "constraints", name)
            for name in ("deadline", "budget", "people", "technical", "ethical", "regulatory")
        ),
        "`goal.constraints`",
    ),
)
"""What is asked, where the answer may stand, and what the finding calls that place."""


@check("PR005", level=2, gate=True, severity=Severity.WARNING, dimension="problem")
def feasibility_unanswered(charter: Charter, placeholders: Placeholders) -> Results:
    """What the project costs, needs and gains is not answered."""
    missing = [(what, where) for what, routes, where in QUESTIONS if not _any(routes, placeholders)]
    claim = charter.key_at(*FEASIBILITY)
    if not missing:
        yield Evidence(claim, claim, Grade.STATED)
        return
    if [what for what, _ in missing] == ["constraints"]:
        claim = charter.key_at("goal", "constraints")
    elif [what for what, _ in missing] == ["benefit"]:
        claim = charter.key_at(*IMPACT)
    named = ", ".join(what for what, _ in missing)
    yield Finding(claim, Kind.ABSENCE, f"no answer to: {named}", f"answer {'; '.join(where for _, where in missing)}")


def _any(routes: tuple[tuple[str, ...], ...], placeholders: Placeholders) -> bool:
    return any(placeholders.answered(*route) for route in routes)
