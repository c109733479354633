"""The views of a repository, on real git repositories in every state that git knows."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.errors import UsageError
from mlops_lint.repo import gitio, gitparse
from mlops_lint.repo.gitfolder import GitUnreadable
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.revision import merge_base, open_revision
from mlops_lint.repo.staged import open_staged
from mlops_lint.repo.view import Commit, RepoView, Unreadable
from mlops_lint.repo.worktree import open_worktree, project_folder

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX file systems")


class Repo:
    """A git repository that a test makes."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.org")

    def git(self, *words: str, check: bool = True, **variables: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        variables = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, **variables}
        done = subprocess.run(["git", *words], cwd=self.root, env=kept | variables, capture_output=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return os.fsdecode(done.stdout)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            self.put(name, text)

    def put(self, name: str, text: str | bytes = "x\n") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.startswith("GIT_") or name == "PRE_COMMIT":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "churn")
    made.put("mlproject.yaml", "project: churn\n")
    made.put("src/train.py", "import os\n")
    made.put("src/eval.py", "")
    made.put(".gitignore", "/data/\n*.log\n")
    return made


def tracked(view: RepoView) -> list[str]:
    return [path for path, entry in view.entries.items() if entry.tracked]


def reasons(view: RepoView) -> str:
    return " | ".join(f"{notice.path}: {notice.reason}" for notice in view.notices)


FILES = [".gitignore", "mlproject.yaml", "src/eval.py", "src/train.py"]


def test_work_tree(repo: Repo) -> None:
    sha = repo.commit("first")
    repo.put("new.py")
    repo.put("data/raw.csv")
    with open_worktree(repo.root / "src") as view:
        assert (view.name, view.is_git, view.commit, view.shallow) == ("churn", True, sha, False)
        assert tracked(view) == FILES
        assert list(view.entries) == sorted([*FILES, "new.py"])
        assert view.read("src/train.py") == b"import os\n"
        assert view.under("src") == ["src/eval.py", "src/train.py"] == view.under("src/")
        assert view.under("") == list(view.entries)
        assert view.is_dir("src")
        assert not view.is_dir("sr")
        assert not view.is_dir("src/train.py")
        assert view.on_disk("data/raw.csv")
        assert view.on_disk("data")
        assert not view.on_disk("data/other.csv")
        assert view.ignored("data/raw.csv")
        assert view.ignored("a.log")
        assert not view.ignored("new.py")
        assert view.dirty is True
        assert view.notices == []
        assert project_folder(view, repo.root / "src") == "src"
        assert project_folder(view, repo.root) == ""
        with pytest.raises(UsageError):
            project_folder(view, repo.root.parent)


def test_dirty(repo: Repo) -> None:
    assert open_worktree(repo.root).dirty is True
    repo.commit()
    assert open_worktree(repo.root).dirty is False
    repo.put("src/train.py", "import io\n")
    os.utime(repo.root / "src/train.py", (1, 1))
    assert open_worktree(repo.root).dirty is None
    repo.put("src/train.py", "import sys, os\n")
    assert open_worktree(repo.root).dirty is True
    repo.git("add", "-A")
    assert open_worktree(repo.root).dirty is True
    repo.commit()
    (repo.root / "src/train.py").unlink()
    assert open_worktree(repo.root).dirty is True


def test_deleted_file_is_no_entry(repo: Repo) -> None:
    repo.commit()
    (repo.root / "src/train.py").unlink()
    view = open_worktree(repo.root)
    assert "src/train.py" not in view.entries
    assert view.blob("src/train.py") == b"import os\n"
    with pytest.raises(Unreadable, match="deleted in the work tree"):
        view.read("src/train.py")


