"""`path:line:column: CODE message`, one line a finding, for editors and grep."""

from __future__ import annotations

from mlops_lint.report.limits import more_lines
from mlops_lint.report.options import Options
from mlops_lint.report.order import by_place
from mlops_lint.report.sanitize import clean, clip
from mlops_lint.report.snippet import place
from mlops_lint.results import Report


def render(report: Report, options: Options) -> str:
    """The findings alone; nothing but a count where `quiet` is not set."""
    findings = [diagnostic for diagnostic in by_place(report.diagnostics) if not diagnostic.next_step]
    lines = [
        f"{clean(place(d.finding.place))}: {d.code} {clean(clip(d.finding.message))} [{d.severity.value}]"
        for d in findings
    ]
    lines += more_lines(report.more)
    if not options.quiet:
        from mlops_lint.report.phrases import counted, notes

        lines.append(counted(findings))
        lines += [clean(clip(note)) for note in notes(report)]
    return "".join(f"{line}\n" for line in lines)
