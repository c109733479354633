"""Numbers about the service itself: latency, errors, throughput and cost, as the serving code gives them out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location

_KINDS = frozenset(("latency", "cost", "performance"))
_ASIDE = frozenset(("evidently", "nannyml", "deepchecks", "arize", "fiddler", "popmon", "watson_openscale"))
_HANDMADE = re.compile(
    r"(?:^|_)(?:observe|record|emit|track|push|report|log|send|time|measure)_?\w*(?:latency|duration|elapsed|timing|metrics?|errors?|cost)",
    re.I,
)
_OUTSIDE = re.compile(
    r"istio|linkerd|envoy|service[-_ ]?mesh|ddtrace|newrelic|opentelemetry|OTEL_|statsd|appdynamics|dynatrace|x-ray|"
    r"applicationinsights|latency|(?:request|response|http)[-_ ]?\w*(?:duration|time)|kserve|seldon|sagemaker|vertex",
    re.IGNORECASE,
)
_SETUP = re.compile(r"(?:^|/)(?:Dockerfile[^/]*|Procfile)$|\.(?:ya?ml|toml|tf|bicep|json|cfg|ini|conf|sh|tpl)$")
_REPORTS = re.compile(
    r"(?:^|/)(?:metrics|reports|results|evals?|tests?|\.github)/|mlproject\.yaml$|(?:^|/)dvc\.yaml$|lock"
)
_CLOCK = re.compile(
    r"perf_counter|monotonic|\btime\.time\b|process_time|\.time\(\)|timer|timing|timeit|latency|duration|elapsed"
    r"|histogram|summary\(|instrument|opentelemetry|middleware\.|sentry|newrelic|ddtrace|datadog|elasticapm|aws_xray"
    r"|applicationinsights|azure\.monitor|bentoml|mlserver|litserve|\bray\b",
    re.IGNORECASE,
)

_EXPOSES = re.compile(
    r"prometheus_client\.(?:\w+\.)*(?:make_[aw]sgi_app|start_\w+_server|generate_latest|push\w*_to_gateway|write_to_textfile)$"
)
"""What hands metrics to whoever asks, and measures nothing itself."""
_MADE = re.compile(r"^(?:\w+\.)*(?:Histogram|Summary)$")
"""A metric that is only set up takes no time; what observes it stands in a function."""


class Emitting:
    """Calls of monitoring libraries in reach of the serving code."""

    def __init__(self, code: Code, knowledge: Knowledge, serving: Serving) -> None:
        self.code = code
        self.serving = serving
        self.knowledge = knowledge

    def operating(self, roots: Iterable[Definition]) -> Location | None:
        """The first call that gives out a number about the service; jobs that never get to it are none of that."""
        answering = [*roots]
        above = set(self.serving.callers(answering))
        entries = [one for one in self.serving.entries() if one in above or not answering]
        reach = self.code.reachable([*answering, *entries])
        tools = [
            tool
            for tool in self.knowledge.tools("monitoring")
            if _KINDS & set(tool.get("kinds", ())) and tool.name not in _ASIDE
        ]
        targets = {call for tool in tools for call in tool.calls("observe", "instrument")}
        targets |= {
            f"{made}().{method}"
            for tool in tools
            for made in tool.calls("define")
            for method in tool.get("methods", ())
        }
        targets |= {
            f"{made}().labels().{method}"
            for tool in tools
            for made in tool.calls("define")
            for method in tool.get("methods", ())
        }
        for use in self.code.uses(targets):
            if self.serving.ships(use.path) and self.code.scope_of(use) in reach:
                return use.at
        for one in sorted(reach.definitions):
            if (
                one.kind == "function"
                and _HANDMADE.search(one.name)
                and not self.code.modules[one.path].facts[one.qualname].stub
            ):
                return self.code.at(one)
        return None

    def clocked(self, roots: Iterable[Definition]) -> bool:
        """Whether the serving code may take the time of anything: a clock, a timer, a library that instruments."""
        reach = self.code.reachable(roots)
        tools = self.knowledge.tools("monitoring")
        measuring = {call for tool in tools for call in tool.calls("instrument") if not _EXPOSES.search(call)}
        if reach.opaque(frozenset()) or any(self.serving.ships(use.path) for use in self.code.uses(measuring)):
            return True
        if self._from_outside():
            return True
        names = (use for one in reach.definitions for use in self.code.modules[one.path].symbols.uses)
        if any(_CLOCK.search(_MADE.sub("", use.chain)) for use in names if use.scope in ("", "<main>")):
            return True
        inner = [one for one in reach.definitions if one.kind == "function" and self.serving.ships(one.path)]
        return any(_CLOCK.search(ast.unparse(self.code.node(one))) for one in inner)

    def _from_outside(self) -> bool:
        """Whether what the service runs in may take the time: a mesh, an agent, an alert on it."""
        view, project = self.code.view, self.code.project
        paths = (one for one in view.entries if _SETUP.search(one) and not _REPORTS.search(one) and project.owns(one))
        return any(_OUTSIDE.search(text_of(view, path) or "") for path in paths)

    def loads_each_time(self, handler: Definition) -> Location | None:
        """Where a handler loads the model anew for each request; a cache in between is fine."""
        loads = ("joblib.load", "pickle.load", "torch.load", "torch.jit.load", "mlflow.pyfunc.load_model",
                 "mlflow.sklearn.load_model",
                 "tensorflow.keras.models.load_model", "keras.models.load_model", "onnxruntime.InferenceSession",
                 "transformers.pipeline")  # fmt: skip
        for use in self.code.uses(loads):
            if use.call and self.code.scope_of(use) == handler:
                return use.at
        return None

    def ensembles(self, roots: Iterable[Definition]) -> Location | None:
        """Where training builds a model of many models."""
        known = (
            "VotingClassifier",
            "VotingRegressor",
            "StackingClassifier",
            "StackingRegressor",
            "BaggingClassifier",
            "BaggingRegressor",
        )
        reach = self.code.reachable(roots)
        for use in self.code.uses({f"sklearn.ensemble.{name}" for name in known}):
            if use.call and self.code.scope_of(use) in reach:
                return use.at
        return None


@provides
def emitting(code: Code, knowledge: Knowledge, serving: Serving) -> Emitting:
    """Looked for when asked for."""
    return Emitting(code, knowledge, serving)
