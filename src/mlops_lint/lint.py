"""One run: from a path to a report."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from mlops_lint import __version__
from mlops_lint.checks import Registry, charter_of, facts_of, load_packs
from mlops_lint.deadline import TIME_UP, Deadline
from mlops_lint.errors import UsageError
from mlops_lint.facts.files.store import FileFacts
from mlops_lint.facts.inject import Facts, Unavailable
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.project import Project, Today
from mlops_lint.grading import Grading, crashed, waive, waivers_of
from mlops_lint.maturity import maturity, with_enforcement
from mlops_lint.model import Confidence, Diagnostic, NotAnalysed, Outcome, Severity
from mlops_lint.projects import find_projects, refuse_endless
from mlops_lint.quoting import Lines
from mlops_lint.repo.view import RepoView, Unreadable
from mlops_lint.results import (
    Maturity,
    PracticeEvidence,
    PracticeReport,
    ProjectReport,
    Report,
    RunInfo,
    Suppressed,
)
from mlops_lint.running import run_checks
from mlops_lint.selection import ignored_in, matches, selected
from mlops_lint.settings import Settings
from mlops_lint.suppress import Suppression, apply, loosened, set_aside, suppressions

Watch: TypeAlias = Callable[[RepoView], RepoView]

TODAY = "MLOPS_LINT_TODAY"
NOT_USED = "the cache was not used"
_COMMENTED = (".py", ".ipynb", ".yaml", ".yml", ".toml", ".md", ".cfg", ".ini", ".txt", "Dockerfile", "Makefile")


def lint(
    path: Path,
    settings: Settings,
    registry: Registry | None = None,
    *,
    practices: bool = True,
    watch: Watch = lambda view: view,
) -> Report:
    """Lint the project at `path` (with those below it). Raises MlopsLintError; its findings are in the report.

    Without `practices` they are worked out only for a project that has no charter, which is all that a text shows.
    `watch` may put its own view over the work tree, to see what is asked of it.
    """
    from mlops_lint.repo.worktree import open_worktree, project_folder

    registry = registry or load_packs()
    if not path.is_dir():
        raise UsageError(f"{path} is no folder")
    with open_worktree(path) as tree:
        refuse_endless(tree)
        folder = project_folder(tree, path)
        view = _staged(tree) if settings.staged else watch(tree)
        with _file_facts(settings, tree.root) as (files, notes):
            report = lint_view(view, settings, registry, folder, file_facts=files, practices=practices)
            if settings.since is not None:
                report = _subtract(report, tree, _before(tree, settings.since), settings, registry, folder, files)
    return replace(report, config_notes=(*report.config_notes, *notes)) if settings.verbose else report


@contextmanager
def _file_facts(settings: Settings, root: Path | None) -> Iterator[tuple[FileFacts, list[str]]]:
    """The facts of files, shared by all that a run looks at; the list says at the end what went wrong with them."""
    from mlops_lint.workers import spread

    cache, notes = None, list[str]()
    if settings.cache:
        from mlops_lint.cache import open_cache

        cache = open_cache(settings.cache_dir, root)
    try:
        yield FileFacts(cache, spread(settings.jobs)), notes
    finally:
        if cache is not None:
            cache.close()
            notes += [f"{NOT_USED}: {cache.trouble}"] if cache.trouble else []


def _staged(tree: RepoView) -> RepoView:
    from mlops_lint.repo.staged import open_staged

    if tree.root is None or not tree.is_git:
        raise UsageError("--staged needs a git repository")
    return open_staged(tree.root)


def _before(tree: RepoView, revision: str) -> RepoView:
    from mlops_lint.repo.revision import open_revision

    if tree.root is None or not tree.is_git:
        raise UsageError("--since needs a git repository")
    return open_revision(tree.root, revision)


def _subtract(
    report: Report,
    tree: RepoView,
    before: RepoView,
    settings: Settings,
    registry: Registry,
    folder: str,
    files: FileFacts,
) -> Report:
    """Leave only what the older tree did not have; both trees are linted whole, so cross-file claims stay right."""
    with before:
        old = lint_view(before, settings, registry, folder, missing_ok=True, file_facts=files, practices=False)
        said = (*report.config_notes, *loosened(report, old, tree, before, settings))
    known = {diagnostic.fingerprint for diagnostic in old.diagnostics}
    untold = {outcome.code for project in old.projects for outcome in project.outcomes if outcome.reason == TIME_UP}
    news = tuple(
        replace(found, severity=Severity.INFO) if found.finding.may_wait else found
        for found in report.diagnostics
        if found.fingerprint not in known and found.code not in untold and not found.finding.calendar
    )
    gaps = tuple(gap for gap in old.not_analysed if gap.reason.startswith(TIME_UP))
    return replace(
        report,
        diagnostics=news,
        not_analysed=tuple(dict.fromkeys((*report.not_analysed, *gaps))),
        config_notes=said,
        run=replace(report.run, since=settings.since),
    )


def lint_view(
    view: RepoView,
    settings: Settings,
    registry: Registry,
    folder: str = "",
    *,
    missing_ok: bool = False,
    file_facts: FileFacts | None = None,
    practices: bool = True,
) -> Report:
    """Lint a view. With `missing_ok` an older tree without any project gives an empty report."""
    there = len(view.entries)
    if settings.exclude:
        from mlops_lint.repo.narrow import NarrowedView

        view = NarrowedView(view, lambda path: any(matches(path, pattern) for pattern in settings.exclude))
    today = settings.today or this_day()
    projects = [] if missing_ok and not view.under(folder) else find_projects(view, folder)
    lines = Lines(view)
    known = file_facts or FileFacts()
    runs = [
        _run_project(view, project, settings, registry, today, lines, known, practices=practices)
        for project in projects
    ]
    found = [diagnostic for run in runs for diagnostic in run.diagnostics]
    found, aside, notes = _suppress(view, found, settings, registry, [run.project for run in runs])
    every = [*found, *notes]
    kept = [diagnostic for diagnostic in every if _shown(diagnostic, settings, registry)]
    files = tuple(path for path in view.entries if any(project.owns(path) for project in projects))
    unparsed = [gap for run in runs for gap in run.gaps]
    return Report(
        tool_version=__version__,
        run=RunInfo(
            view.commit, view.dirty, view.shallow, today.isoformat(), settings.digest(), settings.since, len(files)
        ),
        projects=tuple(run.report for run in runs),
        diagnostics=tuple(sorted(kept, key=_order)),
        not_analysed=_told_once([*unparsed, *view.notices]),
        config_notes=tuple(set_aside(settings, view.root, there - len(view.entries), len(every) - len(kept))),
        suppressed=aside,
        sources=lines.quoted(kept),
        files=files,
    )


def _told_once(gaps: Iterable[NotAnalysed]) -> tuple[NotAnalysed, ...]:
    """One record a file, however many of its readers gave up; what concerns no single file is told whole."""
    first: dict[tuple[str, str], NotAnalysed] = {}
    for gap in gaps:
        first.setdefault((gap.path, "" if gap.path else gap.reason), gap)
    return tuple(sorted(first.values(), key=lambda gap: (gap.path, gap.reason)))


def this_day() -> datetime.date:
    """The day that the environment gives, else the real one; raises UsageError for what is no date."""
    text = os.environ.get(TODAY)
    if not text:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{TODAY} must be a date like 2026-11-20, not {text[:40]!r}") from None


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    place = diagnostic.finding.place
    where = (place.path, place.cell or 0, place.line, place.column)
    return (
        diagnostic.project,
        diagnostic.next_step,
        -diagnostic.severity.rank,
        where,
        diagnostic.code,
        diagnostic.fingerprint,
    )


@dataclass(frozen=True, slots=True)
class ProjectRun:
    """What came of one project."""

    project: Project
    report: ProjectReport
    diagnostics: list[Diagnostic]
    gaps: list[NotAnalysed]


def _run_project(
    view: RepoView,
    project: Project,
    settings: Settings,
    registry: Registry,
    today: datetime.date,
    lines: Lines,
    files: FileFacts,
    *,
    practices: bool,
) -> ProjectRun:
    known: dict[type, object] = {RepoView: view, Project: project, Today: Today(today), FileFacts: files}
    facts = facts_of(registry, known)
    chosen = selected(settings, registry.names)
    checks = [registry.checks[code] for code in sorted(chosen)]
    ran = run_checks(checks, facts, frozenset(registry.checks), files.deadline)
    charter = charter_of(facts)
    outcomes, waivers = waive(with_enforcement(registry.checks, ran.outcomes), waivers_of(charter), today, project.join)
    stage = charter.stage if charter else ""
    target = charter.target_level if charter else 1
    name = project.label
    grading = Grading(stage, target, name, high_risk=charter is not None and charter.high_risk)
    graded = grading.diagnostics(registry.checks, outcomes.values(), lines.text)
    steps = frozenset(found.code for found in graded if found.next_step)
    graded += [crashed(crash, name, project.charter_path) for crash in ran.crashes]
    report = ProjectReport(
        path=name,
        name=_name(charter, project, view),
        stage=stage,
        maturity=_maturity(registry, outcomes, target, settings),
        outcomes=tuple(outcomes[code] for code in sorted(outcomes)),
        waivers=waivers,
        practices=practices_of(facts, registry, files.deadline) if practices or charter is None else {},
        checks={code: registry.checks[code] for code in sorted(outcomes)},
        has_charter=charter is not None,
        next_steps=steps - {found.code for found in graded if not found.next_step},
    )
    late = [NotAnalysed(project.folder, f"{TIME_UP}: checks not run: {len(ran.late)}")] if ran.late else []
    return ProjectRun(project, report, graded, [*_gaps(facts), *late])


def _maturity(registry: Registry, outcomes: Mapping[str, Outcome], target: int, settings: Settings) -> Maturity | None:
    """No level where a gate was left out by a selection: nobody can say that it holds."""
    if any(check.gate and code not in outcomes for code, check in registry.checks.items()):
        return None
    return maturity(registry.checks, outcomes, target, strict=settings.strict)


def _name(charter: Charter | None, project: Project, view: RepoView) -> str:
    try:
        declared = charter.text("project", "name") if charter else None
    except Unavailable:
        declared = None
    return declared or project.folder.rpartition("/")[2] or view.name


def practices_of(facts: Facts, registry: Registry, deadline: Deadline | None = None) -> dict[str, PracticeReport]:
    """Every practice that some provider gives, as the report shows it; behind the deadline none is worked out."""
    from mlops_lint.practices import Practice

    found = {}
    for kind in registry.providers.given:
        if issubclass(kind, Practice) and not (deadline and deadline.over):
            practice = facts.get(kind)
            evidence = tuple(PracticeEvidence(shown.detail, shown.at) for shown in practice.shown)
            found[kind.title()] = PracticeReport(practice.state, evidence)
    return dict(sorted(found.items()))


def _gaps(facts: Facts) -> list[NotAnalysed]:
    from mlops_lint.facts.project.code import Code

    return [NotAnalysed(path, reason) for path, reason in facts.get(Code).unparsed.items()]


def _shown(diagnostic: Diagnostic, settings: Settings, registry: Registry) -> bool:
    confident = diagnostic.finding.confidence.rank >= Confidence(settings.min_confidence).rank
    return confident and diagnostic.code not in ignored_in(diagnostic.finding.place.path, settings, registry.names)


def _suppress(
    view: RepoView, found: list[Diagnostic], settings: Settings, registry: Registry, projects: list[Project]
) -> tuple[list[Diagnostic], tuple[Suppressed, ...], list[Diagnostic]]:
    if settings.no_ignores:
        return found, (), []
    marks: list[Suppression] = []
    for path, entry in view.entries.items():
        if path.endswith(_COMMENTED) and entry.mode != "120000" and any(project.owns(path) for project in projects):
            try:
                marks += suppressions(path, view.read(path))
            except Unreadable:
                continue

    def owner(path: str) -> str:
        return next((project.label for project in projects if project.owns(path)), ".")

    applied = apply(found, marks, registry.names, selected(settings, registry.names), owner)
    return list(applied.kept), applied.suppressed, list(applied.notes)
