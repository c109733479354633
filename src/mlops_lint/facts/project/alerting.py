"""Rules of alerts: what they look at, from which number on, and whether the project emits that at all."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.documents.node import DocumentError, ListNode, Node, iterate
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.reading import documents_of, place, text_of, walk, word
from mlops_lint.facts.project.serving import Serving
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_NAME = re.compile(r"(?<![\w\"'=~.])([a-zA-Z_:][a-zA-Z0-9_:]*)(?!\s*\(|[\w\"'])")
_LIMIT = re.compile(r"(?:[<>]=?|==)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_KEYWORDS = frozenset(
    "by without on ignoring group_left group_right and or unless bool offset sum avg min max count rate "
    "increase inf nan le quantile d h m s w "
    "clamp vector absent for start end atan2 instance job".split()
)
_ELSEWHERE = (
    "up", "node_", "container_", "kube_", "process_", "python_", "go_", "nginx_", "envoy_", "istio_", "aws_",
    "http_", "fastapi_", "flask_",
    "probe_", "scrape_", "DCGM_", "nv_", "ray_", "bentoml_", "triton_", "tensorflow", "torchserve", "ts_", "seldon_",
    "kserve_", "vllm", "traefik_",
    "gunicorn_", "starlette_", "redis_", "pg_", "kafka_", "machine_", "cadvisor_", "airflow_", "mlserver_",
    "model_infer", "request_", "evidently",
)  # fmt: skip
"""Names that exporters and servers give, whoever writes the code."""
_METRIC = re.compile(r"(?:^|\.)(?:Counter|Gauge|Histogram|Summary)$")
_SUFFIX = re.compile(r"_(?:bucket|sum|count|total|created|info)$")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the `text` that decides, the numbers that it compares with, the metrics that it names."""

    text: str
    at: Location
    limits: tuple[float, ...]
    metrics: tuple[str, ...]
    prometheus: bool


