"""The kept results of whole runs: given again for an unchanged tree, and for nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_lint import recall
from mlops_lint.cli import execute, output, run
from mlops_lint.repo import recording, snapshot
from mlops_lint.storage import CACHE_DIR, FILE

EXAMPLE = Path(__file__).parents[1] / "examples" / "churn-lies"
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org")
Answer = tuple[int, str]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *WHO, *words], cwd=folder, check=True, capture_output=True)


class Tree:
    """A repository, and how often a run on it had to be worked out."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.worked = 0
        self._capsys = capsys

    def lint(self, *words: str) -> Answer:
        self._capsys.readouterr()
        code = run([str(self.root), *words])
        return code, self._capsys.readouterr().out

    def again(self, *words: str) -> Answer:
        """An answer that has to be a kept one, and the right one."""
        before = self.worked
        answer = self.lint(*words)
        assert self.worked == before, "worked out again"
        assert answer == self.lint(*words, "--no-cache")
        return answer

    def anew(self, *words: str) -> Answer:
        """An answer that may not be a kept one, and the right one."""
        before = self.worked
        answer = self.lint(*words)
        assert self.worked == before + 1, "a kept answer was given"
        assert answer == self.lint(*words, "--no-cache")
        return answer


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tree:
    """A folder that is no repository."""
    for name in [*os.environ]:
        if name.startswith("GIT_") or name in ("PRE_COMMIT", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(CACHE_DIR, str(tmp_path / "cache"))
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    monkeypatch.chdir(tmp_path)
    # The linter's own files may have been written a moment ago.
    monkeypatch.setattr(recall, "_package", lambda folder: ("same", 0))
    monkeypatch.setattr(recall, "_modules", lambda within: [])
    root = tmp_path / "churn"
    for name in ("mlproject.yaml", "README.md", "src/churn/train.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE / name, root / name)
    tree = Tree(root, capsys)
    work = execute._lint

    def counted(*words: object, **named: object) -> object:
        tree.worked += 1
        return work(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(execute, "_lint", counted)
    return tree


@pytest.fixture
def tree(bare: Tree) -> Tree:
    """A repository with one commit."""
    git(bare.root, "init", "-q", "-b", "main")
    git(bare.root, "add", ".")
    git(bare.root, "commit", "-q", "-m", "one")
    return bare


def same_times(file: Path, data: bytes) -> None:
    """Write other bytes and set the old times, as far as that can be done."""
    status = file.stat()
    assert status.st_size == len(data)
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_an_unchanged_tree_is_answered_at_once(tree: Tree) -> None:
    first = tree.anew()
    assert first[0] == 1
    assert tree.again() == first
    assert tree.again() == first


def test_a_folder_without_git(bare: Tree) -> None:
    first = bare.anew()
    assert bare.again() == first
    (bare.root / "src" / "new.py").write_text("x = 1\n")
    bare.anew()
    bare.again()
    (bare.root / "src" / "new.py").unlink()
    bare.anew()
    git(bare.root, "init", "-q")
    bare.anew()


def _edit(name: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        file = tree.root / name
        file.write_bytes(file.read_bytes() + b"\n# more\n")

    return change


def _same_size(tree: Tree) -> None:
    file = tree.root / "README.md"
    data = file.read_bytes()
    same_times(file, data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])


def _untracked(tree: Tree) -> None:
    (tree.root / "src" / "churn" / "later.py").write_text("import sklearn\n")


def _new_folder(tree: Tree) -> None:
    (tree.root / "far" / "below").mkdir(parents=True)
    (tree.root / "far" / "below" / "one.py").write_text("x = 1\n")


def _deleted(tree: Tree) -> None:
    (tree.root / "README.md").unlink()


def _committed(tree: Tree) -> None:
    git(tree.root, "commit", "-q", "--allow-empty", "-m", "two")


def _staged(tree: Tree) -> None:
    git(tree.root, "rm", "-q", "--cached", "README.md")


def _ignored(tree: Tree) -> None:
    (tree.root / ".git" / "info" / "exclude").write_text("*.md\n")


def _executable(tree: Tree) -> None:
    (tree.root / "README.md").chmod(0o755)


def _linked(tree: Tree) -> None:
    (tree.root / "src").rename(tree.root.parent / "src")
    (tree.root / "src").symlink_to(tree.root.parent / "src")


CHANGES: dict[str, Callable[[Tree], None]] = {
    "the charter": _edit("mlproject.yaml"),
    "a file": _edit("README.md"),
    "one byte, same size and time": _same_size,
    "a new file": _untracked,
    "a new folder": _new_folder,
    "a deleted file": _deleted,
    "a commit": _committed,
    "the index": _staged,
    "what is ignored": _ignored,
    "a mode": _executable,
    "a link instead of a folder": _linked,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(tree: Tree, name: str) -> None:
    tree.lint()
    tree.again()
    CHANGES[name](tree)
    tree.anew()
    tree.again()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen_by_its_content_alone(tree: Tree, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the clock stands still: every file and folder has the same times, so their content must tell."""
    real = snapshot.look

    def still(path: str) -> list[int] | None:
        status = real(path)
        if status is None or not path.startswith(str(tree.root)):
            return status
        return [status[0], status[1] if stat.S_ISREG(status[0]) else 0, 0, 2**62, 0]

    monkeypatch.setattr(snapshot, "look", still)
    tree.lint()
    tree.again()
    CHANGES[name](tree)
    tree.anew()


def test_a_branch_that_is_switched_to(tree: Tree) -> None:
    git(tree.root, "checkout", "-q", "-b", "other")
    _edit("mlproject.yaml")(tree)
    git(tree.root, "commit", "-q", "-a", "-m", "two")
    tree.anew()
    tree.again()
    git(tree.root, "checkout", "-q", "main")
    tree.anew()


def test_a_pointer_that_asks_for_an_ignored_file(tree: Tree) -> None:
    charter = tree.root / "mlproject.yaml"
    (tree.root / ".gitignore").write_text("kept/\n")
    charter.write_text(charter.read_text() + "\n# see\n")
    git(tree.root, "add", ".")
    git(tree.root, "commit", "-q", "-m", "two")
    tree.anew()
    tree.again()
    with_ignored = tree.root / "kept"
    with_ignored.mkdir()
    (with_ignored / "model.bin").write_bytes(b"x")
    tree.lint()
    tree.again()


def test_what_is_asked_about_paths_that_are_no_entries(tree: Tree) -> None:
    (tree.root / ".gitignore").write_text("kept/\n*.bin\n")
    before = snapshot.git_state(tree.root)
    from mlops_lint.repo.worktree import open_worktree

    with open_worktree(tree.root) as real:
        view = recording.RecordingView(real, before, time.time_ns())
        asked = (view.on_disk("kept/a.bin"), view.ignored("kept"), view.ignored("kept/a.bin"))
    assert asked == (False, False, True)
    kept = json.loads(json.dumps(view.kept))
    assert snapshot.holds(kept, tree.root)
    (tree.root / "kept").mkdir()
    assert not snapshot.holds({**kept, "folders": {}}, tree.root)
    (tree.root / "kept").rmdir()
    assert snapshot.holds({**kept, "folders": {}}, tree.root)
    (tree.root / "kept").write_text("")
    assert not snapshot.holds({**kept, "folders": {}}, tree.root)


def test_files_that_come_while_the_run_begins_are_doubtful(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    real = recording._folders

    def late(*words: object) -> object:
        found = real(*words)  # type: ignore[arg-type]
        (tree.root / "late.py").write_text("x = 1\n")
        return found

    monkeypatch.setattr(recording, "_folders", late)
    tree.lint()
    (tree.root / "late.py").unlink()
    monkeypatch.setattr(recording, "_folders", real)
    tree.anew()


def test_ignored_folders_may_change(tree: Tree) -> None:
    (tree.root / ".gitignore").write_text("runs/\n")
    (tree.root / "runs").mkdir()
    (tree.root / "__pycache__").mkdir()
    tree.anew()
    (tree.root / "runs" / "1").mkdir()
    (tree.root / "__pycache__" / "a.pyc").write_bytes(b"x")
    tree.again()


def test_empty_folders_are_watched(tree: Tree) -> None:
    (tree.root / "empty" / "deep").mkdir(parents=True)
    tree.anew()
    tree.again()
    (tree.root / "empty" / "deep" / "new.py").write_text("x = 1\n")
    tree.anew()


def test_other_settings_have_other_answers(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lint()
    for words in (["-q"], ["--select", "CH"], ["--color", "always"], ["--output-format", "json"], ["--lang", "ko"]):
        tree.anew(*words)
        tree.again(*words)
    monkeypatch.setattr(output, "columns", lambda: 60)
    tree.anew()
    tree.again()
    assert tree.lint("--exit-zero")[0] == 0


def test_the_day_counts(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lint()
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2027-11-20")
    tree.anew()
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    tree.again()


def test_a_hook_has_its_own_answers(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lint()
    monkeypatch.setenv("PRE_COMMIT", "1")
    tree.anew()
    tree.again()


def test_configuration_counts(tree: Tree) -> None:
    (tree.root / "mlops-lint.toml").write_text('select = ["CH"]\n')
    tree.anew()
    tree.again()
    (tree.root / "mlops-lint.toml").write_text('select = ["MT"]\n')
    tree.anew()


@pytest.mark.parametrize("option", ["--since=HEAD", "--staged", "--timings", "--diff", "--show-files", "--no-cache"])
def test_some_options_are_never_answered_at_once(tree: Tree, option: str) -> None:
    tree.lint()
    assert tree.lint(option) == tree.lint(option) or option == "--timings"
    with sqlite3.connect(tree.root.parent / "cache" / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (1,)
    connection.close()


def test_reports_in_files_are_written_again(tree: Tree, tmp_path: Path) -> None:
    words = ("--output-format", f"json={tmp_path / 'out.json'}", "--output-format", "text")
    tree.anew(*words)
    first = (tmp_path / "out.json").read_bytes()
    (tmp_path / "out.json").unlink()
    tree.again(*words)
    assert (tmp_path / "out.json").read_bytes() == first


def test_the_time_shown_is_that_of_this_run(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    monkeypatch.setattr(execute, "_seconds", lambda started: "0.00 s")
    tree.lint("--color", "never")
    before = tree.worked
    title = tree.lint("--color", "never")[1].partition("\n")[0]
    assert tree.worked == before
    assert title.endswith(" · 0.00 s")


def test_evidence_is_kept_too(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", str(tree.root)]) == 0
    first, before = capsys.readouterr().out, tree.worked
    assert run(["evidence", str(tree.root)]) == 0
    assert (capsys.readouterr().out, tree.worked) == (first, before)


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_damaged_store_is_a_miss(tree: Tree, damage: bytes | None) -> None:
    first = tree.lint()
    file = tree.root.parent / "cache" / FILE
    if damage is None:
        connection = sqlite3.connect(file)
        connection.execute("UPDATE results SET value = CAST(replace(value, 'code', 'cade') AS BLOB)")
        connection.commit()
        connection.close()
    else:
        file.write_bytes(damage)
    assert tree.anew() == first
    tree.lint()
    assert tree.again() == first


def test_few_results_are_kept(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "KEPT", 2)
    for code in ("CH", "MT", "BL", "PR"):
        tree.lint("--select", code)
    connection = sqlite3.connect(tree.root.parent / "cache" / FILE)
    assert connection.execute("SELECT count(*) FROM results").fetchone() == (2,)
    connection.close()


def test_the_linter_itself_counts(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lint()
    tree.again()
    monkeypatch.setattr(recall, "_package", lambda folder: ("other", 0))
    tree.anew()


def test_a_linter_that_was_just_changed_keeps_nothing(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "_package", lambda folder: ("same", time.time_ns()))
    tree.anew()
    tree.anew()


def test_a_package_is_its_files(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    first, _ = recall._package(str(tmp_path))
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert recall._package(str(tmp_path))[0] == first
    (tmp_path / "b.md").write_text("x\n")
    assert recall._package(str(tmp_path))[0] != first


def test_nothing_is_kept_inside_the_repository(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the home folder is a repository, and its cache folder lies beside the project."""
    monkeypatch.delenv(CACHE_DIR)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tree.root / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tree.root / "home"))
    assert run([str(tree.root / "src")]) in (0, 1, 3)
    assert run([str(tree.root / "src")]) in (0, 1, 3)
    assert not (tree.root / "home").exists()


def test_a_folder_of_a_repository(tree: Tree) -> None:
    tree.root = tree.root / "src"
    first = tree.anew()
    assert tree.again() == first
    (tree.root.parent / "other.py").write_text("x = 1\n")
    tree.anew()


def test_what_reads_of_other_files_rest_on(tree: Tree) -> None:
    (tree.root / ".gitignore").write_text("kept/\n")
    (tree.root / "kept").mkdir()
    (tree.root / "kept" / "a.txt").write_text("one")
    before = snapshot.git_state(tree.root)
    from mlops_lint.repo.worktree import open_worktree

    with open_worktree(tree.root) as real:
        view = recording.RecordingView(real, before, time.time_ns())
        assert view.read("kept/a.txt") == b"one"
    kept = json.loads(json.dumps(view.kept))
    assert snapshot.holds(kept, tree.root)
    (tree.root / "kept" / "a.txt").write_text("two")
    assert not snapshot.holds(kept, tree.root)
