"""The charter's JSON Schema, read the way the walker needs it."""

from __future__ import annotations

import functools
from typing import Any, TypeAlias

Schema: TypeAlias = "dict[str, Any]"
Route: TypeAlias = "tuple[str | int, ...]"

POINTERS = ("path", "symbol", "code", "value", "ref")
REQUIRED_AT_TOP = ("charter", "project", "goal")
REQUIRED_IN_PROJECT = ("name", "owner", "archetype", "stage", "reviewed")


@functools.cache
def root() -> Schema:
    """The whole schema."""
    from mlops_lint_schemas import load

    return load("mlproject")


def resolve(schema: Any) -> tuple[Schema, str]:
    """A schema without its reference, and the name of the definition it refers to ("" for none)."""
    if not isinstance(schema, dict):
        return {}, ""
    reference = schema.get("$ref", "")
    if not reference:
        return schema, ""
    name = reference.rpartition("/")[2]
    rest = {key: value for key, value in schema.items() if key != "$ref"}
    return {**root()["$defs"][name], **rest}, name


def branches(schema: Schema) -> list[Schema]:
    """The alternatives of a union; [] where the schema is none. Alternatives of required keys do not count."""
    found = schema.get("oneOf") or schema.get("anyOf") or []
    return [branch for branch in found if set(branch) != {"required"}]


def required_choice(schema: Schema) -> list[str]:
    """The keys of which one has to be there."""
    found = schema.get("anyOf", [])
    return [branch["required"][0] for branch in found if set(branch) == {"required"}]


def kinds(schema: Any) -> list[str]:
    """What may stand there, as JSON types in the order of the schema."""
    schema, _ = resolve(schema)
    if parts := branches(schema):
        return list(dict.fromkeys(kind for part in parts for kind in kinds(part)))
    if "const" in schema:
        return ["integer"]
    declared = schema.get("type", "string" if "enum" in schema else [])
    return [declared] if isinstance(declared, str) else list(declared)


@functools.cache
def homes() -> dict[str, tuple[str, ...]]:
    """Key -> the blocks that know it, shallow ones first."""
    found: dict[str, list[str]] = {}
    queue: list[tuple[str, Any]] = [("", root())]
    while queue:
        block, schema = queue.pop(0)
        schema, _ = resolve(schema)
        for key, inner in schema.get("properties", {}).items():
            if block not in found.setdefault(key, []):
                found[key].append(block)
            queue.append((f"{block}.{key}" if block else key, inner))
        queue += [(block, part) for part in branches(schema)]
        if "items" in schema:
            queue.append((block, schema["items"]))
    return {key: tuple(blocks) for key, blocks in found.items()}
