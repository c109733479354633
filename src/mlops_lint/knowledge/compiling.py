"""From the tables as they are written (YAML) to the tables as they are read (JSON).

The build loads this file by its path, so it imports nothing of the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Table = dict[str, Any]

PROSE = frozenset({"aliases", "words", "korean", "note"})  # never read as patterns
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class TableError(Exception):
    """A table cannot be compiled; the text names table, row and field."""


def sources(folder: Path) -> list[Path]:
    """The tables' files, in the order of their names."""
    return sorted(folder.glob("*.yaml"))


def compile_folder(folder: Path) -> dict[str, Table]:
    """Every table in `folder`, expanded, by name."""
    return compile_tables({path.stem: load(path.read_bytes()) for path in sources(folder)})


def compile_tables(written: Mapping[str, Any], modules: Mapping[str, Any] | None = None) -> dict[str, Table]:
    """Expand braces and module prefixes; `modules` defaults to the table of that name."""
    prefixes = _prefixes(modules if modules is not None else written.get("modules") or {})
    return {name: _table(name, written[name], prefixes) for name in sorted(written)}


def load(data: bytes) -> Any:
    """One table as written (YAML, of which JSON is a subset)."""
    import yaml

    return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (a safe loader)


def dump(folder: Path) -> str:
    """The content of compiled.json; the same tables always give the same text."""
    import json

    content = {"digest": digest(folder), "tables": compile_folder(folder)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def digest(folder: Path) -> str:
    """What the compiled form was made from: the tables and this file."""
    from hashlib import sha256

    state = sha256()
    for path in [Path(__file__), *sources(folder)]:
        data = path.read_bytes().replace(b"\r\n", b"\n")
        state.update(f"{path.name} {len(data)}\n".encode() + data)
    return state.hexdigest()


def braces(text: str) -> list[str]:
    """`a.{b,c}` -> `a.b`, `a.c`; nested and repeated groups multiply."""
    found = _BRACES.search(text)
    if found is None:
        return [text]
    head, tail = text[: found.start()], text[found.end() :]
    return [whole for part in found[1].split(",") for whole in braces(f"{head}{part.strip()}{tail}")]


def _prefixes(modules: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(row["also"]) for name, row in modules.items() if not name.startswith("_")}


def _table(name: str, rows: Any, prefixes: Mapping[str, tuple[str, ...]]) -> Table:
    if not isinstance(rows, dict):
        raise TableError(f"{name}: a table is a mapping of rows")
    table: Table = {}
    for key in sorted(rows, key=str):  # as in the JSON, so that both forms are read in one order
        row = rows[key]
        if not isinstance(key, str):
            raise TableError(f"{name}: the row name {key!r} is not text")
        if key.startswith("_"):  # anchors
            continue
        if not isinstance(row, dict):
            raise TableError(f"{name}/{key}: a row is a mapping of fields")
        keep = name == "modules"
        table[key] = row if keep else {field: _field(field, value, prefixes) for field, value in row.items()}
    return table


def _field(field: str, value: Any, prefixes: Mapping[str, tuple[str, ...]]) -> Any:
    if isinstance(value, dict):
        spread: Table = {}
        for key, inner in value.items():
            for name in _names(field, [str(key)], prefixes):
                spread[name] = _field(field, inner, prefixes)
        return spread
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return _names(field, value, prefixes)
    return value


def _names(field: str, items: Iterable[str], prefixes: Mapping[str, tuple[str, ...]]) -> list[str]:
    if field in PROSE:
        return list(dict.fromkeys(items))
    plain = [name for item in items for name in braces(item)]
    return list(dict.fromkeys(other for name in plain for other in _spellings(name, prefixes)))


def _spellings(name: str, prefixes: Mapping[str, tuple[str, ...]]) -> list[str]:
    for prefix, others in prefixes.items():
        if name.startswith(f"{prefix}."):
            return [name, *(other + name[len(prefix) :] for other in others)]
    return [name]
