"""The columns that reach `fit`: the frame given to it, through pipelines and column transformers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Estimator, Knowledge
from mlops_lint.facts.project.values import MANY, UNKNOWN, Frame, Made, Text, Values
from mlops_lint.facts.project.values.model import listed, settled
from mlops_lint.facts.project.values.tables import Table
from mlops_lint.model import Location

_MODELS = frozenset("classifier regressor either search ranker trainer clusterer outlier recommender".split())
_PIPELINES = ("sklearn.pipeline.", "imblearn.pipeline.")
_TRANSFORMERS = ("sklearn.compose.ColumnTransformer", "sklearn.compose.make_column_transformer")
_PASSING = ("sklearn.preprocessing.", "sklearn.impute.", "imblearn.over_sampling.", "imblearn.under_sampling.",
            "category_encoders.", "sklearn.decomposition.")  # fmt: skip
_FORMULAS = ("statsmodels.formula.api.", "patsy.dmatrices", "patsy.dmatrix")
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*\s*(?:\(|=(?!=))?")
_REMOVERS = frozenset("drop remove discard difference pop".split())


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns of one fit."""

    columns: tuple[Any, ...]
    at: Location
    source: str
    complete: bool


class FitReader:
    """Reads the fits that train the model."""

    def __init__(self, code: Code, values: Values, knowledge: Knowledge, root: Definition | None) -> None:
        self.code = code
        self.values = values
        self.fold = values.evaluator
        self.estimators = knowledge.estimators
        self.root = root
        self._methods = frozenset(method for one in self.estimators.values() for method in one.fit) | {"train"}

    def fits(self) -> list[Fitted]:
        """Every fit in order of place; the same columns at the same place once."""
        found: list[Fitted] = []
        reach = self.code.reachable([self.root]) if self.root is not None else self.code.live
        for path, module in self.code.modules.items():
            if self.code.is_test(path) or (module.is_notebook and self.root is None):
                continue
            for use in module.symbols.uses:
                if use.call and self._candidate(use) and self.code.graph.scope(path, use.scope) in reach:
                    found += self._read(path, use)
        return sorted(dict.fromkeys(found), key=lambda one: (one.at, one.columns and str(one.columns)))

    def _candidate(self, use: UseFact) -> bool:
        last = split(use.chain)[-1].lstrip(".")
        return last in self._methods or last in ("dmatrices", "VectorAssembler") or last in _formula_names()

    def _read(self, path: str, use: UseFact) -> Iterator[Fitted]:
        index = self.fold.index(path)
        at = index.call_at(use.line, use.column, use.end_line, use.end_column)
        if at is None:
            return
        scope, node = at
        frame = Frame(path, scope)
        results = self.values.runs(lambda: self._given(node, frame, path, use))
        for result in results:
            if result is None:
                continue
            table, source, expression = result
            yield Fitted(table.known, index.source.at(expression), source, table.complete and not self.fold.cut)

    def _given(self, node: ast.Call, frame: Frame, path: str, use: UseFact) -> tuple[Table, str, ast.expr] | None:
        name = self.code.canonical(path, use.scope, use.chain) or ""
        if name.startswith(_FORMULAS):
            return self._formula(node, frame)
        if name.endswith("VectorAssembler"):
            columns = _keyword(node, "inputCols")
            value = self.fold.evaluate(columns, frame) if columns is not None else UNKNOWN
            return (_table(value), "selector", columns) if columns is not None else None
        if name in self.estimators and self.estimators[name].kind == "trainer":
            data = _argument(node, 1, "dtrain") or _keyword(node, "train_set") or _keyword(node, "pool")
            value = self.fold.evaluate(data, frame) if data is not None else UNKNOWN
            return self._result(value, data)
        if not isinstance(node.func, ast.Attribute):
            return None
        model = self.fold.evaluate(node.func.value, frame)
        if not isinstance(model, Made) or model.name not in self.estimators:
            return None
        if self.estimators[model.name].kind not in _MODELS:
            return None
        given = _argument(node, 0, "X") or _keyword(node, "x")
        if given is None:
            return None
        table = self.fold.evaluate(given, frame)
        return self._result(self.through(model, table), given)

    def _result(self, value: Any, expression: ast.expr | None) -> tuple[Table, str, ast.expr] | None:
        if not isinstance(value, Table) or expression is None:
            return None
        return value, "drop" if value.read else "fit", expression

    def through(self, model: Any, table: Any) -> Any:
        """The columns that a model behind pipelines, searches and column transformers really learns from."""
        if not isinstance(model, Made):
            return Table()
        if model.name.startswith(_PIPELINES):
            for step in self._steps(model):
                table = self.through(step, table)
            return table
        if model.name in _TRANSFORMERS:
            return self._transformed(model, table)
        if model.name.startswith(_PASSING):
            return table
        known = self.estimators.get(model.name)
        if known is None or known.kind in ("selector", "transformer", "resampler"):
            return Table()
        if known.kind == "search" or known.family == "any":
            inner = _argument(model.node, 0, "estimator")
            value = self.fold.evaluate(inner, model.frame) if inner is not None else None
            return self.through(value, table) if isinstance(value, Made) else Table()
        return table

    def learner(self, model: Any, depth: int = 0) -> Estimator | None:
        """The estimator that learns in the end: behind pipelines, searches and wrappers."""
        if not isinstance(model, Made) or depth > 5:
            return None
        if model.name.startswith(_PIPELINES):
            steps = self._steps(model)
            return self.learner(steps[-1], depth + 1) if steps else None
        known = self.estimators.get(model.name)
        if known is not None and (known.kind == "search" or known.family == "any"):
            inner = _argument(model.node, 0, "estimator")
            value = self.fold.evaluate(inner, model.frame) if inner is not None else None
            return self.learner(value, depth + 1) if isinstance(value, Made) else known
        return known

    def _steps(self, model: Made) -> list[Any]:
        if model.name.endswith("make_pipeline"):
            return [self.fold.evaluate(part, model.frame) for part in model.node.args]
        steps = self.fold.evaluate(_argument(model.node, 0, "steps"), model.frame)
        return [step[1] if isinstance(step, tuple | list) and len(step) == 2 else UNKNOWN for step in listed(steps)]

    def _transformed(self, model: Made, table: Any) -> Any:
        """A column transformer keeps the columns that it names, and the rest only with `remainder`."""
        remainder = _keyword(model.node, "remainder")
        rest = self.fold.evaluate(remainder, model.frame) if remainder is not None else "drop"
        if model.name.endswith("make_column_transformer"):
            parts = [self.fold.evaluate(part, model.frame) for part in model.node.args]
        else:
            parts = listed(self.fold.evaluate(_argument(model.node, 0, "transformers"), model.frame))
        named: list[Any] = []
        dropped: list[str] = []
        for part in parts:
            columns = part[-1] if isinstance(part, tuple | list) and len(part) > 1 else UNKNOWN
            names = [columns] if isinstance(columns, str) else listed(columns)
            if isinstance(part, tuple | list) and "drop" in [step for step in part[:-1] if isinstance(step, str)][-1:]:
                dropped += [name for name in names if isinstance(name, str)]
                continue
            named += [name if isinstance(name, str) and settled(name) else MANY for name in names]
        if rest == "drop":
            return Table(tuple(dict.fromkeys(named)))
        kept = table if isinstance(table, Table) else Table()
        return kept.without(dropped).plus(name for name in named if name is not MANY)

    def _formula(self, node: ast.Call, frame: Frame) -> tuple[Table, str, ast.expr] | None:
        expression = _argument(node, 0, "formula") or _keyword(node, "formula_like")
        value = self.fold.evaluate(expression, frame) if expression is not None else UNKNOWN
        if expression is None or not isinstance(value, str) or not settled(value) or "~" not in value:
            return None
        at = value.at if isinstance(value, Text) and hasattr(value, "at") else None
        names: list[Any] = [
            Text.placed(name, at) if at is not None else name for name in formula_columns(value.partition("~")[2])
        ]
        return Table(tuple(names)), "formula", expression

    @cached_property
    def removed(self) -> frozenset[str]:
        """Every column that some code drops, removes or filters out."""
        found: set[str] = set()
        for path in self.code.modules:
            if self.code.is_test(path):
                continue
            index = self.fold.index(path)
            for scope, node in index.calls:
                if isinstance(node.func, ast.Attribute) and node.func.attr in _REMOVERS:
                    for part in [*node.args, *(keyword.value for keyword in node.keywords)]:
                        found |= self._texts(path, scope, part)
                for comparison in _filters(node):
                    found |= self._texts(path, scope, comparison)
            for comparison in _filters(index.source.tree):
                found |= self._texts(path, "", comparison)
        return frozenset(found)

    def _texts(self, path: str, scope: str, node: ast.expr) -> set[str]:
        found: set[str] = set()
        for known in self.values.possible(path, scope, node).values:
            items = [known.value] if isinstance(known.value, str) else listed(known.value)
            found |= {str(item) for item in items if isinstance(item, str)}
        return found