def test_history(repo: Repo) -> None:
    repo.git("config", "user.name", "Åsa Ö")
    first = repo.commit("add: first\n\nbody")
    repo.put("src/train.py", "import sys\n")
    repo.put("docs/:odd\nname")
    second = repo.commit("änderung")
    repo.git("commit", "-q", "--allow-empty", "-m", "nothing", "--date", "2024-02-03T23:30:00-0800")
    third, *older = open_worktree(repo.root).history()
    assert third.date == datetime.date(2024, 2, 3)
    assert (third.subject, third.paths) == ("nothing", ())
    assert [commit.sha for commit in older] == [second, first]
    assert older[0].paths == ("docs/:odd\nname", "src/train.py")
    assert (older[1].subject, older[1].paths) == ("add: first", tuple(FILES))
    assert (older[0].author_name, older[0].author_email) == ("Åsa Ö", "ada@example.org")
    view = open_worktree(repo.root)
    assert len(view.history(1)) == 1
    assert len(view.history()) == 3
    assert view.history(0) == ()


def test_memory_view_answers_as_git_does(repo: Repo) -> None:
    repo.commit("first")
    repo.put("src/extra.py", "x = 1\n")
    repo.commit("second")
    repo.put("new.py", "n\n")
    repo.put("data/raw.csv", "a\n")
    real = open_worktree(repo.root)
    files = {path: real.read(path) for path in real.entries}
    memory = MemoryView(
        files,
        name="churn",
        commits=real.history(),
        untracked=frozenset({"new.py"}),
        ignored=frozenset({"data/", "a.log"}),
        on_disk=frozenset({"data/raw.csv"}),
    )
    for ours, theirs in zip(memory.entries.values(), real.entries.values(), strict=True):
        assert ours == theirs
    for path in (*real.entries, "data", "data/raw.csv", "a.log", "src", "nope", "src/nope.py"):
        assert memory.on_disk(path) == real.on_disk(path), path
        assert memory.ignored(path) == real.ignored(path), path
        assert memory.is_dir(path) == real.is_dir(path), path
        assert memory.blob(path) == real.blob(path), path
        assert memory.under(path) == real.under(path), path
    assert memory.history() == real.history()
    for name in ("name", "is_git", "commit", "dirty", "shallow"):
        assert getattr(memory, name) == getattr(real, name), name


def test_memory_view_without_git() -> None:
    view = MemoryView({"b.py": "é", "a.py": b""}, git=False, blobs={})
    assert list(view.entries) == ["a.py", "b.py"]
    assert (view.is_git, view.commit, view.dirty, view.history()) == (False, None, None, ())
    assert view.read("b.py") == "é".encode()
    assert view.blob("b.py") is None
    with pytest.raises(Unreadable):
        view.read("c.py")
    with pytest.raises(Unreadable, match="larger"):
        view.read("b.py", 1)
    assert [notice.path for notice in view.notices] == ["b.py"]


def test_memory_blob_differs_from_the_work_tree() -> None:
    commit = Commit("a" * 40, "Ada", "a@b", datetime.date(2024, 1, 1), "s", ("m.bin",))
    view = MemoryView({"m.bin": b"weights"}, blobs={"m.bin": b"version https://git-lfs"}, commits=[commit])
    assert view.read("m.bin") == b"weights"
    assert view.blob("m.bin") == b"version https://git-lfs"
    assert view.commit == "a" * 40


# Unusual repositories ------------------------------------------------------------------------------------------------


def check_list(root: Path, *, commit: str | None, files: list[str] = FILES) -> RepoView:
    view = open_worktree(root)
    assert view.is_git, reasons(view)
    assert tracked(view) == files
    assert view.commit == commit
    assert view.notices == []
    return view


def test_no_commits(repo: Repo) -> None:
    repo.git("add", "-A")
    view = check_list(repo.root, commit=None)
    assert view.history() == ()
    assert view.dirty is True


def test_detached(repo: Repo) -> None:
    first = repo.commit()
    repo.commit("second")
    repo.git("checkout", "-q", "--detach", first)
    assert len(check_list(repo.root, commit=first).history()) == 1


def test_packed_references_and_objects(repo: Repo) -> None:
    sha = repo.commit()
    repo.git("tag", "-a", "v1", "-m", "v1")
    repo.git("pack-refs", "--all")
    repo.git("gc", "-q")
    view = check_list(repo.root, commit=sha)
    assert view.blob("src/train.py") == b"import os\n"
    assert open_revision(repo.root, "v1").commit == sha
    assert view.dirty is False


