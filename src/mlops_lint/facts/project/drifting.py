"""How drift is looked for: against which data, with which threshold, and whether anything does it at all."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.alike import with_itself
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.drifting_own import references
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.named_paths import literal_paths
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Writes
from mlops_lint.model import Location

_ABOUT = re.compile(r"drift|psi\b|stability|monitor", re.IGNORECASE)
_MEASURE = re.compile(
    r"psi|drift|stat|p_?val|distance|diverg|score|share|(?:^|_)(?:ks|js|kl|auc|mmd|wasserstein|value|gap|shift|change)(?:_|$|\d)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^(?:\w+_)?(?:ref|reference|baseline|expected|train|training)(?:_(?:data|rows|frame|df|table|set|values))?$"
)
_TABLE = re.compile(r"^[\w./-]+\.(?:parquet|csv|tsv|jsonl|feather|arrow|npy|npz)(?:\.gz)?$")
_KEPT = re.compile(r"^(?:\w+_)?reference(?:_(?:path|file|data|table|csv|parquet))?$", re.IGNORECASE)
_HELD_OUT = re.compile(r"(?<![a-z])(?:test|valid|validation|val|holdout|eval)(?![a-z])", re.IGNORECASE)
_SETTING = re.compile(r"thresh|p_?val|alpha|drift_share|stattest|cut_?off|limit|tolerance", re.IGNORECASE)
_WRITTEN = re.compile(r"\.(?:py|ipynb|ya?ml|toml|json|cfg|ini|sh|tf|env)$|(?:^|/)(?:Dockerfile[^/]*|Makefile)$")
_ORDER = (ast.Gt, ast.Lt, ast.GtE, ast.LtE)


class Drifting:
    """Asked by the check of the charter's `monitoring.drift`."""

    def __init__(
        self, code: Code, serving: Serving, values: Values, knowledge: Knowledge, versioning: Versioning, writes: Writes
    ) -> None:
        self.code = code
        self.serving = serving
        self.values = values
        self.knowledge = knowledge
        self.versioning = versioning
        self.writes = writes

    @cached_property
    def running(self) -> Location | None:
        """A comparison of data that some program of the project makes, declared or not."""
        tools = [
            tool
            for tool in self.knowledge.tools("monitoring")
            if {"drift", "data-quality"} & set(tool.get("kinds", ()))
        ]
        sure = {call for tool in tools if len(tool.get("kinds", ())) < 4 for call in tool.calls("observe")}
        shipped = self.code.reachable(self.serving.entries())
        for use in self.code.uses(sure):
            if use.call and self.serving.ships(use.path) and self.code.scope_of(use) in shipped:
                return use.at
        compared = {call for tool in tools for call in tool.calls("compare")}
        for use in self.code.uses(compared):
            named = _ABOUT.search(use.path) or _ABOUT.search(use.scope)
            if use.call and named and self.serving.ships(use.path) and self.code.scope_of(use) in shipped:
                return use.at
        return None

    def idle(self, definition: Definition) -> str:
        """Why a check ends before it looks at anything; empty where it does not."""
        node = self.code.node(definition)
        body = [
            part for part in getattr(node, "body", []) if not isinstance(part, ast.Expr | ast.Import | ast.ImportFrom)
        ]
        first = body[0] if body else None
        if isinstance(first, ast.Return) and len(body) > 1 and not isinstance(first.value, ast.Call):
            return "it returns before it looks at anything"
        if isinstance(first, ast.Return) and _fixed(first.value):
            return "it returns the same numbers always"
        return "it compares the data with themselves" if with_itself(node) is not None else ""

    def thresholds(self, definition: Definition) -> tuple[list[tuple[float, Location]], bool]:
        """The numbers that drift is compared with once `definition` runs, and whether these are all."""
        reach = self.code.reachable([definition])
        found: list[tuple[float, Location]] = []
        judged, complete = self._judging(definition)
        for one in sorted(reach.definitions):
            if one.qualname in ("", "<main>") and one.path != definition.path:
                continue
            if self.code.is_test(one.path) or one.kind == "module":
                continue
            for expression in _compared(self.code.node(one)):
                possible = self.values.possible(one.path, one.qualname, expression)
                numbers = [known.value for known in possible.values if _number(known.value)]
                if possible.complete and possible.values and all(known.text for known in possible.values):
                    continue  # the name of a test
                complete = complete and possible.complete and bool(numbers)
                at = self.code.source(one.path).at(expression)
                found += [(float(number), at) for number in numbers]
        return found + judged, complete

    def _judging(self, definition: Definition) -> tuple[list[tuple[float, Location]], bool]:
        """The numbers that a caller compares what the check gives with: `max(found.values()) > 0.2`."""
        found: list[tuple[float, Location]] = []
        complete = True
        for use in self.code.uses({f"{definition.path}::{definition.qualname}"}):
            scope = self.code.graph.scope(use.path, use.scope)
            if not use.call or not self.serving.ships(use.path) or scope.kind != "function":
                continue
            for limit in _limits(self.code.node(scope), self.code.call_node(use)):
                possible = self.values.possible(use.path, use.scope, limit)
                numbers = [float(known.value) for known in possible.values if _number(known.value)]
                complete = complete and possible.complete and bool(numbers)
                found += [(number, self.code.source(use.path).at(limit)) for number in numbers]
        return found, complete

    def written(self, definition: Definition) -> tuple[str, Location] | None:
        """The table that the file of a check keeps under a name for the reference: `REFERENCE = "data/old.csv"`."""
        source = self.code.source(definition.path)
        for part in ast.walk(source.tree):
            if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name):
                texts = [one.value for one in ast.walk(part.value) if isinstance(one, ast.Constant)]
                paths = [text for text in texts if isinstance(text, str) and _TABLE.search(text)]
                if len(paths) == 1 == len(texts) and _KEPT.search(part.targets[0].id):
                    if paths[0].startswith("/"):
                        return (paths[0], source.at(part)) if self._outside(paths[0], definition.path) else None
                    known = self.values.repository_paths(paths[0], definition.path)
                    return (known[0], source.at(part)) if known and not self.writes.to(known[0]) else None
        return None

    def _outside(self, path: str, here: str) -> bool:
        """Whether a path of the machine is none of the repository's files, and nothing else here speaks of it."""
        name = posixpath.basename(path)
        view = self.code.view
        if any(posixpath.basename(one) == name for one in view.entries):
            return False
        texts = (one for one in view.entries if one != here and _WRITTEN.search(one))
        return not any(name in (text_of(view, one) or "") for one in texts)

    def training_paths(self, trained_by: str | None, sources: Iterable[str]) -> frozenset[str]:
        """What training reads and makes: sources, the stages before it, and the paths that its code names."""
        found = set(sources)
        roots = self.serving.roots_of(trained_by) if trained_by else ()
        for path in sorted({one.path for one in self.code.reachable(roots).definitions}):
            found |= set(literal_paths(self.code, path))
        dvc = self.versioning.dvc
        files = {root.path for root in roots}
        stages = list(dvc.stages) if dvc is not None else []
        waiting = [stage for stage in stages if files & set(stage.deps) or found & set(stage.deps)]
        for stage in waiting:
            found |= {*stage.deps, *stage.outs}
        return frozenset(found)

    def made(self, path: str) -> bool:
        """Whether the project's own code or a stage writes a path."""
        dvc = self.versioning.dvc
        if dvc is not None and any(path in (*stage.metrics, *stage.plots) for stage in dvc.stages):
            return False  # scores of the model are no data to compare with
        return bool(self.writes.to(path) or self.writes.maybe(path)) or (
            dvc is not None and dvc.maker(path) is not None
        )

    def read_by(self, definition: Definition, beside: Iterable[Definition]) -> frozenset[str]:
        """The data that the code of the drift check names, and that of the programs that call it."""
        files = {definition.path, *(one.path for one in beside)}
        return frozenset(path for file in files for path in literal_paths(self.code, file))

    def another(self, definition: Definition, path: str, known: Iterable[str]) -> tuple[str, Location] | None:
        """A table of the training that every caller hands over as reference, where it is not the one of `path`."""
        given = self.given(definition)
        if not given or any(same_path(one, path) or self.derived(one, path) for one, _ in given):
            return None
        told = "ref" in given[0][0].lower() or any(same_path(given[0][0], one) for one in known)
        return given[0] if told else None

    def reads_itself(self, definition: Definition, path: str, known: Iterable[str]) -> tuple[str, Location] | None:
        """Other data that the check reads as its reference; what the project makes of those of `path` is no other."""
        own = references(self.code.node(definition), _REFERENCE)
        found = [self._read(definition.path, definition.qualname, one, 4) for one in own]
        read = found[0] if len(found) == 1 else None
        if read is None or same_path(read[0], path) or self.derived(read[0], path):
            return None
        if self.made(read[0]):
            return read if _HELD_OUT.search(posixpath.basename(read[0])) else None
        return read if "ref" in read[0].lower() or any(same_path(read[0], one) for one in known) else None

    def given(self, definition: Definition) -> list[tuple[str, Location]]:
        """The tables that its callers read and hand to its parameter for a reference; empty where one is not known."""
        node = self.code.node(definition)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return []
        names = [one.arg for one in [*node.args.posonlyargs, *node.args.args] if one.arg not in ("self", "cls")]
        wanted = [name for name in names if _REFERENCE.search(name)]
        found: list[tuple[str, Location]] = []
        for use in self.code.uses({f"{definition.path}::{definition.qualname}"}):
            if not self.serving.ships(use.path):
                continue
            call = self.code.call_node(use) if use.call and len(wanted) == 1 else None
            given = _argument(call, wanted[0], names.index(wanted[0])) if call is not None else None
            read = self._read(use.path, use.scope, given, 4) if given is not None else None
            if read is None:
                return []
            found.append(read)
        return found

    def _read(self, path: str, scope: str, node: ast.expr, depth: int) -> tuple[str, Location] | None:
        """`pd.read_csv("…")["x"]`, also through names of the same function; what it reads and where."""
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and depth:
            bound = [
                part.value
                for part in ast.walk(self.code.node(self.code.graph.scope(path, scope)))
                if isinstance(part, ast.Assign)
                for target in part.targets
                if isinstance(target, ast.Name) and target.id == node.id
            ]
            return self._read(path, scope, bound[0], depth - 1) if len(bound) == 1 else None
        if not isinstance(node, ast.Call):
            return None
        name = self.code.canonical(path, scope, chain(node.func)) or ""
        if name not in self.knowledge.readers or not node.args:
            return self._read_within(path, scope, node, depth - 1) if depth else None
        known = self.values.possible(path, scope, node.args[0])
        paths = [self.values.repository_paths(one.value, path) for one in known.values]
        if not known.complete or len(paths) != 1 or not paths[0]:
            return None
        return paths[0][0], self.code.source(path).at(node)

    def _read_within(self, path: str, scope: str, node: ast.Call, depth: int) -> tuple[str, Location] | None:
        """`features.build(pd.read_csv("…"))`, `pd.read_csv("…").dropna()`: the one table that a call is given."""
        receiver = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        given = [*receiver, *node.args, *(word.value for word in node.keywords)]
        found = [self._read(path, scope, one, depth) for one in given if isinstance(one, ast.Call | ast.Name)]
        known = [one for one in found if one is not None]
        return known[0] if len(known) == 1 else None

    def derived(self, path: str, source: str) -> bool:
        """Whether a stage makes a table out of one other alone."""
        dvc = self.versioning.dvc
        stage = dvc.maker(path) if dvc is not None else None
        data = [one for one in stage.deps if not one.endswith((".py", ".ipynb", ".yaml", ".sh"))] if stage else []
        return bool(data) and all(same_path(one, source) for one in data)


