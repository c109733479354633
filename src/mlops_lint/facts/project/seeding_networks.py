"""Whether what training does in a framework draws from that framework's own generator."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Definition

_OTHERS = frozenset("sklearn numpy pandas polars random scipy imblearn".split())
_STEPS = frozenset((".backward", ".manual_backward"))
_LAYERS = re.compile(
    r"torch\.nn\.(?:Linear|Bilinear|Conv\w+|LSTM|GRU|RNN|Embedding|Transformer\w*|MultiheadAttention)$"
)
_KERAS = re.compile(r"(?:^|\.)keras\.(?:layers\.(?:Dense|Conv\w+|LSTM|GRU|SimpleRNN|Embedding|MultiHeadAttention))$")
_PLACED = frozenset((".copy_", ".set_weights"))
"""Weights that come from elsewhere, perhaps from a seeded generator."""


def elsewhere(name: str, chain: str) -> bool:
    """Whether a seed goes to a library that no network draws from: a split, a generator of numpy, `rows.sample`."""
    return name.partition(".")[0] in _OTHERS or (not name and split(chain)[-1] == ".sample")


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
