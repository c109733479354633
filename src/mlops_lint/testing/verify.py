"""Hold a check against a case of its page."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from mlops_lint.model import Edit, Finding, Location, Outcome
from mlops_lint.settings import Settings
from mlops_lint.testing.case import Case, Mark, PageError
from mlops_lint.testing.pages import cases

if TYPE_CHECKING:
    from mlops_lint.repo.view import RepoView


class Documented(Protocol):
    """What this module needs of a check."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...


class Runner(Protocol):
    """Lints a view with one check; gives its outcome by project folder."""

    def __call__(self, repo: RepoView, code: str, case: Case) -> Mapping[str, Outcome]: ...


def view(case: Case) -> RepoView:
    """The case's repository, in memory."""
    from mlops_lint.repo.memory import MemoryView, oid_of
    from mlops_lint.repo.view import Commit

    commits = []
    now: dict[str, str | None] = {}
    for number, step in enumerate(case.commits, start=1):
        after = {path: None if content is None else oid_of(content) for path, content in sorted(step.files.items())}
        objects = {path: (now.get(path), oid) for path, oid in after.items() if now.get(path) != oid}
        now |= after
        commits.append(
            Commit(
                sha=f"{number:040x}",
                author_name=step.author,
                author_email=step.email,
                date=step.date,
                subject=step.subject,
                paths=tuple(objects),
                objects=objects,
            )
        )
    return MemoryView(
        dict(case.files),
        git=case.git,
        commits=tuple(reversed(commits)),
        untracked=case.untracked,
        ignored=case.ignored,
        on_disk=case.on_disk,
        blobs=dict(case.blobs),
        past=[content for step in case.commits for content in step.files.values() if content is not None],
    )


def verify(check: Documented, case: Case, registry: Any, run: Runner | None = None) -> None:
    """Run only `check` on the case; AssertionError shows what was expected and what was found."""
    runner = run or _linter(registry)
    outcomes = runner(view(case), check.code, case)
    faults = [*_outcome_faults(case, outcomes), *_mark_faults(case, check.code, outcomes.values())]
    if case.fixed and not faults:
        faults = _fix_faults(case, check.code, outcomes.values(), runner)
    if faults:
        raise AssertionError("\n".join([f"{check.code}, {case.title!r} (line {case.line} of the page):", *faults]))


def faults(check: Documented) -> list[str]:
    """What a page lacks as a whole: its title, a flagged case, a clean case, a near miss."""
    title = f"# `{check.name}` ({check.code})\n"
    found = [] if check.doc.startswith(title) else [f"the first line is not {title.strip()}"]
    try:
        examples = cases(check.doc)
    except PageError as error:
        return [*found, str(error)]
    outcomes = {state for case in examples for state in (case.outcome, *case.outcomes.values())}
    found += [f"no case with `outcome: {state}`" for state in ("fail", "pass") if state not in outcomes]
    if not any(case.near_miss for case in examples):
        found.append("no case whose title begins with `Near miss:`")
    titles = Counter(case.title for case in examples)
    found += [f"two cases are called {title!r}" for title, count in titles.items() if count > 1]
    marked = {mark.code for case in examples for mark in case.marks} - {check.code}
    return found + [f"a mark of another check: {code}" for code in sorted(marked)]


def _linter(registry: Any) -> Runner:
    from mlops_lint.lint import lint_view

    def run(repo: RepoView, code: str, case: Case) -> Mapping[str, Outcome]:
        alone = () if registry.checks[code].reviews else (code,)
        settings = Settings(select=alone, today=case.today, cache=False, isolated=True)
        report = lint_view(repo, settings, registry)
        if broken := [shown.finding.message for shown in report.diagnostics if "crash" in shown.name]:
            raise AssertionError("\n".join(broken))
        return {
            project.path: outcome for project in report.projects for outcome in project.outcomes if outcome.code == code
        }

    return run


def _outcome_faults(case: Case, outcomes: Mapping[str, Outcome]) -> list[str]:
    if not outcomes:
        return ["  the check gave no outcome at all"]
    found = [f"  no project in {folder!r} was found" for folder in case.outcomes if folder not in outcomes]
    for folder, outcome in sorted(outcomes.items()):
        wanted = case.outcomes.get(folder, case.outcome)
        if outcome.state.value != wanted:
            where = f" of {folder}" if folder else ""
            reason = f" ({outcome.reason})" if outcome.reason else ""
            found.append(f"  outcome{where}: expected {wanted}, found {outcome.state.value}{reason}")
            found += [f"    unknown: {unknown.claim} {unknown.reason}" for unknown in outcome.unknowns]
    return found


