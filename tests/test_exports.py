"""What packs may use is listed twice, for programs and for type checkers; both say the same."""

from __future__ import annotations

import ast
from pathlib import Path

import mlops_lint
from mlops_lint._exports import EXPORTS


def test_both_lists_agree() -> None:
    tree = ast.parse(Path(mlops_lint.__file__).read_text(encoding="utf-8"))
    typed = {
        node.module: {name.name for name in node.names}
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "mlops_lint._exports"
    }
    typed = {module: names for module, names in typed.items() if module.startswith("mlops_lint.")}
    assert typed == {module: set(names) for module, names in EXPORTS.items()}


def test_every_name_is_there() -> None:
    names = [name for names in EXPORTS.values() for name in names]
    assert len(set(names)) == len(names)
    assert all(hasattr(mlops_lint, name) for name in names)
    assert mlops_lint.__all__ == sorted(names)
