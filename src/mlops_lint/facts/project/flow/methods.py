"""Methods of what carries rows, of models, of containers."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.calls import Called, fields
from mlops_lint.facts.project.flow.choosing import watched
from mlops_lint.facts.project.flow.files import keep, place_of, read, refilled
from mlops_lint.facts.project.flow.huggingface import of_parts, picked, train
from mlops_lint.facts.project.flow.models import backward, fit, loaded, predict, resampled
from mlops_lint.facts.project.flow.rows import Base, Cut, Rows
from mlops_lint.facts.project.flow.select import COLUMN, GROUPS, between, bound, masked, outside, text_of
from mlops_lint.facts.project.flow.state import model_id
from mlops_lint.facts.project.flow.trainers import is_trainer, loader, remember
from mlops_lint.facts.project.flow.tuned import scored_by_trainer
from mlops_lint.facts.project.flow.values import (
    EMPTY,
    LOST,
    Const,
    Data,
    Fit,
    Folds,
    Handle,
    Lost,
    Map,
    Mask,
    Obj,
    Parts,
    Pred,
    Splitter,
    Tup,
    Value,
    Zipped,
    hint_of,
    rows_of,
    with_rows,
)  # fmt: skip

_SAME_OBJECT = frozenset(
    "to eval train cuda cpu set_params compile half requires_grad_ share_memory options get_booster".split()
)
_SPARK_READS = frozenset("csv parquet json orc load table text".split())
_STORED = {"read_text": "file", "readlines": "file", "glob": "folder", "rglob": "folder", "iterdir": "folder"}
_FLOWS = frozenset(("flow", "flow_from_dataframe"))


def method(called: Called) -> Value:
    """What a method call gives."""
    receiver = called.receiver
    if isinstance(receiver, Lost):
        return LOST
    if isinstance(receiver, Splitter):
        return _folds(called) if called.method == "split" else None
    if isinstance(receiver, Map | Tup):
        return _of_container(called, receiver)
    if isinstance(receiver, Const | Handle):
        return _of_path(called, receiver)
    if isinstance(receiver, Pred):
        return _of_predictions(called, receiver)
    if isinstance(receiver, Obj) and called.method == "_asdict":
        return fields(called, receiver)
    if (score := scored_by_trainer(called)) is not None:
        return score
    if isinstance(receiver, Data | Obj):
        return _of_model(called, receiver)
    return called.fresh()


def _folds(called: Called) -> Value:
    return Folds(f"fold:{called.frame.static(called.node)}", called.frame.at(called.node))


def _of_container(called: Called, receiver: Map | Tup) -> Value:
    if isinstance(receiver, Map):
        if called.method == "items":
            return Tup(tuple(Tup((Const(key), value)) for key, value in receiver.items))
        if called.method in ("values", "keys"):
            return Tup(tuple(value if called.method == "values" else Const(key) for key, value in receiver.items))
        name = called.text(0)
        if called.method in ("get", "pop") and name:
            return receiver.get(name)
        return _written(called) if called.method == "save_to_disk" else of_parts(called, receiver) or called.fresh()
    if called.method in ("append", "extend") and isinstance(called.node.func, ast.Attribute):
        _grow(called, receiver, called.node.func.value)
    return None


def _grow(called: Called, receiver: Tup, target: ast.expr) -> None:
    """`predictions.append(model(x))`: a list that has rows from then on."""
    value = called.argument(0)
    if isinstance(value, Pred):
        value = Pred(value.rows, value.fits, value.models, value.hint, value.at, value.crossed, collected=True)
    grown: Value = value if isinstance(value, Pred | Data) and receiver == EMPTY else None
    if grown is None:
        grown = Tup((*receiver.items, value)) if called.method == "append" and len(receiver.items) < 16 else LOST
    _rebind(called, target, grown)


def _rebind(called: Called, target: ast.expr, value: Value) -> None:
    if isinstance(target, ast.Name):
        called.frame.env[target.id] = value
    elif isinstance(target, ast.Attribute):
        from mlops_lint.facts.project.flow.assignments import assign

        assign(called.frame, target, value)


def _of_path(called: Called, receiver: Const | Handle) -> Value:
    text = receiver.value if isinstance(receiver, Const) else receiver.path
    if isinstance(text, str) and called.method == "joinpath" and called.text(0):
        return Const(f"{text.rstrip('/')}/{called.text(0)}")
    if isinstance(text, str) and called.method == "open":
        return Handle(text)
    if isinstance(text, str) and called.method in _STORED:
        return Data(Rows(Base(f"{_STORED[called.method]}:{text}")))
    return receiver if called.method in ("resolve", "absolute", "expanduser", "as_posix") else None


def _of_predictions(called: Called, receiver: Pred) -> Value:
    if called.method == "backward":
        backward(called, receiver)
        return None
    if called.method in tables.WRITE_METHODS:
        return _written(called)
    if called.method in ("append", "extend"):
        other = rows_of(called.argument(0))
        if other is not None and other != receiver.rows and isinstance(called.node.func, ast.Attribute):
            _rebind(called, called.node.func.value, LOST)
        return None
    return receiver


def _written(called: Called) -> Value:
    path = place_of(called, 0, "path_or_buf", "path", "fname", "filename", "filepath")
    if path is not None and (called.method != "save_pretrained" or _learned(called)):
        keep(called, path, called.receiver)
    return None


def _learned(called: Called) -> bool:
    """Whether it was fitted: a tokenizer that is saved beside a model says nothing of rows."""
    return bool(called.frame.shared.models.get(model_id(called.receiver) or ""))


def _of_model(called: Called, receiver: Data | Obj) -> Value:
    """Fitting, predicting, scoring; anything else is a method of data."""
    name, model = called.method, model_id(receiver)
    if name in ("backward", "manual_backward"):
        for value in called.values:
            if isinstance(value, Pred):
                backward(called, value)
        return None
    if model is not None and name in tables.FIT and (called.values or name != "train"):
        return _fitted(called, receiver, model)
    if model is not None and name == "train" and (model, "train_dataset") in called.frame.shared.attributes:
        train(called, model)
        return None
    if model is not None and name == "state_dict" and not called.values:
        return receiver
    if model is not None and name == "load_state_dict" and loaded(called, model):
        return None
    if model is not None and name == "load_model" and refilled(called, model):
        return receiver
    if model is not None and name in tables.MORE_FIT:
        fit(called, model, more=True)
        return receiver
    if model is not None and name in tables.PREDICT and called.values:
        return predict(called, model) or called.fresh()
    if name in tables.RESAMPLE:
        return resampled(called)
    if name in tables.TRANSFORM and called.values and rows_of(called.argument(0, "X")) is not None:
        return _transformed(called, receiver, model)
    return _of_data(called, receiver) if isinstance(receiver, Data) else called.fresh()


def _fitted(called: Called, receiver: Data | Obj, model: str) -> Value:
    """`model.fit(X, y)`; `trainer.fit(network, loader)` fits the network."""
    first = called.argument(0, "model")
    inner = model_id(first) if is_trainer(receiver) else None
    if inner is not None:
        second = loader(called, "train")
        rows = rows_of(second)
        rows = None if rows is not None and rows.opaque else rows  # a data module may hold all parts
        at = called.frame.at(called.node)
        made = Fit(rows, at, hint_of(second), watched=watched(called), watched_at=at)
        made = called.frame.shared.tuned(inner, made)
        remember(called, first, made)
        called.frame.shared.fit(inner, made)
        called.frame.shared.fit(model, made)
        return None
    if isinstance(receiver, Data) and receiver.cls.startswith("pyspark."):
        made_model = called.frame.fresh(called.node, "()", cls=receiver.cls)
        fit(called, made_model.rows.base.id)
        return made_model
    fit(called, model)
    return receiver


def _transformed(called: Called, receiver: Data | Obj, model: str | None) -> Value:
    if isinstance(receiver, Data) and receiver.cls.startswith("pyspark.") and model is not None:
        return predict(called, model)
    given = called.argument(0, "X")
    return with_rows(given, rows_of(given)) if isinstance(given, Data | Pred) else None


def _of_data(called: Called, receiver: Data) -> Value:
    name = called.method
    if name in tables.WRITE_METHODS:
        return _written(called)
    if name in _SPARK_READS and isinstance(called.node.func, ast.Attribute) and _reads(called.node.func.value):
        return read(called)
    if name == "flow_from_directory":
        return read(called)
    if name in _FLOWS and rows_of(called.argument(0, "dataframe", "x")) is not None:
        return called.argument(0, "dataframe", "x")
    if name == "split" and rows_of(called.argument(0, "X")) is not None:
        return _folds(called)
    if receiver.cls == GROUPS:
        return called.fresh()
    if name in ("groupby", "group_by") and not receiver.rows.opaque:
        return Data(receiver.rows, receiver.hint, GROUPS)
    if name in ("prepare", "setup") and len(called.args) > 1:
        return Tup(tuple(called.args))
    preds = [value for value in called.values if isinstance(value, Pred)]
    if preds and preds[0].rows.opaque and not receiver.rows.opaque and name in ("assign", "with_columns"):
        return replace(preds[0], rows=receiver.rows, hint=receiver.hint)  # a column has as many rows as its table
    if preds:
        return preds[0]
    masked = _mask(called, receiver)
    if masked is not None:
        return masked
    if name in _SAME_OBJECT:
        return receiver
    if receiver.rows.base.id.startswith(COLUMN):
        return _of_column(called, receiver)
    rows = cut_by(called, receiver.rows)
    if rows is None:
        parts = _parted(called, receiver.rows)
        return parts if parts is not None else called.fresh()
    found = Data(rows, receiver.hint, receiver.cls if rows == receiver.rows else "")
    inplace = called.keywords.get("inplace")
    if isinstance(inplace, Const) and inplace.value and isinstance(called.node.func, ast.Attribute):
        _rebind(called, called.node.func.value, found)
        return None
    return found


def _of_column(called: Called, receiver: Data) -> Value:
    """`pl.col("day").dt.year()`: the same wherever it is written with the same constants."""
    if called.keywords or not all(isinstance(value, Const) for value in called.args):
        return called.fresh()
    given = ",".join(repr(value.value) for value in called.args if isinstance(value, Const))
    return Data(Rows(Base(f"{receiver.rows.base.id[:500]}.{called.method}({given[:100]})")))


def _reads(node: ast.expr) -> bool:
    """`spark.read.option(...)` before `.csv(...)`."""
    for _ in range(8):
        if isinstance(node, ast.Call):
            node = node.func
        if not isinstance(node, ast.Attribute):
            return False
        if node.attr == "read":
            return True
        node = node.value
    return False


def _mask(called: Called, receiver: Data) -> Value:
    name = called.method
    target = called.node.func.value if isinstance(called.node.func, ast.Attribute) else called.node.func
    if name in ("isin", "is_in"):
        given = called.argument(0, "values")
        if isinstance(given, Data) and given.rows.cuts:
            return Mask(frozenset(), given.rows)
        text = text_of(called.node.args[0]) if called.node.args else ""
        return Mask(frozenset({(text_of(target), "in", text)}))
    if name in ("isna", "notna", "isnull", "notnull", "duplicated", "between", "contains", "startswith"):
        return Mask(frozenset({(text_of(called.node), "is", True)}))
    return None


def cut_by(called: Called, rows: Rows) -> Rows | None:
    """The rows that a method of a frame or data set leaves; None where it gives something else."""
    name = called.method
    masks = [value for value in called.args if isinstance(value, Mask)]
    if name == "filter" and masks and len(masks) == len(called.args) and not called.keywords:
        for mask in masks:
            rows = masked(rows, mask)
        return rows
    if name == "drop":
        gone = rows_of(called.argument(0, "index", "labels"))
        return outside(rows, gone) if gone is not None else rows
    if name == "sample":
        return _sampled(called, rows)
    if name in ("take", "head", "limit", "skip", "tail") and len(called.node.args) == 1:
        size = bound(called.frame, called.node.args[0])
        if name == "tail":
            return rows.cut(Cut(called.frame.static(called.node, ":tail"), 0))
        return between(rows, size, None) if name == "skip" else between(rows, None, size)
    if name == "select":
        return picked(called, rows)
    if name in tables.PERMUTE_METHODS:
        return rows.cut(Cut(called.frame.static(called.node, ":order"), 0, "same"))
    how = called.keywords.get("how")
    left = isinstance(how, Const) and how.value == "left"
    if left or (name == "join" and how is None and "on" not in called.keywords):
        return rows  # a table's `join` keeps its own rows unless it is told otherwise
    if name in tables.SUBSET_METHODS:
        return rows.cut(Cut(called.frame.static(called.node, ":subset"), 0))
    return rows if name in tables.KEEP_METHODS else None


def _sampled(called: Called, rows: Rows) -> Rows:
    share = called.argument(1, "frac", "fraction")
    static = called.frame.static(called.node)
    if isinstance(share, Const) and share.value in (1, 1.0):
        return rows.cut(Cut(static + ":order", 0, "same"))
    return rows.cut(Cut(f"sample:{static}", "picked", "split", None, called.frame.at(called.node)))


def _parted(called: Called, rows: Rows) -> Value:
    """`dataset.train_test_split()`, `df.randomSplit([0.8, 0.2])`."""
    at = called.frame.at(called.node)
    key = called.frame.static(called.node)
    if called.method == "train_test_split":
        train = rows.cut(Cut("split:" + key, "train", "split", "train", at))
        return Map((("train", Data(train)), ("test", Data(rows.cut(Cut("split:" + key, "test", "split", "test", at))))))
    if called.method in ("randomSplit", "random_split"):
        return Parts(rows, "parts:" + key, at)
    return None


def items_of(value: Value) -> list[Value] | None:
    """The items that a loop goes through one by one, where they are known and few."""
    if isinstance(value, Tup) and len(value.items) <= 8:
        return list(value.items)
    if isinstance(value, Map) and len(value.items) <= 8:
        return [Const(key) for key, _ in value.items]
    if isinstance(value, Zipped):
        inner = [items_of(item) if item is not None else None for item in value.values]
        sizes = {len(item) for item in inner if item is not None}
        if len(sizes) == 1 and all(item is not None or raw is None for item, raw in zip(inner, value.values)):  # noqa: B905
            return [Tup(tuple(item[i] if item else None for item in inner)) for i in range(sizes.pop())]
    return None
