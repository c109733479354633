"""What is loaded to serve, and fitted anew before it does."""

from __future__ import annotations

import re

from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code, Reach
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location

_LOADED = (
    r"(?:joblib\.load|(?:pickle|cloudpickle|dill)\.loads?|skops\.io\.loads?|mlflow\.(?:sklearn|pyfunc)\.load_model"
    r"|pandas\.read_pickle)\(\)"
)
_PART = re.compile(
    rf"^{_LOADED}(?:\.\w+)*(?:\.(?:named_steps|steps|named_transformers_|transformers_?)[\w.\[\]()]*|(?:\[\])+)\.(?:fit|fit_transform)$"
)
_WHOLE = re.compile(rf"^{_LOADED}(?:\.\w+|\[\])*\.fit_transform$")
_NAMED = re.compile(rf"^{_LOADED}(?:\.\w+|\[\])*\.fit$")
_TRANSFORMER = re.compile(
    r"scal|encod|vectori[sz]|imput|prep|transform|normali[sz]|binari[sz]|discreti[sz]", re.IGNORECASE
)
_TRAINS = re.compile(r"train|(?:^|_)fit|learn|refit|update|refresh|calibrat", re.IGNORECASE)


def loaded_refit(code: Code, serving: Serving, reach: Reach, training: Reach) -> tuple[str, Location] | None:
    """A fitted step that serving loads and fits again: `model.named_steps["scale"].fit(rows)`."""
    found: list[tuple[str, Location]] = []
    for name, uses in code.graph.canonical.items():
        if not name.endswith((".fit", ".fit_transform")):
            continue
        for path, fact in uses:
            here = code.graph.scope(path, fact.scope)
            if not fact.call or here not in reach or here in training or not serving.ships(path):
                continue
            if _refits(name, fact) and not _TRAINS.search(here.name):
                found.append((fact.chain.rpartition(".")[0], code.use_at(path, fact)))
    return min(found, key=lambda one: (one[1].path, one[1].line)) if found else None


def _refits(name: str, fact: UseFact) -> bool:
    receiver = fact.chain.rpartition(".")[0]
    return bool(_PART.match(name) or _WHOLE.match(name) or (_NAMED.match(name) and _TRANSFORMER.search(receiver)))
