"""Settings that are picked by scores of rows which are then scored with what was picked."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.flow.rows import role_of
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.model import Location

_BEST = frozenset("max min sorted argmax argmin nanargmax nanargmin idxmax idxmin nlargest".split())
_PLAIN = frozenset("values to_numpy tolist copy ravel to_list array".split())
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Tuned:
    """At `picked` a setting is chosen by a score of the rows that are scored with it at `scored`."""

    picked: Location
    scored: Location


@dataclass(frozen=True, slots=True)
class _Pick:
    """What picks by a score of `rows`: its node, the nodes that only try, and what gets the choice."""

    node: ast.AST
    trial: ast.AST
    rows: str


class TunedLimits:
    """Looks at one function at a time, and at functions that pick for it."""

    def __init__(self, code: Code, metrics: Metrics) -> None:
        self.code = code
        self._any = {call for metric in metrics.all for call in metric.callables}

    def found(self, names: Collection[str], told: Location | None = None) -> Tuned | None:
        """The first final score of these names whose rows have picked a setting before; `told` is the recorded one."""
        final = self._scopes(names)
        rows = {text for calls in final.values() for call in calls if (text := _given(call))}
        tried = self._scopes({*names, *self._any})
        pickers = {one.key: index for one, calls in tried.items() for index in self._picking(one, calls)}
        for scope in sorted(final):
            tree = self.code.node(scope)
            picks = list(_picks(tree, tried.get(scope, [])))
            picks += [pick for key, index in pickers.items() for pick in self._by_function(scope, tree, key, index)]
            for pick in picks:
                source = self.code.source(scope.path)
                calls = [call for call in final[scope] if told is None or _starts(source.at(call), told)]
                fair = told is None and role_of(pick.rows) != "test" and (len(rows) > 1 or role_of(pick.rows))
                if not fair and (call := _scored(tree, calls, pick)) is not None:
                    return Tuned(source.at(pick.node), source.at(call))
        return None

    def _scopes(self, names: Collection[str]) -> dict[Definition, list[ast.Call]]:
        """The calls by the outermost function that holds them."""
        found: dict[Definition, list[ast.Call]] = {}
        for use in self.code.uses(set(names)):
            node = self.code.call_node(use) if use.call and not self.code.is_test(use.path) else None
            if node is not None and (scope := self._outermost(use)) is not None:
                found.setdefault(scope, []).append(node)
        return found

    def _outermost(self, use: Use) -> Definition | None:
        scope: Definition | None = self.code.scope_of(use)
        while scope is not None and scope.kind == "function" and "." in scope.qualname:
            above = self.code.definition(scope.path, scope.qualname.rpartition(".")[0])
            if above is None or above.kind != "function":
                return scope
            scope = above
        return scope

    def _picking(self, of: Definition, calls: list[ast.Call]) -> Iterator[int]:
        """Which parameter's rows pick what a function gives back."""
        tree = self.code.node(of)
        if not isinstance(tree, _FUNCTIONS) or not any(isinstance(part, ast.Return) for part in ast.walk(tree)):
            return
        names = [item.arg for item in (*tree.args.posonlyargs, *tree.args.args)]
        for pick in _picks(tree, calls):
            if pick.rows in names:
                yield names.index(pick.rows)

    def _by_function(self, scope: Definition, tree: ast.AST, key: str, index: int) -> Iterator[_Pick]:
        for part in ast.walk(tree):
            if isinstance(part, ast.Call) and len(part.args) > index:
                if self.code.canonical(scope.path, scope.qualname, chain(part.func)) == key:
                    yield _Pick(part, part, _rows(part.args[index]))


def _starts(one: Location, other: Location) -> bool:
    return (one.path, one.line, one.column) == (other.path, other.line, other.column)


def _rows(node: ast.expr) -> str:
    """The text of rows without the column that is taken of them."""
    while True:
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ) or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id.isupper()):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _PLAIN:
            node = node.func.value
        elif isinstance(node, ast.Attribute) and node.attr in _PLAIN:
            node = node.value
        else:
            return ast.unparse(node)


def _given(call: ast.Call) -> str:
    """The rows that a metric is given: its first argument."""
    told = [word.value for word in call.keywords if word.arg in ("y_true", "target", "truth")]
    first = call.args[0] if call.args else told[0] if told else None
    text = _rows(first) if first is not None else ""
    return text if text.replace(".", "").isidentifier() else ""


def _picks(tree: ast.AST, calls: list[ast.Call]) -> Iterator[_Pick]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and chain(node.func).rpartition(".")[2] in _BEST:
            for trial, bound in _trials(tree, node):
                yield from _tried(node, trial, bound, calls)
        elif isinstance(node, ast.For | ast.While):
            yield from _looped(node, calls)


