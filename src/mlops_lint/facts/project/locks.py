"""What each stage of a dvc.lock was run with: hashes of dependencies and outputs, values of parameters."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.reading import items, join, mapping, place, walk, word, yaml_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

Hash = tuple[str, Location]


@dataclass(frozen=True, slots=True)
class LockedStage:
    """One run. `params` are scalars by file and dotted key; paths are relative to the root."""

    name: str
    file: str
    at: Location
    deps: Mapping[str, Hash] = field(default_factory=dict)
    outs: Mapping[str, Hash] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, ScalarNode]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Locks:
    """Every locked stage of the repository."""

    stages: tuple[LockedStage, ...]

    def maker(self, path: str) -> LockedStage | None:
        """The stage whose run wrote a path, or a folder above it."""
        for stage in self.stages:
            if any(path == out or path.startswith(out + "/") for out in stage.outs):
                return stage
        return None


def flat(node: Node | None, above: str = "") -> dict[str, ScalarNode]:
    """The scalars of nested mappings by dotted key."""
    if isinstance(node, ScalarNode):
        return {above: node}
    found: dict[str, ScalarNode] = {}
    for key, value in mapping(node):
        found.update(flat(value, f"{above}.{key.text}" if above else key.text))
    return found


def _hashes(path: str, folder: str, node: Node | None) -> dict[str, Hash]:
    found: dict[str, Hash] = {}
    for item in items(node):
        target = join(folder, word(walk(item, "path")))
        digest = next((word(walk(item, key)) for key in ("md5", "etag", "checksum") if word(walk(item, key))), "")
        if target and digest:
            found[target] = (digest, place(path, walk(item, "path") or item))
    return found


def _read(view: RepoView, path: str) -> list[LockedStage]:
    tree = yaml_of(view, path)
    stages = tree.get("stages") if tree is not None else None
    folder = posixpath.dirname(path)
    found = []
    for key, body in mapping(stages):
        params = {
            join(folder, file.text) or file.text: flat(values)
            for file, values in mapping(walk(body, "params"))
            if isinstance(values, MapNode)
        }
        deps, outs = (_hashes(path, folder, walk(body, name)) for name in ("deps", "outs"))
        found.append(LockedStage(key.text, path, place(path, key), deps, outs, params))
    return found


@provides
def locks(view: RepoView) -> Locks:
    """All files named dvc.lock."""
    paths = [path for path in view.entries if posixpath.basename(path) == "dvc.lock"]
    return Locks(tuple(stage for path in paths for stage in _read(view, path)))
