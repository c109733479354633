"""From the Markdown of a page to its cases. The conventions: docs/pages.md."""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import importlib.resources
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from mlops_lint.testing import marks as marking
from mlops_lint.testing.case import OUTCOMES, TODAY, Case, CaseCommit, Mark, PageError

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})\s+(?P<text>.*?)(?:\s+#+)?\s*")
_FILE = re.compile(r"`(?P<path>[^`]+)`(?P<words>(?:,\s*[a-z0-9]+)*):\s*")
_DIRECTIVE = re.compile(r"(?P<key>outcome|today|files|git|ignored|on-disk|removed):\s*(?P<value>\S.*?)\s*")
_COMMIT = re.compile(r"commit\s+(?P<date>\S+)\s+(?P<author>[^<:]+?)(?:\s+<(?P<email>[^>]*)>)?(?::\s*(?P<subject>.*))?")
_WORDS = frozenset({"patch", "fixed", "untracked", "ignored", "blob", "base64"})
_SIZE = re.compile(r"([0-9]{1,2})mb")
CHARTER = "mlproject.yaml"


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of a page: `heading`, `fence` or `line`."""

    kind: str
    line: int
    text: str
    level: int = 0
    info: str = ""


def cases(text: str) -> tuple[Case, ...]:
    """The examples of a page, in its order. Raises PageError, with the line, where a convention is broken."""
    found: list[_Builder] = []
    inside = False
    for block in _blocks(text):
        if block.kind == "heading" and block.level <= 2:
            inside = block.level == 2 and block.text.lower() == "examples"
        elif inside and block.kind == "heading" and block.level == 3:
            found.append(_Builder(block.text, block.line))
        elif inside and found:
            found[-1].add(block)
        elif inside and block.kind == "fence":
            raise PageError("a fence before the first `###` case", block.line)
    return tuple(builder.build() for builder in found)


@functools.cache
def stock_files() -> dict[str, bytes]:
    """The files of `files: stock`: an honest project that fits the stock charter."""
    page = importlib.resources.files(__package__).joinpath("stock.md").read_text("utf-8")
    builder = _Builder("stock", 1)
    for block in _blocks(page):
        if block.kind != "heading":
            builder.add(block)
    builder.finish()
    return {CHARTER: stock_charter().encode(), **builder.files}


@functools.cache
def stock_charter() -> str:
    """The charter that `patch` changes."""
    return importlib.resources.files(__package__).joinpath("stock.yaml").read_text("utf-8")


def _blocks(text: str) -> Iterator[_Block]:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    index = 0
    while index < len(rows):
        start = index + 1
        fence = _FENCE.fullmatch(rows[index])
        index += 1
        if fence and not (fence["fence"][0] == "`" and "`" in fence["info"]):
            body: list[str] = []
            while index < len(rows) and not _closes(rows[index], fence["fence"]):
                body.append(rows[index])
                index += 1
            if index == len(rows):
                raise PageError("a fence that is never closed", start)
            index += 1
            yield _Block("fence", start, "".join(f"{row}\n" for row in body), info=fence["info"].strip())
        elif heading := _HEADING.fullmatch(rows[start - 1]):
            yield _Block("heading", start, heading["text"], len(heading["level"]))
        else:
            yield _Block("line", start, rows[start - 1])


def _closes(row: str, fence: str) -> bool:
    mark = row.strip(" \t")
    return len(row) - len(row.lstrip(" ")) <= 3 and len(mark) >= len(fence) and set(mark) == {fence[0]}


@dataclass(slots=True)
class _Pending:
    path: str
    words: frozenset[str]
    line: int


@dataclass(slots=True)
class _Step:
    date: datetime.date
    author: str
    email: str
    subject: str
    files: dict[str, bytes | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Builder:
    title: str
    line: int
    outcome: str | None = None
    outcomes: dict[str, str] = field(default_factory=dict)
    today: datetime.date = TODAY
    git: bool = True
    folder: str = ""
    pending: _Pending | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    fixed: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    listed: list[Mark] = field(default_factory=list)
    steps: list[_Step] = field(default_factory=list)
    early: dict[str, bytes | None] = field(default_factory=dict)
    untracked: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    on_disk: set[str] = field(default_factory=set)

    def add(self, block: _Block) -> None:
        if block.kind == "fence":
            self._fence(block)
        elif block.kind == "heading":
            self.finish()
            self._heading(block)
        elif block.text.strip():
            self.finish()
            if match := _FILE.fullmatch(block.text):
                self._file(match, block.line)
            elif match := _DIRECTIVE.fullmatch(block.text):
                self._directive(match["key"], match["value"], block.line)

    def finish(self) -> None:
        """Complain about a file line that no fence followed."""
        if self.pending is not None:
            raise PageError(f"no fence after `{self.pending.path}`:", self.pending.line)

    def build(self) -> Case:
        self.finish()
        outcome = self.outcome or next(iter(self.outcomes.values()), None)
        if outcome is None:
            raise PageError(f"the case {self.title!r} states no outcome", self.line)
        marks = (*self.listed, *(mark for found in self.marks.values() for mark in found))
        self._check_marks(marks, {outcome, *self.outcomes.values()})
        return Case(
            title=self.title,
            line=self.line,
            outcome=outcome,
            outcomes=self.outcomes,
            files=self.files,
            commits=self._commits(),
            today=self.today,
            marks=marks,
            fixed=self.fixed,
            git=self.git,
            untracked=frozenset(self.untracked),
            ignored=frozenset(self.ignored),
            on_disk=frozenset(self.on_disk),
            blobs=self.blobs,
        )

    def _check_marks(self, marks: tuple[Mark, ...], outcomes: set[str]) -> None:
        if "fail" in outcomes and not any(mark.kind == "expect" for mark in marks):
            raise PageError(f"the case {self.title!r}: `outcome: fail` needs an `expect` mark", self.line)
        for mark in marks:
            if mark.path not in self.files and mark.line != 1:  # line 1: a file that ought to be there
                raise PageError(f"the case {self.title!r} marks {mark.path}, which is no file of it", self.line)

    def _commits(self) -> tuple[CaseCommit, ...]:
        if self.steps:
            self.steps[0].files = {**self.early, **self.steps[0].files}
        return tuple(CaseCommit(s.date, s.author, s.email, s.subject, s.files) for s in self.steps)

    def _heading(self, block: _Block) -> None:
        if match := _COMMIT.fullmatch(block.text):
            author = match["author"].strip()
            email = match["email"] or f"{author.replace(' ', '.').lower()}@acme.example"
            date = _date(match["date"], block.line)
            if self.steps and date < self.steps[-1].date:
                raise PageError("commits are told oldest first", block.line)
            self.steps.append(_Step(date, author, email, match["subject"] or f"change {len(self.steps) + 1}"))
        elif block.text.startswith("project:"):
            self.folder = block.text.removeprefix("project:").strip().strip("/")
        else:
            raise PageError("a heading in a case is `commit DATE AUTHOR` or `project: FOLDER`", block.line)

    def _file(self, match: re.Match[str], line: int) -> None:
        words = frozenset(word.strip() for word in match["words"].split(",") if word.strip())
        if unknown := sorted(word for word in words - _WORDS if not _SIZE.fullmatch(word)):
            raise PageError(f"unknown word after the path: {', '.join(unknown)}", line)
        self.pending = _Pending(self._path(match["path"], line), words, line)

    def _path(self, path: str, line: int) -> str:
        if path.startswith("//"):
            path = path[2:]
        elif self.folder:
            path = f"{self.folder}/{path}"
        if path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
            raise PageError(f"not a path inside the repository: {path}", line)
        return path

    def _fence(self, block: _Block) -> None:
        pending, self.pending = self.pending, None
        if pending is None:
            if block.info != "findings":
                raise PageError("a fence in a case needs a line `` `path`: `` before it", block.line)
            self.listed += marking.findings(block.text, block.line + 1)
            return
        data, marks = _content(pending, block)
        data = _grown(data, pending.words)
        if "fixed" in pending.words:
            self.fixed[pending.path] = data
        elif "blob" in pending.words:
            self.blobs[pending.path] = data
        elif "ignored" in pending.words:
            self.ignored.add(pending.path)
            self.on_disk.add(pending.path)
        else:
            self._write(pending.path, data, marks)
            if "untracked" in pending.words:
                self.untracked.add(pending.path)

    def _write(self, path: str, data: bytes, marks: list[Mark]) -> None:
        history = self.steps[-1].files if self.steps else self.early
        history[path] = data
        self.files[path] = data
        self.marks[path] = marks

    def _directive(self, key: str, value: str, line: int) -> None:
        if key == "outcome":
            if value not in OUTCOMES:
                raise PageError(f"unknown outcome {value!r}: one of {', '.join(OUTCOMES)}", line)
            if self.folder:
                self.outcomes[self.folder] = OUTCOMES[value]
            else:
                self.outcome = OUTCOMES[value]
        elif key == "today":
            self.today = _date(value, line)
        elif key in ("files", "git"):
            self._switch(key, value, line)
        else:
            for path in value.replace("`", "").split():
                self._mention(key, self._path(path.rstrip("/"), line), line)

    def _switch(self, key: str, value: str, line: int) -> None:
        if key == "git" and value in ("yes", "no"):
            self.git = value == "yes"
        elif key == "files" and value == "stock":
            for path, data in stock_files().items():
                where = f"{self.folder}/{path}" if self.folder else path
                if where not in self.files:
                    self._write(where, data, [])
        else:
            raise PageError(f"`{key}: {value}` is not understood", line)

    def _mention(self, key: str, path: str, line: int) -> None:
        if key == "removed":
            if path not in self.files:
                raise PageError(f"{path} is not there to remove", line)
            del self.files[path]
            self.marks.pop(path, None)
            history = self.steps[-1].files if self.steps else self.early
            if self.steps:
                history[path] = None
            else:
                history.pop(path, None)
        elif key == "ignored":
            self.ignored.add(path)
        else:
            self.on_disk.add(path)


def _content(pending: _Pending, block: _Block) -> tuple[bytes, list[Mark]]:
    """The bytes of a file and its marks."""
    first = block.line + 1
    if "base64" in pending.words:
        try:
            return base64.b64decode("".join(block.text.split()), validate=True), []
        except (binascii.Error, ValueError):
            raise PageError("not base64", block.line) from None
    if pending.path.endswith(".ipynb") and block.info != "json":
        text, marks = marking.notebook(block.text, pending.path, first)
        return text.encode(), marks
    text, marks = marking.strip(block.text, pending.path, first)
    if "patch" in pending.words:
        text, marks = _patched(pending, text, marks, first)
    return text.encode(), marks


def _grown(data: bytes, words: Collection[str]) -> bytes:
    """`12mb`: the content again and again, until it is as large as that."""
    size = next((int(match[1]) * 1_000_000 for word in words if (match := _SIZE.fullmatch(word))), 0)
    return data * (size // max(len(data), 1) + 1) if size else data


def _patched(pending: _Pending, text: str, marks: list[Mark], line: int) -> tuple[str, list[Mark]]:
    from mlops_lint.testing.patch import merge

    name = pending.path
    stock = {CHARTER: stock_charter()} if name.endswith(CHARTER) else {k: v.decode() for k, v in stock_files().items()}
    key = CHARTER if name.endswith(CHARTER) else next((k for k in stock if name == k or name.endswith(f"/{k}")), "")
    if key not in stock or not key.endswith((".yaml", ".yml", ".dvc", ".lock")):
        raise PageError(f"there is no stock YAML file {name} to patch", pending.line)
    return merge(stock[key], text, marks, line)


def _date(text: str, line: int) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise PageError(f"not a date: {text!r}", line) from None
