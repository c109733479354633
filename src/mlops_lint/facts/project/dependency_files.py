"""One reader for each kind of dependency file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlops_lint.documents.node import DocumentError, MapNode, Node
from mlops_lint.documents.python import parse_text
from mlops_lint.documents.requirements import RequirementLine, normalised, parse_requirement, parse_requirements
from mlops_lint.documents.toml import LIMIT
from mlops_lint.facts.project.reading import (
    items,
    json_of,
    mapping,
    place,
    scalars,
    text_of,
    toml_of,
    walk,
    word,
    yaml_of,
)
from mlops_lint.facts.project.runners_python import ini
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

MAX_LOCK = 10_000_000
"""Bytes; beyond `LIMIT` only names and versions are read, line by line."""
_LOCKED = re.compile(r'^\[\[packages?\]\]\r?\nname = "([^"\n]+)"\r?\nversion = "([^"\n]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package; `pinned`: one version, commit or hash and no other. `optional` in an extra or a group."""

    name: str
    specifier: str
    pinned: bool
    at: Location
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DependencyFile:
    """`kind`: lock, requirements, pyproject, pipfile, conda, setup or dockerfile."""

    path: str
    kind: str
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What one file gives; the lowest `rank` of a declared Python version wins."""

    file: DependencyFile | None
    python: Location | None = None
    python_text: str = ""
    rank: int = 5
    builds: str = ""
    """The name of the package that the file describes."""


def _strings(path: str, node: Node | None, *, optional: bool = False) -> Iterator[Requirement]:
    for scalar in scalars(node):
        line = parse_requirement(scalar.text)
        if line is not None:
            yield Requirement(line.name, line.specifier, line.pinned, place(path, scalar), optional)


_CONDA = re.compile(r"^dependencies:", re.MULTILINE)
_MAX_ENVIRONMENT = 200_000
_EXACT = re.compile(r"={0,3}\s*\d[\w.!+-]*")


def _table(path: str, node: Node | None, *, optional: bool = False, exact: bool = False) -> Iterator[Requirement]:
    """`name = "spec"` tables; `exact` where a bare version means that one alone, as Poetry has it."""
    for key, value in mapping(node):
        if key.text == "python":
            continue
        text = word(value) or word(walk(value, "version"))
        commit = re.fullmatch(r"[0-9a-f]{40}", word(walk(value, "rev")) or word(walk(value, "ref"))) is not None
        pinned = commit or ((text.startswith("==") or exact) and _EXACT.fullmatch(text.strip()) is not None)
        yield Requirement(normalised(key.text), text, pinned, place(path, key), optional)


def pyproject(view: RepoView, path: str) -> Read | None:
    """PEP 621 and 735, Poetry, PDM, Hatch environments, uv."""
    tree = toml_of(view, path)
    if tree is None:
        return None
    found = list(_strings(path, walk(tree, "project", "dependencies")))
    groups = [walk(tree, "project", "optional-dependencies"), tree.get("dependency-groups")]
    groups += [walk(tree, "tool", "pdm", "dev-dependencies")]
    for group in groups:
        for _, value in mapping(group):
            found += _strings(path, value, optional=True)
    found += _strings(path, walk(tree, "tool", "uv", "dev-dependencies"), optional=True)
    for _, value in mapping(walk(tree, "tool", "hatch", "envs")):
        found += _strings(path, walk(value, "dependencies"), optional=True)
    poetry = walk(tree, "tool", "poetry")
    found += _table(path, walk(poetry, "dependencies"), exact=True)
    found += _table(path, walk(poetry, "dev-dependencies"), optional=True, exact=True)
    for _, value in mapping(walk(poetry, "group")):
        found += _table(path, walk(value, "dependencies"), optional=True, exact=True)
    found += _table(path, walk(tree, "tool", "pixi", "dependencies"))
    python = walk(tree, "project", "requires-python") or walk(poetry, "dependencies", "python")
    python = python or walk(tree, "tool", "pixi", "dependencies", "python")
    file = DependencyFile(path, "pyproject", tuple(found)) if found or tree.get("project") or poetry else None
    name = word(walk(tree, "project", "name")) or word(walk(poetry, "name"))
    return replace(_with_python(file, path, python, 1), builds=normalised(name))


def _with_python(file: DependencyFile | None, path: str, node: Node | None, rank: int) -> Read:
    text = word(node) or word(walk(node, "version"))
    return Read(file, place(path, node) if node is not None and text else None, text, rank)


def toml_lock(view: RepoView, path: str) -> Read | None:
    """uv, Poetry, PDM and PEP 751 locks: `[[package]]` tables."""
    text = text_of(view, path, MAX_LOCK) or ""
    tree = toml_of(view, path) if len(text) <= LIMIT else None
    if tree is None:
        return _large_lock(path, text)
    found = []
    for package in (*items(tree.get("package")), *items(tree.get("packages"))):
        name, version = word(walk(package, "name")), word(walk(package, "version"))
        if name:
            found.append(Requirement(normalised(name), f"=={version}", True, place(path, package)))
    return Read(DependencyFile(path, "lock", tuple(found)))


def _large_lock(path: str, text: str) -> Read | None:
    """A lock that is too large for the parser: names and versions stand on lines of their own."""
    found = []
    line, last = 1, 0
    for match in _LOCKED.finditer(text):
        line, last = line + text.count("\n", last, match.start()), match.start()
        found.append(Requirement(normalised(match[1]), f"=={match[2]}", True, Location(path, line)))
    return Read(DependencyFile(path, "lock", tuple(found))) if found else None


def pipfile(view: RepoView, path: str) -> Read | None:
    """Pipfile."""
    tree = toml_of(view, path)
    if tree is None:
        return None
    found = [*_table(path, tree.get("packages")), *_table(path, tree.get("dev-packages"), optional=True)]
    python = walk(tree, "requires", "python_version") or walk(tree, "requires", "python_full_version")
    return _with_python(DependencyFile(path, "pipfile", tuple(found)), path, python, 1)


def pipfile_lock(view: RepoView, path: str) -> Read | None:
    """Pipfile.lock."""
    tree = json_of(view, path)
    if tree is None:
        return None
    found = []
    for section in ("default", "develop"):
        for key, value in mapping(tree.get(section)):
            found.append(Requirement(normalised(key.text), word(walk(value, "version")), True, place(path, key)))
    return Read(DependencyFile(path, "lock", tuple(found)))


def pixi(view: RepoView, path: str) -> Read | None:
    """pixi.toml."""
    tree = toml_of(view, path)
    if tree is None:
        return None
    found = [*_table(path, tree.get("dependencies")), *_table(path, tree.get("pypi-dependencies"))]
    return _with_python(DependencyFile(path, "pyproject", tuple(found)), path, walk(tree, "dependencies", "python"), 2)


def conda_lock(view: RepoView, path: str) -> Read | None:
    """pixi.lock and conda-lock: counted, their packages named where they are."""
    tree = yaml_of(view, path)
    if tree is None:
        return Read(DependencyFile(path, "lock")) if text_of(view, path) else None
    found = []
    for package in (*items(tree.get("package")), *items(tree.get("packages"))):
        name = word(walk(package, "name"))
        if name:
            version = word(walk(package, "version"))
            found.append(Requirement(normalised(name), f"=={version}", True, place(path, package)))
    return Read(DependencyFile(path, "lock", tuple(found)))


def explicit(view: RepoView, path: str) -> Read | None:
    """What `conda list --explicit` and conda-lock's rendering write: addresses of builds."""
    text = text_of(view, path) or ""
    parsed = parse_requirements(text).requirements
    if "@EXPLICIT" not in text and not (parsed and all(line.pinned for line in parsed)):
        return None
    return Read(DependencyFile(path, "lock", tuple(requirement(path, line, line.line) for line in parsed)))


