"""Practice: a number is set that the model's quality has to reach."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.literals import Literals
from mlops_lint.facts.project.passages import readmes, sentences
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.prose import brief
from mlops_lint.facts.project.targets import bound, bound_text, commanded, metric_words, stated, target_name
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, judge
from mlops_lint.repo.view import RepoView

_SETTINGS = re.compile(
    r"acc|auc|f1|rmse|mse|mae|r2|precision|recall|score|threshold|validation_criteria|metric|performance|roc",
    re.IGNORECASE,
)
_FLAGS = re.compile(r"(?<!-)--[\w-]{0,40}(?:hard-fail|fail|min|threshold|floor|target|required)")
_COMMANDS = (".yml", ".yaml", "makefile", ".sh", "justfile", "tox.ini", "dvc.yaml")
_PROMOTES = re.compile(
    r"(?:^|[._])(?:register|promote|deploy|transition|approve|set_registered|create_model_version)\w*$", re.IGNORECASE
)
_REFUSES = re.compile(r"(?:^|\.)(?:exit|_exit|abort|fail|quit|stop_pipeline|skip)$")
_GATES = re.compile(
    r"accept|deploy|gate|approv|promot|qualif|trigger|pass(?:ed|es)?$|good_enough|is_valid|"
    r"validate_model|check_model|quality",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"(?:GenericValueThreshold|GenericChangeThreshold|MetricThreshold|Condition(?:Greater|Less)\w+|(?<!\w)\w+Metric)$"
)
_SCORES = re.compile(r"score|metrics|eval", re.IGNORECASE)
_THRESHOLDS = frozenset(
    ("lower_bound", "upper_bound", "threshold", "right", "absolute", "min_absolute_change", "minimum_score")
)
_DOCS = re.compile(
    r"(?:^|/)docs?/[^/]+\.(?:md|rst)$|(?:^|/)(?:model[-_ ]?card|problem|requirements|goals?|"
    r"project[-_ ]?charter|charter|spec)[^/]*\.md$",
    re.IGNORECASE,
)
_RESULTS = re.compile(r"result|leaderboard|benchmark|performance of|evaluation results|changelog", re.IGNORECASE)


class DocsMetricTarget(Practice):
    """A number for a quality metric is stated as a goal, or makes code, a test or CI turn a model down."""


@provides
def docs_metric_target(view: RepoView, project: Project, own: OwnCode, written: Literals) -> DocsMetricTarget:
    """A reported score and a bare "better than before" are none."""
    shown = [*_in_code(own), *_in_settings(written), *_in_commands(view, project), *_in_documents(view, project)]
    return judge(DocsMetricTarget, shown)


def _in_code(own: OwnCode) -> Iterator[Shown]:
    for path, tree in own.trees(_measures):
        test = own.code.is_test(path)
        for node, scope in _walk(tree):
            detail = _named(node) or _compared(node, scope, test) or _library(node)
            if detail and own.runs(path, node):
                yield Shown(detail, own.at(path, node))


def _measures(symbols: Symbols) -> bool:
    names = {name for fact in symbols.bindings for name in fact.target.split(".")[-1:]}
    names |= {part for fact in symbols.uses for part in (fact.chain.rpartition(".")[2], *fact.keywords)}
    names |= {name for definition in symbols.definitions for name in definition.parameters}
    return any(_tells(name) for name in names if name)


def _tells(name: str) -> bool:
    return metric_words(name) or bool(_SCORES.search(name)) or target_name(name) or bool(_LIBRARY.search(name))


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every node with the name of the function around it."""
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, scope = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = node.name
        yield node, scope
        stack.extend((child, scope) for child in ast.iter_child_nodes(node))


def _named(node: ast.AST) -> str:
    """`MIN_ACCURACY = 0.8`, `min_accuracy: float = 0.8`, `f(min_accuracy=0.8)`, `{"min_accuracy": 0.8}`, defaults."""
    pairs: list[tuple[str, ast.expr | None]] = []
    if isinstance(node, ast.Assign):
        pairs = [(chain(target).rpartition(".")[2], node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign):
        pairs = [(chain(node.target).rpartition(".")[2], node.value)]
    elif isinstance(node, ast.keyword):
        pairs = [(node.arg or "", node.value)]
    elif isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "" for key in node.keys]
        pairs = list(zip(keys, node.values, strict=True))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        pairs = _defaults(node.args)
    return next((name for name, value in pairs if name and target_name(name) and bound(_number(value))), "")


