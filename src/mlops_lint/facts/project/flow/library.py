"""Library functions by their canonical names: splits, readers, writers, what keeps the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.attributes import of_object
from mlops_lint.facts.project.flow.calls import Called, fields
from mlops_lint.facts.project.flow.files import booster, read, write
from mlops_lint.facts.project.flow.huggingface import load_dataset, parts
from mlops_lint.facts.project.flow.models import crossed, trained
from mlops_lint.facts.project.flow.rows import Base, Cut, Rows, role_of, together, union
from mlops_lint.facts.project.flow.select import COLUMN, indexed
from mlops_lint.facts.project.flow.state import CONFIG
from mlops_lint.facts.project.flow.tuned import picked
from mlops_lint.facts.project.flow.values import (
    EMPTY,
    LOST,
    Const,
    Data,
    Folds,
    Handle,
    Lost,
    Map,
    Obj,
    Parts,
    Pred,
    Select,
    Splitter,
    Tup,
    Value,
    Zipped,
    hint_of,
    path_text,
    rows_of,
)  # fmt: skip
from mlops_lint.facts.project.flow.wrapping import SAME


def library(called: Called) -> Value:
    """What a function of a library gives; None where nothing is known of it."""
    name = called.name
    if not name:
        return None
    exact = _EXACT.get(name)
    if exact is not None:
        return exact(called)
    last = name.rpartition(".")[2]
    if last in tables.SPLITTERS and name.startswith(("sklearn", "iterstrat", "cuml", "dask_ml", "skmultilearn")):
        return Splitter()
    if name.startswith(tables.READERS):
        return read(called)
    if name in tables.WRITERS:
        return write(called, *tables.WRITERS[name])
    if name.startswith(tables.BUNDLED):
        return _bundled(called)
    if name.startswith(tables.LOADED_PARTS) and last == "load_data":
        return _loaded(called)
    if name.startswith("torchvision.datasets."):
        return _part_by_argument(called)
    if name in tables.CONCATENATE:
        return _concatenated(called)
    if name in tables.KEEP_FUNCTIONS or (name.startswith(tables.KEEP_MODULES) and last not in tables.NOT_KEPT):
        return _kept(called)
    return None


def _kept(called: Called) -> Value:
    """The rows of the arguments, where they agree."""
    if any(isinstance(value, Lost) for value in called.args):
        return LOST
    if called.args and isinstance(called.args[0], Folds | Zipped | Map | Tup) and called.name.startswith("builtins."):
        return called.args[0]
    if not called.values:
        return EMPTY if called.name in ("builtins.list", "builtins.tuple") else None
    for value in called.values:
        if isinstance(value, Pred):
            return value
    found = [value for value in called.args if isinstance(value, Data)]
    found = found or [value for value in called.keywords.values() if isinstance(value, Data)]
    tuples = [value for value in called.args if isinstance(value, Tup)]
    if not found and tuples:
        rows = rows_of(tuples[0])
        return Data(rows, hint_of(tuples[0])) if rows is not None else None
    if not found:
        return None
    sampler = called.keywords.get("sampler")
    if isinstance(sampler, Data) and sampler.rows.cuts and called.name.endswith("DataLoader"):
        return Data(indexed(found[0].rows, sampler.rows), sampler.hint)
    return Data(found[0].rows, found[0].hint)


def _split(called: Called) -> Value:
    """`train_test_split(a, b)`: parts of each argument in turn."""
    seed, size = (called.keywords.get(name) for name in ("random_state", "test_size"))
    key = f"split:{called.frame.static(called.node)}"
    if isinstance(seed, Const) and isinstance(seed.value, int) and isinstance(size, Const | None):
        key = f"split:seed={seed.value}:size={size.value if size else None}"
    at = called.frame.at(called.node)
    items: list[Value] = []
    for index, value in enumerate(called.args):
        if isinstance(value, Lost):
            items += [LOST, LOST]
            continue
        rows = rows_of(value) or Rows(Base(called.frame.site(called.node, f":{index}")))
        items += [Data(rows.cut(Cut(key, role, "split", role_of(role), at))) for role in ("train", "test")]
    return Tup(tuple(items)) if items else None


def _random_parts(called: Called) -> Value:
    rows = rows_of(called.argument(0, "dataset", "ary"))
    if rows is None:
        rows = Rows(Base(called.frame.site(called.node, ":parts")))
    return Parts(rows, f"parts:{called.frame.static(called.node)}", called.frame.at(called.node))


def _bundled(called: Called) -> Value:
    base = Rows(Base(f"bundled:{called.name}:{called.text(0, 'name') or ''}", opaque=False))
    if ".make_" in called.name:
        base = Rows(Base(called.frame.site(called.node), opaque=False))
    subset = called.text(-1, "subset")
    if subset is not None:
        return Data(replace(base, base=replace(base.base, id=f"{base.base.id}:{subset}", role=role_of(subset))))
    return Data(base)


def _loaded(called: Called) -> Value:
    """Keras data sets come divided."""
    rows = Rows(Base(f"bundled:{called.name}", opaque=False))
    train, test = (Data(rows.cut(Cut("bundled", role, "split", role_of(role)))) for role in ("train", "test"))
    return Tup((Tup((train, train)), Tup((test, test))))


def _part_by_argument(called: Called) -> Value:
    """`MNIST(root, train=False)`."""
    first = called.text(0, "path", "root") or called.frame.site(called.node)
    identity = f"bundled:{called.name}:{first}"
    flag = called.keywords.get("train", called.argument(1) if "torchvision" in called.name else None)
    split = called.text(-1, "split")
    if isinstance(flag, Const) and isinstance(flag.value, bool):
        split = "train" if flag.value else "test"
    role = role_of(split) if split else None
    if role is not None and split is not None and split.isalpha():
        return Data(Rows(Base(identity, opaque=False)).cut(Cut("bundled", role, "split", role)))
    return Data(Rows(Base(identity + (f":{split}" if split else ""), opaque=False)))


def _concatenated(called: Called) -> Value:
    given = called.argument(0, "objs", "arrays")
    values = list(given.items) if isinstance(given, Tup) else [value for value in called.args if rows_of(value)]
    preds = [value for value in values if isinstance(value, Pred)]
    if preds:
        return preds[0] if all(pred.rows == preds[0].rows for pred in preds) else None
    if isinstance(given, Data | Pred) and len(values) == 1:
        return given
    parts = [rows for value in values if (rows := rows_of(value)) is not None]
    if not parts or len(parts) != len(values):
        return None
    whole = together(parts) if _stacked(called) else union(parts)
    return Data(whole) if whole is not None else None


def _stacked(called: Called) -> bool:
    """Whether rows are put behind rows; columns beside columns are the same rows."""
    if called.name.rpartition(".")[2] in ("hstack", "column_stack", "c_", "stack", "r_"):
        return False
    given = [called.keywords[name] for name in ("axis", "dim", "how") if name in called.keywords]
    given += list(called.args[1:2] if called.name != "numpy.append" else called.args[2:3])
    plain = (0, "index", "rows", "vertical", "vertical_relaxed", "diagonal", "diagonal_relaxed")
    return all(isinstance(value, Const) and value.value in plain for value in given)


def _permuted(called: Called) -> Value:
    cut = Cut(called.frame.static(called.node, ":shuffle"), 0, "same")
    items = [Data(rows.cut(cut), hint_of(value)) if (rows := rows_of(value)) else None for value in called.args]
    return items[0] if len(items) == 1 else Tup(tuple(items))


def _zipped(called: Called) -> Value:
    return Zipped(tuple(called.args))


def _enumerated(called: Called) -> Value:
    return Zipped((None, called.argument(0)))


def _next(called: Called) -> Value:
    value = called.argument(0)
    if isinstance(value, Folds):
        from mlops_lint.facts.project.flow.expressions import fold

        return fold(value, "split")
    return value if isinstance(value, Data) and not value.rows.opaque else None


def _opened(called: Called) -> Value:
    path = called.text(0, "file")
    return Handle(path) if path else None


def _listed(called: Called) -> Value:
    """`os.listdir(folder)`, `glob.glob(pattern)`."""
    path = called.text(0, "path", "pathname")
    return Data(Rows(Base(f"folder:{path}"))) if path else None


def _parsed(called: Called) -> Value:
    """`json.load(file)`, `json.loads(path.read_text())`: what it holds has the file's identity."""
    given = called.argument(0)
    if isinstance(given, Handle):
        return Data(Rows(Base(f"file:{given.path}")))
    return given if isinstance(given, Data) and given.rows.base.id.startswith("file:") else None


