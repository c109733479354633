"""git's NUL-separated answers as values. Names stay what the file system calls them (`os.fsdecode`).

An answer in a form that is not known raises `GitUnreadable`: a git that speaks otherwise is no reason to crash.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.repo.gitfolder import HASH, GitUnreadable
from mlops_lint.repo.view import Commit, FileEntry

_Objects: TypeAlias = dict[str, tuple["str | None", "str | None"]]
_OURS_FIRST = "0231"
_STRAY = re.compile(rb"[\t/](?:\.{0,2}|\.git)(?:/|\0)", re.IGNORECASE)
_STAT = re.compile(
    rb"\A  ctime: -?\d+:\d+\n  mtime: (-?\d+):(\d+)\n  dev: \d+\tino: \d+\n"
    rb"  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n"
)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A line of the index; `absent` files are tracked but kept out of the work tree by a sparse checkout."""

    path: str
    mode: str
    oid: str
    conflict: bool = False
    absent: bool = False

    def entry(self) -> FileEntry:
        """The same as an entry of a view."""
        return FileEntry(self.path, self.mode, self.oid)


@dataclass(frozen=True, slots=True)
class Stat:
    """What the index remembers of a file in the work tree."""

    size: int
    seconds: int
    nanoseconds: int


def index_entries(output: bytes) -> dict[str, IndexEntry]:
    """The answer to `ls-files -t --stage -z`; of a conflict's stages, ours."""
    _refuse_strays(output)
    best: dict[str, tuple[int, IndexEntry]] = {}
    for record in output.split(b"\0")[:-1]:
        (tag, mode, oid, stage), path = _record(record, 4)
        rank = _OURS_FIRST.find(stage)
        if path not in best or rank < best[path][0]:
            best[path] = (rank, IndexEntry(path, mode, oid, conflict=stage != "0", absent=tag == "S"))
    return {path: entry for path, (_, entry) in sorted(best.items())}


def names(output: bytes) -> list[str]:
    """Plain names; those of folders (repositories inside this one) end with a slash."""
    return [os.fsdecode(name) for name in output.split(b"\0")[:-1]]


def tree_entries(output: bytes) -> dict[str, FileEntry]:
    """The answer to `ls-tree -r -z`."""
    _refuse_strays(output)
    found: dict[str, FileEntry] = {}
    for record in output.split(b"\0")[:-1]:
        (mode, _, oid), path = _record(record, 3)
        found[path] = FileEntry(path, mode, oid)
    return dict(sorted(found.items()))


def _refuse_strays(output: bytes) -> None:
    """Raises `GitUnreadable` for names that git itself never writes: `../x`, `/x`, `a//b`, `.git/x`."""
    if _STRAY.search(output):
        raise GitUnreadable("a name in its list of files leads out of the repository")


def _record(record: bytes, fields: int) -> tuple[list[str], str]:
    """The words before the tab, and the name behind it."""
    head, _, name = record.partition(b"\t")
    words = head.decode("ascii", "replace").split(" ")
    if len(words) != fields or not name:
        raise GitUnreadable("git answered in a form that is not known here")
    return words, os.fsdecode(name)


def stats(output: bytes) -> Iterator[tuple[str, Stat]]:
    """The answer to `ls-files -t --stage --debug -z`; stops where a git writes it otherwise."""
    name, *records = output.split(b"\0")
    for record in records:
        matched = _STAT.match(record)
        if matched is None:
            return
        seconds, nanoseconds, size = (int(number) for number in matched.groups())
        yield os.fsdecode(name.partition(b"\t")[2]), Stat(size, seconds, nanoseconds)
        name = record[matched.end() :]


def sizes(output: bytes) -> dict[str, int | None]:
    """The answer to `cat-file --batch-check` by object; None for those that git does not have here."""
    found: dict[str, int | None] = {}
    for line in output.decode("ascii", "replace").split("\n")[:-1]:
        oid, *words = line.split(" ")
        known = len(words) == 2 and words[0] == "blob" and words[1].isdecimal()
        found[oid] = int(words[1]) if known else None
    return found


def commits(output: bytes) -> tuple[Commit, ...]:
    """The answer to `log --raw -z`: five fields a commit, then a record and a name for every path."""
    tokens = iter(output.split(b"\0")[:-1])
    found: list[Commit] = []
    fields: list[bytes] = []
    objects: _Objects = {}
    for token in tokens:
        record = token.lstrip(b"\n")
        if len(fields) == 5 and record.startswith(b":"):
            objects[os.fsdecode(next(tokens, b""))] = _objects(record)
            continue
        if len(fields) == 5:
            found.append(_commit(fields, objects))
            fields, objects = [], {}
        fields.append(token)
    if len(fields) == 5:
        found.append(_commit(fields, objects))
    return tuple(found)


def _objects(record: bytes) -> tuple[str | None, str | None]:
    """`:100644 100644 OLD NEW M` as the two objects; none for what is no regular file."""
    words = record[1:].decode("ascii", "replace").split(" ")
    if len(words) != 5:
        return None, None
    old, new = (
        oid if mode.startswith("100") and HASH.fullmatch(oid) and oid.strip("0") else None
        for mode, oid in zip(words[:2], words[2:4], strict=True)
    )
    return old, new


def _commit(fields: list[bytes], objects: _Objects) -> Commit:
    sha, name, email, date, subject = (field.decode("utf-8", "replace") for field in fields)
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        day = datetime.date.min
    return Commit(sha, name, email, day, subject, tuple(sorted(objects)), dict(sorted(objects.items())))
