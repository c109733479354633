"""Parameters that are picked by the scores of candidates, and the model that is then fitted with them."""

from __future__ import annotations

from dataclasses import replace

from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.rows import Base, Rows
from mlops_lint.facts.project.flow.state import model_id
from mlops_lint.facts.project.flow.trainers import is_trainer
from mlops_lint.facts.project.flow.values import Data, Map, Pred, Value, hint_of, rows_of
from mlops_lint.model import Location

_PICKED = "picked:"


def scored_by_trainer(called: Called) -> Value:
    """`trainer.validate(network, rows)`: numbers about these rows."""
    given = called.argument(1, "dataloaders", "val_dataloaders", "test_dataloaders")
    model, rows = model_id(called.argument(0, "model")), rows_of(given)
    if called.method not in ("validate", "test") or not is_trainer(called.receiver) or model is None or rows is None:
        return None
    fits = called.frame.shared.models.get(model, frozenset())
    return Pred(rows, fits, frozenset({model}), hint_of(given), called.frame.at(called.node))


def picked(called: Called) -> Value:
    """`min(scores, key=scores.get)` over the scores of candidates on the same rows: what these rows pick."""
    given = called.argument(0)
    scores = [value for _, value in given.items] if isinstance(given, Map) else []
    preds = [value for value in scores if isinstance(value, Pred)]
    rows = {pred.rows for pred in preds}
    if not preds or len(preds) != len(scores) or len(rows) != 1 or "key" not in _words(called):
        return None
    shared = called.frame.shared
    for pred in preds:  # the candidates are thrown away
        for fits in shared.trained.values():
            for fit in pred.fits:
                fits.pop(fit.at, None)
    _deciding(called, {pred.at for pred in preds})
    made = Data(Rows(Base(called.frame.site(called.node, _PICKED))))
    shared.picked[made.rows.base.id] = (rows.pop(), called.frame.at(called.node))
    return made


def _deciding(called: Called, places: set[Location | None]) -> None:
    """The scores of the candidates are scores of the same rows as the one that is reported."""
    at = called.frame.at(called.node)
    for known in called.frame.shared.judged.values():
        for index, one in enumerate(known):
            if one.rows == "test" and any(step.at in places for step in one.steps):
                known[index] = replace(one, chosen_at=one.chosen_at or at)


def _words(called: Called) -> set[str | None]:
    return {word.arg for word in called.node.keywords}
