"""Writing a waiver into a charter: one item more, every other byte as it was."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError, ListNode, MapNode, plain
from mlops_lint.documents.yaml import parse_yaml
from mlops_lint.errors import UsageError

NEVER = ("CH001", "CH002", "CH007")
SHORTEST = 10
_KEY = "waivers"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class NewWaiver:
    """What is written; `until` as it was typed."""

    check: str
    reason: str
    until: str
    owner: str

    def refuse(self, today: datetime.date) -> None:
        """Raises UsageError for a waiver that CH007 would not take."""
        if self.check in NEVER:
            raise UsageError(f"{self.check} cannot be waived: without it nothing else can be judged")
        if len(self.reason.strip()) < SHORTEST or not self.reason.isprintable():
            raise UsageError(f"--reason must say why in at least {SHORTEST} characters, on one line")
        if not self.owner.strip() or not self.owner.isprintable():
            raise UsageError("--owner is needed: the charter names no owner of the project")
        try:
            day = datetime.date.fromisoformat(self.until if _DATE.fullmatch(self.until) else "")
        except ValueError:
            raise UsageError(f"--until must be a date like 2026-11-20, not {self.until[:40]!r}") from None
        if day < today:
            raise UsageError(f"--until {self.until} has passed already")

    def lines(self, indent: str) -> list[str]:
        """A block item."""
        # A JSON text is a YAML text of the same value.
        rows = [f"check: {self.check}", f"reason: {_quoted(self.reason)}", f"owner: {_quoted(self.owner)}"]
        rows.append(f"expires: {self.until}")
        return [f"{indent}- {rows[0]}", *(f"{indent}  {row}" for row in rows[1:])]

    def flow(self) -> str:
        """The same inside brackets."""
        reason, owner = _quoted(self.reason), _quoted(self.owner)
        return f"{{check: {self.check}, reason: {reason}, owner: {owner}, expires: {self.until}}}"


def _quoted(text: str) -> str:
    return json.dumps(text.strip(), ensure_ascii=False)


def added(text: str, waiver: NewWaiver) -> str:
    """The charter's text with the waiver in it. Raises UsageError where it cannot be placed for sure."""
    before = _parsed(text)
    node = before.get(_KEY)
    _refuse_second(node, waiver)
    newline = "\r\n" if "\r\n" in text else "\n"
    if node is None and before.key(_KEY) is None:
        changed = _appended(text, waiver, newline)
    elif isinstance(node, ListNode) and node.items:
        changed = _extended(text, node, waiver, newline)
    else:
        changed = _filled(text, before, waiver, newline)
    _check(before, changed, waiver)
    return changed


def _parsed(text: str) -> MapNode:
    try:
        node = parse_yaml(text.encode())
    except DocumentError as error:
        raise UsageError(f"the charter cannot be read, line {error.line}: {error.message}") from None
    if not isinstance(node, MapNode):
        raise UsageError("the charter is no mapping; `mlops-lint` says what is wrong with it")
    return node


def _refuse_second(node: object, waiver: NewWaiver) -> None:
    for item in node.items if isinstance(node, ListNode) else ():
        check = item.get("check") if isinstance(item, MapNode) else None
        if check is not None and plain(check) == waiver.check:
            raise UsageError(f"{waiver.check} has a waiver already, at line {item.start[0]}; change that one")


def _appended(text: str, waiver: NewWaiver, newline: str) -> str:
    rows = text.replace("\r\n", "\n").split("\n")
    while rows and not rows[-1].strip():
        rows.pop()
    end = rows.pop() if rows and rows[-1].rstrip() == "..." else None
    rows += [f"{_KEY}:", *waiver.lines("  "), *([end] if end else [])]
    return newline.join(rows) + newline


def _extended(text: str, node: ListNode, waiver: NewWaiver, newline: str) -> str:
    rows = text.replace("\r\n", "\n").split("\n")
    last = node.items[-1]
    line, column = last.end
    if rows[node.start[0] - 1][node.start[1] - 1 :].startswith("["):
        row = rows[line - 1]
        rows[line - 1] = f"{row[: column - 1]}, {waiver.flow()}{row[column - 1 :]}"
        return newline.join(rows)
    dash = rows[last.start[0] - 1].index("-")
    # A block item may be said to end on the line of what follows it.
    while line > last.start[0] and (column == 1 or not rows[line - 1][: column - 1].strip()):
        line, column = line - 1, len(rows[line - 2]) + 1
    while line > last.start[0] and (not rows[line - 1].strip() or rows[line - 1].lstrip().startswith("#")):
        line -= 1
    rows[line:line] = waiver.lines(" " * dash)
    return newline.join(rows)


def _filled(text: str, before: MapNode, waiver: NewWaiver, newline: str) -> str:
    """`waivers:` with nothing, null or an empty list behind it."""
    key = before.key(_KEY)
    rows = text.replace("\r\n", "\n").split("\n")
    number = key.end[0] - 1 if key is not None else 0
    found = re.fullmatch(r"(\s*waivers\s*:)\s*(?:\[\s*\]|null|~)?(\s*#.*)?", rows[number])
    if key is None or found is None:
        raise UsageError(f"`{_KEY}` has a value that is not changed (line {number + 1}); add the waiver by hand")
    rows[number : number + 1] = [f"{found[1]}{found[2] or ''}", *waiver.lines("  ")]
    return newline.join(rows)


def _check(before: MapNode, changed: str, waiver: NewWaiver) -> None:
    """Whether the new text says what the old one said and the waiver, nothing else."""
    expected = plain(before)
    expected[_KEY] = [*(expected.get(_KEY) or []), None]
    found = plain(_parsed(changed))
    items = found.get(_KEY)
    said = items[-1] if isinstance(items, list) and items else None
    if isinstance(said, dict) and said.get("check") == waiver.check and said.get("reason") == waiver.reason.strip():
        expected[_KEY][-1] = said
    if found != expected:
        raise UsageError(f"`{_KEY}` is written in a way that is not changed safely; add the waiver by hand")
