"""Metrics that are worked out group by group: what holds a protected column is followed by name through the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.practices.base import Shown
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.fairness_columns import (
    column,
    group_of,
    groups_in,
    is_protected,
    key,
    listed,
    listed_columns,
    promising,
    protected,
)
from mlops_lint.practices.measuring import metric_named
from mlops_lint.repo.view import Unreadable

_EVALUATES = re.compile(r"(?:compute|calculate|get|eval|evaluate)_(?:model_)?(?:metrics?|performance|scores?)")
_RATES = re.compile(
    r"(?:tpr|fpr|fnr|tnr|ppv|npv|fdr|(?:selection|approval|acceptance|(?:true|false)_(?:positive|negative))_rates?)"
)
_COUNTS = frozenset("tp fp tn fn true_positives false_positives true_negatives false_negatives".split())
_GUESSED = re.compile(r"y_?(?:pred|hat)|pred(?:s|ictions?|icted)?(?:_(?:label|class|y))?|\w+_pred", re.IGNORECASE)
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


def by_group(own: OwnCode, metrics: Metrics, quality: set[str]) -> list[Shown]:
    """`for group in df["sex"].unique(): accuracy_score(…)`, helpers given the column, masks, counts by hand."""
    trees: dict[str, ast.Module] = {}
    for path in own.code.modules:
        if own.counts(path, tests=True) and promising(own.code.text(path).text):
            try:
                trees[path] = own.code.source(path).tree
            except (DocumentError, Unreadable):
                continue
    given = _given(own, trees)
    for path in sorted({path for path, _ in given} - trees.keys()):
        trees[path] = own.code.source(path).tree
    found: list[Shown] = []
    for path, tree in trees.items():
        measure = _Measures(own, metrics, path, quality)
        columns = listed_columns(tree)
        for scope, names in _scopes(path, tree, given):
            lists = {name[2:] for name in names if name.startswith("[]")}
            found += _in_scope(own, measure, path, scope, names, columns | lists)
    return list(dict.fromkeys(found))


def _in_scope(
    own: OwnCode, measure: _Measures, path: str, scope: _Scope, names: set[str], columns: set[str]
) -> Iterator[Shown]:
    groups: dict[str, str] = {}
    nodes = list(_inside(scope))
    each = {node.target.id for node in nodes if isinstance(node, ast.For) and isinstance(node.target, ast.Name)
            and listed(node.iter, columns)}  # fmt: skip
    names = names | each
    for _ in range(2):
        for node in nodes:
            _follow(node, names, groups)
    measured: set[str] = set()
    for node in nodes:
        over, inside = _loop(node, columns)
        shown = over is not None and protected(over, names | columns) and measure.any(inside)
        shown = shown or _selected(node, names | columns)
        if isinstance(node, ast.Call) and measure.call(node):
            measured |= groups_in(node, names, groups)
            shown = shown or len(measured) > 1 or any(_words(group) & each for group in measured)
        if shown and own.runs(path, node):
            yield Shown("measured by group", own.at(path, over or node))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in order, those of its functions left out; classes are looked through by their methods."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, _FUNCTIONS | ast.ClassDef):
            continue
        yield node
        yield from _inside(node)


def _loop(node: ast.AST, columns: set[str]) -> tuple[ast.expr | None, list[ast.AST]]:
    """What is gone through, and what is done for each part; to go through columns is not to go through groups."""
    if isinstance(node, ast.For):
        many = isinstance(node.iter, ast.Call) and chain(node.iter.func) == "zip" and len(node.iter.args) > 2
        return None if many or _folds(node.iter) or listed(node.iter, columns) else node.iter, list(node.body)
    if isinstance(node, ast.DictComp | ast.ListComp | ast.GeneratorExp):
        inside: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return None if listed(node.generators[0].iter, columns) else node.generators[0].iter, inside
    if isinstance(node, ast.Call) and split(chain(node.func))[-1] in (".apply", ".agg"):
        return node.func if "groupby" in ast.unparse(node.func) else None, list(node.args)
    return None, []


def _folds(node: ast.expr) -> bool:
    """Rows split by a column: folds, no groups."""
    return any(isinstance(part, ast.Call) and chain(part.func).endswith(".split") for part in ast.walk(node))


def _follow(node: ast.AST, names: set[str], groups: dict[str, str]) -> None:
    """Names that hold a protected column, and masks or rows of one group."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return
    target = key(node.targets[0])
    if target and column(node.value, names):
        names.add(target)
    found = group_of(node.value, names, groups)
    if target and found:
        groups[target] = found


