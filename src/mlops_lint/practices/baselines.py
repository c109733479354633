"""Practice: something simple to compare the model with is computed."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, Use
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, unclear
from mlops_lint.practices.measuring import quality
from mlops_lint.practices.parts import tokens, words_in
from mlops_lint.repo.view import RepoView, Unreadable

_NAME = re.compile(
    r"(?:^|_)(?:baselines?|no_skill|naive_(?:forecast|prediction|model)|dummy_(?:model|score|classifier|regressor))(?:_|$)"
)
_OTHER = re.compile(
    r"drift|monitor|stat(?:istic)?s?(?:_|$)|constraint|quality|bias|capture|schema|_step|step_|_job|image|config|path|"
    r"_dir|url|branch|commit|table|column|dataset|feature|reference|subtract|correct(?:ion|ed)|remove|align|shift",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"drift|monitor|sagemaker_query|stable_baselines", re.IGNORECASE)
_RESULT = re.compile(
    r"(?:^|_)(?:y_)?(?:pred(?:s|iction|ictions)?_?)?(?:base_?lines?|no_?skill|naive|dummy|random_guess|(?:majority_class|ns)(?=_[a-z]))_?"
    r"(?:y_)?(?:model|clf|classifier|regressor|pred(?:s|ictions?|icted)?|probs?|score|scores|acc|accuracy|mae|mse|rmse|"
    r"mape|auc|f1|r2|error|errors|metrics?|results?|performance|guess|forecast|fpr|tpr|precision|recall|loss)?$",
    re.IGNORECASE,
)
_BARE = re.compile(r"^(?:ns|naive|dummy)$", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STRONG = frozenset({"tree", "neural"})
_BEFORE = frozenset(
    "train training trn test val valid validation before after old new pre post prev previous best min max threshold "
    "target expected initial final current last first minimum limit floor cutoff original loaded trained champion "
    "challenger production prod".split()
)
_PROMISING = re.compile(
    r"base_?line|no_?skill|naive|dummy|majority|random_guess|\bns_|assert \w+ [<>] \w", re.IGNORECASE
)


class BaselineImplemented(Practice):
    """A baseline for the project's own task is computed, or its result is kept as data."""


@provides
def baseline_implemented(
    own: OwnCode, knowledge: Knowledge, metrics: Metrics, view: RepoView, project: Project
) -> BaselineImplemented:
    """Dummy estimators, code that is called a baseline and is called, a linear model beside a stronger one."""
    targets = knowledge.calls("baselines", "calls")
    shown = named(own.calls(targets))
    shown += [Shown(found.name, own.code.at(found)) for found in named_baselines(own)]
    shown += [
        Shown("recorded baseline", Location(path)) for path in view.entries if project.owns(path) and _recorded(path)
    ]
    shown += named(beside(own, knowledge))
    shown += named(_scripts(own, metrics))
    for path in own.code.modules:
        shown += _in_file(own, metrics, path)
    doubtful = own.functions(_baseline, kinds=("class",))
    weak = unclear(BaselineImplemented, *(Shown(found.name, own.code.at(found)) for found in doubtful))
    return judge(BaselineImplemented, shown, otherwise=weak if doubtful else idle(BaselineImplemented, own, targets))


def _baseline(name: str) -> bool:
    plain = _HUMP.sub("_", name).lower()
    return bool(_NAME.search(plain)) and not _OTHER.search(plain)


def named_baselines(own: OwnCode) -> list[Definition]:
    """Functions that are called baselines and that something calls; those of data that drifts are others."""
    called = own.functions(_baseline)
    return [found for found in called if own.code.uses([found.key]) and not _ASIDE.search(found.path)]


def _recorded(path: str) -> bool:
    folder, name = posixpath.split(path.lower())
    stem, suffix = posixpath.splitext(name)
    words = re.split(r"[^a-z]+", f"{posixpath.basename(folder)}_{stem}")
    results = ("results", "metrics", "metric", "scores", "score", "summary", "evaluation", "eval")
    kept = suffix in (".json", ".csv") and ("baseline" in words) and not name.startswith(".")
    return kept and any(part in results for part in re.split(r"[^a-z]+", f"{folder}_{stem}"))


def beside(own: OwnCode, knowledge: Knowledge) -> list[Use]:
    """Linear models in a file in which a stronger one is made, too; of a choice between them only one is made."""
    kinds = {n: e for n, e in knowledge.estimators.items() if e.supervised and e.kind in ("classifier", "regressor")}
    makes = [use for use in own.uses(kinds) if use.call or not use.name.endswith("()")]
    strong = [use for use in makes if kinds[use.name].family in _STRONG]
    simple = knowledge.calls("baselines", "weak")
    linear = [use for use in makes if use.name in simple and kinds[use.name].family == "linear"]
    return [use for use in linear if any(other.path == use.path and not _instead(own, use, other) for other in strong)]


