"""Fitting and predicting."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.files.nodes import is_main_guard
from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.choosing import watched
from mlops_lint.facts.project.flow.rows import Rows
from mlops_lint.facts.project.flow.state import model_id
from mlops_lint.facts.project.flow.values import Data, Fit, Pred, Tup, Value, hint_of, rows_of

_FEATURES = ("X", "x", "X_train", "x_train", "train_dataset", "dtrain", "data", "training_data", "train_dataloaders",
             "train_set", "dataset", "inputs", "train_data", "df")  # fmt: skip
_DATASETS = ("keras", "tensorflow", "pyspark", "xgboost", "lightgbm", "catboost", "torch", "pytorch_lightning",
             "lightning", "transformers", "h2o", "autogluon", "fastai", "flair", "spacy", "surprise", "synapse",
             "tf_keras", "datasets")  # fmt: skip
"""Libraries whose models take features and labels in one argument."""


def class_of(value: Value) -> str:
    """The last name of what made a model, without the call."""
    cls = value.cls if isinstance(value, Data) else ""
    return cls.rpartition(".")[2].removesuffix("()")


def fit(called: Called, model: str, *, more: bool = False) -> None:
    """A model is fitted; what it is fitted on may stay unknown."""
    features = called.argument(0, *_FEATURES)
    rows = rows_of(features)
    if rows is not None and not _supervised(called, features):
        rows = None
    beside = rows_of(called.argument(1, "y"))
    if rows is not None and rows.opaque and beside is not None and not beside.opaque and _made(features):
        rows = beside  # `fit(build(train), train["label"])`: as many rows as labels, and in their order
    made = Fit(rows, called.frame.at(called.node), hint_of(features), beside=beside)
    made = replace(made, watched=watched(called), watched_at=made.at)
    called.frame.shared.fit(model, made, more=more)


def _made(value: Value) -> bool:
    """Whether a call that is not followed made it."""
    return isinstance(value, Data) and value.origin is not None


def _supervised(called: Called, features: Value) -> bool:
    if class_of(called.receiver) in tables.UNSUPERVISED:
        return False
    target = called.argument(1, "y", "y_train", "Y", "labels", "label", "target", "targets")
    if target is not None and not isinstance(target, Tup):
        return True
    given = rows_of(features)
    if given is not None and given.opaque and hint_of(features) is None:
        return False  # `runner.train(args)`: nothing says that these are rows
    root = called.receiver.cls.partition(".")[0] if isinstance(called.receiver, Data) else ""
    root = root or called.name.partition(".")[0]
    return root in _DATASETS or isinstance(features, Tup) or called.method == "train"


def predict(called: Called, model: str) -> Value:
    """Predictions for the first argument that carries rows."""
    given = next((value for value in called.values if rows_of(value) is not None), None)
    rows = rows_of(given)
    if rows is None:
        return None
    fits = called.frame.shared.models.get(model, frozenset())
    return Pred(rows, fits, frozenset({model}), hint_of(given), called.frame.at(called.node))


def loaded(called: Called, model: str) -> bool:
    """`model.load_state_dict(weights)`: what the model of the weights was fitted on; not where only some runs load."""
    other = model_id(called.argument(0, "state_dict"))
    fits = called.frame.shared.models.get(other, frozenset()) if other is not None else frozenset()
    if not fits or called.frame.shared.models.get(model):
        return False
    branches = [node for node in ast.walk(called.frame.source.tree) if isinstance(node, ast.If)]
    if any(part is called.node for node in branches if not is_main_guard(node.test) for part in ast.walk(node)):
        return False
    called.frame.shared.models[model] = fits
    return True


def backward(called: Called, loss: Pred) -> None:
    """A step of gradient descent on the loss of some predictions."""
    for model in sorted(loss.models):
        called.frame.shared.fit(model, Fit(loss.rows, called.frame.at(called.node), loss.hint), more=True)


def crossed(called: Called) -> Value:
    """`cross_val_predict`: each row is predicted by a model that has not seen it."""
    given = called.argument(1, "X")
    rows = rows_of(given)
    if rows is None:
        return None
    return Pred(rows, frozenset(), frozenset(), hint_of(given), called.frame.at(called.node), crossed=True)


def trained(called: Called) -> Value:
    """`xgboost.train(params, dtrain)` gives a fitted model."""
    made = called.frame.fresh(called.node, "()", cls=called.name)
    given = called.argument(1, "dtrain", "train_set", "pool", "dataset")
    fitted = Fit(rows_of(given), called.frame.at(called.node), hint_of(given))
    fitted = replace(fitted, watched=watched(called), watched_at=fitted.at)
    called.frame.shared.fit(made.rows.base.id, fitted)
    return made


def resampled(called: Called) -> Value:
    """`fit_resample(X, y)`: more of the same rows."""
    from mlops_lint.facts.project.flow.rows import Cut

    rows = rows_of(called.argument(0, "X"))
    if rows is None:
        return Tup((None, None))
    more = rows.cut(Cut(called.frame.static(called.node, ":resample"), 0, "same"))
    return Tup((Data(more, hint_of(called.argument(0, "X"))), Data(more, hint_of(called.argument(0, "X")))))


def kept(value: Value, rows: Rows) -> Value:
    """The same thing over some rows."""
    return replace(value, rows=rows) if isinstance(value, Data | Pred) else Data(rows)