def _subset(called: Called) -> Value:
    """`Subset(rows, numbers)`."""
    of, picks = called.argument(0, "dataset"), called.argument(1, "indices")
    rows = rows_of(of)
    if rows is None or not isinstance(of, Data):
        return None
    if isinstance(picks, Select):
        return Data(rows.cut(picks.cut))
    return Data(indexed(rows, picks.rows), picks.hint) if isinstance(picks, Data) and picks.rows.cuts else None


def _same(called: Called) -> Value:
    return called.argument(0)


def _unfitted(called: Called) -> Value:
    """A clone is a new model; a copy of data is the same rows."""
    value = called.argument(0)
    if isinstance(value, Data) and value.rows.opaque:
        made = called.frame.fresh(called.node, "()", cls=value.cls)
        if called.name != "sklearn.base.clone":
            fits = called.frame.shared.models.get(value.rows.base.id)
            if fits:
                called.frame.shared.models[made.rows.base.id] = fits
        return made
    return value


def _joined(called: Called) -> Value:
    if len(called.args) == 1 and isinstance(called.args[0], Data) and called.args[0].rows.base.id.startswith(CONFIG):
        return called.args[0]
    if not called.args or not isinstance(called.args[-1], Const):
        return None
    parts = [path_text(value) for value in called.args]
    return Const("/".join(part.rstrip("/") for part in parts if part)) if all(parts) else None