class Alerting:
    """Reads rules of Prometheus; of other files, the lines."""

    def __init__(self, code: Code, serving: Serving, knowledge: Knowledge) -> None:
        self.code = code
        self.view = code.view
        self.serving = serving
        self.knowledge = knowledge

    def rules(self, path: str) -> list[Rule]:
        """The rules of a file."""
        found = []
        if path.endswith((".yml", ".yaml")):
            for document in documents_of(self.view, path):
                found += [rule for node in iterate(document) if (rule := _rule(path, node)) is not None]
        return found

    def empty(self, path: str) -> bool:
        """Whether a file is one for rules of Prometheus, and holds none."""
        documents = documents_of(self.view, path) if path.endswith((".yml", ".yaml")) else []
        groups = [walk(one, "spec", "groups") or walk(one, "groups") for one in documents]
        return any(isinstance(one, ListNode) for one in groups) and not self.rules(path)

    def about(self, path: str, when: str) -> list[Rule]:
        """The rules that look at what an alert of the charter is about: by expression, then by name."""
        wanted = set(tokens(when)) - {"above", "below", "over", "under", "the", "a", "is", "of"}
        rules = self.rules(path)
        exact = [rule for rule in rules if when in rule.text or _plain(when) in {_plain(name) for name in rule.metrics}]
        return exact or [rule for rule in rules if wanted and wanted <= set(tokens(rule.text))]

    def mentions(self, path: str, when: str) -> Location | None:
        """The first line, comments aside, that names it."""
        wanted = {one for one in tokens(when) if len(one) > 2}
        text = text_of(self.view, path) or ""
        for number, line in enumerate(text.split("\n"), 1):
            if not line.lstrip().startswith(("#", "//")) and (when in line or (wanted and wanted <= set(tokens(line)))):
                return Location(path, number)
        known = set(tokens("\n".join(line for line in text.split("\n") if not line.lstrip().startswith(("#", "//")))))
        return Location(path) if wanted and wanted <= known else None

    def silent(self, rule: Rule) -> str | None:
        """A metric of a rule that nothing of the project emits; None where each is emitted, or may be."""
        for name in rule.metrics:
            base = _SUFFIX.sub("", name)
            if name.startswith(_ELSEWHERE) or ":" in name or self._emitted(name) or self._emitted(base):
                continue
            return name
        return None

    def own(self, rule: Rule) -> bool:
        """Whether a rule looks at numbers that only the project's own code could give: no exporter's, no gateway's."""
        names = [name for name in rule.metrics if not name.startswith(_ELSEWHERE) and ":" not in name]
        return bool(names) and len(names) == len(rule.metrics) and rule.prometheus

    def _emitted(self, name: str) -> bool:
        plain = _plain(name)
        if plain in self._idle:
            return False
        return plain in self._names or any(
            (head and plain.startswith(head)) or (tail and plain.endswith(tail)) for head, tail in self._parts
        )

    @cached_property
    def _names(self) -> frozenset[str]:
        """Texts of shipped code and of recording rules that may be names of metrics."""
        found = {_plain(_SUFFIX.sub("", text)) for path in self._paths() for text in self._texts(path)}
        found |= {_plain(text) for path in self._paths() for text in self._texts(path)}
        for path in self.view.entries:
            if path.endswith((".yml", ".yaml")) and "record:" in (text_of(self.view, path) or ""):
                records = [walk(node, "record") for one in documents_of(self.view, path) for node in iterate(one)]
                found |= {_plain(word(node)) for node in records if node is not None}
        return frozenset(found)

    @cached_property
    def _idle(self) -> frozenset[str]:
        """Metrics that are set up under a name which no shipped code reads, and whose own name stands nowhere else."""
        made: dict[str, list[str]] = {}
        for path in self._paths():
            for part in self.code.source(path).tree.body:
                if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name) and _metric(part.value):
                    made.setdefault(part.targets[0].id, []).append(_metric(part.value))
        if not made:
            return frozenset()
        uses = (use.chain for path in self._paths() for use in self.code.modules[path].symbols.uses)
        read = {step for text in uses for step in re.split(r"\W+", text)}
        told = [text for path in self._paths() for text in self._texts(path)]
        texts, known = Counter(map(_plain, told)), set(told)
        idle = [name for variable, names in made.items() if variable not in read | known for name in names]
        return frozenset(_plain(name) for name in idle if texts[_plain(name)] == 1)

    @cached_property
    def _parts(self) -> list[tuple[str, str]]:
        """Beginnings and ends of names that are put together: `f"{PREFIX}_latency"`, `namespace="churn"`."""
        found = []
        for path in self._paths():
            for part in ast.walk(self.code.source(path).tree):
                if isinstance(part, ast.JoinedStr) and len(part.values) > 1:
                    first, last = part.values[0], part.values[-1]
                    head = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
                    tail = last.value if isinstance(last, ast.Constant) and isinstance(last.value, str) else ""
                    shown = [text if re.fullmatch(r"[\w.]{4,}", text) else "" for text in (head, tail)]
                    found.append((_plain(shown[0]) if shown[0] else "", _plain(shown[1]) if shown[1] else ""))
                elif (
                    isinstance(part, ast.keyword)
                    and part.arg in ("namespace", "subsystem", "prefix")
                    and isinstance(part.value, ast.Constant)
                ):
                    found.append((_plain(str(part.value.value)) + "_", ""))
        return found

    def _paths(self) -> list[str]:
        return [path for path in self.code.modules if self.serving.ships(path)]

    def _texts(self, path: str) -> Iterator[str]:
        try:
            tree = self.code.source(path).tree
        except (DocumentError, Unreadable):
            return
        told = {id(part.value) for part in ast.walk(tree) if isinstance(part, ast.Expr)}
        for part in ast.walk(tree):
            if (
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and id(part) not in told
                and len(part.value) < 120
            ):
                yield part.value
            elif isinstance(part, ast.keyword) and part.arg:
                yield part.arg


def _metric(value: ast.expr) -> str:
    """The name of a metric that is set up: `Gauge("queue_length", "…")`."""
    call = value if isinstance(value, ast.Call) and _METRIC.search(chain(value.func)) else None
    first = call.args[0] if call is not None and call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _rule(path: str, node: Node) -> Rule | None:
    """A mapping that has an expression and the name of an alert."""
    expression = walk(node, "expr") or walk(node, "query") or walk(node, "condition")
    named = walk(node, "alert") or walk(node, "name") or walk(node, "title") or walk(node, "uid")
    text = word(expression)
    if (
        expression is None
        or not text
        or (named is None and walk(node, "expr") is None)
        or walk(node, "record") is not None
    ):
        return None
    prometheus = walk(node, "expr") is not None and walk(node, "alert") is not None
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", text)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    names = [name for name in _NAME.findall(bare) if name not in _KEYWORDS and not re.fullmatch(r"\d.*", name)]
    limits = tuple(float(number) for number in _LIMIT.findall(bare))
    shown = f"{text} {word(named)}"
    return Rule(shown, place(path, expression), limits, tuple(dict.fromkeys(names)) if prometheus else (), prometheus)


def _plain(name: str) -> str:
    return re.sub(r"[.\-/: ]+", "_", name.strip().lower())


@provides
def alerting(code: Code, serving: Serving, knowledge: Knowledge) -> Alerting:
    """Read when asked for."""
    return Alerting(code, serving, knowledge)
