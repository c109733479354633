"""Whether an evaluation by groups has its columns written in it, and what its callers hand to it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from typing import TypeGuard

from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.tainting import Site, Tainting, bound

_BY_COLUMN = frozenset("groupby group_by groupBy get_group partition_by crosstab pivot_table".split())
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


class Columns:
    """Looks into functions of the project; methods may know their columns from elsewhere."""

    def __init__(self, code: Code, tainting: Tainting) -> None:
        self.code = code
        self.tainting = tainting

    def settled(self, roots: Iterable[Definition], inner: Container[Definition]) -> bool:
        """Whether every one of the roots is a function that groups by a column whose name is written there."""
        return all(
            self._plain(root) and any(self._by_text(site, inner) for site in self._sites(root)) for root in roots
        )

    def handed(self, caller: Definition, called: Container[Definition]) -> frozenset[int]:
        """The lines of a caller on which stands what it gives to one of the called, and what that is made of."""
        nodes = [part.node for part in self.tainting.parts(caller)]
        given = [site.node for site in self._sites(caller) if site.target in called]
        waiting: list[ast.AST] = [one for call in given for one in (*call.args, *call.keywords)]
        # A call that stands where it cannot be read as one may be handed anything.
        if not given:
            return frozenset(line for node in nodes for line in _span(node))
        lines: set[int] = set()
        known: set[str] = set()
        while waiting:
            part = waiting.pop()
            lines.update(_span(part))
            names = {inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name)} - known
            known |= names
            waiting += [value for node in nodes for targets, value in _bindings(node) if names & _stored(targets)]
        return frozenset(lines)

    def labels(self, definition: Definition) -> Iterator[tuple[ast.Constant, tuple[str, ...]]]:
        """Keys of results, with the columns by which a function of the project groups what stands under them."""
        for part in self.tainting.parts(definition):
            for key, value in _labelled(part.node):
                calls = [one for one in ast.walk(value) if isinstance(one, ast.Call)]
                sites = [self.tainting.site(definition, one) for one in calls]
                columns = tuple(name for site in sites for name in self._columns(site))
                if columns and str(key.value).casefold() not in ast.unparse(value).casefold():
                    yield key, columns

    def _columns(self, site: Site) -> Iterator[str]:
        """The columns that a call gives, as texts, to a function that takes rows apart by them."""
        for name, given in bound(self.code, site):
            if site.target and isinstance(given, ast.Constant) and isinstance(given.value, str):
                if any(_apart(part.node, name) for part in self.tainting.parts(site.target)):
                    yield given.value

    def _plain(self, root: Definition) -> bool:
        facts = self.code.modules[root.path].facts
        owner = facts.get(root.qualname.rpartition(".")[0])
        return root.kind == "function" and (owner is None or owner.kind != "class")

    def _sites(self, definition: Definition) -> Iterator[Site]:
        for part in self.tainting.parts(definition):
            if isinstance(part.node, ast.Call):
                yield self.tainting.site(definition, part.node)

    def _by_text(self, site: Site, inner: Container[Definition]) -> bool:
        if site.target is None:
            first = [*site.node.args[:1], *(word.value for word in site.node.keywords if word.arg == "by")]
            return site.last in _BY_COLUMN and any(_text(one) for one in first)
        keys = [name for name, given in bound(self.code, site) if _text(given)]
        return bool(keys) and site.target in inner and self._keys(site.target, frozenset(keys))

    def _keys(self, function: Definition, names: Container[str]) -> bool:
        """Whether a function looks up a column under one of its parameters."""
        for part in self.tainting.parts(function):
            node = part.node
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id in names:
                return True
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _BY_COLUMN:
                if any(isinstance(one, ast.Name) and one.id in names for one in node.args):
                    return True
        return False


def _labelled(node: ast.AST) -> Iterator[tuple[ast.Constant, ast.expr]]:
    """`{"sex": …}`, `found["sex"] = …`."""
    if isinstance(node, ast.Dict):
        pairs = list(zip(node.keys, node.values, strict=True))
        yield from ((key, value) for key, value in pairs if isinstance(key, ast.Constant))
    elif isinstance(node, ast.Assign):
        slices = [one.slice for one in node.targets if isinstance(one, ast.Subscript)]
        yield from ((key, node.value) for key in slices if isinstance(key, ast.Constant))


def _apart(node: ast.AST, name: str) -> bool:
    """Whether rows are taken apart by the column under a name: by a comparison, as a key, by a library."""
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if called in _BY_COLUMN:
            return any(isinstance(one, ast.Name) and one.id == name for one in node.args)
    # Compared with a constant, or by size, it may be what is measured: `row[column] == 1`.
    equal = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.In)
    groups = equal and not any(isinstance(one, ast.Constant) for one in getattr(node, "comparators", ()))
    places: list[ast.AST] = [node] if groups else []
    if isinstance(node, ast.Call) and called == "setdefault":
        places += node.args[:1]
    places += [node.elt] if isinstance(node, ast.SetComp) else [node.slice] if isinstance(node, ast.Subscript) else []
    inner = [one for place in places for one in ast.walk(place) if isinstance(one, ast.Subscript)]
    return any(isinstance(one.slice, ast.Name) and one.slice.id == name for one in inner)


def only_counted(tainting: Tainting, inner: Iterable[Definition]) -> bool:
    """Whether all that is done with groups is to count their rows: `rows.groupby("sex").size()`."""
    nodes = [part.node for one in inner for part in tainting.parts(one)]
    if any(isinstance(node, ast.Compare | ast.Lambda | ast.BinOp) for node in nodes):
        return False
    groups = [node for node in nodes if isinstance(node, ast.Call) and _groups(node)]
    counted = {id(node.func.value) for node in nodes if isinstance(node, ast.Call) and _counts(node.func)}
    return bool(groups) and all(id(node) in counted and _one_key(node) for node in groups)


def _groups(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in _BY_COLUMN


def _counts(node: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr in ("size", "count", "ngroups")


def _one_key(node: ast.Call) -> bool:
    """All rows by one column: `rows[rows.guess == 1].groupby(…)` and `groupby(["sex", "guess"])` may be rates."""
    own = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    return own and len(node.args) == 1 and isinstance(node.args[0], ast.Name | ast.Constant)


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _span(node: ast.AST) -> range:
    start = getattr(node, "lineno", 0)
    return range(start, (getattr(node, "end_lineno", None) or start) + 1) if start else range(0)


def _stored(targets: Iterable[ast.expr]) -> set[str]:
    return {part.id for one in targets for part in ast.walk(one) if isinstance(part, ast.Name)}


def _bindings(node: ast.AST) -> Iterator[tuple[list[ast.expr], ast.AST]]:
    if isinstance(node, ast.Assign):
        yield node.targets, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield [node.target], node.value
    elif isinstance(node, _LOOPS):
        yield [node.target], node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield [node.optional_vars], node.context_expr
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        yield [node.value.func.value], node.value  # `rows.rename(columns=…, inplace=True)`
