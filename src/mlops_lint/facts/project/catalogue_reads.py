"""What a Kedro pipeline reads through its catalogue: data sets that a node takes and that no node makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.reading import documents_of, mapping, place, walk, word
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.model import Location

_NODES = frozenset(("kedro.pipeline.node", "kedro.pipeline.Node", "kedro.pipeline.node.node"))
_FILES = re.compile(r"(?:^|/)conf/[^/]+/catalog[^/]*(?:/[^/]+)?\.ya?ml$")
_ROWS = re.compile(r"csv|parquet|excel|feather|spark|delta|gbq|sql|hdf|polars|arrow|orc", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set of the catalogue. `where` is its path, address or table as it is written."""

    name: str
    kind: str
    where: str
    at: Location


@dataclass(frozen=True, slots=True)
class _Node:
    function: Definition | None
    inputs: frozenset[str]
    outputs: frozenset[str]


class CatalogueReads:
    """Empty where a node's data sets cannot be read from the code."""

    def __init__(self, code: Code, shipped: Shipped) -> None:
        self._code = code
        self._shipped = shipped

    @cached_property
    def all(self) -> tuple[Entry, ...]:
        """What training and scoring take from outside, by the names of their nodes' inputs."""
        nodes = self._nodes()
        if not nodes:
            return ()
        made = frozenset(name for node in nodes for name in node.outputs)
        needed = _needed([node for node in nodes if node.function in self._shipped.scored], nodes)
        return tuple(entry for entry in self._entries() if entry.name in needed - made)

    def _nodes(self) -> list[_Node]:
        found = []
        for use in self._code.uses(_NODES):
            call = self._code.call_node(use) if use.call and not self._code.is_test(use.path) else None
            if call is None:
                continue
            given = [
                *call.args[:3],
                *(word.value for word in call.keywords if word.arg in ("func", "inputs", "outputs")),
            ]
            if len(given) != 3:
                return []
            inputs, outputs = _names(given[1]), _names(given[2])
            if inputs is None or outputs is None:
                return []
            found.append(_Node(self._function(use, given[0]), inputs, outputs))
        return found

    def _function(self, use: Use, given: ast.expr) -> Definition | None:
        name = self._code.canonical(use.path, use.scope, chain(given)) or ""
        path, _, qualname = name.partition("::")
        return self._code.definition(path, qualname) if qualname else None

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
                            yield Entry(key.text, kind, word(where), place(path, where))


def _needed(ends: list[_Node], nodes: list[_Node]) -> frozenset[str]:
    """The inputs of some nodes, and of all that come before them."""
    needed: set[str] = set()
    waiting = list(ends)
    while waiting:
        fresh = waiting.pop().inputs - needed
        needed |= fresh
        waiting += [node for node in nodes if node.outputs & fresh]
    return frozenset(needed)


def _names(node: ast.expr) -> frozenset[str] | None:
    """The names of data sets; None where they are not written out."""
    if isinstance(node, ast.Constant):
        return frozenset((node.value,)) if isinstance(node.value, str) else frozenset()
    if isinstance(node, ast.List | ast.Tuple):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = node.values
    else:
        return None
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return frozenset(texts) if len(texts) == len(parts) else None


@provides
def catalogue_reads(code: Code, shipped: Shipped) -> CatalogueReads:
    """Read when asked for."""
    return CatalogueReads(code, shipped)
