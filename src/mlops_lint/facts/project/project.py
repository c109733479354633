"""What a run gives to every fact: which project, and which day it is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a charter (or where one is missing); `folder` is "" at the root.

    `nested` are folders of other projects below, whose files are not this project's.
    """

    folder: str
    charter_path: str
    nested: tuple[str, ...] = ()

    def owns(self, path: str) -> bool:
        """Whether a file belongs to this project."""
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
