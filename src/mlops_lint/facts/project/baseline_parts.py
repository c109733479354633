"""The part of the rows that the baseline is scored on, beside the model's: by its name, or its place in the split."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.equal_terms import Unequal
from mlops_lint.facts.project.flow import Flow
from mlops_lint.model import Location, Related

_DEPTH = 4
_SCORES = re.compile(r"(?i)metric|scor|eval|measure|error|loss|compar|report|bench")
_FILLS = ("append", "extend", "update")
_Place = tuple[frozenset[int], ast.expr]


class BaselineParts:
    """Looks at what is scored where the baseline's answers are."""

    def __init__(self, code: Code, flow: Flow) -> None:
        self.code = code
        self.flow = flow

    def named(self, baseline: Definition, split: str) -> Unequal | None:
        """Its answers go into the model's own scorer with rows of a part that is not called `split`."""
        own, theirs = self._scorings(baseline)
        others = [self.flow.parts(use) for use in own]
        scorers = {use.name for use, one in zip(own, others, strict=True) if split in one}
        theirs = [use for use in theirs if use.name in scorers or self.flow.parts(use) or self._measures(use, theirs)]
        parts = [self.flow.parts(use) for use in theirs]
        found = frozenset(part for one in parts for part in one)
        if len(found) != 1 or split in found or not all(parts) or not any(split in one for one in others):
            return None
        if any(found & one and split not in one for one in others):
            return None
        shown, first = str(next(iter(found))), theirs[0]
        model = next(use for use, one in zip(own, others, strict=True) if split in one)
        related = (Related(model.at, f"{split} rows"), Related(first.at, f"{shown} rows"))
        return Unequal(f"is scored on the {shown} rows, the model on the {split} rows", related)

    def _measures(self, use: Use, beside: Sequence[Use]) -> bool:
        """Whether a call may score; one that serves or logs answers elsewhere tells nothing of what was scored."""
        if _SCORES.search(use.name) or any(other.path == use.path and self.flow.parts(other) for other in beside):
            return True
        path, _, qualname = use.name.partition("::")
        callee = self.code.definition(path, qualname)
        reach = self.code.reachable([callee]) if isinstance(callee, Definition) else None
        return reach is None or any(
            self.code.graph.scope(where, fact.scope) in reach
            for name, uses in self.code.graph.canonical.items()
            if _SCORES.search(name)
            for where, fact in uses
        )

    def _scorings(self, baseline: Definition) -> tuple[list[Use], list[Use]]:
        """The calls of functions of the project that score: of others' answers, and of the baseline's."""
        own: dict[Location, Use] = {}
        theirs: dict[Location, Use] = {}
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            if self.code.is_test(path) or not fact.call:
                continue
            scope = self.code.graph.scope(path, fact.scope)
            local = _given(self.code.node(scope))
            for use in self._around(scope):
                node = self.code.call_node(use)
                if (
                    node is not None
                    and use.name != baseline.key
                    and self._asked(path, fact.scope, node, local, baseline)
                ):
                    theirs[use.at] = use
        for use in self.code.uses({use.name for use in theirs.values()}):
            if use.call and use.at not in theirs and not self.code.is_test(use.path):
                own[use.at] = use
        return list(own.values()), list(theirs.values())

    def _around(self, scope: Definition) -> list[Use]:
        """Calls of the project's functions in one body."""
        inside = self.code.reachable([scope]).definitions
        keys = {one.key for one in inside if one.kind == "function" and one != scope}
        return [use for use in self.code.uses(keys) if use.call and self.code.scope_of(use) == scope]

    def _asked(self, path: str, scope: str, node: ast.Call, local: dict[str, ast.expr], baseline: Definition) -> bool:
        given = [*node.args, *(word.value for word in node.keywords)]
        parts = [part for one in given for part in _expanded(one, local)] if len(given) > 1 else []
        return any(isinstance(part, ast.Call) and self._is(path, scope, part, baseline) for part in parts)

    def placed(self, baseline: Definition, splitter: Definition) -> Unequal | None:
        """One part of what the split gives goes to the baseline, and another one to the model, side by side."""
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            if self.code.is_test(path) or not fact.call:
                continue
            body = self.code.node(self.code.graph.scope(path, fact.scope))
            origins, local = self._origins(path, fact.scope, body, splitter), _given(body)
            for rows in (*_side_by_side(body), *_alike(body)):
                theirs: list[_Place] = []
                own: list[_Place] = []
                for row in rows:
                    parts = list(_expanded(row, local))
                    mine = any(isinstance(one, ast.Call) and self._is(path, fact.scope, one, baseline) for one in parts)
                    names = {one.id for one in parts if isinstance(one, ast.Name)}
                    (theirs if mine else own).append((frozenset(origins[n] for n in names if n in origins), row))
                if (found := _apart(theirs, own)) is not None:
                    source = self.code.source(path)
                    at = (Related(source.at(found[0]), "the model"), Related(source.at(found[1]), "the baseline"))
                    return Unequal(f"is scored on another part of `{splitter.name}` than the model", at)
        return None

    def _origins(self, path: str, scope: str, body: ast.AST, splitter: Definition) -> dict[str, int]:
        """Names that are given one part each of two or three, and nothing else."""
        found: dict[str, int] = {}
        stored = [one.id for one in ast.walk(body) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        for node in ast.walk(body):
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Tuple) or len(target.elts) not in (2, 3):
                continue
            if isinstance(node.value, ast.Call) and self._is(path, scope, node.value, splitter):
                names = {one.id: index for index, one in enumerate(target.elts) if isinstance(one, ast.Name)}
                found |= {name: index for name, index in names.items() if stored.count(name) == 1}
        return found

    def _is(self, path: str, scope: str, node: ast.Call, definition: Definition) -> bool:
        return self.code.canonical(path, scope, chain(node.func)) == definition.key