def test_shallow(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    sha = repo.commit("second")
    repo.git("clone", "-q", "--depth", "1", repo.root.as_uri(), str(tmp_path / "clone"))
    view = check_list(tmp_path / "clone", commit=sha)
    assert view.shallow
    assert [commit.sha for commit in view.history()] == [sha]


def test_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    sha = repo.commit()
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    view = check_list(tmp_path / "side", commit=sha)
    assert view.name == "side"
    assert view.dirty is False
    assert open_revision(tmp_path / "side", "main").commit == sha


def test_alternates(repo: Repo, tmp_path: Path) -> None:
    sha = repo.commit()
    repo.git("clone", "-q", "--shared", str(repo.root), str(tmp_path / "shared"))
    assert check_list(tmp_path / "shared", commit=sha).blob("src/train.py") == b"import os\n"


def test_sha256(tmp_path: Path) -> None:
    made = Repo(tmp_path / "sha256", "--object-format=sha256")
    made.put("a.py")
    sha = made.commit()
    assert len(sha) == 64
    view = check_list(made.root, commit=sha, files=["a.py"])
    assert view.blob("a.py") == b"x\n"
    assert [commit.sha for commit in view.history()] == [sha]
    assert view.dirty is False


def test_index_version_4(repo: Repo) -> None:
    sha = repo.commit()
    repo.git("update-index", "--index-version", "4")
    assert check_list(repo.root, commit=sha).dirty is False


def test_split_index(repo: Repo) -> None:
    repo.git("config", "core.splitIndex", "true")
    sha = repo.commit()
    repo.git("update-index", "--split-index")
    repo.put("later.py")
    repo.git("add", "later.py")
    assert list((repo.root / ".git").glob("sharedindex.*"))
    check_list(repo.root, commit=sha, files=sorted([*FILES, "later.py"]))


def test_sparse_checkout_reads_what_is_not_checked_out(repo: Repo) -> None:
    repo.put("other/deep/x.py", "deep\n")
    sha = repo.commit()
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "src")
    assert not (repo.root / "other").exists()
    view = check_list(repo.root, commit=sha, files=sorted([*FILES, "other/deep/x.py"]))
    assert view.read("other/deep/x.py") == b"deep\n"
    assert not view.on_disk("other/deep/x.py")
    assert view.dirty is False


@posix
def test_name_that_is_no_utf8(repo: Repo) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        repo.put(name, "q\n")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    sha = repo.commit()
    view = check_list(repo.root, commit=sha, files=sorted([*FILES, name]))
    assert view.read(name) == b"q\n"
    assert name in view.history()[0].paths


@posix
def test_names_with_newlines_and_magic(repo: Repo) -> None:
    odd = ["a\nb.py", ":(top)x", "-rf", "tab\t.py", "\x1b[31m"]
    for name in odd:
        repo.put(name)
    sha = repo.commit()
    view = check_list(repo.root, commit=sha, files=sorted([*FILES, *odd]))
    assert view.dirty is False
    assert not view.ignored(":(top)y")
    assert view.ignored(":x.log")


