"""Calls that read a file, and names of files that are only read."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact


def reads(call: ast.Call) -> bool:
    """`open(path)`, `json.load(open(path))`, `Path(path).read_text()`, `pd.read_json(path)`."""
    name = split(chain(call.func))[-1].lstrip(".")
    if name == "open":
        mode = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
        text = mode[0].value if mode and isinstance(mode[0], ast.Constant) else "r" if not mode else "w"
        return str(text).startswith("r") and "+" not in str(text)
    return name.startswith("read_") or name in ("load", "safe_load", "loads", "exists", "is_file")


def read_places(tree: ast.AST) -> set[tuple[int, int]]:
    """Where the parts of calls that read stand."""
    return {
        (part.lineno, part.col_offset)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and reads(call)
        for part in ast.walk(call)
        if isinstance(part, ast.Name | ast.Attribute)
    }


def only_reads(places: set[tuple[int, int]], use: UseFact) -> bool:
    """Whether a use stands in a call that reads."""
    return (use.line, use.column) in places
