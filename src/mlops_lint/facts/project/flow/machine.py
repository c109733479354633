"""Runs module bodies and functions of the project, abstractly and within bounds."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.flow.expressions import evaluate
from mlops_lint.facts.project.flow.rows import Base, Rows, role_of
from mlops_lint.facts.project.flow.state import CONFIG, MAX_DEPTH, Exhausted, Frame, Shared
from mlops_lint.facts.project.flow.statements import result, run
from mlops_lint.facts.project.flow.steps import steps
from mlops_lint.facts.project.flow.values import Cls, Data, Func, Map, Obj, Tup, Value
from mlops_lint.facts.project.node_wiring import Flowing
from mlops_lint.model import Related

MAX_TOTAL = 250_000
MAX_BARE = 64
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Machine:
    """One run over a project; what it saw is in `shared`."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.shared = Shared(code)
        self.shared.run_function = self.run_function
        self.shared.module_names = self.module_names
        self.spent = 0
        self._modules: dict[str, Frame] = {}
        self._nodes: dict[str, dict[tuple[int, str], ast.AST]] = {}
        self._generators: dict[Definition, bool] = {}
        self._stepped: set[Definition] = set()

    def forget(self) -> None:
        """Start anew, but for the files that stages have written."""
        self._modules.clear()
        self._stepped.clear()
        self.shared.models.clear()
        self.shared.attributes.clear()
        self.shared.judged.clear()
        self.shared.roles.clear()
        self.spent = 0

    def module(self, path: str) -> Frame:
        """A module's frame; its body is followed when first asked for."""
        if path not in self._modules:
            frame = self._modules[path] = Frame(self.shared, path, "")
            self._bounded(frame, frame.source.tree.body)
        return self._modules[path]

    def module_names(self, path: str) -> Mapping[str, Value]:
        """What a module's top level binds."""
        return self.module(path).env if path in self.code.modules else {}

    def function(self, definition: Definition) -> None:
        """Follow a function whose caller is not known: its parameters are things with an identity."""
        node = self.node(definition)
        if not isinstance(node, FunctionNode):
            return
        for known in [key for key in self.shared.models if key.startswith("parameter:")]:
            del self.shared.models[known]
        for key in [key for key in self.shared.attributes if key[0].startswith("parameter:")]:
            del self.shared.attributes[key]
        owner = self._owner(definition)
        bound = Obj(f"parameter:{owner.key}", owner) if owner else None
        flowing = steps(self.code, owner) if owner else []
        for one in flowing if definition in flowing else [definition]:
            if owner is None or one not in self._stepped:
                self._alone(one, bound)
        self._stepped.update(flowing)

    def _alone(self, definition: Definition, bound: Obj | None) -> None:
        """Follow one function with the object that it is bound to."""
        node = self.node(definition)
        if isinstance(node, FunctionNode):
            frame = Frame(self.shared, definition.path, definition.qualname, self.module(definition.path))
            frame.stack = (definition,)
            self._bind(frame, node, definition, bound, [], {})
            self._bounded(frame, node.body)

    def pipeline(self, flowing: Flowing) -> None:
        """Follow the nodes of a pipeline; what comes from the catalogue has the identity of its name."""
        names: dict[str, Value] = {name: Data(Rows(Base(f"catalogue:{name}")), role_of(name)) for name in flowing.free}
        for node in flowing.nodes:
            frame = Frame(self.shared, node.path, node.scope, self.module(node.path), names)
            self._bounded(frame, list(node.statements()))

    def _configured(self, frame: Frame, node: FunctionNode, definition: Definition) -> None:
        """`@hydra.main(config_path=…)`: every stage is given the same configuration."""
        names = [item.arg for item in node.args.args]
        calls = [ast.unparse(one) for one in node.decorator_list if isinstance(one, ast.Call)]
        hydra = [
            text for text in calls if self.code.canonical(definition.path, "", text.partition("(")[0]) == "hydra.main"
        ]
        if len(names) == 1 and hydra and self.shared.configured():
            identity = f"{CONFIG}{hydra[0]}"
            self.shared.configs[identity] = (definition.path, definition.qualname, names[0])
            frame.env[names[0]] = Data(Rows(Base(identity)))

    def _bounded(self, frame: Frame, body: Sequence[ast.stmt]) -> None:
        before, self.shared.steps = self.shared.steps, 0
        try:
            if self.spent < MAX_TOTAL:
                run(frame, body)
        except (Exhausted, RecursionError):
            frame.env.clear()
        finally:
            self.spent += self.shared.steps
            self.shared.steps = before

    def node(self, definition: Definition) -> ast.AST | None:
        """A definition's syntax tree; a file is searched once."""
        path = definition.path
        if path not in self._nodes:
            self._nodes[path] = {
                (node.lineno, node.name): node
                for node in ast.walk(self.code.source(path).tree)
                if isinstance(node, FunctionNode | ast.ClassDef)
            }
        return self._nodes[path].get((definition.line, definition.name))

    def _owner(self, definition: Definition) -> Definition | None:
        module = self.code.modules[definition.path]
        owner = module.definitions.get(definition.qualname.rpartition(".")[0])
        return owner if owner is not None and owner.kind == "class" else None

    def run_function(
        self, frame: Frame, call: ast.Call, func: Func, args: Sequence[Value], keywords: Mapping[str, Value]
    ) -> Value:
        """Follow a call into a function of the project."""
        definition = func.of
        node = self.node(definition)
        if definition in frame.stack or len(frame.stack) >= MAX_DEPTH or not isinstance(node, FunctionNode):
            return None
        outer = func.frame if func.frame is not None else self.module(definition.path)
        inner = Frame(self.shared, definition.path, definition.qualname, outer)
        inner.trail = (Related(frame.at(call), "called from here"), *frame.trail)
        inner.context = f"{frame.context}>{frame.path}:{call.lineno}:{call.col_offset}"
        inner.stack = (*frame.stack, definition)
        inner.depth = frame.depth
        if not args and not keywords and func.bound is None and len(self.shared.bare) < MAX_BARE:
            self.shared.bare[inner.context] = f">{definition.key}()"
        self._bind(inner, node, definition, func.bound, args, keywords)
        run(inner, node.body)
        return None if self._generates(definition, node) else result(inner)

    def _generates(self, definition: Definition, node: FunctionNode) -> bool:
        if definition not in self._generators:
            self._generators[definition] = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))
        return self._generators[definition]

    def _bind(
        self, frame: Frame, node: FunctionNode, definition: Definition, bound: Obj | None,
        args: Sequence[Value], keywords: Mapping[str, Value],
    ) -> None:  # fmt: skip
        """Bind parameters to what the call gives, to defaults, or to things with an identity."""
        parameters = [*node.args.posonlyargs, *node.args.args]
        decorators = self.code.modules[definition.path].facts[definition.qualname].decorators
        owner = self._owner(definition) if "classmethod" in decorators else None
        if (bound is not None or owner is not None) and "staticmethod" not in decorators and parameters:
            frame.env[parameters[0].arg] = Cls(owner) if owner is not None else bound
            parameters = parameters[1:]
        defaults = dict(zip(reversed([item.arg for item in parameters]), reversed(node.args.defaults)))  # noqa: B905
        for item, default in zip(node.args.kwonlyargs, node.args.kw_defaults):  # noqa: B905  (lengths are equal)
            if default is not None:
                defaults[item.arg] = default
        called = bool(frame.trail)
        for index, item in enumerate([*parameters, *node.args.kwonlyargs]):
            value = keywords.get(item.arg)
            if value is None and index < min(len(args), len(parameters)):
                value = args[index]
            if value is None and called and item.arg in defaults and frame.outer is not None:
                value = evaluate(frame.outer, defaults[item.arg])
            frame.env[item.arg] = _given(frame, item.arg, value)
        if not args and not keywords:
            self._configured(frame, node, definition)
        _variadic(frame, node, len(parameters), args, keywords)


def _given(frame: Frame, name: str, value: Value) -> Value:
    if value is None:
        return _parameter(frame, name)
    if isinstance(value, Data) and value.hint is None:
        return replace(value, hint=role_of(name))
    return value


def _parameter(frame: Frame, name: str) -> Value:
    identity = f"parameter:{frame.path}:{frame.scope}:{name}{frame.context}"
    return Data(Rows(Base(identity)), role_of(name))


def _variadic(
    frame: Frame, node: FunctionNode, count: int, args: Sequence[Value], keywords: Mapping[str, Value]
) -> None:
    if node.args.vararg is not None:
        frame.env[node.args.vararg.arg] = Tup(tuple(args[count:])) if frame.trail else None
    if node.args.kwarg is not None:
        named = {item.arg for item in [*node.args.args, *node.args.kwonlyargs]}
        rest = tuple((name, value) for name, value in keywords.items() if name not in named)
        frame.env[node.args.kwarg.arg] = Map(rest) if frame.trail else None