def conda(view: RepoView, path: str) -> Read | None:
    """`environment.yml`: `name=ver=build` and `name=1.2.3` are exact, and the nested pip list."""
    tree = yaml_of(view, path)
    if tree is None or not items(tree.get("dependencies")):
        return None
    found: list[Requirement] = []
    python: Node | None = None
    for item in items(tree.get("dependencies")):
        if isinstance(item, MapNode):
            found += _strings(path, item.get("pip"))
            continue
        requirement = _conda_line(path, item)
        if requirement is not None and requirement.name == "python":
            python = item if requirement.specifier else None
        elif requirement is not None and requirement.name != "pip":
            found.append(requirement)
    read = _with_python(DependencyFile(path, "conda", tuple(found)), path, python, 2)
    return Read(read.file, read.python, read.python_text.removeprefix("python").lstrip("= "), read.rank)


def conda_by_content(view: RepoView, path: str) -> Read | None:
    """A conda environment under another name: its channels are given, or Python is among what it needs."""
    text = text_of(view, path) or ""
    if len(text) > _MAX_ENVIRONMENT or not _CONDA.search(text):
        return None
    tree = yaml_of(view, path)
    names = (
        [word(item).strip().partition("=")[0].rstrip(" <>!~") for item in items(tree.get("dependencies"))]
        if tree
        else []
    )
    if tree is None or not any(names) or not (items(tree.get("channels")) or {"python", "pip"}.intersection(names)):
        return None
    return conda(view, path)


