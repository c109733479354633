"""Whether an image brings a Python that the project says it does not run on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.project.reading import lines_of, text_of, toml_of, walk
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_FROM = re.compile(r"(?i)^FROM\s+(?:--\S+\s+)*(?:[\w.-]+(?::\d+)?/)*python:(\d+)\.(\d+)(?![\w$])")
_LEAST = re.compile(r"(?:>=|~=|==|\^|~)\s*(\d+)\.(\d+)")
Version = tuple[int, int]


def asked(view: RepoView, folder: str) -> tuple[Version, Location] | None:
    """The oldest Python that `requires-python`, Poetry or `.python-version` allows."""
    path = posixpath.join(folder, "pyproject.toml")
    tree = toml_of(view, path) if path in view.entries else None
    for keys in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        node = walk(tree, *keys) if tree is not None else None
        match = _LEAST.search(node.text) if isinstance(node, ScalarNode) else None
        if match and node is not None:
            return (int(match[1]), int(match[2])), Location(path, _line(view, path, match[0]))
    path = posixpath.join(folder, ".python-version")
    match = re.match(r"(\d+)\.(\d+)", (text_of(view, path) or "").strip()) if path in view.entries else None
    return ((int(match[1]), int(match[2])), Location(path, 1)) if match else None


def older(view: RepoView, folder: str, images: Iterable[str]) -> tuple[str, str, Location, Location] | None:
    """The Python of an image, the one that is asked for, and where both stand."""
    wanted = asked(view, folder)
    for path in images if wanted else ():
        for number, line in enumerate(lines_of(view, path), 1):
            match = _FROM.match(line)
            if match and wanted and (int(match[1]), int(match[2])) < wanted[0]:
                return f"{match[1]}.{match[2]}", "{}.{}".format(*wanted[0]), Location(path, number), wanted[1]
    return None


def _line(view: RepoView, path: str, text: str) -> int:
    lines = lines_of(view, path)
    return next((number for number, line in enumerate(lines, 1) if text in line and "python" in line), 1)
