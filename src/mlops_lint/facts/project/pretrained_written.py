"""Revisions that stand beside a model's name, or under a key of their own: in settings, in defaults of classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_REVISION = re.compile(r"revision[\"']?\s*[:=]\s*[\"']?([\w.-]+)", re.IGNORECASE)
_QUOTED = re.compile(r"revision[\"']?\s*(?::\s*[\w.\[\]| ]{1,40})?[:=]\s*[\"']([\w.-]+)", re.IGNORECASE)
"""In code, what stands there without quotes is a name for some revision."""
_KEY = re.compile(r"revision|commit|(?:^|_)rev(?:$|_)|sha", re.IGNORECASE)
BEFORE = 3
AFTER = 3


def beside(lines: list[str], number: int, *, code: bool) -> tuple[str, ...]:
    """The revisions around a line (counted from 1), the nearest first and what follows before what precedes."""
    pattern = _QUOTED if code else _REVISION
    places = range(max(0, number - 1 - BEFORE), min(len(lines), number + AFTER - 1 + 1))
    found = []
    for index in sorted(places, key=lambda one: (abs(one - number + 1), one < number - 1)):
        found += pattern.findall(lines[index])
    return tuple(found)


def asked_key(node: ast.expr) -> str:
    """`cfg.revision`, `params["encoder"]["revision"]`, `options.get("revision")` -> the key; empty where it is none."""
    key = ""
    if isinstance(node, ast.Attribute):
        key = node.attr
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = str(node.slice.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        key = str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else ""
    return key if _KEY.search(key) else ""


def written_under(key: str, texts: Iterable[tuple[str, str]]) -> str | None:
    """The one value that code and settings give a key; None where there is none, or are several."""
    name = re.escape(key)
    plain = re.compile(rf"(?m)^[\s\-{{]*[\"']?{name}[\"']?\s*[:=]\s*[\"']?([\w.-]+)[\"']?\s*,?\s*(?:#.*)?$")
    quoted = re.compile(rf"(?<![\w.]){name}[\"']?\s*(?::\s*[\w.\[\]| ]{{1,40}})?[:=]\s*[\"']([\w.-]+)[\"']")
    found: set[str] = set()
    for path, text in texts:
        if key in text:
            found.update((quoted if path.endswith(".py") else plain).findall(text))
    return found.pop() if len(found) == 1 else None
