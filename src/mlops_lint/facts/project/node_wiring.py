"""Pipelines that are declared node by node: what each node is given, and what its result is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.files.chains import UNKNOWN, chain, is_none
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Use

_NODES = frozenset(("kedro.pipeline.node", "kedro.pipeline.Node", "kedro.pipeline.node.node"))
_WHOLES = frozenset(("kedro.pipeline.pipeline", "kedro.pipeline.Pipeline", "kedro.pipeline.modular_pipeline.pipeline"))
_RENAMES = frozenset(("namespace", "inputs", "outputs", "parameters"))
_WORDS = ("func", "inputs", "outputs")
_RESULT = "<result>"
PARAMETERS = "parameters"
OF_PARAMETERS = "params:"


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A function in a pipeline: values go in and come out by their names in the catalogue.

    `call` is the call that the declaration stands for, with names of the catalogue as its variables;
    `function` is None where it is none of the project's.
    """

    path: str
    scope: str
    function: Definition | None
    call: ast.Call
    target: ast.expr | None
    keys: tuple[tuple[str, ast.expr], ...]
    whole: tuple[int, ...]
    settings: bool = True
    """Whether `params:x` is the parameter file's own `x`, which a pipeline within another may rename."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it takes."""
        given = [*self.call.args, *(word.value for word in self.call.keywords)]
        return tuple(one.id for one in given if isinstance(one, ast.Name))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it makes."""
        targets = [self.target, *(one for _, one in self.keys)]
        parts = [part for one in targets if one for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
        return tuple(part.id for part in parts if isinstance(part, ast.Name))

    def statements(self) -> Iterator[ast.stmt]:
        """`train, test = cut(rows)`."""
        if self.target is not None or not self.keys:
            target = self.target or ast.copy_location(ast.Name(_RESULT, ast.Store()), self.call)
            yield ast.copy_location(ast.Assign([target], self.call), self.call)
            return
        result = ast.copy_location(ast.Name(_RESULT, ast.Store()), self.call)
        yield ast.copy_location(ast.Assign([result], self.call), self.call)
        for key, target in self.keys:
            made = ast.copy_location(ast.Name(_RESULT, ast.Load()), self.call)
            item = ast.Subscript(made, ast.copy_location(ast.Constant(key), target), ast.Load())
            yield ast.copy_location(ast.Assign([target], ast.copy_location(item, target)), target)


@dataclass(frozen=True, slots=True)
class Flowing:
    """Nodes in an order in which each finds what it takes; `free` are names that none of them makes."""

    nodes: tuple[Node, ...]
    free: tuple[str, ...]


class NodeWiring:
    """Says nothing of a pipeline whose names are not written out."""

    def __init__(self, code: Code) -> None:
        self._code = code

    @cached_property
    def all(self) -> tuple[Node, ...] | None:
        """Every node outside of tests; None where one of them cannot be read."""
        return None if None in self._read else tuple(one for one in self._read if one is not None)

    @cached_property
    def pipelines(self) -> tuple[Flowing, ...]:
        """All nodes as one pipeline where no name is made twice; else each pipeline by itself."""
        if self.all and self._plain and _single(self.all):
            return (_ordered(self.all),)
        wholes: dict[tuple[str, str, tuple[int, ...]], list[Node]] = {}
        for node in self.all or ():
            wholes.setdefault((node.path, node.scope, node.whole), []).append(node)
        return tuple(_ordered(nodes) for nodes in wholes.values() if _single(nodes))

    def calls(self, function: Definition) -> list[Node]:
        """The nodes that call a function."""
        return [node for node in self.all or () if node.function == function]

    def scopes(self) -> set[tuple[str, str]]:
        """Where nodes are declared."""
        return {(node.path, node.scope) for node in self.all or ()}

    @cached_property
    def _read(self) -> list[Node | None]:
        uses = [use for use in self._code.uses(_NODES) if use.call and not self._code.is_test(use.path)]
        return [self._node(use) for use in uses]

    @cached_property
    def _wholes(self) -> list[tuple[str, ast.Call]]:
        uses = [use for use in self._code.uses(_WHOLES) if use.call and not self._code.is_test(use.path)]
        found = [(use.path, self._code.call_node(use)) for use in uses]
        return [(path, call) for path, call in found if call is not None]

    @cached_property
    def _plain(self) -> bool:
        """Whether no pipeline is used under other names in another."""
        return not any(_renames(call) for _, call in self._wholes)

    def _node(self, use: Use) -> Node | None:
        call = self._code.call_node(use)
        if call is None:
            return None
        words = {word.arg: word.value for word in call.keywords if word.arg}
        given = [*call.args[:3], *(words[name] for name in _WORDS[len(call.args) :] if name in words)]
        taken, made = (_inputs(given[1]), _outputs(given[2])) if len(given) == 3 else (None, None)
        if taken is None or made is None or "namespace" in words:
            return None
        stands = ast.copy_location(ast.Call(given[0], taken[0], taken[1]), call)
        whole = self._around(use.path, call)
        return Node(use.path, use.scope, self._function(use, given[0]), stands, made[0], made[1], whole, self._plain)

    def _around(self, path: str, call: ast.Call) -> tuple[int, ...]:
        """The innermost pipeline that is written around a node."""
        around = [one for where, one in self._wholes if where == path and _span(one)[0] <= _span(call)[0]]
        around = [one for one in around if _span(one)[1] >= _span(call)[1]]
        return max((_span(one)[0] for one in around), default=())

    def _function(self, use: Use, given: ast.expr) -> Definition | None:
        name = "" if chain(given).startswith(UNKNOWN) else self._code.canonical(use.path, use.scope, chain(given)) or ""
        path, _, qualname = name.partition("::")
        found = self._code.definition(path, qualname) if qualname else None
        return found if found is not None and found.kind == "function" else None


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _renames(call: ast.Call) -> bool:
    words = {word.arg: word.value for word in call.keywords}
    return None in words or any(name in words and not is_none(words[name]) for name in _RENAMES) or len(call.args) > 1


def data_set(name: str) -> str:
    """A name of the catalogue; `x@spark` and `x@pandas` are one data set."""
    return name.partition("@")[0]


def _text(node: ast.expr) -> str | None:
    return data_set(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.expr, context: ast.expr_context) -> ast.Name | None:
    text = _text(node)
    return ast.copy_location(ast.Name(text, context), node) if text else None


def _names(nodes: Sequence[ast.expr], context: ast.expr_context) -> list[ast.expr] | None:
    found: list[ast.expr] = [name for node in nodes if (name := _name(node, context)) is not None]
    return found if len(found) == len(nodes) else None


def _inputs(node: ast.expr) -> tuple[list[ast.expr], list[ast.keyword]] | None:
    """The arguments that a node's function is given; None where they are not written out."""
    if is_none(node):
        return [], []
    if isinstance(node, ast.Dict):
        names = _names(node.values, ast.Load())
        words = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if names is None or not all(isinstance(word, str) for word in words):
            return None
        return [], [ast.copy_location(ast.keyword(str(word), name), name) for word, name in zip(words, names)]  # noqa: B905
    names = _names(node.elts if isinstance(node, ast.List | ast.Tuple) else [node], ast.Load())
    return None if names is None else (names, [])


