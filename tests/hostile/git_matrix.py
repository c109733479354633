"""Every hostile repository against every git command that the linter may run, and against the linter as a whole.

`python tests/hostile/git_matrix.py` prints the table; `git_matrix()` gives its rows.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from git_trap import SECRET, Trap, make, plain, surroundings
from git_vectors import HANGS, LIES, RUNS, VECTORS, Vector

from mlops_lint.errors import MlopsLintError
from mlops_lint.lint import lint
from mlops_lint.repo.gitfolder import GitUnreadable, find, head
from mlops_lint.repo.gitio import COMMANDS
from mlops_lint.repo.quarantine import Quarantine
from mlops_lint.repo.revision import open_revision
from mlops_lint.repo.staged import open_staged
from mlops_lint.repo.view import RepoView, Unreadable
from mlops_lint.repo.worktree import open_worktree
from mlops_lint.settings import Settings

LIMIT = 5.0
"""Seconds that one run may take."""
USUAL = (
    "ls-files -s",
    "ls-files -o --exclude-standard",
    "status",
    "diff HEAD",
    "diff HEAD~1 HEAD",
    "log -p",
    "show",
    "check-ignore a.log",
    "cat-file -p HEAD:src/train.py",
)
"""What people and tools run all day, with default options."""
BESIDE = ["private.txt", f"{SECRET}.txt"]
"""What lies beside the repository, before and after."""
_SETTINGS = Settings(cache=False, jobs=1, isolated=True)


@dataclass(frozen=True)
class Ran:
    """One run of ours against a hostile repository; `refused` says why there was no answer."""

    executed: bool
    leaked: bool
    seconds: float
    refused: str = ""

    @property
    def harmed(self) -> bool:
        """Whether the repository had its way."""
        return self.executed or self.leaked or self.seconds > LIMIT


@dataclass(frozen=True)
class Row:
    """One vector: what our commands made of it, and which commands of plain git it catches."""

    vector: str
    harm: str
    ours: dict[str, Ran]
    plain: tuple[str, ...]
    dead: str

    @property
    def executions(self) -> int:
        """How often the program of the vector ran."""
        return sum(ran.executed for ran in self.ours.values())

    @property
    def slowest(self) -> float:
        """Seconds."""
        return max(ran.seconds for ran in self.ours.values())


def git_matrix(names: Iterable[str] = (), with_plain: bool = True) -> list[Row]:
    """The rows of the table, for all vectors or for those that are named."""
    wanted = set(names)
    base = Path(tempfile.mkdtemp(prefix="matrix-"))
    try:
        return [
            row(vector, base / str(number), with_plain)
            for number, vector in enumerate(VECTORS)
            if not wanted or vector.name in wanted
        ]
    finally:
        shutil.rmtree(base, ignore_errors=True)


def row(vector: Vector, base: Path, with_plain: bool = True) -> Row:
    """The row of one vector; `base` is a new folder for it."""
    trap = make(base)
    vector.arm(trap)
    trap.marked()
    with surroundings(trap):
        ours = {name: _ran(run, trap) for name, run in RUNNERS.items()}
    found = caught(vector, trap) if with_plain else ()
    shutil.rmtree(base, ignore_errors=True)
    return Row(vector.name, vector.harm, ours, found, vector.dead)


def _ran(run: Callable[[Path], object], trap: Trap) -> Ran:
    trap.touch()
    began = time.perf_counter()
    refused = ""
    answer: object = None
    try:
        answer = run(trap.repo / trap.start)
    except (GitUnreadable, MlopsLintError, Unreadable) as error:
        refused = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - began
    beside = sorted(path.name for path in (trap.base / "elsewhere").iterdir())
    leaked = SECRET in f"{answer!r}{refused}" or beside != BESIDE
    return Ran(trap.marked(), leaked, seconds, refused)


# Our commands --------------------------------------------------------------------------------------------------------


def _quarantine(path: Path) -> tuple[Quarantine, str]:
    """git's folder as the linter shows it to git, and a commit to ask about."""
    folder = find(os.path.realpath(path), os.environ)
    if folder is None:
        raise GitUnreadable("there is no git folder")
    try:
        commit = head(folder)
    except GitUnreadable:
        commit = None
    quarantine = Quarantine(folder, commit)
    quarantine.copy_references()
    return quarantine, commit or "0" * 40


