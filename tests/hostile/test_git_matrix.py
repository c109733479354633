"""No hostile repository has its way: none of its programs runs, nothing waits, nothing elsewhere is read or written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from git_matrix import LIMIT, RUNNERS, Ran, Row, caught, row, summary, table
from git_trap import FILES, make, surroundings
from git_vectors import HANGS, LIES, RUNS, VECTORS, Vector

from mlops_lint.repo.gitio import COMMANDS
from mlops_lint.repo.worktree import open_worktree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the traps are POSIX shell scripts and named pipes")
LYING = [vector for vector in VECTORS if vector.harm == LIES]
BY_NAME = {vector.name: vector for vector in VECTORS}
LIVE = [vector for vector in VECTORS if not vector.dead and vector.harm != HANGS]
LIVE += [BY_NAME[f"{file}: a pipe"] for file in ("include.path", "config", "packed-refs", ".gitignore")]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name.replace(" ", "-"))
def test_vector(vector: Vector, tmp_path: Path) -> None:
    found = row(vector, tmp_path / "trap", with_plain=False)
    assert set(found.ours) == set(RUNNERS) >= set(COMMANDS)
    assert {name: ran for name, ran in found.ours.items() if ran.harmed} == {}


@pytest.mark.parametrize("vector", LIVE, ids=lambda vector: vector.name.replace(" ", "-"))
def test_plain_git_is_caught(vector: Vector, tmp_path: Path) -> None:
    """The vectors are no straw men."""
    trap = make(tmp_path / "trap")
    vector.arm(trap)
    trap.marked()
    assert caught(vector, trap)


def test_there_are_enough_vectors() -> None:
    assert len(BY_NAME) == len(VECTORS), "two of one name"
    assert sum(vector.harm == RUNS for vector in VECTORS) >= 60
    assert len(VECTORS) >= 120


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS if one.harm == LIES], ids=lambda one: one.name.replace(" ", "-")
)
def test_lies_change_nothing(vector: Vector, tmp_path: Path) -> None:
    trap = make(tmp_path / "trap")
    with surroundings(trap), open_worktree(trap.repo) as view:
        honest = list(view.entries), view.commit, view.history()
    vector.arm(trap)
    with surroundings(trap), open_worktree(trap.repo) as view:
        files = [path for path in view.entries if path in FILES]
        assert (files, view.commit, view.history()) == honest
        assert (view.is_git, view.notices) == (True, [])
        assert not (trap.repo / "new.py").exists() or "new.py" in view.entries


@pytest.mark.parametrize("name", [vector.name for vector in VECTORS if vector.harm == HANGS])
def test_what_hangs_becomes_a_notice_or_nothing(name: str, tmp_path: Path) -> None:
    """All files are seen, whatever of git's data is of no use; what was not looked into is said."""
    trap = make(tmp_path / "trap")
    BY_NAME[name].arm(trap)
    with surroundings(trap), open_worktree(trap.repo) as view:
        missing = set(FILES) - set(view.entries)
        assert all((trap.repo / path).is_fifo() for path in missing)
        assert view.is_git or view.notices
        if not view.is_git:
            assert view.git_unreadable


def test_a_name_that_leads_out_is_refused(tmp_path: Path) -> None:
    for name in ("index with names outside of the repository", "tree with names outside of the repository"):
        trap = make(tmp_path / name[:5])
        BY_NAME[name].arm(trap)
        with surroundings(trap), open_worktree(trap.repo) as view:
            assert not [path for path in view.entries if path.startswith(("/", "../", ".git/"))]


def test_what_git_says_is_harmless_and_the_same_every_time(tmp_path: Path) -> None:
    trap = make(tmp_path / "trap")
    said = []
    for _ in range(2):
        head = trap.git("rev-parse", "HEAD")
        path = trap.gitdir / "objects" / head[:2] / head[2:]
        path.chmod(0o644)
        path.write_bytes(b"\x1b[31mno object\n")
        with surroundings(trap), open_worktree(trap.repo) as view:
            view.history()
            said.append([notice.reason for notice in view.notices])
    assert said[0] == said[1]
    assert said[0]
    assert all(reason.isprintable() and "mlops-lint-" not in reason for reason in said[0])


def test_no_device_is_lent_to_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's /dev/null may be missing, or be a file that something has written to."""
    broken = tmp_path / "null"
    broken.write_bytes(b"[core\nnonsense")
    seen: list[dict[str, str]] = []
    real = subprocess.Popen

    def spy(argv: list[str], **options: object) -> object:
        seen.append(dict(options["env"]))  # type: ignore[call-overload]
        return real(argv, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("mlops_lint.repo.gitio.subprocess.Popen", spy)
    monkeypatch.setattr("os.devnull", str(broken))
    trap = make(tmp_path / "trap")
    with surroundings(trap), open_worktree(trap.repo) as view:
        assert (view.is_git, view.notices) == (True, [])
        assert view.history()
    ours = [environment for environment in seen if "mlops-lint-" in environment.get("GIT_DIR", "")]
    assert ours
    assert not [value for environment in ours for value in environment.values() if value in ("/dev/null", str(broken))]


def test_git_that_reads_without_end_is_stopped_by_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_lint.repo.gitio.MAX_MEMORY", 200_000_000)
    trap = make(tmp_path / "trap")
    (trap.repo / ".gitignore").unlink()
    with (trap.repo / ".gitignore").open("wb") as file:
        file.truncate(3_000_000_000)
    with surroundings(trap), open_worktree(trap.repo) as view:
        assert "src/train.py" in view.entries
        assert any("not tracked were not looked into" in notice.reason for notice in view.notices)


def test_table() -> None:
    ran = Ran(executed=False, leaked=False, seconds=0.1)
    rows = [Row("v", RUNS, dict.fromkeys(RUNNERS, ran), ("status",), "")]
    assert "0 executions, 0 harmed" in summary(rows)
    assert table(rows).startswith("vector")
    assert LIMIT <= 5
