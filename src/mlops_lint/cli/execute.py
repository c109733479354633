"""What the commands do: build the parts, run them, say how it ended."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

from mlops_lint.cli import output
from mlops_lint.errors import UsageError
from mlops_lint.model import Diagnostic, Severity, State
from mlops_lint.report import Options, render
from mlops_lint.results import Report
from mlops_lint.settings import Output, Settings

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
    started = time.perf_counter()
    report = _lint(path, settings)
    if settings.diff:
        return _diff(path, report, settings)
    if settings.fix:
        report = _fix(path, report, settings)
    elapsed = time.perf_counter() - started
    for target in sorted(settings.outputs, key=lambda target: target.file is None):
        _write(report, settings, target, elapsed)
    return exit_code(report, settings)


def evidence(path: Path, settings: Settings) -> int:
    """Lint and show the practices alone; findings do not count."""
    report = _lint(path, settings)
    for target in settings.outputs:
        _write(report, settings, target, None, view="evidence")
    return OK


def _lint(path: Path, settings: Settings) -> Report:
    from mlops_lint.cli.progress import progress
    from mlops_lint.lint import lint

    with progress(quiet=settings.quiet):
        return lint(path, settings)


def _write(report: Report, settings: Settings, target: Output, elapsed: float | None, view: str = "check") -> None:
    here = target.file is None
    timed = settings.timings or (here and output.is_terminal())
    options = Options(
        color=here and output.colored(settings.color),
        width=output.columns() if here else None,
        quiet=settings.quiet,
        verbose=settings.verbose,
        statistics=settings.statistics,
        elapsed=elapsed if timed else None,
        lang=settings.lang,
        view=view,
    )
    output.write(render(report, target.format, options), target.file)


def show_files(path: Path, settings: Settings) -> int:
    """The files that a run would look at, one a line."""
    from mlops_lint.repo.worktree import open_worktree, project_folder
    from mlops_lint.report.sanitize import clean
    from mlops_lint.selection import matches

    with open_worktree(path) as view:
        for name in view.under(project_folder(view, path)):
            if not any(matches(name, pattern) for pattern in settings.exclude):
                output.write(f"{clean(name)}\n")
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
    if settings.strict and any(o.state is State.WAIVED for project in report.projects for o in project.outcomes):
        return True
    if settings.min_level is None:
        return False
    levels = [project.maturity.level for project in report.projects if project.maturity is not None]
    return any(level < settings.min_level for level in levels)


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
    again = _lint(path, settings) if planned.applied else report
    return dataclasses.replace(again, config_notes=(*again.config_notes, *notes))


def rule(selector: str | None, *, everything: bool, as_json: bool, color: str) -> int:
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
        text = pages.page(checks[0], color=output.colored(color), width=output.columns())
    else:
        text = pages.table(checks, color=output.colored(color))
    output.write(text)
    return OK


def init(path: Path, *, minimal: bool, dry_run: bool) -> int:
    """Draft a charter; never overwrites one."""
    from mlops_lint.initialise import draft

    drafted = draft(path, minimal)
    target = Path(drafted.path) if Path(drafted.path).is_absolute() else path / drafted.path
    if dry_run:
        output.write(drafted.text)
        return OK
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(drafted.text)
    except FileExistsError:
        raise UsageError(f"{target} is there already; it is never overwritten (see --dry-run)") from None
    except OSError as error:
        raise UsageError(f"could not write {target}: {error.strerror}") from error
    from mlops_lint.report.sanitize import clean

    notes = "".join(f"  {clean(note)}\n" for note in drafted.notes)
    output.write(f"wrote {clean(str(target))}\n{notes}next: read it, correct the guesses, run `mlops-lint`\n")
    return OK


def schema(name: str) -> int:
    """One of the JSON schemas that the package carries."""
    from importlib import resources

    file = resources.files("mlops_lint_schemas") / f"{'mlproject' if name == 'charter' else name}.schema.json"
    output.write(file.read_text(encoding="utf-8"))
    return OK
