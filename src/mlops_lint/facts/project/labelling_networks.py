"""Networks of Keras that are fitted on a column beside their input: `compile(loss="…_crossentropy")`, `fit(x, y)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition, Reach, Use
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_ENTROPY = re.compile(r"(?i)(?:binary|categorical)_?crossentropy$")
_MADE = re.compile(
    r"(?i)(?<![a-z])(?:next|prev|mask|context|noise|noisy|clean|input|image|pixel|original|reconstruct|same|pair|view|token|cluster|"
    r"pseudo|weak|synth|shift|roll|lag|rotat|segment|predict|augment|domain)"
)
"""Words that say that a target was made from the data themselves."""
_CLASSES = frozenset(
    f"{module}.{kind}_dataset_from_directory"
    for module in ("keras.utils", "keras.preprocessing", "tensorflow.keras.utils")
    for kind in ("image", "text", "audio")
)
_DEEP = 5
_REST = "\0rest"
"""All columns but those that are dropped."""


def fitted_networks(code: Code, values: Values, reach: Reach) -> Iterator[Location]:
    """Fits within reach that are given a column which is no input, where every loss is a cross-entropy over classes."""
    calls = [(path, use, call) for path, use, call in _calls(code, reach)]
    losses = [_loss(call) for _, use, call in calls if split(use.chain)[-1] == ".compile"]
    if not losses or not all(_ENTROPY.search(loss) for loss in losses):
        return
    if any(split(use.chain)[-1] == ".fit" for _, use, _ in calls):
        yield from _folders(code, reach)
    for path, use, call in calls:
        given = {word.arg: word.value for word in call.keywords if word.arg}
        first = call.args[0] if call.args else given.get("x")
        target = call.args[1] if len(call.args) > 1 else given.get("y")
        if split(use.chain)[-1] != ".fit" or "epochs" not in given or first is None or target is None:
            continue
        columns = Columns(code, values)
        inputs, labels = columns.of(path, first) or columns.mentioned(path, first), columns.of(path, target)
        if inputs and labels and not labels & {*inputs, _REST} and not any(map(columns.made, labels)):
            yield code.use_at(path, use)


def _calls(code: Code, reach: Reach) -> Iterator[tuple[str, UseFact, ast.Call]]:
    for path, module in code.modules.items():
        for use in module.symbols.uses:
            if not use.call or split(use.chain)[-1] not in (".fit", ".compile") or code.is_test(path):
                continue
            if code.graph.scope(path, use.scope) in reach:
                call = code.call_node(Use(path, use.scope, use.chain, code.use_at(path, use), use))
                if call is not None:
                    yield path, use, call


def _folders(code: Code, reach: Reach) -> Iterator[Location]:
    """Images or texts whose classes are the folders that they lie in."""
    for use in code.uses(_CLASSES):
        call = code.call_node(use) if use.call and code.scope_of(use) in reach and not code.is_test(use.path) else None
        given = {word.arg: word.value for word in call.keywords} if call is not None else {}
        said = [given.get(name) for name in ("labels", "label_mode")]
        if call is not None and not any(isinstance(one, ast.Constant) and one.value is None for one in said):
            if isinstance(given.get("labels", ast.Constant("inferred")), ast.Constant) and None not in given:
                yield use.at


def _loss(call: ast.Call) -> str:
    """The loss that a model is compiled with; empty where it cannot be told."""
    given = next((word.value for word in call.keywords if word.arg == "loss"), None)
    given = given or (call.args[1] if len(call.args) > 1 else None)
    if isinstance(given, ast.Constant):
        return str(given.value)
    return ast.unparse(given.func) if isinstance(given, ast.Call) else ""


class Columns:
    """The columns that an expression is taken from; none where that cannot be told in full."""

    def __init__(self, code: Code, values: Values) -> None:
        self.code = code
        self.values = values

    def of(self, path: str, node: ast.expr, depth: int = 0) -> frozenset[str]:
        if depth > _DEEP:
            return frozenset()
        if isinstance(node, ast.Subscript):
            return self._keys(path, node.slice)
        if isinstance(node, ast.Name):
            found = [self.of(path, value, depth + 1) for value in self.assigned(path, node.id)]
            return frozenset().union(*found) if all(found) else frozenset()
        if isinstance(node, ast.Call):
            return self._through(path, node, depth)
        return self.of(path, node.value, depth) if isinstance(node, ast.Attribute) else frozenset()

    def _through(self, path: str, node: ast.Call, depth: int) -> frozenset[str]:
        """`rows["a"].to_numpy()`, `np.asarray(rows["a"])`, `rows.pop("a")`."""
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "pop" and node.args:
                return self._keys(path, node.args[0])
            if node.func.attr == "drop":
                return frozenset((_REST,))
            if node.func.attr in ("fit_transform", "transform") and node.args:
                return self.of(path, node.args[0], depth)
            if node.func.attr in ("to_numpy", "astype", "reshape", "ravel"):
                return self.of(path, node.func.value, depth)
        last = ast.unparse(node.func).rpartition(".")[2]
        known = last in ("asarray", "array", "to_categorical", "float32", "int32", "constant", "convert_to_tensor")
        return self.of(path, node.args[0], depth) if known and node.args else frozenset()

    def mentioned(self, path: str, node: ast.expr) -> frozenset[str]:
        """All names in a function of the project that makes an input out of a table; none where it is no such call."""
        bound = self.assigned(path, node.id) if isinstance(node, ast.Name) else [node]
        made = bound[0] if len(bound) == 1 else None
        own = self.code.resolve(path, "", chain(made.func)) if isinstance(made, ast.Call) else None
        if not isinstance(own, Definition) or own.kind != "function":
            return frozenset()
        inside = [one for one in self.code.reachable([own]).definitions if one.kind == "function"]
        parts = [part for one in inside for part in ast.walk(self.code.node(one))]
        texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        return frozenset(texts | {part.attr for part in parts if isinstance(part, ast.Attribute)} | {""})

    def _keys(self, path: str, node: ast.expr) -> frozenset[str]:
        if isinstance(node, ast.List):
            found = [self._keys(path, one) for one in node.elts]
            return frozenset().union(*found) if all(found) else frozenset()
        known = self.values.fold(path, "", node)
        value = known.value if known is not None else None
        names = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
        return frozenset(str(name) for name in names) if all(isinstance(name, str) for name in names) else frozenset()

    def assigned(self, path: str, name: str) -> list[ast.expr]:
        """What a name is bound to in a file; nothing where it is a parameter, too."""
        found: list[ast.expr] = []
        for node in ast.walk(self.code.source(path).tree):
            if isinstance(node, ast.arg) and node.arg == name:
                return []
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found += self._bound(path, target, node.value, name)
        return found

    def _bound(self, path: str, target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
        if isinstance(target, ast.Name) and target.id == name:
            yield value
        elif isinstance(target, ast.Tuple):
            names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
            if name in names:
                yield self._part(path, value, names.index(name), len(names))

    def _part(self, path: str, value: ast.expr, index: int, count: int) -> ast.expr:
        """What one name of several is bound to: a part of a split, or of what an own function returns."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            if value.func.id == "train_test_split" and len(value.args) * 2 == count:
                return value.args[index // 2]
            for node in ast.walk(self.code.source(path).tree):
                if isinstance(node, ast.FunctionDef) and node.name == value.func.id:
                    results = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
                    value = results[0] if len(results) == 1 and results[0] is not None else value
                    break
        matched = isinstance(value, ast.Tuple) and len(value.elts) == count
        return value.elts[index] if matched and isinstance(value, ast.Tuple) else ast.Constant(None)

    def made(self, column: str) -> bool:
        """Whether the project works the column out itself."""
        return bool(_MADE.search(column)) or any(
            column in _written(node)
            for path in self.code.modules
            if column in self.code.text(path).text
            for node in ast.walk(self.code.source(path).tree)
        )


def _written(node: ast.AST) -> Iterator[str]:
    """Columns that a statement gives a value: `rows["a"] = …`, `rows.assign(a=…)`."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield ast.unparse(target.slice).strip("'\"")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("assign", "insert"):
        yield from (word.arg for word in node.keywords if word.arg)
        yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))