def _defaults(given: ast.arguments) -> list[tuple[str, ast.expr | None]]:
    plain = [*given.posonlyargs, *given.args]
    count = len(given.defaults)
    pairs: list[tuple[str, ast.expr | None]] = [
        (one.arg, value) for one, value in zip(plain[len(plain) - count :], given.defaults, strict=True)
    ]
    return pairs + [(one.arg, value) for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)]


def _number(node: ast.expr | None) -> object:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return -value if isinstance(value, int | float) else None
    if (
        isinstance(node, ast.Call)
        and len(node.args) == 1
        and chain(node.func).rpartition(".")[2] in ("float", "Field", "Decimal")
    ):
        return _number(node.args[0])
    return node.value if isinstance(node, ast.Constant) else None


def _compared(node: ast.AST, scope: str, test: bool) -> str:
    """An assertion, or a branch that turns a model down or lets it through."""
    if isinstance(node, ast.Assert):
        return _limit(node.test, test)
    if isinstance(node, ast.If):
        found = _limit(node.test, test)
        return found if found and (_refuses(node.body) or _promotes([*node.body, *node.orelse])) else ""
    if isinstance(node, ast.Return) and node.value is not None and _GATES.search(scope):
        return _limit(node.value, test)
    return ""


def _limit(test: ast.expr, in_test: bool) -> str:
    """The metric that is held against a number."""
    for node in ast.walk(test):
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        ):
            for metric, number in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                name = _metric(metric)
                if name and bound(_number(number)):
                    return name
    return ""


def _metric(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        name = str(node.slice.value)
    elif isinstance(node, ast.Call):
        name = chain(node.func).rpartition(".")[2]
    else:
        name = chain(node).rpartition(".")[2]
    return (
        name
        if name and (metric_words(name) or re.search(r"(?:model|test|val|best|eval|r2|cv)_?\w*score|^score$", name))
        else ""
    )


def _refuses(body: list[ast.stmt]) -> bool:
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and _REFUSES.search(chain(node.func)):
            return True
    return False


def _promotes(body: list[ast.stmt]) -> bool:
    calls = (part for statement in body for part in ast.walk(statement) if isinstance(part, ast.Call))
    return any(_PROMOTES.search(chain(call.func)) for call in calls)


def _library(node: ast.AST) -> str:
    """A library's gate with a number: a threshold of an evaluator, a condition of a pipeline."""
    if not isinstance(node, ast.Call):
        return ""
    name = chain(node.func).rpartition(".")[2]
    if not _LIBRARY.search(name):
        return ""
    for word in node.keywords:
        if word.arg in _THRESHOLDS:
            numbers = [_number(part) for part in ast.walk(word.value) if isinstance(part, ast.expr)]
            if any(bound(number) for number in numbers):
                return name
    return ""


def _in_settings(written: Literals) -> Iterator[Shown]:
    criteria: dict[str, int] = {}
    for one in written.in_settings(_SETTINGS):
        path, line = one.at.path, one.at.line
        if path.endswith(".json") and not re.search(r"config|param|setting|criteria|threshold", path):
            continue
        if one.name == "validation_criteria":
            criteria[path] = line
        elif one.name == "threshold" and 0 < line - criteria.get(path, -99) <= 30 and bound_text(one.value):
            yield Shown("validation_criteria", one.at)
        elif target_name(one.name) and bound_text(one.value):
            yield Shown(one.name, one.at)


def _in_commands(view: RepoView, project: Project) -> Iterator[Shown]:
    from mlops_lint.facts.project.reading import lines_of

    for path in view.entries:
        lower = path.lower()
        if lower.endswith(_COMMANDS) and (project.owns(path) or path.startswith(".github/")):
            for number, line in enumerate(lines_of(view, path), 1):
                if _FLAGS.search(line) and not line.lstrip().startswith("#") and commanded(line):
                    yield Shown("a command fails below a number", Location(path, number))


def _in_documents(view: RepoView, project: Project) -> Iterator[Shown]:
    paths = [
        *readmes(view, project.folder),
        *(path for path in view.entries if _DOCS.search(path) and project.owns(path)),
    ]
    for path in dict.fromkeys(paths[:60]):
        for one in sentences(view, path):
            if not one.title and not _RESULTS.search(one.heading) and stated(one.text):
                yield Shown(brief(one.text), Location(path, one.line))
