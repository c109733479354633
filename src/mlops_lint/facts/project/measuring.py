"""Which code computes a metric: by a library's call, by a text that names it, by `.score()`, or by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.implementing import does_nothing
from mlops_lint.facts.project.knowledge import Knowledge, Metric, Metrics
from mlops_lint.facts.project.measuring_hooks import bystander, mentioned
from mlops_lint.facts.project.measuring_nodes import (
    ASIDE,
    DYNAMIC,
    ENGINES,
    EVALUATING,
    KEYWORDS,
    LOADERS,
    REDUCERS,
    SUPERVISED,
    WORDS,
    WORK,
    Computed,
    Measurement,
    NotComputed,
    Unclear,
    assigned,
    follows_nothing,
    guesses,
    harmless,
    measures_later,
    of_text,
    pruned,
    quiet,
    scoped,
    short,
    strings,
    works,
)  # fmt: skip
from mlops_lint.facts.project.measuring_other import half, in_its_place
from mlops_lint.facts.project.measuring_words import Words
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

__all__ = ["Computed", "Measurement", "Measuring", "NotComputed", "Unclear", "measuring"]


class Measuring:
    """Looks for the computation of one metric within reach of some definitions."""

    def __init__(self, code: Code, values: Values, metrics: Metrics, knowledge: Knowledge) -> None:
        self.code = code
        self.values = values
        self.metrics = metrics
        self.knowledge = knowledge
        self._own: Reach | None = None

    @property
    def running(self) -> Reach:
        """What some entry of the project reaches, tests left out."""
        if self._own is None:
            self._own = self.code.reachable(d for d in self.code.entries() if not self.code.is_test(d.path))
        return self._own

    def measure(
        self, name: str, roots: Iterable[Definition] | None = None, task: str = "", own: Definition | None = None
    ) -> Measurement:
        """Is the metric computed within reach of `roots` (of any entry but tests)? `own` is what defines it."""
        asked = None if roots is None else list(roots)
        reach = self.running if asked is None else self.code.reachable(asked)
        return _Search(self, name, reach, task, own, asked).run()

    def elsewhere(
        self, name: str, roots: Iterable[Definition] | None = None, *, loaded: bool = True
    ) -> Location | None:
        """Where a library is told by a text, or a trainer by its own settings, to compute the metric too.

        `loaded`: what `evaluate.load` gives counts.
        """
        reach = self.running if roots is None else self.code.reachable(roots)
        search = _Search(self, name, reach, "", None)
        for path, scope, node in self.nodes(reach):
            called = self.code.canonical(path, scope, chain(node.func)) if isinstance(node, ast.Call) else None
            if called in LOADERS and not loaded:
                continue
            for value in search.named_by(path, scope, node):
                texts, complete = search.texts(path, scope, value)
                if any(search.words.is_text(text) for text in texts) or not (texts or complete):
                    return self.code.source(path).at(value)
            last = split(chain(node.func))[-1].lstrip(".") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if measures_later(self.code, path, last, called):
                    return self.code.source(path).at(node.func)
        return None

    def nodes(self, reach: Reach) -> Iterator[tuple[str, str, ast.AST]]:
        """Path, scope and node of the calls, mappings and assignments that the definitions within reach hold."""
        for path in sorted({definition.path for definition in reach.definitions}):
            inside: dict[str, bool] = {}
            for scope, node in scoped(self.code.source(path).tree):
                if scope not in inside:
                    inside[scope] = self.code.graph.scope(path, scope) in reach
                if inside[scope]:
                    yield path, scope, node


class _Search:
    def __init__(
        self, facts: Measuring, name: str, reach: Reach, task: str, own: Definition | None,
        roots: Sequence[Definition] | None = None,
    ) -> None:  # fmt: skip
        self.aside = bystander(facts.code, reach, roots)
        self.facts, self.code, self.reach, self.shown = facts, facts.code, reach, set[str]()
        self.name, self.task, self.own = name, task, own
        self.words = Words(facts.metrics, name)
        self.metric: Metric | None = self.words.metric
        self.unclear: list[tuple[int, Unclear]] = []
        self.instead: dict[str, Location] = {}
        self.later, self.halves = False, frozenset[Location]()

    def run(self) -> Measurement:
        steps: list[Callable[[], Computed | None]] = [self.defined, self.called, self.by_hand, self.nodes]
        # A metric of the team's own is what its definition says, and nothing that is only named like it.
        for step in steps[:1] if self.own is not None and self.metric is None else steps:
            if found := step():
                return found
        self.hidden()
        if self.later and self.reach is not self.facts.running:
            wider = _Search(self.facts, self.name, self.facts.running, self.task, self.own).run()
            if isinstance(wider, Computed):
                return wider
        if self.unclear:
            return min(self.unclear, key=lambda pair: (pair[0], pair[1].at or Location("")))[1]
        if self.own is None and (self.metric is None or self.metric.handwritten):
            return Unclear("no library is known to compute it, so code by hand may do it under another name", None)
        return NotComputed(tuple(sorted(self.instead.items(), key=lambda pair: (pair[1], pair[0]))))

    def defined(self) -> Computed | None:
        """The project's own definition of the metric is within reach and does something."""
        if self.own is None or self.own not in self.reach or does_nothing(self.code, self.own):
            return None
        return Computed(self.code.at(self.own), self.own.name or self.own.path)

    def called(self) -> Computed | None:
        """A library's function or class for it, as a call or handed on as a value."""
        metric = self.metric
        for call in self.code.graph.canonical:
            for other in self.facts.metrics.computed_by(call):
                if other is not metric:
                    for path, fact in self.code.graph.canonical[call][:50]:
                        if self.code.graph.scope(path, fact.scope) in self.reach:
                            self.instead.setdefault(short(call), self.code.use_at(path, fact))
                            break
        if metric is None:
            return None
        for use in self.code.uses(metric.callables | metric.reports):
            if self.code.scope_of(use) in self.reach:
                if not self.aside(use):
                    return Computed(use.at, short(use.name))
                self.shown.add(use.name)
        for name, uses in self.code.graph.canonical.items():
            if re.search(r"\b(?:metrics?|evaluation|eval|scor\w+)\.", name) and self._library(name):
                for path, fact in uses:
                    if self.code.graph.scope(path, fact.scope) in self.reach:
                        return Computed(self.code.use_at(path, fact), short(name))
        derived = [use for use in self.code.uses(metric.derivable) if self.code.scope_of(use) in self.reach]
        self.halves = half(self.facts.metrics, derived)
        for use in derived:
            self.doubt(1, f"it can be worked out from `{short(use.name)}`, which is called here", use.at)
        return None

    def _library(self, name: str) -> bool:
        """A function or class of some library's module of metrics, named after this one."""
        last = name.removesuffix("()").rpartition(".")[2]
        made = "()" in name.removesuffix("()")
        return not made and not self.facts.metrics.computed_by(name) and self.words.means(last)

    def nodes(self) -> Computed | None:
        """One pass over what runs: texts that name it, `.score()`, arithmetic under its name."""
        arithmetic: set[tuple[str, str, str]] = set()
        shown: list[tuple[str, str, ast.Call]] = []
        for path, scope, node in self.facts.nodes(self.reach):
            if found := self._text(path, scope, node) or self._assigned(path, scope, node):
                return found
            arithmetic |= {(path, scope, name) for name, value in assigned(node) if self._worked(path, scope, value)}
            if isinstance(node, ast.Call):
                if found := self._scored(path, scope, node):
                    return found
                self._hidden_call(path, scope, node)
                if mentioned(node, self.words.within):
                    shown.append((path, scope, node))
        for path, scope, node in shown:
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if self._worked(path, scope, node) or any((path, scope, name) in arithmetic for name in names):
                return Computed(self.code.source(path).at(node), "what is printed here")
        return None

    def _text(self, path: str, scope: str, node: ast.AST) -> Computed | None:
        """`scoring="f1"`, `metrics=["accuracy"]`, `{"eval_metric": "auc"}`, `evaluate.load("f1")`."""
        for value in self.named_by(path, scope, node):
            texts, complete = self.texts(path, scope, value)
            at = self.code.source(path).at(value)
            if hit := next((text for text in texts if self.words.is_text(text)), None):
                return Computed(at, repr(hit))
            if not texts and not complete:
                self.doubt(0, "which metric is meant here is decided at run time", at)
        return None

    def _worked(self, path: str, scope: str, value: ast.AST) -> bool:
        """Arithmetic, or a library's call that works a number out of arrays; what another metric is given is none."""
        if self.metric is not None and self.metric.tasks & SUPERVISED and guesses(self.code, path, scope, value):
            return False  # the mean of what a model answers, with no truth beside it
        for part in pruned(value, lambda call: self.words.foreign(self.code.canonical(path, scope, chain(call.func)))):
            if isinstance(part, WORK) and not of_text(part):
                return True
            if isinstance(part, ast.Call) and split(chain(part.func))[-1].lstrip(".") in REDUCERS:
                name = self.code.canonical(path, scope, chain(part.func))
                if name is None or "::" not in name:
                    return True
        return False

    def _assigned(self, path: str, scope: str, node: ast.AST) -> Computed | None:
        for name, value in assigned(node):
            if self.words.means(name):
                at = self.code.source(path).at(value)
                if self._worked(path, scope, value):
                    return Computed(at, name)
                if follows_nothing(self.code, path, scope, value) and not guesses(self.code, path, scope, value):
                    self.doubt(1, f"`{name}` comes from a call that cannot be followed", at)
        return None

    def named_by(self, path: str, scope: str, node: ast.AST) -> Iterator[ast.expr]:
        """The expressions of a node that name metrics as text."""
        if isinstance(node, ast.Call):
            yield from (word.value for word in node.keywords if word.arg in KEYWORDS)
            if node.args and self.code.canonical(path, scope, chain(node.func)) in LOADERS:
                yield node.args[0]
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in KEYWORDS:
                    yield value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key = node.targets[0].slice
            if isinstance(key, ast.Constant) and key.value in KEYWORDS:
                yield node.value

    def texts(self, path: str, scope: str, value: ast.expr) -> tuple[list[str], bool]:
        """The texts that an expression may be, and whether that is all."""
        written = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Constant | ast.Dict | ast.Lambda):
            return written, True
        possible = self.facts.values.possible(path, scope, value)
        texts = [text for known in possible.values for text in strings(known.value)]
        name = self.code.canonical(path, scope, chain(value)) or ""
        return texts or written, possible.complete or "::" in name or bool(self.facts.metrics.computed_by(name))

    def _scored(self, path: str, scope: str, node: ast.Call) -> Computed | None:
        """`model.score(X, y)`, and `cross_val_score` with no `scoring`, give the estimator's own metric."""
        name = self.code.canonical(path, scope, chain(node.func)) or ""
        method = split(chain(node.func))[-1]
        library = name.startswith("sklearn.model_selection.") and name.endswith(("cross_val_score", "cross_validate"))
        if not library and (method != ".score" or len(node.args) + len(node.keywords) < 2):
            return None
        if any(word.arg == "scoring" for word in node.keywords) or not self.metric or not self.metric.default_of:
            return None
        kind = self._kind(name) or ("regressor" if self.task in ("regression", "forecasting") else "classifier")
        if kind in self.metric.default_of:
            return Computed(self.code.source(path).at(node), short(name) if library else "score")
        return None

    def _kind(self, name: str) -> str:
        estimator = self.facts.knowledge.estimators.get(name.partition("()")[0])
        return estimator.kind if estimator and estimator.kind in ("classifier", "regressor") else ""

    def by_hand(self) -> Computed | None:
        """A function or class named after it that works something out, or `recall = tp / (tp + fn)`."""
        for definition in sorted(self.reach.definitions):
            if definition.kind == "module" or does_nothing(self.code, definition):
                continue
            meant, at = self.words.means(definition.name), self.code.at(definition)
            if not meant and not (definition.kind == "function" and self.words.close(definition.name)):
                continue
            if other := in_its_place(self.code, self.facts.metrics, self.metric, definition):
                self.instead.setdefault(other, at)
                self.unclear = [one for one in self.unclear if not (meant and one[1].at in self.halves)]
            elif works(self.code, definition):
                if meant:
                    return Computed(at, definition.name)
                self.doubt(1, f"`{definition.name}` may compute it", at)
            elif meant and not self._delegates(definition):
                self.doubt(1, f"`{definition.name}` is named after it, and how it works cannot be followed", at)
        return None

    def _delegates(self, definition: Definition) -> bool:
        """All that it calls is judged by itself: the project's own code, and what computes another metric."""
        calls = [node for node in ast.walk(self.code.node(definition)) if isinstance(node, ast.Call)]
        names = [self.code.canonical(definition.path, definition.qualname, chain(call.func)) for call in calls]
        return all(name and ("::" in name or self.facts.metrics.computed_by(name) or quiet(name)) for name in names)

    def hidden(self) -> None:
        """Calls within reach that may compute it although nothing is seen of it."""
        targets = self.metric.callables | self.metric.reports if self.metric else frozenset()
        names = {target.replace("()", "").rpartition(".")[2] for target in targets}
        for path, fact in self.reach.opaque(frozenset(names)):
            self.doubt(2, f"`{fact.chain[:60]}` cannot be followed", self.code.use_at(path, fact))
        for path in sorted({d.path for d in self.reach.definitions}):
            for imported in self.code.modules[path].symbols.imports:
                file = (self.code.finder.relative(path, imported.module, imported.level) if imported.level
                        else self.code.finder.file(path, imported.module))  # fmt: skip
                if file in self.code.unparsed:
                    self.doubt(0, f"{file} cannot be parsed", self.code.text(path).line(imported.line))

    def _hidden_call(self, path: str, scope: str, node: ast.Call) -> None:
        text = chain(node.func)
        name = self.code.canonical(path, scope, text)
        last = split(text)[-1].lstrip(".")
        at = self.code.source(path).at(node.func)
        if name in DYNAMIC:
            if not harmless(node, whole=self.reach is self.facts.running):
                self.doubt(1, f"what `{text[:60]}` runs is decided at run time", at)
            return
        if name is not None and "::" in name:
            return
        if split(text)[-1].startswith(".") and measures_later(self.code, path, last, name):
            self.later = True
            self.doubt(1, f"which metrics `.{last}()` gives is not said where it can be read", at)
            return
        if name is None or self.facts.metrics.computed_by(name) or quiet(name) or name.removesuffix("()") in self.shown:
            return
        if name.startswith(ENGINES):
            self.doubt(1, f"`{short(name)}` measures on its own", at)
            return
        words = {word.casefold() for word in WORDS.findall(last)}
        known = name.startswith("sklearn.") or name.partition("()")[0] in self.facts.knowledge.estimators
        if self.words.means(last) and not known:
            self.doubt(0, f"`{short(name)}` of a library may compute it", at)
        elif words & EVALUATING and not known and not ({last.partition("_")[0]} & ASIDE or last == "get_metrics"):
            self.doubt(1, f"`{short(name)}` of a library may compute it", at)

    def doubt(self, rank: int, reason: str, at: Location) -> None:
        self.unclear.append((rank, Unclear(reason, at)))


@provides
def measuring(code: Code, values: Values, metrics: Metrics, knowledge: Knowledge) -> Measuring:
    """Nothing is searched before it is asked for."""
    return Measuring(code, values, metrics, knowledge)
