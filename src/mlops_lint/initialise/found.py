"""What the drafts are made of: the facts of one project, and pointers to its places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlops_lint.facts.project.ci import Ci
from mlops_lint.facts.project.code import Code, Use
from mlops_lint.facts.project.dependencies import Dependencies
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.ownership import Ownership
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.tests import Tests
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Writes
from mlops_lint.initialise.tree import Value
from mlops_lint.model import Location
from mlops_lint.practices.baselines import BaselineImplemented
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.measuring import MetricComputed
from mlops_lint.repo.view import RepoView

NOT_STATED = "not stated yet"
_SYMBOL = re.compile(r"[^:#\s]+\.py::[A-Za-z_][\w.]*|[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_PATH = re.compile(r"(?!/[^/])(?!/$)(?!\.\./)(?!\.\.$)(?!.*/\.\./)(?!.*/\.\.$)[^\x00]+")
_VALUE = re.compile(r"[^#\s]+\.(?:json|jsonl|ya?ml|toml|csv)#/[^\n]*")
_MAX = 480


@dataclass(frozen=True, slots=True)
class Found:
    """The facts that a draft reads."""

    view: RepoView
    project: Project
    code: Code
    own: OwnCode
    knowledge: Knowledge
    metrics: Metrics
    versioning: Versioning
    dependencies: Dependencies
    ownership: Ownership
    tests: Tests
    ci: Ci
    measured: MetricComputed
    compared: BaselineImplemented
    writes: Writes

    def relative(self, path: str) -> str:
        """A path as the charter writes it."""
        folder = self.project.folder
        if not folder:
            return path
        return path[len(folder) + 1 :] if path.startswith(folder + "/") else f"//{path}"

    def path(self, path: str, at: Location | None = None) -> Value | None:
        """A pointer to a file or folder; None where the charter cannot write it."""
        text = self.relative(path)
        fits = _PATH.fullmatch(text) and text.isprintable() and len(text) < _MAX and text == text.strip()
        return Value(text, at) if fits else None

    def symbol(self, use: Use) -> Value | None:
        """The function around a use; the file where there is none."""
        scope = use.scope if use.scope and "<" not in use.scope else ""
        return self.definition(use.path, scope, use.at)

    def definition(self, path: str, qualname: str, at: Location) -> Value | None:
        """`file.py::name`, the file for a notebook or a module's body."""
        text = f"{self.relative(path)}::{qualname}"
        if qualname and _SYMBOL.fullmatch(text) and text.isprintable() and len(text) < _MAX:
            return Value(text, at)
        return self.path(path, at)

    def around(self, at: Location) -> Value | None:
        """The function around a place in code; None for other files."""
        module = self.code.modules.get(at.path)
        if module is None or at.cell is not None:
            return None
        inside = [one for one in module.definitions.values() if one.line <= at.line <= one.end_line]
        inner = max((one for one in inside if "<" not in one.qualname), key=lambda one: one.line, default=None)
        return self.definition(at.path, inner.qualname if inner is not None else "", at)

    def call(self, use: Use) -> Value | None:
        """A library's call as `module:name`."""
        module, _, name = use.name.partition("()")[0].rpartition(".")
        tail = use.name.partition("()")[2].replace("()", "")
        text = f"{module}:{name}{tail}"
        return Value(text, use.at) if _SYMBOL.fullmatch(text) else None

    def recorded(self, path: str, pointer: str, at: Location) -> Value | None:
        """`file.json#/pointer`."""
        text = f"{self.relative(path)}#{pointer}"
        return Value(text, at) if _VALUE.fullmatch(text) and text.isprintable() and len(text) < _MAX else None
