"""The seeds that training is given, held against the one that the charter declares, and what draws without any."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Constant, Definition
from mlops_lint.facts.project.implementing import Implementation
from mlops_lint.facts.project.knowledge import Estimator, Knowledge
from mlops_lint.facts.project.pointers import Broken, Hidden, Pointers, SymbolTarget, ValueTarget
from mlops_lint.facts.project.seeding_draws import SHARED, seeds_later, seeds_unseen, unseeded
from mlops_lint.facts.project.seeding_networks import bare_generator, elsewhere, trains_network
from mlops_lint.facts.project.training import Training
from mlops_lint.facts.project.values import Values, settled
from mlops_lint.model import Location

_LEARN = frozenset(
    ("classifier", "regressor", "ranker", "recommender", "clusterer", "trainer", "outlier", "either", "resampler")
)
_OBJECTS = frozenset(("object", "search", "environment"))
_FRAMEWORKS = {
    "torch": "torch", "lightning": "torch", "pytorch_lightning": "torch", "tensorflow": "tensorflow",
    "keras": "tensorflow", "jax": "jax",
}  # fmt: skip
_SELF_SEEDED = frozenset(("transformers", "trl", "ultralytics", "sentence_transformers", "setfit"))
"""Libraries whose trainers seed themselves unless they are told otherwise."""
_CLOCK = re.compile(r"\btime\.time|randint|urandom|getpid|randrange|\bnow\b|random\.random|secrets")
Role = Literal["global", "model", "other"]


@dataclass(frozen=True, slots=True)
class Declared:
    """The declared seed; `key` is the last part of its pointer."""

    value: Any
    at: Location
    key: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A place that is given a seed. `values` is None where they cannot be told; `derived` holds what they come of."""

    at: Location
    role: Role
    name: str
    values: tuple[Any, ...] | None
    derived: frozenset[Any]
    keys: frozenset[str]
    scopes: frozenset[str] = frozenset()
    clock: bool = False
    elsewhere: bool = False
    """Of a library that is no framework: no network draws from what it seeds."""

    def gives(self, seed: Declared) -> bool | None:
        """Whether the declared seed is given here; None where that cannot be told."""
        if seed.value in self.derived or (self.values and seed.value in self.values):
            return True
        if self.values is None:
            return True if seed.key in self.keys else None
        return False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something that draws random numbers in training and is given no seed."""

    at: Location
    name: str
    whole: bool = False
    """A framework, from which much may be drawn; else one call."""
    network: bool = False
    """A network with weights drawn at random is surely trained in that framework."""


class Seeding:
    """Of the code that training reaches; read when asked."""

    def __init__(
        self, charter: Charter, pointers: Pointers, training: Training, values: Values, knowledge: Knowledge
    ) -> None:
        self._charter = charter
        self._pointers = pointers
        self.training = training
        self._values = values
        self._knowledge = knowledge
        self._code = training.code

    def declared(self) -> Declared | str | None:
        """The declared seed, why it cannot be told, or None where none is declared."""
        pointer = self._charter.text("model", "seed")
        if pointer is None:
            return None
        target = self._pointers.resolve(pointer, "ref")
        key = re.split(r"[/#:.]", pointer)[-1]
        if isinstance(target, ValueTarget) and isinstance(target.node, ScalarNode):
            return Declared(target.node.value, target.at, key)
        if isinstance(target, SymbolTarget) and isinstance(target.definition, Constant):
            value = self._values.named(target.definition.path, target.definition.name)
            if settled(value):
                return Declared(value, target.at, key)
            return f"what `{pointer}` is worth cannot be told"
        if isinstance(target, Broken):
            return f"`{pointer}` {target.reason} (CH005)"
        return f"`{pointer}` {target.reason}" if isinstance(target, Hidden) else f"`{pointer}` names no single value"

    def reach(self) -> frozenset[Definition]:
        """What training reaches, and the declared split, where a stage before it runs that."""
        return self._code.reachable([*self.training.roots(), *self._split()]).definitions

    def apart(self) -> tuple[int, Seed] | None:
        """The seed that the charter declares for the split, and where its code surely passes another."""
        said = self._charter.get("data", "splits", "seed")
        own = self.seeds(self._code.reachable(self._split()).definitions) if isinstance(said, int) else []
        own = [seed for seed in own if seed.role == "other"]
        if not own or any(said in seed.derived or seed.values is None or said in seed.values for seed in own):
            return None
        return said, own[0]

    def _split(self) -> tuple[Definition, ...]:
        pointer = self._charter.text("data", "splits", "defined_in")
        found = self.training.implementations.of(pointer) if pointer else None
        one = found.definition if isinstance(found, Implementation) else None
        return (one,) if one is not None and one.kind == "function" and one in self.training.own else ()

    def around(self) -> frozenset[Definition]:
        """The same, with the programs that start it and what those run before.

        What else calls the split, to measure on its parts, starts no training; a stage that splits before it does.
        """
        roots, parts = self.training.roots(), self._split()
        found = self._code.reachable([*roots, *self.training.callers(roots)]).definitions
        if parts and not found.issuperset(parts):
            found |= self._code.reachable([*parts, *self.training.callers(parts)]).definitions
        return found

    def seeds(self, within: frozenset[Definition]) -> list[Seed]:
        """Every place within that is given a seed."""
        found: list[Seed] = []
        for path, use, _ in self.training.calls(within):
            found += self._seeds(path, use)
        return found

    def _seeds(self, path: str, use: UseFact) -> Iterator[Seed]:
        name = self._code.canonical(path, use.scope, use.chain) or ""
        tool = self._knowledge.seeds.get(name)
        names = self._knowledge.seed_parameters & use.keywords.keys()
        if "::" in name or (tool is None and not names):
            return
        at = self._values.evaluator.index(path).call_at(use.line, use.column, use.end_line, use.end_column)
        if at is None:
            return
        scope, call = at
        scopes = frozenset(tool.get("scopes", ())) if tool else frozenset[str]()
        role: Role = "global" if tool and not scopes & _OBJECTS else "model" if self._learns(name) else "other"
        slot = (tool.get("seed") or [0, "seed"]) if tool else None
        for expression in _given(call, names, slot):
            if bare_generator(self._code, path, scope, expression):
                continue
            yield self._seed(path, scope, expression, Seed(
                self._code.use_at(path, use), role, use.chain[:60], None, frozenset(), frozenset(), scopes,
                elsewhere=elsewhere(name, use.chain),
            ))  # fmt: skip

    def _seed(self, path: str, scope: str, expression: ast.expr, empty: Seed) -> Seed:
        possible = self._values.possible(path, scope, expression)
        values = tuple(known.value for known in possible.values) if possible.complete and possible.values else None
        derived: set[Any] = {known.value for known in possible.values if _plain(known.value)}
        for part in ast.walk(expression):
            if isinstance(part, ast.expr) and part is not expression and not isinstance(part, ast.Constant):
                derived |= {k.value for k in self._values.possible(path, scope, part).values if _plain(k.value)}
        keys = {part.attr for part in ast.walk(expression) if isinstance(part, ast.Attribute)}
        keys |= {part.id for part in ast.walk(expression) if isinstance(part, ast.Name)}
        keys |= {p.value for p in ast.walk(expression) if isinstance(p, ast.Constant) and isinstance(p.value, str)}
        clock = bool(_CLOCK.search(ast.unparse(expression)))
        return replace(empty, values=values, derived=frozenset(derived), keys=frozenset(keys), clock=clock)

    def _learns(self, name: str) -> bool:
        found = self._knowledge.estimators.get(name)
        return found is not None and found.kind in _LEARN

    def drawing(self) -> list[Drawing]:
        """What draws in training although nothing seeds it: models first, then frameworks, then splits."""
        covered = self._covered()
        reach = self.reach()
        parts = self._code.reachable(self._split()).definitions
        models, splits = [], []
        later = any(seeds_later(use, self._knowledge.seed_parameters) for _, use, _ in self.training.calls(reach))
        for path, use, scope in self.training.calls(reach):
            name = self._code.canonical(path, use.scope, use.chain) or ""
            estimator = self._knowledge.estimators.get(name)
            at = self._code.use_at(path, use)
            if estimator is not None and estimator.kind in _LEARN and self._draws(path, use, estimator):
                if not later and not covered & {"sklearn", "numpy"} and estimator.family != "neural":
                    models.append(Drawing(at, name.rpartition(".")[2]))
            elif name in self._knowledge.splits:
                shared = SHARED.get(name.partition(".")[0])
                if not (shared in covered if shared else covered) and self._shuffles(path, use, name):
                    splits.append(Drawing(at, name.rpartition(".")[2]))
            elif unseeded(self._code, path, use, name, covered, parts=scope in parts):
                splits.append(Drawing(at, use.chain[:60]))
        return [*models, *self._frameworks(reach, covered), *splits]

    def _covered(self) -> set[str]:
        """The generators that something on the way to training seeds for everybody."""
        covered: set[str] = set()
        around = self.around()
        for seed in self.seeds(around):
            if seed.role == "global" and not seed.clock and seed.values != (None,):
                covered |= seed.scopes
        for path, use, _ in self.training.calls(around):
            name = self._code.canonical(path, use.scope, use.chain) or ""
            if seeds_unseen(self._code, path, use, known=name in self._knowledge.seeds):
                covered |= {"python", "numpy", "sklearn", "torch", "tensorflow", "jax", "keras"}
        return covered

    def _frameworks(self, reach: frozenset[Definition], covered: set[str]) -> list[Drawing]:
        """Networks that are trained in a framework which nothing seeds."""
        imported: dict[str, str] = {}
        for path in sorted({one.path for one in reach}):
            for fact in self._code.modules[path].symbols.imports:
                root = fact.module.partition(".")[0]
                if root in _SELF_SEEDED:
                    return []
                if root in _FRAMEWORKS and not fact.level:
                    imported.setdefault(_FRAMEWORKS[root], root)
        fits = [fit for fit in self.training.fits(reach) if self._uses_framework(fit.by, imported)]
        missing = [name for name in imported if name not in covered]
        if not fits or not missing or len(missing) < len(imported):
            return []
        network = trains_network(self._code, self.training.calls(reach))
        return [Drawing(fits[0].at, imported[missing[0]], whole=True, network=network)]

    def _uses_framework(self, by: Definition, imported: dict[str, str]) -> bool:
        imports = self._code.modules[by.path].symbols.imports
        return any(_FRAMEWORKS.get(fact.module.partition(".")[0]) in imported for fact in imports)

    def _draws(self, path: str, use: UseFact, found: Estimator) -> bool:
        if self._knowledge.seed_parameters & use.keywords.keys():
            return self._unseeds(path, use)
        if "**" in use.keywords or "*" in use.arguments or not found.random:
            return False
        if found.random is True:
            return True
        call = self._call(path, use)
        if call is None:
            return False
        given = {word.arg: word.value for word in call[1].keywords if word.arg}
        for argument, values in found.random.items():
            known = self._values.fold(path, call[0], given[argument]) if argument in given else None
            if known is not None and (known.value in values or (not values and self._samples(known.value))):
                return True
        return False

    def _samples(self, share: Any) -> bool:
        """`subsample=0.8`: such a library falls back on a seed of its own, which is not the one that is declared."""
        declared = isinstance(share, float) and 0 < share < 1 and self.declared()
        return isinstance(declared, Declared)

    def _shuffles(self, path: str, use: UseFact, name: str) -> bool:
        """Whether a split draws, and is given no seed."""
        row = self._knowledge.splits[name]
        seed = row.get("seed")
        if not seed or "**" in use.keywords or "*" in use.arguments:
            return False
        call = self._call(path, use)
        shuffle = next((w.value for w in call[1].keywords if w.arg == row.get("shuffle")), None) if call else None
        if call is not None and shuffle is not None:
            known = self._values.fold(path, call[0], shuffle)
            shuffles = known is not None and known.value is True
        else:
            shuffles = row.get("shuffles") is True
        return shuffles and (seed not in use.keywords or self._unseeds(path, use))

    def _unseeds(self, path: str, use: UseFact) -> bool:
        """`random_state=None`."""
        return any(seed.values == (None,) for seed in self._seeds(path, use))

    def _call(self, path: str, use: UseFact) -> tuple[str, ast.Call] | None:
        return self._values.evaluator.index(path).call_at(use.line, use.column, use.end_line, use.end_column)


def _plain(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _given(call: ast.Call, names: frozenset[str], slot: list[Any] | None) -> Iterator[ast.expr]:
    wanted = set(names) | ({slot[1]} if slot else set())
    found = [word.value for word in call.keywords if word.arg in wanted]
    if slot and not found and len(call.args) > slot[0] and not any(isinstance(a, ast.Starred) for a in call.args):
        found = [call.args[slot[0]]]
    yield from found


@provides
def seeding(
    charter: Charter, pointers: Pointers, training: Training, values: Values, knowledge: Knowledge
) -> Seeding:  # fmt: skip
    """Nothing is read yet."""
    return Seeding(charter, pointers, training, values, knowledge)
