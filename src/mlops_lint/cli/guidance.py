"""What `why`, `roadmap` and `waive` do."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from mlops_lint.cli import output
from mlops_lint.cli.execute import OK
from mlops_lint.errors import NoProjectError, UsageError
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
    """Write a waiver; nothing is written where it would not be in force."""
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
    if dry_run:
        output.write(finish(changed))
        return OK
    replace(file, changed.encode("utf-8"))
    output.write(finish(f"{clean(str(file))}: {waiver.check} is waived until {waiver.until}\n"))
    return OK


def _charter(path: Path) -> Path:
    """The charter of a folder, or the one that is named."""
    from mlops_lint.projects import CHARTER, is_charter

    if path.is_file() and is_charter(path.name):
        return path
    if (path / CHARTER).is_file():
        return path / CHARTER
    named = sorted(file.name for file in path.iterdir() if is_charter(file.name)) if path.is_dir() else []
    if named:
        raise UsageError(f"{path} has several charters; name one: {', '.join(named[:5])}")
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