def _argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for word in call.keywords:
        if word.arg == name:
            return word.value
    before = call.args[: position + 1]
    if len(before) <= position or any(isinstance(one, ast.Starred) for one in before):
        return None
    return before[position]


def _limits(function: ast.AST, call: ast.Call | None) -> Iterator[ast.expr]:
    """What the answer of a call is compared with in a function, by the name that it is given."""
    kept = {
        target.id
        for part in ast.walk(function)
        if isinstance(part, ast.Assign) and any(inner is call for inner in ast.walk(part.value))
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    for part in ast.walk(function):
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], _ORDER):
            for measure, limit in ((part.left, part.comparators[0]), (part.comparators[0], part.left)):
                inner = list(ast.walk(measure))
                told = any(one is call or (isinstance(one, ast.Name) and one.id in kept) for one in inner)
                counted = any(isinstance(one, ast.Call) and chain(one.func) in ("len", "sum") for one in inner)
                if told and not counted and not isinstance(limit, ast.Call):
                    yield limit


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compared(node: ast.AST) -> Iterator[ast.expr]:
    """What a measure is compared with, and settings of a library's check."""
    for part in ast.walk(node):
        if isinstance(part, ast.Compare) and len(part.ops) == 1:
            if isinstance(part.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE):
                yield from _sides(part.left, part.comparators[0])
        elif isinstance(part, ast.Call):
            for keyword in part.keywords:
                if keyword.arg and _SETTING.search(keyword.arg):
                    yield keyword.value


