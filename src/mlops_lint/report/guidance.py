"""`mlops-lint roadmap` and `mlops-lint why`: what to do next, and what a check has seen here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlops_lint.i18n import _, plural
from mlops_lint.model import Diagnostic, Grade, Outcome, State
from mlops_lint.report import snippet
from mlops_lint.report.canvas import Canvas, pad
from mlops_lint.report.json import place as json_place
from mlops_lint.report.options import Options
from mlops_lint.report.phrases import level_line, no_level_line
from mlops_lint.report.sanitize import clip, finish
from mlops_lint.results import LEVEL_NAMES, CheckInfo, Maturity, ProjectReport, Report
from mlops_lint.roadmap import Step

SHOWN = 10
_VERDICTS = {
    "pass": ("it holds", "good"),
    "fail": ("it does not hold", "error"),
    "cannot-tell": ("it cannot be told", "warning"),
    "not-applicable": ("it does not apply", "quiet"),
    "waived": ("it is waived", "warning"),
}


def roadmap(report: Report, ways: Sequence[tuple[ProjectReport, tuple[Step, ...]]], options: Options) -> str:
    """Every project's steps, grouped by level."""
    canvas = Canvas(color=options.color, width=options.width)
    canvas.line((f"mlops-lint {report.tool_version}", "strong"), " · ", _("the way up"))
    for project, steps in ways:
        canvas.blank()
        canvas.line((project.name, "strong"), f" ({project.path})" if len(ways) > 1 else "")
        if project.maturity is not None:
            canvas.prose("  ", level_line(project, project.maturity), indent=4)
            _test_score(canvas, project.maturity)
        else:
            canvas.prose("  ", no_level_line(project), indent=4)
        for level in sorted({step.level for step in steps}):
            _level(canvas, level, [step for step in steps if step.level == level])
        if not steps:
            canvas.blank()
            canvas.line("  ", (_("every gate up to there holds"), "good"))
    return finish(canvas.text(), color=options.color)


def _test_score(canvas: Canvas, maturity: Maturity) -> None:
    score = maturity.test_score
    if score is not None:
        sections = ", ".join(f"{_(name)} {points:g}" for name, points in score.sections.items())
        sentence = _("ML Test Score at most {total:g} ({sections})").format(total=score.total, sections=sections)
        canvas.prose("  ", (sentence, "quiet"), indent=4)


def _level(canvas: Canvas, level: int, steps: Sequence[Step]) -> None:
    canvas.blank()
    count = plural("{n} gate to open", "{n} gates to open", len(steps))
    canvas.line("  ", (_("Level {level}").format(level=level), "strong"), f" · {_(LEVEL_NAMES[level])} · {count}")
    for number, step in enumerate(steps, 1):
        effort = _("cannot be told") if step.blocked else _(step.effort)
        head = f"  {number:>3}. "
        canvas.prose(head, (step.code, "strong"), f"  {pad(effort, 14)}  {clip(step.problem)}", indent=31)
        indent = " " * 31
        if step.at is not None:
            canvas.line(indent, (snippet.place(step.at), "place"))
        if step.remedy:
            canvas.prose(indent, (_("do"), "good"), f": {clip(step.remedy)}", indent=35)


def roadmap_json(report: Report, ways: Sequence[tuple[ProjectReport, tuple[Step, ...]]]) -> str:
    """The same for programs."""
    projects = [
        {
            "path": project.path,
            "name": project.name,
            "level": project.maturity.level if project.maturity else None,
            "steps": [_step(step) for step in steps],
        }
        for project, steps in ways
    ]
    return _dump(report, {"projects": projects})


def _step(step: Step) -> dict[str, Any]:
    return {
        "code": step.code,
        "level": step.level,
        "effort": step.effort,
        "blocked": step.blocked,
        "problem": clip(step.problem),
        "remedy": clip(step.remedy),
        "location": json_place(step.at) if step.at else None,
    }