def _selected(node: ast.AST, names: set[str]) -> bool:
    """`df.groupby("sex")["y_pred"].mean()`: how often each group is chosen."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "mean":
        return False
    chosen, inner = node.func.value, None
    if isinstance(chosen, ast.Subscript) and isinstance(chosen.slice, ast.Constant):
        inner = chosen.value if _GUESSED.fullmatch(str(chosen.slice.value)) else None
    grouped = isinstance(inner, ast.Call) and chain(inner.func).endswith("groupby")
    return grouped and isinstance(inner, ast.Call) and any(protected(part, names) for part in inner.args[:1])


def _given(own: OwnCode, trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """Parameters of the project's functions that some call gives a protected column."""
    found: dict[tuple[str, str], set[str]] = {}
    for path, tree in trees.items():
        columns, each = listed_columns(tree), set[str]()
        for node in ast.walk(tree):
            if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and listed(node.iter, columns):
                each.add(node.target.id)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            values: list[tuple[int | str, ast.expr]] = [*enumerate(call.args)]
            values += [(word.arg, word.value) for word in call.keywords if word.arg]
            places = {at: mark for at, value in values if (mark := _gives(value, columns, each)) is not None}
            called = _called(own, path, call) if places else None
            if called is not None and called.qualname:
                found.setdefault((called.path, called.qualname), set()).update(_parameters(own, called, places))
    return found


def _gives(node: ast.expr, columns: set[str], each: set[str]) -> str | None:
    """The mark of what is given: none before a column, `[]` before a list of columns."""
    if is_protected(node) or key(node) in each:
        return ""
    return "[]" if listed(node, columns) else None


def _called(own: OwnCode, path: str, call: ast.Call) -> Definition | None:
    """The function, or the `__init__`, behind a call."""
    around = [one for one in own.code.modules[path].definitions.values() if one.line <= call.lineno <= one.end_line]
    scope = max(around, key=lambda one: one.line).qualname if around else ""
    value = own.code.resolve(path, scope, chain(call.func))
    if isinstance(value, Definition) and value.kind == "class":
        return own.code.definition(value.path, f"{value.qualname}.__init__")
    return value if isinstance(value, Definition) and value.kind == "function" else None


def _parameters(own: OwnCode, called: Definition, places: Mapping[int | str, str]) -> set[str]:
    """The names under which a function has what it is given, with their marks."""
    node = own.code.node(called)
    if not isinstance(node, _FUNCTIONS):
        return set()
    names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    names = names[1:] if names[:1] == ["self"] else names
    named = {at if isinstance(at, str) else names[at]: mark for at, mark in places.items()
             if isinstance(at, str) or at < len(names)}  # fmt: skip
    return {mark + name for name, mark in named.items()}


def _scopes(path: str, tree: ast.Module, given: dict[tuple[str, str], set[str]]) -> Iterator[tuple[_Scope, set[str]]]:
    """The module and each function, with the names that it is given; what `__init__` keeps, all methods have."""
    yield tree, set()
    waiting: list[tuple[str, ast.AST, set[str]]] = [("", tree, set())]
    while waiting:
        prefix, node, kept = waiting.pop()
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, _FUNCTIONS):
                name = f"{prefix}{inner.name}"
                yield inner, given.get((path, name), set()) | kept
                waiting.append((f"{name}.", inner, kept))
            elif isinstance(inner, ast.ClassDef):
                name = f"{prefix}{inner.name}"
                held = _kept(inner, given.get((path, f"{name}.__init__"), set()))
                waiting.append((f"{name}.", inner, held))
            elif isinstance(inner, ast.If | ast.Try | ast.With):
                waiting.append((prefix, inner, kept))


def _kept(klass: ast.ClassDef, names: set[str]) -> set[str]:
    """Attributes to which parameters of `__init__` are assigned."""
    made = next((part for part in klass.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
    return {
        f"{mark}self.{target.attr}"
        for node in (ast.walk(made) if made is not None and names else ())
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
        for mark in ("", "[]")
        if mark + node.value.id in names
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }


class _Measures:
    """Whether a metric is worked out: by a library, by a function that is named after one, or by hand."""

    def __init__(self, own: OwnCode, metrics: Metrics, path: str, quality: set[str]) -> None:
        self._own = own
        self._metrics = metrics
        self._path = path
        self._quality = {call.rpartition(".")[2] for call in quality}

    def any(self, inside: list[ast.AST]) -> bool:
        """Somewhere within these nodes."""
        parts = [part for node in inside for part in ast.walk(node)]
        if any(isinstance(part, ast.Call) and self.call(part) for part in parts):
            return True
        loaded = (
            part for part in parts if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load)
        )
        return any(self._library(part) for part in loaded) or _by_hand(parts)

    def call(self, node: ast.Call) -> bool:
        """One call."""
        last = split(chain(node.func))[-1].lstrip(".")
        if (
            last == "score"
            or _EVALUATES.fullmatch(last)
            or (node.args and metric_named(last, self._metrics) is not None)
        ):
            return True
        return isinstance(node.func, ast.Name | ast.Attribute) and self._library(node.func)

    def _library(self, node: ast.Name | ast.Attribute) -> bool:
        last = node.id if isinstance(node, ast.Name) else node.attr
        return last in self._quality and "sklearn" in (self._own.code.canonical(self._path, "", chain(node)) or "")


def _by_hand(parts: list[ast.AST]) -> bool:
    """Rates, or at least two of the counts of a confusion matrix, are given a name."""
    names = {part.id.lower() for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    for part in parts:
        if isinstance(part, ast.Dict):
            names |= {
                key.value.lower() for key in part.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        elif isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store):
            names.add(key(part).strip('"').lower())
    return len(names & _COUNTS) > 1 or any(_RATES.fullmatch(name) for name in names)
