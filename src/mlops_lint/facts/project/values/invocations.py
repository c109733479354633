"""How the project's own command files call its scripts: the values of their flags."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from mlops_lint.documents.node import MapNode, ScalarNode
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import join, mapping, scalars, text_of, walk, yaml_of
from mlops_lint.repo.view import RepoView

_FILES = re.compile(
    r"(^|/)(Makefile|makefile|GNUmakefile|justfile|Justfile|Procfile|MLproject|Taskfile\.ya?ml|Dockerfile[^/]*|"
    r"package\.json|pyproject\.toml|tox\.ini|noxfile\.py|[^/]*\.(sh|bash|mk))$|^\.github/workflows/[^/]*\.ya?ml$|"
    r"(^|/)\.gitlab-ci\.yml$"
)
_RUN = re.compile(r"\b(?:python[\d.]*|\$\(PYTHON\)|\$\{?PYTHON\}?|papermill|accelerate launch|torchrun)\s+(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a script: `flags` to their values (None where a value cannot be told)."""

    script: str
    flags: dict[str, str | None]
    stage: str = ""


@dataclass(slots=True)
class Options:
    """The values that commands give to a flag; `missing`: some command leaves it out."""

    values: list[str | None] = field(default_factory=list)
    missing: bool = False


class Invocations:
    """All runs of the project's scripts that its command files show."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._found: list[Invocation] | None = None

    @property
    def all(self) -> list[Invocation]:
        """Every run, in order of the files."""
        if self._found is None:
            self._found = []
            view = self._code.view
            for path in view.entries:
                if path.endswith(("dvc.yaml",)) and self._code.project.owns(path):
                    self._stages(view, path)
                elif _FILES.search(path) and (self._code.project.owns(path) or path.startswith(".github/")):
                    self._lines(text_of(view, path) or "", self._code.project.folder)
        return self._found

    def values(self, files: list[str], flags: set[str]) -> Options:
        """The values that runs of these files give to one of `flags`."""
        options = Options()
        for run in self.all:
            if run.script not in files:
                continue
            given = [run.flags[flag] for flag in sorted(flags) if flag in run.flags]
            if not given:
                options.missing = True
            elif given[0] not in options.values:
                options.values.append(given[0])
        return options

    def _stages(self, view: RepoView, path: str) -> None:
        folder = path.rpartition("/")[0]
        for key, stage in mapping(walk(yaml_of(view, path), "stages")):
            body = stage.get("do") if isinstance(stage, MapNode) and stage.get("do") else stage
            below = walk(body, "wdir")
            here = join(folder, below.text) if isinstance(below, ScalarNode) else folder
            for command in scalars(walk(body, "cmd")):
                self._lines(command.text, here or "", key.text)

    def _lines(self, text: str, folder: str, stage: str = "") -> None:
        for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
            for part in re.split(r"&&|;|\|", line):
                match = _RUN.search(part)
                if match:
                    self._run(match["rest"], folder, stage)

    def _run(self, rest: str, folder: str, stage: str) -> None:
        assert self._found is not None
        try:
            words = shlex.split(rest.strip().rstrip("',\"]"), comments=True)
        except ValueError:
            return
        while words and words[0].startswith("-") and words[0] != "-m":
            words = words[1:]
        script = self._script(words, folder)
        if script is None:
            return
        rest_words = words[2:] if words[0] == "-m" else words[1:]
        self._found.append(Invocation(script, _flags(rest_words), stage))

    def _script(self, words: list[str], folder: str) -> str | None:
        if len(words) > 1 and words[0] == "-m":
            file = self._code.module_file(words[1])
            if file and file.endswith("/__init__.py"):
                return file.replace("__init__.py", "__main__.py")
            return file
        if not words or not words[0].endswith((".py", ".ipynb")):
            return None
        for base in dict.fromkeys((folder, self._code.project.folder, "")):
            path = join(base, words[0])
            if path in self._code.modules:
                return path
        return None


def _flags(words: list[str]) -> dict[str, str | None]:
    flags: dict[str, str | None] = {}
    position = 0
    while position < len(words):
        word = words[position]
        name, equals, value = word.partition("=")
        if word.startswith("-") and len(word) > 1:
            if not equals and position + 1 < len(words) and not words[position + 1].startswith("-"):
                value = words[position + 1]
                position += 1
            flags[name] = None if re.search(r"[$`{*]", value) else value
        position += 1
    return flags
