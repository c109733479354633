"""Comparisons of data with themselves."""

from __future__ import annotations

import ast

from mlops_lint.facts.files.chains import chain

_MEASURES = frozenset(
    "psi ks kl js drift distance divergence wasserstein chisquare chi2 ttest mannwhitneyu anderson ksamp 2samp compare "
    "population stability mmd jensenshannon entropy".split()
)
_SIDES = (frozenset(("reference", "ref", "expected", "baseline")), frozenset(("current", "cur", "actual", "analysis")))


def with_itself(function: ast.AST) -> ast.Call | None:
    """A call of a measure that is given one thing twice, a name for it counted as itself."""
    same = _same(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            pair = _pair(node)
            if pair is not None and _told(pair[0], same) == _told(pair[1], same):
                return node
    return None


def _pair(call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    named = [
        next((word.value for word in call.keywords if word.arg and side & set(word.arg.lower().split("_"))), None)
        for side in _SIDES
    ]
    if named[0] is not None and named[1] is not None:
        return named[0], named[1]
    words = set(chain(call.func).rpartition(".")[2].lower().split("_"))
    two = len(call.args) > 1 and not any(isinstance(part, ast.Starred | ast.Constant) for part in call.args[:2])
    return (call.args[0], call.args[1]) if two and words & _MEASURES else None


def _same(function: ast.AST) -> dict[str, str]:
    """Names that are set once, to another name or a copy of it."""
    bound: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.setdefault(node.id, [])
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            bound.setdefault(node.targets[0].id, []).append(node.value)
    stores = [node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    found = {}
    for name, values in bound.items():
        value = values[0] if len(values) == 1 and stores.count(name) == 1 else None
        if isinstance(value, ast.Call) and chain(value).endswith(".copy()") and isinstance(value.func, ast.Attribute):
            value = value.func.value
        if isinstance(value, ast.Name) and value.id != name and stores.count(value.id) == 0:
            found[name] = value.id
    return found


def _told(node: ast.expr, same: dict[str, str]) -> str:
    names = {id(part): same.get(part.id, part.id) for part in ast.walk(node) if isinstance(part, ast.Name)}
    calls = [ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Call) and not _reads(part)]
    if calls:
        return f"?{id(node)}"  # what a call gives may differ each time
    text = ast.unparse(node)
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and names[id(part)] != part.id and text.startswith(part.id):
            text = names[id(part)] + text.removeprefix(part.id)
    return text


def _reads(call: ast.Call) -> bool:
    """`frame[column].to_numpy()`: a method without arguments gives the same again."""
    return isinstance(call.func, ast.Attribute) and not call.args and call.func.attr not in ("sample", "pop", "read")
