"""Whether what training does in a framework draws from that framework's own generator."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition

_OTHERS = frozenset("sklearn numpy pandas polars random scipy imblearn".split())
_STEPS = frozenset((".backward", ".manual_backward"))
_LAYERS = re.compile(
    r"torch\.nn\.(?:Linear|Bilinear|Conv\w+|LSTM|GRU|RNN|Embedding|Transformer\w*|MultiheadAttention)$|"
    r"torchvision\.models\.(?:\w+\.)*\w+(?:Predictor|Head)$|^segmentation_models_pytorch\.[A-Z]|"
    r"^torch_geometric\.nn\.\w+Conv$"
)
_KERAS = re.compile(r"(?:^|\.)keras\.(?:layers\.(?:Dense|Conv\w+|LSTM|GRU|SimpleRNN|Embedding|MultiHeadAttention))$")
_PLACED = frozenset((".copy_", ".set_weights"))
"""Weights that come from elsewhere, perhaps from a seeded generator."""


def elsewhere(name: str, chain: str) -> bool:
    """Whether a seed goes to a library that no network draws from: a split, a generator of numpy, `rows.sample`."""
    return name.partition(".")[0] in _OTHERS or (not name and split(chain)[-1] == ".sample")


def bare_generator(code: Code, path: str, scope: str, given: ast.expr) -> bool:
    """A generator of torch that nobody has given a seed: `torch.Generator()`, by itself or by the name it was given."""
    tree = code.node(code.graph.scope(path, scope))
    values = [given]
    if isinstance(given, ast.Name):
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        values = [n.value for n in nodes if any(isinstance(t, ast.Name) and t.id == given.id for t in n.targets)]
        if any(_seeded(node, given.id) for node in ast.walk(tree)):
            return False
    names = [code.canonical(path, scope, chain(one.func)) if isinstance(one, ast.Call) else "" for one in values]
    return bool(names) and all(name == "torch.Generator" for name in names)


def _seeded(node: ast.AST, name: str) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    owner = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == name


def trains_network(code: Code, calls: Iterable[tuple[str, UseFact, Definition]]) -> bool:
    """A network whose layers are made with random weights, and then trained."""
    torch = keras = backward = epochs = False
    for path, use, _ in calls:
        name, last = code.canonical(path, use.scope, use.chain) or "", split(use.chain)[-1]
        if last in _PLACED:
            return False
        seeded = any("initializer" in word for word in use.keywords)
        torch = torch or bool(_LAYERS.search(name))
        keras = keras or (bool(_KERAS.search(name)) and not seeded)
        backward = backward or last in _STEPS
        epochs = epochs or (last == ".fit" and "epochs" in use.keywords)
    return (torch and backward) or (keras and epochs)
