"""What DVC, Git LFS and git-annex keep of the project's files, and where they keep it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.dvc import Dvc, read_dvc
from mlops_lint.facts.project.lfs import Lfs, read_lfs
from mlops_lint.facts.project.reading import parents, text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

Way = Literal["dvc", "lfs", "annex", "git"]
_ANNEX = re.compile(r"(?:^|/)\.git/annex/objects/|^/annex/objects/")


@dataclass(frozen=True, slots=True)
class Versioned:
    """How a path is versioned. `path` is the tracked path itself, or the folder above that stands for it."""

    way: Way
    path: str
    at: Location
    identified: bool = True
    """A content hash is recorded (DVC md5, LFS pointer); False: declared only, never run or never committed."""


@dataclass(frozen=True, slots=True)
class Versioning:
    """`annexed` are git-annex links or pointers."""

    view: RepoView
    dvc: Dvc | None
    lfs: Lfs | None
    annexed: Mapping[str, Location]

    def entry(self, path: str) -> Versioned | None:
        """How a file or folder is versioned: itself, by a folder above, or (a folder) by what lies below."""
        path = path.strip("/")
        return self._dvc(path) or self._annex(path) or self._lfs(path) or self._git(path)

    def _dvc(self, path: str) -> Versioned | None:
        if self.dvc is None:
            return None
        for folder in parents(path):
            if folder and (out := self.dvc.outs.get(folder)) is not None and not out.in_git:
                return Versioned("dvc", folder, out.at, out.md5 is not None)
        for below, out in self.dvc.outs.items():
            if path and below.startswith(path + "/") and not out.in_git:
                return Versioned("dvc", below, out.at, out.md5 is not None)
        return None

    def _annex(self, path: str) -> Versioned | None:
        found = next((p for p in self.annexed if p == path or p.startswith(path + "/")), None)
        return Versioned("annex", found, self.annexed[found]) if found is not None else None

    def _lfs(self, path: str) -> Versioned | None:
        if self.lfs is None:
            return None
        files = [path] if path in self.view.entries else self.view.under(path) if path else []
        for file in files:
            at = self.lfs.tracks(file)
            if at is not None and self.lfs.is_pointer(file) is not False:
                return Versioned("lfs", file, at, self.lfs.is_pointer(file) is True)
        return None

    def _git(self, path: str) -> Versioned | None:
        entry = self.view.entries.get(path)
        if entry is not None:
            return Versioned("git", path, Location(path)) if entry.tracked and self.view.is_git else None
        below = next((p for p in self.view.under(path) if self.view.entries[p].tracked), None) if path else None
        return Versioned("git", below, Location(below)) if below is not None and self.view.is_git else None


@provides
def versioning(view: RepoView) -> Versioning:
    """Of the whole repository: data may lie outside the project folder."""
    return Versioning(view, read_dvc(view), read_lfs(view), _annexed(view))


def _annexed(view: RepoView) -> dict[str, Location]:
    # Unlocked files are pointers with ordinary modes: looked for only where an attribute names the filter.
    unlocked = any(
        "filter=annex" in (text_of(view, path) or "")
        for path in view.entries
        if posixpath.basename(path) == ".gitattributes"
    )
    found: dict[str, Location] = {}
    for path, entry in view.entries.items():
        if entry.mode == "120000" or (unlocked and entry.size is not None and entry.size < 500):
            blob = view.blob(path)
            if blob is not None and len(blob) < 1_000 and _ANNEX.search(blob.decode("utf-8", "replace")):
                found[path] = Location(path)
    return found
