"""What a target of a fit is taken from, and how a label's column may be written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain, is_none
from mlops_lint.facts.project.knowledge import Estimator
from mlops_lint.facts.project.labelling_prose import LANGUAGE

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_LABELS = frozenset("label labels y yb target targets classes".split())
_FORMS = frozenset("to_numpy to_list tolist astype ravel reshape flatten squeeze copy cast to_series".split())
_TAKEN = frozenset("asarray array ravel asanyarray squeeze Series".split())
_LIBRARIES = frozenset("np numpy jnp cp pd pandas pl polars".split())


def peeled(node: ast.expr) -> ast.expr:
    """`rows[y].to_numpy()`, `rows[y].values`, `np.ravel(rows[y])` -> `rows[y]`."""
    for _ in range(6):
        inner = _inside(node)
        if inner is None:
            break
        node = inner
    return node


def _inside(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Attribute):
        return node.value if node.attr in ("values", "array") else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if isinstance(node.func.value, ast.Name) and node.func.value.id in _LIBRARIES:
        return node.args[0] if node.func.attr in _TAKEN and node.args else None
    return node.func.value if node.func.attr in _FORMS else None


def named_label(node: ast.expr) -> bool:
    """`rows[TARGET]`, `rows[settings.LABEL_COLUMN]`: a constant that says what the column is."""
    name = chain(node).rpartition(".")[2] if isinstance(node, ast.Name | ast.Attribute) else ""
    return name.isupper() and not {"TARGET", "LABEL", "OUTCOME"}.isdisjoint(name.split("_"))


def beside(target: ast.Subscript, features: ast.expr | None) -> bool:
    """`fit(rows[COLUMNS], rows[y])`, `fit(transform(rows), rows[y])`: the features are taken from the same rows."""
    if features is None or not isinstance(target.value, ast.Name | ast.Attribute):
        return False
    if isinstance(features, ast.Subscript) and isinstance(features.slice, ast.Constant):
        return False  # a mapping has its features under a key too
    same = ast.dump(target.value)
    parts = [part for part in ast.walk(features) if isinstance(part, ast.Name | ast.Attribute)]
    return any(ast.dump(part) == same for part in parts)


def target_of(call: ast.Call, one: Estimator) -> ast.expr | None:
    """What a fit is given to learn."""
    position, name = one.target or (1, "y")
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is None or len(call.args) <= position or isinstance(call.args[position], ast.Starred):
        return None
    found = call.args[position]
    return None if is_none(found) else found


def unpacked_labels(node: ast.AST) -> Iterator[str]:
    """Label names in `images, labels = batch` and `for x, y in loader`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.For) else []
    if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Name | ast.Subscript):
        return
    for target in targets:
        last = target.elts[-1] if isinstance(target, ast.Tuple) and len(target.elts) > 1 else None
        last = last.elts[-1] if isinstance(last, ast.Tuple) and last.elts else last
        if isinstance(last, ast.Name) and last.id.lower().strip("_") in _LABELS:
            yield last.id


def column_tokens(name: str) -> tuple[str, ...]:
    """`hasChurned`, `has_churned` -> the same words."""
    return tuple(word.lower() for word in WORD.findall(name))


def written(node: ast.AST) -> Iterator[str]:
    """What a node may name a column by: a short text or a query, a name, an attribute, a keyword."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 2_000:
        if " " not in node.value or LANGUAGE.search(node.value) or len(node.value.split()) <= 3:
            yield node.value
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword | ast.arg) and node.arg:
        yield node.arg


def holds(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether the words stand in a text one after the other."""
    words = column_tokens(text)
    size = len(wanted)
    return any(words[start : start + size] == wanted for start in range(len(words) - size + 1))
