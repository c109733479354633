"""The report for people: findings with their source, what could not be told, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlops_lint.i18n import _, plural
from mlops_lint.model import Diagnostic, Outcome, State
from mlops_lint.report import snippet
from mlops_lint.report.canvas import Canvas, cut, pad
from mlops_lint.report.limits import more_lines
from mlops_lint.report.options import Options
from mlops_lint.report.order import projects, worst_first
from mlops_lint.report.phrases import counted, level_line, no_level_line, not_built_line, outcome_line
from mlops_lint.report.sanitize import clip
from mlops_lint.results import ProjectReport, Report, Suppressed, Waiver

COLLAPSED = 5
"""Rows of a section that are shown without `--verbose`."""

CHARTER_MISSING, CHARTER_INVALID = "CH001", "CH002"


def render(report: Report, options: Options) -> str:
    """The whole report, or the practices alone."""
    canvas = Canvas(color=options.color, width=options.width)
    if options.view == "evidence":
        from mlops_lint.report.evidence import evidence

        _title(canvas, report, options)
        for project in projects(report):
            _project_title(canvas, report, project)
            evidence(canvas, project, verbose=options.verbose)
    elif options.statistics:
        _statistics(canvas, report)
    else:
        _check_view(canvas, report, options)
    return canvas.text()


def _check_view(canvas: Canvas, report: Report, options: Options) -> None:
    if not options.quiet:
        _title(canvas, report, options)
    for project in projects(report):
        found = [d for d in worst_first(report.diagnostics) if d.project == project.path]
        if not options.quiet:
            _project_title(canvas, report, project)
        _findings(canvas, report, project, found)
        if not options.quiet:
            _sections(canvas, project, found, options)
            if len(report.projects) == 1:
                _leftovers(canvas, report, options)
            _verdict(canvas, project, found)
    if options.quiet:
        _notes(canvas, more_lines(report.more))
    elif len(report.projects) != 1:
        _leftovers(canvas, report, options)
        canvas.blank()
        if report.projects:
            canvas.line(plural("{n} project", "{n} projects", len(report.projects)), " · ", _all(report))


def _leftovers(canvas: Canvas, report: Report, options: Options) -> None:
    _not_analysed(canvas, report, options)
    _set_aside(canvas, report.suppressed, options)
    _notes(canvas, [*more_lines(report.more), *report.config_notes])


def _notes(canvas: Canvas, notes: Iterable[str]) -> None:
    for note in notes:
        canvas.prose((_("note"), "info"), f": {clip(note)}", indent=6)


def _all(report: Report) -> str:
    return counted(diagnostic for diagnostic in report.diagnostics if not diagnostic.next_step)


def _title(canvas: Canvas, report: Report, options: Options) -> None:
    parts = [f"mlops-lint {report.tool_version}"]
    parts += [report.projects[0].name] if len(report.projects) == 1 else []
    parts.append(plural("{n} file", "{n} files", report.run.files))
    if report.run.since:
        parts.append(_("since {revision}").format(revision=report.run.since))
    if options.elapsed is not None:
        parts.append(f"{options.elapsed:.2f} s")
    canvas.line((parts[0], "strong"), *(f" · {part}" for part in parts[1:]))
    canvas.blank()


def _project_title(canvas: Canvas, report: Report, project: ProjectReport) -> None:
    if len(report.projects) > 1:
        canvas.blank()
        stage = f" · {project.stage}" if project.stage else ""
        canvas.line(("── ", "frame"), (project.name, "strong"), f" ({project.path}){stage}")
        canvas.blank()


def _findings(canvas: Canvas, report: Report, project: ProjectReport, found: list[Diagnostic]) -> None:
    if not project.has_charter:
        from mlops_lint.report.practices import first_run

        first_run(canvas, project, unreadable=_unreadable(project))
    for diagnostic in found:
        told = not project.has_charter and diagnostic.code == CHARTER_MISSING and not diagnostic.finding.related
        if not diagnostic.next_step and not told:
            _finding(canvas, diagnostic, report)


def _unreadable(project: ProjectReport) -> bool:
    """There is a charter, but nothing can be read of it."""
    return any(o.code == CHARTER_INVALID and o.state is State.FAIL for o in project.outcomes)


def _misnamed(found: list[Diagnostic]) -> bool:
    """Something stands where the charter should be, or is named almost like it: no draft is wanted."""
    return any(diagnostic.code == CHARTER_MISSING and diagnostic.finding.related for diagnostic in found)


def _sections(canvas: Canvas, project: ProjectReport, found: list[Diagnostic], options: Options) -> None:
    _unknowns(canvas, project, options)
    _next_steps(canvas, [diagnostic for diagnostic in found if diagnostic.next_step], options)
    _waivers(canvas, project.waivers)


def _finding(canvas: Canvas, diagnostic: Diagnostic, report: Report) -> None:
    style = diagnostic.severity.value
    head = (f"{_(style)}[{diagnostic.code}]", style)
    canvas.prose(head, f" {diagnostic.name}: ", (clip(diagnostic.finding.message), "strong"), indent=2)
    snippet.show(canvas, diagnostic, report.sources)
    gutter = " " * len(str(diagnostic.finding.place.line))
    hint = clip(diagnostic.finding.help)
    if diagnostic.finding.fix is not None:
        canvas.prose(gutter, (" = ", "frame"), _("fix"), f": {_fix(diagnostic)}", indent=len(gutter) + 3)
    known = any(diagnostic.code in project.checks for project in report.projects)
    rule = f"`mlops-lint rule {diagnostic.code}`" if known else ""
    words = " ".join(part for part in (_sentence(hint), rule) if part)
    if words:
        canvas.prose(gutter, (" = ", "frame"), (_("help"), "strong"), f": {words}", indent=len(gutter) + 3)
    canvas.blank()


def _fix(diagnostic: Diagnostic) -> str:
    fix = diagnostic.finding.fix
    assert fix is not None
    option = "--fix" if fix.safe else "--fix --unsafe-fixes"
    return f"{clip(fix.title)} (`{option}`)"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "…", "。")) else f"{text}."


def _section(canvas: Canvas, title: str, rows: list[Callable[[], None]], *, everything: bool) -> None:
    if not rows:
        return
    canvas.blank()
    canvas.line((title, "strong"))
    shown = rows if everything or len(rows) <= COLLAPSED + 1 else rows[:COLLAPSED]
    for row in shown:
        row()
    if len(shown) < len(rows):
        canvas.line("  ", (_("… {n} more with --verbose").format(n=len(rows) - len(shown)), "quiet"))
    canvas.blank()


def _unknowns(canvas: Canvas, project: ProjectReport, options: Options) -> None:
    unknown = sorted((o for o in project.outcomes if o.state is State.CANNOT_TELL), key=lambda o: o.code)
    guessed = [] if options.verbose else [outcome for outcome in unknown if _rests_on_guesses(outcome)]
    rows = [
        (outcome.code, _name(project, outcome.code), reason)
        for outcome in unknown
        if outcome not in guessed
        for reason in (_every_reason(outcome) if options.verbose else [_why(outcome)])
    ]
    title = _("Cannot be told ({n})").format(n=len(unknown))
    table = _table(canvas, rows)
    if guessed:
        table.insert(0, _guesses(canvas, guessed))
    _section(canvas, title, table, everything=options.verbose)


def _rests_on_guesses(outcome: Outcome) -> bool:
    return bool(outcome.unknowns) and all(unknown.guess for unknown in outcome.unknowns)


def _guesses(canvas: Canvas, guessed: list[Outcome]) -> Callable[[], None]:
    """One row for all that waits for somebody to confirm what `init` guessed."""
    codes = " ".join(outcome.code for outcome in guessed)
    text = _("rest on guesses of `init`: correct them, then delete their entries under `unconfirmed`")
    return lambda: canvas.prose(f"  {codes}  ", (text, "quiet"), indent=9)


def _why(outcome: Outcome) -> str:
    return outcome.reason or (outcome.unknowns[0].reason if outcome.unknowns else "")


def _every_reason(outcome: Outcome) -> list[str]:
    places = [(unknown.reason, unknown.at or unknown.claim) for unknown in outcome.unknowns]
    return [f"{reason} ({snippet.place(at)})" for reason, at in places] or [outcome.reason]


def _name(project: ProjectReport, code: str) -> str:
    return project.checks[code].name if code in project.checks else ""


def _table(canvas: Canvas, rows: list[tuple[str, str, str]]) -> list[Callable[[], None]]:
    """Code, name and words in columns; the words wrap within theirs."""
    broad = max((len(name) for _code, name, _text in rows), default=0)

    def row(code: str, name: str, text: str) -> Callable[[], None]:
        cells = (f"  {pad(code, 6)} ", (pad(name, broad), "quiet"), f"  {clip(text, 300)}")
        return lambda: canvas.prose(*cells, indent=min(broad + 11, 30))

    return [row(*cells) for cells in rows]


def _next_steps(canvas: Canvas, steps: list[Diagnostic], options: Options) -> None:
    rows = [(d.code, d.name, d.finding.message) for d in steps]
    title = _("Next steps ({n}), above the target level: they never fail").format(n=len(steps))
    _section(canvas, title, _table(canvas, rows), everything=options.verbose)


def _waivers(canvas: Canvas, waivers: tuple[Waiver, ...]) -> None:
    rows = []
    for waiver in sorted(waivers, key=lambda w: (w.check, w.expires)):
        parts = [waiver.reason, waiver.owner, _("until {date}").format(date=waiver.expires) if waiver.expires else ""]
        parts += [] if waiver.used else [_("sets nothing aside")]
        text = " · ".join(part for part in parts if part)
        rows.append(_plain_row(canvas, waiver.check, text))
    _section(canvas, _("Waivers ({n})").format(n=len(waivers)), rows, everything=True)


def _plain_row(canvas: Canvas, label: str, text: str) -> Callable[[], None]:
    return lambda: canvas.prose(f"  {pad(label, 6)} ", clip(text), indent=9)


def _not_analysed(canvas: Canvas, report: Report, options: Options) -> None:
    rows = [_path_row(canvas, skipped.path, skipped.reason) for skipped in report.not_analysed]
    title = _("Not analysed ({n})").format(n=len(rows))
    _section(canvas, title, rows, everything=options.verbose)


def _path_row(canvas: Canvas, path: str, reason: str) -> Callable[[], None]:
    gap = "  " if path else ""
    return lambda: canvas.prose("  ", (cut(path, 60), "place"), f"{gap}{clip(reason, 200)}", indent=4)


def _set_aside(canvas: Canvas, suppressed: tuple[Suppressed, ...], options: Options) -> None:
    if not suppressed:
        return
    if not options.verbose:
        count = len(suppressed)
        canvas.blank()
        canvas.line(plural("{n} finding is set aside by a comment", "{n} findings are set aside by comments", count))
        return
    rows = [_plain_row(canvas, s.diagnostic.code, f"{snippet.place(s.at)}  {s.reason}") for s in suppressed]
    _section(canvas, _("Set aside by comments ({n})").format(n=len(rows)), rows, everything=True)


def _verdict(canvas: Canvas, project: ProjectReport, found: list[Diagnostic]) -> None:
    findings = [diagnostic for diagnostic in found if not diagnostic.next_step]
    canvas.blank()
    maturity = project.maturity
    if not project.has_charter:
        if not _unreadable(project) and not _misnamed(findings):
            canvas.line("  ", ("mlops-lint init", "strong"), f"      {_('drafts mlproject.yaml from this')}")
        codes = sorted({f"{d.code} {d.name}" for d in findings})
        note = f" ({', '.join(codes[:3])}{', …' if len(codes) > 3 else ''})" if codes else ""
        canvas.prose((_("Level {level} of 4").format(level=0), "strong"), f" · {counted(findings)}{note}")
        return
    if maturity is not None:
        line = level_line(project, maturity)
        head, _dot, rest = line.partition(" · ")
        canvas.prose((head, "strong"), f" · {rest}", indent=2)
    elif project.outcomes:
        canvas.prose(no_level_line(project), indent=2)
    if project.outcomes:
        canvas.prose(outcome_line(project), indent=2)
    if maturity is not None and (gap := not_built_line(maturity)):
        canvas.prose((gap, "quiet"), indent=2)


def _statistics(canvas: Canvas, report: Report) -> None:
    counts: dict[tuple[str, str, str], int] = {}
    for diagnostic in report.diagnostics:
        if not diagnostic.next_step:
            key = (diagnostic.code, diagnostic.name, diagnostic.severity.value)
            counts[key] = counts.get(key, 0) + 1
    for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        canvas.line(f"{count:>5}  {pad(code, 6)}  ", (pad(_(severity), 7), severity), f"  {name}")
    canvas.line(_all(report))
