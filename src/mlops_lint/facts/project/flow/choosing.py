"""Rows whose score stops a training early, or picks one model among several."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_lint.facts.project.assertions import callee
from mlops_lint.facts.project.flow.rows import Base, Relation, Rows, relate
from mlops_lint.facts.project.flow.state import Deciding, Frame, model_id
from mlops_lint.facts.project.flow.values import Const, Data, Map, Obj, Pred, Tup, Value, rows_of
from mlops_lint.model import Location

if TYPE_CHECKING:
    from mlops_lint.facts.project.flow.calls import Called

PICKED = "picked:"
_WATCHED = ("validation_data", "eval_set", "evals", "valid_sets", "val_dataloaders")
_STOPS = ("EarlyStopping", "early_stopping")
_SAVER = re.compile(r"_?(?:save|store|keep|write|dump|checkpoint)(?:_|$)")
_TAKEN = re.compile(
    r"\.best_(?:iteration|ntree|score|epoch|step)|\.stopped_epoch|\.current_iteration\(|num_boosted_rounds"
)
_BEST = re.compile(
    r"best_model_path|ckpt_path\s*=\s*[\"']best|load_from_checkpoint|\bload_weights\(|models\.load_model\("
)
_KEPT_IN = (ast.Name, ast.Attribute, ast.Subscript)
_SAVES = ("state_dict", "deepcopy", "save", "dump", "save_model", "save_weights", "save_pretrained", "clone")


def watched(called: Called) -> Rows | None:
    """The rows that stop `fit(…, eval_set=[…], early_stopping_rounds=…)`; None where nothing is seen to stop it."""
    value = next((called.keywords[name] for name in _WATCHED if name in called.keywords), None)
    if value is None and "Trainer" in _class(called.receiver):
        from mlops_lint.facts.project.flow.trainers import loader

        value = loader(called, "val")
    if isinstance(value, Tup) and value.items and "validation_data" not in called.keywords:
        single = len(value.items) == 2 and not any(isinstance(item, Tup) for item in value.items)
        several = len(value.items) > 1 and "eval_set" in called.keywords and not single
        if (several and "CatBoost" in _class(called.receiver)) or (single and "valid_sets" in called.keywords):
            return None
        value = value if single else value.items[-1]
    rows = _beside(value)
    part = rows is not None and (rows.divided or any(cut.key == "mask" for cut in rows.cuts))
    found = rows if part and _stops(called) else None
    _remember(called, found)
    return found


def _beside(value: Value) -> Rows | None:
    """The rows of features and labels, whichever of them can be followed."""
    if isinstance(value, Tup) and len(value.items) == 2:
        known = [rows for one in value.items if (rows := rows_of(one)) is not None and not rows.opaque]
        return known[0] if known else rows_of(value)
    return rows_of(value)


def _remember(called: Called, rows: Rows | None) -> None:
    """Who fits here, and which rows stop it."""
    shared, at = called.frame.shared, called.frame.at(called.node)
    if called.frame.stack:
        shared.holders[at] = called.frame.stack[-1]
        if rows is not None:
            shared.stopped[at] = rows


def tried(frame: Frame, rows: Rows, fit: Location) -> Location | None:
    """Where the same rows stopped a trial whose length the model that was fitted there has taken over."""
    shared, same = frame.shared, (Relation.SAME, Relation.INSIDE, Relation.AROUND)
    holder = shared.holders.get(fit)
    stops = [at for at, seen in shared.stopped.items() if at != fit and relate(rows, seen)[0] in same]
    for at in sorted(stops) if holder is not None else ():
        inner = shared.holders[at]
        told = _TAKEN.search(ast.unparse(shared.code.node(inner)))
        if holder is not None and told and (inner == holder or inner in shared.code.reachable([holder]).definitions):
            return at
    return None


def _class(value: Value) -> str:
    return value.cls if isinstance(value, Data) else ""


def _stops(called: Called) -> bool:
    """Whether the call, or the one that made the model, is told to stop early by what it watches."""
    calls = [called.node]
    origin = called.receiver.origin if isinstance(called.receiver, Data) else None
    if origin is not None and origin[0] == called.frame.path:
        tree = called.frame.source.tree
        made = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        calls += [node for node in made if (node.func.lineno, node.func.col_offset) == origin[1:3]]
    for word in (word for call in calls for word in call.keywords):
        if word.arg == "early_stopping_rounds":
            return not (isinstance(word.value, ast.Constant) and not word.value.value)
        if word.arg == "callbacks" and any(
            _stopper(part) or _keeper(called.frame, part) for part in _written(called.frame, word.value)
        ):
            return True
    return False


def _written(frame: Frame, node: ast.expr) -> list[ast.Call]:
    """The calls of an expression, and of what its names were given in this file."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    given = [part.value for part in ast.walk(frame.source.tree) if isinstance(part, ast.Assign)
             and any(isinstance(target, ast.Name) and target.id in names for target in part.targets)]  # fmt: skip
    return [part for one in (node, *given) for part in ast.walk(one) if isinstance(part, ast.Call)]


