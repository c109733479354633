"""Finds the git folder of a path and resolves HEAD in plain Python: git never sees the repository's own config."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops_lint.repo.disk import slurp

HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_SHA256 = re.compile(rb'^[ \t]*objectformat[ \t]*=[ \t]*"?sha256"?[ \t\r]*$', re.IGNORECASE | re.MULTILINE)
_OWN_REFS = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_PACKED_LIMIT = 64_000_000
_MAX_REFS = 20_000
_LINKS = 5


class GitUnreadable(Exception):  # noqa: N818  (a state of the repository, not a fault of ours)
    """git's data of a repository cannot be used; the message completes "git: ..."."""


@dataclass(frozen=True, slots=True)
class GitFolder:
    """Where a repository keeps its data; `gitdir` and `common` differ in a linked work tree."""

    root: str
    gitdir: str
    common: str
    index: str
    hook: bool

    @property
    def sha256(self) -> bool:
        """Whether object names are SHA-256."""
        return _SHA256.search(slurp(f"{self.common}/config", 1_000_000) or b"") is not None

    @property
    def shallow(self) -> bool:
        """Whether the history was cut off by the clone."""
        return bool(slurp(f"{self.common}/shallow", 10_000_000))

    @property
    def reftable(self) -> bool:
        """Whether references are in the binary format, which is not read here."""
        return Path(self.common, "reftable").is_dir()


def find(start: str, environ: Mapping[str, str]) -> GitFolder | None:
    """The repository around a real path; raises `GitUnreadable` for a `.git` file that leads nowhere."""
    try:
        return _find(start, environ)
    except OSError as error:
        raise GitUnreadable(f"its folder cannot be looked into ({error.strerror})") from None
    except ValueError:
        raise GitUnreadable("its folder names a path that no path can be") from None


def _find(start: str, environ: Mapping[str, str]) -> GitFolder | None:
    ceilings = {os.path.realpath(path) for path in environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    device = Path(start).stat().st_dev
    for folder in (Path(start), *Path(start).parents):
        if folder.stat().st_dev != device or (str(folder) in ceilings and str(folder) != start):
            return None
        gitdir = _gitdir(folder / ".git")
        if gitdir is not None:
            return _with_environment(str(folder), gitdir, environ)
    return None


def _gitdir(marker: Path) -> str | None:
    if marker.is_dir():
        gitdir = os.path.realpath(marker)
        return gitdir if is_repository(gitdir) else None
    if not marker.is_file():
        return None
    text = slurp(str(marker), 4096)
    if text is None or not text.startswith(b"gitdir:"):
        raise GitUnreadable(f"{str(marker)!r} is not a git folder and does not name one")
    gitdir = os.path.realpath(marker.parent / os.fsdecode(text[7:].strip()))
    if not is_repository(gitdir):
        raise GitUnreadable("the `.git` file names a folder that is not there or holds no repository")
    return gitdir


def _common(gitdir: str) -> str:
    text = slurp(f"{gitdir}/commondir", 4096)
    return os.path.realpath(Path(gitdir, os.fsdecode(text.strip()))) if text else gitdir


def is_repository(gitdir: str) -> bool:
    """Whether a folder is what git keeps its data in, be it a bare repository."""
    try:
        common = _common(gitdir)
        return os.path.lexists(f"{gitdir}/HEAD") and Path(common, "objects").is_dir() and Path(common, "refs").is_dir()
    except ValueError:
        return False


def _with_environment(root: str, gitdir: str, environ: Mapping[str, str]) -> GitFolder:
    """Honours what git sets for its hooks, if it is about this repository and not about one around or beside it."""
    named = environ.get("GIT_DIR")
    index = environ.get("GIT_INDEX_FILE")
    ours = named is not None and os.path.realpath(named) == gitdir
    if index:
        index = os.path.realpath(index)
        if not ours and (named is not None or str(Path(index).parent) != gitdir):
            index = None
    hook = ours or index is not None or "PRE_COMMIT" in environ
    return GitFolder(root, gitdir, _common(gitdir), index or f"{gitdir}/index", hook)


def head(folder: GitFolder) -> str | None:
    """The commit that HEAD names; None before the first one. Raises `GitUnreadable` for what this cannot read."""
    text = _head_text(folder.gitdir)
    for _ in range(_LINKS):
        if HASH.fullmatch(text):
            return text
        name = text[4:].strip() if text.startswith("ref:") else ""
        if folder.reftable:
            raise GitUnreadable("references are in the reftable format, which is not read here")
        if not _is_ref(name):
            raise GitUnreadable("HEAD is malformed")
        found = _reference(folder, name)
        if found is None:
            return None
        text = found
    raise GitUnreadable("HEAD goes round in circles")


def _head_text(gitdir: str) -> str:
    path = Path(gitdir, "HEAD")
    if path.is_symlink():
        return f"ref: {path.readlink().as_posix()}"
    return os.fsdecode(slurp(str(path), 4096) or b"").strip()


def _is_ref(name: str) -> bool:
    parts = name.split("/")
    return _REF.fullmatch(name) is not None and not any(
        not part or part.startswith(".") or part.endswith(".lock") or ".." in part for part in parts
    )


def _reference(folder: GitFolder, name: str) -> str | None:
    base = folder.gitdir if name.startswith(_OWN_REFS) else folder.common
    loose = slurp(f"{base}/{name}", 4096)
    if loose is not None:
        return os.fsdecode(loose).strip()
    packed = slurp(f"{folder.common}/packed-refs", _PACKED_LIMIT) or b""
    found = re.search(rb"^([0-9a-f]{40,64}) " + re.escape(os.fsencode(name)) + rb"\r?$", packed, re.MULTILINE)
    return found[1].decode() if found else None


def references(folder: GitFolder) -> Iterator[tuple[str, bytes]]:
    """Every loose reference, `packed-refs` and the heads beside HEAD as (path in the git folder, content)."""
    packed = slurp(f"{folder.common}/packed-refs", _PACKED_LIMIT)
    if packed is not None:
        yield "packed-refs", packed
    for name in ("FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD"):
        content = slurp(f"{folder.gitdir}/{name}", 1_000_000)
        if content is not None:
            yield name, content
    for count, path in enumerate(_loose(folder.common)):
        content = slurp(f"{folder.common}/{path}", 4096)
        text = os.fsdecode(content or b"").strip()
        if HASH.fullmatch(text) or (text.startswith("ref:") and _is_ref(text[4:].strip())):
            yield path, text.encode(errors="surrogateescape") + b"\n"
        if count >= _MAX_REFS:
            return


def _loose(common: str) -> Iterator[str]:
    folders = ["refs"]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(f"{common}/{folder}") as scan:
                items = sorted(scan, key=lambda item: item.name)
        except OSError:
            continue
        for item in items:
            if item.is_dir(follow_symlinks=False):
                folders.append(f"{folder}/{item.name}")
            elif item.is_file(follow_symlinks=False) and _is_ref(f"{folder}/{item.name}"):
                yield f"{folder}/{item.name}"