def _trials(tree: ast.AST, node: ast.Call) -> Iterator[tuple[ast.AST, set[str]]]:
    """What is tried for each candidate, with the names of the candidate."""
    keys = [word.value for word in node.keywords if word.arg == "key"]
    for one in [*node.args, *keys]:
        parts = [
            part
            for part in ast.walk(one)
            if isinstance(part, ast.Lambda | ast.ListComp | ast.DictComp | ast.GeneratorExp)
        ]
        for name in (part.id for part in ast.walk(one) if isinstance(part, ast.Name)):
            for part in ast.walk(tree):
                if isinstance(part, _FUNCTIONS) and part.name == name:
                    yield part, {item.arg for item in part.args.args}
                elif isinstance(part, ast.Assign) and any(_named(target, name) for target in part.targets):
                    parts += [part.value] if isinstance(part.value, ast.ListComp | ast.DictComp) else []
        yield from ((part, _candidates(part)) for part in parts)


def _named(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _candidates(part: ast.AST) -> set[str]:
    if isinstance(part, ast.Lambda):
        return {item.arg for item in part.args.args}
    return {
        one.id
        for generator in getattr(part, "generators", ())
        for one in ast.walk(generator.target)
        if isinstance(one, ast.Name)
    }


def _tried(node: ast.AST, trial: ast.AST, bound: set[str], calls: list[ast.Call]) -> Iterator[_Pick]:
    inside = {id(part) for part in ast.walk(trial)}
    asked = any(isinstance(part, ast.Name) and part.id in bound and isinstance(part.ctx, ast.Load)
                for part in ast.walk(trial))  # fmt: skip
    for call in calls:
        rows = _given(call)
        if id(call) in inside and rows and asked and rows.partition(".")[0] not in bound:
            yield _Pick(node, trial, rows)


def _looped(loop: ast.For | ast.While, calls: list[ast.Call]) -> Iterator[_Pick]:
    """`for limit in limits: … if now > best: best, kept = now, limit`."""
    bound = (
        {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
        if isinstance(loop, ast.For)
        else set()
    )
    for node in ast.walk(loop):
        if not isinstance(node, ast.If) or not any(isinstance(part, ast.Compare) for part in ast.walk(node.test)):
            continue
        kept = {part.id for one in node.body if isinstance(one, ast.Assign) for part in ast.walk(one.value)
                if isinstance(part, ast.Name)}  # fmt: skip
        compared = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)}
        given = [part for part in ast.walk(loop) if isinstance(part, ast.Assign)]
        scores = {target.id: part.value for part in given for target in part.targets
                  if isinstance(target, ast.Name) and target.id in compared & kept}  # fmt: skip
        for value in scores.values() if kept & bound else ():
            inside = {id(part) for part in ast.walk(value)}
            yield from (_Pick(node, loop, rows) for call in calls if id(call) in inside
                        and (rows := _given(call)) and rows.partition(".")[0] not in bound)  # fmt: skip


def _scored(tree: ast.AST, calls: list[ast.Call], pick: _Pick) -> ast.Call | None:
    """The call that scores the same rows, once the choice was made and by means of it."""
    inside = {id(part) for part in ast.walk(pick.trial)}
    line = getattr(pick.node, "end_lineno", 0) or 0
    root = pick.rows.partition(".")[0]
    later = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
             and part.lineno > line}  # fmt: skip
    picked = _gets(tree, pick.node)
    for call in calls:
        after = call.lineno > line and id(call) not in inside and root not in later
        if after and _given(call) == pick.rows and (True in picked or picked & _leading(tree, call)):
            return call
    return None


def _gets(tree: ast.AST, node: ast.AST) -> set[str | bool]:
    """The names that get the choice; True where it is put into an object or module."""
    found: set[str | bool] = set()
    if isinstance(node, ast.If):
        statements: list[ast.AST] = [one for one in node.body if isinstance(one, ast.Assign)]
    else:
        statements = [one for one in ast.walk(tree) if isinstance(one, ast.Assign | ast.AnnAssign)
                      and any(part is node for part in ast.walk(one))]  # fmt: skip
    for one in statements:
        for target in one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]:
            for part in ast.walk(target) if target is not None else ():
                if isinstance(part, ast.Attribute):
                    found.add(True)
                elif isinstance(part, ast.Name):
                    found.add(part.id)
    return found


def _leading(tree: ast.AST, call: ast.Call) -> set[str | bool]:
    """All names that the arguments of a call are made of, in this function."""
    names: set[str | bool] = {part.id for part in ast.walk(call) if isinstance(part, ast.Name)}
    pairs = [pair for part in ast.walk(tree) for pair in _flows(part)]
    for _ in range(6):
        more = {name for target, given in pairs if target in names for name in given} - names
        if not more:
            break
        names |= more
    return names


def _flows(part: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """`a = b + c` and `a.append(b)`: what goes into what."""
    value: ast.AST | None = None
    targets: list[ast.expr] = []
    if isinstance(part, ast.Assign):
        value, targets = part.value, part.targets
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in ("append", "extend"):
        value, targets = ast.Tuple(elts=part.args, ctx=ast.Load()), [part.func.value]
    given = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)} if value is not None else set()
    for target in targets:
        yield from ((one.id, given) for one in ast.walk(target) if isinstance(one, ast.Name))


@provides
def tuned_limits(code: Code, metrics: Metrics) -> TunedLimits:
    """Read when asked for."""
    return TunedLimits(code, metrics)
