"""A private git folder for git to look at instead of the repository's own.

Any command can be made to run programs by the configuration of a hostile repository, `ls-files` among them. So git
gets a folder of our own making, which borrows only the object store, and an environment that names nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import secrets
import shutil
import stat
import sys
import time
import weakref
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mlops_lint.repo.disk import problem_of, slurp
from mlops_lint.repo.gitfolder import HASH, GitFolder, GitUnreadable, references
from mlops_lint.repo.gitio import COMMANDS, Batch, Command, GitStuck, arguments, execute, find_git

MAX_INDEX = 256_000_000
PREFIX = "mlops-lint-"
STALE = 3_600
"""Seconds after which a folder is taken for one that a killed run has left."""
_STUCK: Counter[str] = Counter()
"""How often git has waited in vain at a store of objects, whatever the view."""
_ENOUGH = 3
_KEPT_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "USERPROFILE", "TEMP", "TMP")


class Quarantine:
    """A private git folder for one view; removed by `close`, with the view, or at exit."""

    def __init__(self, folder: GitFolder, head: str | None) -> None:
        git = find_git()
        if git is None:
            raise GitUnreadable("git was not found on this machine")
        self._git = git
        self._folder = folder
        _check_objects(Path(folder.common, "objects"))
        index = _trusted_index(folder)
        self.index_id = hashlib.sha256(index).hexdigest() if index is not None else None
        # Not `mkdtemp`: a signal between the folder and the promise to remove it would leave it behind.
        self._home = f"{_temporary()}/{PREFIX}{secrets.token_hex(8)}"
        self._batch = Batch()
        self._batch.stuck = min(1, _STUCK[folder.common])
        self._stuck: set[Command] = set()
        self.close = weakref.finalize(self, _dispose, self._home, self._batch, os.getpid())
        try:
            Path(self._home).mkdir(0o700)
        except OSError as error:
            raise GitUnreadable(f"no temporary folder can be made ({error.strerror})") from None
        _sweep(Path(self._home).parent)
        self._gitdir = f"{self._home}/q.git"
        self._environment = self._variables(self._folder.root)
        try:
            self._fill(head, index)
        except OSError as error:
            self.close()
            raise GitUnreadable(f"its data cannot be copied ({error.strerror})") from None

    def run(self, name: str, *commits: str, data: bytes = b"", most: int | None = None) -> bytes:
        """The output of a command of the table; raises `GitUnreadable`. Commits are full hashes."""
        if not all(HASH.fullmatch(commit) for commit in commits):
            raise ValueError(f"not commits: {commits!r}")
        return self._run(COMMANDS[name], commits, data, most)

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision as a user writes it stands for; None if there is no such one."""
        if not revision or revision.startswith("-") or any(ord(letter) < 32 for letter in revision):
            return None
        found = (
            self._run(COMMANDS["resolve"], (f"{revision}^{{commit}}",), b"", None).decode("ascii", "replace").strip()
        )
        return found if HASH.fullmatch(found) else None

    def copy_references(self) -> None:
        """Makes branches, tags and remote branches known, which a work tree's own view has no use for."""
        for path, content in references(self._folder):
            target = Path(self._gitdir, path)
            # Two names that differ in case, or a file where a folder must be, on some file systems.
            with contextlib.suppress(OSError):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    def blob(self, oid: str, limit: int) -> bytes | None:
        """A stored object; None if it is missing or larger than the limit."""
        if not HASH.fullmatch(oid):
            raise ValueError(f"not an object: {oid!r}")
        return self._batch.read(arguments(self._git, COMMANDS["blobs"].words), self._environment, oid, limit)

    def ignored_in(self, ignore_files: Mapping[str, bytes], path: str) -> bool:
        """Whether git ignores the path in a tree with these `.gitignore` files, instead of in the work tree."""
        root = Path(self._home, "tree")
        if not root.exists():
            root.mkdir()
            for name, content in ignore_files.items():
                if problem_of(name) is not None:
                    continue
                with contextlib.suppress(OSError, ValueError):
                    Path(root, name).parent.mkdir(parents=True, exist_ok=True)
                    Path(root, name).write_bytes(content)
        return self.ignored(path, str(root))

    def ignored(self, path: str, root: str | None = None) -> bool:
        """Whether a pattern that git reads ignores the path."""
        # "./" keeps a leading colon from being read as pathspec magic.
        data = b"./" + os.fsencode(path) + b"\0"
        try:
            return bool(self._run(COMMANDS["ignored"], (), data, None, root))
        except GitUnreadable:
            return False

    def _fill(self, head: str | None, index: bytes | None) -> None:
        gitdir = Path(self._gitdir)
        for name in ("refs", "info", "objects"):
            Path(gitdir, name).mkdir(parents=True)
        Path(gitdir, "HEAD").write_text(f"{head}\n" if head else "ref: refs/heads/unborn\n")
        Path(gitdir, "config").write_text(_config(self._folder.sha256))
        Path(self._home, "empty").touch()
        if index is not None:
            Path(gitdir, "index").write_bytes(index)
            if b"link" in index:
                self._copy_shared_index()
        for base, name in (
            (self._folder.common, "shallow"),
            (self._folder.common, "info/exclude"),
            (self._folder.gitdir, "info/sparse-checkout"),
        ):
            content = slurp(f"{base}/{name}", 10_000_000)
            if content is not None:
                Path(gitdir, name).write_bytes(content)

    def _copy_shared_index(self) -> None:
        for path in Path(self._folder.gitdir).glob("sharedindex.*"):
            content = slurp(str(path), MAX_INDEX)
            if content is not None:
                Path(self._gitdir, path.name).write_bytes(content)

    def _variables(self, root: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return kept | {
            "LC_ALL": "C",
            "GIT_DIR": self._gitdir,
            "GIT_WORK_TREE": root,
            "GIT_OBJECT_DIRECTORY": f"{self._folder.common}/objects",
            # A file of our own: what stands at /dev/null in a container is not always empty.
            "GIT_CONFIG_GLOBAL": f"{self._home}/empty",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PAGER": "cat",
        }

    def _run(
        self, command: Command, commits: tuple[str, ...], data: bytes, most: int | None, root: str | None = None
    ) -> bytes:
        if len(commits) != command.commits:
            raise ValueError(f"{command.words[0]} takes {command.commits} commits")
        words = command.words if most is None else (*command.words, f"--max-count={int(most)}")
        argv = arguments(self._git, (*words, "--end-of-options", *commits) if commits else words)
        environment = self._environment if root is None else self._variables(root)
        if command in self._stuck or _STUCK[self._folder.common] >= _ENOUGH:
            raise GitStuck("git did not answer before")
        try:
            code, output, complaint = execute(argv, environment, data, bool(_STUCK[self._folder.common]))
        except GitStuck:
            self._stuck.add(command)
            _STUCK[self._folder.common] += 1
            self._batch.stuck += 1
            raise
        if code not in command.codes:
            raise GitUnreadable(f"`git {command.words[0]}` failed (exit code {code}{self._harmless(complaint)})")
        return output

    def _harmless(self, complaint: str) -> str:
        """What git said, without what differs from run to run and without control characters."""
        said = complaint.replace(self._gitdir, ".git").replace(self._home, "")
        return ": " + "".join(letter if letter.isprintable() else "?" for letter in said) if said else ""


def _check_objects(objects: Path) -> None:
    """Raises `GitUnreadable` if git would wait for something among the files that it opens first."""
    for folder in (objects / "info", objects / "info/commit-graphs", objects / "pack"):
        paths: list[Path] = []
        with contextlib.suppress(OSError):
            paths = list(folder.iterdir())
        for path in paths:
            with contextlib.suppress(OSError):
                mode = path.stat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise GitUnreadable(f"its store of objects holds what is no file ({path.name!r})")


def _trusted_index(folder: GitFolder) -> bytes | None:
    """The index, if its checksum is right: git itself lists a truncated one without a word."""
    if not os.path.lexists(folder.index):
        return None
    index = slurp(folder.index, MAX_INDEX)
    size = 32 if folder.sha256 else 20
    if index is None or len(index) < 12 + size:
        raise GitUnreadable("the index is no regular file, is cut off or is too large")
    digest = hashlib.sha256 if folder.sha256 else functools.partial(hashlib.sha1, usedforsecurity=False)
    # All zeros is what `index.skipHash` writes.
    if index[-size:] not in (digest(index[:-size]).digest(), bytes(size)):
        raise GitUnreadable("the index is damaged")
    return index


def _config(sha256: bool) -> str:
    lines = ["[core]", "repositoryformatversion = 1", "bare = false"]
    if sys.platform == "darwin":
        lines += ["ignorecase = true", "precomposeunicode = true"]
    if os.name == "nt":
        lines += ["ignorecase = true", "longpaths = true"]
    if sha256:
        lines += ["[extensions]", "objectformat = sha256"]
    return "\n".join(lines) + "\n"


def _sweep(temporary: Path) -> None:
    """Remove what killed runs of this user left; a folder is known by what stands in it, and links are left alone.

    An empty one is of a run that was killed between two lines.
    """
    with contextlib.suppress(OSError), os.scandir(temporary) as scan:
        for item in scan:
            if not item.name.startswith(PREFIX) or not item.is_dir(follow_symlinks=False):
                continue
            status = item.stat(follow_symlinks=False)
            own = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
            if own and time.time() - status.st_mtime > STALE:
                if Path(item.path, "q.git").is_dir() or not any(Path(item.path).iterdir()):
                    shutil.rmtree(item.path, ignore_errors=True)


def _temporary() -> Path:
    """Where temporary folders go. Not `gettempdir`: it tries the folder with a file that a kill leaves behind."""
    named = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)]
    for folder in map(Path, (*named, "/tmp", "/var/tmp")):  # noqa: S108  (a folder of a secret name is made in it)
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder.absolute()
    raise GitUnreadable("no temporary folder can be made (there is none that can be written)")


def _dispose(home: str, batch: Batch, owner: int) -> None:
    if os.getpid() == owner:
        try:
            batch.close()
            shutil.rmtree(home, ignore_errors=True)
        except BaseException:  # a signal: it is told to the run, but not before the folder is gone
            shutil.rmtree(home, ignore_errors=True)
            raise
