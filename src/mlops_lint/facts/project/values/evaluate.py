"""Folds expressions: what does this name, this sum, this call give, wherever its parts are written?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.values import calls, objects, operators
from mlops_lint.facts.project.values.invocations import Invocations
from mlops_lint.facts.project.values.model import (
    ANCHOR,
    HOLE,
    MANY,
    UNKNOWN,
    Frame,
    Gap,
    Text,
    as_text,
    listed,
)
from mlops_lint.facts.project.values.scoping import Scoping

RUNS = 32
MAX_DEPTH = 60
MAX_STEPS = 8_000
LATER = 1 << 30


class Evaluator(Scoping):
    """Evaluates expressions. Where several values are possible, `runs` goes through them one after the other."""

    def __init__(self, code: Code, invocations: Invocations) -> None:
        super().__init__(code, invocations)
        self.cut = False

    def runs(self, thunk: Callable[[], Any]) -> Iterator[Any]:
        """`thunk()` once for each combination of choices; `cut` says afterwards whether some were left out."""
        script: list[int] = []
        self.cut = False
        spent = 0
        for _ in range(RUNS):
            if spent > MAX_STEPS // 2:
                break
            self.restart(script)
            value = thunk()
            if self.steps > MAX_STEPS:
                break
            yield value
            spent += self.steps
            trail = self.trail
            while trail and trail[-1][0] + 1 >= trail[-1][1]:
                trail.pop()
            if not trail:
                return
            script = [position for position, _ in trail]
            script[-1] += 1
        self.cut = True

    def evaluate(self, node: ast.AST | None, frame: Frame) -> Any:
        """What an expression gives; UNKNOWN where it cannot be told."""
        self.steps += 1
        if node is None or self.depth > MAX_DEPTH or self.steps > MAX_STEPS:
            return UNKNOWN
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return UNKNOWN
        self.depth += 1
        try:
            return operators.bounded(handler(self, node, frame))
        finally:
            self.depth -= 1

    def exhausted(self) -> bool:
        """Count a step that evaluates nothing; whether there were too many."""
        self.steps += 1
        return self.steps > MAX_STEPS

    def constant(self, node: ast.Constant, frame: Frame) -> Any:
        if isinstance(node.value, str):
            return Text.placed(node.value, self.index(frame.path).source.at(node))
        return UNKNOWN if node.value is Ellipsis else node.value

    def name(self, node: ast.Name, frame: Frame) -> Any:
        if node.id in frame.names:
            return frame.names[node.id]
        if node.id == "__file__":
            return f"{ANCHOR}/{frame.path}"
        return self.lookup(node.id, frame, node.lineno)

    def attribute(self, node: ast.Attribute, frame: Frame) -> Any:
        if isinstance(node.value, ast.Name):
            own = self.attribute_binding(node, frame)
            if own is not None:
                return own
        return objects.attribute(self, self.evaluate(node.value, frame), node.attr, frame)

    def subscript(self, node: ast.Subscript, frame: Frame) -> Any:
        base = self.evaluate(node.value, frame)
        if isinstance(node.slice, ast.Slice):
            parts = [
                self.evaluate(part, frame) if part else None
                for part in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            return operators.slice_of(base, parts)
        return objects.item(self, base, self.evaluate(node.slice, frame), node)

    def sequence(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Any:
        items: list[Any] = []
        for part in node.elts:
            if isinstance(part, ast.Starred):
                items += listed(self.evaluate(part.value, frame))
            else:
                items.append(self.evaluate(part, frame))
            if len(items) > operators.MAX_ITEMS:
                return UNKNOWN
        if isinstance(node, ast.Set):
            return operators.to_set(items)
        return tuple(items) if isinstance(node, ast.Tuple) else items

    def mapping(self, node: ast.Dict, frame: Frame) -> Any:
        made: dict[Any, Any] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, frame)
            if key_node is None:
                if not isinstance(value, dict) or len(made) + len(value) > operators.MAX_ITEMS:
                    return UNKNOWN
                made.update(value)
                continue
            key = self.evaluate(key_node, frame)
            if not operators.usable_key(key):
                return UNKNOWN
            made[key] = value
        return made

    def joined(self, node: ast.JoinedStr, frame: Frame) -> Any:
        parts: list[str] = []
        length = 0
        for part in node.values:
            length += len(parts[-1]) if parts else 0
            if length > operators.MAX_TEXT:
                return HOLE
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                value = self.evaluate(part.value, frame)
                plain = part.conversion == -1 and part.format_spec is None
                parts.append(as_text(value) if plain and isinstance(value, str | int | PurePosixPath) else HOLE)
        return "".join(parts)

    def binary(self, node: ast.BinOp, frame: Frame) -> Any:
        return operators.binary(node.op, self.evaluate(node.left, frame), self.evaluate(node.right, frame))

    def unary(self, node: ast.UnaryOp, frame: Frame) -> Any:
        return operators.unary(node.op, self.evaluate(node.operand, frame))

    def compare(self, node: ast.Compare, frame: Frame) -> Any:
        left = self.evaluate(node.left, frame)
        for operation, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(right_node, frame)
            holds = operators.compare(operation, left, right)
            if holds is not True:
                return holds
            left = right
        return True

    def boolean(self, node: ast.BoolOp, frame: Frame) -> Any:
        value: Any = UNKNOWN
        for part in node.values:
            value = self.evaluate(part, frame)
            truth = operators.truth(value)
            if truth is None:
                return UNKNOWN
            if truth is isinstance(node.op, ast.Or):
                return value
        return value

    def conditional(self, node: ast.IfExp, frame: Frame) -> Any:
        truth = operators.truth(self.evaluate(node.test, frame))
        if truth is None:
            truth = self.choose(("if", frame.path, node.lineno, node.col_offset), 2) == 0
        return self.evaluate(node.body if truth else node.orelse, frame)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame) -> Any:
        frames: list[Frame | Gap] = [frame]
        for generator in node.generators:
            frames = [inner for outer in frames for inner in self._rows(generator, outer)]
        if isinstance(node, ast.DictComp):
            return self._dict_rows(node, frames)
        items = [MANY if isinstance(row, Gap) else self.evaluate(node.elt, row) for row in frames]
        return operators.to_set(items) if isinstance(node, ast.SetComp) else items

    def _dict_rows(self, node: ast.DictComp, frames: list[Frame | Gap]) -> Any:
        made: dict[Any, Any] = {}
        for row in frames:
            key = UNKNOWN if isinstance(row, Gap) else self.evaluate(node.key, row)
            if isinstance(row, Gap) or not operators.usable_key(key):
                return UNKNOWN
            made[key] = self.evaluate(node.value, row)
        return made

    def _rows(self, generator: ast.comprehension, frame: Frame | Gap) -> Iterator[Frame | Gap]:
        if isinstance(frame, Gap):
            yield MANY
            return
        for item in listed(self.evaluate(generator.iter, frame))[:2_000]:
            names = objects.unpacked(generator.target, item)
            if names is None or isinstance(item, Gap):
                yield MANY
                continue
            inner = Frame(frame.path, frame.scope, frame.given, {**frame.names, **names})
            tests = [operators.truth(self.evaluate(test, inner)) for test in generator.ifs]
            if all(tests):
                yield inner
            elif False not in tests:
                yield MANY

    def call(self, node: ast.Call, frame: Frame) -> Any:
        return calls.call(self, node, frame)

    def awaited(self, node: ast.Await, frame: Frame) -> Any:
        return self.evaluate(node.value, frame)

    def walrus(self, node: ast.NamedExpr, frame: Frame) -> Any:
        return self.evaluate(node.value, frame)


_HANDLERS: dict[type, Callable[..., Any]] = {
    ast.Constant: Evaluator.constant,
    ast.Name: Evaluator.name,
    ast.Attribute: Evaluator.attribute,
    ast.Subscript: Evaluator.subscript,
    ast.List: Evaluator.sequence,
    ast.Tuple: Evaluator.sequence,
    ast.Set: Evaluator.sequence,
    ast.Dict: Evaluator.mapping,
    ast.JoinedStr: Evaluator.joined,
    ast.BinOp: Evaluator.binary,
    ast.UnaryOp: Evaluator.unary,
    ast.Compare: Evaluator.compare,
    ast.BoolOp: Evaluator.boolean,
    ast.IfExp: Evaluator.conditional,
    ast.ListComp: Evaluator.comprehension,
    ast.SetComp: Evaluator.comprehension,
    ast.GeneratorExp: Evaluator.comprehension,
    ast.DictComp: Evaluator.comprehension,
    ast.Call: Evaluator.call,
    ast.Await: Evaluator.awaited,
    ast.NamedExpr: Evaluator.walrus,
}
