"""What the commands do: build the parts, run them, say how it ended."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_lint.cli import output
from mlops_lint.errors import UsageError
from mlops_lint.model import Diagnostic, Severity, State
from mlops_lint.report import Options, render
from mlops_lint.settings import Output, Settings

if TYPE_CHECKING:
    from mlops_lint.recall import Recall
    from mlops_lint.results import Report

OK, FINDINGS, INTERNAL, INCOMPLETE = 0, 1, 2, 4
OWN_DEFECT = "INT"
"""How the codes of the linter's own defects begin."""


def check(path: Path, settings: Settings) -> int:
    """Lint, fix where that is asked for, report; the exit code."""
    if settings.show_settings:
        output.write("".join(f"{line}\n" for line in settings.as_lines()))
        return OK
    if settings.show_files:
        return show_files(path, settings)
    if settings.diff:
        return _diff(path, _lint(path, settings), settings)
    return _answer(path, settings, "check")


def evidence(path: Path, settings: Settings) -> int:
    """Lint and show the practices alone; findings do not count."""
    return _answer(path, settings, "evidence")


def _answer(path: Path, settings: Settings, view: str) -> int:
    """Give the kept result of an unchanged tree again, or lint, report, and keep what came of it."""
    from mlops_lint.recall import Answer, Recall

    started = time.perf_counter()
    targets = sorted(settings.outputs, key=lambda target: target.file is None)
    shown = [_options(settings, target, view) for target in targets]
    recall = Recall(path, settings, (view, *shown))
    if (known := recall.load()) is not None:
        for target, text in zip(targets, known.texts, strict=True):
            output.write(_at_speed(text, known.elapsed, _seconds(started)), target.file)
        return known.code
    recall.prepare()
    report = _lint(path, settings, recall, practices=_practices_shown(settings, view))
    if settings.fix:
        report = _fix(path, report, settings)
    if view == "check":
        report = dataclasses.replace(report, config_notes=(*report.config_notes, *_unmet(report, settings)))
    elapsed = None if view == "evidence" else time.perf_counter() - started
    texts = [_render(report, target, options, elapsed) for target, options in zip(targets, shown, strict=True)]
    for target, text in zip(targets, texts, strict=True):
        output.write(text, target.file)
    code = exit_code(report, settings) if view == "check" else OK
    if _keepable(report):
        recall.keep(Answer(tuple(texts), code, "" if elapsed is None else f"{elapsed:.2f} s"))
    return code


def _lint(path: Path, settings: Settings, recall: Recall | None = None, *, practices: bool = False) -> Report:
    from mlops_lint.cli.progress import progress
    from mlops_lint.lint import lint

    with progress(quiet=settings.quiet):
        if recall is None:
            return lint(path, settings, practices=practices)
        return lint(path, settings, practices=practices, watch=recall.watch)


def _practices_shown(settings: Settings, view: str) -> bool:
    return view == "evidence" or any(target.format == "json" for target in settings.outputs)


def _keepable(report: Report) -> bool:
    """Whether the same tree would give the same again: not where the linter, the cache or git itself failed."""
    from mlops_lint.deadline import TIME_UP
    from mlops_lint.lint import NOT_USED

    return not (
        any(diagnostic.code.startswith(OWN_DEFECT) for diagnostic in report.diagnostics)
        or any(gap.reason.startswith(("git:", TIME_UP)) for gap in report.not_analysed)
        or any(note.startswith(NOT_USED) for note in report.config_notes)
    )


def _options(settings: Settings, target: Output, view: str) -> Options:
    """How a report is shown; `elapsed` says only whether times are."""
    here = target.file is None
    timed = view == "check" and (settings.timings or (here and output.is_terminal()))
    return Options(
        color=here and output.colored(settings.color),
        width=output.columns() if here else None,
        quiet=settings.quiet,
        verbose=settings.verbose,
        statistics=settings.statistics,
        elapsed=0.0 if timed else None,
        lang=settings.lang,
        view=view,
    )


def _render(report: Report, target: Output, options: Options, elapsed: float | None) -> str:
    timed = options.elapsed is not None
    return render(report, target.format, dataclasses.replace(options, elapsed=elapsed if timed else None))


def _seconds(started: float) -> str:
    return f"{time.perf_counter() - started:.2f} s"


def _at_speed(text: str, before: str, now: str) -> str:
    """A kept text with the time that this run took in its first line, if that shows one."""
    first, newline, rest = text.partition("\n")
    head, found, tail = first.rpartition(f" · {before}") if before else ("", "", first)
    return f"{head} · {now}{tail}{newline}{rest}" if found else text


def show_files(path: Path, settings: Settings) -> int:
    """The files that a run would look at, one a line."""
    from mlops_lint.projects import refuse_endless
    from mlops_lint.repo.worktree import open_worktree, project_folder
    from mlops_lint.report.sanitize import clean, finish
    from mlops_lint.selection import matches

    with open_worktree(path) as view:
        refuse_endless(view)
        for name in view.under(project_folder(view, path)):
            if not any(matches(name, pattern) for pattern in settings.exclude):
                output.write(finish(f"{clean(name)}\n"))
    return OK


