"""What a Kedro pipeline reads through its catalogue: data sets that a node takes and that no node makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.node_wiring import Node, NodeWiring, data_set
from mlops_lint.facts.project.reading import documents_of, mapping, place, walk, word
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.model import Location

_FILES = re.compile(r"(?:^|/)conf/[^/]+/catalog[^/]*(?:/[^/]+)?\.ya?ml$")
_ROWS = re.compile(r"csv|parquet|excel|feather|spark|delta|gbq|sql|hdf|polars|arrow|orc", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set of the catalogue. `where` is its path, address or table as it is written."""

    name: str
    kind: str
    where: str
    at: Location


class CatalogueReads:
    """Empty where a node's data sets cannot be read from the code."""

    def __init__(self, code: Code, wiring: NodeWiring, shipped: Shipped) -> None:
        self._code = code
        self._wiring = wiring
        self._shipped = shipped

    @cached_property
    def all(self) -> tuple[Entry, ...]:
        """What training and scoring take from outside, by the names of their nodes' inputs."""
        nodes = self._wiring.all or ()
        if not nodes:
            return ()
        made = frozenset(name for node in nodes for name in node.outputs)
        needed = _needed([node for node in nodes if node.function in self._shipped.scored], nodes)
        return tuple(entry for entry in self._entries() if entry.name in needed - made)

    def _entries(self) -> Iterator[Entry]:
        view = self._code.view
        for path in view.entries:
            if not (_FILES.search(path) and self._code.project.owns(path)):
                continue
            for document in documents_of(view, path):
                for key, body in mapping(document):
                    kind = "table" if walk(body, "table_name") is not None else "path"
                    where = walk(body, "table_name") or walk(body, "filepath")
                    if where is not None and _ROWS.search(word(walk(body, "type"))):
                        if re.search(r"[{$]", word(where)) is None:
                            yield Entry(data_set(key.text), kind, word(where), place(path, where))


def _needed(ends: Sequence[Node], nodes: Sequence[Node]) -> frozenset[str]:
    """The inputs of some nodes, and of all that come before them."""
    needed: set[str] = set()
    waiting = list(ends)
    while waiting:
        fresh = set(waiting.pop().inputs) - needed
        needed |= fresh
        waiting += [node for node in nodes if fresh.intersection(node.outputs)]
    return frozenset(needed)


@provides
def catalogue_reads(code: Code, wiring: NodeWiring, shipped: Shipped) -> CatalogueReads:
    """Read when asked for."""
    return CatalogueReads(code, wiring, shipped)