def _instead(own: OwnCode, one: Use, other: Use) -> bool:
    """Whether two uses stand in branches of which only one is taken."""
    lines = one.fact.line, other.fact.line
    for node in ast.walk(own.code.source(one.path).tree):
        if isinstance(node, ast.If | ast.Match):
            first, *rest = _branches(node)
            inside = [
                [any(p.lineno <= n <= (p.end_lineno or 0) for p in body) for body in (first, *rest)] for n in lines
            ]
            if all(any(found) for found in inside) and inside[0] != inside[1]:
                return True
    return False


def _branches(node: ast.If | ast.Match) -> list[list[ast.stmt]]:
    if isinstance(node, ast.Match):
        return [case.body for case in node.cases]
    return [node.body, node.orelse]


def _scripts(own: OwnCode, metrics: Metrics) -> list[Use]:
    """Metrics, or fitted models, in a file that is called after the baselines that it runs."""
    files = {
        p for p in own.code.modules if re.search(r"base_?line", posixpath.basename(p), re.I) and not _ASIDE.search(p)
    }
    if not any(own.counts(path, tests=False) for path in files):
        return []
    calls = own.calls(quality(metrics), tests=False)
    found = [use for use in calls if use.path in files]
    for path, fact in own.attributes(("fit", "fit_predict")):
        if path in files and fact.call:
            found.append(Use(path, fact.scope, split(fact.chain)[-1].lstrip("."), own.code.use_at(path, fact), fact))
    return found


def _in_file(own: OwnCode, metrics: Metrics, path: str) -> list[Shown]:
    if not own.counts(path, tests=True) or _ASIDE.search(path):
        return []
    if not _PROMISING.search(own.code.text(path).text):
        return []
    try:
        tree = own.code.source(path).tree
    except (DocumentError, Unreadable):
        return []
    found = [*_results(tree), *_labelled(tree), *_beaten(tree, metrics), *_from_baselines(own, path, tree)]
    return [Shown(what, own.at(path, node)) for node, what in found if own.runs(path, node)]


def _results(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """`baseline_mae = …`, `ns_probs = [0 for _ in y]`: a number, a prediction or a model under such a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.BinOp | ast.ListComp | ast.Subscript):
            for name in _names(node.targets[0]):
                plain = _HUMP.sub("_", name).lower()
                if _RESULT.search(plain) and not _OTHER.search(plain) and not _BARE.match(plain):
                    if _computes(node.value) and (plain != "baseline" or words_in(node.value) & _OF_TASK):
                        yield node, name


def _names(target: ast.expr) -> list[str]:
    items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [item.id for item in items if isinstance(item, ast.Name)]


_OF_TASK = frozenset(
    "y target targets label labels pred preds predict prediction predictions score accuracy mae mse rmse auc f1 error "
    "metric metrics".split()
)
_FETCHES = frozenset(
    "get load read_csv read_json open join path load_json add_argument zeros zeros_like getenv copy deepcopy "
    "load_model parse_args safe_load read empty add_parser randn to_device to Path loads".split()
)


def _computes(value: ast.expr) -> bool:
    """Whether it works something out, rather than fetching what was kept or setting up a tensor."""
    if isinstance(value, ast.Subscript):
        return False
    if isinstance(value, ast.BinOp):
        return not any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(value))
    if isinstance(value, ast.Call):
        return split(chain(value.func))[-1].lstrip(".") not in _FETCHES
    return True


def _labelled(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """`("baseline", LogisticRegression())`, `{"Baseline": model}`, `start_run(run_name="baseline")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and _says(key) and _made(value):
                    yield value, "baseline"
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and _says(node.elts[0]) and _made(node.elts[1]):
            yield node, "baseline"
        elif isinstance(node, ast.Call) and split(chain(node.func))[-1].lstrip(".") in ("start_run", "init"):
            for word in node.keywords:
                if word.arg in ("run_name", "name") and _says(word.value):
                    yield node, "a run called baseline"


def _from_baselines(own: OwnCode, path: str, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """`{"forest": RandomForestClassifier(), "simple": Guess()}`, of which one comes from a module of baselines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict | ast.List | ast.Tuple):
            for value in node.values if isinstance(node, ast.Dict) else node.elts:
                if isinstance(value, ast.Call) and _made(value):
                    made = own.code.resolve(path, "", chain(value.func))
                    stem = posixpath.basename(made.path) if isinstance(made, Definition) else ""
                    if re.search(r"base_?line", stem, re.IGNORECASE) and not _OTHER.search(stem):
                        yield value, chain(value.func)


def _says(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) < 60
        and "baseline" in tokens(node.value)
        and not _OTHER.search(node.value)
    )


def _made(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and split(chain(node.func))[-1].lstrip(".")[:1].isupper()


def _beaten(tree: ast.Module, metrics: Metrics) -> Iterator[tuple[ast.AST, str]]:
    """`assert acc_forest > acc_tree`: one model has to be better than another."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            names = [side.id for side in (node.test.left, *node.test.comparators) if isinstance(side, ast.Name)]
            if isinstance(node.test.ops[0], ast.Gt | ast.Lt) and len(names) == 2:
                ours, theirs = tokens(names[0]), tokens(names[1])
                shared = ours & theirs
                if ours - shared and theirs - shared and not (ours ^ theirs) & _BEFORE:
                    if any(metrics.get(word) for word in shared):
                        yield node, "one model has to beat another"
