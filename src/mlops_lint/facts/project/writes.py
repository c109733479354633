"""Which files the code writes: every dump, save and `open(…, "w")`, with its path folded through helpers."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.documents.wildmatch import fits
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.sinks import FORMATS, Sink, Sinks, format_of
from mlops_lint.facts.project.values import HOLE, Frame, Values, candidates
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location


@dataclass(frozen=True, slots=True)
class Write:
    """A file that the code writes. `path` is the likeliest of `paths`; both are empty where it cannot be told.

    `at` and `definition` are the outermost place that decides the path (a helper's call), `sink` the writing call.
    `keys` are the top-level keys where they can be folded; `live`: some program entry reaches it.
    """

    path: str | None
    at: Location
    definition: Definition
    format: str
    keys: frozenset[str] | None
    via: str
    sink: Location
    paths: tuple[str, ...] = ()
    pattern: str | None = None
    live: bool = True
    folder: bool = False
    content: Any = field(default=None, compare=False, repr=False)

    def writes(self, path: str) -> bool:
        """Whether it is known to write `path`."""
        return path in self.paths or (self.folder and any(path.startswith(out + "/") for out in self.paths))

    def could_be(self, path: str) -> bool:
        """Whether it may write `path`: its own path is unknown, and what is known of it fits."""
        if self.path is not None or not _fits(self.format, path):
            return False
        if self.pattern is None:
            return True
        return fits(self.pattern.split(HOLE), path)

    def holds(self, *keys: str) -> bool | None:
        """Whether what it writes has a value under nested keys; None where that cannot be told."""
        here = self.content
        for key in keys:
            if not isinstance(here, dict):
                return None
            if key not in here:
                return False
            here = here[key]
        return True


class Writes:
    """All writes outside tests, in order of place."""

    def __init__(self, found: list[Write]) -> None:
        self.all = tuple(sorted(found, key=lambda write: (write.sink, write.at, write.path or "", write.via)))
        self.unknown = [write for write in self.all if write.path is None and write.live]

    def to(self, path: str) -> list[Write]:
        """The writes that are known to write `path` (relative to the root)."""
        return [write for write in self.all if write.writes(path)]

    def maybe(self, path: str) -> list[Write]:
        """The writes of unknown path that may write `path`; where there are any, nothing can be told."""
        return [write for write in self.unknown if write.could_be(path)]


def _fits(format_: str, path: str) -> bool:
    suffix = posixpath.splitext(path)[1].lower()
    if format_ in ("model", "figure"):
        return suffix not in FORMATS
    if format_ == "log":
        return suffix not in (".json", ".yaml", ".yml", ".toml")  # a document is not appended to
    return format_ == "text" or FORMATS.get(suffix, format_) == format_


class _Reader:
    def __init__(self, code: Code, values: Values, knowledge: Knowledge) -> None:
        self.code = code
        self.values = values
        self.sinks = Sinks(values, knowledge)
        own = [entry for entry in code.entries() if not code.is_test(entry.path)]
        self.live = code.reachable(own)
        self.opened: list[tuple[str, ast.Call]] = []
        self._idle: dict[str, tuple[ast.AST, list[ast.expr]]] = {}

    def read(self) -> list[Write]:
        found: list[Write] = []
        plain: list[tuple[str, UseFact]] = []
        for path, module in self.code.modules.items():
            if self.code.is_test(path):
                continue
            for use in module.symbols.uses:
                if use.call and self.sinks.candidate(use):
                    if self.sinks.opens(use):
                        plain.append((path, use))
                    else:
                        found += self.writes(path, use)
        for path, use in plain:
            found += self.writes(path, use)
        return list(dict.fromkeys(found))

    def writes(self, path: str, use: UseFact) -> Iterator[Write]:
        index = self.values.evaluator.index(path)
        at = index.call_at(use.line, use.column, use.end_line, use.end_column)
        if at is None:
            return
        scope, node = at
        evaluator = self.values.evaluator

        def once() -> tuple[Sink | None, list[tuple[str, str, ast.Call]]]:
            sink = self.sinks.read(node, Frame(path, scope), self.code.canonical(path, scope, use.chain))
            return sink, list(evaluator.sites)

        results = self.values.runs(once)
        for sink, sites in results:
            if sink is None or (sink.opened is None and (self._consumed(path, node) or self._unused(path, node))):
                continue
            if sink.opened is not None and sink.opened is not node:
                self.opened.append((sink.opened_in, sink.opened))
            yield self._write(sink, path, scope, node, sites[: sink.sites])

    def _consumed(self, path: str, node: ast.Call) -> bool:
        return any(path == where and _place(node) == _place(opened) for where, opened in self.opened)

    def _unused(self, path: str, node: ast.Call) -> bool:
        tree = self.values.evaluator.index(path).source.tree
        known = self._idle.get(path)
        if known is None or known[0] is not tree:
            known = self._idle[path] = (tree, list(unused_handles(tree)))
        return any(opened is node for opened in known[1])

    def _write(
        self, sink: Sink, path: str, scope: str, node: ast.Call, sites: list[tuple[str, str, ast.Call]]
    ) -> Write:
        where, outer, call = sites[-1] if sites else (path, scope, node)
        definition = self.code.graph.scope(where, outer)
        paths = candidates(sink.path, where, self.code.project)
        own = candidates(sink.path, path, self.code.project)
        paths = tuple(dict.fromkeys([*paths, *own]))
        content = sink.content if isinstance(sink.content, dict) else None
        keys = frozenset(str(key) for key in content) if content is not None else None
        sink_at = self.values.evaluator.index(path).source.at(node)
        return Write(
            paths[0] if paths else None,
            self.values.evaluator.index(where).source.at(call),
            definition, format_of(sink, paths), keys, sink.via, sink_at, paths,
            None if paths else _pattern(sink.path),
            live=definition in self.live, content=content,
        )  # fmt: skip


def unused_handles(tree: ast.AST) -> Iterator[ast.expr]:
    """`with open(path, "w") as file:` where nothing names the file: nothing is written there."""
    for part in ast.walk(tree):
        if not isinstance(part, ast.With | ast.AsyncWith):
            continue
        for item in part.items:
            if isinstance(item.optional_vars, ast.Name):
                beside = [other.context_expr for other in part.items if other is not item]
                inside = (inner for one in (*part.body, *beside) for inner in ast.walk(one))
                if not any(isinstance(inner, ast.Name) and inner.id == item.optional_vars.id for inner in inside):
                    yield item.context_expr


def _place(node: ast.Call) -> tuple[int, int]:
    return node.func.end_lineno or 0, node.func.end_col_offset or 0


def _pattern(value: Any) -> str | None:
    """What is known of a path: holes for the rest; the last part alone for paths outside of the repository."""
    if not isinstance(value, str | PurePosixPath) or not str(value).strip(HOLE):
        return None
    text = str(value)
    if text.startswith(("/", "~")) or "://" in text:
        return HOLE + posixpath.basename(text)
    return text


def _stages(code: Code, values: Values, versioning: Versioning) -> Iterator[Write]:
    """The outputs of DVC stages whose command runs a script of the project."""
    dvc = versioning.dvc
    scripts = {run.stage.partition("@")[0]: run.script for run in values.invocations.all if run.stage}
    for stage in dvc.stages if dvc is not None else ():
        script = scripts.get(stage.name.partition("@")[0])
        if script is None or script not in code.modules:
            continue
        for path in dict.fromkeys((*stage.metrics, *stage.outs, *stage.plots)):
            definition = code.modules[script].main
            suffix = posixpath.splitext(path)[1].lower()
            yield Write(
                path, stage.at, definition, FORMATS.get(suffix, "text"), None, f"dvc stage {stage.name}", stage.at,
                (path,), folder=not suffix,
            )  # fmt: skip


@provides
def writes(code: Code, values: Values, knowledge: Knowledge, versioning: Versioning) -> Writes:
    """Read every writing call outside tests, and the outputs of DVC stages."""
    return Writes([*_Reader(code, values, knowledge).read(), *_stages(code, values, versioning)])