def _conda_line(path: str, item: Node) -> Requirement | None:
    match = re.fullmatch(r"(?:[\w./-]+::)?([\w.-]+)\s*(.*)", word(item).strip())
    if match is None:
        return None
    specifier = match[2].strip()
    pinned = re.fullmatch(r"={1,2}\s*\d[\w.!+]*(?:=[\w.*+-]+)?", specifier) is not None
    if re.fullmatch(r"=\s*\d+(?:\.\d+)?", specifier):
        # `pandas=2.1` is a prefix for conda, not a version.
        pinned = False
    return Requirement(normalised(match[1]), specifier, pinned, place(path, item))


def _lines(path: str, text: str, source: str) -> Iterator[Requirement]:
    rows = source.split("\n")
    for row in text.split("\n"):
        line = parse_requirement(re.sub(r"(^|\s)#.*$", "", row))
        if line is not None and row.strip():
            number = next((n for n, other in enumerate(rows, 1) if other.strip() == row.strip()), 1)
            yield requirement(path, line, number)


def requirement(path: str, line: RequirementLine, number: int, *, optional: bool = False) -> Requirement:
    """A line as a requirement with its place."""
    return Requirement(line.name, line.specifier, line.pinned, Location(path, number), optional)


def setup_cfg(view: RepoView, path: str) -> Read | None:
    """`install_requires` and `python_requires`."""
    text = text_of(view, path) or ""
    config = ini(text)
    if not config.has_section("options"):
        return None
    found = list(_lines(path, config.get("options", "install_requires", fallback="") or "", text))
    version = (config.get("options", "python_requires", fallback="") or "").strip()
    line = next((n for n, row in enumerate(text.split("\n"), 1) if row.strip().startswith("python_requires")), 1)
    return Read(DependencyFile(path, "setup", tuple(found)), Location(path, line) if version else None, version, 1)


def setup_py(view: RepoView, path: str) -> Read | None:
    """The literal arguments of `setup(…)`."""
    text = text_of(view, path)
    try:
        tree = parse_text(text) if text is not None else None
    except DocumentError:
        return None
    if tree is None:
        return None
    names = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func).rpartition(".")[2] == "setup"]
    keywords = {k.arg: k.value for call in calls for k in call.keywords}
    required = keywords.get("install_requires")
    required = names.get(required.id) if isinstance(required, ast.Name) else required
    found = [requirement(path, line, node.lineno) for node, line in _literals(required)]
    python = keywords.get("python_requires")
    known = isinstance(python, ast.Constant) and isinstance(python.value, str)
    at = Location(path, python.lineno) if python is not None and known else None
    return Read(DependencyFile(path, "setup", tuple(found)), at, ast.unparse(python).strip("'\"") if python else "", 1)


def _literals(node: ast.expr | None) -> Iterator[tuple[ast.Constant, RequirementLine]]:
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else []:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            line = parse_requirement(item.value)
            if line is not None:
                yield item, line


def python_file(view: RepoView, path: str) -> Read | None:
    """`.python-version` and `runtime.txt`."""
    for number, row in enumerate((text_of(view, path) or "").split("\n"), 1):
        match = re.fullmatch(r"(?:python-?|pypy)?(\d[\w.+-]*)", row.strip())
        if match:
            return Read(None, Location(path, number), match[1], 0)
    return None


def tool_versions(view: RepoView, path: str) -> Read | None:
    """The python line of `.tool-versions`."""
    for number, row in enumerate((text_of(view, path) or "").split("\n"), 1):
        match = re.match(r"python\s+(\d\S*)", row)
        if match:
            return Read(None, Location(path, number), match[1], 0)
    return None


def mise(view: RepoView, path: str) -> Read | None:
    """`[tools] python`."""
    return _with_python(None, path, walk(toml_of(view, path), "tools", "python"), 0)
