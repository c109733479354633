"""Methods: of steps, models, splitters and of what holds rows."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.project.leakage import tables
from mlops_lint.facts.project.leakage.calls import Called, absorbed, fresh, unknown
from mlops_lint.facts.project.leakage.expressions import evaluate, learned
from mlops_lint.facts.project.leakage.model import NOTHING, Value, beside, flat, union


def method(called: Called) -> Value:
    """What a method call gives."""
    receiver = called.receiver if called.receiver is not None else NOTHING
    name = called.last
    if receiver.kind == "step":
        return _of_step(called, receiver)
    if receiver.kind == "splitter" and name == "split":
        return Value(kind="folds", id=f"fold:{called.frame.site(called.node)}")
    if name in tables.SCORES:
        called.frame.machine.scored.add(called.frame.path)
    if (receiver.kind in ("model", "object") and not receiver.data) or name in ("fit", "fit_generator"):
        return _of_model(called, receiver)
    if receiver.keys is not None or receiver.items is not None:
        return _of_container(called, receiver)
    return _of_rows(called, receiver)


def _of_step(called: Called, step: Value) -> Value:
    machine, name, at = called.frame.machine, called.last, called.frame.at(called.node)
    given = flat(called.argument(0, "X", "texts", "raw_documents", "y", "data", "raw_X"))
    if name in tables.FITS and given.data:
        detail = f"{step.const[0] if step.const else 'step'}.{name}"
        labels = step.const[:1] in (("LabelEncoder",), ("LabelBinarizer",))
        made = machine.step(at, detail, replace(given, named=given.named and not labels))
        machine.fitted[step.id] = frozenset({made})
        if given.held or given.named:
            machine.held(replace(given, marks=given.marks | {made}), at)
    if name not in tables.TRANSFORMS:
        chosen = name.startswith("get_feature_names") and step.const[:1] and step.const[0] in tables.SELECTORS
        if name in tables.LEARNED or chosen:
            return learned(called.frame, step)
        return step if name in tables.FITS or name in ("set_output", "set_params") else NOTHING
    marks = given.marks | machine.fitted.get(step.id, frozenset())
    made_rows = replace(given, marks=marks, kind="", table=given.table)
    machine.held(made_rows, at)
    if "resample" in name or name == "fit_sample":
        return Value(items=(made_rows, made_rows))
    return made_rows


def _of_model(called: Called, model: Value) -> Value:
    machine, name = called.frame.machine, called.last
    given = [value for value in called.given if value.kind not in ("step", "model")]
    if name in ("fit", "fit_generator"):
        first = flat(called.argument(0, "x", "X"))
        if "validation_split" in called.keywords:
            machine.part(first, called.frame.at(called.node))
            machine.scored.add(called.frame.path)
        if "validation_data" in called.keywords:
            machine.scored.add(called.frame.path)
        return replace(model, const=())
    if name in tables.PREDICTS and given:
        return replace(flat(given[0]), kind="")
    if name in ("compile", "add", "summary", *tables.SCORES):
        return NOTHING
    made = union(given)
    return made if made.origins else NOTHING


def _of_container(called: Called, receiver: Value) -> Value:
    from mlops_lint.facts.project.leakage.statements import put

    if called.last in ("append", "extend", "add", "update", "insert") and called.args:
        rows = flat(called.args[-1])
        target = called.node.func.value if isinstance(called.node.func, ast.Attribute) else None
        if target is not None and isinstance(target, ast.Name) and not receiver.items and not receiver.keys:
            called.frame.env[target.id] = rows if rows.origins else fresh(called)
        elif target is not None and rows.origins:
            put(called.frame, target, rows)
        return NOTHING
    if called.last in ("items", "values"):
        return Value(items=(Value(items=(NOTHING, flat(receiver))),)) if called.last == "items" else flat(receiver)
    if called.last == "get" and receiver.keys is not None and called.text(0):
        return next((value for key, value in receiver.keys if key == called.text(0)), NOTHING)
    return flat(receiver)


def _of_rows(called: Called, receiver: Value) -> Value:
    from mlops_lint.facts.project.leakage.library import read

    name = called.last
    if name in tables.STATISTICS or (name == "transform" and called.text(0) in tables.STATISTICS):
        found = _statistic(called, receiver)
        if _of_target(called):
            called.frame.machine.shaping |= found.pending - receiver.pending
        return replace(found, kind="") if name == "transform" else found
    if name in tables.NO_ROWS:
        return NOTHING
    if name in tables.EXTREMES:
        return _statistic(called, receiver) if receiver.table else NOTHING
    if name.startswith("read_") and not receiver.data:
        return read(called)
    if name in ("to_csv", "to_parquet", "to_pickle", "to_feather") and called.text(0):
        called.frame.machine.files[str(called.text(0)).rpartition("/")[2]] = receiver
        return NOTHING
    if name in ("append", "extend") and called.args and receiver.data:
        return _appended(called, receiver)
    if name == "train_test_split" and receiver.data:
        called.frame.machine.part(receiver, called.frame.at(called.node))
        key = f"split:{called.frame.site(called.node)}"
        sides = (("train", receiver.cut(key, "train")), ("test", receiver.cut(key, "test", held=True)))
        return Value(keys=sides)
    return _kept(called, receiver)


def _appended(called: Called, receiver: Value) -> Value:
    from mlops_lint.facts.project.leakage.statements import put

    both = union([receiver, flat(called.args[0])])
    if called.last == "extend" and isinstance(called.node.func, ast.Attribute):
        put(called.frame, called.node.func.value, flat(called.args[0]))
    return replace(both, named=False)


def _kept(called: Called, receiver: Value) -> Value:
    """The rows of a table after a method that keeps them, fills them or takes a part."""
    name = called.last
    if name == "over":
        return replace(receiver, kind="", pending=frozenset())  # of each group by itself
    fitted = _applied(called, receiver)
    if fitted is not None:
        return _in_place(called, fitted)
    if name in tables.FILLS:
        found = absorbed(receiver, called.given) if receiver.origins else NOTHING
        return _in_place(called, found)
    if name in tables.SUBSETS and receiver.data and not _whole(called):
        return receiver.cut("subset:" + name, ast.unparse(called.node)[-80:])
    if name == "drop" and any(ast.unparse(part).endswith(".index") for part in called.node.args):
        return receiver.cut("subset:drop", ast.unparse(called.node.args[0]))
    if not receiver.origins:
        return unknown(called)
    if (given := _handed(called, receiver)) is not None:
        return given
    if name in tables.PUTS:
        machine = called.frame.machine
        called.keywords = {key: machine.shaped(key, value) for key, value in called.keywords.items()}
    others = [value for value in called.given if value.data] if name in tables.BRINGS else []
    return replace(beside(receiver, others), kind="stat" if receiver.kind == "stat" else "", const=())


def _handed(called: Called, receiver: Value) -> Value | None:
    """`SCHEMA.validate(rows)`: a thing of unknown make gives back the table that it is given."""
    whole = [flat(value) for value in called.given if value.table and value.kind == ""]
    plain = not receiver.table and not receiver.cuts and not receiver.marks
    return whole[0] if plain and len(whole) == 1 and called.last not in tables.BRINGS else None


def _whole(called: Called) -> bool:
    """`sample(frac=1)` shuffles; `head()` by itself only shows."""
    fraction = called.keywords.get("frac")
    if fraction is not None and fraction.const and fraction.const[0] in (1, 1.0):
        return True
    return called.last == "filter" and not any(value.kind == "mask" for value in called.args)


def _in_place(called: Called, value: Value) -> Value:
    inplace = called.keywords.get("inplace")
    if inplace is not None and inplace.const == (True,) and isinstance(called.node.func, ast.Attribute):
        from mlops_lint.facts.project.leakage.statements import put

        put(called.frame, called.node.func.value, value)
        return NOTHING
    return value


def _applied(called: Called, receiver: Value) -> Value | None:
    """`df.apply(encoder.fit_transform)`, `df.apply(lambda column: encoder.fit_transform(column))`."""
    if called.last not in ("apply", "transform", "pipe", "map") or not called.node.args or not receiver.data:
        return None
    given, machine = called.node.args[0], called.frame.machine
    if isinstance(given, ast.Attribute) and given.attr in tables.FITS:
        step = evaluate(called.frame, given.value)
        if step.kind == "step":
            made = machine.step(called.frame.at(called.node), f"{step.const[0]}.{given.attr}", receiver)
            return replace(receiver, marks=receiver.marks | {made})
    if isinstance(given, ast.Lambda) and given.args.args and _names_step(given):
        before = dict(called.frame.env)
        called.frame.env[given.args.args[0].arg] = receiver
        made_rows = evaluate(called.frame, given.body)
        called.frame.env = before
        return beside(receiver, [made_rows])
    return None


def _names_step(node: ast.Lambda) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr in tables.FITS for part in ast.walk(node.body))


def _of_target(called: Called) -> bool:
    """`rows.groupby("town")["churned"].transform("mean")`, where the label is asked."""
    label = called.frame.machine.label
    taken = called.node.func.value if isinstance(called.node.func, ast.Attribute) else None
    if not label or not isinstance(taken, ast.Subscript) or not isinstance(taken.value, ast.Call):
        return False
    grouped = isinstance(taken.value.func, ast.Attribute) and taken.value.func.attr == "groupby"
    return grouped and evaluate(called.frame, taken.slice).const == (label,)


def _statistic(called: Called, receiver: Value) -> Value:
    """A mean of a table's rows; along the columns it is none."""
    axis = called.keywords.get("axis") or (called.args[0] if called.args else NOTHING)
    bare = not receiver.table and axis.const[:1] != (0,)
    if not receiver.data or bare or axis.const[:1] in ((1,), ("columns",)) or receiver.kind == "stat":
        return replace(receiver, kind="stat") if receiver.origins else NOTHING
    step = called.frame.machine.step(called.frame.at(called.node), f"{called.last} of all rows", receiver)
    return replace(receiver, pending=receiver.pending | {step}, kind="stat")
