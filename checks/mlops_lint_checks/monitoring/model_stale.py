"""The age of the model by the commits that changed what names it."""

from mlops_lint import Charter, Evidence, Finding, Grade, Kind, ModelAge, Related, Results, Severity, Unknown, check


def _declared(charter: Charter) -> bool | str:
    if charter.stage == "retired":
        return "the project is retired"
    if not charter.has("monitoring", "retraining", "max_age"):
        return "the charter names no greatest age of the model"
    return charter.has("model", "path") or charter.has("model", "uri") or "the charter names no model"


@check("MN007", level=4, gate=True, severity=Severity.WARNING, dimension="monitoring", when=_declared)
def model_stale(charter: Charter, age: ModelAge) -> Results:
    """The model in use is older than the charter allows."""
    claim = charter.at("monitoring", "retraining", "max_age")
    if age.limit is None or age.days is None or age.at is None or age.changed is None:
        yield Unknown(claim, age.reason, age.at)
    elif age.within:
        yield Evidence(claim, age.at, Grade.AGREED, f"{age.days} days old")
    else:
        text = charter.text("monitoring", "retraining", "max_age") or ""
        message = f"the model is {'at least ' * age.least}{age.days} days old, and `max_age` is {text}"
        help_text = "train it again, or raise `max_age` and say why"
        what = "named since" if age.least else "last changed on"
        said = (Related(age.at, f"{what} {age.changed.isoformat()}"),)
        yield Finding(claim, Kind.UNMET_PROMISE, message, help_text, said, calendar=True)
