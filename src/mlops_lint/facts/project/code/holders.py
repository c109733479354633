"""Objects of libraries that hold whatever a program puts there: `app.state.model`, `flask.g.user`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from mlops_lint.facts.files.chains import UNKNOWN
from mlops_lint.facts.files.symbols import BindingFact
from mlops_lint.facts.project.code.modules import Module

_HOLDERS = re.compile(
    r"^(?:fastapi|starlette|litestar|sanic)\b.*\.(?:state|ctx)$|^(?:flask|quart)\.g$|^streamlit\.session_state$"
)
_KEEPS = re.compile(r"(?:^g|\.(?:state|ctx|session_state))(\.\w+)$")


class Holders:
    """What the project puts into them, under names that it chooses."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules

    @staticmethod
    def is_one(name: str) -> bool:
        """Whether a dotted name of a library is such an object."""
        return _HOLDERS.search(name) is not None

    @cached_property
    def kept(self) -> dict[str, list[tuple[str, BindingFact]]]:
        """Files and bindings by the step that reads them: `.model`."""
        found: dict[str, list[tuple[str, BindingFact]]] = {}
        for path, module in self._modules.items():
            for fact in module.symbols.bindings:
                if (match := _KEEPS.search(fact.target)) and fact.value != UNKNOWN:
                    found.setdefault(match[1], []).append((path, fact))
        return found
