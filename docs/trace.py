"""Makes docs/requirements.md from docs/requirements.yaml: `python docs/trace.py`, or with --check to compare alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "schemas" / "mlops_lint_schemas" / "mlproject.schema.json"
HEAD = """\
# What is asked for, and where it is held

Every requirement of the mission's sources (000 to 004), the field of `mlproject.yaml` with the answer, and the checks
that hold the answer against the repository. `python docs/trace.py` makes this page of `docs/requirements.yaml`; a test
(`tests/test_trace.py`) fails where a row has no field or no check, or names one that does not exist.

| # | source | what is asked | field | checks | what shows it |
|---|---|---|---|---|---|
"""
REST = """
Checks with no row above come from the public frameworks that their pages cite: {codes}.
"""


def rows() -> list[dict[str, Any]]:
    """The requirements in order."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "requirements.yaml").read_text(encoding="utf-8"))
    return found


def page(requirements: Iterable[Mapping[str, Any]], codes: Iterable[str]) -> str:
    """The generated page; `codes` are all checks that exist."""
    lines, named = [], set()
    for row in requirements:
        named.update(row["checks"])
        fields = ", ".join(f"`{field}`" for field in row["fields"])
        cells = (row["id"], " ".join(row["sources"]), row["asks"], fields, " ".join(row["checks"]), row["evidence"])
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n")
    rest = " ".join(sorted(set(codes) - named))
    return HEAD + "".join(lines) + REST.format(codes=rest)


def field_exists(schema: Mapping[str, Any], route: str) -> bool:
    """Whether a dotted route names a field; lists and alternatives are looked through."""
    nodes = [schema]
    for part in route.split("."):
        nodes = [node["properties"][part] for start in nodes for node in _inside(start, schema) if part in _known(node)]
    return bool(nodes)


def _known(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = node.get("properties", {})
    return found


def _inside(node: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A node with everything that a value there may be: references, alternatives, items."""
    found, waiting = [], [node]
    while waiting:
        this = waiting.pop()
        found.append(this)
        if "$ref" in this:
            target: Any = schema
            for part in this["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            waiting.append(target)
        for word in ("anyOf", "oneOf", "allOf"):
            waiting += this.get(word, [])
        if isinstance(this.get("items"), dict):
            waiting.append(this["items"])
    return found


def main() -> int:
    """Write the page, or say with --check whether it is what would be written."""
    from mlops_lint.checks import load_packs

    made = page(rows(), load_packs().checks)
    file = HERE / "requirements.md"
    if "--check" in sys.argv:
        return 0 if file.read_text(encoding="utf-8") == made else 1
    file.write_text(made, encoding="utf-8")
    return 0


def schema() -> Mapping[str, Any]:
    """The charter's schema."""
    found: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
