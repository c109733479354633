"""The `Pointers` fact: what the charter's texts lead to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.pointer_files import Files
from mlops_lint.facts.project.pointer_remote import remote
from mlops_lint.facts.project.pointer_symbols import SymbolFinder, definition_of
from mlops_lint.facts.project.pointer_targets import (
    Broken,
    FileTarget,
    FolderTarget,
    HeadingTarget,
    Hidden,
    RemoteTarget,
    SymbolTarget,
    Target,
    TestTarget,
    ValueTarget,
)
from mlops_lint.facts.project.pointer_values import Values
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

__all__ = [
    "Broken",
    "FileTarget",
    "FolderTarget",
    "HeadingTarget",
    "Hidden",
    "Pointers",
    "RemoteTarget",
    "SymbolTarget",
    "Target",
    "TestTarget",
    "ValueTarget",
    "definition_of",
]

_MODULE = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_][\w.]*)")
_LINES = re.compile(r"L\d+(-L?\d+)?")
_ABSENT = {
    "dvc": "is a dvc output that is not checked out",
    "annex": "is kept in git-annex and not looked into",
    "lfs": "is kept in git-lfs and not looked into",
    "output": "is an output that git ignores or does not hold",
}


class Pointers:
    """Resolves pointers by what git and DVC know: the same before and after `dvc pull`."""

    def __init__(
        self,
        view: RepoView,
        project: Project,
        code: Code,
        outs: Mapping[str, Location],
        annexed: Collection[str] = (),
    ) -> None:
        self.files = Files(view, project, outs, annexed)
        self.values = Values(view)
        self.symbols = SymbolFinder(code)
        self._known: dict[tuple[str, str], Target] = {}

    def resolve(self, text: str, type: str) -> Target:  # noqa: A002
        """What a text of the charter leads to; `type` is path, symbol, code, value or ref."""
        key = (text, type)
        if key not in self._known:
            self._known[key] = self._resolve(text.strip(), type)
        return self._known[key]

    def _resolve(self, text: str, kind: str) -> Target:
        if not text:
            return Broken("is empty")
        library = kind in ("symbol", "code") and _MODULE.fullmatch(text)  # `wandb:alert` is a call there, no run
        if not library and (far := remote(text)):
            return far
        if kind == "path":
            return self.files.locate(text)
        if "::" in text:
            return self._symbol(text, kind)
        if "#" in text and not self.files.has(text):
            return self._fragment(text)
        if module := _MODULE.fullmatch(text):
            return self.symbols.dotted(module[1], module[2])
        target = self.files.locate(text)
        if kind == "value" and isinstance(target, FolderTarget):
            return Broken("names a folder where a value in a file is meant", (), target.at)
        if kind == "value" and isinstance(target, FileTarget):
            return Broken("names a file, but not which value in it", (), target.at)
        return target

    def _file(self, text: str) -> FileTarget | Broken | Hidden:
        target = self.files.locate(text)
        if isinstance(target, FolderTarget):
            return Broken("names a folder where a file is meant", (), target.at)
        return target

    def _symbol(self, text: str, kind: str) -> Target:
        file, _, name = text.partition("::")
        name = re.sub(r"\[.*\]$", "", name.strip(), flags=re.DOTALL).replace("::", ".")
        target = self._file(file.strip())
        if not isinstance(target, FileTarget):
            if isinstance(target, Broken):
                return Broken(target.reason, tuple(f"{near}::{name}" for near in target.near), target.at)
            return target
        if target.standin:
            return Hidden(_ABSENT[target.standin], elsewhere=True)
        if not name:
            return Broken("names nothing behind `::`", (), target.at)
        return self.symbols.in_file(target.path, name, file.strip(), kind == "ref")

    def _fragment(self, text: str) -> Target:
        file, _, fragment = text.partition("#")
        target = self._file(file)
        if not isinstance(target, FileTarget):
            if isinstance(target, Broken):
                return Broken(target.reason, tuple(f"{near}#{fragment}" for near in target.near), target.at)
            return target
        if target.standin:
            return Hidden(_ABSENT[target.standin], elsewhere=True)
        if fragment.startswith("/") or fragment == "":
            return self.values.value(target.path, fragment, file)
        return target if _LINES.fullmatch(fragment) else self.values.heading(target.path, fragment, file)


@provides
def pointers(view: RepoView, project: Project, code: Code, versioning: Versioning) -> Pointers:
    """DVC outputs that git itself keeps (`cache: false`) count as plain files."""
    outs = versioning.dvc.outs if versioning.dvc is not None else {}
    cached = {path: out.at for path, out in outs.items() if not out.in_git}
    return Pointers(view, project, code, cached, versioning.annexed)
