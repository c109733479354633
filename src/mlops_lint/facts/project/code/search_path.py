"""Folders that tests, notebooks and scripts put on Python's search path, by hand or in pytest's settings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from mlops_lint.facts.project.code.modules import Module
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import RepoView

_ADDS = re.compile(r"\bsys\.path\.(?:insert|append)\((.{1,300})")
_QUOTED = re.compile(r"[\"']([\w./-]+)[\"']")
_PYTEST = re.compile(r"^[ \t]*pythonpath[ \t]*=[ \t]*((?:\[[^\]]*\])|.*(?:\n[ \t]+\S+)*)", re.MULTILINE)
_SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "setup.cfg", "tox.ini")


def added(
    view: RepoView, project: Project, modules: Mapping[str, Module], folders: Collection[str]
) -> list[tuple[str, str]]:  # fmt: skip
    """(folder whose files see it, folder that is searched)."""
    found = list(_by_pytest(view, project, folders))
    for path, module in modules.items():
        if not any(use.call and use.chain.startswith("sys.path.") for use in module.symbols.uses):
            continue
        own = posixpath.dirname(path)
        for match in _ADDS.finditer((text_of(view, path) or "").replace('\\"', '"')):
            written = posixpath.join("", *_QUOTED.findall(match[1]))
            plain = re.sub(r"^(?:\.{1,2}/)+", "", written.strip("/") + "/").strip("/")
            for base in (own, project.folder, *_above(own)):
                if plain and posixpath.join(base, plain) in folders:
                    found.append((own, posixpath.join(base, plain)))
                    break
    return list(dict.fromkeys(found))


def _by_pytest(view: RepoView, project: Project, folders: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in _SETTINGS:
        path = posixpath.join(project.folder, name)
        text = text_of(view, path) if path in view.entries else None
        match = _PYTEST.search(text) if text else None
        for word in re.findall(r"[\w./-]+", match[1]) if match else ():
            folder = posixpath.normpath(posixpath.join(project.folder, word))
            if folder in folders:
                yield posixpath.join(project.folder, "tests"), folder


def _above(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, -1, -1)]
