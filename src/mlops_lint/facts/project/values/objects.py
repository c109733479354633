"""Attributes and items: modules, classes and their objects, parsed arguments, settings, paths."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_lint.facts.project.code import Definition, External, Instance, Package
from mlops_lint.facts.project.values import parameters, tables
from mlops_lint.facts.project.values.index import plain_scope
from mlops_lint.facts.project.values.model import (
    ANCHOR,
    HOLE,
    MANY,
    UNKNOWN,
    Arguments,
    Frame,
    Gap,
    Given,
    Made,
    Settings,
    Thing,
    settled,
)

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_DEFAULT_MAKERS = ("field", "Field", "attrib", "Factory", "PrivateAttr", "ib")


def attribute(fold: Evaluator, base: Any, name: str, frame: Frame) -> Any:
    """`base.name`."""
    if isinstance(base, tables.Table):
        return tables.attribute(base, name)
    if isinstance(base, External):
        return External(f"{base.name}.{name}") if len(base.name) < 200 else UNKNOWN
    if isinstance(base, Made):
        return External(f"{base.name}().{name}")
    if isinstance(base, Package):
        return fold.member(base.folder, name)
    if isinstance(base, Definition):
        if base.kind == "module":
            return fold.member(base.path, name)
        return _of_class(fold, base, name) if base.kind == "class" else UNKNOWN
    if isinstance(base, Instance):
        return of_thing(fold, Thing(base.of), name)
    if isinstance(base, Thing):
        return of_thing(fold, base, name)
    if isinstance(base, Arguments):
        return parameters.argument(fold, base, name)
    if isinstance(base, Settings):
        return as_settings(base[name]) if name in base else UNKNOWN
    if isinstance(base, PurePosixPath):
        return _of_path(base, name)
    if name == "value" and isinstance(base, str | int | float) and not isinstance(base, bool):
        return base  # a member of an Enum is kept as what it is worth
    return UNKNOWN


def as_settings(value: Any) -> Any:
    """Nested mappings of settings give their keys as attributes too."""
    return Settings(value) if isinstance(value, dict) else value


def _of_path(path: PurePosixPath, name: str) -> Any:
    if name == "parents":
        return [parent for parent in path.parents if str(parent) != "."]
    if name not in ("parent", "name", "stem", "suffix"):
        return UNKNOWN
    if name == "parent":
        if str(path) == ANCHOR or HOLE in path.name or str(path) == ".":
            return PurePosixPath(HOLE)
        return path.parent
    return HOLE if HOLE in path.name else getattr(path, name)


def item(fold: Evaluator, base: Any, key: Any, node: ast.Subscript) -> Any:
    """`base[key]`."""
    if isinstance(base, External):
        return UNKNOWN
    if isinstance(base, Definition) and base.kind == "class" and isinstance(key, str):
        return _of_class(fold, base, key)  # Columns["AGE"] of an Enum
    found = tables.item(base, key, node)
    if found is not NotImplemented:
        return found
    if not settled(key):
        return UNKNOWN
    try:
        if isinstance(base, dict):
            found = base.get(key, UNKNOWN)
            return as_settings(found) if isinstance(base, Settings) else found
        if isinstance(base, list | tuple) and isinstance(key, int) and MANY not in base:
            return base[key]
    except (IndexError, TypeError):
        return UNKNOWN
    return UNKNOWN


def unpacked(target: ast.expr, value: Any) -> dict[str, Any] | None:
    """The names that a loop's target binds to the parts of `value`."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple) and len(value) == len(target.elts):
        names: dict[str, Any] = {}
        for part, inner in zip(target.elts, value, strict=True):
            names.update(unpacked(part, inner) or {})
        return names
    return None


def is_self(fold: Evaluator | Any, frame: Frame, name: str) -> bool:
    """Whether `name` is the first parameter of the method that `frame` is in."""
    return name in ("self", "cls") and owner(fold, frame.path, frame.scope) is not None


def owner(fold: Evaluator | Any, path: str, scope: str) -> Definition | None:
    """The class whose method a scope is."""
    file = fold.index(path)
    above, _, _ = scope.rpartition(".")
    found = fold.code.definition(path, above) if above in file.classes and scope in file.functions else None
    return found if isinstance(found, Definition) else None


