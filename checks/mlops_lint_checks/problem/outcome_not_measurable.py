from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Prose, Results, Severity, Unknown, check

HELP = "say from where to where, and by when; or give `goal.business_metric` with `from`, `to` and `by`"


@check("PR002", level=1, gate=True, severity=Severity.WARNING, dimension="problem")
def outcome_not_measurable(charter: Charter, prose: Prose) -> Results:
    """The outcome has no number or no date, so nobody can say whether it was reached."""
    claim = charter.at("goal", "outcome")
    text = charter.text("goal", "outcome")
    metric = ("goal", "business_metric")
    number = charter.number(*metric, "to") is not None
    date = charter.text(*metric, "by") is not None
    if number and date:
        yield Evidence(claim, charter.at(*metric), Grade.STATED)
        return
    if text is None:
        yield Finding(
            claim, Kind.ABSENCE, "no outcome is stated: nobody can say when this project has worked", help=HELP
        )
        return
    answer = prose.read(text)
    if answer.document:
        yield Evidence(claim, claim, Grade.STATED, f"stated in {answer.document}")
        return
    missing = [
        word
        for word, there in (("number", number or answer.has_number), ("date", date or answer.has_date))
        if not there
    ]
    if not missing:
        yield Evidence(claim, claim, Grade.STATED)
    elif answer.language == "other":
        yield Unknown(claim, "the outcome is in a language that is not judged; `goal.business_metric` would settle it")
    else:
        yield Finding(claim, Kind.ABSENCE, f"the outcome has no {' and no '.join(missing)}", help=HELP)
