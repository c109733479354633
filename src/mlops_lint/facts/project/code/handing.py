"""What a called parameter may be: only what the project hands on as a value somewhere."""

from __future__ import annotations

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code.graph import Graph
from mlops_lint.facts.project.code.meaning import External, Package
from mlops_lint.facts.project.code.modules import Definition, Module
from mlops_lint.facts.project.code.reach import Reach

_BY_TEXT = frozenset(
    "importlib.import_module builtins.__import__ builtins.globals builtins.locals builtins.eval "
    "builtins.exec pydoc.locate hydra.utils.instantiate hydra.utils.call hydra.utils.get_method hydra.utils.get_class "
    "operator.methodcaller operator.attrgetter inspect.getmembers importlib.metadata.entry_points "
    "django.utils.module_loading.import_string werkzeug.utils.import_string".split()
)
"""Ways to a function that leave no use of its name."""


class Handing:
    """Worked out once for a call graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names: frozenset[str] | None = None

    def may_be(self, path: str, use: UseFact, last_names: frozenset[str]) -> bool:
        """Whether a call that cannot be followed may run one of `last_names`, as far as values are handed on."""
        module = self._graph.modules[path]
        if self._of_library(path, module, use):
            return False
        if len(split(use.chain)) > 1 or not _parameter(module, use):
            return True
        names = self._reached()
        return names is None or bool(names & last_names)

    def _of_library(self, path: str, module: Module, use: UseFact) -> bool:
        """`metric = getattr(sklearn.metrics, name)`: a library's module holds nothing of the project."""
        bound = [one for one in module.symbols.bindings if one.target == use.chain and one.scope == use.scope]
        if not bound or any(one.value != "getattr()" for one in bound):
            return False
        lines = {one.line for one in bound}
        looks = [one for one in module.symbols.uses if one.chain == "getattr" and one.call and one.line in lines]
        given = [self._graph.names.resolve(path, one.scope, one.arguments[0]) for one in looks if one.arguments]
        plain = all(isinstance(one, External) and "()" not in one.name for one in given)
        return len(given) == len(bound) and plain

    def _reached(self) -> frozenset[str] | None:
        """The names of all that runs once some value is called; None where functions are found by their text."""
        if self._by_text():
            return None
        if self._names is None:
            told = self._told()
            reach = Reach(self._graph, sorted(self._values(told)))
            self._names = frozenset((*told, *(definition.name for definition in reach.definitions)))
        return self._names

    def _by_text(self) -> bool:
        if _BY_TEXT & self._graph.canonical.keys():
            return True
        looks = [self._graph.canonical.get(f"builtins.{name}", []) for name in ("getattr", "vars")]
        for path, use in [look for found in looks for look in found]:
            first = self._graph.names.resolve(path, use.scope, use.arguments[0]) if use.arguments else None
            module = isinstance(first, Package) or (isinstance(first, Definition) and first.kind != "function")
            if not use.call or module:
                return True
        return False

    def _told(self) -> set[str]:
        """The last names of all that is read without being called."""
        told = set()
        for module in self._graph.modules.values():
            told |= {split(use.chain)[-1].lstrip(".") for use in module.symbols.uses if not use.call}
            told |= {split(value)[-1].lstrip(".") for table in module.symbols.tables for value in table.values}
        return told

    def _values(self, told: set[str]) -> set[Definition]:
        """What is used without being called, by its name wherever that stands, decorated or called as an object."""
        handed = {d for d, sites in self._graph.call_sites.items() if any(not use.call for _, use in sites)}
        for module in self._graph.modules.values():
            for qualname, definition in module.definitions.items():
                if definition.name in told or definition.name == "__call__" or module.facts[qualname].decorators:
                    handed.add(definition)
        return handed


def _parameter(module: Module, use: UseFact) -> bool:
    """Whether the called name is the function's parameter and nothing else there."""
    fact = module.facts.get(use.scope)
    bound = [one for one in module.symbols.bindings if one.target == use.chain and one.scope == use.scope]
    return fact is not None and use.chain in fact.parameters and all(one.parameter for one in bound)
