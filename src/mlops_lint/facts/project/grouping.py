"""Where code takes rows apart by a column: group by group, mask by mask, bucket by bucket."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.nodes import MAIN, is_main_guard
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.grouping_made import made_columns
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_GROUPERS = frozenset(
    "groupby group_by groupBy groupby_dynamic crosstab pivot_table pivot partition_by MetricFrame get_crosstabs "
    "SlicingSpec unique isin value_counts drop_duplicates setdefault query filter where get_group countby attrgetter "
    "itemgetter".split()
)
_DATABASES = (
    "google.cloud.",
    "sqlalchemy.",
    "psycopg",
    "clickhouse",
    "influxdb",
    "snowflake.",
    "databricks.",
    "duckdb.",
)
"""Their `query` asks a server, and picks no rows of a table in memory."""
_STRICT = frozenset(("groupby", "group_by", "groupBy", "crosstab", "pivot_table", "partition_by", "MetricFrame"))
"""Those that say nothing but "by this column", so that an unknown column may be the one that is looked for."""
_LOOKS_UP = {"get": 0, "col": 0, "itemgetter": 0, "attrgetter": 0, "getattr": 1}
"""Calls that take a column by its name, and which argument is the name."""
_FIELD = re.compile(r"(?:^|_)(?:col|column|key|by|field|attr|attribute|group|slice|dim|dimension|feature|tag)$")
_SLICING = frozenset(
    "slice slices sliced slicing group groups segment segments cohort cohorts subgroup subgroups".split()
)
_SQL = re.compile(r"group\s+by\s+([^;)]{1,300})", re.IGNORECASE)
_PLURAL = re.compile(r"(?<=[a-z]{3})s$")


@dataclass(frozen=True, slots=True)
class Grouping:
    """One place; `names` are the columns that it may mean, `complete` when there are no others.

    `titled`: only a function's name says so. `strict`: a call that does nothing but group. `made`: a comparison whose
    answers become a column of this name.
    """

    at: Location
    scope: Definition
    names: frozenset[str]
    complete: bool
    titled: bool = False
    strict: bool = False
    made: str = ""


class Groupings:
    """Every place in code that some entry, tests included, reaches."""

    def __init__(self, code: Code, values: Values, knowledge: Knowledge) -> None:
        self.code = code
        self.values = values
        rows = [tool for tool in knowledge.tools("fairness") if tool.name != "by_hand"]
        self._calls = {call for tool in rows for call in tool.calls("per_group", "gap")}
        self._all: tuple[Grouping, ...] | None = None
        self._loops: dict[tuple[str, str], list[tuple[str, ast.expr]]] = {}

    @property
    def all(self) -> tuple[Grouping, ...]:
        """In order of place."""
        if self._all is None:
            for path in self.code.modules:
                self._note_loops(path)
            found = [one for path in self.code.modules for one in (*self._file(path), *self._functions(path))]
            self._all = tuple(sorted(found, key=lambda one: one.at))
        return self._all

    def by(self, column: str, within: Reach | None = None) -> Grouping | None:
        """A place that groups by the column, in what is reached or is named after slices."""
        wanted = singular(column)
        found = (one for one in self.all if any(contains(singular(name), wanted) for name in one.names))
        found = (one for one in found if not (one.made and self._unused(one)))
        return next((one for one in found if self._counts(one, within) and not self._belied(one, wanted)), None)

    def _unused(self, one: Grouping) -> bool:
        """Whether nothing groups by the column that a comparison makes, here or anywhere by that name."""
        made = singular(one.made)
        groups = [other for other in self.all if other.strict]
        return not any(
            other.scope == one.scope
            or not other.complete
            or any(contains(singular(name), made) for name in other.names)
            for other in groups
        )

    def _belied(self, one: Grouping, wanted: tuple[str, ...]) -> bool:
        """Whether a function is called after a column, and all that it groups by are other columns of the same rows."""
        inner = [other for other in self.all if one.titled and other.strict and other.scope == one.scope]
        names = {singular(name) for other in inner for name in other.names}
        if not names or not all(other.complete and other.names for other in inner):
            return False
        return any(wanted in beside and not names.isdisjoint(beside) for beside in self._beside)

    @cached_property
    def _beside(self) -> list[set[tuple[str, ...]]]:
        """Names that stand side by side, as the columns of a table do: fields of a class, texts of a list."""
        trees = [self.code.source(path).tree for path in self.code.modules if not self.code.is_test(path)]
        return [{singular(name) for name in _columns(node)} for tree in trees for node in ast.walk(tree)
                if isinstance(node, ast.ClassDef | ast.List | ast.Tuple | ast.Set | ast.Dict)]  # fmt: skip

    def perhaps(self, within: Reach | None = None) -> Grouping | None:
        """A place that groups by a column that cannot be told."""
        return next((one for one in self.all if not one.complete and self._counts(one, within)), None)

    def _counts(self, one: Grouping, within: Reach | None) -> bool:
        if within is None or (one.scope in within and one.scope.kind == "function"):
            return True
        names = tokens(one.scope.qualname) + tokens(one.scope.path.rpartition("/")[2])
        return not _SLICING.isdisjoint(names) or (one.scope in within and one.scope in within.roots)

    def _note_loops(self, path: str) -> None:
        for scope, node in _scoped(self.code.source(path).tree):
            if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
                self._loops.setdefault((path, node.target.id), []).append((scope, node.iter))

    def _file(self, path: str) -> Iterator[Grouping]:
        source = self.code.source(path)
        made = made_columns(ast.walk(source.tree))
        for scope, node in _scoped(source.tree):
            definition = self.code.graph.scope(path, scope)
            if definition not in self.code.live:
                continue
            found = self._node(path, scope, node)
            if found is not None and (found[0] or not found[1]):
                names, column = frozenset(found[0]), made.get(id(node), "")
                yield Grouping(source.at(node), definition, names, found[1], strict=_strict(node), made=column)

    def _functions(self, path: str) -> Iterator[Grouping]:
        """Functions that say by their names which rows they pick (`@slicing_function() def short_text(x)`)."""
        for inner in self.code.modules[path].definitions.values():
            if inner.kind == "function" and inner in self.code.live and not self.code.is_test(path):
                yield Grouping(self.code.at(inner), inner, frozenset((inner.name,)), complete=True, titled=True)

    def _node(self, path: str, scope: str, node: ast.AST) -> tuple[set[str], bool] | None:
        if isinstance(node, ast.Call):
            return self._call(path, scope, node)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            return {name for side in sides for name in self._columns(path, scope, side)}, True
        if isinstance(node, ast.Subscript):
            masks = {part.id for part in ast.walk(node.slice) if isinstance(part, ast.Name)}
            return masks | set(self._columns(path, scope, node.slice)), not self._untold(path, scope, node.slice)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := _SQL.search(node.value)):
            return set(re.findall(r"\w+", match[1])), True
        return None

    def _call(self, path: str, scope: str, node: ast.Call) -> tuple[set[str], bool] | None:
        last = split(chain(node.func))[-1].lstrip(".")
        canonical = self.code.canonical(path, scope, chain(node.func)) or ""
        given = [*node.args, *(word.value for word in node.keywords)]
        if "::" in canonical and last not in _GROUPERS:
            return {name for one in given for name in _picked(one)}, True
        if last not in _GROUPERS and canonical not in self._calls:
            return None
        names: set[str] = set()
        complete = last != "query" or not node.args or isinstance(node.args[0], ast.Constant)
        complete = complete or canonical.startswith(_DATABASES)
        if isinstance(node.func, ast.Attribute) and last not in _STRICT:
            names |= set(self._columns(path, scope, node.func.value))
        for argument in given:
            names |= set(self._columns(path, scope, argument)) | set(_texts(argument))
            if last in _STRICT or last in ("attrgetter", "itemgetter") or canonical in self._calls:
                folded, known = self._folded(path, scope, argument)
                names |= folded
                complete = complete and known
        return names, complete or (bool(names) and last != "query")

    def _folded(self, path: str, scope: str, argument: ast.expr) -> tuple[set[str], bool]:
        if isinstance(argument, ast.Lambda | ast.Call | ast.Dict):
            return set(), True
        possible = self.values.possible(path, scope, argument)
        found = {text for known in possible.values for text in _strings(known.value)}
        if isinstance(argument, ast.Name):
            found |= self._looped(path, scope, argument.id)
            for file, where, given in self._given(path, scope, argument.id):
                found |= self._looped(file, where, given)
        return found, possible.complete or bool(found) or not isinstance(argument, ast.Name | ast.Attribute)

    def _looped(self, path: str, scope: str, name: str) -> set[str]:
        """The texts that a loop of the scope gives to a name."""
        loops = [over for where, over in self._loops.get((path, name), []) if where == scope]
        known = [one for over in loops for one in self.values.possible(path, scope, over).values]
        return {text for one in known for text in _strings(one.value)}

    def _given(self, path: str, scope: str, parameter: str) -> Iterator[tuple[str, str, str]]:
        """(file, scope, name) of the variables that calls hand to a parameter."""
        definition = self.code.graph.scope(path, scope)
        node = self._function(path, scope)
        if node is None:
            return
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if parameter not in names:
            return
        place = names.index(parameter)
        for file, use in self.code.graph.call_sites.get(definition, []):
            call = self._call_at(file, use.line, use.column) if use.call and not self.code.is_test(file) else None
            if call is None:
                continue
            words = [word.value for word in call.keywords if word.arg == parameter]
            given = words[0] if words else (call.args[place] if place < len(call.args) else None)
            if isinstance(given, ast.Name):
                yield file, use.scope, given.id

    def _function(self, path: str, scope: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        for _, node in _scoped(self.code.source(path).tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == scope.rpartition(".")[2]:
                return node
        return None

    def _call_at(self, path: str, line: int, column: int) -> ast.Call | None:
        for _, node in _scoped(self.code.source(path).tree):
            if isinstance(node, ast.Call) and node.lineno == line and node.col_offset in (column, column - 1):
                return node
        return None

    def _columns(self, path: str, scope: str, expression: ast.expr) -> Iterator[str]:
        """Columns that an expression takes: `rows["plan"]`, `row.plan`, `row.get("plan")`, `col("plan")`."""
        for part in ast.walk(expression):
            if isinstance(part, ast.Attribute):
                yield part.attr
            elif isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
                yield str(part.slice.value)
            elif isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Name):
                yield from self._folded(path, scope, part.slice)[0]
            elif isinstance(part, ast.Call) and (given := _looked_up(part)) is not None:
                yield from _texts(given)
                yield from self._folded(path, scope, given)[0] if isinstance(given, ast.Name) else ()

    def _untold(self, path: str, scope: str, key: ast.expr) -> bool:
        """Whether a key is a column of a row, by a name that only a caller knows who is not seen: `of[row[field]]`."""
        given = [_looked_up(part) if isinstance(part, ast.Call) else part.slice
                 for part in ast.walk(key) if isinstance(part, ast.Call | ast.Subscript)]  # fmt: skip
        names = [one for one in given if isinstance(one, ast.Name) and _FIELD.search(one.id)]
        return any(not self._folded(path, scope, one)[1] for one in names)


def _picked(given: ast.expr) -> Iterator[str]:
    """The column that a function picks which is handed on: `by_group(cases, lambda case: case.topic)`."""
    body = given.body if isinstance(given, ast.Lambda) else None
    if isinstance(body, ast.Attribute) and isinstance(body.value, ast.Name):
        yield body.attr
    elif isinstance(body, ast.Subscript) and isinstance(body.slice, ast.Constant):
        yield str(body.slice.value)


def _looked_up(call: ast.Call) -> ast.expr | None:
    """The name of the column that a call takes."""
    place = _LOOKS_UP.get(split(chain(call.func))[-1].lstrip("."))
    return call.args[place] if place is not None and len(call.args) > place else None


def singular(name: str) -> tuple[str, ...]:
    """A name's words without plural endings."""
    return tuple(_PLURAL.sub("", word) for word in tokens(name))