def _asks(name: str) -> Callable[[Path], object]:
    def ask(path: Path) -> object:
        quarantine, commit = _quarantine(path)
        try:
            if name == "blobs":
                return [quarantine.blob(oid, 1_000_000) for oid in _objects(quarantine, commit)]
            if name == "resolve":
                return [quarantine.resolve(text) for text in ("HEAD", "main", "HEAD~1", ":/commit", "secret", commit)]
            data = b"./a.log\0./src/x.log\0./notes/x\0" if name == "ignored" else b""
            if name == "sizes":
                data = "".join(f"{oid}\n" for oid in _objects(quarantine, commit)).encode()
            return quarantine.run(name, *[commit] * COMMANDS[name].commits, data=data)
        finally:
            quarantine.close()

    return ask


def _objects(quarantine: Quarantine, commit: str) -> list[str]:
    """Everything that the index and the tree name, and the commit."""
    found = {commit}
    for name, commits in (("index", ()), ("tree", (commit,))):
        try:
            words = quarantine.run(name, *commits).split()
        except GitUnreadable:
            continue
        found |= {word.decode() for word in words if len(word) == 40 and not word.strip(b"0123456789abcdef")}
    return sorted(found)


def _everything(view: RepoView) -> object:
    """All that a view can be asked for."""
    with view:
        found: list[object] = [view.entries, view.commit, view.dirty, view.history(), view.ignored("notes/a.log")]
        found.append(view.sizes(view.tracked_paths()))
        for path in view.entries:
            try:
                found.append(view.read(path))
            except Unreadable as error:
                found.append(str(error))
            found += [view.blob(path), view.on_disk(path), view.ignored(path)]
        return [*found, view.notices]


RUNNERS: dict[str, Callable[[Path], object]] = {
    **{name: _asks(name) for name in COMMANDS},
    "work tree": lambda path: _everything(open_worktree(path)),
    "staged files": lambda path: _everything(open_staged(path)),
    "revision": lambda path: _everything(open_revision(path, "HEAD")),
    "lint": lambda path: lint(path, _SETTINGS),
    "lint --staged": lambda path: lint(path, Settings(cache=False, jobs=1, isolated=True, staged=True)),
    "lint --since": lambda path: lint(path, Settings(cache=False, jobs=1, isolated=True, since="HEAD~1")),
}


# Plain git -----------------------------------------------------------------------------------------------------------


def caught(vector: Vector, trap: Trap) -> tuple[str, ...]:
    """The commands of plain git that the vector catches; one is enough for those that hang."""
    found: list[str] = []
    for words in (*USUAL, *vector.live):
        terminal = words.startswith("tty ")
        asked = tuple(words.removeprefix("tty ").split())
        output, late = plain(trap, asked, b"protocol=https\nhost=host.invalid\n\n", terminal)
        marked = trap.marked()
        harmed = {RUNS: marked, HANGS: late, LIES: output != _honest(asked)}.get(vector.harm, SECRET.encode() in output)
        if harmed:
            found.append(words)
        if late:
            break
    return tuple(found)


_HONEST: dict[tuple[str, ...], bytes] = {}


def _honest(words: tuple[str, ...]) -> bytes:
    """What git says of the repository without the vector."""
    if words not in _HONEST:
        base = Path(tempfile.mkdtemp(prefix="honest-"))
        _HONEST[words] = plain(make(base / "trap"), words)[0]
        shutil.rmtree(base, ignore_errors=True)
    return _HONEST[words]


# The table -----------------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> str:
    """The matrix as lines: vector x command, with the number of runs and of those that did harm."""
    commands = list(RUNNERS)
    lines = [f"{'vector':<54} {'plain git':>9} {' '.join(commands)} {'slowest':>8}"]
    for found in rows:
        caught = str(len(found.plain)) if found.plain else "-"
        cells = " ".join(
            ("!" if ran.harmed else "r" if ran.refused else ".").center(len(name)) for name, ran in found.ours.items()
        )
        lines.append(f"{found.vector:<54} {caught:>9} {cells} {found.slowest:>7.2f}s")
    return "\n".join([*lines, "", summary(rows)])


def summary(rows: list[Row]) -> str:
    """The totals in one line."""
    runs = sum(len(found.ours) for found in rows)
    executions = sum(found.executions for found in rows)
    harmed = sum(ran.harmed for found in rows for ran in found.ours.values())
    live = sum(bool(found.plain) for found in rows)
    return (
        f"{len(rows)} vectors x {len(RUNNERS)} commands = {runs} runs: {executions} executions, {harmed} harmed, "
        f"slowest {max(found.slowest for found in rows):.2f} s; plain git is caught by {live} of the vectors"
    )


if __name__ == "__main__":
    print(table(git_matrix(sys.argv[1:])))
