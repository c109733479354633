"""Whether somebody can see how fast, how often and how well the service answers."""

import re

from mlops_lint import (
    Alerting,
    Charter,
    Emitting,
    Evidence,
    FileTarget,
    Finding,
    Grade,
    Kind,
    Location,
    Pointers,
    Related,
    Results,
    Serving,
    Severity,
    Unknown,
    check,
)  # fmt: skip

KINDS = ("latency", "cost")
TIMES = re.compile(r"latency|duration|seconds|response.?time|_ms\b|p9[059]", re.IGNORECASE)


def _online(charter: Charter) -> bool | str:
    online = charter.text("deployment", "mode") in ("online", "streaming")
    return (online and charter.stage == "production") or "nothing answers online in production"


@check("MN009", level=4, gate=True, severity=Severity.WARNING, dimension="monitoring", when=_online)
def operating_metrics_missing(
    charter: Charter, emitting: Emitting, serving: Serving, alerting: Alerting, pointers: Pointers
) -> Results:
    """The service gives out no number about its latency, errors, throughput or cost."""
    place = charter.at("deployment", "mode")
    answering = serving.declared(charter.text("deployment", "entrypoint"), charter.text("deployment", "predicts_in"))
    timed = _elsewhere(charter, alerting, pointers) or not charter.has("deployment", "latency_ms")
    if not timed and answering and not emitting.clocked(answering):
        budget = charter.key_at("deployment", "latency_ms")
        message = "the charter has a latency budget, and nothing in the service takes the time"
        yield Finding(budget, Kind.ABSENCE, message, "time the call that predicts")
        return
    for index in range(charter.items("monitoring", "hooks")):
        route = ("monitoring", "hooks", index)
        if isinstance(charter.get(*route), dict) and charter.text(*route, "kind") in KINDS:
            yield Evidence(place, charter.at(*route), Grade.STATED, "a hook; whether it is called is MN002's")
            return
    roots = answering
    found = emitting.operating(roots or serving.found())
    if found is not None:
        yield Evidence(place, found, Grade.LINKED)
    elif not (roots or serving.found()):
        yield Unknown(place, "no serving code is read here, so what it gives out cannot be told")
    else:
        at = Location((roots or serving.found())[0].path)
        message = "the service gives out no latency, errors, throughput or cost"
        said = (Related(at, "nothing is measured here"),)
        yield Finding(place, Kind.ABSENCE, message, "time the call that predicts, and count what fails", said)


def _elsewhere(charter: Charter, alerting: Alerting, pointers: Pointers) -> bool:
    """A job or an alert of the charter looks at times that the platform takes, not the service."""
    hooks = [("monitoring", "hooks", index) for index in range(charter.items("monitoring", "hooks"))]
    if any(charter.has(*at, "job") and charter.text(*at, "kind") == "latency" for at in hooks):
        return True
    for index in range(charter.items("monitoring", "alerts")):
        when = charter.text("monitoring", "alerts", index, "when") or ""
        target = pointers.resolve(charter.text("monitoring", "alerts", index, "defined_in") or "", "ref")
        rules = alerting.about(target.path, when) if isinstance(target, FileTarget) else []
        if TIMES.search(when) and not (rules and all(alerting.own(rule) for rule in rules)):
            return True
    return False
