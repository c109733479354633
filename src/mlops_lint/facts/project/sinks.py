"""Calls that write: where their path and their object stand."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.knowledge import Access, Knowledge
from mlops_lint.facts.project.values import HOLE, UNKNOWN, Frame, Made, Values
from mlops_lint.facts.project.values.model import Dumped, Opened, as_text, settled

FORMATS = {
    ".json": "json", ".jsonl": "json", ".ipynb": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml",
    ".csv": "csv", ".tsv": "csv", ".txt": "text", ".md": "text", ".html": "text", ".parquet": "table",
}  # fmt: skip
_BY_NAME = {"json": "json", "yaml": "yaml", "toml": "toml", "tomli_w": "toml", "csv": "csv", "pickle": "model",
            "to_json": "json", "to_csv": "csv", "write_csv": "csv", "write_json": "json", "savetxt": "csv",
            "orjson": "json", "ujson": "json", "simplejson": "json", "omegaconf": "yaml"}  # fmt: skip
_KINDS = {"model": "model", "figure": "figure", "table": "table"}
_OPENERS = frozenset(("open",))
_TEXT = frozenset(("write_text", "write_bytes"))
_HANDLE = frozenset(("write", "writelines"))
_ROWS = frozenset(("writerow", "writerows", "write_all"))
"""Written through an object: where to, its making says."""
_MOVES = frozenset(("rename", "replace"))
_LIVE = frozenset("log_metric make_summary next_step end log_params log_sklearn_plot".split())
_EXTRA = {
    "os.replace": (1, "dst"), "os.rename": (1, "dst"), "omegaconf.OmegaConf.save": (1, "f"),
}  # fmt: skip
_NO_FILES = ("sys.", "io.StringIO", "io.BytesIO", "tempfile.", "zipfile.", "socket.")


@dataclass(frozen=True, slots=True)
class Sink:
    """One writing call as one run of the evaluator sees it; `sites`: how many call sites decided the path."""

    path: Any
    content: Any
    via: str
    kind: str
    opened: ast.Call | None = None
    opened_in: str = ""
    sites: int = 0


class Sinks:
    """Recognises writing calls by the knowledge tables."""

    def __init__(self, values: Values, knowledge: Knowledge) -> None:
        self.values = values
        self.fold = values.evaluator
        self.calls = {name: row for name, row in knowledge.writers.items() if row.kind != "tracker" and row.path}
        self.methods = knowledge.writer_methods
        names = {name.rpartition(".")[2] for name in [*self.calls, *_EXTRA]}
        self._names = (
            names | set(self.methods) | _OPENERS | _TEXT | _HANDLE | _MOVES | _LIVE | {"print", "save_metrics"}
        )

    def candidate(self, use: UseFact) -> bool:
        """Whether a call may write, by the last part of its name."""
        return split(use.chain)[-1].lstrip(".") in self._names

    def opens(self, use: UseFact) -> bool:
        """Whether it only opens a file: judged last, when it is known who writes into it."""
        return split(use.chain)[-1].lstrip(".") in _OPENERS

    def read(self, node: ast.Call, frame: Frame, canonical: str | None) -> Sink | None:
        """What a call writes; None where it writes nothing."""
        last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if canonical is not None and "::" in canonical:
            return None
        name = canonical or ""
        if name in _EXTRA:
            return self._at(node, frame, _EXTRA[name], None, name, "record")
        if last in _ROWS and isinstance(node.func, ast.Attribute):
            made = self.fold.evaluate(node.func.value, frame)
            if isinstance(made, Made) and (access := self.calls.get(made.name)) is not None:
                return self._at(made.node, made.frame, access.path, None, name or last, access.kind)
        access = self.calls.get(name)
        if last in _OPENERS or name.endswith(".open"):
            return self._open(node, frame, name)
        if isinstance(node.func, ast.Attribute) and (last in _TEXT | _HANDLE | _MOVES | _LIVE or not access):
            return self._method(node, frame, node.func, last, name)
        if name == "builtins.print":
            return self._at(node, frame, (None, "file"), (0, "values"), name, "record")
        return self._at(node, frame, access.path, access.object, name, access.kind) if access else None

    def _open(self, node: ast.Call, frame: Frame, name: str) -> Sink | None:
        value = self.fold.evaluate(node, frame)
        if isinstance(value, Opened):
            if not isinstance(value.mode, str) or not set("wax+") & set(value.mode):
                return None
            return Sink(value.path, None, "open", "record", sites=len(self.fold.sites))
        mode = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "mode"), None)
        writing = isinstance(mode, ast.Constant) and mode.value in ("w", "wb", "wt", "a", "x", "w+")
        return Sink(UNKNOWN, None, name or "open", "record") if writing else None

    def _method(self, node: ast.Call, frame: Frame, function: ast.Attribute, last: str, name: str) -> Sink | None:
        if last in _MOVES and len(node.args) != 1:
            return None  # a text's `replace`
        base = self.fold.evaluate(function.value, frame)
        sites = len(self.fold.sites)
        if last in _HANDLE and not isinstance(base, Opened):
            return None
        wanted = bool(node.args) and (last in _TEXT | _MOVES or last == "save_metrics" or isinstance(base, Opened))
        content = self.fold.evaluate(node.args[0], frame) if wanted else UNKNOWN
        if last in _TEXT:
            if isinstance(base, Made) and base.name.startswith(_NO_FILES):
                return None
            written = content.value if isinstance(content, Dumped) else None
            return Sink(base, written, _dumped(content, last), "record", sites=sites)
        if last in _HANDLE:
            if base.path == "-" or _blank(node):
                return None
            written = content.value if isinstance(content, Dumped) else None
            kind = "log" if isinstance(base.mode, str) and "a" in base.mode else "record"
            return Sink(base.path, written, _dumped(content, "write"), kind, base.node, base.frame.path, sites)
        if last in _MOVES:
            return Sink(content, None, last, "record", sites=sites) if isinstance(base, PurePosixPath) else None
        if isinstance(base, Made) and base.name == "dvclive.Live":
            return self._live(base, sites)
        if last == "save_metrics":
            split_name = as_text(content)
            return Sink(f"{HOLE}/{split_name}_results.json", None, "save_metrics", "record", sites=sites)
        access = self.methods.get(last)
        if access is None or last in ("push_to_hub",) or access.path is None:
            return None
        return self._at(node, frame, access.path, None, name or last, _kind(access))

    def _live(self, base: Made, sites: int) -> Sink:
        folder = _slot(base.node, (0, "dir"))
        value = self.fold.evaluate(folder, base.frame) if folder is not None else "dvclive"
        path = PurePosixPath(as_text(value)) / "metrics.json"
        return Sink(path, None, "dvclive.Live", "record", sites=sites)

    def _at(self, node: ast.Call, frame: Frame, path: Any, thing: Any, name: str, kind: str) -> Sink | None:
        expression = _slot(node, path)
        if expression is None:
            if any(isinstance(part, ast.Starred) for part in node.args) or any(k.arg is None for k in node.keywords):
                return Sink(UNKNOWN, None, name, kind)
            return None
        value = self.fold.evaluate(expression, frame)
        sites = len(self.fold.sites)
        if value is None or isinstance(value, bool) or value == "-" or _no_file(value):
            return None
        # Only records have keys, and an object is worth following only where its file is known.
        target = value.path if isinstance(value, Opened) else value
        inner = _slot(node, thing) if thing and kind == "record" and settled(target) else None
        content = self.fold.evaluate(inner, frame) if inner is not None else None
        if isinstance(content, Dumped):
            content = content.value
        if isinstance(value, Opened):
            return Sink(value.path, content, name, kind, value.node, value.frame.path, sites)
        return Sink(value, content, name, kind, sites=sites)


def _blank(node: ast.Call) -> bool:
    """`file.write("\\n")` behind a dump."""
    given = node.args[0] if len(node.args) == 1 else None
    return isinstance(given, ast.Constant) and isinstance(given.value, str) and not given.value.strip()


def _dumped(content: Any, name: str) -> str:
    return f"{content.format}.{name}" if isinstance(content, Dumped) else name


def _kind(access: Access) -> str:
    return access.kind


def _no_file(value: Any) -> bool:
    name = getattr(value, "name", "")
    return not isinstance(value, PurePosixPath) and isinstance(name, str) and name.startswith(_NO_FILES)


def _slot(node: ast.Call, slot: tuple[int | None, str]) -> ast.expr | None:
    position, keyword = slot
    for given in node.keywords:
        if given.arg == keyword:
            return given.value
    if position is None or any(isinstance(part, ast.Starred) for part in node.args[: position + 1]):
        return None
    return node.args[position] if position < len(node.args) else None


def format_of(sink: Sink, paths: tuple[str, ...]) -> str:
    """`json`, `yaml`, `csv`, `toml`, `text`, `table`, `model`, `figure`, or `log` for what is appended to."""
    if sink.kind in ("model", "figure", "log"):
        return sink.kind
    for part in sink.via.replace("()", "").split("."):
        if part in _BY_NAME:
            return _BY_NAME[part]
    text = paths[0] if paths else (str(sink.path) if isinstance(sink.path, str | PurePosixPath) else "")
    suffix = posixpath.splitext(text)[1].lower()
    return FORMATS.get(suffix, _KINDS.get(sink.kind, "text"))
