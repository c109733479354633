"""Functions and classes of libraries."""

from __future__ import annotations

from dataclasses import replace

from mlops_lint.facts.project.flow.rows import role_of
from mlops_lint.facts.project.flow.tables import COLUMNS
from mlops_lint.facts.project.leakage import tables
from mlops_lint.facts.project.leakage.calls import Called, absorbed
from mlops_lint.facts.project.leakage.model import NOTHING, Value, flat, union


def by_name(called: Called) -> Value | None:
    """What a call of a known name gives; None for what is not known."""
    name, last = called.name, called.last
    root = name.partition(".")[0]
    if root == "builtins" or ("." not in name and called.receiver is None):
        return _built_in(called, last)
    if called.receiver is not None and called.receiver != NOTHING:
        return None
    if root in tables.MODULES:
        return None if name.startswith(("os.path", "json.load")) else NOTHING
    if is_step(called):
        return _made(called)
    if last in tables.SPLITTERS and root in ("sklearn", "iterstrat", "imblearn", "cuml"):
        return Value(kind="splitter", id=called.frame.site(called.node))
    if last in tables.CROSS:
        return _crossed(called)
    if name in called.frame.machine.knowledge.splits:
        return _split(called)
    if name in tables.RELEVANCE:
        return _relevance(called)
    if name in tables.FUNCTIONS:
        return _step_function(called)
    return _table(called)


def _table(called: Called) -> Value | None:
    name, last = called.name, called.last
    if name in COLUMNS and called.frame.machine.asked is not None:
        return replace(called.frame.machine.asked, kind="", const=(), items=None, keys=None)
    if _is_model(called):
        return Value(kind="model", id=called.frame.site(called.node))
    if name.startswith(tables.READERS):
        return read(called)
    if name in ("pandas.qcut", "pandas.cut"):
        return _binned(called)
    if last in tables.STATISTICS and name.startswith(("numpy.", "statistics.", "scipy.stats.")):
        return _statistic(called)
    if name in ("numpy.where", "numpy.nan_to_num"):
        return absorbed(union(called.given), called.given)
    if name in ("pandas.concat", "polars.concat", "numpy.concatenate", "numpy.vstack", "numpy.r_", "numpy.hstack"):
        return replace(union(called.given), kind="", named=False)
    if name.startswith("sklearn.metrics.") or last in ("bincount", "unique", "ones", "zeros", "arange", "seed"):
        return NOTHING
    if (last == "join" and name.startswith("os.path")) or name in ("pathlib.Path", "pathlib.PurePath"):
        parts = [str(value.const[0]) for value in called.args if value.const]
        return Value(const=("/".join(parts),)) if parts else NOTHING
    return None


def _built_in(called: Called, last: str) -> Value | None:
    if last in tables.EMPTY:
        return NOTHING
    if last == "next" and called.args and called.args[0].kind == "folds":
        from mlops_lint.facts.project.leakage.statements import element

        # One pair of many is a split; all of them in turn are folds.
        folds = called.args[0]
        return element(replace(folds, id=folds.id.replace("fold:", "split:", 1)))
    if last == "enumerate" and called.args:
        from mlops_lint.facts.project.leakage.statements import element

        return Value(items=(Value(items=(NOTHING, element(called.args[0]))),))
    if last == "zip":
        from mlops_lint.facts.project.leakage.statements import element

        return Value(items=(Value(items=tuple(element(value) for value in called.args)),))
    if last == "open":
        return read(called)
    return None


def is_step(called: Called) -> bool:
    """Whether a call makes something that learns from rows."""
    root = called.name.partition(".")[0]
    if called.last in tables.STATELESS or "." not in called.name:
        return False
    known = called.frame.machine.knowledge.estimators.get(called.name)
    if known is not None and known.kind in ("transformer", "selector", "resampler"):
        return True
    library = root in tables.LIBRARIES
    return called.last in tables.STEPS and library and (called.last not in tables.AMBIGUOUS or root != "torchtext")


def _made(called: Called) -> Value:
    """A step; one that is given rows to adapt to is fitted at once."""
    made = Value(kind="step", id=called.frame.site(called.node), const=(called.last,))
    called.frame.machine.fitted.pop(made.id, None)
    return made


