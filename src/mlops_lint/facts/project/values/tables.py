"""Columns of data frames: what selecting, dropping, splitting and encoding leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlops_lint.facts.project.values.model import MANY, UNKNOWN, Frame, Gap, Made, Text, listed, settled
from mlops_lint.facts.project.values.paths import candidates
from mlops_lint.model import Location

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_SAME = frozenset(
    "copy dropna fillna reset_index astype sample head tail query sort_values sort_index drop_duplicates replace clip "
    "round convert_dtypes infer_objects to_numpy interpolate ffill bfill abs compute collect cache persist toPandas "
    "to_pandas eval nlargest nsmallest shuffle as_matrix pipe_".split()
)
_SAME_ATTRIBUTES = frozenset("values loc iloc at iat".split())
_MASKS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Call)
_READERS = frozenset("pandas.read_csv polars.read_csv dask.dataframe.read_csv modin.pandas.read_csv".split())
_KEEPING = ("sklearn.preprocessing.", "sklearn.impute.", "imblearn.", "category_encoders.")
_MATRICES = frozenset(
    "xgboost.DMatrix xgboost.QuantileDMatrix lightgbm.Dataset catboost.Pool torch.tensor torch.from_numpy "
    "torch.FloatTensor numpy.array numpy.asarray numpy.ascontiguousarray tensorflow.convert_to_tensor "
    "tensorflow.constant statsmodels.api.add_constant torch.as_tensor numpy.log1p pandas.get_dummies pandas.DataFrame "
    "sklearn.utils.shuffle".split()
)


@dataclass(frozen=True, slots=True)
class Table:
    """A data frame's columns; MANY among them stands for columns that cannot be told. `read`: from a file's header."""

    columns: tuple[Any, ...] = (MANY,)
    read: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """The columns that can be told."""
        return tuple(column for column in self.columns if isinstance(column, str))

    @property
    def complete(self) -> bool:
        """Whether there are no others."""
        return MANY not in self.columns

    def without(self, names: Iterable[str]) -> Table:
        """The table without some columns, in plain or encoded form."""
        gone = {str(name) for name in names}
        kept = [
            column for column in self.columns
            if not (isinstance(column, str) and (column in gone or any(name.startswith(f"{column}_") for name in gone)))
        ]  # fmt: skip
        return replace(self, columns=tuple(kept))

    def plus(self, names: Iterable[Any]) -> Table:
        """The table with more columns."""
        return replace(self, columns=tuple(dict.fromkeys([*self.columns, *names])))


def select(names: Any) -> Table:
    """The columns of `df[names]`."""
    if isinstance(names, str) and settled(names):
        return Table((names,))
    items = [name if isinstance(name, str) and settled(name) else MANY for name in listed(names)]
    return Table(tuple(dict.fromkeys(items)))


def item(base: Any, key: Any, node: ast.Subscript) -> Any:
    """`df[key]`, `df.loc[rows, key]`; NotImplemented where neither side is a table's."""
    names = key[1] if isinstance(key, tuple) and len(key) == 2 and not isinstance(key[1], bool) else key
    if isinstance(names, list) and all(isinstance(name, str | Gap) for name in names) and names:
        return select(names) if base is UNKNOWN or isinstance(base, Table | Made) else UNKNOWN
    if not isinstance(base, Table):
        return NotImplemented
    if isinstance(names, str):
        return select(names)
    if names is not key:
        return Table()
    accessor = isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc")
    return base if accessor or isinstance(node.slice, _MASKS) else Table()


def attribute(table: Table, name: str) -> Any:
    """`df.columns`, `df.values`, `df.loc`, `df.some_column`."""
    if name == "columns":
        return list(table.columns)
    if name in _SAME_ATTRIBUTES:
        return table
    return select(name) if name in table.columns else UNKNOWN


def method(fold: Evaluator, table: Table, node: ast.Call, frame: Frame) -> Any:
    """A method of a data frame."""
    assert isinstance(node.func, ast.Attribute)
    name = node.func.attr
    keywords = {part.arg: part.value for part in node.keywords if part.arg}
    first = node.args[0] if node.args else None
    if name in _SAME:
        return table
    if name == "drop":
        return _dropped(fold, table, first, keywords, frame)
    if name in ("filter", "reindex", "select"):
        named = keywords.get("items") or keywords.get("columns") or (first if name != "reindex" else None)
        return select(fold.evaluate(named, frame)) if named is not None else Table()
    if name in ("set_index", "pop"):
        gone = fold.evaluate(first or keywords.get("keys"), frame)
        if name == "pop":
            return select(gone)
        return table.without(_names(gone)) if settled(gone) else Table()
    if name == "assign":
        return table.plus(Text.placed(key, fold.index(frame.path).source.at(value)) for key, value in keywords.items())
    if name in ("join", "merge"):
        other = fold.evaluate(first or keywords.get("other") or keywords.get("right"), frame)
        return table.plus(other.columns if isinstance(other, Table) else (MANY,))
    if name == "rename":
        return _renamed(table, fold.evaluate(keywords.get("columns") or first, frame))
    return UNKNOWN