def _of_class(fold: Evaluator, klass: Definition, name: str, depth: int = 0) -> Any:
    if fold.exhausted():
        return UNKNOWN
    file = fold.index(klass.path)
    events = file.bindings.get((klass.qualname, name))
    frame = Frame(klass.path, klass.qualname)
    if events:
        value = fold.bound(events, frame, name, 1 << 30)
        return UNKNOWN if isinstance(value, dict | list | set) and fold.assigned_elsewhere(name) else value
    inner = fold.code.definition(klass.path, f"{klass.qualname}.{name}")
    if inner is not None:
        return inner
    for base in fold.code.names.bases(klass):
        if isinstance(base, Definition) and base.kind == "class" and depth < 8:
            value = _of_class(fold, base, name, depth + 1)
            if value is not UNKNOWN:
                return value
    return UNKNOWN


def of_thing(fold: Evaluator, thing: Thing, name: str) -> Any:
    """An attribute of an object: set in `__init__`, a field, a class attribute or a property."""
    if fold.assigned_elsewhere(name):
        return UNKNOWN
    own = _set_on_self(fold, thing, name)
    if own is not None:
        return own
    given = _field_given(fold, thing, name)
    if given is not None:
        return given
    value = _of_class(fold, thing.of, name)
    if isinstance(value, Made):
        return _default(fold, value)
    if isinstance(value, Definition) and value.kind == "function":
        fact = fold.code.modules[value.path].facts[value.qualname]
        if any(decorator.rpartition(".")[2] in ("property", "cached_property") for decorator in fact.decorators):
            return parameters.returned(fold, value, {"self": UNKNOWN})
    return value


def _default(fold: Evaluator, made: Made) -> Any:
    """`field(default=…)`, `Field(…, …)`."""
    if made.name.rpartition(".")[2] not in _DEFAULT_MAKERS:
        return made
    for keyword in made.node.keywords:
        if keyword.arg == "default":
            return fold.evaluate(keyword.value, made.frame)
        if keyword.arg in ("default_factory", "factory"):
            return _built(fold, keyword.value, made.frame)
    return fold.evaluate(made.node.args[0], made.frame) if made.node.args else UNKNOWN


def _built(fold: Evaluator, node: ast.expr, frame: Frame) -> Any:
    if isinstance(node, ast.Lambda):
        return fold.evaluate(node.body, frame)
    made = fold.evaluate(node, frame)
    if isinstance(made, External):
        return {"builtins.list": [], "builtins.dict": {}, "builtins.set": set()}.get(made.name, UNKNOWN)
    if isinstance(made, Definition):
        return Thing(made) if made.kind == "class" else parameters.returned(fold, made, {})
    return UNKNOWN


def _set_on_self(fold: Evaluator, thing: Thing, name: str) -> Any | None:
    """`self.name = …`; None where no method sets it."""
    file = fold.index(thing.of.path)
    found = []
    for (scope, target), events in file.bindings.items():
        if target == f"self.{name}" and scope.rpartition(".")[0] == thing.of.qualname:
            found.append((scope, events))
    if not found:
        return None
    scope, events = found[0]
    if len(found) > 1 or not scope.endswith(("__init__", "__post_init__", "setUp", "setup")):
        return UNKNOWN
    given = parameters.constructor_arguments(fold, thing) if scope.endswith("__init__") else None
    return fold.bound(events, Frame(thing.of.path, plain_scope(scope), given), name, 1 << 30)


def _field_given(fold: Evaluator, thing: Thing, name: str) -> Any | None:
    """A field that the constructor's call gives (dataclass, pydantic, NamedTuple); None where it does not."""
    if f"{thing.of.qualname}.__init__" in fold.index(thing.of.path).functions:
        return None
    made = thing.made
    if made is None:
        sites = parameters.call_sites(fold, thing.of)
        if not sites:
            return None
        made = parameters.picked_site(fold, thing.of, sites)
    if made is None or not isinstance(made.node, ast.Call):
        return UNKNOWN
    fields = _fields(fold, thing.of)
    for keyword in made.node.keywords:
        if keyword.arg == name:
            return fold.evaluate(keyword.value, made.frame)
        if keyword.arg is None and name in fields:
            return _spread(fold, keyword.value, made.frame, name)
    if name in fields and fields.index(name) < len(made.node.args):
        return fold.evaluate(made.node.args[fields.index(name)], made.frame)
    return None


def _spread(fold: Evaluator, node: ast.expr, frame: Frame, name: str) -> Any:
    """One key of `**mapping`; what the mapping surely does not hold keeps its default."""
    mapping = fold.evaluate(node, frame)
    if not isinstance(mapping, dict):
        return UNKNOWN
    return mapping[name] if name in mapping else None if settled(mapping) else UNKNOWN


def _fields(fold: Evaluator, klass: Definition) -> list[str]:
    node = fold.index(klass.path).classes.get(klass.qualname)
    if node is None:
        return []
    return [
        part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


__all__ = ["Gap", "Given"]
