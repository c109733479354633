"""Code that is said to explain predictions, and that makes nothing of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.nodes import spoken
from mlops_lint.facts.files.stubs import is_text
from mlops_lint.facts.project.code import Code, Definition

_PLAIN = (
    "builtins.", "cv2.", "PIL.", "matplotlib.", "numpy.", "math.", "pathlib.", "os.", "io.", "json.", "logging.",
    "datetime.", "time.", "re.", "base64.", "collections.", "itertools.", "functools.", "shutil.", "tempfile.", "uuid.",
    "skimage.draw.", "imageio.imwrite", "supervision.",
)  # fmt: skip
_LITERAL = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.expr_context)
_READS = re.compile(
    r"(?:^|[._])(?:open|imread|imdecode|load|loads|read_\w+|fromfile|memmap|eval|exec|__import__|getattr)$"
)
_METHODS = frozenset(
    "copy items keys values append extend get pop astype tolist join format split strip lower upper save mkdir exists "
    "with_suffix with_name with_stem as_posix sort reshape max min sum mean round write write_text write_bytes close "
    "rectangle text line polygon ellipse resize convert crop paste show savefig imshow plot bar add_patch set_title "
    "axis subplots info debug warning error index count insert update setdefault startswith endswith replace".split()
)
_MATTER = re.compile(
    r"grad|activation|hook|attent|attribut|relevance|saliency|heat_?map|weight|contribut|importan|explan|expl_|"
    r"feature_?map|(?:^|_)(?:cam|mask|map|overlay)s?(?:_|$)",
    re.IGNORECASE,
)


def draws_only(code: Code, roots: tuple[Definition, ...]) -> bool:
    """Whether functions ask no model, read no file and are handed nothing that could be an explanation."""
    reach = [one for one in code.reachable(roots).definitions if one.kind != "class"]
    functions = [one for one in reach if one.kind == "function"]
    if not roots or any(root.kind != "function" or root.path.endswith(".ipynb") for root in roots):
        return False
    return bool(functions) and all(_draws(code, one) for one in functions)


def says_the_same(code: Code, one: Definition) -> bool:
    """Whether a function that is given something looks at nothing and gives back a literal."""
    node = code.node(one)
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_generated(node):
        return False
    body = [statement for statement in node.body if not is_text(statement)]
    given = [part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg) and part.arg not in ("self", "cls")]
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    parts = list(ast.walk(value)) if value is not None else []
    return bool(given and parts) and all(isinstance(part, _LITERAL) for part in parts)


def _draws(code: Code, one: Definition) -> bool:
    node = code.node(one)
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_generated(node):
        return False
    parts = [part for statement in node.body if not is_text(statement) for part in ast.walk(statement)]
    given = [part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)]
    if any(_MATTER.search(name) for name in [*given, *(spoken(part) for part in parts)]):
        return False
    return all(_plain(code, one, part) for part in parts if isinstance(part, ast.Call))


def is_generated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator may put anything in the function's place."""
    return bool(node.decorator_list)


def _plain(code: Code, one: Definition, call: ast.Call) -> bool:
    text = chain(call.func)
    name = code.canonical(one.path, one.qualname, text)
    if _READS.search(name or text):
        return False
    if name is not None and "::" in name:
        return True  # the project's own is judged by itself
    if name is not None and name.startswith(_PLAIN):
        return True
    return isinstance(call.func, ast.Attribute) and split(text)[-1].lstrip(".") in _METHODS


def always_empty(tree: ast.AST) -> frozenset[str]:
    """The names of a body that are given nothing but `[]`, `""`, `None` and the like."""
    values: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(tree):
        for target, value in _bound(node):
            values.setdefault(target, []).append(value)
    stored = [part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    filled = {part.value.id for part in ast.walk(tree)
              if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)}  # fmt: skip
    return frozenset(
        name for name, given in values.items()
        if name not in filled and stored.count(name) == len(given) and all(_empty(value) for value in given)
    )  # fmt: skip


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from ((one.id, given) for one, given in zip(target.elts, value.elts, strict=True)
                        if isinstance(one, ast.Name))  # fmt: skip


def _empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Constant) and value.value in (None, "")
