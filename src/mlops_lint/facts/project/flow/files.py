"""What one stage writes and another reads."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import replace

from mlops_lint.facts.project.flow import tables
from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.rows import Base, Rows, role_of
from mlops_lint.facts.project.flow.state import Written, model_id
from mlops_lint.facts.project.flow.values import Const, Data, Fits, Handle, Map, Value

_PATH = re.compile(r"^[\w./-]+\.\w+$")


def path_of(value: Value) -> str | None:
    """A path that is known as text, without its `./`."""
    text = value.path if isinstance(value, Handle) else value.value if isinstance(value, Const) else None
    if not isinstance(text, str) or not text or len(text) > 1000:
        return None
    return posixpath.normpath(text)


def place_of(called: Called, position: int, *names: str) -> str | None:
    """A path by its value, or by the entry of a file of settings that it is read from (`params["data"]["train"]`)."""
    path = path_of(called.argument(position, *names))
    if path is not None:
        return path
    given = [word.value for word in called.node.keywords if word.arg in names]
    given += called.node.args[position : position + 1] if position >= 0 else []
    if not given or not isinstance(given[0], ast.Subscript | ast.Attribute):
        return None
    text = called.frame.shared.entry(called.frame.path, called.frame.scope, given[0])
    return posixpath.normpath(text) if text and len(text) < 1000 and _PATH.search(text) else None


def read(called: Called) -> Value:
    """A file's rows: those that a stage of the project wrote there, or its own."""
    path = place_of(called, 0, "filepath_or_buffer", "path", "io", "file", "filename", "f", "source")
    if path is None:
        made = called.frame.fresh(called.node, "()")
        if not called.name.startswith(("joblib", "pickle", "cloudpickle", "dill", "torch.load")):
            return Data(Rows(Base(made.rows.base.id, opaque=False)))
        return made
    if tables.PARTIAL_READ & called.keywords.keys():
        return Data(Rows(Base(called.frame.static(called.node, f":{path}"), opaque=False)))
    written = called.frame.shared.files.get(path, {})
    only = next(iter(written.values())) if len(written) == 1 else None
    if only is not None and only.value is not None:
        return _restored(called, path, only)
    if len({repr(item.value) for item in written.values()}) > 1:
        return None
    name = posixpath.basename(path)
    role = role_of(name) or role_of(posixpath.basename(posixpath.dirname(path)))
    opaque = called.name.startswith(("joblib", "pickle", "cloudpickle", "dill", "torch.load"))
    return Data(Rows(Base(f"file:{path}", opaque=opaque, role=role if not opaque else None)))


def _restored(called: Called, path: str, written: Written) -> Value:
    value = written.value
    role = role_of(posixpath.basename(path))
    if isinstance(value, Data) and role and not written.fits and any(cut.key == "mask" for cut in value.rows.cuts):
        return Data(Rows(Base(f"file:{path}", opaque=False, role=role, made=value.rows)))
    if isinstance(value, Data) and written.fits:
        model = f"stored:{path}{called.frame.context}"
        called.frame.shared.models[model] = written.fits
        return Data(Rows(Base(model)), cls=value.cls)
    if isinstance(value, Map) and written.inner:
        fits = dict(written.inner)
        items: list[tuple[str, Value]] = []
        for key, item in value.items:
            model = f"stored:{path}[{key}]{called.frame.context}"
            if key in fits:
                called.frame.shared.models[model] = fits[key]
            items.append((key, Data(Rows(Base(model))) if key in fits else item))
        return Map(tuple(items))
    if isinstance(value, Data) and value.rows.opaque and ".read_" in called.name:
        return Data(Rows(replace(value.rows.base, opaque=False)), value.hint)  # a table, whatever made it
    return value


def _learned(called: Called, position: int, *names: str) -> Fits:
    """What the models were fitted on that the project writes to a path; nothing where they differ."""
    path = place_of(called, position, *names)
    written = called.frame.shared.files.get(path or "", {})
    found = {one.fits for one in written.values()}
    return found.pop() if len(found) == 1 else frozenset()


def booster(called: Called) -> Value:
    """`lightgbm.Booster(model_file="model.txt")`: the model that a stage has saved there."""
    fits = _learned(called, -1, "model_file")
    made = called.fresh() if fits else None
    if isinstance(made, Data):
        called.frame.shared.models[made.rows.base.id] = fits
    return made


def refilled(called: Called, model: str) -> bool:
    """`model.load_model("model.json")`: whatever it was fitted on before, it is the stored model now."""
    fits = _learned(called, 0, "fname", "filename")
    if not fits and model not in called.frame.shared.models:
        return False
    called.frame.shared.models.pop(model, None)
    if fits:
        called.frame.shared.models[model] = fits
    return True


def write(called: Called, what: int, where: int) -> Value:
    """Remember what is written to a path that is known."""
    path = place_of(called, where, "filename", "file", "f")
    value = called.argument(what, "obj", "value", "arr", "X")
    if path is not None:
        keep(called, path, value)
    return None


def keep(called: Called, path: str, value: Value) -> None:
    """A file's content, by the place that writes it; two that differ leave it unknown."""
    shared = called.frame.shared
    way = [called.frame.path, *(step.at.path for step in called.frame.trail)]
    if any(shared.code.is_test(path) for path in way):
        return  # a test writes into a folder of its own
    model = model_id(value)
    fits = shared.models.get(model, frozenset()) if model else frozenset()
    held = [(key, model_id(item)) for key, item in value.items] if isinstance(value, Map) else []
    inner = tuple((key, shared.models[item]) for key, item in held if item is not None and item in shared.models)
    shared.files.setdefault(path, {})[called.frame.site(called.node)] = Written(value, fits, inner)
