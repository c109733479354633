"""The repository as a commit has it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.repo import gitparse
from mlops_lint.repo.disk import real
from mlops_lint.repo.gitfolder import HASH, GitFolder, GitUnreadable, find
from mlops_lint.repo.gitview import BlobView
from mlops_lint.repo.view import FileEntry, RepoView


def open_revision(root: Path, rev: str) -> RepoView:
    """The tree of a branch, tag or commit; raises `UsageError` if there is none of that name."""
    try:
        return RevisionView(require_git(root), rev)
    except GitUnreadable as error:
        raise UsageError(f"{rev!r} cannot be read: {error}") from None


def merge_base(root: Path, rev: str) -> str:
    """The commit where HEAD's history left that of `rev`; raises `UsageError` if they share none that is here."""
    with_rev = open_revision(root, rev)
    assert isinstance(with_rev, RevisionView)
    with with_rev:
        found = with_rev.merge_base_with_head()
        if found is None:
            cut = " (the history is cut off: this is a shallow clone)" if with_rev.shallow else ""
            raise UsageError(f"HEAD and {rev!r} have no common commit here{cut}")
        return found


def require_git(root: Path) -> GitFolder:
    """The git folder around a path; raises `UsageError` if there is none."""
    folder = find(real(root), os.environ)
    if folder is None:
        raise UsageError(f"{str(root)!r} is not in a git repository")
    return folder


class RevisionView(BlobView):
    """A commit's tree; nothing of the work tree shines through."""

    def __init__(self, folder: GitFolder, revision: str) -> None:
        super().__init__(folder)
        self._head = self.commit
        try:
            if not HASH.fullmatch(revision):
                self._git.copy_references()
            found = self._git.resolve(revision)
            if found is None:
                cut = " (this is a shallow clone: fetch more of the history)" if self.shallow else ""
                raise UsageError(f"git knows no commit {revision!r} here{cut}")
            self.commit = found
            self._entries = gitparse.tree_entries(self._git.run("tree", found))
        except ValueError as error:
            self.close()
            raise GitUnreadable(f"its list of files is malformed ({error})") from None
        except (GitUnreadable, UsageError):
            self.close()
            raise

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        """See `RepoView`."""
        return self._entries

    @cached_property
    def dirty(self) -> bool | None:
        """A commit is never dirty."""
        return False

    def merge_base_with_head(self) -> str | None:
        """The best common ancestor of HEAD and this commit."""
        if self._head is None or self.commit is None:
            return None
        try:
            found = self._git.run("merge-base", self._head, self.commit).decode("ascii", "replace").split("\n")[0]
        except GitUnreadable:
            return None
        return found if HASH.fullmatch(found) else None
