"""What the assertions of one test function amount to."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Resolve = Callable[[ast.expr], "Function | None"]
"""The project's function behind the callee of a call, None where it is unknown or not the project's."""

_EXACT = frozenset(
    "raises warns deprecated_call fail raise_for_status check_call check_output check_estimator gradcheck "
    "gradgradcheck exit abort validate verify".split()
)
_PREFIXES = ("assert", "expect_", "check_", "verify_", "validate_", "ensure_", "should")
_HINTS = frozenset("check checks verify assert validate expect ensure compare match snapshot".split())
_SILENT = frozenset("print debug info warning warn error exception log print_exc write".split())
_CATCHING = frozenset({"AssertionError", "Exception", "BaseException"})
_BY_NAME = frozenset(("locals", "globals", "eval", "exec"))
_MAX_HELPERS = 2
_TELLING = (ast.Assert, ast.Raise, ast.Yield, ast.YieldFrom, ast.Call)


@dataclass(slots=True)
class Assertions:
    """What was found, each by its syntax node; `suspect` are calls that may assert but cannot be followed."""

    real: list[ast.AST] = field(default_factory=list)
    constant: list[ast.AST] = field(default_factory=list)
    swallowed: list[ast.AST] = field(default_factory=list)
    suspect: list[ast.AST] = field(default_factory=list)


def callee(node: ast.expr) -> str:
    """The last name of what is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def assertions(
    body: list[ast.stmt], parameters: frozenset[str], resolve: Resolve, depth: int = _MAX_HELPERS
) -> Assertions:
    """Assertions that can be reached in the statements, project helpers followed."""
    judge = _Judge(parameters, resolve, depth)
    shown = {id(part) for node in body for part in _shown(node) if resolve(part.func) is None}
    for node, swallowed in _reachable(body, False):
        if id(node) not in shown:
            judge.node(node, swallowed)
    return judge.found


def _shown(node: ast.AST) -> Iterator[ast.Call]:
    """`left.compare(right)` in `print(left.compare(right))`: what gives back something to look at asserts nothing."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("print", "repr", "str"):
            for part in (inner for given in call.args for inner in ast.walk(given)):
                name = callee(part.func) if isinstance(part, ast.Call) else ""
                asserts = name.lower().startswith(_PREFIXES) or name in _EXACT
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and not asserts:
                    yield part


class _Judge:
    def __init__(self, parameters: frozenset[str], resolve: Resolve, depth: int) -> None:
        self.parameters = parameters
        self.resolve = resolve
        self.depth = depth
        self.found = Assertions()

    def node(self, node: ast.AST, swallowed: bool) -> None:
        """Sort one node in."""
        good = self.found.swallowed if swallowed else self.found.real
        if isinstance(node, ast.Assert):
            (self.found.constant if is_constant(node.test) else good).append(node)
        elif isinstance(node, ast.Raise):
            # What is merely raised again would have failed without the handler, too.
            good += [node] if node.exc is not None else []
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            self.found.suspect.append(node)
        elif isinstance(node, ast.Call):
            self._call(node, good)

    def _call(self, node: ast.Call, good: list[ast.AST]) -> None:
        name = callee(node.func)
        helper = self.resolve(node.func)
        if any(keyword.arg and _hints(keyword.arg) for keyword in node.keywords):
            self.found.suspect.append(node)
        if helper is not None:
            if not self.depth:
                self.found.suspect.append(node)
            elif self._asserts(helper):
                good.append(node)
            elif isinstance(node.func, ast.Name) and name in self.parameters and _hands_a_check(node):
                self.found.suspect.append(node)
        elif name in _EXACT or name.lower().startswith(_PREFIXES) or _checked_run(node, name):
            (self.found.constant if _constant_call(node, name) else good).append(node)
        elif _hints(name) or not name or (isinstance(node.func, ast.Name) and name in self.parameters):
            self.found.suspect.append(node)

    def _asserts(self, helper: Function) -> bool:
        found = assertions(helper.body, frozenset(), self.resolve, self.depth - 1)
        return bool(found.real or found.suspect)


def _hints(name: str) -> bool:
    words = re.findall(r"[A-Z]?[a-z]+", name)
    return any(word.lower() in _HINTS for word in words)


def _hands_a_check(node: ast.Call) -> bool:
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(_hints(callee(part)) for one in given for part in ast.walk(one) if isinstance(part, ast.expr))


def _checked_run(node: ast.Call, name: str) -> bool:
    return name == "run" and any(
        keyword.arg == "check" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in node.keywords
    )


def _constant_call(node: ast.Call, name: str) -> bool:
    if not name.startswith("assert") or not node.args or node.keywords:
        return False
    values = [folded(argument) for argument in node.args]
    if name in ("assertTrue", "assert_"):
        return values[0] is not None and bool(values[0][0])
    return name in ("assertEqual", "assertEquals", "assertIs") and all(value is not None for value in values[:2])


def is_constant(test: ast.expr) -> bool:
    """An assertion that holds whatever the program does: `True`, `1 == 1`, a tuple, a string."""
    value = folded(test)
    if value is not None:
        return bool(value[0])
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and _with_itself(test.left, test.comparators[0]):
        return isinstance(test.ops[0], ast.Eq | ast.Is | ast.GtE | ast.LtE)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(is_constant(part) for part in test.values)
    return isinstance(test, ast.List | ast.Set) and bool(test.elts) and not isinstance(test.elts[0], ast.Starred)


def _with_itself(left: ast.expr, right: ast.expr) -> bool:
    """A name compared with itself: `x == x`. Two calls may differ, and so may a NaN, which nobody tests like that."""
    plain = isinstance(left, ast.Name | ast.Attribute | ast.Subscript)
    calls = any(isinstance(part, ast.Call) for part in ast.walk(left))
    return plain and not calls and ast.dump(left) == ast.dump(right)


def folded(node: ast.expr) -> tuple[object] | None:
    """The value of a constant expression, in a one-tuple."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = folded(node.operand)
        return None if inner is None else (not inner[0],)
    if isinstance(node, ast.BinOp):
        left, right = folded(node.left), folded(node.right)
        return _arithmetic(node.op, left[0], right[0]) if left and right else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = folded(node.left), folded(node.comparators[0])
        if left and right and isinstance(node.ops[0], ast.Eq | ast.Is):
            return (left[0] == right[0],)
        if left and right and isinstance(node.ops[0], ast.NotEq | ast.IsNot):
            return (left[0] != right[0],)
    return None


