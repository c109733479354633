"""Annotations of GitHub Actions: ten of a kind are shown a step, so the worst and newest come first."""

from __future__ import annotations

from mlops_lint.i18n import plural
from mlops_lint.model import Diagnostic, Location, Severity
from mlops_lint.report.escape import github as escape
from mlops_lint.report.escape import github_property as escape_property
from mlops_lint.report.options import Options
from mlops_lint.report.order import worst_first
from mlops_lint.report.phrases import notes
from mlops_lint.report.sanitize import clip
from mlops_lint.results import Report

LIMIT = 10
KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """Workflow commands, one a line; a last notice counts what GitHub would not show."""
    findings = [diagnostic for diagnostic in worst_first(report.diagnostics) if not diagnostic.next_step]
    lines = []
    left = sum(count for _code, count in report.more)
    said = notes(report)
    by_kind = {severity: [d for d in findings if d.severity is severity] for severity in KINDS}
    over = bool(left or said) or any(len(found) > LIMIT for found in by_kind.values())
    for severity, found in by_kind.items():
        room = LIMIT - 1 if severity is Severity.INFO and over else LIMIT
        lines += [_command(diagnostic) for diagnostic in found[:room]]
        left += len(found[room:])
    if left:
        said.insert(0, plural("{n} more finding: see the job's log", "{n} more findings: see the job's log", left))
    if said:
        lines.append(f"::notice title=mlops-lint::{escape(chr(10).join(map(clip, said)))}")
    return "".join(f"{line}\n" for line in lines)


def _command(diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    properties = [*_place(finding.place), ("title", f"{diagnostic.code} {diagnostic.name}")]
    written = ",".join(f"{name}={escape_property(value)}" for name, value in properties)
    message = finding.message
    if finding.place.cell is not None:
        message = f"cell {finding.place.cell}, line {finding.place.line}: {message}"
    text = "\n".join(part for part in (clip(message), clip(finding.help)) if part)
    return f"::{KINDS[diagnostic.severity]} {written}::{escape(text)}"


def _place(at: Location) -> list[tuple[str, str]]:
    if at.cell is not None:
        return [("file", at.path), ("line", "1")]  # its lines are those of the cell, not of the file
    parts = [("file", at.path), ("line", str(at.line)), ("col", str(at.column))]
    if at.end_line is not None:
        parts.append(("endLine", str(at.end_line)))
    if at.end_column is not None and at.end_line in (None, at.line):
        parts.append(("endColumn", str(at.end_column)))
    return parts