def formula_columns(text: str) -> list[str]:
    """The columns on the right of a formula: `a + C(b) * np.log(c) - d` -> a, b, c."""
    columns: list[str] = []
    minus = False
    for part in re.split(r"(\s-\s|[+*:])", text):
        if part.strip() == "-":
            minus = True
            continue
        if part in ("+", "*", ":"):
            minus = False
            continue
        names = [match[0].strip() for match in _NAME.finditer(re.sub(r"['\"][^'\"]*['\"]", "", part))]
        plain = [name for name in names if not name.endswith(("(", "="))]
        if not minus:
            columns += plain
    return list(dict.fromkeys(columns))


def _filters(tree: ast.AST) -> Iterator[ast.expr]:
    """The right sides of `x not in …` and `x != …` within comprehensions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            for test in node.ifs:
                for part in ast.walk(test):
                    if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn | ast.NotEq):
                        yield part.comparators[0]


def _table(value: Any) -> Table:
    names = [name if isinstance(name, str) and settled(name) else MANY for name in listed(value)]
    return Table(tuple(dict.fromkeys(names)))


def _formula_names() -> frozenset[str]:
    return frozenset("ols wls gls glm logit probit poisson mixedlm dmatrix".split())


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((part.value for part in node.keywords if part.arg == name), None)


def _argument(node: ast.Call, position: int, name: str) -> ast.expr | None:
    starred = any(isinstance(part, ast.Starred) for part in node.args[: position + 1])
    found = _keyword(node, name)
    return found or (node.args[position] if position < len(node.args) and not starred else None)
