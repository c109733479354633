"""What serving does to its input that training does otherwise: fits anew, names other columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, External, Reach
from mlops_lint.facts.project.features import Features
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.skewing_dropped import dropped
from mlops_lint.facts.project.skewing_loaded import loaded_refit
from mlops_lint.facts.project.skewing_order import OtherOrder, other_order
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_FITS = re.compile(r"^(?P<made>.+)\(\)\.(?:fit|fit_transform|partial_fit)$")
_PART_FITS = re.compile(
    r"^(?P<made>sklearn\.pipeline\.Pipeline)\(\)(?:\.named_steps|\.steps)?(?:\[\])+\.(?:fit|fit_transform)$"
)
"""A part of a pipeline that is fitted by itself: `model["scale"].fit_transform(rows)`."""
_BUILDS = (
    "sklearn.",
    "imblearn.",
    "feature_engine.",
    "category_encoders.",
    "torchvision.transforms.",
    "tensorflow.keras.layers.",
)
_LEAST = 3
_RENEWS = re.compile(r"train|(?:^|_)fit|learn|refit|update|refresh|calibrat|drift|monitor", re.IGNORECASE)
"""Code that makes a new model on purpose, or looks at the data of the old one."""


@dataclass(frozen=True, slots=True)
class Refit:
    """A transformer that serving fits; `elsewhere` is where training fits one of the same kind."""

    name: str
    at: Location
    elsewhere: Location | None


@dataclass(frozen=True, slots=True)
class OtherColumns:
    """Columns that serving selects and training does not."""

    at: Location
    trained: Location
    extra: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherFill:
    """A gap that serving fills with `now`, and training with `before`."""

    column: str
    before: object
    now: object
    at: Location
    trained: Location


class Skewing:
    """Compares what serving reaches with what training reaches."""

    def __init__(self, code: Code, serving: Serving, knowledge: Knowledge, features: Features, values: Values) -> None:
        self.code = code
        self.serving = serving
        self.features = features
        self.values = values
        kinds = {"transformer", "selector"}
        self.transformers = {name for name, one in knowledge.estimators.items() if one.kind in kinds}

    def reach(self, roots: Iterable[Definition]) -> Reach:
        """What runs for a request: handlers of other requests are left out."""
        known = tuple(roots)
        return self.code.reachable(known, self.serving.beside(known))

    def refits(self, roots: Iterable[Definition]) -> list[Refit]:
        """Transformers that the serving code fits, and that it does not share with training."""
        reach = self.reach(roots)
        found: list[tuple[str, Location]] = []
        others: list[tuple[str, Location]] = []
        for name, uses in self.code.graph.canonical.items():
            match = _FITS.match(name) or _PART_FITS.match(name)
            if match is None or (match["made"] not in self.transformers and match.re is _FITS):
                continue
            for path, fact in uses:
                if not fact.call or not self.serving.ships(path):
                    continue
                here = self.code.graph.scope(path, fact.scope)
                inside = here in reach and here.kind != "module"
                (found if inside else others).append((match["made"], self.code.use_at(path, fact)))
        return [
            Refit(name.rpartition(".")[2], at, next((o for n, o in others if n == name), None)) for name, at in found
        ]

    def refit_at_start(self, roots: Iterable[Definition], trained: Iterable[Definition]) -> Refit | None:
        """A step that the service fits before it answers: one that it has loaded, or one of its own."""
        known = tuple(one for one in roots if not _RENEWS.search(one.name))
        renewing = {
            one
            for module in self.code.modules.values()
            for one in module.definitions.values()
            if _RENEWS.search(one.name)
        }
        reach, training = self.code.reachable(known, renewing), self.code.reachable(trained)
        if (loaded := loaded_refit(self.code, self.serving, reach, training)) is not None:
            return Refit(*loaded, None)
        own = (one for one in self.refits(known) if one.elsewhere is not None)
        inner = {(one.path, line) for one in reach.definitions - training.definitions for line in _lines(one)}
        return next((one for one in own if (one.at.path, one.at.line) in inner), None)

    def only_beside(self, shared: Definition, roots: Iterable[Definition], beside: Iterable[Definition]) -> bool:
        """Whether what prepares the input is reached through code for something else alone, as explanations."""
        known = self.serving.callers(roots)
        bodies = {module.body for module in self.code.modules.values()} - set(known)
        reach = self.code.reachable(known, self.serving.beside(known) | set(beside) | bodies)
        sites = [self.code.graph.scope(path, fact.scope) for path, fact in self.code.graph.call_sites.get(shared, [])]
        if shared in reach or any(site in reach or site in bodies for site in sites):
            return False
        return not self.code.opaque(reach, frozenset((shared.name,)))

    def thrown_away(self, shared: Definition, predicts: Definition) -> Location | None:
        """Where the code that predicts prepares its input, and then asks the model about something else."""
        return dropped(self.code, shared, predicts)

    def builds_pipeline(self, definition: Definition) -> bool:
        """Whether it is, or gives, an object that is saved with the model: a transformer or a pipeline."""
        if definition.kind == "class":
            bases = self.code.names.bases(definition)
            return any(isinstance(base, External) and base.name.startswith(_BUILDS) for base in bases)
        reach = self.code.reachable([definition])
        return any(
            name.startswith(_BUILDS) and self.code.graph.scope(path, fact.scope) in reach
            for path in {one.path for one in reach.definitions if one.kind != "module"}
            for name, fact in self.code.named(path)
            if fact.scope not in ("", "<main>")
        )

    def handed_on(self, definition: Definition) -> bool:
        """Whether training gives it to a pipeline instead of calling it: `FunctionTransformer(transform)`."""
        return any(
            not fact.call and self.code.resolve(path, fact.scope, fact.chain) == definition
            for path, fact in self.code.graph.call_sites.get(definition, [])
            if not self.code.is_test(path)
        )

    def other_columns(self, roots: Iterable[Definition], trained: Iterable[Definition]) -> OtherColumns | None:
        """A list of columns that serving alone writes and that is not the list of the training."""
        known = next((one for one in self.features.sets if one.complete and len(one.columns) >= _LEAST), None)
        if known is None:
            return None
        training = self.code.reachable(trained)
        for one in sorted(self.reach(roots).definitions):
            if one in training or one.kind == "class" or self.code.is_test(one.path) or one.path == known.at.path:
                continue
            if one.qualname == "" and any(inner.path == one.path for inner in training.definitions):
                continue
            for node in _selections(self._own(one)):
                found = self._compared(one, node, known.columns)
                if found is not None:
                    return OtherColumns(self.code.source(one.path).at(node), known.at, *found)
        return None

    def other_order(self, roots: Iterable[Definition], trained: Iterable[Definition]) -> OtherOrder | None:
        """The features in another order, where serving hands them to the model by their place."""
        training = self.code.reachable(trained)
        return other_order(self.code, self.values, self.features, self.reach(roots).definitions, training)

    def other_fill(self, roots: Iterable[Definition], trained: Iterable[Definition]) -> OtherFill | None:
        """A column whose gaps serving alone fills with another constant than training alone."""
        training, serving = self.code.reachable(trained).definitions, self.reach(roots).definitions
        known, here = self._fills(training - serving), self._fills(serving - training)
        for column in sorted(known.keys() & here.keys()):
            values = {repr(value) for value, _ in (*known[column], *here[column])}
            if len(values) == 2 and len({repr(value) for value, _ in here[column]}) == 1:
                (before, trained_at), (now, at) = known[column][0], here[column][0]
                if before != now:
                    return OtherFill(column, before, now, at, trained_at)
        return None

    def _fills(self, definitions: Iterable[Definition]) -> dict[str, list[tuple[object, Location]]]:
        """By column: `rows.fillna({"age": 0})`, `rows["age"].fillna(0)`."""
        found: dict[str, list[tuple[object, Location]]] = {}
        for one in sorted(definitions):
            if one.kind != "function" or not self.serving.ships(one.path):
                continue
            for part in ast.walk(self.code.node(one)):
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "fillna":
                    at = self.code.source(one.path).at(part)
                    for column, value in _filled(part.func.value, part.args):
                        found.setdefault(column, []).append((value, at))
        return found

    def _own(self, one: Definition) -> ast.AST:
        node = self.code.node(one)
        if one.qualname not in ("", "<main>"):
            return node
        body = [
            part
            for part in getattr(node, "body", [])
            if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        return ast.Module(body=body, type_ignores=[])

    def _compared(
        self, one: Definition, node: ast.expr, columns: frozenset[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        known = self.values.fold(one.path, one.qualname, node)
        value = known.value if known is not None else None
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            return None
        names = {str(item) for item in value}
        shared = names & columns
        if len(shared) < _LEAST or len(shared) < 0.6 * len(columns) or names == columns:
            return None
        return tuple(sorted(names - columns)), tuple(sorted(columns - names))


def _lines(one: Definition) -> range:
    return range(one.line, one.end_line + 1) if one.kind == "function" else range(0)


def _filled(of: ast.expr, given: list[ast.expr]) -> Iterator[tuple[str, object]]:
    try:
        value = ast.literal_eval(given[0]) if given else None
    except ValueError:
        return
    if isinstance(value, dict):
        yield from ((key, one) for key, one in value.items() if isinstance(key, str))
    elif value is not None and isinstance(of, ast.Subscript) and isinstance(of.slice, ast.Constant):
        yield str(of.slice.value), value


def _selections(tree: ast.AST) -> Iterator[ast.expr]:
    """What a table is indexed by on the way to `predict`: `model.predict(rows[COLUMNS])`."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr.startswith("predict"):
            for argument in part.args[:1]:
                yield from _index(argument, tree)


def _index(argument: ast.expr, tree: ast.AST) -> Iterator[ast.expr]:
    if isinstance(argument, ast.Name):
        for part in ast.walk(tree):
            if isinstance(part, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == argument.id for target in part.targets
            ):
                if isinstance(part.value, ast.Subscript | ast.Call):
                    yield from _index(part.value, tree)
    elif isinstance(argument, ast.Subscript):
        yield argument.slice
    elif isinstance(argument, ast.Call):
        for keyword in argument.keywords:
            if keyword.arg == "columns":
                yield keyword.value


@provides
def skewing(code: Code, serving: Serving, knowledge: Knowledge, features: Features, values: Values) -> Skewing:
    """Compared when asked for."""
    return Skewing(code, serving, knowledge, features, values)
