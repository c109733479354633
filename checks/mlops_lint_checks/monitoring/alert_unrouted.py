"""An alert that fires, and somebody who knows what to do then."""

import re

from mlops_lint import (
    Alerting,
    Broken,
    Charter,
    Evidence,
    FileTarget,
    Finding,
    FolderTarget,
    Grade,
    Hidden,
    Kind,
    Location,
    Pointers,
    Related,
    RemoteTarget,
    Result,
    Results,
    Rule,
    Severity,
    Unknown,
    check,
)  # fmt: skip

_NUMBER = re.compile(r"\d")
SCALES = (1.0, 100.0, 0.01, 1000.0, 0.001, 60.0, 3600.0)
"""Percent and fraction, seconds and milliseconds, hours and minutes."""


def _watched(charter: Charter) -> bool | str:
    if charter.items("monitoring", "alerts") > 0:
        return True
    return charter.stage == "production" or "the charter names no alert, and the model is not in production"


@check("MN005", level=3, gate=True, severity=Severity.WARNING, dimension="monitoring", when=_watched)
def alert_unrouted(charter: Charter, alerting: Alerting, pointers: Pointers) -> Results:
    """An alert has no threshold, nobody who gets it or no runbook, or its rule looks at what nobody emits."""
    count = charter.items("monitoring", "alerts")
    if not count:
        message = "nobody is alerted when the model goes wrong"
        help_text = "name what is watched, from which number on, and who gets it: `monitoring.alerts`"
        yield Finding(charter.key_at("monitoring"), Kind.ABSENCE, message, help_text)
        return
    if not charter.has("monitoring", "runbook"):
        message = "an alert wakes somebody up, and no runbook says what to do then"
        yield Finding(charter.key_at("monitoring", "alerts"), Kind.ABSENCE, message, "name it in `monitoring.runbook`")
    for index in range(count):
        yield from _alert(charter, index, alerting, pointers)


def _alert(charter: Charter, index: int, alerting: Alerting, pointers: Pointers) -> Results:
    at = ("monitoring", "alerts", index)
    when, claim = charter.text(*at, "when") or "", charter.at(*at, "when")
    text = charter.text(*at, "defined_in")
    target = pointers.resolve(text, "ref") if text else None
    if text is None:
        if not charter.has(*at, "threshold") and not _NUMBER.search(when):
            message = f"from which number on {when!r} alerts is said nowhere"
            yield Finding(claim, Kind.ABSENCE, message, "state its `threshold`")
        else:
            yield Evidence(claim, claim, Grade.STATED)
        return
    place = charter.at(*at, "defined_in")
    if isinstance(target, FileTarget):
        yield from _file(charter, index, target.path, alerting)
    elif isinstance(target, FolderTarget):
        path = next((one for one in target.files if alerting.mentions(one, when)), None)
        yield from _file(charter, index, path or target.path, alerting)
    elif isinstance(target, Broken):
        yield Unknown(place, f"`{text}` {target.reason} (CH005)")
    elif isinstance(target, Hidden | RemoteTarget) or target is None:
        yield Unknown(place, f"`{text}` lies outside of what can be read here")
    else:
        yield Evidence(place, target.at, Grade.PRESENT)


def _file(charter: Charter, index: int, path: str, alerting: Alerting) -> Results:
    at = ("monitoring", "alerts", index)
    when, claim = charter.text(*at, "when") or "", charter.at(*at, "when")
    rules = alerting.about(path, when)
    if not rules and alerting.rules(path):
        known = dict.fromkeys(name for one in alerting.rules(path) for name in one.metrics or (one.text[:40],))
        named = ", ".join(f"`{name}`" for name in [*known][:3]) + (" …" if len(known) > 3 else "")
        said = (Related(alerting.rules(path)[0].at, "looks at something else"),)
        message = f"no rule of `{path}` looks at {when!r}: there are {named}"
        yield Finding(claim, Kind.FALSE_CLAIM, message, "add the rule, or name what is really watched", said)
        return
    if not rules and alerting.empty(path):
        said = (Related(Location(path), "no alert stands in it"),)
        yield Finding(claim, Kind.FALSE_CLAIM, f"`{path}` holds no rule that could look at {when!r}", "add it", said)
        return
    if not rules:
        found = alerting.mentions(path, when)
        reason = f"`{path}` does not name {when!r} in a way that is read"
        yield Evidence(claim, found, Grade.PRESENT) if found else Unknown(claim, reason, Location(path))
        return
    yield _emitted(claim, rules[0], alerting)
    yield from _limit(charter, index, rules)


def _emitted(claim: Location, rule: Rule, alerting: Alerting) -> Result:
    name = alerting.silent(rule)
    if name is None:
        return Evidence(claim, rule.at, Grade.LINKED)
    message = f"the alert looks at `{name}`, which no code of the project emits"
    said = (Related(rule.at, f"looks at `{name}`"),)
    return Finding(claim, Kind.FALSE_CLAIM, message, "emit the metric, or look at one that is emitted", said)


def _limit(charter: Charter, index: int, rules: list[Rule]) -> Results:
    wanted = charter.number("monitoring", "alerts", index, "threshold")
    claim = charter.at("monitoring", "alerts", index, "threshold")
    limits = [limit for rule in rules for limit in rule.limits]
    if wanted is None:
        if not limits and any(rule.prometheus for rule in rules):
            message = "neither the charter nor the rule says from which number on it alerts"
            yield Finding(
                claim, Kind.ABSENCE, message, "state its `threshold`", (Related(rules[0].at, "compares nothing"),)
            )
        return
    if any(abs(limit - wanted * scale) <= 1e-9 + abs(limit) * 1e-6 for limit in limits for scale in SCALES):
        yield Evidence(claim, rules[0].at, Grade.AGREED)
    elif limits and all(rule.prometheus for rule in rules):
        message = f"the charter alerts from {wanted:g} on, and the rule from {limits[0]:g} on"
        said = (Related(rules[0].at, f"{limits[0]:g}"),)
        yield Finding(claim, Kind.FALSE_CLAIM, message, "agree on one number", said)
