"""What a run gives to every fact: which project, and which day it is."""

from __future__ import annotations

import datetime
import posixpath
from dataclasses import dataclass

_STEMS = ("mlproject", "ml-project", "ml_project")


def almost_charter(path: str) -> bool:
    """Whether a name differs from a charter's in case, in spelling or in `.yml` alone; the charter's own fits, too."""
    stem, ending = posixpath.splitext(posixpath.basename(path).lower())
    return stem in _STEMS and ending in (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Project:
    """A charter and its folder (or one where it is missing); `folder` is "" at the root.

    `nested` are folders of other projects below, whose files are not this project's; `shared` are those outside of its
    folder that `project.code` of its charter names (`//libs/pricing`).
    """

    folder: str
    charter_path: str
    nested: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How reports name it: its folder, or its charter where that has a name of its own (`price.mlproject.yaml`)."""
        named = not f"/{self.charter_path}".endswith("/mlproject.yaml")
        return self.charter_path if named else self.folder or "."

    def owns(self, path: str) -> bool:
        """Whether a file belongs to this project."""
        if any(path == place or path.startswith(place + "/") for place in self.shared):
            return True
        if self.folder and not path.startswith(self.folder + "/"):
            return False
        return not any(path.startswith(folder + "/") for folder in self.nested)

    def join(self, path: str) -> str:
        """A path written in the charter, relative to the repository's root."""
        path = path.removeprefix("./")
        if path.startswith("//"):
            return path[2:].rstrip("/")
        return (f"{self.folder}/{path}" if self.folder else path).rstrip("/")


@dataclass(frozen=True, slots=True)
class Today:
    """The day that dated rules are judged by; `MLOPS_LINT_TODAY` replaces it."""

    date: datetime.date
