"""What a score says: the rows it was computed on against those that the model was fitted on."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence, Set

from mlops_lint.facts.project.flow.choosing import tried
from mlops_lint.facts.project.flow.rows import Cut, Relation, Role, Rows, Span, beyond, relate, same_name
from mlops_lint.facts.project.flow.state import Frame, Judgement, Key, model_id
from mlops_lint.facts.project.flow.values import Data, Fit, Fits, Pred, Tup, Value, hint_of, rows_of
from mlops_lint.model import Location, Related


def key_of(path: str, func: ast.expr) -> Key:
    """The place of a called expression, as a use has it."""
    end_line = func.end_lineno or func.lineno
    return path, func.lineno, func.col_offset, end_line, func.end_col_offset or func.col_offset


def judge_call(
    frame: Frame, receiver: Value, method: str, args: Sequence[Value], keywords: Mapping[str, Value]
) -> Judgement | None:
    """Judge a call by its arguments, whatever is called."""
    values = [_alone(value) for value in (*args, *keywords.values())]
    preds = [value for value in values if isinstance(value, Pred)]
    if preds:
        truths = [value for value in values if isinstance(value, Data) and not isinstance(value, Pred)]
        return _agreed([_predicted(frame, pred, truths) for pred in preds])
    model = model_id(receiver)
    if model is None or not method:
        return None
    given = next((value for value in values if rows_of(value) is not None), None)
    rows = rows_of(given)
    if rows is None:
        return None
    target = values[1] if len(values) > 1 else given
    fits = frame.shared.models.get(model, frozenset())
    beside = rows_of(values[1]) if len(values) > 1 else None
    if rows.opaque and any(fit.beside is not None and beside is not None and fit.beside != beside for fit in fits):
        return None  # `model.score(settings, other)`: the first argument may be no rows at all
    return _judged(frame, rows, hint_of(given), hint_of(target), fits, None)


def _alone(value: Value) -> Value:
    """`[scores]`, where a metric takes a list of them."""
    return value.items[0] if isinstance(value, Tup) and len(value.items) == 1 else value


def _agreed(found: list[Judgement | None]) -> Judgement | None:
    """Several predictions in one call (an ensemble) count where they say the same."""
    known = [judgement for judgement in found if judgement is not None and judgement.rows != "unknown"]
    if not known:
        return next((judgement for judgement in found if judgement is not None), None)
    return known[0] if len({judgement.rows for judgement in known}) == 1 else None


def _predicted(frame: Frame, pred: Pred, truths: list[Data]) -> Judgement | None:
    truth = truths[0] if truths else None
    if truth is not None and relate(truth.rows, pred.rows)[0] is Relation.DISJOINT:
        return None
    hint = hint_of(pred)
    if pred.crossed:
        return Judgement("cross-validation", hint, None, _steps(frame, pred.rows, None, pred.at))
    known = {one.rows for one in truths if not one.rows.opaque}
    if pred.rows.opaque and len(known) == 1 and all(_same_length(fit) for fit in pred.fits):
        of = next(one for one in truths if one.rows in known)  # `predict(build(test))` is held against test's labels
        return _judged(frame, of.rows, hint_of(of), hint_of(of), pred.fits, pred.at)
    return _judged(frame, pred.rows, hint, hint_of(truth), pred.fits, pred.at)


def _same_length(fit: Fit) -> bool:
    """Whether the model was fitted on rows that are known, so that these are rows too."""
    return fit.rows is not None and not fit.rows.opaque


def _judged(
    frame: Frame, rows: Rows, hint: Role | None, other: Role | None, fits: Fits, predicted: Location | None
) -> Judgement:
    verdicts = {_verdict(rows, hint, other, fit, frame.shared.spans) for fit in fits}
    fit = min(fits, key=lambda item: item.at) if fits else None
    steps = _steps(frame, rows, fit, predicted)
    fit_at = fit.at if fit else None
    if len(verdicts) == 1 and not any(item.doubt for item in fits):
        verdict, by_name = verdicts.pop()
        if verdict != "unknown":
            picked = chosen(rows, fits) if verdict == "test" else None
            if verdict == "test" and picked is None and fit_at is not None:
                picked = tried(frame, rows, fit_at)
            return Judgement(verdict, hint, fit_at, steps, by_name, picked)
    if not fits and hint is not None and hint == other:
        # Whichever fit gave the stored model, these very rows have chosen it.
        picked = chosen(rows, frozenset(frame.shared.fitted)) if hint == "test" else None
        return Judgement(hint, hint, None, steps, by_name=True, chosen_at=picked)
    return Judgement("unknown", hint, fit_at, steps)


def _verdict(rows: Rows, hint: Role | None, other: Role | None, fit: Fit, known: Set[Span]) -> tuple[str, bool]:
    if fit.rows is None:
        return "unknown", False
    relation, cut = relate(rows, fit.rows)
    if relation is Relation.UNKNOWN and (cut := beyond(rows, fit.rows, known)) is not None:
        relation = Relation.DISJOINT
    if relation in (Relation.SAME, Relation.INSIDE):
        whole = not rows.divided and not fit.rows.divided and hint is None and not _handed(rows)
        return ("all-fitted" if whole else "train"), False
    if relation is Relation.DISJOINT:
        return _held_out(rows, hint, cut), False
    unseen = rows.base != fit.rows.base and (rows.base.opaque or fit.rows.base.opaque)
    if relation is Relation.UNKNOWN and unseen and hint == other and fit.hint == "train":
        # Two parts that nothing but their names tells apart.
        return hint or "unknown", hint is not None
    if hint is not None and hint == other and rows.base.role and same_name(rows, fit.rows):
        return hint, True
    return "unknown", False


def chosen(rows: Rows, fits: Fits) -> Location | None:
    """Where a score of these very rows chose each of the models."""
    same = (Relation.SAME, Relation.INSIDE, Relation.AROUND)
    places = [
        fit.watched_at
        for fit in fits
        if fit.watched is not None and (relate(rows, fit.watched)[0] in same or same_name(rows, fit.watched))
    ]
    return min((at for at in places if at is not None), default=None) if len(places) == len(fits) else None


def _handed(rows: Rows) -> bool:
    """Whether rows came from outside, where they may have been divided already."""
    return rows.base.id.startswith(("parameter:", "unpacked:"))


def _held_out(rows: Rows, hint: Role | None, cut: Cut | None) -> str:
    if cut is not None and cut.kind == "fold":
        return "cross-validation"
    before = rows.cuts[: rows.cuts.index(cut)] if cut is not None else ()
    again = any(earlier.role == "train" and earlier.kind == "split" for earlier in before)
    return "validation" if hint == "validation" or again else "test"


def _steps(frame: Frame, rows: Rows, fit: Fit | None, predicted: Location | None) -> tuple[Related, ...]:
    steps = [Related(cut.at, "the split") for cut in rows.cuts if cut.at and cut.kind in ("split", "fold")]
    if fit is not None:
        if fit.rows is not None and not steps:
            steps = [Related(cut.at, "the split") for cut in fit.rows.cuts if cut.at and cut.kind in ("split", "fold")]
        steps.append(Related(fit.at, "the model is fitted here"))
    if predicted is not None:
        steps.append(Related(predicted, "the predictions are made here"))
    return (*steps, *frame.trail)