def _stopper(node: ast.Call) -> bool:
    """`EarlyStopping(monitor="val_loss")`: the loss of the training rows stops nothing unfairly."""
    if callee(node.func) not in _STOPS:
        return False
    monitors = [word.value for word in node.keywords if word.arg == "monitor"]
    monitors += node.args[:1] if callee(node.func) == "EarlyStopping" else []
    return all(isinstance(one, ast.Constant) and str(one.value).startswith("val") for one in monitors)


def _keeper(frame: Frame, node: ast.Call) -> bool:
    """`ModelCheckpoint(monitor="val_f1")`, where what it has kept as the best is taken up again."""
    if callee(node.func) != "ModelCheckpoint":
        return False
    told = {word.arg: word.value for word in node.keywords}
    monitor = told.get("monitor")
    kept = isinstance(monitor, ast.Constant) and str(monitor.value).startswith("val")
    kept = kept or (monitor is None and "save_best_only" in told)
    code = frame.shared.code
    return kept and any(_BEST.search(code.text(path).text) for path in code.modules if not code.is_test(path))


def pick(frame: Frame, node: ast.If) -> bool:
    """`if now < best: best, weights = now, model.state_dict()`: the rows of `now` have chosen the model."""
    score = _score(node)
    score = score if score is not None and node in _looped(frame.source.tree) else None
    rows = _measured(frame, node, score) if score is not None else None
    if rows is None or not (rows.divided or any(cut.key == "mask" for cut in rows.cuts)):
        return False
    models, found = frame.shared.models, False
    for model in {*_saved(frame, node), *_stopped(frame, node, score or "")}:
        if model in models:
            at, found = frame.at(node), True
            models[model] = frozenset(replace(fit, watched=rows, watched_at=at) for fit in models[model])
    given = _given(frame, node, score or "") if found else None
    if given is not None:
        frame.shared.decide(_calls(frame, given), frame.at(node))
    return found and not node.orelse


def settings(frame: Frame, node: ast.If) -> list[str]:
    """The names under which `if now < best: best, best_depth = now, depth` keeps a setting and not a model."""
    score = _score(node)
    if score is None or node.orelse or node not in _looped(frame.source.tree):
        return []
    rows = _measured(frame, node, score)
    if rows is None or not (rows.divided or any(cut.key == "mask" for cut in rows.cuts)):
        return []
    kept = [(target, value) for target, value in _pairs(node) if value != score]
    values = {
        target: frame.lookup(value)[1] for target, value in kept if target.isidentifier() and value.isidentifier()
    }
    models = {target: model_id(value) for target, value in values.items()}
    names = [name for name, value in values.items() if isinstance(value, Const | Data | Map | None)]
    return [name for name in names if models[name] not in frame.shared.models]


def decided(frame: Frame, node: ast.If, names: list[str]) -> None:
    """The rows that a score was computed on have picked these settings."""
    rows, at = _measured(frame, node, _score(node) or ""), frame.at(node)
    if rows is None:
        return
    for name in names:
        made = Data(Rows(Base(frame.static(node.test, f":{PICKED}{name}"))))
        frame.env[name] = made
        frame.shared.picked[made.rows.base.id] = (rows, at)
        given = _given(frame, node, _score(node) or "")
        if given is not None:
            frame.shared.deciding[made.rows.base.id] = _calls(frame, given)


@functools.lru_cache(maxsize=4)
def _looped(tree: ast.Module) -> frozenset[ast.If]:
    """What stands in a loop: one model that must beat the last release is picked from nothing."""
    found: set[ast.If] = set()
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, inside = waiting.pop()
        if inside and isinstance(node, ast.If):
            found.add(node)
        within = inside or isinstance(node, ast.For | ast.While)
        waiting += [(part, within) for part in ast.iter_child_nodes(node)]
    return frozenset(found)


def _calls(frame: Frame, given: ast.expr) -> Deciding:
    """The score that picks is one of the same rows as the one that is reported: its calls."""
    calls = [part for part in ast.walk(given) if isinstance(part, ast.Call)]
    starts = frozenset((frame.path, part.func.lineno, part.func.col_offset) for part in calls)
    return Deciding(starts, frozenset(frame.at(part) for part in calls))


