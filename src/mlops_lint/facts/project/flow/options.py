"""What the commands of a project give its programs' options."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of

COMMANDS = re.compile(
    r"\.(ya?ml|json|toml|cfg|ini|sh|bash|md|rst|txt|smk)$|(^|/)(Makefile|justfile|Procfile|Snakefile|Dockerfile[^/]*)$"
)
_GIVEN = re.compile(r"(?<![\w-])--([A-Za-z][\w-]*)[= ]+([^\s-]\S*)")
_PROGRAM = re.compile(r"(?:\s-m\s{1,8}([\w.]{1,200}))|(?<![\w./-])([\w./-]{1,300}?\.py)(?=\s)")
_PLACED = ("{input", "{output")


@dataclass(frozen=True, slots=True)
class Given:
    """One value of an option on a command line; `program` is the file that is run, where it is one of the project."""

    name: str
    value: str
    program: str
    body: str

    def says(self, text: str) -> bool:
        """Whether it is this text, or a placeholder of a workflow whose rules name it."""
        if self.value.startswith(_PLACED):
            return re.search(rf"[\"']{re.escape(text)}[\"']", self.body) is not None
        return self.value in (text, f"./{text}", "$@", "$<")


class Options:
    """The commands that stand in workflows, build files, scripts and documents."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._given: list[Given] | None = None
        self._parses: dict[str, bool] = {}

    def differs(self, path: str, name: str, text: str) -> bool:
        """Whether a command gives the option of the program at `path` another value than `text`."""
        if self._given is None:
            view = self.code.view
            files = [file for file in view.entries if COMMANDS.search(file)]
            self._given = [one for file in files for one in self._of(text_of(view, file) or "")]
        return any(
            one.name == name and not one.says(text) and not self._other(one.program, path) for one in self._given
        )

    def _of(self, body: str) -> list[Given]:
        found: list[Given] = []
        for line in re.sub(r"\\\n\s*", " ", body).splitlines():
            for match in _GIVEN.finditer(line):
                programs = list(_PROGRAM.finditer(line, 0, match.start()))
                program = self._file(programs[-1][1] or "", programs[-1][2] or "") if programs else ""
                found.append(Given(match[1].replace("-", "_"), match[2].strip("\"'"), program, body))
        return found

    def _file(self, dotted: str, script: str) -> str:
        """The one file of the project that a command runs."""
        tail = f"{dotted.replace('.', '/')}.py" if dotted else script.removeprefix("./")
        files = [path for path in self.code.modules if path == tail or path.endswith(f"/{tail}")]
        return files[0] if len(files) == 1 else ""

    def _other(self, program: str, path: str) -> bool:
        """Two programs that read their own command lines have nothing to do with each other's options."""
        return bool(program) and program != path and self._reads(program) and self._reads(path)

    def _reads(self, path: str) -> bool:
        if path not in self._parses:
            uses = self.code.modules[path].symbols.uses if path in self.code.modules else ()
            self._parses[path] = any(use.call and use.chain.endswith("parse_args") for use in uses)
        return self._parses[path]