def _column(called: Called) -> Value:
    """`pl.col("day")`: a column of whatever table it is asked of."""
    name = called.text(0) if len(called.args) == 1 else None
    return Data(Rows(Base(f"{COLUMN}{name!r}"))) if name else None


def _got(called: Called) -> Value:
    """`getattr(folds, "test")`."""
    given, name = called.argument(0), called.text(1)
    if isinstance(given, Obj) and name:
        return of_object(called.frame, given, name)
    return given.get(name) if isinstance(given, Map) and name else None


def _as_dict(called: Called) -> Value:
    given = called.argument(0)
    return fields(called, given) if isinstance(given, Obj) else None


def _dict(called: Called) -> Value:
    return Map(tuple(called.keywords.items()))


_EXACT: dict[str, Callable[[Called], Value]] = {
    **dict.fromkeys(tables.SPLIT_FUNCTIONS, _split),
    **dict.fromkeys(tables.PART_FUNCTIONS, _random_parts),
    **dict.fromkeys(tables.PERMUTE_FUNCTIONS, _permuted),
    **dict.fromkeys(tables.CROSS_PREDICT, crossed),
    **dict.fromkeys(tables.TRAIN_FUNCTIONS, trained),
    **dict.fromkeys(tables.SEARCHES, _unfitted),
    "datasets.load_dataset": load_dataset,
    "datasets.DatasetDict": parts,
    "datasets.dataset_dict.DatasetDict": parts,
    "builtins.zip": _zipped,
    "builtins.enumerate": _enumerated,
    "builtins.next": _next,
    "builtins.open": _opened,
    "builtins.str": _same,
    **dict.fromkeys(SAME, _same),
    **dict.fromkeys(("os.listdir", "os.scandir", "glob.glob", "glob.iglob"), _listed),
    **dict.fromkeys(("json.load", "json.loads", "csv.DictReader", "csv.reader"), _parsed),
    **dict.fromkeys(("torch.utils.data.Subset", "torch.utils.data.dataset.Subset"), _subset),
    "builtins.dict": _dict,
    "builtins.getattr": _got,
    **dict.fromkeys(tables.COLUMNS, _column),
    **dict.fromkeys(tables.BOOSTERS, booster),
    "dataclasses.asdict": _as_dict,
    "builtins.vars": _as_dict,
    "builtins.min": picked,
    "builtins.max": picked,
    "types.SimpleNamespace": _dict,
    "sklearn.utils.Bunch": _dict,
    "pathlib.Path": _joined,
    "os.path.join": _joined,
}