def _apart(theirs: Sequence[_Place], own: Sequence[_Place]) -> tuple[ast.expr, ast.expr] | None:
    """A row of the model's and one of the baseline's, where all rows are known and share no part."""
    if not theirs or not own or not all(places for places, _ in (*theirs, *own)):
        return None
    left, right = (frozenset(place for places, _ in rows for place in places) for rows in (own, theirs))
    return (own[0][1], theirs[0][1]) if not left & right else None


def _side_by_side(body: ast.AST) -> Iterator[list[ast.expr]]:
    """The rows of `for name, answers in ((…), (…)):`, and of a mapping's items."""
    for node in ast.walk(body):
        if not isinstance(node, ast.For | ast.comprehension):
            continue
        given = node.iter
        if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "items":
            given = given.func.value
        if isinstance(given, ast.Dict):
            yield list(given.values)
        elif isinstance(given, ast.Tuple | ast.List) and all(isinstance(one, ast.Tuple) for one in given.elts):
            yield list(given.elts)


def _alike(body: ast.AST) -> Iterator[list[ast.expr]]:
    """The calls of one function."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            found.setdefault(chain(node.func), []).append(node)
    yield from (calls for calls in found.values() if len(calls) > 1)


def _given(body: ast.AST) -> dict[str, ast.expr]:
    """What the names of a body are given, or what their lists are filled with."""
    known = {
        target.id: node.value
        for node in ast.walk(body)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    filled: dict[str, list[ast.expr]] = {}
    for node in ast.walk(body):
        func = node.func if isinstance(node, ast.Call) else None
        if isinstance(func, ast.Attribute) and func.attr in _FILLS and isinstance(func.value, ast.Name):
            filled.setdefault(func.value.id, []).extend(node.args if isinstance(node, ast.Call) else ())
    for name, values in filled.items():
        known[name] = ast.Tuple(elts=[*([known[name]] if name in known else []), *values], ctx=ast.Load())
    return known


def _expanded(node: ast.AST, local: dict[str, ast.expr], depth: int = _DEPTH) -> Iterator[ast.AST]:
    """The parts of an expression, and of what its names were given."""
    for part in ast.walk(node):
        yield part
        if isinstance(part, ast.Name) and part.id in local and depth:
            yield from _expanded(
                local[part.id], {name: value for name, value in local.items() if name != part.id}, depth - 1
            )


@provides
def baseline_parts(code: Code, flow: Flow) -> BaselineParts:
    """Read when asked for."""
    return BaselineParts(code, flow)
