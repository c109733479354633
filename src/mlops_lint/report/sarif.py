"""SARIF 2.1.0 as code scanning takes it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from typing import Any

from mlops_lint.model import Diagnostic, Edit, Finding, Location, Severity
from mlops_lint.report.escape import json as dumps
from mlops_lint.report.escape import uri
from mlops_lint.report.excerpt import without_examples
from mlops_lint.report.options import Options
from mlops_lint.report.order import worst_first
from mlops_lint.report.sanitize import clip
from mlops_lint.results import CheckInfo, Report, Suppressed

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 25_000
GZIPPED = 10_000_000
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
SECURITY = {Severity.ERROR: "7.0", Severity.WARNING: "5.0", Severity.INFO: "3.0"}


def render(report: Report, options: Options) -> str:
    """One run; the least severe results are dropped where code scanning would refuse the file."""
    limit = RESULTS
    while True:
        text = dumps(document(report, limit))
        if len(text) < GZIPPED or len(gzip.compress(text.encode(), 6)) <= GZIPPED or not limit:
            return text
        limit //= 2


def document(report: Report, limit: int = RESULTS) -> dict[str, Any]:
    """The log as plain data, with at most `limit` results."""
    aside = {id(entry.diagnostic): entry for entry in report.suppressed}
    everything = [*report.diagnostics, *(entry.diagnostic for entry in report.suppressed)]
    shown = [diagnostic for diagnostic in worst_first(everything) if not diagnostic.next_step][:limit]
    rules = _rules(report, shown)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    seen: dict[str, int] = {}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(report, rules)},
                "automationDetails": {"id": "mlops-lint/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "invocations": [_invocation(report)],
                "results": [_result(d, index[d.code], _count(seen, d), aside.get(id(d))) for d in shown],
            }
        ],
    }


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "mlops-lint",
        "semanticVersion": report.tool_version,
        "version": report.tool_version,
        "rules": rules,
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {
            "level": "warning",
            "message": {"text": f"not analysed: {clip(skipped.reason)}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path)}}],
        }
        for skipped in report.not_analysed
    ]
    said = [*(f"{count} more of {code} not shown" for code, count in report.more), *map(clip, report.config_notes)]
    remarks = [{"level": "note", "message": {"text": _plain(text)}} for text in said]
    invocation: dict[str, Any] = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    return {**invocation, "toolConfigurationNotifications": remarks} if remarks else invocation


def _rules(report: Report, shown: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    checks: dict[str, CheckInfo] = {}
    for project in report.projects:
        checks.update(project.checks)
    first = {diagnostic.code: diagnostic for diagnostic in reversed(list(shown))}
    return [_rule(first[code], checks) for code in sorted(first)]


def _rule(diagnostic: Diagnostic, checks: Mapping[str, CheckInfo]) -> dict[str, Any]:
    check = checks.get(diagnostic.code)
    summary = check.summary if check else diagnostic.name.replace("-", " ").capitalize() + "."
    page = without_examples(check.doc) if check else summary
    severity = check.severity if check else diagnostic.severity
    properties: dict[str, Any] = {
        "precision": "very-high" if diagnostic.finding.confidence.value == "high" else "medium",
        "problem.severity": PROBLEMS[severity],
        "tags": ["mlops", *([check.dimension] if check else [])],
    }
    if check and (check.dimension == "security" or check.code.startswith("SC")):
        properties["security-severity"] = SECURITY[severity]
        properties["tags"] = ["security", *properties["tags"]]
    return {
        "id": diagnostic.code,
        "name": "".join(part.capitalize() for part in diagnostic.name.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": _why(page) or summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": properties,
    }


def _why(page: str) -> str:
    """The page's own text between its title and its first section but `Why`."""
    body = re.split(r"^## (?!Why)", re.sub(r"\A# .*\n", "", page), maxsplit=1, flags=re.MULTILINE)[0]
    return clip(" ".join(body.replace("## Why", "").split()), 1000)


def _count(seen: dict[str, int], diagnostic: Diagnostic) -> int:
    seen[diagnostic.fingerprint] = seen.get(diagnostic.fingerprint, 0) + 1
    return seen[diagnostic.fingerprint]


def _result(diagnostic: Diagnostic, rule: int, count: int, aside: Suppressed | None) -> dict[str, Any]:
    finding = diagnostic.finding
    text = " ".join(part for part in (clip(finding.message), clip(finding.help)) if part)
    if finding.place.cell is not None:
        text = f"Cell {finding.place.cell}, line {finding.place.line}: {text}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": _plain(text)},
        "locations": [{"physicalLocation": _physical(finding.place)}],
        "partialFingerprints": {"primaryLocationLineHash": f"{diagnostic.fingerprint}:{count}"},
        "baselineState": "new" if diagnostic.new else "unchanged",
        "properties": {"confidence": finding.confidence.value, "project": diagnostic.project},
    }
    if finding.related:
        result["relatedLocations"] = _related(finding)
        result["codeFlows"] = [{"threadFlows": [{"locations": _flow(finding)}]}]
    if finding.fix is not None and finding.fix.edits:
        changes = _changes(finding.fix.edits)
        result["fixes"] = [{"description": {"text": clip(finding.fix.title)}, "artifactChanges": changes}]
    if aside is not None:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": clip(aside.reason)}]
    return result


def _plain(text: str) -> str:
    """SARIF messages know `[text](1)` links and `{0}` placeholders: the repository's text makes neither."""
    unlinked = re.sub(r"\[(?=[^\]]*\]\()", r"\\[", text)
    return re.sub(r"\{(\d+)\}", r"{{\1}}", unlinked)


def _related(finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "physicalLocation": _physical(related.at),
            "message": {"text": _plain(clip(related.message))},
        }
        for number, related in enumerate(finding.related, 1)
    ]


def _flow(finding: Finding) -> list[dict[str, Any]]:
    """The claim first, then what was found."""
    steps = [(finding.place, finding.message), *((related.at, related.message) for related in finding.related)]
    return [
        {"location": {"physicalLocation": _physical(at), "message": {"text": _plain(clip(message))}}}
        for at, message in steps
    ]


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": "%SRCROOT%"}


def _physical(at: Location) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": 1} if at.cell is not None else _region(at)
    return {"artifactLocation": _artifact(at.path), "region": region}


def _region(at: Location) -> dict[str, Any]:
    parts = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _changes(edits: tuple[Edit, ...]) -> list[dict[str, Any]]:
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.at.path, []).append(edit)
    return [
        {
            "artifactLocation": _artifact(path),
            "replacements": [
                {"deletedRegion": _region(edit.at), "insertedContent": {"text": edit.text}} for edit in group
            ],
        }
        for path, group in sorted(by_path.items())
    ]
