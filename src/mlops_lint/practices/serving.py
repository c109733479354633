"""Practices about the model in service: what answers, and what watches it."""

from __future__ import annotations

import re

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, External, Use
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named, short

_DRIFT = re.compile(r"drift|psi(?![a-z])|population_stability|monitor", re.IGNORECASE)


class ServingCode(Practice):
    """Code that answers requests: routes, platform functions, demos for people."""


class Monitoring(Practice):
    """Predictions, drift or the health of the service are recorded or compared."""


@provides
def serving_code(own: OwnCode, knowledge: Knowledge) -> ServingCode:
    """An application object alone answers nothing: a route, a handler or a page has to be there."""
    tools = knowledge.tools("serving")
    targets = {call for tool in tools for call in tool.calls("apps", "routes", "bases")}
    shown: list[Shown] = []
    for tool in tools:
        shown += named(own.uses(tool.calls("routes"), tests=False))
        if tool.get("demo") or not tool.get("routes"):
            shown += named(own.calls(tool.calls("apps"), tests=False))
        shown += _handlers(own, tool)
        shown += _platform(own, tool)
    return judge(ServingCode, shown, otherwise=idle(ServingCode, own, targets))


def _handlers(own: OwnCode, tool: Tool) -> list[Shown]:
    """Classes of a serving framework with a method that handles requests."""
    bases, methods = tool.calls("bases"), set(tool.get("methods", ()))
    found: list[Shown] = []
    for klass in own.functions(lambda name: True, kinds=("class",)) if bases else ():
        handled = [name for name in sorted(methods) if own.code.definition(klass.path, f"{klass.qualname}.{name}")]
        known = [base.name for base in own.code.names.bases(klass) if isinstance(base, External)]
        if handled and bases.intersection(known):
            found.append(Shown(f"{klass.name}.{handled[0]}", own.code.at(klass)))
    return found


def _platform(own: OwnCode, tool: Tool) -> list[Shown]:
    """Functions that a platform calls by name; `init` and `run` only as a pair."""
    names = [str(name) for name in tool.get("names", ())]
    found: list[Shown] = []
    for path, module in own.code.modules.items():
        if path.endswith(".ipynb") or not own.counts(path, tests=False):  # a platform imports modules
            continue
        given = [name for name in names if (d := module.definitions.get(name)) and d.kind == "function"]
        whole = len(given) == len(names) if tool.get("paired") else "_fn" in "".join(given) or "lambda_handler" in given
        if given and whole and _takes_request(own, module.definitions[given[-1]]):
            found.append(Shown(", ".join(given), own.code.at(module.definitions[given[-1]])))
    return found


def _takes_request(own: OwnCode, definition: Definition) -> bool:
    return bool(own.code.modules[definition.path].facts[definition.qualname].parameters)


@provides
def monitoring(own: OwnCode, knowledge: Knowledge) -> Monitoring:
    """Log lines do not count; comparisons of distributions count where the code says that they are about drift."""
    tools = [tool for tool in knowledge.tools("monitoring") if tool.name not in ("structured_logs",)]
    targets = {call for tool in tools for call in tool.calls("observe", "instrument", "define")}
    shown: list[Shown] = []
    for tool in tools:
        shown += named(own.uses(tool.calls("observe", "instrument"), tests=False))
        shown += _observed(own, tool)
        shown += named(use for use in own.calls(tool.calls("compare"), tests=False) if _about_drift(use))
    return judge(Monitoring, shown, otherwise=idle(Monitoring, own, targets))


def _observed(own: OwnCode, tool: Tool) -> list[Shown]:
    """Methods of objects that only watch when used: a counter that nobody increments counts nothing."""
    targets = {f"{made}().{method}" for made in tool.calls("define") for method in tool.get("methods", ())}
    return [Shown(short(use.name), use.at) for use in own.uses(targets, tests=False)]


def _about_drift(use: Use) -> bool:
    return bool(_DRIFT.search(use.path.rpartition("/")[2]) or _DRIFT.search(use.scope))
