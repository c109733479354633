"""The paths of requests, and the handlers that answer them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cached_property

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Knowledge

_PATH = re.compile(r"(?<![\w.<])/[A-Za-z][\w\-/{}.]*")
_ABOUT_ITSELF = frozenset("/metrics /health /healthz /livez /readyz /docs /openapi.json".split())
"""Where a service tells of itself; answered by a library or the platform, whatever handlers are written."""
_VERBS = frozenset("get post put patch route api_route websocket task endpoint".split())


class Routes:
    """Routes that decorators give; what is registered by calls is not known."""

    def __init__(self, code: Code, knowledge: Knowledge) -> None:
        self.code = code
        self.knowledge = knowledge

    @cached_property
    def handlers(self) -> Mapping[Definition, tuple[str, ...]]:
        """Each handler with its paths, as far as they are written out."""
        calls = self.knowledge.calls("serving", "routes")
        targets = {f"{route}{call}" for route in calls for call in ("", "()")}
        found: dict[Definition, tuple[str, ...]] = {}
        for path, module in self.code.modules.items():
            for qualname, one in module.definitions.items():
                outer = qualname.rpartition(".")[0]
                names = module.facts[qualname].decorators
                if one.kind == "function" and any(self.code.canonical(path, outer, name) in targets for name in names):
                    found[one] = self._paths(one)
        return found

    def _paths(self, handler: Definition) -> tuple[str, ...]:
        node = self.code.node(handler)
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
        calls = [call for call in decorators if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)]
        first = [call.args[0] for call in calls if call.args and call.func.attr in _VERBS]  # type: ignore[attr-defined]
        return tuple(arg.value for arg in first if isinstance(arg, ast.Constant) and isinstance(arg.value, str))

    def leading_to(self, subject: Definition) -> frozenset[str]:
        """The last parts of the paths whose handlers lead to a definition; empty where none is known."""
        above = [
            paths
            for handler, paths in self.handlers.items()
            if handler == subject or subject in self.code.reachable([handler], self._beside(handler))
        ]
        return frozenset(last(path) for paths in above for path in paths if last(path))

    def _beside(self, handler: Definition) -> frozenset[Definition]:
        return frozenset(self.handlers) - {handler}

    def named_in(self, text: str) -> list[str]:
        """The last parts of the project's own routes that a text names, and of those that every service may have."""
        known = _ABOUT_ITSELF | {last(path) for paths in self.handlers.values() for path in paths}
        return [
            one for found in _PATH.findall(text.partition("://")[2] or text) if (one := last(found)) in known and one
        ]


def last(path: str) -> str:
    """`/v1/predict/{id}` is `/predict`: what prefixes and parameters leave."""
    parts = [part for part in path.split("/") if part and not part.startswith(("{", "<"))]
    return f"/{parts[-1]}" if parts else ""


@provides
def routes(code: Code, knowledge: Knowledge) -> Routes:
    """Found when asked for."""
    return Routes(code, knowledge)
