"""`# mlops-lint: ignore[CODE] reason`: findings that a comment in the source sets aside.

The comment stands on the finding's own line, or alone on the line above. The reason is required: a
suppression without one sets nothing aside and is reported (SUP001); so is one that nothing needs (SUP002).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops_lint import config
from mlops_lint.errors import ConfigError
from mlops_lint.model import Diagnostic, Finding, Kind, Location, Severity
from mlops_lint.repo.view import RepoView, Unreadable
from mlops_lint.results import Report, Suppressed
from mlops_lint.settings import Settings
from mlops_lint.suggest import did_you_mean

MARK = b"mlops-lint:"
WITHOUT_REASON = ("SUP001", "suppression-without-reason")
UNUSED = ("SUP002", "suppression-unused")

_FORM = re.compile(r"(?:#|<!--)\s*mlops-lint:\s*ignore\b\s*(?:\[([^\]]*)\])?([^#]*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that sets findings aside; `line` is the line that it covers, `at` where it stands."""

    selectors: tuple[str, ...]
    reason: str
    at: Location
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What is left, what was set aside, and what is wrong with the suppressions themselves."""

    kept: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    notes: tuple[Diagnostic, ...]


def suppressions(path: str, data: bytes) -> tuple[Suppression, ...]:
    """The suppressions of one file."""
    if MARK not in data:
        return ()
    from mlops_lint.comments import comments

    found = comments(path, data)
    alone = {(comment.cell, comment.line) for comment in found if comment.alone}
    result = []
    for comment in found:
        for match in _FORM.finditer(comment.text):
            line = comment.line
            while comment.alone and (comment.cell, line) in alone:
                line += 1
            end = comment.column + len(comment.text)
            at = Location(path, comment.line, comment.column, comment.line, end, comment.cell)
            result.append(Suppression(_selectors(match[1]), _reason(match[2]), at, line, comment.text))
    return tuple(result)


def _selectors(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _reason(text: str) -> str:
    reason = text.replace("-->", "").strip().lstrip("-–—: ").strip()
    return reason if re.search(r"\w", reason) else ""


def apply(
    diagnostics: Iterable[Diagnostic],
    found: Iterable[Suppression],
    names: Mapping[str, str],
    ran: frozenset[str],
    project_of: Callable[[str], str] = lambda _: ".",
) -> Applied:
    """Set findings aside. `names` maps every known code to its name, `ran` holds the codes that were run."""
    usable, notes = [], []
    for suppression in found:
        fault = _fault(suppression)
        if fault:
            notes.append(_note(WITHOUT_REASON, suppression, fault, project_of))
        else:
            usable.append(suppression)
    kept, aside, used = _split(diagnostics, usable)
    for suppression in usable:
        if suppression not in used and (text := _unused(suppression, names, ran)):
            notes.append(_note(UNUSED, suppression, text, project_of))
    return Applied(tuple(kept), tuple(aside), tuple(notes))


def _split(
    diagnostics: Iterable[Diagnostic], usable: list[Suppression]
) -> tuple[list[Diagnostic], list[Suppressed], set[Suppression]]:
    kept: list[Diagnostic] = []
    aside: list[Suppressed] = []
    used: set[Suppression] = set()
    for diagnostic in diagnostics:
        hits = [suppression for suppression in usable if _covers(suppression, diagnostic)]
        used.update(hits)
        if hits:
            aside.append(Suppressed(diagnostic, hits[0].reason, hits[0].at))
        else:
            kept.append(diagnostic)
    return kept, aside, used


def _fault(suppression: Suppression) -> str:
    if not suppression.selectors:
        return "the suppression names no check, so it sets nothing aside"
    return "" if suppression.reason else "the suppression gives no reason, so it sets nothing aside"


def _covers(suppression: Suppression, diagnostic: Diagnostic) -> bool:
    place, at = diagnostic.finding.place, suppression.at
    if (place.path, place.cell) != (at.path, at.cell):
        return False
    if suppression.line not in (place.line, place.end_line):
        return False
    wanted = {selector.replace("_", "-").casefold() for selector in suppression.selectors}
    return diagnostic.code.casefold() in wanted or diagnostic.name.casefold() in wanted


def _unused(suppression: Suppression, names: Mapping[str, str], ran: frozenset[str]) -> str:
    by_any = {key.casefold(): code for code, name in names.items() for key in (code, name)}
    for selector in suppression.selectors:
        code = by_any.get(selector.replace("_", "-").casefold())
        if code is None:
            return f"no check is called {selector!r}{did_you_mean(selector, [*names, *names.values()])}"
        if code not in ran:
            return ""  # it was not run, so nobody can tell
    listed = ", ".join(suppression.selectors)
    return f"nothing is found here that needs this suppression ({listed})"


def _note(
    rule: tuple[str, str], suppression: Suppression, message: str, project_of: Callable[[str], str]
) -> Diagnostic:
    code, name = rule
    help_text = (
        "write `mlops-lint: ignore[CODE] reason`, with the reason in words" if rule is WITHOUT_REASON else "remove it"
    )
    finding = Finding(suppression.at, Kind.DEFECT, message, help_text)
    key = f"{code}\0{suppression.at.path}\0{suppression.at.cell}\0{suppression.text}"
    fingerprint = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Diagnostic(code, name, Severity.WARNING, finding, project_of(suppression.at.path), fingerprint)


def set_aside(settings: Settings, root: Path | None, files: int, findings: int) -> Iterator[str]:
    """What a configuration left out: it belongs to the repository, which must not be able to hide that."""
    yield from config.note(settings, root)
    if files:
        yield f"left out by `exclude`: {files} file{'s' if files > 1 else ''}"
    if findings:
        yield f"left out by `per-file-ignores` or `min-confidence`: {findings} finding{'s' if findings > 1 else ''}"


def loosened(report: Report, old: Report, tree: RepoView, before: RepoView, settings: Settings) -> Iterator[str]:
    """What changed of that which decides what is shown: a change must not hide its own findings unseen."""
    for file in map(Path, settings.config_files):
        if tree.root is not None and file.is_relative_to(tree.root):
            path = file.relative_to(tree.root).as_posix()
            if _table(tree, path) != _table(before, path):
                yield f"{path} was changed since {settings.since}"
    known = {aside.diagnostic.fingerprint for aside in old.suppressed}
    if fresh := {aside.diagnostic.fingerprint for aside in report.suppressed} - known:
        yield f"set aside by comments that are new since {settings.since}: {len(fresh)}"


def _table(view: RepoView, path: str) -> object:
    try:
        return config.table_of(Path(path), view.read(path))
    except (Unreadable, ConfigError):
        return None
