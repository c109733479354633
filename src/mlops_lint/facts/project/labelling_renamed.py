"""The column of a Hugging Face data set that its code hands to a trainer as the labels."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code
from mlops_lint.model import Location

_LABELS = ("label", "labels")


def renamed_label(code: Code) -> tuple[Location, str] | None:
    """Where the one column is told to be the labels; None where there is none, or several."""
    found: list[tuple[Location, str]] = []
    for path in code.modules:
        if code.is_test(path) or "datasets" not in {
            one.module.partition(".")[0] for one in code.modules[path].symbols.imports
        }:
            continue
        source = code.source(path)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found += [(source.at(node), column) for column in _told(node, node.func.attr)]
    return found[0] if len({column for _, column in found}) == 1 else None


def _told(node: ast.Call, method: str) -> Iterator[str]:
    """The columns that a call renames to `labels`, or makes classes."""
    if method == "rename_columns" and node.args and isinstance(node.args[0], ast.Dict):
        pairs = zip(node.args[0].keys, node.args[0].values, strict=True)
        yield from (old for key, value in pairs if (old := _text(key)) and _text(value) in _LABELS)
    if len(node.args) != 2 or (column := _text(node.args[0])) is None:
        return
    classes = isinstance(node.args[1], ast.Call) and chain(node.args[1].func).rpartition(".")[2] == "ClassLabel"
    if (method == "rename_column" and _text(node.args[1]) in _LABELS) or (method == "cast_column" and classes):
        yield column


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
