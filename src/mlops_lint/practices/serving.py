"""Practice: code that answers requests with the model."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, External
from mlops_lint.facts.project.code.modules import Module
from mlops_lint.facts.project.hints import hinted
from mlops_lint.facts.project.knowledge import Knowledge, Tool
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import json_of, mapping, place, walk, word, yaml_of
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.repo.view import RepoView

_ANSWERS = re.compile(
    r"predict|infer|scor|invoke|classif|generat|embed|answer|chat|complet|query|transcri|translat|summar|detect|recogni|"
    r"recommend|forecast",
    re.IGNORECASE,
)
_DEPLOYMENT = re.compile(r"(?:managedOnline|kubernetesOnline|batch)(?:Deployment|Endpoint)\.schema")
_KINDS = frozenset(("InferenceService", "SeldonDeployment", "ServingRuntime", "RayService"))
_ENTRY = re.compile(r"predict(?:_\w+)?|inference|infer|handler|endpoint|score")


class ServingCode(Practice):
    """Code that answers requests: routes, platform functions, demos for people."""


@provides
def serving_code(own: OwnCode, knowledge: Knowledge, project: Project) -> ServingCode:
    """An application object alone answers nothing: a route, a handler or a page has to be there."""
    tools = knowledge.tools("serving")
    targets = {call for tool in tools for call in tool.calls("apps", "routes", "bases") - tool.calls("silent")}
    shown = [*_declared(own.code.view, project), *_validated(own)]
    for tool in tools:
        shown += named(own.uses(tool.calls("routes") - tool.calls("silent"), tests=False))
        if tool.get("demo") or not tool.get("routes"):
            shown += named(own.calls(tool.calls("apps") - tool.calls("silent"), tests=False))
        shown += _handlers(own, tool)
        shown += _platform(own, tool)
    return judge(ServingCode, shown, otherwise=idle(ServingCode, own, targets))


def _declared(view: RepoView, project: Project) -> Iterator[Shown]:
    """Deployments that a platform makes of a manifest: endpoints, inference services, served graphs."""
    for path in hinted(view, project, "endpoint"):
        tree = yaml_of(view, path) if project.owns(path) else None
        if tree is not None and (_DEPLOYMENT.search(word(tree.get("$schema"))) or word(tree.get("kind")) in _KINDS):
            yield Shown("declared endpoint", place(path, tree))
    for path in view.entries:
        if posixpath.basename(path) == "langgraph.json" and project.owns(path):
            for key, graph in mapping(walk(json_of(view, path), "graphs")):
                file = posixpath.normpath(posixpath.join(posixpath.dirname(path), word(graph).partition(":")[0]))
                if file in view.entries:
                    yield Shown(f"graph {key.text}", place(path, graph))


def _validated(own: OwnCode) -> Iterator[Shown]:
    """A `predict` of a platform without routes: it checks what it is given by a model of the request."""
    for path, module in own.code.modules.items():
        models = (
            [one for one in module.definitions.values() if one.kind == "class"] if "pydantic" in _roots(module) else []
        )
        names = {
            one.name
            for one in models
            if any(isinstance(b, External) and b.name == "pydantic.BaseModel" for b in own.code.names.bases(one))
        }
        for found in module.definitions.values() if names and own.counts(path, tests=False) else ():
            if found.kind == "function" and "." not in found.qualname and _ENTRY.fullmatch(found.name):
                if any(use.scope == found.qualname and use.call and use.chain in names for use in module.symbols.uses):
                    yield Shown(found.name, own.code.at(found))


def _roots(module: Module) -> set[str]:
    return {fact.module.partition(".")[0] for fact in module.symbols.imports}


def _handlers(own: OwnCode, tool: Tool) -> list[Shown]:
    """Classes of a serving framework with a method that handles requests."""
    bases, methods = tool.calls("bases") - tool.calls("silent"), set(tool.get("methods", ()))
    found: list[Shown] = []
    for klass in own.functions(lambda name: True, kinds=("class",)) if bases else ():
        handled = [name for name in sorted(methods) if own.code.definition(klass.path, f"{klass.qualname}.{name}")]
        known = [base.name for base in own.code.names.bases(klass) if isinstance(base, External)]
        plain = any(base.startswith("http.server.") for base in known) and handled == ["do_GET"]
        if handled and bases.intersection(known) and not (plain and not _gets(own, klass)):
            found.append(Shown(f"{klass.name}.{handled[0]}", own.code.at(klass)))
    return found


def _gets(own: OwnCode, klass: Definition) -> bool:
    """Whether a handler of plain GET requests leads to a prediction: many only hand out files."""
    method = own.code.definition(klass.path, f"{klass.qualname}.do_GET")
    return method is not None and _answers(own, method)


def _platform(own: OwnCode, tool: Tool) -> list[Shown]:
    """Functions and classes that a platform calls by name; `init` and `run` only as a pair."""
    names, classes = [str(name) for name in tool.get("names", ())], set(tool.get("class_names", ()))
    found: list[Shown] = []
    for path, module in own.code.modules.items():
        if path.endswith(".ipynb") or not own.counts(path, tests=False):  # a platform imports modules
            continue
        given = {name: d for name in names if (d := module.definitions.get(name)) and d.kind == "function"}
        asked = list(given)[-1:] if tool.get("paired") and len(given) == len(names) else _asked(own, given)
        found += [
            Shown(", ".join(given), own.code.at(given[name])) for name in asked if _takes_request(own, given[name])
        ]
        found += [
            Shown(one.name, own.code.at(one))
            for one in module.definitions.values()
            if one.kind == "class" and one.name in classes and f"{one.name}.execute" in module.definitions
        ]
    return found


def _asked(own: OwnCode, given: Mapping[str, Definition]) -> list[str]:
    """What tells by itself that a platform asks for predictions; TensorFlow's estimators have an `input_fn`, too."""
    for name in ("predict_fn", "transform_fn"):
        if name in given:
            return [name]
    if (loads := given.get("model_fn")) is not None and _parameters(own, loads)[:1] == ["model_dir"]:
        return ["model_fn"]
    handler = given.get("lambda_handler")
    return ["lambda_handler"] if handler is not None and _answers(own, handler) else []


def _answers(own: OwnCode, handler: Definition) -> bool:
    """Whether something that the handler leads to predicts, or asks an endpoint to."""
    reach = own.code.reachable([handler])
    return any(
        use.call and _ANSWERS.search(use.chain.rpartition(".")[2]) and own.code.graph.scope(path, use.scope) in reach
        for path in sorted({definition.path for definition in reach.definitions})
        for use in own.code.modules[path].symbols.uses
    )


def _takes_request(own: OwnCode, definition: Definition) -> bool:
    return bool(_parameters(own, definition))


def _parameters(own: OwnCode, definition: Definition) -> list[str]:
    return own.code.modules[definition.path].facts[definition.qualname].parameters
