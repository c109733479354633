"""DVC: tracked outputs, stages, lock files and remotes, read without DVC."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops_lint.documents.node import MapNode, Node, ScalarNode, plain
from mlops_lint.facts.project.reading import (
    items,
    join,
    json_of,
    mapping,
    parents,
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

MAX_EXPANDED = 500


@dataclass(frozen=True, slots=True)
class DvcOut:
    """An output or tracked file. `md5` is its recorded hash; `in_git`: `cache: false`, git keeps it."""

    path: str
    md5: str | None
    at: Location
    stage: str = ""
    in_git: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a dvc.yaml; paths are relative to the root. `params` are `file:key` (`params.yaml` by default)."""

    name: str
    cmd: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]
    metrics: tuple[str, ...]
    params: tuple[str, ...]
    at: Location
    file: str = "dvc.yaml"
    plots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote storage; `local`: a folder of one machine, or of the repository."""

    name: str
    url: str
    at: Location
    local: bool = False
    default: bool = False


@dataclass(frozen=True, slots=True)
class Dvc:
    """`outs` by path, hashes of `*.dvc` and dvc.lock filled in; `unread` are files that could not be parsed."""

    outs: Mapping[str, DvcOut]
    stages: tuple[Stage, ...]
    remotes: Mapping[str, Remote]
    locked: Mapping[str, tuple[str, Location]]
    """Every path that a dvc.lock records (dependencies too), with its hash."""
    roots: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    default: str = ""
    """The remote that `core.remote` names, whether there is one of that name or not."""

    @property
    def local_remote(self) -> bool:
        """All remotes are folders of one machine."""
        return bool(self.remotes) and all(remote.local for remote in self.remotes.values())

    @property
    def pullable(self) -> bool:
        """Somebody else can pull: the default remote, or the only one, is no local folder."""
        default = [remote for remote in self.remotes.values() if remote.default] or list(self.remotes.values())
        return any(not remote.local for remote in default)

    def stage(self, name: str) -> Stage | None:
        """A stage by name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def maker(self, path: str) -> Stage | None:
        """The stage that writes a path or a folder above it."""
        above = {folder for folder in parents(path.strip("/")) if folder}
        return next((s for s in self.stages if above.intersection((*s.outs, *s.metrics, *s.plots))), None)


