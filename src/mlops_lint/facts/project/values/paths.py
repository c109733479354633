"""Folded paths to paths of the repository."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.values.model import ANCHOR, HOLE


def candidates(value: Any, written_in: str, project: Project) -> tuple[str, ...]:
    """Where a path may lie in the repository, likeliest first; nothing for paths outside or unknown ones.

    A relative path is seen from where the program runs: the project's folder, the root, the file's own folder.
    """
    if not isinstance(value, str | PurePosixPath):
        return ()
    text = str(value).replace("\\", "/")
    if not text or HOLE in text or text.startswith(("/", "~")) or "://" in text or text[1:2] == ":":
        return ()
    if text == ANCHOR or text.startswith(ANCHOR + "/"):
        found = _inside("", text[len(ANCHOR) :].lstrip("/"))
        return (found,) if found is not None else ()
    own = posixpath.dirname(written_in)
    folders = [project.folder, "", own]
    if written_in.endswith(".ipynb"):
        folders = [own, project.folder, ""]
    joined = [_inside(folder, text) for folder in folders]
    return tuple(dict.fromkeys(path for path in joined if path is not None))


def _inside(folder: str, path: str) -> str | None:
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == ".." or joined.startswith(("../", "/")):
        return None
    return "" if joined == "." else joined
