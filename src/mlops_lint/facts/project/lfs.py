"""Git LFS: the patterns of .gitattributes and the pointers that git stores."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from mlops_lint.documents.wildmatch import MAX_RULES, glob
from mlops_lint.facts.project.reading import text_of, within
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

POINTER = b"version https://git-lfs.github.com/spec/v1"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One line of a .gitattributes file that sets or unsets the LFS filter."""

    folder: str
    pattern: str
    lfs: bool
    at: Location

    def matches(self, path: str) -> bool:
        """Git's rules: a pattern with a slash is anchored, one without matches the base name at any depth."""
        if not within(path, self.folder) or path == self.folder:
            return False
        relative = path[len(self.folder) + 1 :] if self.folder else path
        pattern = self.pattern
        if "/" not in pattern:
            relative = posixpath.basename(relative)
        return glob(pattern.lstrip("/")).matches(relative)


@dataclass(frozen=True, slots=True)
class Lfs:
    """`patterns` in git's order of precedence: deeper files and later lines win, so they come last."""

    view: RepoView
    patterns: tuple[Attribute, ...]

    def tracks(self, path: str) -> Location | None:
        """The line that hands a path to LFS."""
        last = next((attribute for attribute in reversed(self.patterns) if attribute.matches(path)), None)
        return last.at if last is not None and last.lfs else None

    def is_pointer(self, path: str) -> bool | None:
        """Whether git stores a pointer instead of the content; None where the blob cannot be had."""
        blob = self.view.blob(path)
        return None if blob is None else blob.startswith(POINTER)


def read_lfs(view: RepoView) -> Lfs | None:
    """None where no attribute names the LFS filter."""
    files = [path for path in view.entries if posixpath.basename(path) == ".gitattributes"]
    found: list[Attribute] = []
    for path in sorted(files, key=lambda path: path.count("/")):
        for number, line in enumerate((text_of(view, path) or "").split("\n"), 1):
            attribute = _attribute(posixpath.dirname(path), line, Location(path, number))
            if attribute is not None:
                found.append(attribute)
    if len(found) > MAX_RULES:
        view.note(found[0].at.path, f"more than {MAX_RULES} patterns in .gitattributes: the last ones count")
        found = found[-MAX_RULES:]
    return Lfs(view, tuple(found)) if any(attribute.lfs for attribute in found) else None


_LINE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))\s+(.*)')


def _attribute(folder: str, line: str, at: Location) -> Attribute | None:
    match = _LINE.match(line)
    if match is None or line.lstrip().startswith(("#", "[attr]")):
        return None
    pattern = (match[1] or match[2] or "").replace("[[:space:]]", " ")
    for word in match[3].split():
        if word.startswith("filter="):
            return Attribute(folder, pattern, word == "filter=lfs", at)
        if word in ("-filter", "!filter"):
            return Attribute(folder, pattern, False, at)
    return None
