"""The only number that a declared function decides at, whatever the compared thing is called."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.comparing import own_nodes, sides, words_of
from mlops_lint.facts.project.values.model import settled

_PLAIN = ("builtins.", "uuid.", "datetime.", "math.", "json.", "logging.", "numpy.", "pandas.")
_METHODS = frozenset(
    "append extend items keys values get iterrows itertuples isoformat date strftime round tolist to_dict hex join "
    "format lower upper strip copy astype sum mean info debug warning head sort_values reset_index".split()
)
_CUTS = frozenset(
    "cut qcut digitize searchsorted select choose bisect quantile random rand uniform choice eval".split()
)
"""Calls that decide, or draw, without a comparison."""
_NAMED = frozenset("threshold thresh cutoff policy rule rules".split())
_ASIDE = frozenset(
    "random rng sample margin delta diff difference tolerance tol eps epsilon change growth rate discount weight noise "
    "coverage error errors loss std var variance decay alpha lr now elapsed duration".split()
)
"""What is bounded beside a decision."""
_ORDER = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
MIN_BOUND = 0.01
CLOSE = 1e-9

Numbers = Callable[[Definition, ast.expr], list[object]]


class Alone:
    """Looks for one bound between 0 and 1 where nothing else could be the threshold."""

    def __init__(self, code: Code, numbers: Numbers, others: frozenset[str]) -> None:
        self._code = code
        self._numbers = numbers
        self._others = others | _ASIDE

    def bound(
        self, own: Iterable[Definition], reach: Iterable[Definition], said: float
    ) -> tuple[Definition, ast.expr] | None:  # fmt: skip
        """The bound of the only comparison of a share, where `said` is nowhere; None where it cannot be told."""
        own = list(own)
        if not MIN_BOUND <= said < 1 or any(one.kind != "function" for one in own):
            return None
        found: list[tuple[Definition, ast.expr]] = []
        for definition in dict.fromkeys((*own, *reach)):
            nodes = list(own_nodes(self._code.node(definition), definition))
            bounds = self._fractions(definition, nodes)
            if bounds is None or self._holds(definition, nodes, said):
                return None
            if definition in own and not all(self._plain(definition, node) for node in nodes):
                return None
            found += [(definition, bound) for bound in bounds]
        return found[0] if len(found) == 1 and found[0][0] in own else None

    def _fractions(self, definition: Definition, nodes: list[ast.AST]) -> list[ast.expr] | None:
        """The bounds between 0 and 1; None where a comparison is not understood."""
        found: list[ast.expr] = []
        for node in nodes:
            if isinstance(node, ast.Compare) and len(node.ops) > 1 and isinstance(node.ops[0], _ORDER):
                return None
            pairs = list(sides(node))
            known = [(side, bound) for side, bound in pairs if self._known(definition, bound)]
            if pairs and len(known) != 1:
                return None
            for side, bound in known:
                numbers = [one for one in self._numbers(definition, bound) if isinstance(one, int | float)]
                if any(MIN_BOUND <= one < 1 for one in numbers):
                    if words_of(side) & self._others or isinstance(side, ast.BinOp | ast.Call):
                        return None
                    found.append(bound)
        return found

    def _known(self, definition: Definition, node: ast.expr) -> bool:
        numbers = self._numbers(definition, node)
        return bool(numbers) and all(settled(one) for one in numbers)

    def _holds(self, definition: Definition, nodes: list[ast.AST], said: float) -> bool:
        """Whether the declared number is used here, in whatever form."""
        forms = (said, 1 - said, said * 100, (1 - said) * 100)
        used: list[ast.expr] = [node for node in nodes if isinstance(node, ast.Constant)]
        used += [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        used += [part for node in nodes if isinstance(node, ast.Call) for part in _given(node)]
        values = [value for node in used for value in self._numbers(definition, node)]
        numbers = [value for value in values if isinstance(value, int | float)]
        return any(abs(value - form) <= CLOSE for value in numbers for form in forms)

    def _plain(self, definition: Definition, node: ast.AST) -> bool:
        """Whether a part of a body could not decide by itself."""
        if isinstance(node, ast.Name | ast.Attribute):
            return not words_of(node) & _NAMED
        if isinstance(node, ast.keyword):
            return not set((node.arg or "").casefold().split("_")) & _NAMED
        if not isinstance(node, ast.Call):
            return True
        last = split(chain(node.func))[-1].lstrip(".")
        name = self._code.canonical(definition.path, definition.qualname, chain(node.func)) or ""
        if last in _CUTS:
            return False
        if name:
            return "::" in name or name.startswith(_PLAIN)
        return last in _METHODS or hasattr(builtins, last)


def _given(node: ast.Call) -> Iterator[ast.expr]:
    yield from (part for part in node.args if isinstance(part, ast.Attribute | ast.Subscript | ast.Call))
    yield from (
        word.value for word in node.keywords if isinstance(word.value, ast.Attribute | ast.Subscript | ast.Call)
    )
