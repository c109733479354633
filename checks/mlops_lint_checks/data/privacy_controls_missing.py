"""Whether data about people are protected, and as the charter says."""

from mlops_lint import (
    Applied,
    Bypassed,
    Charter,
    Controls,
    Evidence,
    Finding,
    Grade,
    Kind,
    Location,
    NoCode,
    Related,
    Results,
    Severity,
    Unknown,
    check,
)  # fmt: skip

REGULATED = frozenset("health healthcare medical credit finance banking insurance hiring education police".split())
ASKED = {
    "basis": "the ground on which they are used (`basis`)",
    "controls": "what protects them (`controls`)",
    "retention_days": "how long they are kept (`retention_days`)",
    "regulations": "the laws that apply (`regulations`)",
}


def _personal(charter: Charter) -> bool | str:
    if _claim(charter) is not None or _unanswered(charter):
        return True
    return "the charter declares no personal data"


def _unanswered(charter: Charter) -> bool:
    """High risk, and nothing says whether any of the data are personal."""
    said = [charter.has("data", "sources", one, "personal_data") for one in range(charter.items("data", "sources"))]
    return charter.high_risk and not charter.has("data", "privacy") and not any(said)


@check("DA011", level=3, gate=True, severity=Severity.ERROR, dimension="data", when=_personal)
def privacy_controls_missing(charter: Charter, controls: Controls) -> Results:
    """Personal data have no ground, control or end, or a control that no code applies."""
    if _unanswered(charter):
        message = "the risk is high, and nothing says whether the data are personal"
        yield Finding(charter.key_at("data", "privacy"), Kind.ABSENCE, message, "answer `data.privacy.personal_data`")
        return
    claim = _claim(charter) or charter.at("data")
    missing = [
        text for name, text in ASKED.items() if not charter.items("data", "privacy", name) and _asked(charter, name)
    ]
    if missing:
        place = charter.key_at("data", "privacy") if charter.has("data", "privacy") else claim
        message = f"personal data are used, and nothing says {_listed(missing)}"
        yield Finding(place, Kind.ABSENCE, message, "add it under `data.privacy`, and point at the code that does it")
    columns = frozenset(charter.texts("data", "privacy", "columns"))
    for number, control in enumerate(charter.texts("data", "privacy", "controls")):
        yield _judged(charter.at("data", "privacy", "controls", number), control, controls, columns)


def _claim(charter: Charter) -> Location | None:
    """Where personal data are declared first."""
    if charter.get("data", "privacy", "personal_data") is True:
        return charter.at("data", "privacy", "personal_data")
    for index in range(charter.items("data", "sources")):
        if charter.get("data", "sources", index, "personal_data") is True:
            return charter.at("data", "sources", index, "personal_data")
    return None


def _asked(charter: Charter, name: str) -> bool:
    """A regulation is asked for where there surely is one, and the constraints do not name it."""
    if name != "regulations":
        return True
    domain = (charter.text("project", "domain") or "").lower()
    regulated = charter.text("project", "risk_class") == "high" or bool(REGULATED & set(domain.split()))
    return regulated and not charter.items("goal", "constraints", "regulatory")


def _judged(claim: Location, control: str, controls: Controls, columns: frozenset[str]) -> Finding | Evidence | Unknown:
    answer = controls.look(control, columns)
    if isinstance(answer, Applied):
        return Evidence(claim, answer.at, Grade.LINKED)
    if isinstance(answer, NoCode):
        if answer.at is None:
            return Evidence(claim, claim, Grade.STATED, answer.reason)
        return Unknown(claim, answer.reason, answer.at)
    if isinstance(answer, Bypassed):
        message = f"{control!r} is said to protect personal data, and what is served asks the language model without it"
        said = (Related(answer.at, "it is applied here, by another program"), Related(answer.asked, "both ask here"))
        return Finding(claim, Kind.FALSE_CLAIM, message, "do it before the model is asked, in the service too", said)
    message = f"{control!r} is said to protect personal data, and no code that runs does it"
    related = (Related(answer.named, f"this {answer.why}"),) if answer.named else ()
    return Finding(claim, Kind.FALSE_CLAIM, message, "do it where the data are read, or take the control out", related)


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
