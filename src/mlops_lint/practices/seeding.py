"""Practice: the random numbers of training are seeded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, judge, named, unclear
from mlops_lint.repo.view import Unreadable

_MODELS = ("classifier", "regressor", "ranker", "recommender", "clusterer", "trainer", "outlier", "either", "resampler")
_OTHER = ("transformer", "selector", "search", "loss")
_SEEDS = frozenset(("random_state", "seed", "random_seed", "session_id", "data_seed", "bagging_seed"))
_SETTINGS = frozenset(
    "n_estimators max_depth learning_rate eta objective num_leaves subsample colsample_bytree boosting_type booster "
    "max_features criterion penalty solver hidden_layer_sizes alpha l1_ratio min_samples_leaf min_child_weight "
    "iterations depth max_iter n_clusters bootstrap lambda_l1 bagging_fraction".split()
)
_APART = re.compile(r"(?:Split|Splitter|Fold|CV|Search|TSNE|PCA|UMAP|SVD|Env|Sampler|Generator|Dataset|Rng|Random)$")
_LEARNS = frozenset(
    "sklearn xgboost lightgbm catboost transformers trl ultralytics imblearn autogluon flaml h2o pyspark setfit gensim "
    "sentence_transformers surprise implicit stable_baselines3 sb3_contrib pytorch_tabnet skorch spacy tpot pycaret "
    "autosklearn ngboost interpret pymc neuralforecast darts pyod recbole lightfm cuml sktime tabpfn".split()
)
_RANDOM = re.compile(r"\btime\.time|randint|urandom|getpid|randrange|\bnow\b|random\.random")
_SEED_NAME = re.compile(r"seed", re.IGNORECASE)
_NULL = re.compile(r"^\s*[\"']?(\w*seed)[\"']?\s*:\s*(null|None|~|-?\d+)?\s*,?\s*(?:#.*)?$", re.IGNORECASE)
_HYDRA = re.compile(r"^\s*_target_\s*:\s*([\w.]+)")
_HYDRA_SEED = re.compile(r"^\s*(?:random_state|random_seed|seed)\s*:\s*(?:\d|\$\{)")
_SEEDED = re.compile(r"random_state|seed")
GIVEN, NONE, OPEN = "given", "none", "open"


class SeedsFixed(Practice):
    """The random numbers of training are seeded."""


@provides
def seeds_fixed(own: OwnCode, knowledge: Knowledge) -> SeedsFixed:
    """Global seeds and seeded estimators; a seeded split alone, or a seed taken back, leaves it unclear."""
    return _Seeds(own, knowledge).judged()


class _Seeds:
    def __init__(self, own: OwnCode, knowledge: Knowledge) -> None:
        self.own = own
        self.knowledge = knowledge
        self.fitted = {name: found for name, found in knowledge.estimators.items() if found.kind in _MODELS}

    def judged(self) -> SeedsFixed:
        seeded, doubtful = self.global_seeds()
        drawing = {name for name, found in self.fitted.items() if found.random is not False}
        estimators = named(self.with_seed(drawing)) + self.others() + self.settings() + self.configured(drawing)
        made = self.own.calls(set(self.fitted), tests=False)
        frameworks = self.frameworks if self.trains or not self.infers else frozenset[str]()
        shallow = any(self.fitted[use.name].family != "neural" for use in made)
        needed = frameworks or (frozenset(("sklearn", "numpy")) if shallow else frozenset[str]())
        back = {use.path for use in doubtful}
        covering = [use for use in seeded if use.path not in back and (not needed or needed & self.scopes(use))]
        if estimators or covering:
            return judge(SeedsFixed, [*named(covering), *estimators])
        splits = self.with_seed(set(self.knowledge.splits))
        settled = made and not any(_draws(use, self.fitted[use.name].random) for use in made)
        if splits and settled and not frameworks:
            return judge(SeedsFixed, named(splits))  # nothing else draws
        rest = named([*seeded, *doubtful, *splits])
        return unclear(SeedsFixed, *rest) if rest else SeedsFixed("absent")

    def scopes(self, use: Use) -> frozenset[str]:
        return frozenset(self.knowledge.seeds[use.name].get("scopes", ()))

    def global_seeds(self) -> tuple[list[Use], list[Use]]:
        """Those that a seed is given to, and those that are given none, or none unless someone asks."""
        seeded: list[Use] = []
        doubtful: list[Use] = []
        for use in self.own.calls(set(self.knowledge.seeds), tests=False):
            tool = self.knowledge.seeds[use.name]
            if not {"object", "search", "environment"}.intersection(tool.get("scopes", ())):
                given = self.argument(use, tool.get("seed"), tool.get("parameters", ()))
                (seeded if given == GIVEN else doubtful).append(use)
        return seeded, doubtful

    def argument(self, use: Use, slot: list[object] | None, names: list[str]) -> str:
        """Whether a seed is given that is not None."""
        call = self.own.code.call_node(use)
        if call is None:
            return NONE
        values = [word.value for word in call.keywords if word.arg in ([*names, slot[1]] if slot else names)]
        values += call.args[:1] if slot else []
        states = [self.state(use, value) for value in values]
        return GIVEN if GIVEN in states else OPEN if OPEN in states else NONE

    def state(self, use: Use, value: ast.expr, depth: int = 0) -> str:
        if isinstance(value, ast.Constant):
            return NONE if value.value is None else GIVEN
        text = chain(value)
        if _RANDOM.search(text):
            return NONE
        if isinstance(value, ast.Name):
            return self.by_name(use, value.id, depth)
        key = split(text)[-1].lstrip(".") if isinstance(value, ast.Attribute) else ""
        if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
            key = str(value.slice.value)
        return OPEN if key in self.left_open else GIVEN

    def by_name(self, use: Use, name: str, depth: int) -> str:
        """A parameter is what it is called with, a variable what it was last bound to."""
        definition = self.own.code.scope_of(use)
        node = self.own.code.node(definition)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parameters = [*node.args.posonlyargs, *node.args.args]
            defaults = dict(zip([p.arg for p in parameters][::-1], node.args.defaults[::-1], strict=False))
            words = {p.arg: d for p, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d}
            default = {**defaults, **words}.get(name)
            if any(p.arg == name for p in [*parameters, *node.args.kwonlyargs]):
                empty = isinstance(default, ast.Constant) and default.value is None
                return self.handed(definition.key, [p.arg for p in parameters], name, depth, NONE if empty else GIVEN)
        for fact in self.own.code.modules[use.path].symbols.bindings:
            if fact.target == name and fact.scope in (use.scope, "") and not fact.parameter:
                if _RANDOM.search(fact.value):
                    return NONE
                if "." in fact.value and split(fact.value)[-1].lstrip(".") in self.left_open:
                    return OPEN
        return OPEN if name in self.left_open and name not in self.bound(use.path) else GIVEN

    def bound(self, path: str) -> frozenset[str]:
        return frozenset(fact.target for fact in self.own.code.modules[path].symbols.bindings)

    def handed(self, key: str, parameters: list[str], name: str, depth: int, default: str) -> str:
        """What the callers of a helper hand it: a flag that nobody sets seeds nothing."""
        states = set()
        for use in self.own.code.uses([key]) if depth < 3 else ():
            call = self.own.code.call_node(use) if use.call else None
            values = [word.value for word in call.keywords if word.arg == name] if call else []
            if call and not values and name in parameters:
                position = parameters.index(name) - (parameters[:1] == ["self"])
                values = call.args[position : position + 1]
            states |= {self.state(use, value, depth + 1) for value in values} if call else set()
            states |= {default} if call and not values else set()
        return GIVEN if GIVEN in states else OPEN if OPEN in states else NONE if NONE in states else default

    @cached_property
    def left_open(self) -> frozenset[str]:
        """Seeds that nobody sets unless asked: a flag without default, a setting that is null."""
        given: set[str] = set()
        empty: set[str] = set()
        for name, default in self._flags():
            (empty if default is None else given).add(name)
        view = self.own.code.view
        for path in view.entries:
            if path.endswith((".yaml", ".yml", ".json")) and self.own.code.project.owns(path):
                for line in (text_of(view, path) or "").split("\n"):
                    match = _NULL.match(line) if "eed" in line else None
                    if match:
                        (given if (match[2] or "")[-1:].isdigit() else empty).add(match[1])
        return frozenset(empty - given)

    def _flags(self) -> Iterator[tuple[str, object]]:
        """The flags that parse a seed, with their defaults."""
        for path, tree in self.own.trees(lambda found: any("add_argument" in use.chain for use in found.uses)):
            del path
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and split(chain(node.func))[-1] == ".add_argument":
                    flags = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    names = [str(flag).lstrip("-").replace("-", "_") for flag in flags if str(flag).startswith("--")]
                    default = next((word.value for word in node.keywords if word.arg == "default"), None)
                    for name in names:
                        if _SEED_NAME.search(name):
                            yield name, getattr(default, "value", default)

    def with_seed(self, targets: set[str]) -> list[Use]:
        """Calls to which a seed argument is given."""
        found: list[Use] = []
        for use in self.own.calls(targets, tests=False):
            names = self.knowledge.seed_parameters & use.fact.keywords.keys()
            if names and self.argument(use, None, sorted(names)) == GIVEN:
                found.append(use)
        return found

    def others(self) -> list[Shown]:
        """Models that no table knows, which take a seed: `TrainingArguments(seed=1)`, `YOLO().train(seed=1)`."""
        found: list[Use] = []
        for name in sorted(self.own.code.graph.canonical):
            if name.partition(".")[0] not in _LEARNS or "::" in name or name in self.knowledge.splits:
                continue
            last = name.rpartition(".")[2]
            kind = self.knowledge.estimators[name].kind if name in self.knowledge.estimators else ""
            fits = name.endswith(("().train", "().fit")) or (last[:1].isupper() and not _APART.search(last))
            if fits and kind not in _OTHER and name not in self.knowledge.seeds and not last.isupper():
                uses = [use for use in self.own.calls([name], tests=False) if _SEEDS & use.fact.keywords.keys()]
                found += [use for use in uses if self.argument(use, None, sorted(_SEEDS)) == GIVEN]
        return named(found)

    def settings(self) -> list[Shown]:
        """`{"n_estimators": 100, "random_state": 7}`, which is spread into a model."""
        found: list[Shown] = []
        for path in self.own.code.modules:
            if self.own.counts(path, tests=False) and _SEEDED.search(self.own.code.text(path).text):
                try:
                    tree = self.own.code.source(path).tree
                except (DocumentError, Unreadable):
                    continue
                nodes = list(ast.walk(tree))
                spread = _spread(nodes)
                for node in nodes:
                    seeds = _seeded_settings(node) or _seeded_later(node, spread)
                    if seeds and self.own.runs(path, node):
                        found.append(Shown("settings with a seed", self.own.at(path, node)))
        return found

    def configured(self, drawing: set[str]) -> list[Shown]:
        """A model that Hydra makes with a seed."""
        found: list[Shown] = []
        view = self.own.code.view
        for path in view.entries:
            if path.endswith((".yaml", ".yml")) and self.own.code.project.owns(path):
                text = text_of(view, path) or ""
                lines = text.split("\n") if "_target_" in text else []
                if any((m := _HYDRA.match(line)) and m[1] in drawing for line in lines):
                    at = [Location(path, n) for n, line in enumerate(lines, 1) if _HYDRA_SEED.match(line)]
                    found += [Shown("settings with a seed", place) for place in at[:1]]
        return found

    @cached_property
    def frameworks(self) -> frozenset[str]:
        """The generators that the project's training frameworks draw from."""
        found: set[str] = set()
        for path, module in self.own.code.modules.items():
            if self.own.counts(path, tests=False):
                for fact in module.symbols.imports:
                    name = _FRAMEWORKS.get(fact.module.partition(".")[0])
                    found |= {name} if name and not fact.level else set()
        return frozenset(found)

    @cached_property
    def trains(self) -> bool:
        """Whether something is trained at all."""
        names = (split(fact.chain) for _, fact in self.own.attributes((*_TRAINING, "train")))
        return any(set(steps) & _CALLS or "trainer" in steps[-2].lower() for steps in names if len(steps) > 1)

    @cached_property
    def infers(self) -> bool:
        """Whether a trained model is loaded: what is drawn for it alone need not come from its framework."""
        return any(True for _ in self.own.attributes(_LOADING))


