"""Where a program begins: scripts, console scripts, tests, and what a framework calls by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from mlops_lint.facts.project.code.inline import called_inline
from mlops_lint.facts.project.code.modules import Definition, Module
from mlops_lint.facts.project.code.names import Names
from mlops_lint.facts.project.project import Project
from mlops_lint.repo.view import RepoView, Unreadable

_CONVENTIONS = frozenset(["lambda_handler", "model_fn", "input_fn", "predict_fn", "output_fn"])
_PAIRS = (frozenset(("init", "run")), frozenset(("initialize", "inference")))
"""Functions that a serving platform calls by name when a file defines all of them."""
_COMMAND_LINES = frozenset(("fire.Fire", "Fire", "jsonargparse.CLI", "jsonargparse.auto_cli", "auto_cli"))
"""Calls that make commands of a module's functions; `tf.app.run()` calls its `main`."""
_FRAMEWORKS = {
    "kedro": frozenset(("create_pipeline", "register_pipelines")),
    "tfx": frozenset(("run_fn", "preprocessing_fn")),
    "tensorflow_transform": frozenset(("run_fn", "preprocessing_fn")),
}
"""Functions that a framework calls by name in files that import it."""
_STARTS = {"kedro": re.compile(r"^kedro\..*(?:[sS]ession\b.*\.run|\bfind_run_command\(\))$")}
"""Calls by which a program starts a framework, which then calls those functions."""
_COMMAND_FILES = re.compile(
    r"(^|/)(pyproject\.toml|setup\.cfg|setup\.py|dvc\.yaml|Makefile|justfile|Procfile|Dockerfile[^/]*|"
    r"[^/]*\.dockerfile|"
    r"docker-compose[^/]*\.ya?ml|compose\.ya?ml|tox\.ini|noxfile\.py|app\.ya?ml|serverless\.ya?ml|MLproject|"
    r"[^/]*\.sh|[^/]*\.service)$|^\.github/workflows/[^/]*\.ya?ml$|(^|/)\.gitlab-ci\.yml$"
)
_COLON = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_][\w.]*)")
MAX_PARTS = 40
_TEST_FOLDERS = frozenset(("tests", "test", "testing"))


def is_test_path(path: str) -> bool:
    """`tests/x.py`, `test_x.py`, `x_test.py`, `conftest.py`."""
    folder, name = posixpath.split(path)
    if name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py":
        return True
    return any(part in _TEST_FOLDERS for part in folder.split("/"))


def named_entries(view: RepoView, project: Project) -> list[str]:
    """`module:name` as command files write it (`uvicorn app:api`), and what Python within a command calls."""
    found: list[str] = []
    for path in view.entries:
        if not _COMMAND_FILES.search(path) or not (project.owns(path) or path.startswith(".github/")):
            continue
        try:
            text = view.read(path, limit=1_000_000).decode("utf-8", "replace")
        except Unreadable:
            continue
        lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
        for match in _COLON.finditer("\n".join(lines)):
            found.append(f"{match[1]}.{match[2]}")
        found += called_inline("\n".join(lines))
    return list(dict.fromkeys(found))


def started(modules: Mapping[str, Module], name: str) -> list[Definition]:
    """What a framework runs in the project's files once the library's call of that name starts it."""
    library = name.partition(".")[0]
    if library not in _STARTS or not _STARTS[library].search(name):
        return []
    return [
        module.definitions[called]
        for module in modules.values()
        if any(fact.level == 0 and fact.module.partition(".")[0] == library for fact in module.symbols.imports)
        for called in sorted(_FRAMEWORKS[library] & module.definitions.keys())
    ]


def program_entries(modules: Mapping[str, Module], names: Names, named: Iterable[str]) -> tuple[Definition, ...]:
    """All entries, in order of path."""
    found: list[Definition] = []
    for path, module in modules.items():
        found += [module.body, module.main]
        if is_test_path(path):
            found += _tests(module)
        called = _CONVENTIONS.union(*(pair for pair in _PAIRS if pair <= module.definitions.keys()))
        imported = {fact.module.partition(".")[0] for fact in module.symbols.imports if fact.level == 0}
        called = called.union(*(names for library, names in _FRAMEWORKS.items() if library in imported))
        chains = {use.chain for use in module.symbols.uses if use.call}
        if any(chain.endswith("app.run") for chain in chains):
            called |= {"main"}
        if chains & _COMMAND_LINES:
            called |= {name for name, one in module.definitions.items() if one.kind == "function" and "." not in name}
        found += [module.definitions[name] for name in sorted(called & module.definitions.keys())]
    for dotted in named:
        found += _by_name(modules, names, dotted)
    return tuple(dict.fromkeys(found))


def _tests(module: Module) -> list[Definition]:
    found = []
    for qualname, definition in module.definitions.items():
        owner = qualname.rpartition(".")[0].rpartition(".")[2]
        collected = definition.name.startswith(("test", "Test", "setup", "teardown", "setUp", "tearDown"))
        if collected or owner.startswith("Test") or owner.endswith(("Test", "Tests", "TestCase")):
            found.append(definition)
    return found


def _by_name(modules: Mapping[str, Module], names: Names, dotted: str) -> list[Definition]:
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1) if len(parts) <= MAX_PARTS else ():
        file = names.finder.file(posixpath.join(names.finder.base, "x.py"), ".".join(parts[:count]))
        if file is not None and file in modules:
            value = names.resolve(file, "", ".".join(parts[count:]))
            return [value] if isinstance(value, Definition) else []
    return []
