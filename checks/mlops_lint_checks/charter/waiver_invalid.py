import datetime

from mlops_lint import (
    Charter,
    Evidence,
    Finding,
    Grade,
    Kind,
    Outcomes,
    Results,
    Severity,
    State,
    Today,
    check,
)  # fmt: skip

NEVER = frozenset(("CH001", "CH002", "CH007"))
NOTICE = datetime.timedelta(days=14)


def _has_waivers(charter: Charter) -> bool | str:
    return charter.items("waivers") > 0 or "the charter waives nothing"


@check("CH007", level=1, gate=True, severity=Severity.ERROR, dimension="collaboration", when=_has_waivers)
def waiver_invalid(charter: Charter, outcomes: Outcomes, today: Today) -> Results:
    """A waiver names no check, has expired, or sets nothing aside."""
    for index in range(charter.items("waivers")):
        yield from _waiver(charter, outcomes, today.date, index)


def _waiver(charter: Charter, outcomes: Outcomes, today: datetime.date, index: int) -> Results:
    code = charter.text("waivers", index, "check")
    expires = charter.text("waivers", index, "expires")
    place = charter.at("waivers", index, "check")
    if code is None or expires is None:
        return
    if code not in outcomes.known and code not in outcomes.planned:
        yield Finding(place, Kind.DEFECT, f"no check has the code {code}", help="`mlops-lint rule --all` lists them")
        return
    if code in NEVER:
        yield Finding(place, Kind.DEFECT, f"{code} cannot be waived", help="mend the charter instead")
        return
    last = datetime.date.fromisoformat(expires)
    when = charter.at("waivers", index, "expires")
    if last < today:
        yield Finding(
            when,
            Kind.DEFECT,
            f"the waiver of {code} expired on {last.isoformat()}",
            help="renew it with a reason, or delete it and mend what it set aside",
            calendar=True,
        )
        return
    if last - today <= NOTICE:
        yield Finding(
            when,
            Kind.DEFECT,
            f"the waiver of {code} expires on {last.isoformat()}, in {(last - today).days} days",
            help="renew it with a reason, or plan the mend",
            calendar=True,
            severity=Severity.INFO,
        )
    outcome = outcomes.by_code.get(code)
    if outcome is not None and outcome.state in (State.PASS, State.NOT_APPLICABLE):
        yield Finding(
            place,
            Kind.DEFECT,
            f"the waiver of {code} sets nothing aside: the check {_said(outcome.state)}",
            help="delete it, so that a later failure is not hidden",
            severity=Severity.WARNING,
        )
    else:
        yield Evidence(place, when, Grade.PRESENT)


def _said(state: State) -> str:
    return "passes" if state is State.PASS else "does not apply here"
