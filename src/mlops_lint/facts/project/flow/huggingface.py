"""Data sets with named parts, and trainers that are given them when they are made (Hugging Face)."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.files import path_of, read
from mlops_lint.facts.project.flow.rows import Base, Cut, Rows, role_of
from mlops_lint.facts.project.flow.select import between, bound, indexed
from mlops_lint.facts.project.flow.state import model_id
from mlops_lint.facts.project.flow.values import (
    Const,
    Data,
    Fit,
    Func,
    Map,
    Obj,
    Pred,
    Select,
    Tup,
    Value,
    hint_of,
    rows_of,
)

PUBLISHED = "bundled:datasets."
KEPT = ("train_dataset", "eval_dataset", "model", "args", "callbacks", "compute_metrics", "load_best_model_at_end")
"""What is remembered of the arguments that a library's object is made with."""
_ORDER = ("model", "args", "data_collator", "train_dataset", "eval_dataset")
_BUILDERS = frozenset("json csv parquet text arrow pandas imagefolder audiofolder videofolder webdataset".split())
_PARTWISE = tables.KEEP_METHODS | tables.SUBSET_METHODS | tables.PERMUTE_METHODS
_NO_MODEL = ("Tokenizer", "Processor", "FeatureExtractor", "Config")


def load_dataset(called: Called) -> Value:
    """`load_dataset("imdb", split="test")`, `load_dataset("csv", data_files={"train": …})`."""
    path = _text(called, 0, "path")
    if path in _BUILDERS:
        return _files(called)
    told = (path, _text(called, 1, "name"), called.text(2, "data_dir"))
    identity = f"bundled:{called.name}:{':'.join(part or '' for part in told)}"
    if path is None:
        identity = f"{PUBLISHED}{called.frame.site(called.node)}"
    split = called.keywords.get("split")
    if isinstance(split, Tup):
        names = [item.value if isinstance(item, Const) else None for item in split.items]
        return Tup(tuple(_part(called, identity, name) if isinstance(name, str) else None for name in names))
    if isinstance(split, Const) and isinstance(split.value, str):
        return _part(called, identity, split.value)
    if split is None or split == Const(None):
        return Data(Rows(Base(identity, opaque=False)))
    return Data(Rows(Base(f"{identity}:{called.frame.site(called.node)}", opaque=False)))


def _text(called: Called, position: int, name: str) -> str | None:
    """A text that the call is given, or that a configuration settles."""
    known = called.text(position, name)
    if known is not None or called.argument(position, name) is None:
        return known
    given = [word.value for word in called.node.keywords if word.arg == name]
    given += called.node.args[position : position + 1]
    return called.frame.shared.settled(called.frame.path, called.frame.scope, given[0]) if given else None


def _part(called: Called, identity: str, split: str) -> Value:
    role = role_of(split)
    if role is None or not split.replace("_", "").isalpha():
        return Data(Rows(Base(f"{identity}:{split}", opaque=False)))
    kind = "subset" if role == "train" and _alone(called) else "split"
    return Data(Rows(Base(identity, opaque=False)).cut(Cut("bundled", role, kind, role)))


def _alone(called: Called) -> bool:
    """Whether nothing but parts called `train` is loaded: then they are all that there is."""
    shared = called.frame.shared
    if shared.undivided is None:
        code = shared.code
        uses = [use for use in code.uses({"datasets.load_dataset"}) if use.call and not code.is_test(use.path)]
        nodes = [code.call_node(use) for use in uses]
        shared.undivided = all(node is not None and (_builds(node) or _trains(node)) for node in nodes)
    return shared.undivided


def _builds(node: ast.Call) -> bool:
    return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value in _BUILDERS


def _trains(node: ast.Call) -> bool:
    given = [word.value for word in node.keywords if word.arg == "split"]
    return bool(given) and isinstance(given[0], ast.Constant) and given[0].value == "train"


def _files(called: Called) -> Value:
    """Files are known by their paths; with one file, the part is called `train` whatever is in it."""
    given, split = called.argument(3, "data_files"), called.text(-1, "split")
    if isinstance(given, Map):
        parts = Map(tuple((key, _named(called, key, _file(called, value))) for key, value in given.items))
        return parts.get(split) if split is not None else parts if "split" not in called.keywords else None
    found = _file(called, given)
    return found if "split" in called.keywords else Map((("train", found),))


def _file(called: Called, given: Value) -> Value:
    if isinstance(given, Tup) and len(given.items) == 1:
        given = given.items[0]
    if path_of(given) is None:
        return Data(Rows(Base(called.frame.site(called.node, ":files"), opaque=False)))
    return read(replace(called, args=[given], keywords={}))


def parts(called: Called) -> Value:
    """`DatasetDict(train=…, validation=…)`: a part is what its key says, whatever it was cut as."""
    first = called.argument(0)
    items = [*(first.items if isinstance(first, Map) else ()), *called.keywords.items()]
    return Map(tuple((key, _named(called, key, value)) for key, value in items))