def contains(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether the words stand in the others, one behind the other."""
    size = len(wanted)
    return size > 0 and any(words[start : start + size] == wanted for start in range(len(words) - size + 1))


def _strict(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and split(chain(node.func))[-1].lstrip(".") in _STRICT


def _columns(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ClassDef):
        fields = [part.target for part in node.body if isinstance(part, ast.AnnAssign)]
        return [part.id for part in fields if isinstance(part, ast.Name)]
    inner = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [one.value for one in inner if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _texts(expression: ast.expr) -> list[str]:
    constants = [part.value for part in ast.walk(expression) if isinstance(part, ast.Constant)]
    return [text for text in constants if isinstance(text, str)]


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict | list | tuple | set | frozenset):
        return [text for item in value for text in _strings(item)]
    return []


def _scoped(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the scope that it runs in."""
    stack: list[tuple[ast.AST, str]] = [(node, "") for node in tree.body]
    while stack:
        node, scope = stack.pop()
        yield scope, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = node.name if scope in ("", MAIN) else f"{scope}.{node.name}"
            stack += [(part, inner) for part in node.body]
        elif isinstance(node, ast.If) and scope == "" and is_main_guard(node.test):
            stack += [(part, MAIN) for part in node.body]
        else:
            stack += [(part, scope) for part in ast.iter_child_nodes(node)]


@provides
def groupings(code: Code, values: Values, knowledge: Knowledge) -> Groupings:
    """Read when asked for."""
    return Groupings(code, values, knowledge)
