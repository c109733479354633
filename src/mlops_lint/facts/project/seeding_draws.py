"""Rows that training deals out by a generator's own calls: `np.random.permutation(n)`, `rows.sample(frac=0.8)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from mlops_lint.facts.files.chains import split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.code import Code

_ORDERS = {
    "numpy.random.permutation": "numpy", "numpy.random.shuffle": "numpy", "random.shuffle": "python",
    "numpy.random.mtrand.permutation": "numpy", "torch.randperm": "torch",
}  # fmt: skip
_PARTS = {
    "numpy.random.choice": "numpy", "numpy.random.rand": "numpy", "numpy.random.random": "numpy",
    "numpy.random.random_sample": "numpy", "numpy.random.uniform": "numpy", "numpy.random.randint": "numpy",
    "numpy.random.binomial": "numpy", "random.sample": "python", "random.random": "python", "random.choices": "python",
}  # fmt: skip
"""These part rows only where a split uses them; elsewhere they may serve anything."""
_MAKERS = frozenset(("numpy.random.default_rng", "numpy.random.RandomState", "random.Random"))
_SEEDS = re.compile(r"(?<![a-z])(?:seed|determinis|reproducib)", re.IGNORECASE)
_READS = re.compile(r"^\.?(?:initial|get|current|read|load)_?(?:rng_)?(?:seed|state)", re.IGNORECASE)
"""What only asks for the seed that is there: `torch.initial_seed()` in a worker."""
SHARED = {"sklearn": "numpy", "torch": "torch", "keras": "keras", "tensorflow": "tensorflow"}
"""The generator that a library's splits draw from unless they are given a seed."""


def unseeded(code: Code, path: str, use: UseFact, name: str, covered: set[str], *, parts: bool) -> bool:
    """Whether a call draws from a generator that nothing seeds; `parts`: it stands in the declared split."""
    scope = _ORDERS.get(name) or (_PARTS.get(name) if parts else None)
    if scope is not None:
        return scope not in covered and "generator" not in use.keywords
    if name in _MAKERS:
        return not use.arguments and not use.keywords and _plainly(code, path, use)
    sampled = parts and "::" not in name and split(use.chain)[-1] == ".sample" and "frac" in use.keywords
    return bool(sampled) and not {"random_state", "**"} & use.keywords.keys() and "numpy" not in covered


def seeds_unseen(code: Code, path: str, use: UseFact, known: bool) -> bool:
    """A call of a library that no table knows, which by its name seeds something."""
    name = code.canonical(path, use.scope, use.chain) or use.chain
    last = split(name)[-1].rpartition(".")[2]
    return not known and "::" not in name and bool(_SEEDS.search(last)) and not _READS.search(last)


def seeds_later(use: UseFact, parameters: Collection[str]) -> bool:
    """`model.set_params(random_state=seed)`, `pipeline.set_params(**settings)`: it was made without a seed."""
    last = split(use.chain)[-1] if use.call else ""
    names = {name.rpartition("__")[2] for name in use.keywords}
    return last == ".set_params" and ("**" in use.keywords or not names.isdisjoint(parameters))


def _plainly(code: Code, path: str, use: UseFact) -> bool:
    """Not the choice that is left where no generator is handed over: `rng or default_rng()`."""
    for node in _chosen(code.node(code.graph.scope(path, use.scope))):
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and (part.func.lineno, part.func.col_offset) == (use.line, use.column):
                return False
    return True


def _chosen(tree: ast.AST) -> Iterator[ast.AST]:
    """Defaults, and what depends on a condition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp | ast.BoolOp | ast.If | ast.Try):
            yield node
        elif isinstance(node, ast.arguments):
            yield from (*node.defaults, *(one for one in node.kw_defaults if one is not None))
        elif isinstance(node, ast.keyword) and node.arg in ("default", "default_factory"):
            yield node
