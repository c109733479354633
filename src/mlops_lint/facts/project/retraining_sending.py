"""What code says while it runs, and the events by which it starts a workflow of the same repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.project.ci import CiConfig
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.reading import scalars, text_of, walk, yaml_of
from mlops_lint.facts.project.retraining_words import STARTS, texts_of
from mlops_lint.facts.project.workflows import Workflows
from mlops_lint.model import Location

_EVENT = re.compile(r"\bevent_type\b|createDispatchEvent|create_repository_dispatch")
_OTHER = re.compile(r"/workflows/|gh workflow run|workflow_dispatch|createWorkflowDispatch|create_dispatch\b")
_OWN = re.compile(r"repos/([\w.-]+/[\w.-]+)/dispatches")
_SENDS = re.compile(
    r"/dispatches\b|repository-dispatch@|createDispatchEvent|webhook_configs|webhookConfigs|kind:\s*Sensor|repository_dispatch\("
)
_FILES = re.compile(r"\.(?:ya?ml|json|sh|tf|toml|js|ts)$|(?:^|/)(?:Makefile|justfile|Jenkinsfile)$")
_ABOUT = ("README.md", "pyproject.toml", "setup.cfg", "setup.py", "mlproject.yaml")
_DATA = re.compile(
    r"^[\w./{}:-]*\.(?:parquet|csv|tsv|jsonl?|feather|arrow|np[yz]|pkl|joblib|pt|txt|gz)$", re.IGNORECASE
)
_GIVEN = frozenset("getenv get Field Path field environ env SecretStr".split())


def running(code: Code, reach: Reach) -> Iterator[str]:
    """The texts and names of calls in reach; a setting says something only where its name is used."""
    bodies = [one for one in reach.definitions if one.kind == "function"]
    used = {
        split(use.chain)[-1].lstrip(".")
        for path in {one.path for one in reach.definitions}
        for use in code.modules[path].symbols.uses
        if code.graph.scope(path, use.scope) in reach
    }
    for path in sorted({one.path for one in reach.definitions}):
        uses = code.modules[path].symbols.uses
        yield from (use.chain for use in uses if code.graph.scope(path, use.scope) in reach)
        named = {node for name, node in _named(code, path) if name not in used}
        functions = {id(code.node(one)) for one in code.modules[path].definitions.values() if one.kind == "function"}
        yield from _outside(code.source(path).tree, named, functions)
    for one in bodies:
        yield from texts_of(code.node(one))
        yield from _keywords(code.node(one))


def acting(told: Iterable[str]) -> Iterator[str]:
    """What of it is more than the name of a table, of a constant or of a section of the settings."""
    for text in told:
        last = text.rpartition(".")[2]
        if last.isupper() or _DATA.search(text) or text.lower() in ("train", "training"):
            continue
        yield text


def _named(code: Code, path: str) -> Iterator[tuple[str, int]]:
    """The names of a file or class that are set to a plain value, and where."""
    for part in ast.walk(code.source(path).tree):
        if not isinstance(part, ast.Assign | ast.AnnAssign) or part.value is None or not _plain(part.value):
            continue
        for target in part.targets if isinstance(part, ast.Assign) else [part.target]:
            yield chain(target).rpartition(".")[2], id(part)


def _plain(value: ast.expr) -> bool:
    """A text, or what the environment or a library of settings makes of one."""
    calls = [part for part in ast.walk(value) if isinstance(part, ast.Call)]
    return all(split(chain(one.func))[-1].lstrip(".") in _GIVEN for one in calls)


def _outside(tree: ast.AST, skipped: set[int], functions: set[int]) -> Iterator[str]:
    """The texts of a file outside of its functions."""
    for part in ast.iter_child_nodes(tree):
        if id(part) in skipped or id(part) in functions or (isinstance(part, ast.Expr) and _told(part)):
            continue
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        yield from _outside(part, skipped, functions)


def _told(part: ast.Expr) -> bool:
    return isinstance(part.value, ast.Constant)


def _keywords(node: ast.AST) -> Iterator[str]:
    yield from (part.arg for part in ast.walk(node) if isinstance(part, ast.keyword) and part.arg == "event_type")


class Sending:
    """Asked what hears the events that code sends."""

    def __init__(self, code: Code, workflows: Workflows) -> None:
        self.code = code
        self.workflows = workflows
        self.view = code.view

    @cached_property
    def starter(self) -> Location | None:
        """Live code that starts something by its name, and not by an event."""
        for path, module in sorted(self.code.modules.items()):
            if self.code.is_test(path):
                continue
            inner = [one for one in module.definitions.values() if one.kind == "function"]
            bodies = [one for one in (module.body, module.main) if one in self.code.live]
            for one in (*bodies, *([each for each in inner if each in self.code.live] or inner)):
                said = " ".join(self._said(one))
                if STARTS.search(said) and not self.event(said):
                    return Location(path)
        return None

    def _said(self, one: Definition) -> Iterator[str]:
        """The texts and calls of one body, with the settings that it names."""
        names = [use.chain for use in self.code.modules[one.path].symbols.uses if self._in(one, use)]
        yield from names
        lasts = {split(name)[-1].lstrip(".") for name in names}
        yield from (text for name, text in self._addresses if name in lasts)
        if one.kind == "function":
            yield from texts_of(self.code.node(one))
            yield from _keywords(self.code.node(one))
        else:
            yield from _outside(
                self.code.source(one.path).tree,
                {node for _, node in _named(self.code, one.path)},
                {id(self.code.node(each)) for each in self.code.modules[one.path].definitions.values()},
            )

    def _in(self, one: Definition, use: UseFact) -> bool:
        return self.code.graph.scope(one.path, use.scope) == one

    @cached_property
    def _addresses(self) -> tuple[tuple[str, str], ...]:
        """Settings that name an address by which something is started."""
        paths = [path for path in sorted(self.code.modules) if STARTS.search(text_of(self.view, path) or "")]
        trees = [self.code.source(path).tree for path in paths if not self.code.is_test(path)]
        return tuple(
            (chain(target).rpartition(".")[2], text)
            for tree in trees
            for part in ast.walk(tree)
            if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None and _plain(part.value)
            for target in (part.targets if isinstance(part, ast.Assign) else [part.target])
            for text in texts_of(part)
            if STARTS.search(text)
        )

    def event(self, said: str) -> bool:
        """Whether code sends an event of the repository, and starts no workflow by its name."""
        return bool(_EVENT.search(said)) and not _OTHER.search(said)

    def unheard(self, texts: Iterable[str], definitions: Iterable[Definition]) -> str:
        """Why an event of the repository's own starts nothing; empty where something hears it, or may."""
        said = " ".join(texts)
        if not self.event(said):
            return ""
        rest = re.sub(r"/dispatches\b|createDispatchEvent|repository_dispatch|\bpublish\w*", "", said)
        own = _OWN.search(said)
        if STARTS.search(rest) or own is None or not self._ours(own[1]):
            return ""
        heard = [one for one in self.workflows.ci.configs if "repository_dispatch" in self.workflows.events(one)]
        if not heard:
            return "sends an event that no workflow listens to"
        sent = {kind for one in definitions if one.kind == "function" for kind in _kinds(self.code.node(one))}
        kinds: set[str] = set()
        for config in heard:
            types = walk(yaml_of(self.view, config.path), "on", "repository_dispatch", "types")
            if types is None:
                return ""
            kinds |= {one.text for one in scalars(types)}
        if not sent or sent & kinds or any("*" in kind for kind in kinds):
            return ""
        return f"sends the event `{min(sent)}`, and no workflow listens to it"

    def other(self, config: CiConfig) -> str:
        """Which events a workflow waits for, where all that is sent here are others; empty where one may fit."""
        types = walk(yaml_of(self.view, config.path), "on", "repository_dispatch", "types")
        kinds = {one.text for one in scalars(types)} if types is not None else set()
        if not kinds or any("*" in kind for kind in kinds) or self._files_send:
            return ""
        sent: set[str] = set()
        for one in self.code.live.definitions:
            if one.kind == "function" and not self.code.is_test(one.path) and self.event(" ".join(self._said(one))):
                known = set(_kinds(self.code.node(one)))
                if not known:
                    return ""
                sent |= known
        return f"waits for `{min(kinds)}`, and what is sent is `{min(sent)}`" if sent and not sent & kinds else ""

    def _ours(self, name: str) -> bool:
        """Whether `owner/name` is this repository, as its own files say."""
        texts = [text_of(self.view, path) or "" for path in (*_ABOUT, self.code.project.charter_path)]
        others = (path for path in self.view.entries if path.endswith((".yaml", ".yml")))
        short = re.escape(name.partition("/")[2])
        word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])|^\s*name:\s*[\"']?{short}[\"']?\s*$", re.MULTILINE)
        return any(word.search(text) for text in texts) or any(
            word.search(text_of(self.view, one) or "") for one in others
        )

    @cached_property
    def _files_send(self) -> bool:
        paths = [path for path in self.view.entries if _FILES.search(path)]
        return any(_SENDS.search(_uncommented(text_of(self.view, path) or "")) for path in paths)

    @cached_property
    def sender(self) -> bool:
        """Whether anything of the repository, or a rule of its monitoring, may send events to it."""
        if self._files_send:
            return True
        shipped = [path for path in self.code.modules if not self.code.is_test(path)]
        live = self.code.reachable([one for one in self.code.entries() if one.path in shipped])
        said = " ".join(running(self.code, live))
        return bool(_EVENT.search(said) or re.search(r"/dispatches\b", said))


def _uncommented(text: str) -> str:
    return re.sub(r"(?m)(?:^|\s)#.*$", "", text)


def _kinds(node: ast.AST) -> Iterator[str]:
    """`{"event_type": "retrain"}`, `event_type="retrain"`."""
    for part in ast.walk(node):
        pairs = zip(part.keys, part.values, strict=True) if isinstance(part, ast.Dict) else ()
        found = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "event_type"]
        found += [part.value] if isinstance(part, ast.keyword) and part.arg == "event_type" else []
        yield from (one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str))
