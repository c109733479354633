"""Whether data are checked before they are trained on and predicted from."""

from mlops_lint import (
    Charter,
    Code,
    DataValidation,
    Evidence,
    Finding,
    Grade,
    Kind,
    NotValidated,
    Related,
    Results,
    Severity,
    Unknown,
    Validated,
    Validation,
    check,
)  # fmt: skip

HELP = "check the data before training and before predicting, and name the code in `data.validation`"
CALL = "call it before training and before predicting, or take it out of the charter"


def _applies(charter: Charter) -> bool | str:
    if charter.has("data", "validation"):
        return True
    return charter.stage not in ("exploration", "retired") or "nothing is validated yet while the project explores"


@check("DA009", level=3, gate=True, severity=Severity.ERROR, dimension="data", when=_applies)
def data_validation_unwired(charter: Charter, validation: Validation, practice: DataValidation, code: Code) -> Results:
    """The checks of incoming data are missing, or nothing calls them."""
    defined = charter.text("data", "validation", "defined_in")
    called = charter.text("data", "validation", "called_in")
    if defined is None:
        yield _unnamed(charter, validation, practice, code)
        return
    claim = charter.at("data", "validation", "called_in" if called else "defined_in")
    answer = validation.asked(defined, called)
    if isinstance(answer, Validated):
        yield Evidence(claim, answer.at, Grade.LINKED)
    elif isinstance(answer, NotValidated):
        related = (Related(answer.at, "this one"),) if answer.at else ()
        there = f" in `{called}`" if called and "not asked there" in answer.why else ""
        why = answer.why.replace(" there", there)
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{defined}` {why}", CALL, related)
    else:
        yield Unknown(claim, answer.reason, answer.at)


def _unnamed(
    charter: Charter, validation: Validation, practice: DataValidation, code: Code
) -> Finding | Evidence | Unknown:
    """Nothing is named: is there some?"""
    claim = charter.key_at("data", "validation")
    places = [shown.at for shown in practice.shown if shown.at is not None and not code.is_test(shown.at.path)]
    if practice.present and places:
        return Evidence(claim, places[0], Grade.PRESENT)
    if (refused := validation.refuses()) is not None:
        return Evidence(claim, refused, Grade.PRESENT, "bad input is refused here")
    if practice.state == "unclear" or code.unparsed:
        return Unknown(claim, "nothing is named in `data.validation`, and what the code checks cannot be told")
    tests = [shown.at for shown in practice.shown if shown.at is not None] if practice.present else []
    message = "incoming data are checked by tests alone" if tests else "nothing checks incoming data"
    return Finding(claim, Kind.ABSENCE, message, HELP, tuple(Related(at, "a test") for at in tests[:1]))
