"""Repositories in rare states: the right files, or a plain walk and a notice that says why."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_trap import FILES, Trap, index, make, surroundings

from mlops_lint.errors import UsageError
from mlops_lint.repo.revision import merge_base, open_revision
from mlops_lint.repo.staged import open_staged
from mlops_lint.repo.view import RepoView
from mlops_lint.repo.worktree import open_worktree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX file systems")
NAMES = sorted(FILES)


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    made = make(tmp_path / "trap")
    with surroundings(made):
        yield made


def tracked(view: RepoView) -> list[str]:
    return [path for path, entry in view.entries.items() if entry.tracked]


def healthy(root: Path, names: list[str] = NAMES) -> RepoView:
    view = open_worktree(root)
    assert (view.is_git, tracked(view), view.notices) == (True, names, [])
    return view


def walked(root: Path, why: str) -> None:
    """All files are there, and the one notice says why git was of no use."""
    view = open_worktree(root)
    assert (view.is_git, view.git_unreadable, list(view.entries)) == (False, True, NAMES)
    assert [notice for notice in view.notices if why in notice.reason], view.notices
    with pytest.raises(UsageError):
        open_staged(root)


def git_can(*words: str) -> bool:
    """Whether this git knows an option."""
    return subprocess.run(["git", *words], capture_output=True, check=False).returncode == 0


def test_fresh_repository_without_an_index(tmp_path: Path) -> None:
    made = Trap(tmp_path)
    made.repo.mkdir()
    made.git("init", "-q")
    view = open_worktree(made.repo)
    assert (view.is_git, dict(view.entries), view.commit, view.history(), view.dirty) == (True, {}, None, (), False)
    assert view.notices == []


def test_sparse_checkout_by_patterns(trap: Trap) -> None:
    trap.git("update-index", "-q", "--refresh")
    trap.git("sparse-checkout", "set", "--no-cone", "/*", "!/src/")
    assert not (trap.repo / "src").exists()
    view = healthy(trap.repo)
    assert view.read("src/train.py").startswith(b"import os")


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_index_versions_with_flags(trap: Trap, version: str) -> None:
    trap.put("repo/later.py", "x = 1\n")
    trap.git("add", "-N", "later.py")
    trap.git("update-index", "--index-version", version)
    trap.git("update-index", "--assume-unchanged", "README.md")
    trap.git("update-index", "--skip-worktree", "src/model.py")
    healthy(trap.repo, sorted([*NAMES, "later.py"]))


def test_untracked_cache_and_other_extensions(trap: Trap) -> None:
    trap.git("update-index", "--force-untracked-cache")
    trap.git("update-index", "--split-index")
    trap.git("config", "core.untrackedCache", "true")
    trap.git("status")
    healthy(trap.repo)


def test_index_without_a_checksum(trap: Trap) -> None:
    """What `index.skipHash` of git 2.40 leaves."""
    path = trap.gitdir / "index"
    path.write_bytes(path.read_bytes()[:-20] + bytes(20))
    healthy(trap.repo)


@pytest.mark.parametrize("damage", ["zero", "pipe", "folder", "nowhere", "entries", "huge", "version"])
def test_index_that_is_none(trap: Trap, damage: str) -> None:
    path = trap.gitdir / "index"
    name = "repo/.git/index"
    why = "the index"
    if damage == "zero":
        trap.link(name, "/dev/zero")
    elif damage == "pipe":
        trap.pipe(name)
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "nowhere":
        trap.link(name, "/nowhere/at/all")
    elif damage == "huge":
        with path.open("r+b") as file:
            file.truncate(1 << 40)
    else:
        # With a right checksum: only git itself can tell.
        oid = trap.git("rev-parse", "HEAD:README.md")
        made = index({"README.md": (0o100644, oid)})[:-20]
        field = {"entries": (8, struct.pack(">L", 0xFFFFFFFF)), "version": (4, struct.pack(">L", 99))}[damage]
        path.write_bytes(_signed(made[: field[0]] + field[1] + made[field[0] + 4 :]))
        why = "ls-files"
    walked(trap.repo, why)


def _signed(body: bytes) -> bytes:
    import hashlib

    return body + hashlib.sha1(body).digest()


def test_split_index_without_its_other_half(trap: Trap) -> None:
    trap.git("update-index", "--split-index")
    for path in trap.gitdir.glob("sharedindex.*"):
        path.unlink()
    walked(trap.repo, "ls-files")


@pytest.mark.parametrize(
    "text", ["", "garbage", "ref: ../../etc/passwd", "ref: refs/heads/..", "\0" * 50, "ref: refs/heads/a b"]
)
def test_malformed_head(trap: Trap, text: str) -> None:
    trap.put("repo/.git/HEAD", text)
    view = open_worktree(trap.repo)
    assert tracked(view) == NAMES
    assert (view.commit, view.history(), view.dirty) in {(None, (), None), (None, (), True)}
    assert "no history" in view.notices[0].reason


def test_references_in_a_circle(trap: Trap) -> None:
    trap.put("repo/.git/refs/heads/main", "ref: refs/heads/other\n")
    trap.put("repo/.git/refs/heads/other", "ref: refs/heads/main\n")
    view = open_worktree(trap.repo)
    assert tracked(view) == NAMES
    assert "circles" in view.notices[0].reason


def test_head_without_its_commit(trap: Trap) -> None:
    trap.remove_object(trap.git("rev-parse", "HEAD"))
    view = open_worktree(trap.repo)
    assert tracked(view) == NAMES
    assert view.history() == ()
    assert view.dirty is None
    assert "no history" in view.notices[0].reason


def test_thousands_of_references(trap: Trap) -> None:
    head = trap.git("rev-parse", "HEAD")
    lines = "".join(f"{head} refs/tags/t{number:06}\n" for number in range(100_000))
    trap.put("repo/.git/packed-refs", f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
    for number in range(3_000):
        trap.put(f"repo/.git/refs/heads/topic/{number}", f"{head}\n")
    assert healthy(trap.repo).commit == head
    for revision in ("t000000", "t099999", "topic/2999", "main"):
        assert open_revision(trap.repo, revision).commit == head
    assert merge_base(trap.repo, "t050000") == head


def test_packed_head(trap: Trap) -> None:
    head = trap.git("rev-parse", "HEAD")
    trap.git("pack-refs", "--all", "--prune")
    assert not (trap.gitdir / "refs/heads/main").exists()
    assert healthy(trap.repo).commit == head


def test_bare_repository(trap: Trap, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    trap.git("clone", "-q", "--bare", str(trap.repo), str(bare))
    view = open_worktree(bare)
    assert not view.is_git
    assert "bare git repository" in view.notices[0].reason
    with pytest.raises(UsageError):
        open_staged(bare)


def test_bare_repository_inside_of_another(trap: Trap) -> None:
    shutil.copytree(trap.gitdir, trap.repo / "data")
    trap.git("add", "-f", "data")
    view = open_worktree(trap.repo / "data")
    assert view.is_git
    assert view.root == trap.repo.resolve()
    assert "data/HEAD" in view.entries


def test_linked_work_tree_of_a_bare_repository(trap: Trap, tmp_path: Path) -> None:
    head = trap.git("rev-parse", "HEAD")
    bare = tmp_path / "bare.git"
    trap.git("clone", "-q", "--bare", str(trap.repo), str(bare))
    trap.git("-C", str(bare), "worktree", "add", "-q", str(tmp_path / "side"), "main")
    view = healthy(tmp_path / "side")
    assert (view.commit, len(view.history())) == (head, 2)


def test_linked_work_tree_whose_repository_is_gone(trap: Trap, tmp_path: Path) -> None:
    trap.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    shutil.rmtree(trap.gitdir)
    walked(tmp_path / "side", "not there")


def test_submodule_absorbed_and_not_checked_out(trap: Trap, tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    trap.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.repo), "lib")
    trap.git("commit", "-q", "-m", "lib")
    assert (trap.repo / "lib/.git").is_file()
    healthy(trap.repo, sorted([*NAMES, ".gitmodules", "lib"]))
    healthy(trap.repo / "lib")
    trap.git("submodule", "deinit", "-q", "-f", "lib")
    healthy(trap.repo, sorted([*NAMES, ".gitmodules", "lib"]))


def test_partial_clone_reads_what_it_has(trap: Trap, tmp_path: Path) -> None:
    trap.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    trap.git("clone", "-q", "--no-checkout", "--filter=blob:none", trap.repo.as_uri(), str(clone))
    trap.git("-C", str(clone), "reset", "-q")
    view = open_worktree(clone)
    assert (view.is_git, dict(view.entries)) == (True, {})
    assert len(view.history()) == 2
    old = open_revision(clone, "HEAD")
    assert list(old.entries) == NAMES
    assert old.blob("src/train.py") is None


def test_chain_of_alternates(trap: Trap, tmp_path: Path) -> None:
    for source, target in (("trap/repo", "one"), ("one", "two")):
        trap.git("clone", "-q", "--shared", str(tmp_path / source), str(tmp_path / target))
    view = healthy(tmp_path / "two")
    assert view.blob("src/train.py") is not None
    assert len(view.history()) == 2


def test_sha256_with_everything(tmp_path: Path) -> None:
    made = Trap(tmp_path)
    made.repo.mkdir()
    made.git("init", "-q", "--object-format=sha256", "-b", "main")
    made.put("repo/a.py", "a\n")
    made.put("repo/b/c.py", "c\n")
    for number in (1, 2):
        made.put("repo/a.py", f"a{number}\n")
        made.git("add", "-A")
        made.git("commit", "-q", "-m", str(number))
    made.git("update-index", "--split-index")
    view = healthy(made.repo, ["a.py", "b/c.py"])
    assert [len(commit.sha) for commit in view.history()] == [64, 64]
    assert open_revision(made.repo, "HEAD~1").read("a.py") == b"a1\n"
    assert open_staged(made.repo).read("a.py") == b"a2\n"


@pytest.mark.skipif(not git_can("init", "--ref-format=files", "/dev/null/x"), reason="this git knows no reftable")
def test_real_reftable(tmp_path: Path) -> None:
    made = Trap(tmp_path)
    made.repo.mkdir()
    made.git("init", "-q", "--ref-format=reftable")
    made.put("repo/a.py")
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "a")
    view = open_worktree(made.repo)
    assert tracked(view) == ["a.py"]
    assert "reftable" in view.notices[0].reason


@pytest.mark.parametrize("name", [b"caf\xe9", b"new\nline", b"qu\"ote 'n", b"-rf", b":(top)", b"\xf0\x9f\x90\x8d"])
def test_root_with_an_odd_name(tmp_path: Path, name: bytes) -> None:
    made = make(tmp_path / "trap")
    root = tmp_path / os.fsdecode(name)
    try:
        made.repo.rename(root)
    except OSError:
        pytest.skip("the file system takes no such name")
    view = healthy(root)
    assert len(view.history()) == 2
    assert open_revision(root, "main").read("README.md") == b"# Churn\n"


def test_hook_environment_with_relative_paths(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    trap.put("repo/new.py", "")
    monkeypatch.chdir(trap.repo)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_PREFIX", "src/")
    healthy(trap.repo)


def test_hook_in_a_repository_of_many_locks(trap: Trap) -> None:
    """git holds these while its hooks run; another git left them behind when it was killed."""
    for name in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock", "refs/heads/main.lock"):
        trap.put(f"repo/.git/{name}")
    view = healthy(trap.repo)
    assert len(view.history()) == 2
    assert open_revision(trap.repo, "main").commit == view.commit


def test_much_is_asked_at_once(trap: Trap) -> None:
    """git answers before it has read all: neither side may wait for the other."""
    from mlops_lint.repo.gitfolder import find
    from mlops_lint.repo.quarantine import Quarantine

    folder = find(os.path.realpath(trap.repo), {})
    assert folder is not None
    quarantine = Quarantine(folder, None)
    asked = b"".join(b"./%06d/%s.log\0" % (number, b"x" * 50) for number in range(20_000))
    assert quarantine.run("ignored", data=asked) == asked
    quarantine.close()
