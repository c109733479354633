"""Where code puts what it captures, and whether anything carries that on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, External, Reach
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.values import HOLE
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Write, Writes
from mlops_lint.model import Location

_IDLE = (
    "builtins.", "logging.", "math.", "numpy.", "re.", "datetime.", "fastapi.", "flask.", "typing.", "time.",
    "hashlib.", "json.",
    "structlog.", "loguru.", "prometheus_client.", "opentelemetry.metrics.",
    "pydantic.", "pathlib.Path", "os.path.", "collections.", "uuid.", "argparse.", "sys.",
)  # fmt: skip
_FRAMES = ("pandas.", "polars.")
_OUT_OF_FRAMES = re.compile(
    r"(?:^|\.)(?:to|write|sink)_(?!numpy|list|dict|pandas|frame|series|datetime|numeric|string)\w+$"
)
_MEMORY = frozenset(
    "append get items keys values format join split strip lower upper info debug warning error extend update add pop "
    "read hexdigest digest encode decode json dict isoformat exists resolve mkdir "
    "select filter with_columns unique drop rename sort concat head tail groupby group_by agg mean sum min max count "
    "cast alias assign copy astype fillna dropna drop_duplicates reset_index set_index iterrows iter_rows item "
    "parse_args".split()
)
_MAKES_COLUMNS = frozenset("select with_columns assign withColumn insert values".split())
_LIBRARIES = ("pl.", "np.", "pd.", "numpy.", "polars.", "pandas.", "F.")
_GUESS = re.compile(r"^(?:predicted|prediction|pred|y_pred|y_hat|model_output)(?:_(?:label|class|value))?$")
_PASSING = re.compile(r"/(?:tmp|var/tmp|dev/shm)/[\w./-]{1,200}$")
"""What a machine forgets."""
_CARRIERS = (".py", ".yaml", ".yml", ".sh", ".sql", ".toml", ".ipynb", ".cfg", ".tf")


class Capturing:
    """Answers for one function at a time."""

    def __init__(self, code: Code, writes: Writes, serving: Serving, versioning: Versioning) -> None:
        self.code = code
        self.versioning = versioning
        self.serving = serving
        self.writes = writes

    def _reach(self, subject: Definition) -> Reach:
        """What it runs itself; importing its file, and with that other handlers, is none of that."""
        bodies = {module.body for module in self.code.modules.values()}
        return self.code.reachable([subject], self.serving.beside([subject]) | bodies)

    def written(self, subject: Definition) -> list[Write]:
        """The files that a function writes, itself or through others."""
        reach = self._reach(subject)
        inside = [(one.path, one.line, one.end_line) for one in reach.definitions if one.kind != "module"]
        return [
            one
            for one in self.writes.all
            if (one.definition in reach and one.definition.kind != "module")
            or any(one.sink.path == path and line <= one.sink.line <= end for path, line, end in inside)
        ]

    def places(self, write: Write) -> tuple[str, ...]:
        """Where a file is written; the folder that is known where its name is not. Empty where nothing is."""
        if write.paths or write.pattern is None:
            return write.paths
        known = write.pattern.partition(HOLE)[0].rpartition("/")[0]
        return (self.code.project.join(known),) if known and not known.startswith(("/", "~")) else ()

    def lost(self, found: list[Write], target: str) -> tuple[str, Location] | None:
        """A file for the time being that is all that is written, and that nothing else names."""
        known = [one for one in found if not one.paths]
        spelled = [self._spelled(one) for one in known]
        if not known or len(known) != len(found) or not all(path and _PASSING.match(path) for path in spelled):
            return None
        names = {path.rpartition("/")[2] for path in spelled}
        own = {place.path for one in known for place in (one.at, one.sink)}
        texts = [text for path, text in self._texts.items() if path not in own]
        if target.rpartition("/")[2] in names or any(name in text for text in texts for name in names):
            return None
        return spelled[0], known[0].at

    def _spelled(self, write: Write) -> str:
        """The one path of the machine that ends in the name of a file, as the code writes it."""
        name = (write.pattern or "").rpartition(HOLE)[2].rpartition("/")[2]
        trees = [self.code.source(path).tree for path in {write.at.path, write.sink.path}]
        parts = (part.value for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Constant))
        found = {text for text in parts if isinstance(text, str) and name and text.endswith(name)}
        return found.pop() if len(found) == 1 else ""

    def guessed(self, subject: Definition, column: str) -> Location | None:
        """Where the prediction itself is stored as the label: `{"churned": known["prediction"]}`."""
        for one in sorted(self._reach(subject).definitions):
            for part in ast.walk(self.code.node(one)) if one.kind == "function" else ():
                for value in _given(part, column):
                    read = columns_of(value)
                    if read and all(_GUESS.search(name) for name in read):
                        return self.code.source(one.path).at(value)
        return None

    def hands_on(self, subject: Definition) -> bool:
        """Whether it, or what calls it for its answer, calls anything that may keep what it is given."""
        if self._hands_on(subject):
            return True
        return any(one.kind == "module" or self.written(one) or self._hands_on(one) for one in self._askers(subject))

    def _askers(self, subject: Definition) -> list[Definition]:
        """Other code that takes what a function returns."""
        node = self.code.node(subject)
        if not any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(node)):
            return []
        sites = [site for site in self.code.graph.call_sites.get(subject, []) if not self.code.is_test(site[0])]
        return list(dict.fromkeys(self.code.graph.scope(path, use.scope) for path, use in sites))

    def _hands_on(self, subject: Definition) -> bool:
        """A database, a queue, a service."""
        for one in self._reach(subject).definitions:
            if one.kind == "module":
                continue
            for use in self.code.modules[one.path].symbols.uses:
                if (
                    use.call
                    and self.code.graph.scope(one.path, use.scope) == one
                    and self._keeps(one.path, use.scope, use.chain)
                ):
                    return True
        return False

    def _keeps(self, path: str, scope: str, chain: str) -> bool:
        value = self.code.resolve(path, scope, chain)
        if isinstance(value, External):
            frame = value.name.startswith(_FRAMES) and not _OUT_OF_FRAMES.search(value.name)
            return not (frame or value.name.startswith(_IDLE))
        return value is None and "." in chain and chain.rpartition(".")[2] not in _MEMORY

    def carried(self, found: Iterable[Write]) -> bool:
        """Whether other code, or a file of commands, names what is written."""
        known = list(found)
        names = {path for one in known for path in self.places(one)[:1]}
        writing = {one.sink.path for one in known} | {one.at.path for one in known}
        return any(
            names_path(text, name) for path, text in self._texts.items() if path not in writing for name in names
        )

    def links(self, path: str, other: str) -> bool:
        """Whether some file names both, or one stage reads the one and makes the other."""
        dvc = self.versioning.dvc
        if dvc is not None and (stage := dvc.maker(other)) is not None and path in stage.deps:
            return True
        written = bool(self.writes.to(other) or self.writes.maybe(other))
        files = [file for file, text in self._texts.items() if names_path(text, path) and names_path(text, other)]
        return any(written or not file.endswith((".py", ".ipynb")) for file in files if not file.endswith("dvc.yaml"))

    @cached_property
    def _texts(self) -> dict[str, str]:
        view, project = self.code.view, self.code.project
        paths = [path for path in view.entries if path.endswith(_CARRIERS) and path != project.charter_path]
        return {path: text_of(view, path) or "" for path in paths if project.owns(path) and not self.code.is_test(path)}


def _given(part: ast.AST, column: str) -> Iterator[ast.expr]:
    """What a column is made of: by a key, a keyword, an assignment, or a name that is given last."""
    if isinstance(part, ast.Dict):
        pairs = zip(part.keys, part.values, strict=True)
        yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == column)
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        yield from (one.value for one in part.keywords if one.arg == column and part.func.attr in _MAKES_COLUMNS)
        if part.func.attr == "alias" and [one.value for one in part.args if isinstance(one, ast.Constant)] == [column]:
            yield part.func.value
    elif isinstance(part, ast.Assign):
        ends = (one.slice for one in part.targets if isinstance(one, ast.Subscript))
        yield from (part.value for end in ends if isinstance(end, ast.Constant) and end.value == column)


def columns_of(value: ast.expr) -> list[str]:
    """The columns or fields that an expression reads; a function that is called is none."""
    called = {id(part.func) for part in ast.walk(value) if isinstance(part, ast.Call)}
    found = []
    for part in ast.walk(value):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
            found.append(str(part.slice.value))
        elif isinstance(part, ast.Attribute) and id(part) not in called and not chain(part).startswith(_LIBRARIES):
            found.append(part.attr)
        elif isinstance(part, ast.Call) and chain(part.func).rpartition(".")[2] == "col":
            found += [str(one.value) for one in part.args if isinstance(one, ast.Constant)]
    return found


def names_path(text: str, path: str) -> bool:
    """Whether a text names a path, whole or its last part alone; the same last part of another folder is none."""
    last = path.rpartition("/")[2]
    after = r"(?![\w-])" if "." in last else r"(?![\w-]|\.\w)"
    for match in re.finditer(rf"[\w./-]*(?<![\w.-]){re.escape(last)}{after}", text):
        written = re.sub(r"^(?:\.{0,2}/)+", "", match[0])
        if written == path or written.endswith(f"/{path}") or ("." in last and path.endswith(f"/{written}")):
            return True
    return False


@provides
def capturing(code: Code, writes: Writes, serving: Serving, versioning: Versioning) -> Capturing:
    """Looked for when asked for."""
    return Capturing(code, writes, serving, versioning)
