"""What `why`, `roadmap` and `waive` do."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from mlops_lint.cli import output
from mlops_lint.cli.execute import OK
from mlops_lint.errors import NoProjectError, UsageError
from mlops_lint.model import State
from mlops_lint.report.options import Options
from mlops_lint.results import Report
from mlops_lint.settings import Settings


def why(path: Path, selector: str, settings: Settings, *, as_json: bool) -> int:
    """Lint, and tell all about one check."""
    from mlops_lint.checks import load_packs
    from mlops_lint.i18n import using
    from mlops_lint.report import guidance

    registry = load_packs()
    check = registry.checks[_code(selector, registry.names)]
    report = _linted(path, settings)
    with using(settings.lang):
        output.write(guidance.why_json(report, check) if as_json else guidance.why(report, check, _options(settings)))
    return OK


def roadmap(path: Path, level: int | None, settings: Settings, *, as_json: bool) -> int:
    """Lint, and list the gates that are not held."""
    from mlops_lint.checks import load_packs
    from mlops_lint.i18n import using
    from mlops_lint.report import guidance
    from mlops_lint.report.order import projects
    from mlops_lint.roadmap import steps

    registry = load_packs()
    report = _linted(path, settings)
    ways = [(project, steps(project, registry.checks, level)) for project in projects(report)]
    with using(settings.lang):
        output.write(
            guidance.roadmap_json(report, ways) if as_json else guidance.roadmap(report, ways, _options(settings))
        )
    return OK


def waive(path: Path, selector: str, *, reason: str, until: str, owner: str | None, dry_run: bool) -> int:
    """Write a waiver; nothing is written where it would not be in force or would set nothing aside."""
    from mlops_lint.checks import load_packs
    from mlops_lint.cli.parse import today
    from mlops_lint.files import replace
    from mlops_lint.report.sanitize import clean, finish
    from mlops_lint.waiving import NewWaiver, added

    registry = load_packs()
    file = _charter(path)
    text = _text(file)
    waiver = NewWaiver(_code(selector, registry.names), reason, until, owner or _owner(text))
    waiver.refuse(today() or datetime.date.today())
    changed = added(text, waiver)
    _refuse_needless(file, waiver.check)
    if dry_run:
        output.write(finish(changed))
        return OK
    replace(file, changed.encode("utf-8"))
    output.write(finish(f"{clean(str(file))}: {waiver.check} is waived until {waiver.until}\n"))
    return OK


def _refuse_needless(file: Path, code: str) -> None:
    """CH007 would warn of a waiver that sets nothing aside: it is not written in the first place."""
    from mlops_lint.cli.parse import settings_from
    from mlops_lint.projects import CHARTER

    folder = file.resolve().parent
    report = _linted(folder, dataclasses.replace(settings_from(folder, {}), select=(code,), ignore=()))
    named = file.name if file.name != CHARTER else ""
    own = [project for project in report.projects if _file_of(project.path) == named]  # the outermost comes first
    outcome = next((found for project in own[:1] for found in project.outcomes if found.code == code), None)
    if outcome is None or outcome.state not in (State.PASS, State.NOT_APPLICABLE):
        return
    reason = f" ({outcome.reason})" if outcome.reason else ""
    why = "it holds here" if outcome.state is State.PASS else f"it does not apply here{reason}"
    raise UsageError(f"nothing to waive: {why}; `mlops-lint why {code}` shows what was looked at")


def _file_of(label: str) -> str:
    """The charter's file name where a project's label is that of a named charter, else nothing."""
    from mlops_lint.projects import NAMED

    return label.rpartition("/")[2] if label.endswith(NAMED) else ""


def _charter(path: Path) -> Path:
    """The charter of a folder, or the one that is named."""
    from mlops_lint.facts.project.project import almost_charter
    from mlops_lint.projects import CHARTER, is_charter

    if path.is_file() and is_charter(path.name):
        return path
    if (path / CHARTER).is_file():
        return path / CHARTER
    if not path.exists():
        raise UsageError(f"there is no folder and no charter {str(path)!r}")
    for wanted in (path, path / CHARTER):
        if is_charter(wanted.name) and wanted.is_dir():
            raise UsageError(f"{wanted} is a folder; a charter is one file")
    beside = sorted(file.name for file in path.iterdir() if file.is_file()) if path.is_dir() else []
    if named := [name for name in beside if is_charter(name)]:
        raise UsageError(f"{path} has no {CHARTER}; name a charter: {', '.join(named[:5])}")
    if near := [name for name in beside if almost_charter(name)]:
        raise NoProjectError(f"{path} has no {CHARTER}, and {near[0]} is not read; rename it to {CHARTER}")
    raise NoProjectError(f"{path} has no {CHARTER}; `mlops-lint init` drafts one")


def _text(file: Path) -> str:
    from mlops_lint.documents.yaml import CHARTER_LIMIT
    from mlops_lint.repo.disk import read_regular
    from mlops_lint.repo.view import Unreadable

    try:
        return read_regular(str(file.resolve().parent), file.resolve().name, CHARTER_LIMIT).decode("utf-8")
    except (Unreadable, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, Unreadable) else "it is not UTF-8"
        raise UsageError(f"{file} cannot be changed: {reason}") from None


def _owner(text: str) -> str:
    from mlops_lint.documents.node import DocumentError, plain, walk_pointer
    from mlops_lint.documents.yaml import parse_yaml

    try:
        node = parse_yaml(text.encode())
    except DocumentError:
        return ""
    owner = plain(walk_pointer(node, "/project/owner")) if node is not None else None
    first = owner[0] if isinstance(owner, list) and owner else owner
    return first if isinstance(first, str) else ""


def _code(selector: str, names: dict[str, str]) -> str:
    from mlops_lint.selection import resolve

    codes = sorted(resolve(selector, names))
    if len(codes) != 1:
        raise UsageError(f"`{selector}` stands for {len(codes)} checks; name one")
    return codes[0]


def _linted(path: Path, settings: Settings) -> Report:
    from mlops_lint.lint import lint
    from mlops_lint.report.limits import limited

    return limited(lint(path, dataclasses.replace(settings, outputs=()), practices=False))


def _options(settings: Settings) -> Options:
    return Options(
        color=output.colored(settings.color), width=output.columns(), verbose=settings.verbose, lang=settings.lang
    )
