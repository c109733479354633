"""Tests that look at what a model is made of, and at none of its answers."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.project.assertions import callee
from mlops_lint.facts.project.shallow import OTHERS

_PARTS = frozenset(
    "named_steps steps layers training n_features_in_ feature_names_in_ classes_ n_classes_ __class__ __name__ "
    "__doc__ n_estimators max_depth requires_grad predict predict_proba forward fit transform transformers_ dtype "
    "input_shape output_shape num_labels id2label label2id in_features out_features num_classes "
    "named_parameters".split()
)
_METHODS = frozenset(
    "get_params parameters named_parameters state_dict keys modules named_modules children named_children numel dim "
    "count_params eval".split()
)
_TYPES = frozenset(("isinstance", "issubclass", "hasattr", "callable", "type"))
_SHOWING = _TYPES | frozenset("list len set sorted tuple any all sum bool str".split())


def only_structure(trees: Iterable[ast.AST], module: ast.Module) -> bool:
    """Whether all that is asserted is about parts, settings and constants; what is made by others is not followed."""
    asserted = False
    above = _bound(ast.Module([one for one in module.body if isinstance(one, ast.Assign)], []))
    for tree in trees:
        bound = {**above, **_bound(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and OTHERS.search(callee(node.func))):
                return False
            if isinstance(node, ast.Assert):
                if not _structural(node.test, bound, 4):
                    return False
                asserted = True
    return asserted


def looks_at_parts(trees: Iterable[ast.AST]) -> bool:
    """Whether an assertion, or what it is bound from, names a class, a part or a setting of a model."""
    parts = [part for tree in trees for part in ast.walk(tree)]
    attributes = {part.attr for part in parts if isinstance(part, ast.Attribute)}
    called = {callee(part.func) for part in parts if isinstance(part, ast.Call)}
    return bool(attributes & (_PARTS | _METHODS) or called & _TYPES)


def _bound(tree: ast.AST) -> dict[str, ast.expr]:
    """Names that are set once in a test."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _structural(node: ast.expr, bound: dict[str, ast.expr], depth: int) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.BoolOp | ast.List | ast.Tuple | ast.Set):
        inner = node.values if isinstance(node, ast.BoolOp) else node.elts
        return all(_structural(one, bound, depth) for one in inner)
    if isinstance(node, ast.UnaryOp):
        return _structural(node.operand, bound, depth)
    if isinstance(node, ast.Compare):
        if isinstance(node.left, ast.Name) and all(isinstance(one, ast.Is | ast.IsNot) for one in node.ops):
            return True
        return all(_structural(one, bound, depth) for one in [node.left, *node.comparators])
    if isinstance(node, ast.Name):
        known = bound.get(node.id) if depth else None
        return node.id.isupper() if known is None else _structural(known, bound, depth - 1)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        calls = [part for part in ast.walk(node.elt) if isinstance(part, ast.Call)]
        plain = all(callee(part.func) in _METHODS | _SHOWING for part in calls)
        return plain and len(node.generators) == 1 and _structural(node.generators[0].iter, bound, depth)
    if isinstance(node, ast.Call):
        return _called(node, bound, depth)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Call):
        return _structural(node.value, bound, depth)
    return _attribute(node, bound)


def _called(node: ast.Call, bound: dict[str, ast.expr], depth: int) -> bool:
    name = callee(node.func)
    if isinstance(node.func, ast.Name) and name in _TYPES:
        return True
    if isinstance(node.func, ast.Name) and name in _SHOWING:
        return all(_structural(one, bound, depth) for one in node.args)
    return isinstance(node.func, ast.Attribute) and name in _METHODS and not node.args


def _attribute(node: ast.expr, bound: dict[str, ast.expr]) -> bool:
    """`model.named_steps["trees"]`, `train.MODEL.suffix`; what a call has given is no part."""
    text = chain(node)
    first = text.partition(".")[0].partition("[")[0]
    if first.isupper() and first in bound and not _structural(bound[first], bound, 0):
        return False
    names = [part.strip(".") for part in split(text)] if text and "(" not in text else []
    return len(names) > 1 and any(name in _PARTS or (name.isupper() and len(name) > 1) for name in names[1:])
