"""Scripts that run the stages of a project one after the other: by starting them, or by calling what they hold."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator

from mlops_lint.documents.shell import parse_shell
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.nodes import MAIN
from mlops_lint.facts.project.code import Code, Definition, Use
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import text_of
from mlops_lint.model import Location
from mlops_lint.practices.base import Shown
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.stages import STAGES, chained, stage

_LAUNCHERS = frozenset(
    [
        *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen", "getoutput")),
        *("os.system", "os.popen", "runpy.run_path", "runpy.run_module", "papermill.execute_notebook"),
    ]
)
_SCRIPT = re.compile(r"(?<![\w./-])[\w./-]+\.(?:py|ipynb|R)\b")
_MODULE = re.compile(r"-m[ =]([\w.]+)|^([a-z_]\w*(?:\.\w+)+)$")
_CALLED = re.compile(r"(?:main|run|execute|start|go|process|initiate|launch|perform)(?:_|$)")
_DRIVER = re.compile(r"pipeline|workflow|orchestrat|end_?to_?end|full_?process|run_?all", re.IGNORECASE)
_RUNS = ("python", "jupyter", "papermill", "Rscript", "accelerate", "torchrun")


def launched(own: OwnCode) -> list[Shown]:
    """Files that start at least three of the project's stage scripts as programs."""
    by_file: dict[str, list[Use]] = {}
    for use in own.calls(_LAUNCHERS, tests=False):
        by_file.setdefault(use.path, []).append(use)
    found: list[Shown] = []
    scripts = _scripts(own.code) if by_file else {}
    for path, uses in by_file.items():
        callers = {use.name.rpartition(".")[2] for use in uses} | {use.scope.rpartition(".")[2] for use in uses}
        texts = _given(own.code.source(path).tree, callers - {"", MAIN})
        named = list(dict.fromkeys(name for text in texts for name in _in_text(text, scripts) if name != path))
        if chained(posixpath.basename(name) for name in named):
            found.append(Shown(f"starts {len(named)} scripts", uses[0].at))
    return found


def _scripts(code: Code) -> dict[str, str]:
    """The project's files by their last name."""
    return {posixpath.basename(path): path for path in code.modules if not code.is_test(path)}


def _given(tree: ast.Module, callers: set[str]) -> Iterator[str]:
    """The strings that are handed to the launching functions, be it by a loop over a list of them."""
    lists = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and any(_launches(part, callers) for part in ast.walk(node)):
            yield from _strings(lists.get(node.iter.id, node.iter) if isinstance(node.iter, ast.Name) else node.iter)
        elif isinstance(node, ast.Call) and _launches(node, callers):
            for argument in node.args:
                yield from _strings(lists.get(argument.id, argument) if isinstance(argument, ast.Name) else argument)


def _launches(node: ast.AST, callers: set[str]) -> bool:
    return isinstance(node, ast.Call) and split(chain(node.func))[-1].lstrip(".") in callers


def _strings(node: ast.AST) -> Iterator[str]:
    parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    yield " ".join(parts[:200])
    yield from parts[:200]


def _in_text(text: str, scripts: dict[str, str]) -> Iterator[str]:
    names = [posixpath.basename(match[0]) for match in _SCRIPT.finditer(text)]
    names += [(match[1] or match[2]).rpartition(".")[2] + ".py" for match in _MODULE.finditer(text)]
    yield from (scripts[name] for name in names if name in scripts)


def called(own: OwnCode) -> list[Shown]:
    """Functions and scripts that call into at least three stage modules, one after the other."""
    found: list[Shown] = []
    for path, module in own.code.modules.items():
        if path.endswith(".ipynb") or not own.counts(path, tests=False):
            continue
        for definition in (module.body, module.main, *module.definitions.values()):
            if definition.kind != "class" and definition in own.live and _drives(own, definition):
                found.append(Shown("calls each stage", own.code.at(definition)))
    return found


def _drives(own: OwnCode, definition: Definition) -> bool:
    """Stage modules only count by a call of their `main` or the like, unless the caller says that it is a pipeline."""
    says = bool(_DRIVER.search(f"{posixpath.basename(definition.path)} {definition.qualname}"))
    files: dict[str, set[str]] = {}
    for target in _targets(own, definition):
        name = posixpath.basename(target.path).removesuffix(".py")
        if target.path != definition.path and stage(name) and own.counts(target.path, tests=False):
            files.setdefault(target.path, set()).add(target.name)
    if files and not says:
        starts = _starts_objects(own, definition)
        files = {path: names for path, names in files.items() if any(_begins(name, starts) for name in names)}
    stems = [posixpath.basename(path).removesuffix(".py") for path in files]
    return chained(stems) and "train" in {stage(stem) for stem in stems}


def _begins(name: str, starts: bool) -> bool:
    """Whether what is called runs a stage: a `main`, or a class whose object is told to run."""
    return bool(_CALLED.match(name)) or (starts and name[:1].isupper())


def _starts_objects(own: OwnCode, definition: Definition) -> bool:
    """Whether `main`, `run` or the like is called on several objects: `stage = A(); stage.main()`."""
    uses = own.code.modules[definition.path].symbols.uses
    scope = definition.qualname
    called = [use for use in uses if use.call and use.scope == scope and "." in use.chain]
    return sum(1 for use in called if _CALLED.match(split(use.chain)[-1].lstrip("."))) >= STAGES


def _targets(own: OwnCode, definition: Definition) -> Iterable[Definition]:
    """What it calls by itself, or through methods and functions of its own file."""
    graph = own.code.graph
    direct = [edge.target for edge in graph.node(definition).edges if edge.use is not None and edge.use.call]
    within = [target for target in direct if target.path == definition.path and target.kind == "function"]
    further = [edge.target for inner in within for edge in graph.node(inner).edges if edge.use and edge.use.call]
    return [target for target in (*direct, *further) if target.qualname]


def shelled(own: OwnCode, project: Project) -> list[Shown]:
    """Shell scripts that start stage scripts: whether that is meant as a pipeline cannot be told."""
    found: list[Shown] = []
    scripts = _scripts(own.code)
    for path in own.code.view.entries:
        if path.endswith((".sh", ".bash")) and project.owns(path):
            text = text_of(own.code.view, path) or ""
            if text.count("python") < 3:
                continue
            words = [item.words for item in parse_shell(text, {}) if item.words and item.words[0].startswith(_RUNS)]
            named = [name for part in words for name in _in_text(" ".join(part), scripts)]
            if chained(posixpath.basename(name) for name in named):
                found.append(Shown("a shell script starts the stages", Location(path)))
    return found
