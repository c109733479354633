"""A git repository that is a trap: whatever it names as a program leaves a mark when it is run."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "s3cr3t-of-somebody-else"
FILES = {
    "mlproject.yaml": "project: churn\ngoal: find customers who leave\n",
    "README.md": "# Churn\n",
    "src/train.py": "import os\n\nprint(os.name)\n",
    "src/model.py": "def predict() -> int:\n    return 1\n",
    "requirements.txt": "scikit-learn==1.5.0\n",
    ".gitattributes": "* filter=x diff=x merge=x\n",
    ".gitignore": "*.log\n",
}
HOOKS = (
    "applypatch-msg commit-msg fsmonitor-watchman p4-changelist post-applypatch post-checkout post-commit "
    "post-index-change post-merge post-rewrite pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push "
    "pre-rebase prepare-commit-msg proc-receive push-to-checkout reference-transaction sendemail-validate update"
).split()
WAIT = 2.0
"""Seconds after which plain git is said to hang."""


@dataclass
class Trap:
    """A copy of the repository below `base`, and the program that leaves the mark."""

    base: Path
    environment: dict[str, str] = field(default_factory=dict)
    start: str = "."
    """The folder of the repository that is looked at."""

    @property
    def repo(self) -> Path:
        """The work tree."""
        return self.base / "repo"

    @property
    def gitdir(self) -> Path:
        """The work tree's git folder, if it is where it usually is."""
        return self.repo / ".git"

    @property
    def marker(self) -> Path:
        """The file that the program writes."""
        return self.base / "marker"

    @property
    def mark(self) -> str:
        """The program, as a word of a shell command."""
        return str(self.base / "mark")

    def config(self, text: str, file: str = "repo/.git/config") -> None:
        """Adds to a configuration file; `MARK` and `BASE` in the text are the program and the folder of the trap."""
        path = self.base / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as config:
            config.write(self.fill(text) + "\n")

    def fill(self, text: str) -> str:
        """The text with the program and the folder put in."""
        return text.replace("MARK", self.mark).replace("BASE", str(self.base))

    def put(self, name: str, text: str | bytes = "") -> Path:
        """Writes a file below `base`."""
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def pipe(self, name: str) -> None:
        """Puts a named pipe below `base`, in the place of what is there: who opens it waits."""
        path = self.base / name
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)

    def link(self, name: str, target: str) -> None:
        """Puts a symbolic link below `base`, in the place of what is there."""
        path = self.base / name
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(self.fill(target))

    def program(self, name: str) -> str:
        """Another copy of the program."""
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.mark, path)
        return str(path)

    def git(self, *words: str, data: str | None = None) -> str:
        """What git says when it prepares the trap, unarmed and in the repository."""
        done = subprocess.run(
            ["git", *words],
            cwd=self.repo,
            env=_quiet(self.base),
            input=data,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def forge(self, kind: str, content: bytes) -> str:
        """Stores an object that git would not make."""
        path = self.put("forged", content)
        return self.git("hash-object", "-w", "-t", kind, "--literally", str(path))

    def remove_object(self, name: str) -> Path:
        """Takes a loose object away; gives its path."""
        path = self.gitdir / "objects" / name[:2] / name[2:]
        path.unlink()
        return path

    def touch(self) -> None:
        """Makes what the index remembers of a file outdated, so that git looks at the file again."""
        for name in ("src/train.py", "README.md"):
            path = self.repo / name
            with contextlib.suppress(OSError):
                os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000_000))

    def marked(self) -> bool:
        """Whether the mark was left since the last time that this was asked."""
        there = self.marker.exists()
        self.marker.unlink(missing_ok=True)
        return there


def plain(trap: Trap, words: tuple[str, ...], data: bytes = b"", terminal: bool = False) -> tuple[bytes, bool]:
    """What git says by itself, as a user would run it in the armed trap; whether it had to be stopped."""
    trap.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = kept | {"HOME": str(trap.base / "home"), "XDG_CONFIG_HOME": str(trap.base / "home/.config")}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", **trap.environment}
    ours, theirs = os.openpty() if terminal else (-1, subprocess.PIPE)
    process = subprocess.Popen(
        ["git", *words],
        cwd=trap.repo / trap.start,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_little_memory,  # noqa: PLW1509  (one thread)
    )
    try:
        output, complaint = process.communicate(data, timeout=WAIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return b"", True
    finally:
        if terminal:
            os.close(ours)
            os.close(theirs)
    return output or b"", b"emory" in complaint


def _little_memory() -> None:
    """An endless file ends in "out of memory", not in a machine that swaps."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def make(base: Path) -> Trap:
    """An unarmed trap in a new folder."""
    base.mkdir(parents=True)
    shutil.copytree(_template(), base, dirs_exist_ok=True, symlinks=True)
    trap = Trap(base)
    Path(trap.mark).write_text(f'#!/bin/sh\necho "$0 $*" >> {trap.marker}\nexec cat\n')
    Path(trap.mark).chmod(0o755)
    trap.touch()
    return trap


def index(entries: dict[str, tuple[int, str]]) -> bytes:
    """An index file with names that git would not write: (mode, object) by name."""
    body = struct.pack(">4sLL", b"DIRC", 2, len(entries))
    for name, (mode, oid) in sorted(entries.items()):
        written = name.encode()
        entry = struct.pack(">10L20sH", *[0] * 6, mode, 0, 0, 0, bytes.fromhex(oid), min(len(written), 0xFFF)) + written
        body += entry + bytes(8 - len(entry) % 8)
    return body + hashlib.sha1(body).digest()


@functools.cache
def _template() -> Path:
    trap = Trap(Path(tempfile.mkdtemp(prefix="trap-")))
    atexit.register(shutil.rmtree, trap.base, ignore_errors=True)
    trap.repo.mkdir()
    trap.git("init", "-q", "-b", "main", "--template=")
    for name, text in FILES.items():
        trap.put(f"repo/{name}", text)
    for number in (1, 2):
        trap.put("repo/src/train.py", FILES["src/train.py"] * number)
        trap.git("add", "-A")
        trap.git("commit", "-q", "-m", f"commit {number}")
    trap.put(f"elsewhere/{SECRET}.txt")
    trap.put("elsewhere/private.txt", SECRET)
    trap.put("home/.gitconfig", "[user]\nname = Ada\nemail = ada@example.org\n")
    return trap.base


def _quiet(base: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    person = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **person, "HOME": str(base), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@contextlib.contextmanager
def surroundings(trap: Trap) -> Iterator[None]:
    """The environment of the trap for this process."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_") or name == "PRE_COMMIT":
            del os.environ[name]
    home = {"HOME": str(trap.base / "home"), "XDG_CONFIG_HOME": str(trap.base / "home/.config")}
    os.environ.update(home | trap.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
