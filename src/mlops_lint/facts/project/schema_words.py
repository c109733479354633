"""What a schema tells of itself, and refuses nothing by: `Rows.to_schema().columns`, `Row.model_json_schema()`."""

from __future__ import annotations

import ast

_DESCRIBES = frozenset(
    "to_schema to_json_schema to_json to_yaml to_script model_json_schema schema_json get_metadata example strategy "
    "hypothesis columns keys".split()
)
_HARMLESS = frozenset("len print list sorted set str repr dict tuple iter enumerate".split())


def describes(tree: ast.AST, call: ast.Call) -> bool:
    """Whether a call on a schema only tells of it, and nothing that checks comes of what it gives."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _DESCRIBES:
        return False
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    if isinstance(parent := parents.get(id(call)), ast.Assign) and len(parent.targets) == 1:
        target = parent.targets[0]
        if not isinstance(target, ast.Name):
            return False
        uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == target.id]
        return all(_idle(node, parents) for node in uses if isinstance(node.ctx, ast.Load))
    return _idle(call, parents)


def _idle(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Whether what stands there is only looked at: an attribute that is not called, a length, a text."""
    parent = parents.get(id(node))
    if isinstance(parent, ast.Attribute):
        above = parents.get(id(parent))
        called = isinstance(above, ast.Call) and above.func is parent
        return parent.attr in _DESCRIBES if called else _idle(parent, parents) or isinstance(above, ast.Subscript)
    if isinstance(parent, ast.Call):
        return parent.func is not node and isinstance(parent.func, ast.Name) and parent.func.id in _HARMLESS
    return isinstance(parent, ast.Expr | ast.FormattedValue)


def describing(tree: ast.AST) -> dict[int, ast.Attribute]:
    """The names whose call only tells of them, each with the attribute that is called."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
             and node.func.attr in _DESCRIBES]  # fmt: skip
    found = [node.func for node in calls if isinstance(node.func, ast.Attribute) and describes(tree, node)]
    return {id(func.value): func for func in found}
