"""The published JSON Schemas of mlops-lint's files."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import Any


@functools.cache
def load(name: str) -> dict[str, Any]:
    """The schema `name` ("mlproject", "config", …), read once; do not change what you get."""
    text = importlib.resources.files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