def why(report: Report, check: CheckInfo, options: Options) -> str:
    """What the check looked for, and what it saw in each project."""
    canvas = Canvas(color=options.color, width=options.width)
    gate = _("gate of level {level}") if check.gate else _("level {level}, no gate")
    canvas.line((check.code, "strong"), f" {check.name} · {gate.format(level=check.level)} · {_(check.dimension)}")
    canvas.prose("  ", _("fails when: {rule}").format(rule=clip(check.summary)), indent=4)
    for project in report.projects:
        outcome = next((found for found in project.outcomes if found.code == check.code), None)
        canvas.blank()
        if outcome is None:
            canvas.line("  ", (project.name, "strong"), ": ", _("it was not run"))
            continue
        words, style = _VERDICTS.get(outcome.state.value, (outcome.state.value, ""))
        if outcome.state is State.PASS and outcome.findings:
            words, style = ("it fails nothing, and something is noted", "quiet")
        reason = "" if outcome.findings or not outcome.reason else f": {clip(outcome.reason)}"
        if outcome.grade is not None and (outcome.evidence or not outcome.findings):
            reason = f" · {_grade(outcome.grade)}"
        elif check.code in project.next_steps:
            reason = f" · {_('a next step, above the target level: it never fails')}"
        canvas.prose("  ", (project.name, "strong"), ": ", (_(words), style), reason, indent=4)
        _seen(canvas, outcome, [d for d in report.diagnostics if (d.project, d.code) == (project.path, check.code)])
    canvas.blank()
    canvas.line((f"mlops-lint rule {check.code}", "quiet"), " ", (_("shows the whole page"), "quiet"))
    return finish(canvas.text(), color=options.color)


def _seen(canvas: Canvas, outcome: Outcome, found: Sequence[Diagnostic]) -> None:
    for diagnostic in found[:SHOWN]:
        finding = diagnostic.finding
        _row(canvas, "✗", "error", snippet.place(finding.place), finding.message)
        for related in finding.related[:SHOWN]:
            _row(canvas, " ", "", snippet.place(related.at), related.message)
        if finding.help:
            canvas.prose("      ", (_("do"), "good"), f": {clip(finding.help)}", indent=10)
    for evidence in outcome.evidence[:SHOWN]:
        _row(canvas, "✓", "good", snippet.place(evidence.found), evidence.message or _grade(evidence.grade))
        if evidence.claim != evidence.found:
            held = _("held against the claim at {place}").format(place=snippet.place(evidence.claim))
            canvas.line("      ", (held, "quiet"))
    if outcome.state is State.PASS and not (outcome.evidence or outcome.findings):
        canvas.prose("    ", _("nothing that was looked at speaks against it, and no single place shows it"), indent=4)
    for unknown in outcome.unknowns[:SHOWN]:
        _row(canvas, "?", "warning", snippet.place(unknown.at or unknown.claim), unknown.reason)


def _grade(grade: Grade) -> str:
    """How strong the evidence is, in words."""
    return {
        Grade.STATED: _("stated: the charter says so, and nothing contradicts it"),
        Grade.PRESENT: _("present: the file or the name is there"),
        Grade.LINKED: _("linked: the code that does it was found where it is said to be"),
        Grade.AGREED: _("agreed: the numbers, hashes or settings on both sides are the same"),
        Grade.ENFORCED: _("enforced: a change that breaks it is stopped"),
    }[grade]


def _row(canvas: Canvas, mark: str, style: str, where: str, text: str) -> None:
    canvas.prose("    ", (mark, style), " ", (where, "place"), f"  {clip(text)}", indent=8)


def why_json(report: Report, check: CheckInfo) -> str:
    """The same for programs."""
    from mlops_lint.report.json import document

    content = document(report)
    projects = [
        {"path": p["path"], "name": p["name"], **next((c for c in p["checks"] if c["code"] == check.code), {})}
        for p in content["projects"]
    ]
    findings = [found for found in content["findings"] if found["code"] == check.code]
    head = {"code": check.code, "name": check.name, "level": check.level, "gate": check.gate, "summary": check.summary}
    return _dump(report, {"check": head, "projects": projects, "findings": findings})


def _dump(report: Report, content: dict[str, Any]) -> str:
    head = {"schema_version": "1", "tool": {"name": "mlops-lint", "version": report.tool_version}}
    return finish(json.dumps({**head, **content}, indent=2, ensure_ascii=False) + "\n")
