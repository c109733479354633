"""The programs that a project installs under names of their own: `keep-prepare = "keep.prepare:main"`."""

from __future__ import annotations

import posixpath
import re

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import mapping, text_of, toml_of, walk, word
from mlops_lint.facts.project.runners_python import ini
from mlops_lint.repo.view import RepoView

_TABLES = (("project", "scripts"), ("tool", "poetry", "scripts"))
_LINE = re.compile(r"(?<![\w.-])([\w.-]+)[ \t]*=[ \t]*([\w.]+:[\w.]+)")
_LISTED = re.compile(r"console_scripts[\"']?\s*:\s*\[([^\]]*)\]")


def console_scripts(view: RepoView, project: Project) -> dict[str, str]:
    """Name of a program -> `module:function`, out of the project's own packaging files."""
    found: dict[str, str] = {}
    for path in view.entries:
        base = posixpath.basename(path)
        if project.owns(path) and base in ("pyproject.toml", "setup.cfg", "setup.py"):
            found |= _toml(view, path) if base.endswith(".toml") else dict(_LINE.findall(_other(view, path)))
    return found


def _toml(view: RepoView, path: str) -> dict[str, str]:
    tree = toml_of(view, path)
    entries = [entry for table in _TABLES for entry in mapping(walk(tree, *table))]
    return {key.text: word(node) for key, node in entries if isinstance(node, ScalarNode) and ":" in word(node)}


def _other(view: RepoView, path: str) -> str:
    text = text_of(view, path) or ""
    if path.endswith(".py"):
        return "\n".join(match[1].replace(",", "\n") for match in _LISTED.finditer(text))
    config = ini(text)
    section = "options.entry_points"
    return config.get(section, "console_scripts", fallback="") if config.has_section(section) else ""
