"""Numbers of slices in a results file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.grouping import contains, singular
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.pointer_targets import ValueTarget
from mlops_lint.facts.project.reading import place
from mlops_lint.facts.project.recorded import Recorded
from mlops_lint.model import Location

_WHOLE = frozenset(
    "overall all total mean macro micro weighted average avg min max gap std n rows count support test val validation "
    "train eval metric score value slice group result difference ratio threshold target".split()
)
MAX_LEAVES = 5_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One number with the words that lead to it: keys, and the texts beside it in its row."""

    words: tuple[str, ...]
    value: float
    at: Location


class SliceResults:
    """Reads `value` pointers that lead to many numbers."""

    def __init__(self, recorded: Recorded, metrics: Metrics) -> None:
        self.recorded = recorded
        self.metrics = metrics

    def leaves(self, text: str) -> list[Leaf] | None:
        """Every number below a pointer; None where it leads to nothing that can be read."""
        target = self.recorded.target(text)
        if not isinstance(target, ValueTarget):
            return None
        found: list[Leaf] = []
        for leaf in _below(target.node, target.path, ()):
            found.append(leaf)
            if len(found) >= MAX_LEAVES:
                break
        return found

    @staticmethod
    def of(leaves: list[Leaf], name: str) -> Leaf | None:
        """A number of the slice."""
        wanted = singular(name)
        return next((leaf for leaf in leaves if contains(leaf.words, wanted)), None)

    @staticmethod
    def names(pointer: str, slices: list[str]) -> bool:
        """Whether a pointer says itself of which slice all numbers below it are: `#/by_region`."""
        said = singular(pointer.partition("#")[2])
        return any(contains(said, singular(name)) for name in slices)

    def others(self, leaves: list[Leaf], names: list[str]) -> Leaf | None:
        """A number of some group that no declared slice names: it may be a group of one of them."""
        for leaf in leaves:
            if any(contains(leaf.words, singular(name)) for name in names):
                continue
            rest = [word for word in leaf.words if word not in _WHOLE and not word.isdigit()]
            if (
                rest
                and self.metrics.get("_".join(rest)) is None
                and any(self.metrics.get(word) is None for word in rest)
            ):
                return leaf
        return None


def _below(node: Node | None, path: str, words: tuple[str, ...], depth: int = 6) -> Iterator[Leaf]:
    if isinstance(node, ScalarNode):
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            yield Leaf(words, float(node.value), place(path, node))
    elif isinstance(node, ListNode) and depth:
        for item in node.items:
            yield from _below(item, path, words, depth - 1)
    elif isinstance(node, MapNode) and depth:
        texts = [
            value.text for _, value in node.entries if isinstance(value, ScalarNode) and isinstance(value.value, str)
        ]
        beside = tuple(word for text in texts if len(text) < 80 for word in singular(text))
        for key, value in node.entries:
            yield from _below(value, path, (*words, *beside, *singular(key.text)), depth - 1)


@provides
def slice_results(recorded: Recorded, metrics: Metrics) -> SliceResults:
    """Read when asked for."""
    return SliceResults(recorded, metrics)
