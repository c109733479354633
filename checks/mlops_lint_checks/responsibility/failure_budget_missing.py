from mlops_lint import (
    Charter,
    Code,
    Evidence,
    Finding,
    Grade,
    Implementation,
    Implementations,
    Kind,
    Recorded,
    Related,
    Results,
    Severity,
    Unknown,
    check,
    placeholder,
    within,
)  # fmt: skip

BLOCK = "autonomy"
STATED = {
    "max_failure_rate": "how often it may fail",
    "consequence": "what a failure leads to",
    "severity": "how bad that is",
}
FATAL = ("goal", "ethics", "single_error_fatal")


def _applies(charter: Charter) -> bool | str:
    if _fails_badly(charter) or charter.high_risk:
        return True
    return "the system does not act on its own, no single error is fatal, and the risk is not high"


def _fails_badly(charter: Charter) -> bool:
    return charter.archetype == "autonomous" or charter.get(*FATAL) is True


@check("RS009", level=3, gate=True, severity=Severity.ERROR, dimension="responsibility", when=_applies)
def failure_budget_missing(charter: Charter, implementations: Implementations, recorded: Recorded) -> Results:
    """How often the system may fail is not said, not estimated, or exceeded."""
    missing = [name for name in STATED if placeholder(charter.text(BLOCK, name))]
    if charter.high_risk:
        yield _risks(charter)
    if missing and _fails_badly(charter):
        said = " and ".join(STATED[name] for name in missing)
        why = "the system acts on its own" if charter.archetype == "autonomous" else "a single error is fatal"
        fields = ", ".join(f"`{BLOCK}.{name}`" for name in missing)
        yield Finding(
            charter.key_at(BLOCK), Kind.ABSENCE, f"{why}, and nobody says {said}",
            help=f"agree on it with whoever bears the consequence, and fill in {fields}",
        )  # fmt: skip
    if charter.has(BLOCK):
        yield from _estimated(charter, implementations)
        yield from _kept(charter, recorded)


def _risks(charter: Charter) -> Finding | Evidence:
    if charter.has("risks"):
        return Evidence(charter.at("risks"), charter.at("risks"), Grade.STATED)
    message = "the risk is high, and no risk is named"
    help_text = "list what may go wrong, for whom, and what is done about it, and name the list as `risks`"
    return Finding(charter.key_at("risks"), Kind.ABSENCE, message, help_text)


def _estimated(charter: Charter, implementations: Implementations) -> Results:
    text = charter.text(BLOCK, "estimated_in")
    if text is None:
        yield Finding(
            charter.key_at(BLOCK), Kind.ABSENCE, "no code estimates how often the system fails",
            help="estimate it on the held-out set, with bounds, and name the code as `autonomy.estimated_in`",
        )  # fmt: skip
        return
    claim = charter.at(BLOCK, "estimated_in")
    found = implementations.of(text)
    if isinstance(found, str):
        yield Unknown(claim, found)
    elif fault := implementations.fault(found) or _idle(charter, found, implementations):
        said = (Related(found.at, fault),)
        help_text = "estimate the rate there on the held-out set, and call it where the model is evaluated"
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{text}` estimates nothing: {fault}", help_text, said)
    elif doubt := implementations.doubt(found):
        yield Unknown(claim, f"whether `{text}` is run cannot be told: {doubt}", found.at)
    else:
        yield Evidence(claim, found.at, Grade.LINKED)


def _idle(charter: Charter, found: Implementation, implementations: Implementations) -> str:
    """It works nothing out, or the number that is kept cannot come from it."""
    own = found.definition
    if own is not None and own.kind == "function" and implementations.written(own):
        return "it only returns numbers that stand in it"
    kept = charter.has(BLOCK, "recorded_in") and not Code.is_test(found.path)
    return "only tests call it" if kept and implementations.tested_only(found) else ""


def _kept(charter: Charter, recorded: Recorded) -> Results:
    allowed, pointer = charter.number(BLOCK, "max_failure_rate"), charter.text(BLOCK, "recorded_in")
    if pointer is None:
        yield Finding(
            charter.key_at(BLOCK), Kind.ABSENCE, "no rate of failures is recorded",
            help="write the estimated rate into a file, and name it as `autonomy.recorded_in`",
        )  # fmt: skip
        return
    claim = charter.at(BLOCK, "max_failure_rate" if allowed is not None else "recorded_in")
    number = recorded.number(pointer)
    if number is None:
        yield Unknown(claim, recorded.why_not(pointer))
    elif allowed is not None:
        fits = within(number.value, None, allowed, 1.0)
        if fits is None:
            reason = f"{number.value:g} is recorded and {allowed:g} is allowed: one seems to be a percentage"
            yield Unknown(claim, reason, number.at)
        elif fits:
            yield Evidence(claim, number.at, Grade.AGREED, f"{number.value:g} of {allowed:g}")
        else:
            message = f"the recorded failure rate of {number.value:g} is above the {allowed:g} that are allowed"
            said = (Related(number.at, f"recorded: {number.value:g}"),)
            help_text = "narrow the situations in which it acts (abstain, ask a person) until the rate holds"
            yield Finding(claim, Kind.UNMET_PROMISE, message, help=help_text, related=said)
