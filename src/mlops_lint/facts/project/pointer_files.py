"""Finds the file, folder or glob that a pointer names, by what git and DVC know rather than by the disk."""

from __future__ import annotations

import difflib
import fnmatch
import posixpath
import re
from collections.abc import Collection, Mapping

from mlops_lint.facts.project.pointer_targets import Broken, FileTarget, FolderTarget, Hidden
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.repo.view import GITLINK, SYMLINK, RepoView, Unreadable

_LFS = b"version https://git-lfs.github.com/spec/"
_WRITERS = re.compile(r"\.(py|ipynb|sh|ya?ml|toml|r|R|jl)$|(^|/)(Makefile|justfile|Snakefile)$")
_CATALOGUE = re.compile(r"(^|/)conf/.*catalog[^/]*(/.*)?\.ya?ml$")
MAX_WRITERS = 2_000
MAX_GLOB_FILES = 10_000


class Files:
    """Paths of one project; `outs` maps DVC's outputs (repository paths) to the places that declare them."""

    def __init__(
        self, view: RepoView, project: Project, outs: Mapping[str, Location], annexed: Collection[str] = ()
    ) -> None:
        self.view = view
        self.project = project
        self.outs = outs
        self.annexed = annexed
        self._lower: dict[str, list[str]] | None = None

    def locate(self, text: str) -> FileTarget | FolderTarget | Broken | Hidden:
        """What a path or glob of the charter names."""
        path = self.absolute(text)
        if path is None:
            return Broken("leaves the repository")
        if "\x00" in path or len(path) > 4096:
            return Broken("is no path")
        return self._exact(path) or self._glob(path) or self._missing(path, text)

    def absolute(self, text: str) -> str | None:
        """The path relative to the repository's root; None where it leads out of it."""
        if text.startswith("/") and not text.startswith("//"):
            return None
        path = posixpath.normpath(self.project.join(text) or ".")
        return None if path.startswith(("../", "/")) or path == ".." else "" if path == "." else path

    def has(self, text: str) -> bool:
        """Whether a file of exactly that name is there, special characters and all."""
        return self.absolute(text) in self.view.entries

    def relative(self, path: str) -> str:
        """The path as the charter would write it."""
        folder = self.project.folder
        if not folder:
            return path
        return path[len(folder) + 1 :] if path.startswith(folder + "/") else f"//{path}"

    def is_lfs(self, path: str) -> bool:
        """Whether git keeps only an LFS pointer of the file."""
        entry = self.view.entries[path]
        if entry.tracked and (stored := self.view.blob(path)) is not None:
            return stored.startswith(_LFS)
        if entry.size is None or not 0 < entry.size <= 1024:
            return False
        try:
            return self.view.read(path).startswith(_LFS)
        except Unreadable:
            return False

    def _exact(self, path: str) -> FileTarget | FolderTarget | Hidden | None:
        entry = self.view.entries.get(path)
        if entry is not None and entry.mode == GITLINK:
            return Hidden("is a submodule, which is not looked into")
        out = self._out(path)
        if entry is not None and (entry.tracked or out is None):
            return self._entry(path, entry.mode)
        if out is not None:
            return FileTarget(path, out, "dvc")
        if path == "" or self.view.is_dir(path):
            return FolderTarget(path, tuple(self.view.under(path)), Location(path))
        if held := self._outs_under(path):
            return FileTarget(path, held, "dvc")
        for parent in _parents(path):
            above = self.view.entries.get(parent)
            if above is not None and above.mode in (GITLINK, SYMLINK):
                return Hidden("lies behind a submodule or a symbolic link, which is not looked into")
        return self._output(path)

    def _entry(self, path: str, mode: str) -> FileTarget | Hidden:
        if path in self.annexed:
            return FileTarget(path, Location(path), "annex")
        if mode == SYMLINK:
            try:
                self.view.read(path)
            except Unreadable:
                return Hidden("is a symbolic link that is not followed")
        standin = "lfs" if mode != SYMLINK and self.is_lfs(path) else ""
        return FileTarget(path, Location(path), standin)

    def _out(self, path: str) -> Location | None:
        for candidate in (path, *_parents(path)):
            if candidate in self.outs:
                return self.outs[candidate]
        return None

    def _outs_under(self, path: str) -> Location | None:
        held = sorted(out for out in self.outs if out.startswith(path + "/"))
        return self.outs[held[0]] if held else None

    def _output(self, path: str) -> FileTarget | None:
        """A path that git ignores and that a file of the repository mentions as its output."""
        if not (self.view.ignored(path) or self.view.ignored(path + "/")):
            return self._catalogued(path)
        name = posixpath.basename(path).encode()
        writers = [other for other in self.view.entries if _WRITERS.search(other) and self._writes(other)]
        for writer in writers[:MAX_WRITERS]:
            try:
                data = self.view.read(writer)[:1_000_000]
            except Unreadable:
                continue
            if name in data:
                line = data.count(b"\n", 0, data.index(name)) + 1
                return FileTarget(path, Location(writer, line), "output")
        return None

    def _catalogued(self, path: str) -> FileTarget | None:
        """A data set that a catalogue (Kedro's) keeps there when the pipeline has run."""
        name = re.compile(rf"^\s*filepath:\s*[\"']?{re.escape(self.relative(path))}[\"']?\s*$", re.MULTILINE)
        for other in self.view.entries:
            if _CATALOGUE.search(other) and self._writes(other):
                try:
                    text = self.view.read(other)[:1_000_000].decode(errors="replace")
                except Unreadable:
                    continue
                if (found := name.search(text)) is not None:
                    line = text.count("\n", 0, found.end()) + 1
                    return FileTarget(path, Location(other, line), "output")
        return None

    def _writes(self, path: str) -> bool:
        return self.project.owns(path) and path != self.project.charter_path and not path.startswith(".git")

    def _glob(self, path: str) -> FolderTarget | FileTarget | None:
        if not re.search(r"[*?\[]", path):
            return None
        parts = path.split("/")
        fixed = []
        for part in parts[:-1]:
            if re.search(r"[*?\[]", part):
                break
            fixed.append(part)
        folder = "/".join(fixed)
        found = [other for other in self.view.under(folder)[:MAX_GLOB_FILES] if _matches(parts, other.split("/"))]
        if found:
            return FolderTarget(path, tuple(found), Location(folder or found[0]))
        for out in sorted(self.outs):
            if _matches(parts, out.split("/")):
                return FileTarget(out, self.outs[out], "dvc")
        return None

    def _missing(self, path: str, text: str) -> Broken:
        near = self.near(path)
        if near and near[0].casefold() == path.casefold():
            reason = "is there in another spelling only: upper and lower case differ"
        elif self.view.ignored(path):
            reason = "is not in the repository: git ignores that path, and nothing here says what writes it"
        elif "*" in text:
            reason = "matches no file"
        else:
            reason = "is not in the repository"
        return Broken(reason, tuple(self.relative(other) for other in near))

    def near(self, path: str) -> list[str]:
        """Up to three paths that look like it: other case, other folder, other spelling."""
        names = self._names()
        found = [other for other in names.get(posixpath.basename(path).casefold(), []) if other != path]
        same = [other for other in found if other.casefold() == path.casefold()]
        siblings = self.view.under(posixpath.dirname(path))[:5_000]
        close = difflib.get_close_matches(path, siblings, n=3, cutoff=0.75)
        spelled = difflib.get_close_matches(posixpath.basename(path).casefold(), list(names)[:5_000], n=2, cutoff=0.85)
        others = [names[name][0] for name in spelled]
        return list(dict.fromkeys([*same, *found[:2], *close, *others]))[:3]

    def _names(self) -> dict[str, list[str]]:
        if self._lower is None:
            self._lower = {}
            folders = {parent for path in self.view.entries for parent in _parents(path)}
            for path in (*self.view.entries, *sorted(folders)):
                self._lower.setdefault(posixpath.basename(path).casefold(), []).append(path)
        return self._lower


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def _matches(pattern: list[str], path: list[str]) -> bool:
    """Whether a path matches a glob whose `**` stands for any number of folders."""
    reached = {0}
    for part in pattern:
        if part == "**":
            reached = set(range(min(reached), len(path) + 1)) if reached else set()
            continue
        reached = {at + 1 for at in reached if at < len(path) and fnmatch.fnmatchcase(path[at], part)}
    return len(path) in reached
