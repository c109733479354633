"""What of a syntax tree bears on measuring: scopes, names with their values, words of libraries."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.nodes import MAIN, is_main_guard
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.model import Location

PREFIX = re.compile(r"^(?:compute|calculate|calc|get|eval|evaluate|measure|my|own|custom)_", re.IGNORECASE)
SUFFIX = re.compile(r"_(?:score|metric|fn|func|np|value|at_k|k|\d+)$", re.IGNORECASE)
WORDS = re.compile(r"[A-Za-z][a-z]*")
EVALUATING = frozenset(
    "evaluate evaluation evaluator score scores scorer metric metrics report benchmark assess".split()
)
LATER = frozenset("evaluate test validate val".split())
"""Methods of trainers and compiled models: which metrics they give was said elsewhere."""
_SCHEMAS = frozenset(
    "pandera cerberus jsonschema fastjsonschema marshmallow great_expectations voluptuous schema frictionless".split()
)
_TRAINING = frozenset(
    "torch lightning pytorch_lightning tensorflow keras ultralytics transformers fastai accelerate ignite".split()
)
KEYWORDS = frozenset(
    "scoring scorer metric metrics eval_metric eval_metrics custom_metric custom_metrics weighted_metrics metric_name "
    "metricName primary_metric evaluation_metric".split()
)
LOADERS = frozenset(
    "evaluate.load evaluate.combine datasets.load_metric sklearn.metrics.get_scorer sklearn.metrics.check_scoring "
    "keras.metrics.get tensorflow.keras.metrics.get sklearn.metrics.SCORERS[]".split()
)
DYNAMIC = frozenset(
    "hydra.utils.instantiate hydra.utils.call mlflow.evaluate mlflow.models.evaluate mlflow.genai.evaluate "
    "importlib.import_module subprocess.run subprocess.check_call subprocess.check_output subprocess.Popen os.system "
    "builtins.eval builtins.exec builtins.__import__".split()
)
QUIET = frozenset("builtins json pandas numpy pathlib logging os sys joblib pickle yaml time typing matplotlib".split())
SHELL = frozenset("git pip nvidia-smi uname dvc mkdir cp mv aws gsutil wget curl tar unzip ls cd apt conda".split())
REDUCERS = frozenset(
    "mean sum sqrt divide true_divide average reduce_mean reduce_sum norm abs square equal eq count_nonzero dot div "
    "nanmean median trapz fmean nansum percentile quantile nanpercentile nanquantile".split()
)
"""Last names of calls that work a number out of arrays."""
PREDICTS = frozenset(("predict", "predict_proba", "decision_function"))
SUPERVISED = frozenset(
    ("binary-classification", "multiclass-classification", "multilabel-classification", "regression")
)
ENGINES = (
    "mlflow.recipes.", "mlflow.pipelines.", "pycaret.", "autogluon.", "h2o.", "flaml.", "tpot.", "autosklearn.",
    "ludwig.", "fastai.", "ultralytics.", "lm_eval.", "ragas.", "deepeval.", "promptfoo.", "azure.ai.evaluation.",
    "trulens.", "langsmith.", "mteb.", "tensorflow_model_analysis.", "deepchecks.", "evidently.", "inspect_ai.",
    "evaltools.",
)  # fmt: skip
"""Libraries that measure on their own."""
ASIDE = frozenset("log list show print register plot display save update delete".split())
COLLECTIONS = frozenset(("torchmetrics.MetricCollection", "torchmetrics.collections.MetricCollection"))
"""They hold metrics that are named in them, and compute none of their own."""
"""First words of calls that only hand a measurement on."""
_TAKES = frozenset("item tolist get cpu detach numpy".split())
ANY = frozenset("score mean average rate error loss top k at squared absolute per the of".split())
WORK = (ast.BinOp, ast.AugAssign, ast.Compare)


@dataclass(frozen=True, slots=True)
class Computed:
    """Code that computes it; `what` names the call or function."""

    at: Location
    what: str


@dataclass(frozen=True, slots=True)
class NotComputed:
    """All code within reach was read and nothing computes it; `instead` are other metrics that are computed there."""

    instead: tuple[tuple[str, Location], ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing was found, but this may compute it; `reason` completes "… cannot be told: "."""

    reason: str
    at: Location | None


Measurement: TypeAlias = Computed | NotComputed | Unclear


