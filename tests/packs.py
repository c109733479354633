"""Packs made in memory, for tests of the engine."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from mlops_lint.checks import Registry, load_packs
from mlops_lint.model import Severity


def pack(name: str, **members: Any) -> ModuleType:
    """A module that holds `members` as its own."""
    module = ModuleType(name)
    for key, value in members.items():
        value.__module__ = name
        setattr(module, key, value)
    sys.modules[name] = module
    return module


def registry(*modules: ModuleType) -> Registry:
    """The built-in checks and those of the packs."""
    return load_packs(modules)


DEFAULTS: dict[str, Any] = {"level": 1, "severity": Severity.ERROR, "dimension": "problem"}