@dataclass(slots=True)
class _Found:
    outs: dict[str, DvcOut] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    locked: dict[str, tuple[str, Location]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_dvc(view: RepoView) -> Dvc | None:
    """Every DVC project of the repository together; None where there is none."""
    found = _Found()
    roots = sorted({posixpath.dirname(posixpath.dirname(p)) for p in view.entries if _config(p)})
    remotes: dict[str, Remote] = {}
    default = ""
    for root in roots:
        default = default or _default(view, root)
        for remote in _remotes(view, root):
            remotes.setdefault(remote.name, remote)
    for path in view.entries:
        name = posixpath.basename(path)
        if name == "dvc.lock":
            _lock(view, path, found)
    for path in view.entries:
        name = posixpath.basename(path)
        if name == "dvc.yaml":
            _pipeline(view, path, found)
        elif name.endswith(".dvc") and name != ".dvc" and "/.dvc/" not in f"/{path}":
            _tracked(view, path, found)
    if not (found.outs or found.stages or found.unread or roots):
        return None
    outs = dict(sorted(found.outs.items()))
    return Dvc(outs, tuple(found.stages), remotes, found.locked, tuple(roots), tuple(found.unread), default)


def _config(path: str) -> bool:
    return path == ".dvc/config" or path.endswith("/.dvc/config")


_REMOTE = re.compile(r"""'?remote\s+"(.+?)"'?""")


def _default(view: RepoView, root: str) -> str:
    config = ini(re.sub(r"(?m)^[ \t]+", "", text_of(view, posixpath.join(root, ".dvc/config")) or ""))
    return config.get("core", "remote", fallback="") if config.has_section("core") else ""


def _remotes(view: RepoView, root: str) -> Iterator[Remote]:
    path = posixpath.join(root, ".dvc/config")
    text = text_of(view, path) or ""
    config = ini(re.sub(r"(?m)^[ \t]+", "", text))
    default = _default(view, root)
    for section in config.sections():
        match = _REMOTE.fullmatch(section.strip())
        url = (config.get(section, "url", fallback="") or "").strip() if match else ""
        if match and url:
            line = next((n for n, row in enumerate(text.split("\n"), 1) if url in row), 1)
            yield Remote(match[1], url, Location(path, line), _is_local(url), match[1] == default)


def _is_local(url: str) -> bool:
    return ("://" not in url and not re.match(r"[\w.-]+@[\w.-]+:", url)) or url.startswith("file://")


def _hash(node: Node | None) -> str | None:
    for key in ("md5", "etag", "checksum", "version_id"):
        if word(walk(node, key)):
            return word(walk(node, key))
    files = walk(node, "files")
    return "files" if items(files) else next((_hash(v) for _, v in mapping(walk(node, "cloud"))), None)


def _tracked(view: RepoView, path: str, found: _Found) -> None:
    tree = yaml_of(view, path)
    if tree is None:
        found.unread.append(path)
        return
    folder = join(posixpath.dirname(path), word(tree.get("wdir")) or ".") or ""
    for out in items(tree.get("outs")):
        node = walk(out, "path")
        target = join(folder, word(node)) if node is not None else None
        if target and node is not None:
            in_git = word(walk(out, "cache")) == "false"
            found.outs[target] = DvcOut(target, _hash(out), place(path, node), "", in_git)


def _lock(view: RepoView, path: str, found: _Found) -> None:
    tree = yaml_of(view, path)
    if tree is None:
        found.unread.append(path)
        return
    folder = posixpath.dirname(path)
    stages = tree.get("stages") if tree.get("schema") is not None else tree
    for _, stage in mapping(stages):
        for key in ("deps", "outs"):
            for item in items(walk(stage, key)):
                node, digest = walk(item, "path"), _hash(item)
                target = join(folder, word(node)) if node is not None else None
                if target and node is not None and digest:
                    found.locked[target] = (digest, place(path, node))


def _pipeline(view: RepoView, path: str, found: _Found) -> None:
    tree = yaml_of(view, path)
    if tree is None:
        found.unread.append(path)
        return
    known = _variables(view, tree, posixpath.dirname(path))
    for key, stage in mapping(tree.get("stages")):
        for name, body, values in _instances(key, stage, known):
            _stage(path, name, body, values, found, place(path, key))


def _variables(view: RepoView, tree: MapNode, folder: str) -> dict[str, Any]:
    known: dict[str, Any] = _file(view, posixpath.join(folder, "params.yaml"))
    for item in items(tree.get("vars")):
        if isinstance(item, ScalarNode):
            known.update(_file(view, join(folder, item.text.partition(":")[0]) or ""))
        elif isinstance(item, MapNode):
            known.update(plain(item))
    return known


def _file(view: RepoView, path: str) -> dict[str, Any]:
    if path not in view.entries:
        return {}
    reader = toml_of if path.endswith(".toml") else json_of if path.endswith(".json") else yaml_of
    tree = reader(view, path)
    return dict(plain(tree)) if tree is not None else {}


_Instance = tuple[str, Node, dict[str, Any]]


def _instances(key: ScalarNode, stage: Node, known: dict[str, Any]) -> Iterator[_Instance]:
    """A stage, or each one that `foreach` or `matrix` makes of it where their values are literal."""
    each, matrix = walk(stage, "foreach"), walk(stage, "matrix")
    body = walk(stage, "do") or stage
    if each is not None:
        values = _lookup(each.text, known) if isinstance(each, ScalarNode) else plain(each)
        pairs = list(values.items()) if isinstance(values, dict) else [(v, v) for v in values or []]
        for name, value in pairs[:MAX_EXPANDED]:
            yield f"{key.text}@{name}", body, {**known, "item": value, "key": name}
    elif isinstance(matrix, MapNode):
        combinations: list[dict[str, Any]] = [{}]
        for axis, node in matrix.entries:
            options = _lookup(node.text, known) if isinstance(node, ScalarNode) else plain(node)
            options = options if isinstance(options, list) else []
            combinations = [{**left, axis.text: option} for left in combinations for option in options][:MAX_EXPANDED]
        for item in combinations:
            yield f"{key.text}@{'-'.join(map(str, item.values()))}", body, {**known, "item": item}
    else:
        yield key.text, stage, known


_TEMPLATE = re.compile(r"\$\{\s*([\w.\[\]-]+)\s*\}")


def _lookup(text: str, known: Mapping[str, Any]) -> Any:
    match = _TEMPLATE.fullmatch(text.strip())
    value: Any = known
    for part in re.split(r"[.\[\]]+", match[1].rstrip("]")) if match else ():
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value if match else None


def _filled(text: str, known: Mapping[str, Any]) -> str:
    def replace(match: re.Match[str]) -> str:
        value = _lookup(match[0], known)
        return str(value) if isinstance(value, str | int | float) else match[0]

    return _TEMPLATE.sub(replace, text)


def _stage(path: str, name: str, body: Node, known: dict[str, Any], found: _Found, at: Location) -> None:
    folder = join(posixpath.dirname(path), _filled(word(walk(body, "wdir")) or ".", known)) or ""
    paths: dict[str, list[str]] = {}
    for kind in ("deps", "outs", "metrics", "plots"):
        paths[kind] = []
        for item in items(walk(body, kind)):
            node, options = (item, None) if isinstance(item, ScalarNode) else next(iter(mapping(item)), (None, None))
            target = join(folder, _filled(word(node), known)) if node is not None else None
            if node is None or not target:
                continue
            paths[kind].append(target)
            if kind != "deps":
                in_git = word(walk(options, "cache")) == "false"
                digest = found.locked.get(target, (None,))[0]
                found.outs[target] = DvcOut(target, digest, place(path, node), name, in_git)
    commands = " && ".join(_filled(scalar.text, known) for scalar in scalars(walk(body, "cmd")))
    params = _params(walk(body, "params"), folder, posixpath.dirname(path), known)
    stage = Stage(
        name, commands, tuple(paths["deps"]), tuple(paths["outs"]), tuple(paths["metrics"]), params, at, path,
        tuple(paths["plots"]),
    )  # fmt: skip
    found.stages.append(stage)


def _params(node: Node | None, folder: str, default: str, known: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for item in items(node):
        if isinstance(item, ScalarNode):
            found.append(f"{posixpath.join(folder or default, 'params.yaml')}:{_filled(item.text, known)}")
        for key, value in mapping(item):
            file = join(folder, _filled(key.text, known)) or key.text
            found += [f"{file}:{scalar.text}" for scalar in scalars(value)] or [f"{file}:"]
    return tuple(found)