def _outputs(node: ast.expr) -> tuple[ast.expr | None, tuple[tuple[str, ast.expr], ...]] | None:
    """What a node's result is bound to: one name, a tuple of names, or names by the result's keys."""
    if is_none(node):
        return None, ()
    if isinstance(node, ast.Dict):
        names = _names(node.values, ast.Store())
        words = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if names is None or not all(isinstance(word, str) for word in words):
            return None
        return None, tuple(zip([str(word) for word in words], names))  # noqa: B905  (lengths are equal)
    if isinstance(node, ast.List | ast.Tuple):
        names = _names(node.elts, ast.Store())
        return None if names is None else (ast.copy_location(ast.Tuple(names, ast.Store()), node), ())
    name = _name(node, ast.Store())
    return None if name is None else (name, ())


def _single(nodes: Sequence[Node]) -> bool:
    made = [name for node in nodes for name in node.outputs]
    return len(made) == len(set(made))


def _ordered(nodes: Sequence[Node]) -> Flowing:
    """By what they take and make; what takes its own result stays where it is written."""
    made = {name for node in nodes for name in node.outputs}
    free = dict.fromkeys(name for node in nodes for name in node.inputs if name not in made)
    known, waiting, order = set(free), list(nodes), []
    while waiting:
        ready = next((node for node in waiting if known.issuperset(node.inputs)), waiting[0])
        waiting.remove(ready)
        order.append(ready)
        known.update(ready.outputs)
    return Flowing(tuple(order), tuple(free))


@provides
def node_wiring(code: Code) -> NodeWiring:
    """Read when asked for."""
    return NodeWiring(code)