def exit_code(report: Report, settings: Settings) -> int:
    """0, 1, 2 or 4, by what was found and what the settings ask for; a check that crashed is never a 0 or 1."""
    if any(diagnostic.code.startswith(OWN_DEFECT) for diagnostic in report.diagnostics):
        return INTERNAL
    failed = any(counts(diagnostic, settings) for diagnostic in report.diagnostics) or _gate_unmet(report, settings)
    if failed and not settings.exit_zero:
        return FINDINGS
    return INCOMPLETE if settings.strict_coverage and report.not_analysed else OK


def counts(diagnostic: Diagnostic, settings: Settings) -> bool:
    """Whether a finding fails the run."""
    if settings.fail_on == "never" or diagnostic.next_step or not diagnostic.new:
        return False
    committing = settings.staged or os.environ.get("PRE_COMMIT") == "1"
    if diagnostic.finding.calendar and committing:
        return False  # a day that passed is no reason to refuse a commit
    return diagnostic.severity.rank >= Severity(settings.fail_on).rank


def _gate_unmet(report: Report, settings: Settings) -> bool:
    return any(_unmet(report, settings))


def _unmet(report: Report, settings: Settings) -> Iterator[str]:
    """What fails the run though no finding does, in words: an exit code alone explains nothing."""
    for project in report.projects:
        if settings.strict and (waived := [o.code for o in project.outcomes if o.state is State.WAIVED]):
            yield f"{project.name}: {', '.join(sorted(waived))} waived, which `strict` does not take"
        if settings.min_level is None:
            continue
        # A project without a level (some gates were not run) has not shown that it reaches one.
        level = project.maturity.level if project.maturity else -1
        if level < settings.min_level:
            has = f"level {level}" if project.maturity else "no level, as some gates were not run"
            yield f"{project.name}: {has}; `min-level` asks for {settings.min_level}"


def _edits(path: Path, report: Report, settings: Settings) -> tuple[Path, list[Diagnostic]]:
    from mlops_lint.fixes import root_of

    wanted = [
        diagnostic
        for diagnostic in report.diagnostics
        if (fix := diagnostic.finding.fix) is not None and fix.edits and (fix.safe or settings.unsafe_fixes)
    ]
    return root_of(path), wanted


def _diff(path: Path, report: Report, settings: Settings) -> int:
    from mlops_lint.fixes import plan
    from mlops_lint.report.sanitize import finish

    root, wanted = _edits(path, report, settings)
    planned = plan(root, [diagnostic.finding.fix for diagnostic in wanted if diagnostic.finding.fix])
    output.write(finish(planned.diff()))
    return FINDINGS if planned.changes and not settings.exit_zero else OK


def _fix(path: Path, report: Report, settings: Settings) -> Report:
    from mlops_lint.fixes import plan

    if settings.staged or settings.since:
        raise UsageError("--fix changes the working tree; it cannot be used with --staged or --since")
    root, wanted = _edits(path, report, settings)
    planned = plan(root, [diagnostic.finding.fix for diagnostic in wanted if diagnostic.finding.fix])
    planned.write()
    if not planned.applied and not planned.refused:
        return report
    notes = [f"fixes applied: {planned.applied}, files changed: {len(planned.changes)}"] if planned.applied else []
    notes += [f"not fixed: {reason}" for reason in planned.refused]
    again = _lint(path, settings, practices=_practices_shown(settings, "check")) if planned.applied else report
    return dataclasses.replace(again, config_notes=(*again.config_notes, *notes))


def rule(selector: str | None, *, everything: bool, as_json: bool, color: str, examples: bool = False) -> int:
    """A check's page, or the table of all checks."""
    if everything == (selector is not None):
        raise UsageError("name one check, or ask for --all")
    from mlops_lint.checks import load_packs
    from mlops_lint.cli import pages
    from mlops_lint.selection import resolve

    registry = load_packs()
    codes = sorted(registry.checks) if selector is None else sorted(resolve(selector, registry.names))
    checks = [registry.checks[code] for code in codes]
    if as_json:
        text = pages.as_json(checks, one=not everything and len(checks) == 1)
    elif len(checks) == 1:
        text = pages.page(checks[0], color=output.colored(color), width=output.columns(), examples=examples)
    else:
        text = pages.table(checks, color=output.colored(color), width=output.columns())
    output.write(text)
    return OK


def init(path: Path, *, minimal: bool, dry_run: bool) -> int:
    """Draft a charter; never overwrites one."""
    from mlops_lint.initialise import draft, write
    from mlops_lint.report.sanitize import clean

    drafted = draft(path, minimal, ask=None if dry_run or not output.is_dialogue() else _ask)
    target = drafted.path
    if dry_run:
        output.write(drafted.text)
        return OK
    write(drafted)
    notes = "".join(f"  {clean(note)}\n" for note in drafted.notes)
    output.write(f"wrote {clean(str(target))}\n{notes}next: read it, correct the guesses, run `mlops-lint`\n")
    return OK


def _ask(questions: Mapping[str, str]) -> dict[str, str]:
    """The questions that no repository answers; Enter leaves one open."""
    import click

    click.echo("Four questions that only people can answer (Enter leaves one open):")
    asked = {field: f"  {question[0].upper()}{question[1:]}?" for field, question in questions.items()}
    return {
        field: click.prompt(text, default="", show_default=False, prompt_suffix=" ") for field, text in asked.items()
    }


def schema(name: str) -> int:
    """One of the JSON schemas that the package carries."""
    from importlib import resources

    file = resources.files("mlops_lint_schemas") / f"{'mlproject' if name == 'charter' else name}.schema.json"
    output.write(file.read_text(encoding="utf-8"))
    return OK