def test_conflict_shows_our_side_once(repo: Repo) -> None:
    repo.commit()
    repo.git("checkout", "-q", "-b", "side")
    repo.put("src/train.py", "side\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.put("src/train.py", "main\n")
    repo.commit()
    repo.git("merge", "-q", "side", check=False)
    view = open_worktree(repo.root)
    assert tracked(view) == FILES
    assert view.blob("src/train.py") == b"main\n"
    assert view.dirty is True
    assert "merge conflict" in reasons(open_staged(repo.root))


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to give files away")
def test_another_owner(repo: Repo) -> None:
    sha = repo.commit()
    for path in (repo.root, *repo.root.rglob("*")):
        os.chown(path, 12345, 12345)
    view = check_list(repo.root, commit=sha)
    assert len(view.history()) == 1


def test_reftable_has_no_history(repo: Repo) -> None:
    repo.commit()
    (repo.root / ".git/reftable").mkdir()
    (repo.root / ".git/HEAD").write_text("ref: refs/heads/.invalid\n")
    view = open_worktree(repo.root)
    assert tracked(view) == FILES
    assert (view.commit, view.history(), view.dirty) == (None, (), None)
    assert "reftable" in reasons(view)


@posix
def test_git_is_found_behind_folders_that_are_no_use(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    decoy = repo.put("git", "#!/bin/sh\nexit 0\n")
    decoy.chmod(0o755)
    loop = repo.root / "loop"
    loop.symlink_to("loop")
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", str(loop), os.environ["PATH"]]))
    found = gitio.find_git()
    assert found is not None
    assert Path(found) != decoy
    assert open_worktree(repo.root).is_git


def test_without_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    monkeypatch.setenv("PATH", str(repo.root))
    view = open_worktree(repo.root / "src")
    assert list(view.entries) == FILES
    assert (view.is_git, view.git_unreadable, view.commit) == (False, True, None)
    assert "git was not found" in reasons(view)
    assert project_folder(view, repo.root / "src") == "src"


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "count"])
def test_damaged_index_is_a_notice_and_a_walk(repo: Repo, damage: str) -> None:
    repo.commit()
    index = repo.root / ".git/index"
    data = index.read_bytes()
    damaged = {
        "empty": b"",
        "cut": data[:-60],
        "flipped": data[:40] + bytes([data[40] ^ 1]) + data[41:],
        "count": data[:8] + b"\xff\xff\xff\xff" + data[12:],
    }
    index.write_bytes(damaged[damage])
    view = open_worktree(repo.root)
    assert list(view.entries) == FILES
    assert view.git_unreadable
    assert "the index is" in reasons(view)


def test_git_file_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p/.git").write_text("gitdir: /nowhere/at/all\n")
    (tmp_path / "p/a.py").write_text("")
    view = open_worktree(tmp_path / "p")
    assert list(view.entries) == ["a.py"]
    assert view.git_unreadable


def test_empty_git_folder_is_no_repository(repo: Repo) -> None:
    repo.commit()
    (repo.root / "src/.git").mkdir()
    view = open_worktree(repo.root / "src")
    assert tracked(view) == FILES


def test_submodule_and_nested_repository(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.put("o.py")
    other.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "lib")
    repo.commit()
    nested = Repo(repo.root / "nested")
    nested.put("n.py")
    nested.commit()
    view = open_worktree(repo.root)
    assert view.entries["lib"].mode == "160000"
    assert "lib/o.py" not in view.entries
    assert not view.is_dir("nested")
    assert "nested: is a git repository of its own" in reasons(view)
    assert list(open_worktree(repo.root / "lib").entries) == ["o.py"]


def test_folder_that_git_ignores_is_read_as_itself(repo: Repo) -> None:
    repo.commit()
    repo.put("data/inner/a.py")
    view = open_worktree(repo.root / "data/inner")
    assert (list(view.entries), view.is_git) == (["a.py"], False)
    assert project_folder(view, repo.root / "data/inner") == ""


# Hooks ---------------------------------------------------------------------------------------------------------------


def test_hook_sees_tracked_files_only(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    repo.put("new.py")
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("GIT_DIR", ".git")
    assert list(open_worktree(repo.root).entries) == FILES
    monkeypatch.delenv("GIT_DIR")
    assert "new.py" in open_worktree(repo.root).entries
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert list(open_worktree(repo.root).entries) == FILES


def test_real_hook_of_a_partial_commit(repo: Repo) -> None:
    """`git commit PATH` gives its hooks an index of its own."""
    repo.commit()
    repo.put("staged.py", "staged\n")
    repo.git("add", "staged.py")
    repo.put("src/train.py", "changed = 1\n")
    hook = repo.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    program = (
        "from pathlib import Path\nfrom mlops_lint.repo.staged import open_staged\n"
        "view = open_staged(Path('.'))\nprint(sorted(view.entries), view.read('src/train.py'))"
    )
    source = Path(gitio.__file__).parents[2]
    hook.write_text(f"#!{sys.executable}\nimport sys; sys.path.insert(0, {str(source)!r})\n{program}\n")
    hook.chmod(0o755)
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "part", "src/train.py"], cwd=repo.root, capture_output=True, check=True
    )
    said = os.fsdecode(done.stdout + done.stderr)
    assert "staged.py" not in said
    assert "changed = 1" in said