def _score(node: ast.If) -> str | None:
    """The text of what is compared with the best so far, and becomes it."""
    compared = {ast.unparse(part) for test in ast.walk(node.test) if isinstance(test, ast.Compare)
                for part in (test.left, *test.comparators) if isinstance(part, _KEPT_IN)}  # fmt: skip
    return next((value for target, value in _pairs(node) if {target, value} <= compared), None)


def _pairs(node: ast.If) -> list[tuple[str, str]]:
    """What the body binds to other names, attributes or entries, as texts."""
    found: list[tuple[ast.expr, ast.expr]] = []
    for part in node.body:
        if isinstance(part, ast.Assign) and len(part.targets) == 1:
            target, value = part.targets[0], part.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                found += zip(target.elts, value.elts, strict=False)
            else:
                found.append((target, value))
    plain = [(a, b) for a, b in found if isinstance(a, _KEPT_IN) and isinstance(b, _KEPT_IN)]
    return [(ast.unparse(a), ast.unparse(b)) for a, b in plain]


def _value(frame: Frame, text: str) -> Value:
    """What a name, an attribute or an entry stands for."""
    from mlops_lint.facts.project.flow.expressions import evaluate

    return frame.lookup(text)[1] if text.isidentifier() else evaluate(frame, ast.parse(text, mode="eval").body)


def _root(text: str) -> str:
    return text.partition(".")[0].partition("[")[0]


def _measured(frame: Frame, node: ast.If, score: str) -> Rows | None:
    """The rows that a score was computed on: its own, or those of the only rows that the call was given."""
    value = _value(frame, score)
    if isinstance(value, Pred):
        return value.rows
    given = _given(frame, node, score)
    names = {part.id for part in ast.walk(given) if isinstance(part, ast.Name)} if given is not None else set()
    values = [frame.lookup(name)[1] for name in sorted(names)]
    found = {value.rows for value in values if isinstance(value, Data | Pred) and not value.rows.opaque}
    return found.pop() if len(found) == 1 else None


def _given(frame: Frame, node: ast.If, score: str) -> ast.expr | None:
    """What the score's name was given last before the comparison."""
    name = _root(score)
    given = [part for part in ast.walk(frame.source.tree) if isinstance(part, ast.Assign) and part.lineno < node.lineno
             and any(isinstance(one, ast.Name) and one.id == name for target in part.targets
                     for one in (target.elts if isinstance(target, ast.Tuple) else [target]))]  # fmt: skip
    return max(given, key=lambda part: part.lineno).value if given else None


def _saved(frame: Frame, node: ast.If) -> Iterator[str]:
    """The models that are saved, copied or kept under another name."""
    from mlops_lint.facts.project.flow.expressions import evaluate

    kept: list[ast.expr] = []
    for part in (inner for one in node.body for inner in ast.walk(one)):
        if isinstance(part, ast.Call) and (callee(part.func) in _SAVES or _SAVER.match(callee(part.func))):
            kept += [inner for inner in ast.walk(part) if isinstance(inner, ast.Name | ast.Attribute)]
        elif isinstance(part, ast.Assign):
            values = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
            kept += [value for value in values if isinstance(value, ast.Name)]
    for value in (evaluate(frame, one) for one in kept):
        held = [inner for (owner, _), inner in frame.shared.attributes.items()
                if isinstance(value, Obj) and owner == value.id]  # fmt: skip
        yield from (model for one in (value, *held) if (model := model_id(one)) is not None)


def _stopped(frame: Frame, node: ast.If, score: str) -> frozenset[str]:
    """The models whose training ends where the score has not risen for a while: `if waited >= patience: break`."""
    targets = [part.targets[0] for part in node.body if isinstance(part, ast.Assign)]
    targets += [one for target in targets if isinstance(target, ast.Tuple) for one in target.elts]
    counters = {ast.unparse(one) for one in targets}
    for loop in ast.walk(frame.source.tree):
        if isinstance(loop, ast.For | ast.While) and any(part is node for part in ast.walk(loop)):
            for part in ast.walk(loop):
                ends = isinstance(part, ast.If) and any(isinstance(one, ast.Break) for one in part.body)
                asked = (
                    {ast.unparse(one) for one in ast.walk(part.test)} if isinstance(part, ast.If) and ends else set()
                )
                if asked & counters and _grows(node, asked & counters, loop):
                    value = _value(frame, score)
                    return value.models if isinstance(value, Pred) else frozenset()
    return frozenset()


def _grows(node: ast.If, counters: Set[str], loop: ast.AST) -> bool:
    """Whether what the best score sets back is counted up elsewhere in the loop."""
    added = {ast.unparse(part.target) for part in ast.walk(loop) if isinstance(part, ast.AugAssign)}
    return bool(counters & added)
