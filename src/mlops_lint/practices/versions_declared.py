"""Versions of data and models that configuration declares: catalogues, cloud manifests, commands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import MapNode, Node, ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.reading import documents_of, items, mapping, place, text_of, walk, word
from mlops_lint.model import Location
from mlops_lint.practices.base import Shown
from mlops_lint.practices.mentions import Mentions
from mlops_lint.repo.view import RepoView

_ASSET = re.compile(r"azureml:[\w.-]+(?::[\w.-]+|@\w+)")
_COMMIT = re.compile(r"[0-9a-f]{40}|v\d[\w.]*")
_OF_MODEL = re.compile(r"model|pretrained|checkpoint|tokenizer")
_RELEASE = re.compile(r"\b(?:wget|curl)\b.*github\.com/[\w.-]+/([\w.-]+)/releases/download/\S+")
_NAMED = re.compile(r"model|weights|checkpoint|\.(?:pt|pth|onnx|h5|pkl|joblib|ckpt|safetensors)\b", re.I)
_COMMANDS = (
    ("model", re.compile(r"\baz\s+ml\s+model\s+(?:create|register)\b|\bgcloud\b[^|;&#]*\bmodels\s+upload\b")),
    ("model", re.compile(r"\baws\s+sagemaker\s+create-model-package(?:-group)?\b")),
    ("model", re.compile(r"\bhuggingface-cli\s+upload\b(?![^|;&#]*--repo-type[ =](?:dataset|space))")),
    ("model", re.compile(r"\bgh\s+release\s+(?:create|upload)\b[^|;&#]*\.(?:pt|pth|onnx|pkl|joblib|safetensors|h5)\b")),
    ("data", re.compile(r"\baz\s+ml\s+(?:data|dataset)\s+(?:create|register)\b|\blakectl\s+commit\b")),
    ("model", re.compile(r"\bAWS::SageMaker::ModelPackage(?:Group)?\b|\baws_sagemaker_model_package_group\b")),
)
_DEPLOYED = re.compile(r"\bparam\s+\w*(?:Deployment|Model)Version\s+string\s*=\s*'[^']*\d[^']*'")
_PINNED = re.compile(r"\s*version\s*[:=]\s*['\"]?([\w.-]*\d[\w.-]*)['\"]")
_PARAMETER = re.compile(r"(?:chat|gpt|llm|embed\w*|openai|completion|model|eval)\w*(?:deployment|model)?version", re.I)


@dataclass(frozen=True, slots=True)
class Declared:
    """What configuration keeps versions of."""

    data: tuple[Shown, ...]
    models: tuple[Shown, ...]


_Found = Iterator[tuple[str, Shown]]


@provides
def declared(view: RepoView, mentions: Mentions) -> Declared:
    """Each kind of configuration has readers of its own."""
    found: list[tuple[str, Shown]] = []
    for path in mentions.configured("declared"):
        text = text_of(view, path) or ""
        for reader in _readers(posixpath.basename(path).lower(), text):
            found += reader(view, path, text)
    data = tuple(shown for kind, shown in found if kind == "data")
    return Declared(data, tuple(shown for kind, shown in found if kind == "model"))


_Reader = Callable[[RepoView, str, str], _Found]


def _readers(name: str, text: str) -> list[_Reader]:
    chosen: list[_Reader] = [_commands]
    if name.endswith((".yml", ".yaml")) and "{{" not in text.replace("${{", ""):
        chosen.append(_yaml)
    if name.endswith(".json") and "arameters" in name:
        chosen.append(_parameters)
    if name.endswith((".bicep", ".tf")):
        chosen.append(_infrastructure)
    return chosen


def _commands(view: RepoView, path: str, text: str) -> _Found:
    for number, row in enumerate(text.split("\n"), 1):
        if row.lstrip().startswith(("#", "//")) or "echo " in row:
            continue
        release = _RELEASE.search(row)
        if release and view.name.lower().endswith(release[1].lower()) and _NAMED.search(row):
            yield "model", Shown("weights of a release", Location(path, number))
        for kind, pattern in _COMMANDS:
            if match := pattern.search(row):
                yield kind, Shown(" ".join(match[0].split())[:60], Location(path, number))


def _yaml(view: RepoView, path: str, text: str) -> _Found:
    for document in documents_of(view, path):
        yield from _schema(path, document)
        pending: list[Node] = [document]
        while pending:
            node = pending.pop()
            pending += [*items(node), *(value for _, value in mapping(node))]
            if isinstance(node, MapNode):
                yield from _asset(path, node)
                yield from _pinned(path, node)


def _schema(path: str, document: Node) -> _Found:
    """Definitions of assets: the platform gives each a version when it is created."""
    schema = word(walk(document, "$schema")).rpartition("/")[2].lower()
    node = walk(document, "$schema")
    kind = {"data.schema.json": "data", "model.schema.json": "model"}.get(schema, "")
    if kind and node is not None and word(walk(document, "path")):
        yield kind, Shown(f"{kind} asset", place(path, node))


def _asset(path: str, node: MapNode) -> _Found:
    """`azureml:name:3` and `azureml:name@latest`, of data or a model by where they stand."""
    for key, value in node.entries:
        if isinstance(value, ScalarNode) and _ASSET.fullmatch(value.text):
            kind = word(node.get("type"))
            if key.text == "model" or (key.text == "path" and kind.endswith("_model")):
                yield "model", Shown(value.text, place(path, value))
            elif key.text == "path" and kind in ("uri_file", "uri_folder", "mltable"):
                yield "data", Shown(value.text, place(path, value))


def _pinned(path: str, node: MapNode) -> _Found:
    """A revision of a hub, and loggers that keep every checkpoint."""
    for key in ("revision", "model_revision", "dataset_revision"):
        value = node.get(key)
        about = key != "revision" or any(_OF_MODEL.search(other.text) for other, _ in node.entries)
        if _COMMIT.fullmatch(word(value)) and about:
            yield (
                "data" if "dataset" in key else "model",
                Shown(f"{key}: {word(value)[:12]}", place(path, value or node)),
            )
    value = node.get("log_model")
    if word(value) in ("true", "True", "all") and word(node.get("_target_")).endswith("WandbLogger"):
        yield "model", Shown("log_model", place(path, value or node))


def _parameters(view: RepoView, path: str, text: str) -> _Found:
    """Parameters of a deployment template: `chatDeploymentVersion: {value: ${X=2024-08-06}}`."""
    from mlops_lint.facts.project.reading import json_of

    for key, value in mapping(walk(json_of(view, path), "parameters")):
        given = word(walk(value, "value"))
        default = given.removesuffix("}").partition("=")[2] if given.startswith("${") else given
        if _PARAMETER.fullmatch(key.text) and any(letter.isdigit() for letter in default):
            yield "model", Shown(f"{key.text}: {default}", place(path, key))


def _infrastructure(view: RepoView, path: str, text: str) -> _Found:
    """A deployed language model with the version that it is deployed in."""
    rows = text.split("\n")
    inside = -9
    managed = re.search(r"OpenAI|cognitive_deployment|CognitiveServices", text) is not None
    for number, row in enumerate(rows, 1):
        if row.lstrip().startswith(("//", "#")):
            continue
        if _DEPLOYED.search(row):
            yield "model", Shown(row.strip()[:60], Location(path, number))
        if re.match(r"\s*model\s*[:=]?\s*\{", row):
            inside = number
        match = _PINNED.match(row)
        if managed and match and number - inside <= 5:
            yield "model", Shown(f"version {match[1]}", Location(path, number))
