"""What a pipeline's catalogue gives its nodes: the parameter file, whole (`parameters`) or by key (`params:seed`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.node_wiring import OF_PARAMETERS, PARAMETERS, Node, NodeWiring
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.values.documents import read_document
from mlops_lint.facts.project.values.model import UNKNOWN, Text

_FILES = re.compile(r"^(?P<root>(?:.*/)?)conf/(?P<environment>[^/]+)/(?:.*/)?parameters[^/]*(?:/.*)?\.ya?ml$")
_COMMANDS = re.compile(r"\.(ya?ml|toml|sh|bash)$|(^|/)(Makefile|justfile|Procfile|Dockerfile[^/]*|Jenkinsfile)$")
_GIVEN = re.compile(r"kedro run\b[^\n]*--params\b")
_RUNTIME = ("extra_params", "runtime_params")
_SESSION = "kedro.framework.session.KedroSession.create"


class Catalogued:
    """Reads the parameter files of the base environment once; another's keys, and a command's, stay unknown."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self.wiring = NodeWiring(code)
        self._tree: dict[str, Any] | None = None

    def node_at(self, path: str, line: int, column: int) -> Node | None:
        """The node whose function is named at a place."""
        for node in self.wiring.all or ():
            func = node.call.func
            if (node.path, func.lineno, func.col_offset) == (path, line, column):
                return node
        return None

    def names(self, node: Node) -> Mapping[str, Any]:
        """The values of a node's inputs, which its call names."""
        return {name: self._value(name) if node.settings else UNKNOWN for name in node.inputs}

    def _value(self, name: str) -> Any:
        if self._tree is None:
            self._tree = self._read()
        if name == PARAMETERS:
            return self._tree or UNKNOWN
        value: Any = self._tree if name.startswith(OF_PARAMETERS) else UNKNOWN
        for key in name.removeprefix(OF_PARAMETERS).split(".") if value is not UNKNOWN else ():
            value = value.get(key, UNKNOWN) if isinstance(value, dict) else UNKNOWN
        return value

    def _read(self) -> dict[str, Any]:
        view = self._code.view
        found = [(match, path) for path in view.entries if (match := _FILES.search(path))]
        found = [(match, path) for match, path in found if self._code.project.owns(path)]
        if len({match["root"] for match, _ in found}) != 1 or self._changed():
            return {}
        tree: dict[str, Any] = {}
        for match, path in sorted(found, key=lambda one: one[0]["environment"] != "base"):
            document = read_document(view, path)
            if not isinstance(document, dict):
                return {}
            for key, value in document.items():
                again = match["environment"] != "base" or key in tree
                tree[Text(key)] = UNKNOWN if again else value
        return tree

    def _changed(self) -> bool:
        """Whether a command or a program of the project gives a run other parameters."""
        view = self._code.view
        for path in view.entries:
            if _COMMANDS.search(path) and _GIVEN.search(text_of(view, path) or ""):
                return True
        sessions = self._code.uses((_SESSION,))
        return any(word in use.fact.keywords for use in sessions for word in _RUNTIME)
