"""The stable contract: schema_version 1, described by `mlops-lint schema report`."""

from __future__ import annotations

from typing import Any

from mlops_lint.model import Diagnostic, Grade, Location, Outcome
from mlops_lint.report.escape import json as dumps
from mlops_lint.report.options import Options
from mlops_lint.report.order import by_place, projects
from mlops_lint.report.sanitize import clip
from mlops_lint.results import Maturity, PracticeReport, ProjectReport, Report, TestScore

SCHEMA_VERSION = "1"


def render(report: Report, options: Options) -> str:
    """ASCII only, keys in the contract's order, so that equal runs give equal bytes."""
    content = document(report, evidence=options.view == "evidence")
    return dumps(content)


def document(report: Report, *, evidence: bool = False) -> dict[str, Any]:
    """The report as plain data."""
    found = [_finding(diagnostic) for diagnostic in by_place(report.diagnostics)]
    aside = [
        {**_finding(entry.diagnostic), "suppressed": clip(entry.reason)}
        for entry in sorted(report.suppressed, key=lambda entry: (entry.at, entry.diagnostic.code))
    ]
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "mlops-lint", "version": report.tool_version},
        "run": {
            "commit": report.run.commit,
            "dirty": report.run.dirty,
            "shallow": report.run.shallow,
            "today": report.run.today,
            "configuration": report.run.configuration,
            "since": report.run.since,
            "files": report.run.files,
        },
        "findings": [] if evidence else found + aside,
        "projects": [_project(project, evidence=evidence) for project in projects(report)],
        "not_analysed": [{"path": skipped.path, "reason": clip(skipped.reason)} for skipped in report.not_analysed],
    }
    notes = [*(f"{count} more of {code} not shown" for code, count in report.more), *map(clip, report.config_notes)]
    if notes:
        content["notes"] = notes
    return content


def place(at: Location) -> dict[str, Any]:
    """A location without the parts that are not known."""
    parts = {
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
        "cell": at.cell,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _finding(diagnostic: Diagnostic) -> dict[str, Any]:
    finding = diagnostic.finding
    fix = finding.fix
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "project": diagnostic.project,
        "severity": diagnostic.severity.value,
        "confidence": finding.confidence.value,
        "kind": finding.kind.value,
        "message": clip(finding.message),
        "help": clip(finding.help),
        "fingerprint": diagnostic.fingerprint,
        "new": diagnostic.new,
        "next_step": diagnostic.next_step,
        "location": place(finding.place),
        "related": [{**place(related.at), "message": clip(related.message)} for related in finding.related],
        "fix": None if fix is None else {"title": clip(fix.title), "safe": fix.safe},
    }


def _project(project: ProjectReport, *, evidence: bool) -> dict[str, Any]:
    content: dict[str, Any] = {"path": project.path, "name": project.name, "stage": project.stage or None}
    if not evidence:
        content["maturity"] = None if project.maturity is None else _maturity(project.maturity)
        content["checks"] = [_outcome(outcome) for outcome in sorted(project.outcomes, key=lambda o: o.code)]
        content["waivers"] = [
            {"check": w.check, "reason": clip(w.reason), "owner": w.owner, "expires": w.expires, "used": w.used}
            for w in sorted(project.waivers, key=lambda w: (w.check, w.expires))
        ]
    content["practices"] = {name: _practice(p) for name, p in sorted(project.practices.items())}
    return content


def _maturity(maturity: Maturity) -> dict[str, Any]:
    return {
        "level": maturity.level,
        "name": maturity.name,
        "target_level": maturity.target_level,
        "next_level": maturity.next_level,
        "capped_by": list(maturity.capped_by),
        "held_by": list(maturity.held_by),
        "waived": list(maturity.waived),
        "not_built": list(maturity.not_built),
        "dimensions": {name: {"level": d.level, "score": d.score} for name, d in maturity.dimensions.items()},
        "ml_test_score": None if maturity.test_score is None else _test_score(maturity.test_score),
    }


def _test_score(score: TestScore) -> dict[str, Any]:
    earned = [
        {"test": e.test, "points": e.points, "checks": list(e.checks), "location": place(e.at) if e.at else None}
        for e in score.earned
    ]
    return {"total": score.total, "sections": dict(score.sections), "earned": earned}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    shown = [{**place(evidence.found), "message": clip(evidence.message)} for evidence in outcome.evidence]
    shown += [{**place(u.at), "message": clip(u.reason)} for u in outcome.unknowns if u.at is not None]
    return {
        "code": outcome.code,
        "outcome": outcome.state.value,
        "reason": clip(outcome.reason),
        "grade": None if outcome.grade is None else Grade(outcome.grade).name.lower(),
        "evidence": shown,
    }


def _practice(practice: PracticeReport) -> dict[str, Any]:
    shown = []
    for evidence in practice.evidence:
        at = evidence.place
        item: dict[str, Any] = {"path": at.path if at else None, "line": at.line if at else None}
        if at is not None and at.cell is not None:
            item["cell"] = at.cell
        shown.append({**item, "detail": clip(evidence.detail)})
    return {"state": practice.state, "evidence": shown}
