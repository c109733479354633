"""What the linter knows of libraries and words: tables in YAML, compiled to JSON when the package is built."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from mlops_lint.knowledge.compiling import Table, compile_folder, digest, sources

FOLDER = Path(__file__).parent
COMPILED = FOLDER / "compiled.json"


def table(name: str) -> Any:
    """The rows of one table by their names; the caller may not change them."""
    return tables()[name]


def names() -> list[str]:
    """The names of all tables."""
    return sorted(tables())


@functools.cache
def tables() -> dict[str, Table]:
    """Every table by name, with the rows that installed packs add."""
    from mlops_lint.knowledge.merging import merged

    return merged(builtin())


def builtin(folder: Path = FOLDER) -> dict[str, Table]:
    """The tables in `folder`: the compiled ones, unless a source has changed since. Writes nothing."""
    return _compiled(folder) or compile_folder(folder)


def _compiled(folder: Path) -> dict[str, Table] | None:
    import json

    try:
        stored = json.loads((folder / COMPILED.name).read_bytes())
    except OSError:
        return None
    # Times say nothing here: an installer gives every file the moment at which it wrote it.
    if sources(folder) and stored["digest"] != digest(folder):
        return None
    result: dict[str, Table] = stored["tables"]
    return result