def _mark_faults(case: Case, code: str, outcomes: Iterable[Outcome]) -> list[str]:
    outcomes = list(outcomes)
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    found = _exact(case.marked("expect"), findings)
    related = [(r.at, r.message) for finding in findings for r in finding.related]
    evidence = [(at, e.message) for o in outcomes for e in o.evidence for at in (e.found, e.claim)]
    unknowns = [(at, u.reason) for o in outcomes for u in o.unknowns for at in (u.claim, u.at) if at is not None]
    for kind, places in (("related", related), ("verified", evidence), ("unknown", unknowns)):
        found += _met(kind, case.marked(kind), places)
    return found


def _exact(marks: list[Mark], findings: list[Finding]) -> list[str]:
    """Every finding needs a mark of its own, every mark a finding."""
    missing = []
    left = list(findings)
    # Marks with a text choose first, so that a bare one on the same line cannot take their finding.
    for mark in sorted(marks, key=lambda mark: not mark.text):
        match = next((f for f in left if _fits(mark, f.place, f.message)), None)
        if match is None:
            missing.append(f"  expected, not found: {_shown(mark)}")
        else:
            left.remove(match)
    return missing + [f"  found, not expected: {_place(f.place)} {f.message}" for f in left]


def _met(kind: str, marks: list[Mark], places: list[tuple[Location, str]]) -> list[str]:
    found = []
    for mark in marks:
        if not any(_fits(mark, at, message) for at, message in places):
            there = ", ".join(sorted({_place(at) for at, _ in places})) or "none"
            found.append(f"  {kind}, not found: {_shown(mark)}; there are: {there}")
    return found


def _fits(mark: Mark, at: Location, message: str) -> bool:
    return mark.place == _place(at) and mark.text in message


def _shown(mark: Mark) -> str:
    return f'{mark.place} "{mark.text}"' if mark.text else mark.place


def _place(at: Location) -> str:
    cell = f":{at.cell}" if at.cell is not None else ""
    return f"{at.path}{cell}:{at.line}"


def _fix_faults(case: Case, code: str, outcomes: Iterable[Outcome], runner: Runner) -> list[str]:
    edits = [edit for outcome in outcomes for finding in outcome.findings if finding.fix for edit in finding.fix.edits]
    files = _fixed_files(case, edits)
    found = []
    for path in sorted({*case.fixed, *(edit.at.path for edit in edits)}):
        wanted = case.fixed.get(path, case.files[path])
        if files[path] != wanted:
            found += [f"  {path}, fixed, is not as the page shows it:", *_diff(wanted, files[path])]
    return found


def _fixed_files(case: Case, edits: Iterable[Edit]) -> dict[str, bytes]:
    files = dict(case.files)
    for edit in sorted(set(edits), key=lambda edit: (edit.at.path, edit.at.cell or 0, edit.at), reverse=True):
        text = files[edit.at.path].decode()
        if edit.at.cell is None:
            files[edit.at.path] = _edited(text, edit).encode()
        else:
            book = json.loads(text)
            cell = book["cells"][edit.at.cell - 1]
            cell["source"] = re.findall(r"[^\n]*\n|[^\n]+", _edited("".join(cell["source"]), edit))
            files[edit.at.path] = (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()
    return files


def _edited(text: str, edit: Edit) -> str:
    rows = text.split("\n")
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    at = edit.at
    start = starts[at.line - 1] + at.column - 1
    end_line, end_column = at.end_line or at.line, at.end_column or at.column
    return text[:start] + edit.text + text[starts[end_line - 1] + end_column - 1 :]


def _diff(wanted: bytes, found: bytes) -> list[str]:
    import difflib

    rows = difflib.unified_diff(
        wanted.decode(errors="replace").split("\n"),
        found.decode(errors="replace").split("\n"),
        "page",
        "fixed",
        lineterm="",
    )
    return [f"    {row}" for row in rows]
