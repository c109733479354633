"""Practice: predictions, drift or the health of the service are watched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, Use
from mlops_lint.facts.project.knowledge import Knowledge, Metrics, Tool
from mlops_lint.facts.project.reading import text_of
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, short
from mlops_lint.repo.view import RepoView

_DRIFT = re.compile(r"drift|psi(?![a-z])|population_stability|monitor", re.IGNORECASE)
_NAMED = re.compile(r"(?:^|_)(?:drift|psi|population_stability(?:_index)?)(?:_|$)|(?<![A-Z])Drift|PSI")
_ABOUT = re.compile(
    r"(?:(?:data|model|concept|ml)[_-]?)?(?:drift|monitor)(?:ing|s)?(?:[_-]?(?:detect|monitor|check)\w{0,4})?", re.I
)
_DETECTS = re.compile(
    r"drift_?(?:detect|monitor|check|analy)|(?:detect|monitor|check|analy)\w{0,8}_?drift", re.IGNORECASE
)
_ACTS = re.compile(
    r"(?:^|_)(?:simulat|generat|inject|creat|add|make|plot|draw|show|load|read|save|get|fetch|introduc)", re.I
)
_WATCHES = re.compile(r"(?:^|[_/])monitor(?:ing|s)?(?:[_/.]|$)", re.IGNORECASE)
_KEEPS = re.compile(r"(?:log|record|save|store|track|persist|insert|write|send|capture|publish)_")
_OUTCOME = re.compile(r"predict|inference|feedback|evidently|whylogs")
_BOTH_WAYS = frozenset(("tfdv", "deepchecks"))
"""Tools that also look at data before training: they count where the code speaks of drift or monitoring."""
_SPEAKS = re.compile(r"\bdrift(?:ed|s)?\b", re.IGNORECASE)


class Monitoring(Practice):
    """Predictions, drift or the health of the service are recorded or compared."""


@provides
def monitoring(own: OwnCode, knowledge: Knowledge, metrics: Metrics) -> Monitoring:
    """Log lines do not count; comparisons count where the code says that they are about drift or monitoring."""
    tools = [tool for tool in knowledge.tools("monitoring") if tool.name not in ("structured_logs",)]
    targets = {call for tool in tools for call in tool.calls("observe", "instrument", "define")}
    shown: list[Shown] = []
    for tool in tools:
        uses = own.uses(tool.calls("observe", "instrument"), tests=False)
        shown += named(use for use in uses if tool.name not in _BOTH_WAYS or _about_drift(use))
        shown += _observed(own, tool)
        shown += named(use for use in own.calls(tool.calls("compare"), tests=False) if _about_drift(use))
    measured = {call for metric in metrics.all for call in metric.callables}
    shown += named(use for use in own.uses(measured, tests=False) if _watching(use))
    shown += [*_detectors(own), *_drift_checks(own), *_kept(own, knowledge)]
    return judge(Monitoring, shown, otherwise=idle(Monitoring, own, targets))


def _observed(own: OwnCode, tool: Tool) -> list[Shown]:
    """Methods of objects that only watch when used: a counter that nobody increments counts nothing."""
    targets = {f"{made}().{method}" for made in tool.calls("define") for method in tool.get("methods", ())}
    return [Shown(short(use.name), use.at) for use in own.uses(targets, tests=False)]


def _about_drift(use: Use) -> bool:
    return bool(_DRIFT.search(_near(use.path)) or _DRIFT.search(use.scope))


def _near(path: str) -> str:
    """A file's name, with its folder where that is about nothing else: `week_9_monitoring` holds a whole project."""
    folder, _, name = path.rpartition("/")
    return f"{folder.rpartition('/')[2]}/{name}" if _ABOUT.fullmatch(folder.rpartition("/")[2]) else name


def _watching(use: Use) -> bool:
    """Whether a metric is computed in a file or a function that is named after monitoring."""
    return bool(_WATCHES.search(_near(use.path)) or _WATCHES.search(use.scope))


def _detectors(own: OwnCode) -> list[Shown]:
    """Functions named after drift that compare or compute something; those that make or draw it do neither."""
    return [
        Shown(found.qualname, own.code.at(found))
        for found in own.functions(lambda name: not _ACTS.search(name))
        if (_NAMED.search(found.name) or _DETECTS.search(f"{_near(found.path)} {found.qualname}"))
        and _compares(own.code.node(found))
    ]


def _compares(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE | ast.NotEq)
        for part in ast.walk(node)
    ) or any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub | ast.Div) for part in ast.walk(node))


def _drift_checks(own: OwnCode) -> Iterator[Shown]:
    """`if new != old: print("model drift")`: two values are compared, and what follows calls the outcome drift."""
    view = own.code.view
    speaking = {path for path in own.code.modules if own.counts(path, tests=False) and "drift" in _text(view, path)}
    for path in sorted(speaking):
        for node in ast.walk(own.code.source(path).tree):
            if isinstance(node, ast.If) and _of_values(node.test) and own.runs(path, node):
                if any(_says_drift(statement) for statement in (*node.body, *node.orelse)):
                    yield Shown("compared for drift", own.at(path, node))
            elif isinstance(node, ast.Assign) and _says_drift(node) and own.runs(path, node):
                if isinstance(node.value, ast.Compare) and _sized(node.value):
                    yield Shown("compared for drift", own.at(path, node))


def _text(view: RepoView, path: str) -> str:
    return (text_of(view, path) or "").lower()


def _of_values(test: ast.expr) -> bool:
    """A comparison by size or of two computed values; one with a literal text chooses an option."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.left, ast.Name | ast.Attribute):
        return False
    right = test.comparators[0]
    sized = isinstance(test.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE)
    both = isinstance(test.ops[0], ast.NotEq) and isinstance(right, ast.Name | ast.Attribute)
    return (sized or both) and not (isinstance(right, ast.Constant) and isinstance(right.value, str))


def _sized(test: ast.Compare) -> bool:
    return all(isinstance(operator, ast.Gt | ast.Lt | ast.GtE | ast.LtE | ast.NotEq) for operator in test.ops)


def _says_drift(statement: ast.stmt) -> bool:
    """A call or an assignment directly in the branch that names drift; nested conditions speak for themselves."""
    if isinstance(statement, ast.Assign):
        return any(_SPEAKS.search(chain(target).replace("_", " ")) for target in statement.targets)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and _SPEAKS.search(part.value)
        for argument in call.args[:2]
        for part in ast.walk(argument)
    )


def _kept(own: OwnCode, knowledge: Knowledge) -> list[Shown]:
    """Functions that keep what was predicted and that the service calls."""
    routes = {
        call for tool in knowledge.tools("serving") for call in tool.calls("routes") if not call.startswith("dash.")
    }
    serving = {use.path for use in own.uses(routes, tests=False)}
    if not serving:
        return []
    return [
        Shown(found.name, own.code.at(found))
        for found in own.functions(lambda name: bool(_KEEPS.match(name)))
        if _outcome(own, found) and any(path in serving for path, _ in own.code.graph.call_sites.get(found, ()))
    ]


def _outcome(own: OwnCode, found: Definition) -> bool:
    """Whether its name, or with a bare `save_to_db` its parameters, speak of predictions."""
    if _OUTCOME.search(found.name.lower()):
        return True
    parameters = own.code.modules[found.path].facts[found.qualname].parameters
    return "_to_" in found.name and any(_OUTCOME.search(name.lower()) for name in parameters)
