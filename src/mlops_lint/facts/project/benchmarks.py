"""What a benchmark really measures: does it time something, and does that reach the code that predicts?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.benchmarks_timed import timed
from mlops_lint.facts.project.called_by_name import uncalled_method
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.pointers import (
    Broken,
    FileTarget,
    FolderTarget,
    Hidden,
    Pointers,
    RemoteTarget,
    SymbolTarget,
    TestTarget,
)
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.routes import Routes
from mlops_lint.facts.project.serving import Serving
from mlops_lint.facts.project.wiring import Uncertain, Wired, Wiring
from mlops_lint.model import Location

_CLOCKS = (
    "time.", "timeit.", "datetime.", "locust.", "pytest_benchmark.", "cProfile.", "torch.cuda.Event",
    "torch.utils.benchmark", "torch.profiler", "tensorflow.profiler", "asyncio.get_", "pyperf.", "asv.",
    "triton.testing",
    "codetiming.", "line_profiler.", "pyinstrument.", "perfplot.", "richbench.",
)  # fmt: skip
_CLIENTS = (
    "requests.", "httpx.", "aiohttp.", "urllib.", "http.client.", "urllib3.", "grpc.", "locust.", "websockets.",
    "fastapi.testclient.", "starlette.testclient.", "molotov.", "gevent.", "tritonclient.", "websocket.", "boto3.",
    "google.cloud.", "azure.",
)  # fmt: skip
_TIMED = re.compile(
    r"^(?:time|timed|timer|timing|stopwatch|elapsed|benchmark|bench|latency|perf_counter|measure)", re.I
)
_REQUESTS = frozenset(("get", "post", "put", "request", "stream", "websocket_connect"))
_SENDS = re.compile(r"(?:client|session|requests|httpx|http|api|service)(?:\(.*\))?$", re.IGNORECASE)
_LOAD_TOOL = re.compile(r"\.(?:m?js|ts|jmx|ya?ml|json|lua|sh|bash|go|scala|toml|http|conf)$|(?:^|/)Makefile$")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What stands behind a pointer. Empty reasons where all is well; `unclear` says what cannot be told."""

    at: Location
    untimed: str = ""
    other: str = ""
    unclear: str = ""


