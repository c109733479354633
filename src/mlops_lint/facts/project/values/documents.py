"""Tracked parameter files as values: `yaml.safe_load(open("params.yaml"))["train"]["seed"]`."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_lint.documents.node import ListNode, MapNode, Node, ScalarNode
from mlops_lint.facts.project.reading import parsed, place
from mlops_lint.facts.project.values.model import UNKNOWN, Contents, Dumped, Frame, Opened, Settings, Text
from mlops_lint.facts.project.values.omega import omega
from mlops_lint.facts.project.values.paths import candidates
from mlops_lint.repo.view import RepoView

if TYPE_CHECKING:
    from mlops_lint.facts.project.values.evaluate import Evaluator

_LOADERS = frozenset(
    "yaml.safe_load yaml.load yaml.full_load json.load json.loads toml.load toml.loads tomllib.load tomllib.loads "
    "tomli.load tomli.loads ruamel.yaml.YAML().load omegaconf.OmegaConf.load ruamel.yaml.safe_load orjson.loads "
    "ujson.load simplejson.load yaml.unsafe_load dvc.api.params_show".split()
)
_DUMPERS = {
    "json.dumps": "json",
    "yaml.dump": "yaml",
    "yaml.safe_dump": "yaml",
    "toml.dumps": "toml",
    "tomli_w.dumps": "toml",
    "orjson.dumps": "json",
    "ujson.dumps": "json",
    "simplejson.dumps": "json",
    "omegaconf.OmegaConf.to_yaml": "yaml",
}
_INTERPOLATION = re.compile(r"\$\{")
MAX_BYTES = 500_000


def loaded(fold: Evaluator, name: str, node: ast.Call, frame: Frame) -> Any:
    """What a loader or dumper gives; NotImplemented for any other function."""
    if name in _DUMPERS and not (name.endswith("dump") and len(node.args) > 1):
        value = fold.evaluate(node.args[0], frame) if node.args else UNKNOWN
        return Dumped(value, _DUMPERS[name])
    if name not in _LOADERS:
        return omega(fold, name, node, frame)
    if name == "dvc.api.params_show":
        return document(fold, "params.yaml", frame) if not node.args and not node.keywords else UNKNOWN
    source = fold.evaluate(node.args[0], frame) if node.args else UNKNOWN
    if isinstance(source, Opened | Contents):
        source = source.path
    elif isinstance(source, Dumped):
        return source.value
    elif name.endswith("loads") or not isinstance(source, str | PurePosixPath):
        return UNKNOWN
    value = document(fold, source, frame)
    return Settings(value) if isinstance(value, dict) and "OmegaConf" in name else value


def document(fold: Evaluator, path: Any, frame: Frame) -> Any:
    """The one tracked file that a path may mean, as plain values whose texts know their place."""
    view, project = fold.code.view, fold.code.project
    found = [name for name in candidates(path, frame.path, project) if name in view.entries]
    return _read(view, found[0]) if found else UNKNOWN


def read_document(view: RepoView, path: str) -> Any:
    """A tracked YAML, JSON or TOML file as plain values; UNKNOWN where it is none."""
    return _read(view, path)


def _read(view: RepoView, path: str) -> Any:
    from mlops_lint.documents.json import parse_json
    from mlops_lint.documents.toml import parse_toml
    from mlops_lint.documents.yaml import parse_yaml

    kinds: dict[str, Callable[[bytes], Node | None]] = {
        ".yaml": functools.partial(parse_yaml, limit=MAX_BYTES),
        ".yml": functools.partial(parse_yaml, limit=MAX_BYTES),
        ".json": functools.partial(parse_json, limit=MAX_BYTES),
        ".toml": functools.partial(parse_toml, limit=MAX_BYTES),
    }
    parse = kinds.get(PurePosixPath(path).suffix)
    node = parsed(view, path, parse) if parse is not None else None
    return _plain(node, path) if node is not None else UNKNOWN


def _plain(node: Node, path: str) -> Any:
    if isinstance(node, MapNode):
        if "<<" in node.keys():  # noqa: SIM118  (no mapping)
            return UNKNOWN
        return {Text.placed(key.text, place(path, key)): _plain(value, path) for key, value in node.entries}
    if isinstance(node, ListNode):
        return [_plain(item, path) for item in node.items]
    assert isinstance(node, ScalarNode)
    if not isinstance(node.value, str):
        return node.value
    return UNKNOWN if _INTERPOLATION.search(node.value) else Text.placed(node.value, place(path, node))


def hydra_settings(fold: Evaluator, decorator: ast.Call, frame: Frame) -> Any:
    """The primary configuration of `@hydra.main(config_path=…, config_name=…)`; what it composes stays unknown."""
    keywords = {keyword.arg: keyword.value for keyword in decorator.keywords}
    folder = fold.evaluate(keywords.get("config_path"), Frame(frame.path))
    name = fold.evaluate(keywords.get("config_name"), Frame(frame.path))
    if not isinstance(folder, str) or not isinstance(name, str):
        return UNKNOWN
    base = PurePosixPath(frame.path).parent
    stem = str(base / str(folder) / name.removesuffix(".yaml"))
    import posixpath

    value = _read(fold.code.view, posixpath.normpath(stem) + ".yaml")
    if not isinstance(value, dict):
        return UNKNOWN
    composed = value.get("defaults")
    if isinstance(composed, list):
        groups = {str(key) for item in composed if isinstance(item, dict) for key in item}
        value = {key: part for key, part in value.items() if key != "defaults" and key not in groups}
    return Settings(value)
