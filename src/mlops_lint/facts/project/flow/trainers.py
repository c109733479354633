"""Trainers of networks: a network is known by its class, from the stage that fits it to the one that tests it."""

from __future__ import annotations

import ast
from dataclasses import replace

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Definition
from mlops_lint.facts.project.flow.calls import Called
from mlops_lint.facts.project.flow.state import Key, model_id
from mlops_lint.facts.project.flow.values import Data, Fit, Func, Obj, Tup, Value, rows_of

LOADS = "load_from_checkpoint"
FITTED = "the network that was fitted"


def is_trainer(value: Value) -> bool:
    """`lightning.Trainer(…)`."""
    return isinstance(value, Data) and "Trainer" in value.cls


def loader(called: Called, which: str) -> Value:
    """The rows of one part (`train`, `val`, `test`): given as such, by a data module, or by the network itself."""
    place = 2 if which == "val" and called.method == "fit" else 1
    names: tuple[str, ...] = (f"{which}_dataloaders", f"{which}_dataloader", f"{which}_loader", f"{which}_loaders")
    if which != "train" and called.method != "fit":
        names = (*names, "dataloaders")
    given = called.argument(place, *names)
    if isinstance(given, Data | Tup):
        return given
    for owner in (called.keywords.get("datamodule", called.argument(1)), called.argument(0, "model")):
        found = _by_method(called, owner, which)
        if found is not None:
            return found
    return None


def _by_method(called: Called, owner: Value, which: str) -> Value:
    """`module.setup()` and then `module.test_dataloader()`."""
    if not isinstance(owner, Obj):
        return None
    member = called.frame.shared.code.names.member
    asked = member(owner.of, f"{which}_dataloader")
    if not isinstance(asked, Definition):
        return None
    if isinstance(first := member(owner.of, "setup"), Definition):
        called.frame.shared.run_function(called.frame, called.node, Func(first, None, owner), [], {})
    return called.frame.shared.run_function(called.frame, called.node, Func(asked, None, owner), [], {})


def network(value: Value) -> str:
    """The key of the project's class that a network is of."""
    if isinstance(value, Obj):
        return value.of.key
    return value.cls.partition(f".{LOADS}")[0] if isinstance(value, Data) and LOADS in value.cls else ""


def class_key(of: str) -> Key:
    """Where the score of a network's own metrics is kept."""
    return f"class:{of}", 0, 0, 0, 0


def remember(called: Called, given: Value, made: Fit) -> None:
    """What a trainer fitted a class of networks on; a test's run on ten rows is none."""
    way = [called.frame.path, *(step.at.path for step in called.frame.trail)]
    of, trainer = network(given), model_id(called.receiver)
    if trainer is not None:
        called.frame.shared.attributes[trainer, FITTED] = given
    if of and not any(called.frame.shared.code.is_test(path) for path in way):
        called.frame.shared.trained.setdefault(of, {})[made.at] = replace(made, beside=None)


def restored(called: Called) -> Value:
    """`Network.load_from_checkpoint(path)`: fitted as the only training of that class says."""
    func = called.node.func
    if not called.name.endswith(f".{LOADS}") or not isinstance(func, ast.Attribute):
        return None
    of = called.frame.shared.code.resolve(called.frame.path, called.frame.scope, chain(func.value))
    made = called.fresh()
    if not isinstance(of, Definition) or not isinstance(made, Data):
        return made
    fits = called.frame.shared.trained.get(of.key, {})
    if len(fits) == 1:
        called.frame.shared.models[made.rows.base.id] = frozenset(fits.values())
    return replace(made, cls=f"{of.key}.{LOADS}")


def tested(called: Called) -> tuple[Value, list[Value]] | None:
    """The network and the rows of `trainer.test(network, rows)`."""
    if called.method != "test" or not is_trainer(called.receiver):
        return None
    given = loader(called, "test")
    model = called.argument(0, "model")
    if model is None and (known := model_id(called.receiver)) is not None:
        model = called.frame.shared.attributes.get((known, FITTED))
    return (model, [given]) if rows_of(given) is not None else None
