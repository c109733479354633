"""How the code scores the baseline, beside how it scores the model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.baseline_asking import asked_alike
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.companions import SPLITS
from mlops_lint.facts.project.equal_terms import Unequal
from mlops_lint.facts.project.flow import Flow
from mlops_lint.facts.project.knowledge import Knowledge, Metric
from mlops_lint.facts.project.measuring_nodes import assigned, assignments
from mlops_lint.facts.project.metric_calls import MetricCalls
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location, Related

_Call = tuple[ast.Call, frozenset[str]]
_NETWORKS = frozenset(
    "torch.nn.Module torch.nn.modules.module.Module keras.Model tensorflow.keras.Model "
    "pytorch_lightning.LightningModule lightning.LightningModule lightning.pytorch.LightningModule "
    "flax.linen.Module".split()
)

_WHOSE = re.compile(r"(?i)(?:^|[_. -])(?:baseline|base|rule|naive|dummy)(?=$|[_. -])[_. -]?|[_. -](?:baseline|rule)$")
_LAYERS = (
    "torch.nn.Linear", "torch.nn.Conv", "torch.nn.LSTM", "torch.nn.GRU", "torch.nn.Embedding", "torch.nn.Transformer",
    "torch.nn.Sequential", "keras.layers.", "tensorflow.keras.layers.", "torchvision.models.", "timm.create_model",
)  # fmt: skip


_NETWORK_MAKERS = ("torch.nn.Sequential", "keras.Sequential", "keras.Model", "keras.models.Sequential",
                   "keras.models.Model", "tensorflow.keras.Sequential", "tensorflow.keras.Model",
                   "tensorflow.keras.models.Sequential", "tensorflow.keras.models.Model",
                   "torchvision.models.", "timm.create_model")  # fmt: skip


class BaselineCalls:
    """Looks at calls whose argument is what the baseline answers."""

    def __init__(self, code: Code, values: Values, calls: MetricCalls, flow: Flow, knowledge: Knowledge) -> None:
        self.flow = flow
        self.knowledge = knowledge
        self.code = code
        self.values = values
        self.calls = calls

    def rows(self, baseline: Definition) -> Unequal | None:
        """The baseline and the model go into the same function, with rows of two parts."""
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            if self.code.is_test(path) or not fact.call:
                continue
            scope = self.code.graph.scope(path, fact.scope)
            theirs, own = self._split_calls(path, fact.scope, self._nodes(scope), baseline)
            for node, words in theirs:
                alike = [(other, others) for other, others in own if chain(node.func) == chain(other.func)]
                beside = [pair for pair in alike if pair[1] - {"train"}]  # a score of the training rows is no rival
                if words and beside and not any(words & others for _, others in beside):
                    return self._unequal(path, (beside[0][0], min(beside[0][1])), (node, min(words)))
        return None

    def scoring(self, baseline: Definition) -> Iterator[tuple[str, str, ast.Call, bool]]:
        """File, scope and call of what is given answers where the baseline is asked, and whether they are its own."""
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            if fact.call and not self.code.is_test(path):
                nodes = self._nodes(self.code.graph.scope(path, fact.scope))
                theirs = {id(node) for node, _ in self._split_calls(path, fact.scope, nodes, baseline)[0]}
                calls = [node for node in nodes if isinstance(node, ast.Call)]
                yield from ((path, fact.scope, node, id(node) in theirs) for node in calls)

    def average(self, metric: Metric, model: Sequence[Definition], baseline: Sequence[Definition]) -> Unequal | None:
        """The baseline's own scoring call has another average or cut-off than every one of the model's."""
        for parameter in ("average", "k"):
            own, theirs = (self.calls.settings(metric, parameter, roots) for roots in (model, baseline))
            if not own or not theirs or any(one.value is None for one in (*own, *theirs)):
                continue
            if not {one.value for one in own} & {one.value for one in theirs}:
                left, right = own[0], theirs[0]
                related = (
                    Related(left.at, f"the model: {left.value}"),
                    Related(right.at, f"the baseline: {right.value}"),
                )
                return Unequal(f"is scored with the {parameter} {right.value}, the model with {left.value}", related)
        return None

    def scored(
        self, metric: Metric, baseline: Sequence[Definition], model: Sequence[Definition], split: str
    ) -> Unequal | None:
        """The baseline scores itself, on rows of another part than `split`."""
        reach, other = self.code.reachable(baseline), self.code.reachable(model)
        uses = [use for use in self.calls.uses(metric, reach) if use.call and self.code.scope_of(use) not in other]
        uses = [use for use in uses if self.code.scope_of(use).kind == "function"]
        found = self.flow.scored(uses)
        rows = {one.rows for one in found}
        if not found or "unknown" in rows or split not in ("test", "validation"):
            return None
        if rows <= {"train", "all-fitted"} or (rows == {"validation"} and split == "test"):
            first = min(found, key=lambda one: one.use.at)
            shown = "training" if first.rows != "validation" else "validation"
            related = (Related(first.use.at, "the baseline is scored here"), *first.steps[:2])
            return Unequal(f"is scored on {shown} rows, the model on the {split} rows", related)
        return None

    def misnamed(self, metric: Metric, baseline: Definition) -> Unequal | None:
        """What the baseline answers goes into another metric's call, and the number is kept under this one's name."""
        for path, fact in self.code.graph.call_sites.get(baseline, []):
            nodes = self._nodes(self.code.graph.scope(path, fact.scope)) if fact.call else []
            pairs = [pair for node in nodes for pair in assigned(node)] if not self.code.is_test(path) else []
            local = {name: value for name, value in pairs if name.isidentifier()}
            for key, value in pairs:
                call = _bare(value)
                name = self.code.canonical(path, fact.scope, chain(call.func)) or "" if call is not None else ""
                others = self.calls.metrics.computed_by(name)
                if call is None or not others or metric in others or name in metric.derivable:
                    continue
                if self.calls.metrics.get(_WHOSE.sub("", key)) is not metric:
                    continue
                parts = [part for argument in call.args for part in _expanded(argument, local)]
                if any(isinstance(part, ast.Call) and self._is(path, fact.scope, part, baseline) for part in parts):
                    at = Related(self.code.source(path).at(call), f"{others[0].name}, kept as {key!r}")
                    return Unequal(f"is scored with {others[0].name}, the model with {metric.name}", (at,))
        return None

    def loads(self, baseline: Definition, model: str) -> Location | None:
        """Where the baseline's own code opens the model's file; a program that scores both gives no answers itself."""
        if not any(isinstance(part, ast.Return) and part.value for part in ast.walk(self.code.node(baseline))):
            return None
        bodies = [module.body for module in self.code.modules.values()]
        called = self.code.reachable([baseline], without=bodies)
        reach = [one for one in called.definitions if one.kind == "function"]
        for path in sorted({one.path for one in reach}):
            for scope, node in self.values.evaluator.index(path).calls:
                if self.code.graph.scope(path, scope) in reach:
                    for argument in node.args[:1]:
                        known = self.values.fold(path, scope, argument)
                        if known is not None and model in self.values.repository_paths(known, path):
                            return self.code.source(path).at(node)
        return None

    def alike(self, baseline: Definition, served: Definition) -> Location | None:
        """Where it asks the model that the served method of its class asks."""
        return asked_alike(self.code, baseline, served)

    def asks(self, baseline: Definition, model: str) -> Location | None:
        """Where the function is given the model's file, opened, for the parameter that it asks for its answers."""
        node = self.code.node(baseline)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or self._judges(baseline, node):
            return None
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        asked = [name for name in names if _asks(node, name)]
        if len(asked) != 1 or _decides(node, asked[0]):
            return None
        sites = [one for one in self.code.graph.call_sites.get(baseline, []) if not self.code.is_test(one[0])]
        found: list[Location] = []
        for path, fact in sites:
            inner = self.code.graph.scope(path, fact.scope)
            nodes = self._nodes(inner)
            calls = [one for one in nodes if isinstance(one, ast.Call) and one.func.lineno == fact.line]
            calls = [one for one in calls if self._is(path, fact.scope, one, baseline)]
            if len(calls) != 1:
                return None
            given = calls[0].args[names.index(asked[0]) :][:1]
            given += [word.value for word in calls[0].keywords if word.arg == asked[0]]
            opened = next((one for one in given if self._opens(path, fact.scope, one, nodes, model)), None)
            if opened is None:
                return None
            found.append(self.code.source(path).at(opened))
        return min(found, default=None)

    def _opens(self, path: str, scope: str, node: ast.expr, nodes: list[ast.AST], model: str) -> bool:
        """Whether a name was given what a call with the model's path gives, and nothing else."""
        values = [one.value for one in nodes if isinstance(one, ast.Assign) and isinstance(node, ast.Name)
                  and any(isinstance(part, ast.Name) and part.id == node.id for part in one.targets)]  # fmt: skip
        call = values[0] if len(values) == 1 else node
        if not isinstance(call, ast.Call):
            return False
        known = [self.values.fold(path, scope, argument) for argument in call.args[:1]]
        return any(one is not None and model in self.values.repository_paths(one, path) for one in known)

    def _judges(self, baseline: Definition, node: ast.AST) -> bool:
        """Whether it scores: such a function may score the model and a rule side by side."""
        calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
        names = [self.code.canonical(baseline.path, baseline.qualname, chain(call.func)) or "" for call in calls]
        return any(self.calls.metrics.computed_by(name) or ("::" in name and "score" in name) for name in names)

    def network(self, baseline: Definition, trainer: Sequence[Definition]) -> bool:
        """A network's class, or a function that makes and returns a model, that the training reaches."""
        if baseline not in self.code.reachable(trainer):
            return False
        if baseline.kind == "function":
            return not _WHOSE.search(baseline.name) and any(
                self._model(baseline, made) for made in _returned(self.code.node(baseline))
            )
        return self._layered(baseline)

    def _model(self, within: Definition, made: ast.Call) -> bool:
        """A call that makes an estimator or a network; what a library keeps as a trivial rule is none."""
        name = self.code.canonical(within.path, within.qualname, chain(made.func)) or ""
        path, _, qualname = name.partition("::")
        inner = self.code.definition(path, qualname) if qualname else None
        if isinstance(inner, Definition) and inner.kind == "class":
            return self._layered(inner)
        known = self.knowledge.estimators.get(name.partition("()")[0])
        kind = known.kind if known is not None and "Dummy" not in name and ".naive" not in name else ""
        return kind in ("classifier", "regressor", "either") or name.startswith(_NETWORK_MAKERS)

    def _layered(self, baseline: Definition) -> bool:
        node = self.code.node(baseline)
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        known = {self.code.canonical(baseline.path, "", chain(base)) or "" for base in bases}
        inner = [one for one in self._nodes(baseline) if isinstance(one, ast.Call)]
        made = [self.code.canonical(baseline.path, f"{baseline.qualname}.__init__", chain(one.func)) for one in inner]
        return any((name or "").startswith(_LAYERS) for name in made) and not known.isdisjoint(_NETWORKS)

    def _nodes(self, scope: Definition) -> list[ast.AST]:
        tree = self.code.node(scope)
        return list(ast.walk(tree))

    def _split_calls(
        self, path: str, scope: str, nodes: list[ast.AST], baseline: Definition
    ) -> tuple[list[_Call], list[_Call]]:
        """Calls with what the baseline answers among their arguments, and those of the model's answers."""
        given = {
            part.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            for part in (target.elts if isinstance(target, ast.Tuple) else [target])
            if isinstance(part, ast.Name)
        }
        theirs: list[_Call] = []
        own: list[_Call] = []
        for node in nodes:
            if isinstance(node, ast.Call) and len(node.args) >= 2:
                parts = [part for argument in node.args for part in _expanded(argument, given)]
                mine = any(isinstance(part, ast.Call) and self._is(path, scope, part, baseline) for part in parts)
                asked = any(isinstance(part, ast.Attribute) and part.attr.startswith("predict") for part in parts)
                words = _words(parts)
                if mine and not self._is(path, scope, node, baseline):
                    theirs.append((node, words))
                elif asked or (not mine and words):
                    own.append((node, words))
        return theirs, own

    def _is(self, path: str, scope: str, node: ast.Call, definition: Definition) -> bool:
        return self.code.canonical(path, scope, chain(node.func)) == definition.key

    def _unequal(self, path: str, own: tuple[ast.Call, str], base: tuple[ast.Call, str]) -> Unequal:
        source = self.code.source(path)
        related = (Related(source.at(own[0]), f"{own[1]} rows"), Related(source.at(base[0]), f"{base[1]} rows"))
        return Unequal(f"is scored on the {base[1]} rows, the model on the {own[1]} rows", related)


