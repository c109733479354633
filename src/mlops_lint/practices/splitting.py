"""Practice: evaluation uses rows that were not trained on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import place, text_of, word, yaml_of
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.repo.view import RepoView

_TRAIN = re.compile(r"(?:^|[_\d])(?:train(?:ing)?|trn|tr)(?:$|[_\d])")
_HELD = re.compile(r"(?:^|[_\d])(?:test(?:ing)?|tst|val(?:id(?:ation)?)?|dev|holdout|eval|te)(?:$|[_\d])")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DRAWS = frozenset(
    ["random.random", "random.uniform", *(f"numpy.random.{n}" for n in ("rand", "random", "uniform", "random_sample"))]
)


class HeldOutSplit(Practice):
    """Rows are kept out of training for evaluation."""


@provides
def held_out_split(own: OwnCode, knowledge: Knowledge, project: Project) -> HeldOutSplit:
    """Known split calls, complementary slices and masks, and rows that are drawn apart."""
    targets = set(knowledge.splits)
    shown = named(use for use in own.calls(targets) if _parts(own, use, knowledge))
    for path, tree in own.trees(_names_parts, tests=False):
        for node in _by_hand(own, path, tree):
            if own.runs(path, node):
                shown.append(Shown("split by hand", own.at(path, node)))
    shown += _declared(own.code.view, project)
    return judge(HeldOutSplit, shown, otherwise=idle(HeldOutSplit, own, targets))


def _names_parts(symbols: Symbols) -> bool:
    names = " ".join([*(fact.target for fact in symbols.bindings), *(fact.chain for fact in symbols.uses)])
    return _train(names) and _held(names)


def _parts(own: OwnCode, use: Use, knowledge: Knowledge) -> bool:
    """A data set that ships in parts counts when the part that is held out is asked for."""
    argument = knowledge.splits[use.name].get("part")
    if argument is None:
        return True
    call = own.code.call_node(use)
    given = [word.value for word in call.keywords if word.arg == argument] if call else []
    return any(isinstance(v, ast.Constant) and v.value in (False, "test", "val", "valid", "validation") for v in given)


def _declared(view: RepoView, project: Project) -> list[Shown]:
    """A data set's YAML with its parts and its classes."""
    found: list[Shown] = []
    for path in view.entries:
        if path.endswith((".yaml", ".yml")) and project.owns(path) and "train:" in (text_of(view, path) or ""):
            tree = yaml_of(view, path)
            if tree is not None and tree.get("names") is not None and word(tree.get("train")):
                held = next((node for key in ("test", "val") if word(node := tree.get(key))), None)
                found += [Shown("declared parts", place(path, held))] if held is not None else []
    return found


def _by_hand(own: OwnCode, path: str, tree: ast.Module) -> Iterator[ast.AST]:
    for scope in _scopes(tree):
        yield from _complementary(scope)
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp) and _draws(own, path, node.test):
            words = " ".join(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
            if _train(words) and _held(words):
                yield node


def _scopes(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    yield tree.body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.body


def _draws(own: OwnCode, path: str, test: ast.expr) -> bool:
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    return isinstance(test, ast.Compare) and any(
        own.code.canonical(path, "", chain(call.func)) in _DRAWS for call in calls
    )


def _complementary(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """`train, test = x[:n], x[n:]`, `train = x[:n]` with `test = x[n:]`, `x[mask]` with `x[~mask]`."""
    pieces: dict[tuple[str, str], dict[str, str]] = {}
    for statement in _statements(body):
        for target, value in _pairs(statement):
            piece = _piece(value)
            if piece is not None:
                side, key = piece
                sides = pieces.setdefault(key, {})
                sides[side] = f"{sides.get(side, '')} {target}"
                names = " ".join(sides.values())
                if len(sides) == 2 and _train(names) and _held(names):
                    yield statement


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        yield statement
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, name, []))


def _pairs(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [(chain(left), right) for left, right in zip(target.elts, value.elts, strict=True)]
    return [(chain(target), value)]


def _piece(node: ast.expr) -> tuple[str, tuple[str, str]] | None:
    """(side, what and where) of a subscript that takes one side of a cut."""
    found = next((part for part in ast.walk(node) if isinstance(part, ast.Subscript)), None)
    if found is None:
        return None
    base, index = ast.unparse(found.value), found.slice
    index = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    if isinstance(index, ast.Slice) and index.step is None and (index.lower is None) != (index.upper is None):
        edge = index.lower or index.upper
        return ("lower" if index.upper else "upper", (base, ast.unparse(edge) if edge else ""))
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.Invert):
        return ("lower", (base, ast.unparse(index.operand)))
    if isinstance(index, ast.Name):
        return ("upper", (base, index.id))
    return None


def _train(names: str) -> bool:
    return any(_TRAIN.search(_HUMP.sub("_", name).lower()) for name in re.split(r"[\s.\[\]]+", names))


def _held(names: str) -> bool:
    return any(_HELD.search(_HUMP.sub("_", name).lower()) for name in re.split(r"[\s.\[\]]+", names))
