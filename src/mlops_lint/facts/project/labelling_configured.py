"""Losses that a configuration names, for Hydra to make: `_target_: torch.nn.CrossEntropyLoss`."""

from __future__ import annotations

import re
from collections.abc import Collection

from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location

_TARGET = re.compile(r"^[ \t]*(?:-[ \t]+)?_target_\s*:\s*[\"']?([\w.]+)", re.MULTILINE)
_MAKERS = frozenset(("hydra.utils.instantiate", "hydra.utils.call", "hydra.utils.get_class"))


def configured_loss(code: Code, names: Collection[str]) -> Location | None:
    """Where a configuration names one of the losses, in a project whose code lets Hydra make what is named."""
    if not any(not code.is_test(use.path) for use in code.uses(_MAKERS)):
        return None
    for path in code.view.entries:
        if path.endswith((".yaml", ".yml")) and code.project.owns(path) and not code.is_test(path):
            text = text_of(code.view, path) or ""
            match = next((one for one in _TARGET.finditer(text) if one[1] in names), None)
            if match is not None:
                return Location(path, text.count("\n", 0, match.start(1)) + 1)
    return None
