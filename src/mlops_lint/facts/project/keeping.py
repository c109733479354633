"""Whether a path is kept the way the charter says: by DVC, Git LFS, git-annex or plain git."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import Versioned, Versioning
from mlops_lint.model import Grade, Location
from mlops_lint.repo.view import RepoView

WAYS = {"dvc": "dvc", "git-lfs": "lfs", "git": "git", "git-annex": "annex"}
_TOOLS = {"dvc": "DVC", "lfs": "Git LFS", "git": "plain git", "annex": "git-annex"}
_MENDS = {
    "dvc": "`dvc add {0}`, and commit the pointer",
    "lfs": "`git lfs track {0}`, then `git add --renormalize {0}`",
    "git": "`git add {0}`, or say what really keeps it",
    "annex": "`git annex add {0}`",
}
_SIGNS = (".dvc/config", "dvc.lock", "dvc.yaml", ".gitattributes", ".gitignore")


@dataclass(frozen=True, slots=True)
class Kept:
    """It is kept that way."""

    at: Location
    grade: Grade


@dataclass(frozen=True, slots=True)
class NotKept:
    """It is not; `note` says what stands at `at`, `mend` what to do."""

    message: str
    at: Location
    note: str
    mend: str


@dataclass(frozen=True, slots=True)
class Untold:
    """It cannot be told."""

    reason: str
    at: Location | None = None


Answer: TypeAlias = Kept | NotKept | Untold


class Keeping:
    """Answers for `versioned_with` beside a path."""

    def __init__(self, versioning: Versioning, view: RepoView, project: Project) -> None:
        self.versioning = versioning
        self.view = view
        self.project = project

    def of(self, how: str, path: str | None, charter: str) -> Answer:
        """`path` as the charter writes it; `charter` is the charter's own path, where nothing else can be shown."""
        if how not in WAYS or path is None:
            return Untold(f"what {how} keeps lies outside the repository")
        if how != "dvc" and not self.view.is_git:
            return Untold("there is no git data to read here, so nothing can be told of what git keeps")
        joined = self.project.join(path)
        return self._dvc(joined, charter) if how == "dvc" else self._kept(WAYS[how], joined, charter)

    def any(self, path: str) -> Versioned | None:
        """Whatever keeps a path of the charter."""
        return self.versioning.entry(self.project.join(path))

    def _dvc(self, path: str, charter: str) -> Answer:
        dvc, found = self.versioning.dvc, self.versioning.entry(path)
        if dvc is None or found is None or found.way != "dvc":
            if dvc is not None and dvc.unread:
                return Untold(f"{dvc.unread[0]} cannot be read and may name {path}", Location(dvc.unread[0]))
            return self._kept("dvc", path, charter)
        if not dvc.remotes:
            message = f"{path} has a DVC entry, and no remote is set: nobody else can pull it"
            return NotKept(message, found.at, "the entry", "`dvc remote add -d NAME URL`, then `dvc push`")
        if dvc.default and dvc.default not in dvc.remotes and len(dvc.roots) == 1:
            remote = next(iter(dvc.remotes.values()))
            message = f"{path} is pulled from the remote {dvc.default!r}, and only {', '.join(dvc.remotes)} is set"
            return NotKept(message, remote.at, "the remote that is there", "name it in `core.remote`")
        if not dvc.pullable:
            remote = next(iter(dvc.remotes.values()))
            message = f"{path} is pushed to a folder of one machine ({remote.url}): nobody else can pull it"
            return NotKept(message, remote.at, "the remote", "add a remote that others can reach, then `dvc push`")
        return Kept(found.at, Grade.AGREED if found.identified else Grade.PRESENT)

    def _kept(self, way: str, path: str, charter: str) -> Answer:
        """Hold a claim that is settled by what keeps the path."""
        lfs, view, found = self.versioning.lfs, self.view, self.versioning.entry(path)
        mend = _MENDS[way].format(path)
        if found is not None and found.way == way:
            return Kept(found.at, Grade.LINKED if way == "git" else Grade.AGREED)
        if way == "lfs" and found is not None and lfs and (at := lfs.tracks(path)):
            return NotKept(f"{path} is in git as the data itself, not as a Git LFS pointer", at, "the attribute", mend)
        if found is not None:
            message = f"{path} is not kept by {_TOOLS[way]}: it is in {_TOOLS[found.way]}"
            return NotKept(message, found.at, f"in {_TOOLS[found.way]}", mend)
        if path in view.entries or view.is_dir(path) or view.on_disk(path):
            return NotKept(f"{path} is in the work tree and nothing keeps it", Location(path), "not tracked", mend)
        if any(character in path for character in "*?["):
            return Untold(f"{path} matches no tracked file")
        if way == "git" and not view.ignored(path):
            return Untold(f"{path} does not exist (CH005)")
        sign = next((sign for sign in _SIGNS if sign in view.entries), charter)
        message = f"nothing in this repository puts {path} under {_TOOLS[way]}"
        return NotKept(message, Location(sign), f"no word of {path}", mend)


@provides
def keeping(versioning: Versioning, view: RepoView, project: Project) -> Keeping:
    """Looked up when asked."""
    return Keeping(versioning, view, project)
