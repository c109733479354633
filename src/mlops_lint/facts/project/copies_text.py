"""The label among the words of the text that a classifier reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Reach
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_HEAD = re.compile(r"transformers\.\w*For(?:SequenceClassification|TokenClassification)\.from_pretrained$")
_SPLITS = re.compile(r"(?i)(?:^|[._])tokeni[sz](?:er|e)$")
_LABELS = frozenset(("label", "labels"))


def told_in_text(code: Code, reach: Reach, column: str) -> tuple[str, Location] | None:
    """The text column that a classifier within reach reads, and where the label is written into it."""
    canonical = code.graph.canonical
    heads = [each for name, uses in canonical.items() if _HEAD.match(name) for each in uses]
    if not any(code.graph.scope(path, fact.scope) in reach for path, fact in heads):
        return None
    texts = {name for path in {one.path for one in reach.definitions} for name in _read(code, path)}
    for path in sorted(path for path in code.modules if not code.is_test(path)) if texts else ():
        for name, value in _made(code, path, column):
            if name in texts and any(_column(part) == column for part in _pieces(value)):
                return name, code.source(path).at(value)
    return None


def _nodes(code: Code, path: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(code.source(path).tree)
    except (DocumentError, Unreadable):
        return


def _read(code: Code, path: str) -> Iterator[str]:
    """The columns that are given to a tokenizer: `tokenizer(batch["text"])`."""
    for node in _nodes(code, path) if path in code.modules and not code.is_test(path) else ():
        if isinstance(node, ast.Call) and node.args and _SPLITS.search(chain(node.func)):
            yield from filter(None, [_column(node.args[0])])


def _made(code: Code, path: str, column: str) -> Iterator[tuple[str, ast.expr]]:
    """`{"text": …, "label": CLASSES.index(row["class"])}`, `rows["text"] = …`."""
    for node in _nodes(code, path):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield _column(node.targets[0]), node.value
        elif isinstance(node, ast.Dict):
            items = [(key.value, value) for key, value in zip(node.keys, node.values, strict=True)
                     if isinstance(key, ast.Constant) and isinstance(key.value, str)]  # fmt: skip
            labels = [part for key, value in items if key in _LABELS for part in ast.walk(value)]
            if any(_column(part) == column for part in labels):
                yield from items


def _column(node: ast.AST) -> str:
    """`text` of `row["text"]`."""
    found = node.slice.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) else None
    return found if isinstance(found, str) else ""


def _pieces(node: ast.expr) -> Iterator[ast.expr]:
    """What a text is put together from, word for word; what a call is given may be taken out of it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (*_pieces(node.left), *_pieces(node.right))
    elif isinstance(node, ast.JoinedStr):
        yield from (part for one in node.values if isinstance(one, ast.FormattedValue) for part in _pieces(one.value))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format"):
        inner = [one.elts if isinstance(one, ast.List | ast.Tuple) else [one] for one in node.args]
        yield from (part for items in inner for one in items for part in _pieces(one))
    else:
        yield node
