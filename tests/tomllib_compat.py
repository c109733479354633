"""The TOML reader of any supported Python."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any


def load(file: Path) -> dict[str, Any]:
    module = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    content: dict[str, Any] = module.loads(file.read_text(encoding="utf-8"))
    return content