def test_environment_of_another_repository(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    repo.put("new.py")
    other = Repo(tmp_path / "other")
    other.put("o.py")
    other.commit()
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    assert list(open_worktree(repo.root).entries) == sorted([*FILES, "new.py"])
    assert list(open_worktree(other.root).entries) == ["o.py"]


def test_hook_in_a_linked_work_tree(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side/new.py").write_text("")
    monkeypatch.setenv("GIT_DIR", str(repo.root / ".git/worktrees/side"))
    assert list(open_worktree(tmp_path / "side").entries) == FILES


# Revisions and the index ---------------------------------------------------------------------------------------------


def test_revision(repo: Repo) -> None:
    first = repo.commit("first")
    repo.git("tag", "v1")
    repo.put("src/train.py", "changed\n")
    repo.put(".gitignore", "")
    repo.put("later.py")
    second = repo.commit("second")
    for rev in (first, first[:10], "v1", "HEAD~1", "refs/tags/v1", "main^"):
        view = open_revision(repo.root, rev)
        assert view.commit == first
        assert list(view.entries) == FILES
        assert view.read("src/train.py") == b"import os\n"
        assert view.dirty is False
        assert [commit.subject for commit in view.history()] == ["first"]
    assert view.ignored("data/raw.csv")
    assert not open_revision(repo.root, "main").ignored("data/raw.csv")
    assert view.on_disk("src")
    assert not view.on_disk("later.py")
    assert merge_base(repo.root, "v1") == first
    assert open_revision(repo.root, "HEAD").commit == second


@pytest.mark.parametrize("rev", ["nope", "--all", "", "-h", "a\nb", "main:src", "HEAD~99"])
def test_unknown_revision(repo: Repo, rev: str) -> None:
    repo.commit()
    with pytest.raises(UsageError):
        open_revision(repo.root, rev)


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError):
        open_revision(tmp_path / "plain", "main")
    with pytest.raises(UsageError):
        open_staged(tmp_path / "plain")
    with pytest.raises(UsageError):
        open_worktree(tmp_path / "none")


def test_merge_base_of_strangers(repo: Repo) -> None:
    first = repo.commit()
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("alone")
    with pytest.raises(UsageError, match="no common commit"):
        merge_base(repo.root, first)


def test_staged(repo: Repo) -> None:
    repo.commit()
    repo.put("src/train.py", "staged\n")
    repo.put("data/raw.csv")
    repo.git("add", "-A")
    repo.put("src/train.py", "later\n")
    repo.put("new.py")
    view = open_staged(repo.root)
    assert list(view.entries) == FILES
    assert view.read("src/train.py") == b"staged\n"
    assert view.dirty is True
    assert view.on_disk("data/raw.csv")
    assert not view.on_disk("new.py")
    repo.commit()
    assert open_staged(repo.root).dirty is False


def test_blob_larger_than_the_limit(repo: Repo) -> None:
    repo.put("big.bin", b"x" * 100_000)
    repo.commit()
    view = open_staged(repo.root)
    with pytest.raises(Unreadable, match="larger"):
        view.read("big.bin", 1000)
    assert view.read("src/train.py") == b"import os\n"
    assert len(view.read("big.bin")) == 100_000


def test_missing_object(repo: Repo) -> None:
    repo.commit()
    view = open_staged(repo.root)
    oid = view.entries["src/train.py"].oid
    assert oid is not None
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(Unreadable):
        view.read("src/train.py")
    assert view.blob("mlproject.yaml") == b"project: churn\n"


# The disk ------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("under_git", [True, False])
def test_links_are_not_followed(repo: Repo, tmp_path: Path, under_git: bool) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("hush")
    (repo.root / "out").symlink_to(secret)
    (repo.root / "key").symlink_to(secret / "key")
    (repo.root / "inside").symlink_to("mlproject.yaml")
    (repo.root / "loop").symlink_to("loop")
    if under_git:
        repo.commit()
    else:
        shutil.rmtree(repo.root / ".git")
    view = open_worktree(repo.root)
    assert {path for path, entry in view.entries.items() if entry.mode == "120000"} == {"out", "key", "inside", "loop"}
    for path in ("key", "inside", "loop", "out"):
        with pytest.raises(Unreadable, match="is a symbolic link"):
            view.read(path)
    with pytest.raises(Unreadable, match="behind a symbolic link"):
        view.read("out/key")
    assert not view.on_disk("out/key")
    assert view.on_disk("out")
    assert "out/key" not in view.entries
    if under_git:
        with pytest.raises(Unreadable, match="is a symbolic link"):
            open_revision(repo.root, "HEAD").read("key")


@posix
def test_tracked_folder_replaced_by_a_link(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    shutil.move(repo.root / "src", tmp_path / "elsewhere")
    (repo.root / "src").symlink_to(tmp_path / "elsewhere")
    view = open_worktree(repo.root)
    assert view.entries["src"].mode == "120000"
    assert view.under("src") == []
    assert view.dirty is True
    with pytest.raises(Unreadable):
        view.read("src/train.py")


@posix
def test_pipes_devices_and_sparse_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    (tmp_path / "folder").mkdir()
    view = open_worktree(tmp_path)
    with pytest.raises(Unreadable, match="no regular file"):
        view.read("pipe")
    with pytest.raises(Unreadable, match="larger than"):
        view.read("sparse")
    with pytest.raises(Unreadable, match="is a folder"):
        view.read("folder")
    assert reasons(view) == "sparse: is larger than 20000000 bytes"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\0b", ".git/config", "x" * 5000]
)
def test_paths_out_of_the_root(repo: Repo, path: str) -> None:
    repo.commit()
    view = open_worktree(repo.root)
    with pytest.raises(Unreadable):
        view.read(path)
    assert view.on_disk(path) is (path == "")


def test_walk_passes_over_environments_and_caches(tmp_path: Path) -> None:
    for name in (
        "a.py",
        "b/c.py",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "node_modules/m.js",
        "b/__pycache__/c.pyc",
        ".venv/y.py",
        ".dvc/config",
        ".dvc/cache/aa/b",
        ".dvc/tmp/lock",
        "mydvc/cache",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    view = open_worktree(tmp_path)
    assert list(view.entries) == [".dvc/config", "a.py", "b/c.py", "mydvc/cache"]
    assert (view.is_git, view.git_unreadable, view.ignored("a.py")) == (False, False, False)
    assert view.on_disk("env/lib/x.py")
    made = Repo(tmp_path)
    made.git("add", "a.py", "env/lib/x.py", "-f")
    again = open_worktree(tmp_path)
    assert list(again.entries) == [".dvc/config", "a.py", "b/c.py", "env/lib/x.py", "mydvc/cache"]


@posix
def test_deep_folders_end_with_a_notice(tmp_path: Path) -> None:
    (tmp_path / "/".join(["d"] * 70)).mkdir(parents=True)
    view = open_worktree(tmp_path)
    assert view.entries == {}
    assert "deeper than 64" in reasons(view)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can list every folder")
def test_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    view = open_worktree(tmp_path)
    assert view.entries == {}
    assert "closed: the folder cannot be listed" in reasons(view)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_lint.repo.disk.MAX_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_text("")
    view = open_worktree(tmp_path)
    assert list(view.entries) == ["a", "b"]
    assert "more than 2 files" in reasons(view)


# Running git ---------------------------------------------------------------------------------------------------------

HOSTILE = """
[core]
    fsmonitor = {mark}
    hooksPath = {hooks}
    worktree = /etc
    excludesFile = /etc/hostname
[filter "x"]
    clean = {mark}
    smudge = {mark}
    process = {mark}
    required = true
[diff]
    external = {mark}
[diff "x"]
    textconv = {mark}
    command = {mark}
[log]
    showSignature = true
[gpg]
    program = {mark}
[remote "origin"]
    url = ext::{mark}
    promisor = true
    uploadpack = {mark}
[core]
    sshCommand = {mark}
    pager = {mark}
[alias]
    ls-files = !{mark}
"""


@posix
def test_nothing_of_a_hostile_git_folder_runs(repo: Repo, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    mark = tmp_path / "mark.sh"
    mark.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    mark.chmod(0o755)
    for folder in (hooks, repo.root / ".git/hooks"):
        folder.mkdir(exist_ok=True)
        shutil.copy(mark, folder / "post-index-change")
    repo.put(".gitattributes", "* filter=x diff=x\n")
    sha = repo.commit()
    config = repo.root / ".git/config"
    config.write_text(config.read_text() + HOSTILE.format(mark=mark, hooks=hooks))
    marker.unlink(missing_ok=True)
    (repo.root / "src/train.py").touch()
    repo.git("--work-tree=.", "status", check=False)
    assert marker.exists(), "the trap does not even catch plain git"
    marker.unlink()
    repo.put("new.py")
    files = sorted([*FILES, ".gitattributes"])
    for view in (open_worktree(repo.root), open_staged(repo.root), open_revision(repo.root, "main")):
        assert view.commit == sha
        assert tracked(view) == files
        assert len(view.history()) == 1
        assert view.ignored("x.log")
        assert view.blob("src/train.py") == b"import os\n"
        _ = view.dirty
    assert merge_base(repo.root, "main") == sha
    assert not marker.exists()


def test_repository_is_left_as_it_was(repo: Repo) -> None:
    repo.commit()

    def state() -> list[tuple[str, int, int]]:
        return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in repo.root.rglob("*"))

    before = state()
    for view in (open_worktree(repo.root), open_staged(repo.root), open_revision(repo.root, "HEAD")):
        view.history()
        view.ignored("x")
        view.blob("mlproject.yaml")
        _ = view.dirty
    assert state() == before


def test_temporary_folder_goes_with_the_view(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    home = tmp_path / "tmp"
    home.mkdir()
    monkeypatch.setenv("TMPDIR", str(home))
    view = open_worktree(repo.root)
    assert len(list(home.iterdir())) == 1
    view.blob("mlproject.yaml")
    view.close()
    view.close()
    assert list(home.iterdir()) == []
    dropped = open_staged(repo.root)
    dropped.read("mlproject.yaml")
    del dropped
    assert list(home.iterdir()) == []


def test_slow_git_is_a_notice(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    monkeypatch.setattr(gitio, "TIMEOUT", 0.2)
    with pytest.raises(GitUnreadable, match="longer than"):
        gitio.execute([sys.executable, "-c", "import time; time.sleep(30)"], {"GIT_WORK_TREE": str(tmp_path)}, b"")


def test_output_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitio, "MAX_OUTPUT", 1000)
    program = "import sys\nwhile True: sys.stdout.write('x' * 999)"
    with pytest.raises(GitUnreadable, match="more than 1000 bytes"):
        gitio.execute([sys.executable, "-c", program], {"GIT_WORK_TREE": str(tmp_path)}, b"")


def test_commands_that_may_run() -> None:
    with pytest.raises(TypeError):
        gitio.COMMANDS["status"] = gitio.Command(("status",))  # type: ignore[index]
    allowed = {"ls-files", "check-ignore", "diff-index", "ls-tree", "cat-file", "merge-base", "rev-parse", "log"}
    for command in gitio.COMMANDS.values():
        assert command.words[0] in allowed
        assert not {"--filters", "--textconv", "-p", "--ext-diff"} & set(command.words)
        if command.words[0] in ("log", "diff-index"):
            assert {"--no-ext-diff", "--no-textconv", "--ignore-submodules=all"} <= set(command.words)


def test_only_one_module_starts_processes() -> None:
    source = Path(gitio.__file__).parents[1]
    starters = [
        path.name
        for path in sorted(source.rglob("*.py"))
        if any(word in path.read_text(encoding="utf-8") for word in ("import subprocess", "os.system(", "git.Repo("))
    ]
    assert starters == ["gitio.py", "workers.py"]  # git, and this interpreter itself


@given(st.binary(max_size=300))
def test_parsers_take_any_bytes(data: bytes) -> None:
    for parse in (gitparse.index_entries, gitparse.tree_entries):
        with contextlib.suppress(GitUnreadable):
            parse(data)
    gitparse.commits(data)
    list(gitparse.stats(data))
    gitparse.names(data)
