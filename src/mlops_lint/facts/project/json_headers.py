"""The keys of the records of a JSON file: of its first line, or of the first item of each of its lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import RepoView

JSON = (".json", ".jsonl", ".ndjson")
MAX_LINE = 200_000
MAX_FILE = 4_000_000
DEEP = 4
MAX_KEYS = 200
_ABOUT = frozenset("info licenses license metadata dataset_info contributors".split())
"""Of the file itself, not of its rows."""


def json_keys(view: RepoView, path: str) -> tuple[str, ...]:
    """Keys alone, never what stands under them; none where the file is too large or cannot be read."""
    text = text_of(view, path) or ""
    text = text if path.lower().endswith(".json") else text[:MAX_LINE].partition("\n")[0]
    try:
        found = json.loads(text) if len(text) < MAX_FILE else None
    except (ValueError, RecursionError):
        return ()
    return tuple(dict.fromkeys(_keys(found, 0)))


def _keys(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, list):
        yield from _keys(node[0], depth) if node and depth <= DEEP else ()
    elif isinstance(node, dict) and depth <= DEEP:
        yield from map(str, list(node)[:MAX_KEYS])
        for key, value in list(node.items())[:MAX_KEYS]:
            yield from _keys(value, depth + 1) if key not in _ABOUT else ()
