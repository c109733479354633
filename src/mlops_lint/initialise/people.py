"""The parts of a draft about people: owner, fairness, explanations, monitoring."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mlops_lint.initialise.found import NOT_STATED, Found
from mlops_lint.initialise.tree import Block, Item, Value, block_of, sound
from mlops_lint.knowledge import table

MAX_HOOKS = 6
_COLUMN = re.compile(r"[^\W\d][\w -]{1,38}\w")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MIN_COLUMNS = 2
_MAX_TOKENS = 3


def owner(found: Found) -> Value:
    """Who CODEOWNERS names for the project, else who committed most."""
    rule = found.ownership.rule_for(found.project.charter_path)
    if rule is not None and rule.owners and sound(rule.owners[0]):
        return Value(sound(rule.owners[0]), rule.at)
    authors = Counter(
        sound(commit.author_name) for commit in found.ownership.commits if "[bot]" not in commit.author_name
    )
    authors.pop("", None)
    if authors:
        first = min(authors, key=lambda author: (-authors[author], author))
        return Value(first, remark="the most frequent author")
    return Value(NOT_STATED)


def monitoring(found: Found) -> Block:
    """Calls that watch the service."""
    hooks: list[Item] = []
    seen: set[str] = set()
    for tool in found.knowledge.tools("monitoring"):
        for use in found.own.calls(tool.calls("observe", "instrument"), tests=False):
            hook = found.call(use)
            if hook is not None and str(hook.value) not in seen:
                seen.add(str(hook.value))
                kinds = [str(kind) for kind in tool.get("kinds", ())]
                hooks.append(block_of({"call": hook, "kind": Value(kinds[0]) if len(kinds) == 1 else None}))
    return Block({"hooks": hooks[:MAX_HOOKS]} if hooks else {"none_because": Value(NOT_STATED)})


def fairness(found: Found) -> Block | None:
    """Columns that may be protected attributes, and what is measured by group."""
    columns = _protected(found)
    per_group = {call for tool in found.knowledge.tools("fairness") for call in tool.get("per_group", {})}
    measured = found.own.calls({*per_group, *found.knowledge.calls("fairness", "gap")})
    if not columns and not measured:
        return None
    attributes: list[Item] = list(columns)
    return block_of(
        {"protected_attributes": attributes or None, "evaluated_in": found.symbol(measured[0]) if measured else None}
    )


def explainability(found: Found) -> Block | None:
    """The methods whose calls may run."""
    methods = sorted({m.name: m for m in found.knowledge.explainers.values() if m.recognised}.items())
    for name, method in methods:
        uses = found.own.calls(method.calls, tests=False) if method.kind == "library" else []
        if uses:
            return block_of({"method": Value(name, uses[0].at), "produced_in": found.symbol(uses[0])})
    return None


def neither() -> Block:
    """Where nothing shows: a person has to say it."""
    return Block({"not_applicable": Value(NOT_STATED, remark="say why, or name protected_attributes")})


def _protected(found: Found) -> list[Value]:
    rows = {name: row for name, row in table("tokens").items() if row.get("group") == "protected"}
    columns: dict[str, Value] = {}
    for path, tree in found.own.trees(lambda symbols: True, tests=False):
        for node in _columns(tree):
            text = str(node.value)
            if text not in columns and any(_matches(text, row) for row in rows.values()) and found.own.runs(path, node):
                columns[text] = Value(text, found.own.at(path, node))
    once = {re.sub(r"[\s_-]+", "", text).lower(): columns[text] for text in sorted(columns, reverse=True)}
    return sorted(once.values(), key=lambda value: str(value.value))[:MAX_HOOKS]


def _columns(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts that name columns: subscripts, and lists of several such names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            yield from _texts([node.slice])
        elif isinstance(node, ast.List) and len(node.elts) >= _MIN_COLUMNS:
            found = list(_texts(node.elts))
            yield from found if len(found) == len(node.elts) else ()


def _texts(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _COLUMN.fullmatch(node.value):
            yield node


def _matches(column: str, row: Mapping[str, Any]) -> bool:
    """Whole tokens only; the row's neighbours rule it out."""
    tokens = [token for token in re.split(r"[\s_-]+", _HUMP.sub("_", column).lower()) if token]
    if len(tokens) > _MAX_TOKENS:
        return False
    for words in row.get("words", ()):
        parts = str(words).split()
        for start in range(len(tokens) - len(parts) + 1):
            if tokens[start : start + len(parts)] == parts:
                before, after = tokens[:start][-1:], tokens[start + len(parts) :][:1]
                if not set(before) & set(row.get("not_after", ())) and not set(after) & set(row.get("not_before", ())):
                    return True
    return False