def _returned(function: ast.AST) -> Iterator[ast.Call]:
    """The calls whose result a function returns, itself or under a name that it gives it once."""
    for node in ast.walk(function):
        value = node.value if isinstance(node, ast.Return) else None
        if isinstance(value, ast.Name):
            given = assignments(function, value.id)
            value = given[0] if len(given) == 1 else None
        if isinstance(value, ast.Call):
            yield value


def _bare(node: ast.expr) -> ast.Call | None:
    """The call whose number is only taken out, turned or rounded: `float(call(…))`, `call(…).item()`."""
    for _ in range(4):
        if not isinstance(node, ast.Call):
            return None
        if isinstance(node.func, ast.Name) and node.func.id in ("float", "round") and node.args:
            node = node.args[0]
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "item" and not node.args:
            node = node.func.value
        else:
            return node
    return None


def _expanded(node: ast.expr, assigned: dict[str, ast.expr], depth: int = 2) -> Iterator[ast.AST]:
    """The parts of an expression, local names replaced by what they were given."""
    for part in ast.walk(node):
        yield part
        if isinstance(part, ast.Name) and part.id in assigned and depth:
            yield from _expanded(assigned[part.id], assigned, depth - 1)


def _asks(function: ast.AST, name: str) -> bool:
    """Whether a function calls a parameter, or its `predict`."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    asked = [one.value for one in calls if isinstance(one, ast.Attribute) and one.attr.startswith("predict")]
    return any(isinstance(one, ast.Name) and one.id == name for one in (*calls, *asked))


def _decides(function: ast.AST, asked: str) -> bool:
    """Whether it compares something that does not come from what is asked: a rule of its own."""
    told = {asked}
    for _ in range(2):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(part.id in told for part in _names(node.value)):
                told |= {part.id for target in node.targets for part in _names(target)}
    compared = [node for node in ast.walk(function) if isinstance(node, ast.Compare)]
    return any(not any(part.id in told for part in _names(node)) for node in compared)


def _names(node: ast.AST) -> list[ast.Name]:
    return [part for part in ast.walk(node) if isinstance(part, ast.Name)]


def _words(parts: Sequence[ast.AST]) -> frozenset[str]:
    """The parts held out that names speak of: `x_val`, `test_rows`."""
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    names = {part.id for part in parts if isinstance(part, ast.Name) and id(part) not in called}
    words = {word.casefold() for name in names for word in re.findall(r"[A-Za-z]+", name)}
    return frozenset(SPLITS[word] for word in words if word in SPLITS)


@provides
def baseline_calls(code: Code, values: Values, calls: MetricCalls, flow: Flow, knowledge: Knowledge) -> BaselineCalls:
    """Read when asked for."""
    return BaselineCalls(code, values, calls, flow, knowledge)
