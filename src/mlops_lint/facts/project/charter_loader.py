"""Bytes to a walked charter: mends what hides the rest of a broken file, and follows `extends`."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import Any

from mlops_lint.documents.node import DocumentError, MapNode, Node, Position, ScalarNode, decode
from mlops_lint.documents.yaml import CHARTER_LIMIT, Fault, parse_charter
from mlops_lint.facts.project import charter_words as words
from mlops_lint.facts.project.charter_result import Problem, Reference, Walked
from mlops_lint.facts.project.charter_schema import Route
from mlops_lint.facts.project.charter_walk import Walker
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

MAX_REPAIRS = 20
MAX_CHAIN = 10
INHERITED = ("project", "team")
_STANDINS = frozenset("@`%")
_OPENED = re.compile(r"""^[^"'#]*[:\-\[{,]\s*(["'])""")
_FREE = re.compile(r"//|[A-Za-z][\w+.-]*:")


@dataclass(slots=True)
class Loaded:
    """A charter as read: `error` where it is no YAML, `walked` where anything of it can be used."""

    walked: Walked | None = None
    error: DocumentError | None = None
    syntax: list[Problem] = field(default_factory=list)


def load(view: RepoView, path: str, chain: tuple[str, ...] = ()) -> Loaded:
    """Read, parse and walk the charter at `path`; raises Unreadable."""
    loaded = Loaded()
    try:
        text = decode(view.read(path), CHARTER_LIMIT)
    except DocumentError as error:
        loaded.error = error
        loaded.syntax.append(Problem(Location(path, error.line, error.column), error.message, error.help))
        return loaded
    faults: list[Fault] = []
    document, lost = _parse(path, text, faults, loaded)
    if not isinstance(document, MapNode):
        if document is not None or loaded.error is None:
            message = "the charter is empty" if document is None else "the charter is no mapping of keys to values"
            loaded.error = loaded.error or DocumentError(message)
        return loaded
    base = _base(view, path, document, (*chain, path))
    inherited = base.inherited if base else None
    walker = Walker(path, text.split("\n"), [fault for fault in faults if not _noted(loaded, fault)], inherited)
    walker.faults |= {fault.start for fault in faults}
    for name in lost:
        walker.out.bad.add((name,))
    loaded.walked = walker.walk(document)
    _forget_lost(loaded.walked, lost, broken=bool(loaded.syntax))
    if base:
        base.give(loaded.walked)
    _undecided(loaded.walked, walker)
    return loaded


def _noted(loaded: Loaded, fault: Fault) -> bool:
    return any((problem.at.line, problem.at.column) == fault.start for problem in loaded.syntax)


def _parse(path: str, text: str, faults: list[Fault], loaded: Loaded) -> tuple[Node | None, list[str]]:
    """Parse, mending what YAML cannot read: single values first, then by leaving out whole blocks (their names)."""
    original = text.split("\n")
    lines, lost = list(original), list[str]()
    mended: list[Fault] = []
    for _ in range(MAX_REPAIRS):
        found: list[Fault] = []
        try:
            document = parse_charter("\n".join(lines), found)
        except DocumentError as error:
            loaded.error = loaded.error or error
            place, quote = _culprit(error, lines)
            message, help_ = _explain(error, original, quote)
            loaded.syntax.append(Problem(Location(path, *place), message, help_ or error.help))
            if not _mend(lines, place, quote, error, mended) and not _drop_block(lines, place[0], lost):
                return None, []
            continue
        faults += found + mended
        return document, lost
    return None, []


def _culprit(error: DocumentError, lines: list[str]) -> tuple[Position, str]:
    """Where the fault lies, and the quote that is not closed there ("" for another fault)."""
    if error.began and ("end of stream" in error.message or "document separator" in error.message):
        line, column = error.began
        return error.began, lines[line - 1][column - 1 : column]
    if error.began and "',' or" in error.message:
        return error.began, ""
    before = lines[error.line - 1][: error.column - 1] if error.line <= len(lines) else ""
    for number in range(min(error.line, len(lines)) - 1, max(0, error.line - 30), -1):
        opened = _OPENED.match(lines[number - 1][:1000])
        if opened and lines[number - 1].count(opened[1]) % 2 and before.count(opened[1]) % 2:
            return (number, opened.end()), opened[1]
    return (error.line, error.column), ""


def _explain(error: DocumentError, lines: list[str], quote: str) -> tuple[str, str]:
    if quote:
        return "a quote is opened here and never closed", "Close the quote."
    line = lines[error.line - 1] if error.line <= len(lines) else ""
    return words.syntax_message(error.message, line, error.column)


def _mend(lines: list[str], place: Position, quote: str, error: DocumentError, mended: list[Fault]) -> bool:
    """Change the line so that YAML can read on; the value at `place` does not count."""
    line, column = place
    if line > len(lines):
        return False
    if "second document" in error.message:
        del lines[line - 1 :]
        return True
    text = lines[line - 1]
    if quote in ("'", '"') and not text.endswith(quote):
        lines[line - 1] = text + quote
    elif "\t" in text[: len(text) - len(text.lstrip())]:
        lines[:] = [_untabbed(other) for other in lines]
        return True
    elif "cannot start" in error.message and text[column - 1 : column] in _STANDINS:
        lines[line - 1] = text[: column - 1] + "a" + text[column:]
    else:
        return False
    mended.append(Fault(place, "", ""))
    return True


def _untabbed(line: str) -> str:
    bare = line.lstrip(" \t")
    return line[: len(line) - len(bare)].replace("\t", "  ") + bare


def _drop_block(lines: list[str], line: int, lost: list[str]) -> bool:
    """Blank out the top-level block that holds `line`."""
    first = min(line, len(lines)) - 1
    while first >= 0 and not re.match(r"[A-Za-z_]", lines[first]):
        first -= 1
    if first < 0:
        return False
    lost.append(re.split(r"[:\s]", lines[first], maxsplit=1)[0])
    end = first + 1
    while end < len(lines) and not re.match(r"[A-Za-z_][\w-]*:(\s|$)", lines[end]):
        end += 1
    lines[first:end] = [""] * (end - first)
    return any(text.strip() for text in lines)


def _forget_lost(walked: Walked, lost: list[str], *, broken: bool) -> None:
    """A block that could not be read is not missing; while the file does not parse, nothing is said to be missing."""
    walked.problems[:] = [
        problem
        for problem in walked.problems
        if not any(problem.message == _lacks(name) for name in lost) and not (broken and " lacks `" in problem.message)
    ]


def _lacks(name: str) -> str:
    return f"the charter lacks `{name}`"


def _undecided(walked: Walked, walker: Walker) -> None:
    project = walked.values.get("project")
    if not isinstance(project, dict) or project.get("archetype") != "undecided":
        return
    stage = project.get("stage")
    if stage in (None, "exploration"):
        return
    at = walked.places[("project", "archetype")].value
    message = f"`project.archetype`: undecided is for exploration only, and the stage is {stage}"
    walker.problem(at, message, "Say how predictions become actions: software-2.0, human-in-the-loop or autonomous.")


@dataclass(slots=True)
class _Base:
    """What `extends` leads to; without `walked` nothing is inherited, and `message` says why."""

    at: Location
    folder: str = ""
    walked: Walked | None = None
    message: str = ""

    @property
    def inherited(self) -> frozenset[str]:
        if self.walked is None:
            return frozenset(("name", "owner", "archetype", "stage", "reviewed"))
        project = self.walked.values.get("project")
        return frozenset(project if isinstance(project, dict) else ())

    def give(self, own: Walked) -> None:
        """Fill what `own` does not say itself; texts of pointers keep their meaning."""
        if self.message:
            own.problems.append(Problem(self.at, f"`extends`: {self.message}"))
        if self.walked is None:
            return
        kept: list[Route] = []
        for block in INHERITED:
            theirs, mine = self.walked.values.get(block), own.values.get(block)
            if (block,) in own.bad or not isinstance(theirs, dict):
                continue
            if mine is None:
                own.places[(block,)] = self.walked.places[(block,)]
            target = own.values.setdefault(block, {})
            for key, value in theirs.items():
                if key not in target and (block, key) not in own.places:
                    target[key] = value
                    kept.append((block, key))
        for route in kept:
            self.give_places(own, route)

    def give_places(self, own: Walked, route: Route) -> None:
        assert self.walked is not None
        own.places.update({r: place for r, place in self.walked.places.items() if r[: len(route)] == route})
        own.bad |= {r for r in self.walked.bad if r[: len(route)] == route}
        for reference in self.walked.references:
            if reference.route[: len(route)] == route:
                moved = self.rebase(reference)
                own.references.append(moved)
                _put(own.values, moved.route, moved.text)

    def rebase(self, reference: Reference) -> Reference:
        if _FREE.match(reference.text):
            return reference
        return replace(reference, text="//" + posixpath.join(self.folder, reference.text.removeprefix("./")))


def _put(values: dict[str, Any], route: Route, text: str) -> None:
    here: Any = values
    for step in route[:-1]:
        here = here[step]
    here[route[-1]] = text


def _base(view: RepoView, path: str, document: MapNode, chain: tuple[str, ...]) -> _Base | None:
    node = document.get("extends")
    if not isinstance(node, ScalarNode) or not node.text.strip():
        return None
    at = Location(path, *node.start, *node.end)
    text = node.text.strip()
    folder = posixpath.dirname(path)
    target = posixpath.normpath(text[2:] if text.startswith("//") else posixpath.join(folder, text))
    base = _Base(at, posixpath.dirname(target))
    if target in chain or len(chain) > MAX_CHAIN:
        loop = " -> ".join([*chain[chain.index(target) :], target]) if target in chain else "too many of them"
        base.message = f"the charters extend each other in a circle ({loop})"
        return base
    if target.startswith(("../", "/")) or target not in view.entries:
        base.message = f"there is no charter {words.shown(text)} in the repository"
        return base
    try:
        loaded = load(view, target, chain)
    except Unreadable as error:
        base.message = f"{target} cannot be read ({error.reason})"
        return base
    base.walked = loaded.walked
    if loaded.walked is None:
        base.message = f"{target} is not a charter that can be read"
    elif circle := [problem for problem in loaded.walked.problems if "in a circle" in problem.message]:
        base.message = circle[0].message.removeprefix("`extends`: ")
    return base
