"""Fields of typed settings that take over a parameter, and that no code ever asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.files.chains import chain

_WHOLE = re.compile(
    r"\b(?:asdict|astuple|vars|getattr|fields|model_dump|model_fields|__dict__|_asdict|__getattr__|__getitem__|"
    r"attrgetter|to_dict|dict\(\)|json\(\)|match\s+\w+:|hydra|OmegaConf|format_map|unpack|evolve|render|tyro)\b"
)
"""Ways to read a field without its name."""
_LOGS = re.compile(
    r"^(?:log|log_\w+|set_tags?|set_params?|info|debug|warning|print|pprint|echo|connect|log_hyperparams)$"
)
"""Calls that only write down what they are given."""
_OF_MODELS = re.compile(r"\b(?:model_dump|model_fields|dict\(\)|json\(\))")
"""Ways that only the models of pydantic have."""
_TAKES = frozenset(("model_validate", "parse_obj"))


def taken_over(trees: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """(key, field): `Settings(folds=doc["split"]["folds"])` of a class that the same project defines."""
    trees = list(trees)
    classes = {node.name: _fields(node) for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    for tree in trees:
        for node in ast.walk(tree):
            name = _made(node) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in classes:
                yield from _filled(node, classes[name])


def _made(call: ast.Call) -> str:
    """The class that a call may make: `Settings(…)`, `config.Settings(…)`, `Settings.model_validate(…)`."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    if isinstance(call.func, ast.Attribute) and call.func.attr in _TAKES and isinstance(call.func.value, ast.Name):
        return call.func.value.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _filled(call: ast.Call, fields: set[str]) -> Iterator[tuple[str, str]]:
    for word in call.keywords:
        key = _key(word.value)
        if word.arg in fields and key is not None and word.arg is not None:
            yield key, word.arg
        elif word.arg is None and key is not None:
            yield from ((field, field) for field in sorted(fields))  # `Settings(**doc["train"])`
    if isinstance(call.func, ast.Attribute) and call.func.attr in _TAKES and call.args and _key(call.args[0]):
        yield from ((field, field) for field in sorted(fields))


def never_asked(trees: Iterable[ast.Module], texts: Iterable[str], fixed: Iterable[str] = ()) -> set[str]:
    """The keys that only fill a field which nothing asks for.

    A key that is written down with all of the others, as the parameters of a run, is read by nothing else; that
    counts where a call is given a value of its own under the same name (`fixed`).
    """
    trees, texts = list(trees), list(texts)
    found = _unasked(trees)
    if not any(_WHOLE.search(text) for text in texts):
        return found
    left = [_unlogged(tree, text) for tree, text in zip(trees, texts, strict=True)]
    if not _models(trees):
        left = [_OF_MODELS.sub("", text) for text in left]
    if any(_WHOLE.search(text) for text in left):
        return set()
    return found & set(fixed)


def _models(trees: list[ast.Module]) -> bool:
    """Whether some of the settings that take over parameters are models of pydantic."""
    kinds = [node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef) and node.bases]
    names = {node.name for node in kinds if any("BaseModel" in ast.unparse(base) for base in node.bases)}
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(_made(call) in names and any(_filled(call, {""})) for call in calls)


def _unlogged(tree: ast.Module, text: str) -> str:
    """A text without the calls that only write something down; imports read nothing either."""
    lines = text.split("\n")
    for node in ast.walk(tree):
        logs = isinstance(node, ast.Call) and _reads_nothing(tree, node)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call) and (logs or not isinstance(node, ast.Call)):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            if first == last and logs:
                start, end = node.col_offset, node.end_col_offset or 0
                raw = lines[first].encode()
                lines[first] = (raw[:start] + b" " * (end - start) + raw[end:]).decode(errors="replace")
            elif last < len(lines):
                lines[first : last + 1] = [""] * (last - first + 1)
    return "\n".join(lines)


def _reads_nothing(tree: ast.Module, call: ast.Call) -> bool:
    return _LOGS.search(chain(call.func).rpartition(".")[2]) is not None or _spelled(tree, call) is not None


def _spelled(tree: ast.Module, node: ast.Call) -> list[str] | None:
    """The names that `getattr(rows, name)` may ask for, where a loop spells them out; None where it does not."""
    if not isinstance(node.func, ast.Name) or node.func.id != "getattr" or len(node.args) < 2:
        return None
    wanted = node.args[1]
    if isinstance(wanted, ast.Constant):
        return [str(wanted.value)]
    loops = [one for one in ast.walk(tree) if isinstance(one, ast.For | ast.comprehension) and _binds(one, wanted)]
    lists = [one.iter.elts for one in loops if isinstance(one.iter, ast.Tuple | ast.List)]
    items = [item.value if isinstance(item, ast.Constant) else None for part in lists for item in part]
    told = len(lists) == len(loops) > 0 and all(isinstance(item, str) for item in items)
    return [str(item) for item in items] if told else None


def _binds(loop: ast.For | ast.comprehension, name: ast.expr) -> bool:
    return isinstance(name, ast.Name) and isinstance(loop.target, ast.Name) and loop.target.id == name.id


def _unasked(trees: list[ast.Module]) -> set[str]:
    pairs = list(taken_over(trees))
    asked = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for tree in trees:
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        asked |= {name for call in calls for name in _spelled(tree, call) or ()}
    words = {node.value for tree in trees for node in ast.walk(tree)
             if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    once = [key for key, _ in pairs]
    return {
        key for key, field in pairs
        if field not in asked and once.count(key) == 1 and _times(trees, key) <= 1
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
