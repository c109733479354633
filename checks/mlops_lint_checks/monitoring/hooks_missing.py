from mlops_lint import Charter, Evidence, Finding, Grade, Kind, Results, Severity, brief, check


@check("MN001", level=1, gate=True, severity=Severity.ERROR, dimension="monitoring")
def hooks_missing(charter: Charter) -> Results:
    """No monitoring hook is declared, so nobody will see the model go wrong."""
    claim = charter.at("monitoring", "hooks")
    reason = charter.text("monitoring", "none_because")
    if charter.items("monitoring", "hooks"):
        yield Evidence(claim, claim, Grade.STATED)
    elif reason is None:
        yield Finding(
            claim,
            Kind.ABSENCE,
            "no monitoring hook is declared and no reason given",
            help="one function that logs each prediction is a beginning: `monitoring: {hooks: [pkg.serve:log]}`",
        )
    elif charter.stage == "production":
        yield Finding(
            charter.at("monitoring", "none_because"),
            Kind.ABSENCE,
            f"a model in production has no monitoring hook; the reason given is {brief(reason)!r}",
            help="`none_because` is accepted before production only; name the function that logs predictions",
        )
    else:
        yield Evidence(charter.at("monitoring", "none_because"), charter.at("monitoring", "none_because"), Grade.STATED)
