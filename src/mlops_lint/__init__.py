"""mlops-lint: holds what an ML project claims against what its repository shows.

What packs of checks use is exported here, loaded only when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_EXPORTS = {
    "mlops_lint.model": (
        "Confidence", "Edit", "Evidence", "Finding", "Fix", "Grade", "Kind", "Location", "Outcome", "Related",
        "Result", "Results", "Severity", "State", "Unknown",
    ),
    "mlops_lint.errors": ("MlopsLintError", "PluginError"),
    "mlops_lint.checks": ("Check", "Outcomes", "Registry", "check", "load_packs"),
    "mlops_lint.facts.inject": ("Unavailable", "provides"),
    "mlops_lint.repo.view": ("RepoView", "Unreadable"),
    "mlops_lint.facts.project.project": ("Project", "Today"),
    "mlops_lint.facts.project.charter": ("Charter", "CharterFile"),
    "mlops_lint.facts.project.code": (
        "Absent", "Code", "Constant", "Definition", "Found", "Opaque", "Reach", "Use",
    ),
}  # fmt: skip
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}

if TYPE_CHECKING:
    from mlops_lint.checks import Check, Outcomes, Registry, check, load_packs
    from mlops_lint.errors import MlopsLintError, PluginError
    from mlops_lint.facts.inject import Unavailable, provides
    from mlops_lint.facts.project.charter import Charter, CharterFile
    from mlops_lint.facts.project.code import Absent, Code, Constant, Definition, Found, Opaque, Reach, Use
    from mlops_lint.facts.project.project import Project, Today
    from mlops_lint.model import (
        Confidence,
        Edit,
        Evidence,
        Finding,
        Fix,
        Grade,
        Kind,
        Location,
        Outcome,
        Related,
        Result,
        Results,
        Severity,
        State,
        Unknown,
    )
    from mlops_lint.repo.view import RepoView, Unreadable

__all__ = [
    "Absent", "Charter", "CharterFile", "Check", "Code", "Confidence", "Constant", "Definition", "Edit", "Evidence",
    "Finding", "Fix", "Found", "Grade", "Kind", "Location", "MlopsLintError", "Opaque", "Outcome", "Outcomes",
    "PluginError", "Project", "Reach", "Registry", "Related", "RepoView", "Result", "Results", "Severity", "State",
    "Today", "Unavailable", "Unknown", "Unreadable", "Use", "check", "load_packs", "provides",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mlops_lint' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