def _named(called: Called, key: str, value: Value) -> Value:
    role = role_of(key)
    if not isinstance(value, Data) or role is None or value.rows.opaque:
        return value
    renamed = value.rows if value.rows.role == role else value.rows.cut(Cut(f"named:{key}", 0, "same", role))
    return Data(renamed, role, value.cls, value.origin)


def of_parts(called: Called, receiver: Map) -> Value:
    """`parts.map(encode)`: each part stays what it is; None where it is no method of a data set."""
    from mlops_lint.facts.project.flow.methods import cut_by

    if called.method not in _PARTWISE or called.method in ("get", "pop", "copy", "insert"):
        return None
    items: list[tuple[str, Value]] = []
    for key, value in receiver.items:
        rows = cut_by(called, value.rows) if isinstance(value, Data) and not value.rows.opaque else None
        items.append((key, Data(rows, hint_of(value)) if rows is not None else None))
    return Map(tuple(items)) if any(value is not None for _, value in items) else None


def picked(called: Called, rows: Rows) -> Rows:
    """`ds.select(range(100))` takes rows; `df.select("age")` takes columns."""
    node, value = called.node.args[0] if called.node.args else None, called.argument(0, "indices")
    node = node or next((word.value for word in called.node.keywords if word.arg == "indices"), None)
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list" and node.args:
        node = node.args[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        ends = [bound(called.frame, one) for one in node.args[:2]]
        lower, upper = ends if len(ends) > 1 else (None, ends[0])
        return between(rows, None if lower == 0 else lower, upper)
    if isinstance(value, Select):
        return rows.cut(value.cut)
    if isinstance(value, Data) and value.rows.cuts:
        return indexed(rows, value.rows)
    if rows.base.id.startswith(PUBLISHED):
        return rows.cut(Cut(called.frame.static(called.node, ":subset"), 0))
    return rows


def made(called: Called, found: Data) -> None:
    """A library's object keeps what it is given; a trainer of a model that was fitted answers as the model."""
    shared, of = called.frame.shared, found.rows.base.id
    trainer = called.name.endswith("Trainer")
    given = {**dict(zip(_ORDER, called.args, strict=False)), **called.keywords} if trainer else called.keywords
    for name in KEPT:
        if name in given:
            shared.attributes[of, name] = given[name]
    inner = model_id(given.get("model")) if trainer else None
    if inner is not None and shared.models.get(inner):
        shared.models[of] = shared.models[inner]


def train(called: Called, model: str) -> None:
    """`trainer.train()`: the trainer and its model are fitted on what it was made with."""
    shared, at = called.frame.shared, called.frame.at(called.node)
    given, held = shared.attributes[model, "train_dataset"], shared.attributes.get((model, "eval_dataset"))
    rows = rows_of(held)
    watched = rows if rows is not None and rows.divided and _selects(called, model) else None
    fitted = Fit(rows_of(given), at, hint_of(given), watched=watched, watched_at=at)
    shared.fit(model, fitted)
    inner = model_id(shared.attributes.get((model, "model")))
    if inner is not None:
        shared.fit(inner, fitted, more=bool(shared.models.get(inner)))


def _selects(called: Called, model: str) -> bool:
    """Whether the scores of `eval_dataset` decide which weights are kept, or when it ends."""
    known = called.frame.shared.attributes
    settings = model_id(known.get((model, "args")))
    if settings is not None and known.get((settings, "load_best_model_at_end")) == Const(True):
        return True
    callbacks = known.get((model, "callbacks"))
    items = callbacks.items if isinstance(callbacks, Tup) else ()
    return any(isinstance(item, Data) and "EarlyStopping" in item.cls for item in items)


def measured(called: Called) -> None:
    """`trainer.evaluate(rows)` and `trainer.predict(rows)` hand their answers to `compute_metrics`."""
    shared, model = called.frame.shared, model_id(called.receiver) if isinstance(called.receiver, Data | Obj) else None
    if model is None or called.method not in ("evaluate", "predict"):
        return
    function = shared.attributes.get((model, "compute_metrics"))
    given = called.argument(0, "eval_dataset", "test_dataset")
    if given is None and called.method == "evaluate":
        given = shared.attributes.get((model, "eval_dataset"))
    rows = rows_of(given)
    if isinstance(function, Func) and rows is not None:
        answers = Pred(rows, shared.models.get(model, frozenset()), frozenset({model}), hint_of(given),
                       called.frame.at(called.node))  # fmt: skip
        shared.run_function(called.frame, called.node, function, [answers], {})


def restored(called: Called) -> Value:
    """`AutoModel.from_pretrained(folder)` of a folder that one training of the project has filled."""
    owner, _, last = called.name.rpartition(".")
    if last != "from_pretrained" or any(word in owner for word in _NO_MODEL):
        return None
    path = path_of(called.argument(0, "pretrained_model_name_or_path"))
    written = called.frame.shared.files.get(path or "", {})
    fits = {one.fits for one in written.values() if one.fits}
    result = called.fresh()
    if len(fits) == 1 and isinstance(result, Data):
        called.frame.shared.models[result.rows.base.id] = fits.pop()
        return result
    return None
