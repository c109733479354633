"""From outcomes to what is reported: severity by kind and stage, next steps, waivers, fingerprints."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mlops_lint.checks import Check
from mlops_lint.errors import CheckCrashed
from mlops_lint.facts.inject import Unavailable
from mlops_lint.facts.project.charter import Charter
from mlops_lint.model import Diagnostic, Finding, Kind, Location, Outcome, Severity, State
from mlops_lint.results import Waiver

INTERNAL = ("INT001", "check-crashed")
NEVER_WAIVED = frozenset(("CH001", "CH002", "CH007"))
AT_ONCE = frozenset(("DA011", "MN003"))
"""What high risk asks for at any stage beside the gates of responsibility: privacy, a log of predictions."""
_PROMISES = {"exploration": Severity.INFO, "prototype": Severity.WARNING}


@dataclass(frozen=True, slots=True)
class Grading:
    """What a project's stage and target make of findings."""

    stage: str
    target: int
    project: str
    high_risk: bool = False

    def severity(self, check: Check, finding: Finding) -> Severity:
        """Unmet promises grow with the stage; a finding may only be softer than its check."""
        base = check.severity
        if finding.kind is Kind.UNMET_PROMISE:
            promised = _PROMISES.get(self.stage, Severity.ERROR)
            base = min(base, promised, key=_rank)
        return base if finding.severity is None else min(base, finding.severity, key=_rank)

    def next_step(self, check: Check, finding: Finding) -> bool:
        """What is merely missing above the target level is a next step, never a failure."""
        owed = check.code in AT_ONCE or (check.gate and check.dimension == "responsibility")
        at_once = self.high_risk and owed
        return finding.kind is Kind.ABSENCE and check.level > self.target and not at_once

    def diagnostics(
        self, checks: Mapping[str, Check], outcomes: Iterable[Outcome], line: Callable[[Location], str]
    ) -> list[Diagnostic]:
        """Every finding of the failed outcomes, with its fingerprint; waived ones are left out."""
        seen: Counter[str] = Counter()
        found = []
        for outcome in outcomes:
            if outcome.state is State.WAIVED:
                continue
            check = checks[outcome.code]
            for finding in outcome.findings:
                text = line(finding.place)
                stem = "\0".join((check.code, self.project, finding.place.path, text.strip()))
                seen[stem] += 1
                step = self.next_step(check, finding)
                severity = Severity.INFO if step else self.severity(check, finding)
                fingerprint = hashlib.sha256(f"{stem}\0{seen[stem]}".encode("utf-8", "replace")).hexdigest()[:32]
                found.append(
                    Diagnostic(
                        check.code,
                        check.name,
                        severity,
                        finding,
                        self.project,
                        fingerprint,
                        next_step=step,
                        source=(text,),
                    )
                )
        return found


def _rank(severity: Severity) -> int:
    return severity.rank


def crashed(crash: CheckCrashed, project: str, charter_path: str) -> Diagnostic:
    """The internal finding that a crash becomes."""
    message = (
        f"the check {crash.code} itself failed at {crash.place} while reading this project "
        f"({type(crash.cause).__name__}: {str(crash.cause)[:120]})"
    )
    finding = Finding(
        Location(charter_path), Kind.DEFECT, message,
        help="A defect of mlops-lint or of the pack, not of your project; please report it. The others still ran.",
    )  # fmt: skip
    fingerprint = hashlib.sha256(f"{INTERNAL[0]}\0{project}\0{crash.code}".encode()).hexdigest()[:32]
    return Diagnostic(*INTERNAL, Severity.ERROR, finding, project, fingerprint)


def waivers_of(charter: Charter | None) -> list[dict[str, str]]:
    """The charter's waivers as plain text fields; malformed ones are CH002's."""
    if charter is None:
        return []
    found = []
    try:
        count = charter.items("waivers")
    except Unavailable:
        return []
    for index in range(count):
        try:
            found.append({name: charter.text("waivers", index, name) or "" for name in _FIELDS})
        except Unavailable:
            continue
    return found


_FIELDS = ("check", "reason", "owner", "expires", "where")


def waive(
    outcomes: Mapping[str, Outcome], waivers: list[dict[str, str]], today: datetime.date, join: Callable[[str], str]
) -> tuple[dict[str, Outcome], tuple[Waiver, ...]]:
    """Apply the waivers that are in force; an expired one sets nothing aside."""
    result = dict(outcomes)
    shown = []
    for fields in waivers:
        code = fields["check"]
        outcome = outcomes.get(code)
        used = outcome is not None and code not in NEVER_WAIVED and _in_force(fields, today)
        used = used and outcome is not None and _applies(outcome, fields["where"], join)
        if used and outcome is not None:
            result[code] = outcome.waived(fields["reason"])
        shown.append(Waiver(code, fields["reason"], fields["owner"], fields["expires"], used))
    return result, tuple(shown)


def _in_force(fields: Mapping[str, str], today: datetime.date) -> bool:
    try:
        return bool(fields["owner"] and fields["reason"]) and today <= datetime.date.fromisoformat(fields["expires"])
    except ValueError:
        return False


def _applies(outcome: Outcome, where: str, join: Callable[[str], str]) -> bool:
    if outcome.state not in (State.FAIL, State.CANNOT_TELL):
        return False
    if not where:
        return True
    folder = join(where)
    paths = {finding.place.path for finding in outcome.findings}
    paths |= {related.at.path for finding in outcome.findings for related in finding.related}
    return any(path == folder or path.startswith(folder + "/") for path in paths)
