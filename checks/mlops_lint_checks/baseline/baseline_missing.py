from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Results, Severity, brief, check

SHOWN_BY = ("recorded_in", "implemented_in", "score", "protocol")


@check("BL001", level=1, gate=True, severity=Severity.ERROR, dimension="metric")
def baseline_missing(charter: Charter) -> Results:
    """No baseline is stated: nothing says what the model has to beat."""
    kind = charter.text("baseline", "kind")
    claim = charter.at("baseline", "kind")
    reason = charter.text("baseline", "none_because")
    if kind is None:
        why = f"; the reason given is {brief(reason)!r}" if reason else ""
        yield Finding(
            charter.at("baseline", "none_because") if reason else claim,
            Kind.ABSENCE,
            f"no baseline is stated{why}",
            help="begin with a rule of ten lines, or the majority class: what do people have today?",
        )
        return
    shown = [field for field in SHOWN_BY if charter.has("baseline", field)]
    if not shown:
        yield Finding(
            claim,
            Kind.ABSENCE,
            f"the baseline is said to be {kind!r}, with no score, no recorded number and no code",
            help="add `baseline.recorded_in` (a number in a metrics file), or `implemented_in`, or at least `score`",
        )
        return
    yield Evidence(claim, charter.at("baseline", shown[0]), Grade.STATED)