_LOADING = ("load_state_dict", "load_model", "restore", "load", "from_pretrained")
_TRAINING = ("backward", "fit", "fit_generator", "minimize", "apply_gradients", "train_on_batch", "compute_gradients")
_CALLS = frozenset(f".{name}" for name in _TRAINING)
_FRAMEWORKS = {
    "torch": "torch", "lightning": "torch", "pytorch_lightning": "torch", "tensorflow": "tensorflow",
    "keras": "tensorflow", "jax": "jax",
}  # fmt: skip


def _draws(use: Use, random: bool | Mapping[str, tuple[object, ...]]) -> bool:
    """Whether an estimator draws at random, as far as its arguments say."""
    return random if isinstance(random, bool) else bool(random.keys() & use.fact.keywords.keys())


def _seeded_settings(node: ast.AST) -> bool:
    pairs: dict[str, ast.expr] = {}
    if isinstance(node, ast.Dict):
        pairs = {str(k.value): v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
    elif isinstance(node, ast.Call) and chain(node.func) == "dict":
        pairs = {word.arg: word.value for word in node.keywords if word.arg}
    seeds = [pairs[name] for name in sorted(_SEEDS & pairs.keys())]
    given = [value for value in seeds if not (isinstance(value, ast.Constant) and value.value in (None, False))]
    return bool(given and _SETTINGS & pairs.keys())


def _spread(nodes: list[ast.AST]) -> frozenset[str]:
    """Names of settings that a model is made with or set to: `Model(**params)`, `model.set_params(**params)`."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            last = split(chain(node.func))[-1].lstrip(".")
            if last == "set_params" or (last[:1].isupper() and not _APART.search(last)):
                found |= {chain(word.value) for word in node.keywords if word.arg is None}
            elif last == "train":
                found |= {chain(value) for value in node.args[:1]}
    return frozenset(found - {""})


def _seeded_later(node: ast.AST, spread: frozenset[str]) -> bool:
    """`params["random_state"] = 7` of such settings, and `model.set_params(random_state=7)`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        named = isinstance(target.slice, ast.Constant) and target.slice.value in _SEEDS
        return named and chain(target.value) in spread and _is_given(node.value)
    if isinstance(node, ast.Call) and split(chain(node.func))[-1] == ".set_params":
        return any((word.arg or "").rpartition("__")[2] in _SEEDS and _is_given(word.value) for word in node.keywords)
    return False


def _is_given(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value in (None, False)) and not _RANDOM.search(
        ast.unparse(value)
    )