def _sides(left: ast.expr, right: ast.expr) -> Iterator[ast.expr]:
    for measure, limit in ((left, right), (right, left)):
        name = chain(measure.func) if isinstance(measure, ast.Call) else chain(measure)
        last = name.rpartition(".")[2] or name
        settings = _SETTING.search(chain(limit).rpartition(".")[2] or "")
        if last == "len" or isinstance(measure, ast.Constant) or not (_MEASURE.search(last) or settings):
            continue
        if _SETTING.search(last) and not settings:
            continue
        yield limit
        return


def _fixed(value: ast.expr | None) -> bool:
    """`{column: 0.0 for column in columns}`, `{}`: nothing of the data is in it."""
    if isinstance(value, ast.DictComp):
        return isinstance(value.value, ast.Constant)
    return isinstance(value, ast.Dict) and all(isinstance(one, ast.Constant) for one in value.values)


def same_path(left: str, right: str) -> bool:
    """Whether two paths are one, or one lies in the other, or they are one table in two formats."""
    if left == right or left.startswith(right + "/") or right.startswith(left + "/"):
        return True
    return posixpath.splitext(left)[0] == posixpath.splitext(right)[0]


@provides
def drifting(
    code: Code, serving: Serving, values: Values, knowledge: Knowledge, versioning: Versioning, writes: Writes
) -> Drifting:
    """Looked for when asked for."""
    return Drifting(code, serving, values, knowledge, versioning, writes)
