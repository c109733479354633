"""The repository as the next commit would have it: names and bytes of the index."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.repo import gitparse
from mlops_lint.repo.disk import exists_inside
from mlops_lint.repo.gitfolder import GitFolder, GitUnreadable
from mlops_lint.repo.gitview import BlobView
from mlops_lint.repo.revision import require_git
from mlops_lint.repo.view import FileEntry, RepoView


def open_staged(root: Path) -> RepoView:
    """The index of the repository around a path; raises `UsageError` if there is none to read."""
    try:
        return StagedView(require_git(root))
    except GitUnreadable as error:
        raise UsageError(f"the index cannot be read: {error}") from None


class StagedView(BlobView):
    """The index; ignored files, which no commit can bring, are still looked for on the disk."""

    def __init__(self, folder: GitFolder) -> None:
        super().__init__(folder)
        try:
            index = gitparse.index_entries(self._git.run("index"))
        except ValueError as error:
            self.close()
            raise GitUnreadable(f"its list of files is malformed ({error})") from None
        except GitUnreadable:
            self.close()
            raise
        self._entries = {path: entry.entry() for path, entry in index.items()}
        for entry in index.values():
            if entry.conflict:
                self.note(entry.path, "has a merge conflict: our side was read")

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        """See `RepoView`."""
        return self._entries

    def on_disk(self, path: str) -> bool:
        """Whether the index has it, or it is on the disk and ignored."""
        return super().on_disk(path) or (exists_inside(self._folder.root, path) and self.ignored(path))

    @cached_property
    def dirty(self) -> bool | None:
        """Whether something is staged."""
        if not self._head_known:
            return None
        if self.commit is None:
            return bool(self._entries)
        try:
            return bool(self._git.run("staged", self.commit))
        except GitUnreadable:
            return None
