"""git's own files, git's answers, and whole runs on a project of which one file is anything."""

from __future__ import annotations

import contextlib
import datetime
import functools
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from fuzz.output import harmless
from mlops_lint.checks import Registry, load_packs
from mlops_lint.facts.files.store import FileFacts, Task
from mlops_lint.lint import lint_view
from mlops_lint.repo import gitfolder, gitparse
from mlops_lint.repo.gitfolder import HASH, GitUnreadable
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import Unreadable
from mlops_lint.repo.worktree import open_worktree
from mlops_lint.report import FORMATS, render
from mlops_lint.settings import Settings

_SETTINGS = Settings(today=datetime.date(2026, 11, 20))
SEPARATOR = b"\xff\xfe"
_PARTS = ("HEAD", "packed-refs", "refs/heads/main", "refs/heads/other", "shallow", "config", "FETCH_HEAD", "commondir")


class Scratch:
    """A folder of this process that is emptied for every input and goes with it."""

    def __init__(self) -> None:
        self.path = Path(os.path.realpath(tempfile.mkdtemp(prefix="fuzz-")))
        self.close = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def git(self) -> Path:
        """A new, empty git folder."""
        for item in self.path.iterdir():
            shutil.rmtree(item) if item.is_dir() else item.unlink()
        folder = self.path / ".git"
        for name in ("objects", "refs/heads"):
            (folder / name).mkdir(parents=True)
        (folder / "HEAD").write_bytes(b"ref: refs/heads/main\n")
        return folder


@functools.cache
def _scratch() -> Scratch:
    return Scratch()


def git_folder(data: bytes) -> None:
    """HEAD, references and pointers to elsewhere: a commit's name, nothing, or GitUnreadable."""
    scratch = _scratch()
    folder = scratch.git()
    parts = data.split(SEPARATOR)
    for name, part in zip(_PARTS, parts, strict=False):
        if part:
            (folder / name).write_bytes(part)
    if len(parts) > len(_PARTS):
        (scratch.path / "below").mkdir()
        (scratch.path / "below" / ".git").write_bytes(parts[len(_PARTS)])
    for start in (scratch.path, scratch.path / "below"):
        with contextlib.suppress(GitUnreadable):
            _look(str(start))


def _look(start: str) -> None:
    found = gitfolder.find(start, {"GIT_CEILING_DIRECTORIES": str(Path(start).parent)})
    if found is None:
        return
    assert isinstance(found.sha256, bool)
    assert isinstance(found.shallow, bool)
    for path, content in gitfolder.references(found):
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert content is not None
    commit = gitfolder.head(found)
    assert commit is None or HASH.fullmatch(commit)


def git_answers(data: bytes) -> None:
    """What git prints, cut anywhere: entries, or GitUnreadable."""
    for parse in (gitparse.index_entries, gitparse.tree_entries, gitparse.names, gitparse.commits):
        with contextlib.suppress(GitUnreadable):
            parse(data)
    with contextlib.suppress(GitUnreadable):
        list(gitparse.stats(data))


def git_index(data: bytes) -> None:
    """Real git looks at an index of any bytes: a view, with a note where it could not be read."""
    scratch = _scratch()
    (scratch.git() / "index").write_bytes(data)
    (scratch.path / "a.py").write_bytes(b"x = 1\n")
    with open_worktree(scratch.path) as view:
        for path in view.entries:
            with contextlib.suppress(Unreadable):
                view.read(path)
        assert view.history() == ()
        assert view.dirty in (True, False, None)


CHANGED = (
    "mlproject.yaml",
    "src/churn/train.py",
    "src/churn/evaluate.py",
    "tests/test_gate.py",
    "metrics/eval.json",
    "dvc.yaml",
    "dvc.lock",
    "params.yaml",
    "pyproject.toml",
    ".github/workflows/ci.yml",
    "ops/alerts.yaml",
    "docs/data_card.md",
    "notebooks/look.ipynb",
    "Makefile",
    "requirements.txt",
    "data/customers.csv.dvc",
)
"""The files of the example that a run reads in different ways; an input's first byte chooses one."""


@functools.cache
def _registry() -> Registry:
    return load_packs()


@functools.cache
def example() -> dict[str, bytes]:
    """The honest example, by path."""
    root = Path(__file__).parent.parent / "examples/churn"
    files = (file for file in sorted(root.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


class Remembered:
    """Facts of files that were seen before in this process, so that an input costs its own file alone."""

    def __init__(self) -> None:
        self.known: dict[Task, bytes] = {}

    def load(self, tasks: Sequence[Task]) -> Mapping[Task, bytes]:
        """See `Kept`."""
        return {task: self.known[task] for task in tasks if task in self.known}

    def keep(self, task: Task, payload: bytes) -> None:
        """See `Kept`; inputs are not remembered, only the example."""
        if len(self.known) < 100:
            self.known[task] = payload


@functools.cache
def _remembered() -> Remembered:
    return Remembered()


def run(data: bytes) -> None:
    """A whole run in which no check crashes, and every report can be written."""
    path = CHANGED[data[0] % len(CHANGED)] if data else CHANGED[0]
    view = MemoryView({**example(), path: data[1:]})
    report = lint_view(view, _SETTINGS, _registry(), file_facts=FileFacts(_remembered()))
    crashed = [found.finding.message for found in report.diagnostics if found.code.startswith("INT")]
    assert not crashed, crashed
    for name in FORMATS:
        assert harmless(render(report, name)), name
