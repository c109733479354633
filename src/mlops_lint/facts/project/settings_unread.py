"""Fields of typed settings that take over a parameter, and that no code ever asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_WHOLE = re.compile(
    r"\b(?:asdict|astuple|vars|getattr|fields|model_dump|model_fields|__dict__|_asdict|__getattr__|__getitem__|"
    r"attrgetter|to_dict|dict\(\)|json\(\)|match\s+\w+:|hydra|OmegaConf|format_map|unpack|evolve)\b"
)
"""Ways to read a field without its name."""


def taken_over(trees: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """(key, field): `Settings(folds=doc["split"]["folds"])` of a class that the same project defines."""
    trees = list(trees)
    classes = {node.name: _fields(node) for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                for word in node.keywords:
                    key = _key(word.value)
                    if word.arg in classes[node.func.id] and key is not None and word.arg is not None:
                        yield key, word.arg


def never_asked(trees: Iterable[ast.Module], texts: Iterable[str]) -> set[str]:
    """The keys that only fill a field which nothing asks for."""
    trees = list(trees)
    if any(_WHOLE.search(text) for text in texts):
        return set()
    pairs = list(taken_over(trees))
    asked = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words = {node.value for tree in trees for node in ast.walk(tree)
             if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    once = [key for key, _ in pairs]
    return {
        key for key, field in pairs
        if field not in asked and once.count(key) == 1 and _times(trees, key) == 1
        and (field == key or field not in words)
    }  # fmt: skip


def _times(trees: list[ast.Module], key: str) -> int:
    return sum(isinstance(node, ast.Constant) and node.value == key for tree in trees for node in ast.walk(tree))


def _fields(node: ast.ClassDef) -> set[str]:
    """The fields of a class that has no method of its own, which might read them all."""
    if any(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body) or not _plain(node):
        return set()
    return {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}


def _plain(node: ast.ClassDef) -> bool:
    decorated = any("dataclass" in ast.unparse(one) for one in node.decorator_list)
    return (decorated and not node.bases) or [ast.unparse(base) for base in node.bases] in (
        ["NamedTuple"],
        ["BaseModel"],
    )


def _key(node: ast.expr) -> str | None:
    """`doc["split"]["folds"]`, `int(doc["seed"])` -> the last key."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        node = node.args[0]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return None