def scoped(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Calls, mappings and assignments with the name of the scope that they run in."""
    stack: list[tuple[ast.AST, str]] = [(node, "") for node in reversed(tree.body)]
    while stack:
        node, scope = stack.pop()
        if isinstance(node, ast.Call | ast.Dict | ast.Assign | ast.AnnAssign | ast.keyword):
            yield scope, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = node.name if scope in ("", MAIN) else f"{scope}.{node.name}"
            stack += [(part, inner) for part in reversed(node.body)]
            stack += [(part, scope) for part in node.decorator_list]
        elif isinstance(node, ast.If) and scope == "" and is_main_guard(node.test):
            stack += [(part, MAIN) for part in reversed(node.body)]
        else:
            stack += [(part, scope) for part in reversed(list(ast.iter_child_nodes(node)))]


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names, keys and attributes with what is put under them."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Attribute):
                yield target.attr, node.value
            elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip((getattr(t, "id", "") for t in target.elts), node.value.elts, strict=False)
    elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value


def assignments(tree: ast.AST, name: str) -> list[ast.expr]:
    """All that a scope binds to a name; what is no plain assignment counts as two."""
    bound = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name
             and isinstance(node.ctx, ast.Store)]  # fmt: skip
    plain = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and len(node.targets) == 1
             and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name]  # fmt: skip
    return plain if len(plain) == len(bound) else []


def answered(node: ast.expr) -> bool:
    """`model.predict_proba(rows)[:, 1]`"""
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PREDICTS


def pruned(tree: ast.AST, cut: Callable[[ast.Call], bool]) -> Iterator[ast.AST]:
    """The parts of a tree, without the calls that `cut` names and what these are given."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if not (isinstance(part, ast.Call) and cut(part)):
            yield part
            waiting += ast.iter_child_nodes(part)


def works(code: Code, definition: Definition) -> bool:
    """Whether a number may be worked out in it, by arithmetic or by a library's mean of what was counted."""
    parts = ast.walk(code.node(definition))
    return any(isinstance(part, WORK) or _reduces(code, definition, part) for part in parts)


def _reduces(code: Code, definition: Definition, part: ast.AST) -> bool:
    if not isinstance(part, ast.Call) or split(chain(part.func))[-1].lstrip(".") not in REDUCERS:
        return False
    name = code.canonical(definition.path, definition.qualname, chain(part.func))
    return (name is None or "::" not in name) and not guesses(code, definition.path, definition.qualname, part)


def strings(value: object) -> list[str]:
    """The texts of a folded value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in (*value.keys(), *value.values()) for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list | tuple | set) else []


def quiet(name: str) -> bool:
    """A library that measures nothing."""
    return name in COLLECTIONS or name.partition(".")[0] in QUIET


def harmless(node: ast.Call, *, whole: bool) -> bool:
    """`git`, `pip` and the like measure nothing; with the `whole` project read, neither do its own Python scripts."""
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if any(re.search(r"Rscript|julia|java|\.(R|jl|sh|jar|pl|exe)\b", text) for text in texts):
        return False
    return whole or (bool(texts) and not SHELL.isdisjoint(texts[0].split(" ")[:1] + texts[:4]))


def trains(name: str) -> bool:
    """A trainer's or a compiled model's method, rather than a function of some module."""
    return "()" in name


def measures_later(code: Code, path: str, last: str, name: str | None) -> bool:
    """`trainer.validate()`, and not the `validate` of a schema."""
    if last not in LATER or not (name is None or trains(name)):
        return False
    if last != "validate":
        return True
    top = (name or "").partition(".")[0]
    known = [] if top and top != "builtins" else code.modules[path].symbols.imports
    tops = {one.module.partition(".")[0] for one in known} or {top}
    return not tops & _SCHEMAS or bool(tops & _TRAINING)


def short(name: str) -> str:
    """A canonical name as it is shown."""
    parts = name.replace("()", "").replace("[]", "").split(".")
    return ".".join(parts[-2:]) if "()" in name else parts[-1]


def of_text(part: ast.AST) -> bool:
    """`"recall %s" % x` and `"recall " + x` work nothing out."""
    return isinstance(part, ast.BinOp) and any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (part.left, part.right)
    )


def guesses(code: Code, path: str, scope: str, value: ast.AST) -> bool:
    """Whether all that is worked with is what one `predict` gives."""
    answers: list[ast.expr] = []
    waiting: list[ast.AST] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in PREDICTS:
            answers.append(part)
        elif isinstance(part, ast.Name):
            name = code.canonical(path, scope, part.id)
            if name is not None and "::" not in name:
                continue  # float, len, np
            given = assignments(code.node(code.graph.scope(path, scope)), part.id)
            if len(given) != 1 or not answered(given[0]):
                return False
            answers += given
        else:
            waiting += ast.iter_child_nodes(part)
    return bool(answers)


def follows_nothing(code: Code, path: str, scope: str, value: ast.expr) -> bool:
    """Whether a call below a value leads to nothing that is known."""
    calls = [part for part in ast.walk(value) if isinstance(part, ast.Call)]
    unknown = [call for call in calls if code.canonical(path, scope, chain(call.func)) is None]
    return any(not _taken(code, path, scope, call) for call in unknown)


def _taken(code: Code, path: str, scope: str, call: ast.Call) -> bool:
    """`found["recall"].item()` of what a function of the project has given, which is judged by itself."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _TAKES:
        return False
    node: ast.expr = call.func.value
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    made = assignments(code.node(code.graph.scope(path, scope)), node.id) if isinstance(node, ast.Name) else []
    names = [code.canonical(path, scope, chain(one.func)) for one in made if isinstance(one, ast.Call)]
    return bool(made) and len(names) == len(made) and all(name is not None and "::" in name for name in names)
