"""Chains: the names of an expression as one short text.

`pd.read_csv` is a chain; a call appends `()`, a subscript `[]`, and what is no name begins with `?`:
`Model(x).fit` -> `Model().fit`, `frames[0].dropna` -> `frames[].dropna`, `(a + b).mean` -> `?.mean`.
"""

from __future__ import annotations

import ast
import functools

UNKNOWN = "?"


def chain(node: ast.expr | None) -> str:
    """The chain of an expression; `?` where it has none."""
    parts: list[str] = []
    while node is not None:
        if isinstance(node, ast.Name):
            parts.append(node.id)
            return "".join(reversed(parts))
        if isinstance(node, ast.Attribute):
            parts.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        elif isinstance(node, ast.Await):
            node = node.value
        else:
            break
    parts.append(UNKNOWN)
    return "".join(reversed(parts))


def split(text: str) -> list[str]:
    """`a.b().c[]` -> `["a", ".b", "()", ".c", "[]"]`."""
    return list(_steps(text))


@functools.lru_cache(maxsize=1 << 15)
def _steps(text: str) -> tuple[str, ...]:
    steps: list[str] = []
    position = 0
    while position < len(text):
        if text.startswith(("()", "[]"), position):
            steps.append(text[position : position + 2])
            position += 2
            continue
        end = position + 1
        while end < len(text) and text[end] not in ".([":
            end += 1
        steps.append(text[position:end])
        position = end
    return tuple(steps)


def annotation(node: ast.expr | None) -> str:
    """The class that an annotation names, as a chain; `?` where it names none or several."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not is_none(side)]
        return annotation(sides[0]) if len(sides) == 1 else UNKNOWN
    if isinstance(node, ast.Subscript):
        outer = chain(node.value).rpartition(".")[2]
        if outer in {"Optional", "Annotated", "Final"}:
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            return annotation(inner)
        return UNKNOWN
    if isinstance(node, ast.Name | ast.Attribute):
        return chain(node)
    return UNKNOWN


def annotated_with(node: ast.expr | None) -> list[ast.expr]:
    """What `Annotated[Price, Depends(model)]` says beside the class."""
    if isinstance(node, ast.Subscript) and chain(node.value).rpartition(".")[2] == "Annotated":
        return node.slice.elts[1:] if isinstance(node.slice, ast.Tuple) else []
    return []


def is_none(node: ast.expr) -> bool:
    """`None`, written out."""
    return isinstance(node, ast.Constant) and node.value is None
