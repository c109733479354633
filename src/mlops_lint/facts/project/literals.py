"""What is written down in code and configuration: string literals, and `name: value` lines of other files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.documents.notebook import raw_cells
from mlops_lint.documents.python import decode
from mlops_lint.documents.strings import Literal, literals
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code.modules import is_source
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

MAX_LINE = 2_000
MAX_FILE = 500_000
_YAML = (".yaml", ".yml")
_SETTINGS = (*_YAML, ".toml", ".cfg", ".ini", ".conf", ".config", ".properties", ".tfvars", ".env", ".json", ".sql")
_SCRIPTS = (".sh", ".bash", ".bat", ".cmd", ".ps1", ".slurm", ".sbatch", ".pbs", ".r", ".rmd", ".jl", ".m", ".lua")
_COMMENT = ("#", "//", ";", "--", "%", "::", "rem ", "REM ")
_DIRECTIVE = ("#SBATCH", "#PBS", "#$ ", "#BSUB")
_SETTING = re.compile(r"""^[\s,{-]*(?:export\s+|set\s+|ENV\s+|\$env:)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(.*)$""")
_SHELL_CELL = re.compile(r"^%%(?:bash|sh|script|cmd|writefile)")
_MAGIC = re.compile(r"^\s*(?:[!%]\s*)(\S.*)$")


@dataclass(frozen=True, slots=True)
class Written:
    """One literal or line. `name` is what it is given to; `code` is the literal where it stands in Python."""

    at: Location
    name: str
    value: str
    code: Literal | None = None


class Literals:
    """Reads the project's files one at a time; nothing is kept but what was asked for."""

    def __init__(self, view: RepoView, project: Project) -> None:
        self.view = view
        self._paths = [
            path
            for path, entry in view.entries.items()
            if entry.mode not in ("120000", "160000") and project.owns(path)
        ]
        self._cells: dict[str, list[tuple[int | None, str]]] = {}

    def in_python(self, wanted: re.Pattern[str]) -> Iterator[Written]:
        """String literals of Python files and code cells that match, or that are given to a name that does."""
        for path in self._paths:
            if is_source(path):
                for cell, text in self.cells(path):
                    if wanted.search(text) and not _SHELL_CELL.match(text):
                        for literal in literals(text, wanted):
                            at = Location(path, literal.line, literal.column, cell=cell)
                            yield Written(at, literal.name, literal.value, literal)

    def in_commands(self, wanted: re.Pattern[str]) -> Iterator[Written]:
        """Lines of notebooks that go to a shell."""
        for path in self._paths:
            if path.endswith(".ipynb"):
                for cell, text in self.cells(path):
                    shell = bool(_SHELL_CELL.match(text))
                    for number, line in enumerate(text.split("\n"), 1) if wanted.search(text) else ():
                        magic = _MAGIC.match(line)
                        if (magic or shell) and wanted.search(line) and not line.lstrip().startswith("#"):
                            yield Written(Location(path, number, 1, cell=cell), "", line[:MAX_LINE])

    def in_settings(self, wanted: re.Pattern[str]) -> Iterator[Written]:
        """`name: value` lines of configuration files; comments are left out."""
        for path in self._paths:
            if is_settings(path):
                for number, line in self._lines(path, wanted):
                    found = _SETTING.match(line)
                    name, value = (found[1], found[2]) if found else ("", line.strip().lstrip("- "))
                    yield Written(Location(path, number), name, _bare(value))

    def in_scripts(self, wanted: re.Pattern[str]) -> Iterator[Written]:
        """Lines of shell scripts, batch files and of other languages; comments are left out, directives are not."""
        for path in self._paths:
            if path.lower().endswith(_SCRIPTS):
                for number, line in self._lines(path, wanted):
                    found = _SETTING.match(line)
                    yield Written(Location(path, number), found[1] if found else "", found[2] if found else line)

    def files(self, endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Whole texts of other files by how their names end."""
        for path in self._paths:
            if path.lower().endswith(endings):
                text = text_of(self.view, path) or ""
                if len(text) <= MAX_FILE:
                    yield path, text

    def cells(self, path: str) -> list[tuple[int | None, str]]:
        """The code of a file: one text, or one for each code cell."""
        known = self._cells.get(path)
        if known is None:
            known = self._read(path)
            if path.endswith(".ipynb"):
                self._cells[path] = known
        return known

    def _read(self, path: str) -> list[tuple[int | None, str]]:
        try:
            data = self.view.read(path)
            if path.endswith(".ipynb"):
                return list(raw_cells(data))
            return [(None, decode(data))]
        except (Unreadable, DocumentError):
            return []

    def _lines(self, path: str, wanted: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        text = text_of(self.view, path) or ""
        if len(text) > MAX_FILE or not wanted.search(text):
            return
        for number, line in enumerate(text.split("\n"), 1):
            bare = line.lstrip()
            if len(line) > MAX_LINE or (bare.startswith(_COMMENT) and not bare.startswith(_DIRECTIVE)):
                continue
            if wanted.search(line):
                yield number, line


def is_settings(path: str) -> bool:
    """Configuration by its name; lock files, and data that is written as JSON, are none."""
    name = posixpath.basename(path).lower()
    if name.startswith(".env") or name in (".flaskenv", "credentials", ".netrc", ".pgpass", ".pypirc"):
        return True
    return name.endswith(_SETTINGS) and "lock" not in name


def _bare(value: str) -> str:
    """Without quotes and a comment behind it."""
    value = value.strip().removesuffix(",").rstrip()
    if value[:1] in "\"'" and value[:1] and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return value.partition(" #")[0].strip()


@provides
def literals_of(view: RepoView, project: Project) -> Literals:
    """Needs only the names of the repository's files."""
    return Literals(view, project)