def _dropped(fold: Evaluator, table: Table, first: ast.expr | None, keywords: dict[str, ast.expr], frame: Frame) -> Any:
    if "columns" in keywords:
        gone = fold.evaluate(keywords["columns"], frame)
    else:
        axis = fold.evaluate(keywords["axis"], frame) if "axis" in keywords else 0
        if axis not in (1, "columns"):
            return table if axis in (0, "index", "rows") else Table()
        gone = fold.evaluate(first or keywords.get("labels"), frame)
    if (isinstance(gone, list | tuple) and MANY in gone) or not settled(gone):
        return Table()
    return table.without(_names(gone))


def _renamed(table: Table, names: Any) -> Any:
    if not isinstance(names, dict) or not settled(names):
        return Table()
    return replace(table, columns=tuple(names.get(column, column) for column in table.columns))


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [name for name in listed(value) if isinstance(name, str)]


def library(fold: Evaluator, name: str, node: ast.Call, frame: Frame) -> Any:
    """Library calls that give tables; NotImplemented for all others."""
    if name in _READERS:
        return read_csv(fold, node, frame)
    first = node.args[0] if node.args else None
    if name.endswith(".train_test_split") and not name.startswith("builtins"):
        return [value for part in node.args for value in [fold.evaluate(part, frame)] * 2]
    if name in _MATRICES and first is not None:
        value = fold.evaluate(first, frame)
        if name == "pandas.DataFrame":
            return _made(fold, value, node, frame)
        if name == "pandas.get_dummies" and not isinstance(value, Table) and isinstance(first, ast.Subscript):
            key = fold.evaluate(first.slice, frame)
            return select(key) if isinstance(key, str) and settled(key) else Table()
        return value if isinstance(value, Table) else NotImplemented
    if name in ("pandas.concat", "polars.concat"):
        parts = fold.evaluate(first, frame) if first is not None else UNKNOWN
        if not isinstance(parts, list | tuple):
            return Table()
        found = [column for part in parts for column in (part.columns if isinstance(part, Table) else (MANY,))]
        return Table(tuple(dict.fromkeys(found)), any(isinstance(part, Table) and part.read for part in parts))
    if name.endswith(("().fit_transform", "().transform")) and name.startswith(_KEEPING) and first is not None:
        value = fold.evaluate(first, frame)
        return value if isinstance(value, Table) else NotImplemented
    if name.endswith("().fit_resample"):
        return [fold.evaluate(part, frame) for part in node.args]
    return NotImplemented


def _made(fold: Evaluator, value: Any, node: ast.Call, frame: Frame) -> Any:
    columns = next((part.value for part in node.keywords if part.arg == "columns"), None)
    if columns is not None:
        names = fold.evaluate(columns, frame)
        return select(names) if isinstance(names, list | tuple) else Table()
    if isinstance(value, dict):
        return select(list(value))
    return value if isinstance(value, Table) else Table()


def read_csv(fold: Evaluator, node: ast.Call, frame: Frame) -> Table:
    """The columns of a tracked CSV file, or those that the call names."""
    keywords = {part.arg: part.value for part in node.keywords}
    for keyword in ("usecols", "names"):
        if keyword in keywords:
            names = fold.evaluate(keywords[keyword], frame)
            texts = isinstance(names, list | tuple) and all(isinstance(name, str | Gap) for name in names)
            return select(names) if texts else Table()
    if keywords.keys() & {"header", "index_col", "prefix", None} or not node.args:
        return Table()
    view, project = fold.code.view, fold.code.project
    for path in candidates(fold.evaluate(node.args[0], frame), frame.path, project):
        if path in view.entries and path.endswith((".csv", ".tsv", ".txt")):
            return _header(fold, path)
    return Table()


def _header(fold: Evaluator, path: str) -> Table:
    from mlops_lint.documents.csvfile import header
    from mlops_lint.documents.node import DocumentError
    from mlops_lint.repo.view import Unreadable

    try:
        names = header(fold.code.view.read(path))
    except (DocumentError, Unreadable):
        return Table()
    return (
        Table(tuple(Text.placed(name, Location(path, 1)) for name in names), read=True) if len(names) > 1 else Table()
    )


def changed(fold: Evaluator, table: Table, node: ast.AST | None, frame: Frame) -> Any:
    """A table after a statement that changes it in place."""
    if isinstance(node, ast.Delete):
        keys = [fold.evaluate(target.slice, frame) for target in node.targets if isinstance(target, ast.Subscript)]
        return table.without(key for key in keys if isinstance(key, str)) if settled(keys) else Table()
    call = node.value if isinstance(node, ast.Expr | ast.Assign) else None
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                return table.plus(select(fold.evaluate(target.slice, frame)).columns)
            if isinstance(target, ast.Subscript):
                return table
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        if call.func.attr == "pop":
            gone = fold.evaluate(call.args[0], frame) if call.args else UNKNOWN
            return table.without([gone]) if isinstance(gone, str) and settled(gone) else Table()
        if call.func.attr == "insert":
            return table.plus([fold.evaluate(call.args[1], frame)]) if len(call.args) > 1 else Table()
        return method(fold, table, call, frame)
    return table if isinstance(node, ast.AugAssign) else Table()