def _arithmetic(operator: ast.operator, left: object, right: object) -> tuple[object] | None:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    if isinstance(operator, ast.Add):
        return (left + right,)
    if isinstance(operator, ast.Sub):
        return (left - right,)
    return (left * right,) if isinstance(operator, ast.Mult) else None


def _reachable(body: list[ast.stmt], swallowed: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node that may run, with whether what it raises is caught and dropped."""
    for statement in body:
        yield from () if _unused(statement, body) else _statement(statement, swallowed)
        if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break) or _skips(statement):
            return


def _unused(statement: ast.stmt, body: list[ast.stmt]) -> bool:
    """A plain function that stands among the statements, and that none of them names."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or statement.decorator_list:
        return False
    others = [part for one in body if one is not statement for part in ast.walk(one)]
    named = any(isinstance(part, ast.Name) and part.id == statement.name for part in others)
    return not named and not any(isinstance(part, ast.Call) and callee(part.func) in _BY_NAME for part in others)


def _never(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """A loop over nothing, or one whose condition is false."""
    if isinstance(loop, ast.While):
        value = folded(loop.test)
        return value is not None and not value[0]
    return isinstance(loop.iter, ast.Tuple | ast.List) and not loop.iter.elts


def _skips(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in ("pytest.skip", "self.skipTest")


def _statement(node: ast.stmt, swallowed: bool) -> Iterator[tuple[ast.AST, bool]]:
    if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        yield from _try(node, swallowed)  # type: ignore[arg-type]  # TryStar has the same fields
    elif isinstance(node, ast.If):
        yield from _expressions(node.test, swallowed)
        value = folded(node.test)
        if value is None or value[0]:
            yield from _reachable(node.body, swallowed)
        if value is None or not value[0]:
            yield from _reachable(node.orelse, swallowed)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            yield from _expressions(item.context_expr, swallowed)
        yield from _reachable(node.body, swallowed or any(_suppresses(item.context_expr) for item in node.items))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
        yield from _expressions(node.test if isinstance(node, ast.While) else node.iter, swallowed)
        yield from () if _never(node) else _reachable(node.body, swallowed)
        yield from _reachable(node.orelse, swallowed)
    elif isinstance(node, ast.Match):
        for case in node.cases:
            yield from _reachable(case.body, swallowed)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        # A nested function is taken to be called.
        yield from _reachable(node.body, swallowed)
    else:
        yield from _expressions(node, swallowed)


def _expressions(node: ast.AST, swallowed: bool) -> Iterator[tuple[ast.AST, bool]]:
    for inner in ast.walk(node):
        if isinstance(inner, _TELLING):
            yield inner, swallowed


def _try(node: ast.Try, swallowed: bool) -> Iterator[tuple[ast.AST, bool]]:
    dropped = any(_catches(handler) and _drops(handler) for handler in node.handlers)
    yield from _reachable(node.body, swallowed or dropped)
    for handler in node.handlers:
        yield from _reachable(handler.body, swallowed)
    yield from _reachable(node.orelse, swallowed)
    yield from _reachable(node.finalbody, swallowed)


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(callee(kind) in _CATCHING for kind in types)


def _drops(handler: ast.ExceptHandler) -> bool:
    for node in (inner for statement in handler.body for inner in ast.walk(statement)):
        if isinstance(node, ast.Raise | ast.Assert):
            return False
        if isinstance(node, ast.Call) and callee(node.func) not in _SILENT:
            return False
        if isinstance(node, ast.Assign | ast.AugAssign):
            return False
    return True


def _suppresses(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and callee(node.func) == "suppress"
        and any(callee(argument) in _CATCHING for argument in node.args)
    )
