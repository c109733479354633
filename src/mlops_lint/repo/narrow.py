"""A view with some of its files left out, as a configuration's `exclude` asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from mlops_lint.repo.view import Commit, FileEntry, RepoView


class NarrowedView(RepoView):
    """`view` without the entries that `excluded` names; it can only show less."""

    def __init__(self, view: RepoView, excluded: Callable[[str], bool]) -> None:
        super().__init__()
        self._view = view
        self._excluded = excluded
        self.notices = view.notices
        self._noted = view._noted
        self.name = view.name
        self.root = view.root
        self.is_git = view.is_git
        self.commit = view.commit
        self.shallow = view.shallow
        self.git_unreadable = view.git_unreadable
        self._entries = {path: entry for path, entry in view.entries.items() if not excluded(path)}

    @property
    def entries(self) -> Mapping[str, FileEntry]:
        return self._entries

    @property
    def dirty(self) -> bool | None:
        return self._view.dirty

    def _read(self, path: str, limit: int) -> bytes:
        return self._view.read(path, limit)

    def on_disk(self, path: str) -> bool:
        return self._view.on_disk(path)

    def ignored(self, path: str) -> bool:
        return self._view.ignored(path)

    def blob(self, path: str) -> bytes | None:
        return self._view.blob(path)

    def stored(self, oid: str) -> bytes | None:
        return self._view.stored(oid)

    def tracked_paths(self) -> Collection[str]:
        return [path for path in self._view.tracked_paths() if not self._excluded(path)]

    def sizes(self, paths: Iterable[str]) -> dict[str, int | None]:
        return self._view.sizes(paths)

    def history(self, limit: int = 500) -> tuple[Commit, ...]:
        return self._view.history(limit)

    def close(self) -> None:
        self._view.close()