class Benchmarks:
    """Judges one pointer at a time."""

    def __init__(self, code: Code, pointers: Pointers, serving: Serving, wiring: Wiring, routes: Routes) -> None:
        self.code = code
        self.pointers = pointers
        self.serving = serving
        self.wiring = wiring
        self.routes = routes

    def of(self, text: str, predicts_in: str | None) -> Benchmark | str:
        """What a benchmark measures; why that cannot be told."""
        target = self.pointers.resolve(text, "ref")
        if isinstance(target, Broken):
            return f"`{text}` {target.reason} (CH005)"
        if isinstance(target, Hidden | RemoteTarget):
            return f"`{text}` lies outside of what can be read here"
        roots = self._roots(target, text)
        if roots:
            at = target.at if isinstance(target, SymbolTarget | TestTarget) else Location(roots[0].path)
            return self._code(at, roots, predicts_in)
        if isinstance(target, FileTarget):
            return self._script(target.path, predicts_in)
        return f"`{text}` is nothing whose runs could be seen"

    def _roots(self, target: object, text: str) -> tuple[Definition, ...]:
        if isinstance(target, FolderTarget):
            files = [path for path in target.files if path in self.code.modules]
            return tuple(root for path in files for root in self._file(path))
        if isinstance(target, FileTarget) and not target.standin:
            return self._file(target.path)
        if isinstance(target, TestTarget):
            methods = self.code.modules[target.definition.path].definitions
            inner = [one for name, one in methods.items() if name.startswith(f"{target.definition.qualname}.")]
            return (target.definition, *(inner if target.definition.kind == "class" else ()))
        return self.serving.roots_of(text)

    def _file(self, path: str) -> tuple[Definition, ...]:
        module = self.code.modules.get(path)
        return (module.body, module.main, *module.definitions.values()) if module else ()

    def _code(self, at: Location, roots: tuple[Definition, ...], predicts_in: str | None) -> Benchmark:
        files = tuple(dict.fromkeys(root.path for root in roots))
        beside = [root for path in files for root in self._fixtures(path)]
        reach = self.code.reachable([*roots, *beside])
        if not self._timed(reach, files, self._served(predicts_in)):
            return Benchmark(at, untimed="measures no time")
        if (other := self._other(files, predicts_in)) is not None:
            return other
        return self._reaches(at, reach, files, predicts_in)

    def _other(self, files: tuple[str, ...], predicts_in: str | None) -> Benchmark | None:
        """A function that the benchmark hands to its stopwatch, where that leads to no prediction."""
        handed = timed(self.code, files)
        subject = self.wiring.subject(predicts_in) if predicts_in else ""
        if not handed or not isinstance(subject, Definition) or subject in handed:
            return None
        reach = self.code.reachable(handed)
        if (
            subject in reach
            or self._asks(reach.definitions)
            or isinstance(self.wiring.look(subject, handed), Uncertain)
        ):
            return None
        name = handed[0].name
        return Benchmark(self.code.at(handed[0]), other=f"times `{name}`, which never calls `{predicts_in}`")

    def _served(self, predicts_in: str | None) -> frozenset[Definition]:
        """What the prediction itself runs: a clock in there is not the benchmark's."""
        subject = self.wiring.subject(predicts_in) if predicts_in else ""
        return self.code.reachable([subject]).definitions if isinstance(subject, Definition) else frozenset()

    def _fixtures(self, path: str) -> list[Definition]:
        folder = path.rpartition("/")[0]
        names = {f"{folder}/conftest.py" if folder else "conftest.py", "conftest.py", "tests/conftest.py"}
        return [root for name in sorted(names) for root in self._file(name)]

    def _reaches(self, at: Location, reach: Reach, files: tuple[str, ...], predicts_in: str | None) -> Benchmark:
        subject = self.wiring.subject(predicts_in) if predicts_in else ""
        if not isinstance(subject, Definition):
            return Benchmark(at)
        idle = uncalled_method(self.code, subject, reach, files)
        if subject in reach and not idle:
            return Benchmark(at)
        if idle and not self._asks(frozenset(one for one in reach.definitions if one.path in files)):
            return Benchmark(at, other=f"never calls `{predicts_in}`")
        if self._asks(reach.definitions):
            if any(self._computed(path) for path in files):
                return Benchmark(at)
            return self._asked(at, self._texts(files), subject)
        answer = self.wiring.look(subject, reach.roots)
        if isinstance(answer, Wired):
            return Benchmark(at)
        if isinstance(answer, Uncertain):
            return Benchmark(at, unclear="a call in it cannot be followed, and may be the one that predicts")
        return Benchmark(at, other=f"never reaches `{predicts_in}`")

    def _asked(self, at: Location, texts: Iterable[str], subject: Definition) -> Benchmark:
        """Whether the requests that it sends go to a route that leads to the prediction."""
        known = self.routes.leading_to(subject)
        asked = sorted({path for text in texts for path in self.routes.named_in(text)})
        if not known or not asked or any(path in known for path in asked):
            return Benchmark(at)
        return Benchmark(at, other=f"asks `{asked[0]}`, and predictions are answered at `{sorted(known)[0]}`")

    def _asks(self, reach: frozenset[Definition]) -> bool:
        return any(self._names(reach, _CLIENTS)) or any(
            use.chain.endswith(("client.post", "client.get", "session.post", "session.get"))
            for definition in reach
            for use in self.code.modules[definition.path].symbols.uses
            if self.code.graph.scope(definition.path, use.scope) == definition
        )

    def _computed(self, path: str) -> bool:
        """Whether a request goes to an address of which nothing is written in the file."""
        for part in ast.walk(self.code.source(path).tree):
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.args:
                verb = part.func.attr in _REQUESTS and _SENDS.search(ast.unparse(part.func.value))
                if verb and not any("/" in text for text in _strings(part.args)) and not self._kept(path, part.args):
                    return True
        return False

    def _kept(self, path: str, values: list[ast.expr]) -> bool:
        """Whether a name among the values is set to something in that file."""
        names = {part.id for value in values for part in ast.walk(value) if isinstance(part, ast.Name)}
        return any(fact.target in names and not fact.parameter for fact in self.code.modules[path].symbols.bindings)

    def _names(self, reach: frozenset[Definition], starts: tuple[str, ...]) -> Iterable[str]:
        for path in sorted({definition.path for definition in reach}):
            for name, use in self.code.named(path):
                if name.startswith(starts) and self.code.graph.scope(path, use.scope) in reach:
                    yield name

    def _timed(self, reach: Reach, files: tuple[str, ...], served: frozenset[Definition]) -> bool:
        own = reach.definitions - served
        for definition in own:
            fact = self.code.modules[definition.path].facts.get(definition.qualname)
            if fact and ({"benchmark", "aio_benchmark"} & set(fact.parameters) or definition.name.startswith("time_")):
                return True
            if fact and any("benchmark" in decorator for decorator in fact.decorators):
                return True
        if any(name for name in self._names(own, _CLOCKS) if name != "time.sleep"):
            return True
        uses = [
            (path, use) for path in files for use in self.code.modules[path].symbols.uses if use.call
        ]  # a helper of a library, or an answer that carries its own time
        return any(
            _TIMED.match(use.chain.rpartition(".")[2])
            and not isinstance(self.code.resolve(path, use.scope, use.chain), Definition)
            for path, use in uses
        ) or any(
            use.chain.endswith((".elapsed", "elapsed.total_seconds"))
            for path in files
            for use in self.code.modules[path].symbols.uses
        )

    def _texts(self, files: Iterable[str]) -> list[str]:
        return [text for path in files for text in _strings([self.code.source(path).tree])]

    def _script(self, path: str, predicts_in: str | None) -> Benchmark | str:
        """A script of a load testing tool."""
        text = text_of(self.serving.code.view, path) or ""
        lines = [
            line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", "//", "*", "/*"))
        ]
        if not lines:
            return Benchmark(Location(path), untimed="holds nothing that runs")
        if re.search(r"\.(md|rst|txt|adoc|pdf|html?)$", path):
            return Benchmark(Location(path), untimed="is a document, which measures nothing")
        if not _LOAD_TOOL.search(path):
            return f"`{path}` is of a tool that is not read"
        subject = self.wiring.subject(predicts_in) if predicts_in else ""
        if not isinstance(subject, Definition):
            return Benchmark(Location(path))
        return self._asked(Location(path), lines, subject)


def _strings(trees: Iterable[ast.AST]) -> list[str]:
    nodes = (part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Constant))
    return [part.value for part in nodes if isinstance(part.value, str)]


@provides
def benchmarks(code: Code, pointers: Pointers, serving: Serving, wiring: Wiring, routes: Routes) -> Benchmarks:
    """Reads a benchmark when it is asked for."""
    return Benchmarks(code, pointers, serving, wiring, routes)
