"""The call graph: which definition runs, or hands on, which other.

An edge means "when this runs, that may run": calls, functions handed on as values, decorators that register,
imports that run a module's body. What does not resolve is opaque, never guessed by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlops_lint.facts.files.chains import UNKNOWN, split
from mlops_lint.facts.files.nodes import LAMBDA, MAIN
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code.dispatch import Dispatch
from mlops_lint.facts.project.code.dropped import dropped
from mlops_lint.facts.project.code.entries import is_test_path, started
from mlops_lint.facts.project.code.meaning import External, Instance, Value
from mlops_lint.facts.project.code.models import asked_of_what_is_given_back
from mlops_lint.facts.project.code.modules import Definition, Module
from mlops_lint.facts.project.code.names import Names

_PASSIVE = frozenset(
    "staticmethod classmethod property cached_property abstractmethod wraps lru_cache cache contextmanager "
    "asynccontextmanager dataclass total_ordering overload override final no_grad inference_mode njit jit "
    "vectorize function compile setter getter deleter singledispatch runtime_checkable deprecated beartype "
    "typechecked cache_data cache_resource retry timeit".split()
)
_COMPUTED = (
    "builtins.getattr()",
    "builtins.globals()",
    "builtins.locals()",
    "builtins.vars()",
    "importlib.import_module()",
)
_PLAIN_BASES = frozenset(
    "object ABC Protocol NamedTuple TypedDict Enum StrEnum IntEnum Exception Generic BaseModel dict list tuple "
    "set str int float".split()
)


@dataclass(slots=True)
class Edge:
    """From a scope to what it runs, at a use."""

    target: Definition
    use: UseFact | None


@dataclass(slots=True)
class Node:
    """The edges that leave a definition, and the calls in it that cannot be followed."""

    edges: list[Edge] = field(default_factory=list)
    opaque: list[UseFact] = field(default_factory=list)


class Graph:
    """Built once for a project; `uses` keeps what every use resolved to."""

    def __init__(self, modules: Mapping[str, Module], names: Names) -> None:
        self.modules = modules
        self.names = names
        self.nodes: dict[Definition, Node] = {}
        self.canonical: dict[str, list[tuple[str, UseFact]]] = {}
        self.call_sites: dict[Definition, list[tuple[str, UseFact]]] = {}
        self._subclasses: dict[Definition, list[Definition]] = {}
        self._framework: dict[Definition, bool] = {}
        self._children: dict[tuple[str, str], list[Definition]] = {}
        for path, module in modules.items():
            for qualname, inner in module.definitions.items():
                self._children.setdefault((path, qualname.rpartition(".")[0]), []).append(inner)
        self._methods = frozenset(
            one.name for module in modules.values() for one in module.definitions.values() if "." in one.qualname
        )
        self._all_below: dict[Definition, tuple[Definition, ...]] = {}
        self._unresolved: list[tuple[str, UseFact]] = []
        for path, module in modules.items():
            self._structure(path, module)
        for path, module in modules.items():
            idle = dropped(module)
            for use in module.symbols.uses:
                if id(use) not in idle and not self._link(path, use):
                    self._unresolved.append((path, use))
        self._second_pass()

    def node(self, definition: Definition) -> Node:
        """The node of a definition, made when first asked for."""
        return self.nodes.setdefault(definition, Node())

    def scope(self, path: str, scope: str) -> Definition:
        """The definition whose body a scope is."""
        module = self.modules[path]
        return module.definitions.get(scope) or (module.main if scope == MAIN else module.body)

    def _second_pass(self) -> None:
        """Parameters are followed to what the call sites give them, where those agree."""
        self.names.parameter_value = self._parameter_value
        self.names.forget()
        dispatch = Dispatch(self.modules, self.names)
        for path, use in self._unresolved:
            if self._link(path, use) or not use.call:
                continue
            node = self.node(self.scope(path, use.scope))
            given = self._given_functions(path, use) or dispatch.callees(path, use)
            node.edges += [Edge(target, use) for target in given or ()]
            node.opaque += [use] if given is None else []

    def _given_functions(self, path: str, use: UseFact) -> list[Definition]:
        """For a parameter that is called: what its call sites outside tests give; nothing if one is unknown."""
        function = self.scope(path, use.scope)
        fact = self.modules[path].facts.get(function.qualname)
        if fact is None or use.chain not in fact.parameters or "." in function.qualname:
            return []
        sites = [site for site in self.call_sites.get(function, []) if not is_test_path(site[0])]
        texts = [(at, each.scope, _given(each, use.chain, fact.parameters.index(use.chain))) for at, each in sites]
        found = [self.names.resolve(at, scope, text) if text else None for at, scope, text in texts]
        known = [value for value in found if isinstance(value, Definition) and value.kind == "function"]
        return list(dict.fromkeys(known)) if len(known) == len(found) else []

    def _structure(self, path: str, module: Module) -> None:
        self.node(module.main).edges.append(Edge(module.body, None))
        for definition in module.definitions.values():
            node = self.node(definition)
            node.edges.append(Edge(module.body, None))
            if definition.kind == "class":
                self._class_edges(definition, node)
            elif self._registered(path, definition):
                owner = self.scope(path, definition.qualname.rpartition(".")[0])
                self.node(owner).edges.append(Edge(definition, None))
        for fact in module.symbols.imports:
            target = self._imported_body(path, fact.module, fact.level)
            if target is not None:
                self.node(self.scope(path, fact.scope)).edges.append(Edge(target, None))

    def _imported_body(self, path: str, name: str, level: int) -> Definition | None:
        finder = self.names.finder
        file = finder.relative(path, name, level) if level else finder.file(path, name)
        module = self.modules.get(file or "")
        return module.body if module else None

    def _class_edges(self, klass: Definition, node: Node) -> None:
        framework = self._from_framework(klass)
        for inner in self._children.get((klass.path, klass.qualname), []):
            dunder = inner.name.startswith("__") and inner.name.endswith("__")
            if dunder or framework or inner.kind == "class":
                node.edges.append(Edge(inner, None))
        for base in self.names.bases(klass):
            if isinstance(base, Definition):
                node.edges.append(Edge(base, None))
                self._subclasses.setdefault(base, []).append(klass)

    def _from_framework(self, klass: Definition) -> bool:
        """Whether something unknown or of a framework is among what a class inherits from, at any distance."""
        below: dict[Definition, Definition | None] = {klass: None}
        waiting = [klass]
        while waiting:
            here = waiting.pop()
            bases = self.names.bases(here) if here not in self._framework else []
            if self._framework.get(here) or any(_is_framework(base) for base in bases):
                heir: Definition | None = here
                while heir is not None:
                    self._framework[heir] = True
                    heir = below[heir]
                return True
            for base in bases:
                if isinstance(base, Definition) and base.kind == "class" and base not in below:
                    below[base] = here
                    waiting.append(base)
        self._framework.update(dict.fromkeys(below, False))
        return False

    def _registered(self, path: str, definition: Definition) -> bool:
        decorators = self.modules[path].facts[definition.qualname].decorators
        return any(_last_name(decorator) not in _PASSIVE for decorator in decorators)

    def _link(self, path: str, use: UseFact) -> bool:
        """Follow one use; False where its meaning is unknown."""
        origin = self.node(self.scope(path, use.scope))
        trail = list(self.names.trail(path, use.scope, use.chain))
        for value in trail:
            self._edge(origin, value, use, path, last=value is trail[-1])
        steps = len(split(use.chain))
        value = trail[-1] if len(trail) == steps else None
        if value is None:
            return False
        if isinstance(value, External):
            if use.call and value.name.startswith(_COMPUTED):
                return False
            self.canonical.setdefault(value.name, []).append((path, use))
            if use.call and asked_of_what_is_given_back(value) in self._methods:
                origin.opaque.append(use)
            origin.edges += [Edge(target, None) for target in started(self.modules, value.name) if use.call]
        return True

    def _edge(self, origin: Node, value: Value | None, use: UseFact, path: str, *, last: bool) -> None:
        if isinstance(value, Instance) and last and use.call:
            for name in ("__call__", "forward"):
                method = self.names.member(value.of, name)
                if isinstance(method, Definition):
                    self._add(origin, method, use, path)
        if isinstance(value, Definition):
            self._add(origin, value, use, path)

    def _add(self, origin: Node, target: Definition, use: UseFact, path: str) -> None:
        if any(edge.use is use and edge.target == target for edge in origin.edges):
            return
        origin.edges.append(Edge(target, use))
        self.call_sites.setdefault(target, []).append((path, use))
        owner, _, name = target.qualname.rpartition(".")
        klass = self.modules[target.path].definitions.get(owner)
        if target.kind == "function" and klass is not None and klass.kind == "class":
            for sub in self.subclasses(klass):
                override = self.modules[sub.path].definitions.get(f"{sub.qualname}.{name}")
                if override is not None:
                    origin.edges.append(Edge(override, use))

    def overrides(self, method: Definition) -> list[Definition]:
        """The methods of subclasses that stand in for a method."""
        owner, _, name = method.qualname.rpartition(".")
        klass = self.modules[method.path].definitions.get(owner)
        below = self.subclasses(klass) if klass is not None and klass.kind == "class" else []
        found = [self.modules[sub.path].definitions.get(f"{sub.qualname}.{name}") for sub in below]
        return [override for override in found if override is not None]

    def subclasses(self, klass: Definition) -> tuple[Definition, ...]:
        """Every class of the project below `klass`, in any depth."""
        if klass not in self._all_below:
            found: dict[Definition, None] = {}
            waiting = list(self._subclasses.get(klass, []))
            while waiting:
                sub = waiting.pop()
                if sub not in found:
                    found[sub] = None
                    waiting.extend(self._subclasses.get(sub, []))
            self._all_below[klass] = tuple(found)
        return self._all_below[klass]

    def _parameter_value(self, function: Definition, name: str) -> Value | None:
        """What all call sites give to a parameter; None where one is unknown or they differ."""
        fact = self.modules[function.path].facts[function.qualname]
        if name not in fact.parameters:
            return None
        position = fact.parameters.index(name)
        owner = self.modules[function.path].facts.get(function.qualname.rpartition(".")[0])
        method = owner is not None and owner.kind == "class" and "staticmethod" not in fact.decorators
        position -= 1 if method else 0
        default = fact.defaults.get(name)
        usual: Value | None = None
        if default:
            usual = self.names.resolve(function.path, function.qualname.rpartition(".")[0], default)
        replaced = isinstance(usual, External) or (isinstance(usual, Definition) and usual.kind == "function")
        values: set[Value | None] = set()
        for path, use in self.call_sites.get(function, []):
            given = _given(use, name, position)
            if replaced and (is_test_path(path) or _own(use, name, position)):
                continue  # a double of a test, a lambda in place of the function: what runs is the default
            if given is None and replaced and use.call and _left_out(use, name, position):
                values.add(usual)
            else:
                values.add(self.names.resolve(path, use.scope, given) if given else None)
            if None in values or len(values) > 1:
                return None
        return values.pop() if values else None

    def callees(self, definition: Definition) -> list[Definition]:
        """What a definition runs or hands on, without repeats, in order."""
        return list(dict.fromkeys(edge.target for edge in self.node(definition).edges))


def _left_out(use: UseFact, name: str, position: int) -> bool:
    return (
        name not in use.keywords
        and "**" not in use.keywords
        and "*" not in use.arguments[: position + 1]
        and (position >= len(use.arguments))
    )


def _own(use: UseFact, name: str, position: int) -> bool:
    """Whether a lambda is given."""
    return (use.keywords.get(name) or (use.arguments[position] if position < len(use.arguments) else "")) == LAMBDA


def _given(use: UseFact, name: str, position: int) -> str | None:
    if not use.call:
        return None
    text = use.keywords.get(name)
    if text is None and "*" not in use.arguments and 0 <= position < len(use.arguments):
        text = use.arguments[position]
    return None if text is None or text.startswith(UNKNOWN) else text


def _last_name(text: str) -> str:
    names = [step.lstrip(".") for step in split(text) if step not in ("()", "[]")]
    return names[-1] if names else UNKNOWN


def _is_framework(base: Value | None) -> bool:
    return base is None or (isinstance(base, External) and base.name.rpartition(".")[2] not in _PLAIN_BASES)