def _is_model(called: Called) -> bool:
    known = called.frame.machine.knowledge.estimators.get(called.name)
    if called.last in ("Pipeline", "make_pipeline"):
        steps = flat_kinds(
            called.args[0] if called.last == "Pipeline" and called.args else Value(items=(*called.args,))
        )
        return not steps or steps[-1] != "step"
    return known is not None and known.kind not in ("transformer", "selector", "resampler", "loss")


def flat_kinds(value: Value) -> list[str]:
    """The kinds of the steps of a pipeline."""
    found: list[str] = []
    for item in value.items or ():
        found.append(item.items[-1].kind if item.items else item.kind)
    return found


def read(called: Called) -> Value:
    """Rows of a file: the same file gives the same rows."""
    machine = called.frame.machine
    path = called.text(0)
    table = called.name.startswith(("pandas", "polars", "dask"))
    if path is not None and (known := machine.files.get(path.rpartition("/")[2])) is not None:
        return replace(known, table=known.table or table)
    site = called.frame.site(called.node) if path is None else f"file:{path.rpartition('/')[2]}"
    held = path is not None and role_of(path.rpartition("/")[2].partition(".")[0]) in ("test", "validation")
    return Value(frozenset({site}), named=held, table=table)


def _crossed(called: Called) -> Value:
    rows = called.argument(1, "X")
    machine = called.frame.machine
    machine.part(flat(rows), called.frame.at(called.node), folds=True)
    machine.scored.add(called.frame.path)
    return replace(flat(rows), kind="")


def _split(called: Called) -> Value | None:
    """Each argument in two, or parts, by what the table says of the call."""
    tool = called.frame.machine.knowledge.splits[called.name]
    returns = tool.get("returns")
    key, at = f"split:{called.frame.site(called.node)}", called.frame.at(called.node)
    if returns == "alternating":
        items: list[Value] = []
        for value in called.args:
            rows = flat(value)
            called.frame.machine.part(rows, at)
            items += [replace(rows, kind="").cut(key, "train"), replace(rows, kind="").cut(key, "test", held=True)]
        return Value(items=tuple(items))
    if returns == "parts":
        rows = flat(called.argument(0, "dataset"))
        called.frame.machine.part(rows, at)
        return replace(rows, kind="parts", id=key)
    return None


def _relevance(called: Called) -> Value:
    """Features are ranked by these rows: who takes columns by name afterwards has chosen by them."""
    rows = flat(called.argument(0, "X"))
    step = called.frame.machine.step(called.frame.at(called.node), called.last, rows)
    called.frame.machine.chosen.append(step)
    return replace(rows, marks=rows.marks | {step}, kind="stat")


def _step_function(called: Called) -> Value:
    rows = flat(called.argument(0, "X", "x", "a"))
    step = called.frame.machine.step(called.frame.at(called.node), called.last, rows)
    made = replace(rows, marks=rows.marks | {step}, kind="")
    called.frame.machine.held(made, called.frame.at(called.node))
    return made


def _statistic(called: Called) -> Value:
    rows = flat(called.argument(0, "a"))
    whole = rows.data and (rows.table or "axis" in called.keywords or len(called.args) > 1)
    if not whole or _constant_axis(called) == 1:
        return replace(rows, kind="stat")
    step = called.frame.machine.step(called.frame.at(called.node), f"{called.last} of all rows", rows)
    return replace(rows, pending=rows.pending | {step}, kind="stat")


def _binned(called: Called) -> Value:
    """Bins by quantiles, or as many as asked between the extremes: known of all rows. Given edges say nothing."""
    rows, bins = flat(called.argument(0, "x")), called.argument(1, "bins", "q")
    counted = called.last == "qcut" or (len(bins.const) == 1 and type(bins.const[0]) is int)
    if not rows.data or not counted:
        return replace(rows, kind="")
    step = called.frame.machine.step(called.frame.at(called.node), f"{called.last} of all rows", rows)
    called.frame.machine.shaping.add(step)
    return replace(rows, pending=rows.pending | {step}, kind="")


def _constant_axis(called: Called) -> object:
    value = called.keywords.get("axis") or (called.args[1] if len(called.args) > 1 else NOTHING)
    return value.const[0] if value.const else None
