"""Sums of losses in the training code, and the weights that they carry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.described import Described
from mlops_lint.facts.project.pointers import FileTarget, Pointers, SymbolTarget
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_LOSS = re.compile(
    r"(?<![a-z])loss|loss(?:es)?(?![a-z])|(?<![a-z])(?:bce|mse|nll|kld?|cross_?entropy|criterion|objective)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A sum of losses; a weight that cannot be told is None."""

    at: Location
    weights: tuple[float | None, ...]


class Weighing:
    """Looks into the modules that train."""

    def __init__(self, charter: Charter, code: Code, pointers: Pointers, described: Described, values: Values) -> None:
        self._code = code
        self._values = values
        target = pointers.resolve(charter.text("model", "trained_by") or "", "code")
        path = target.definition.path if isinstance(target, SymbolTarget) else ""
        path = target.path if isinstance(target, FileTarget) else path
        self.paths = sorted(described.closure([path])) if path in code.modules else []

    def sums(self) -> list[Weighted]:
        """Every weighted sum of at least two losses."""
        found: list[Weighted] = []
        for path in self.paths:
            try:
                tree = self._code.source(path).tree
            except (DocumentError, Unreadable):
                continue
            found += self._in(path, tree, "")
        return found

    def _in(self, path: str, node: ast.AST, scope: str) -> Iterator[Weighted]:
        inner: set[ast.AST] = set()
        stack: list[tuple[ast.AST, str]] = [(node, scope)]
        while stack:
            here, name = stack.pop()
            if isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{name}.{here.name}" if name else here.name
            stack += [(child, name) for child in ast.iter_child_nodes(here)]
            if isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add) and here not in inner:
                terms = list(_terms(here, inner))
                weights = [self._weight(path, name, term) for term in terms]
                losses = [found for found in weights if found is not None]
                if len(losses) >= 2 and any(weighted for weighted, _ in losses):
                    yield Weighted(self._code.source(path).at(here), tuple(value for _, value in losses))
            elif isinstance(here, ast.Call):
                yield from self._keras(path, name, here)

    def _weight(self, path: str, scope: str, term: ast.expr) -> tuple[bool, float | None] | None:
        """(whether it is weighted, the weight) of a term that is a loss; None for any other term."""
        if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult):
            for weight, loss in ((term.left, term.right), (term.right, term.left)):
                if _is_loss(loss) and not _is_loss(weight):
                    return True, self._number(path, scope, weight)
            return None
        return (False, 1.0) if _is_loss(term) else None

    def _keras(self, path: str, scope: str, call: ast.Call) -> Iterator[Weighted]:
        """`compile(loss_weights=[0.7, 0.3])`, or a mapping of them."""
        given = next((word.value for word in call.keywords if word.arg == "loss_weights"), None)
        parts = given.values if isinstance(given, ast.Dict) else given.elts if isinstance(given, ast.List) else []
        if len(parts) >= 2:
            at = self._code.source(path).at(call)
            yield Weighted(at, tuple(self._number(path, scope, part) for part in parts))

    def _number(self, path: str, scope: str, node: ast.expr) -> float | None:
        known = self._values.fold(path, scope, node)
        value = known.value if known is not None else None
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _terms(node: ast.expr, inner: set[ast.AST]) -> Iterator[ast.expr]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        inner.add(here)
        if isinstance(here, ast.BinOp) and isinstance(here.op, ast.Add):
            waiting += [here.right, here.left]
        else:
            yield here


def _is_loss(node: ast.expr) -> bool:
    """A name, a call or an entry of a mapping that is called a loss."""
    if isinstance(node, ast.Call):
        return _is_loss(node.func)
    if isinstance(node, ast.Subscript):
        return _is_loss(node.value) or (
            isinstance(node.slice, ast.Constant) and bool(_LOSS.search(str(node.slice.value)))
        )
    if isinstance(node, ast.Attribute):
        return bool(_LOSS.search(f" {node.attr}")) and "weight" not in node.attr
    return isinstance(node, ast.Name) and bool(_LOSS.search(f" {node.id}")) and "weight" not in node.id


@provides
def weighing(charter: Charter, code: Code, pointers: Pointers, described: Described, values: Values) -> Weighing:
    """Reads the training code when asked."""
    return Weighing(charter, code, pointers, described, values)
