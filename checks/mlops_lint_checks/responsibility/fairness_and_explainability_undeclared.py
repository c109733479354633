import re

from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Results, Severity, check

CLAIMS = {
    "fairness": ("protected_attributes", "evaluated_in", "recorded_in", "metric", "mitigation"),
    "explainability": ("method", "produced_in", "served_in"),
}

NO_REASON = re.compile(r"\W*(?:n/?a|none|no|nil|null|not applicable|does not apply|해당 ?없음|없음)?\W*", re.IGNORECASE)
"""What only repeats that it does not apply."""


@check("RS001", level=1, gate=True, severity=Severity.ERROR, dimension="responsibility")
def fairness_and_explainability_undeclared(charter: Charter) -> Results:
    """Neither fairness nor explainability is declared, nor a reason why they do not apply."""
    answered = False
    for block, fields in CLAIMS.items():
        stated = [field for field in fields if charter.has(block, field)]
        if stated or _reason(charter.text(block, "not_applicable")):
            answered = True
            claim = charter.at(block, stated[0] if stated else "not_applicable")
            yield Evidence(claim, claim, Grade.STATED)
    if not answered:
        block = next((name for name in CLAIMS if charter.has(name)), "fairness")
        yield Finding(
            charter.at(block),
            Kind.ABSENCE,
            "neither fairness nor explainability is declared: who is affected, and who can ask why?",
            help="name the protected attributes or the method, or say in `not_applicable` why nobody is affected",
        )


def _reason(text: str | None) -> bool:
    return bool(text) and not NO_REASON.fullmatch(text or "")
