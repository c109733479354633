"""Versions of data and models that code makes or names."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.files.symbols import UseFact
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code.modules import Module
from mlops_lint.practices.base import Shown
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.practices.mentions import Mentions
from mlops_lint.repo.view import Unreadable

_REGISTRIES = frozenset(
    "azureml azure mlflow comet_ml clearml hopsworks hsml snowflake zenml neptune databricks sagemaker vertexai".split()
)
"""Libraries of which a method that is named for registering does register."""
_REGISTERS = frozenset(
    "register_model register_model_version download_registry_model get_registry_model_details get_model_registry "
    "update_registry_model_version create_model_package create_model_package_group ModelUploadOp RegisterModel "
    "set_registered_model_alias create_registered_model get_latest_versions get_model_version_by_alias".split()
)
_SURE = frozenset(
    "download_registry_model get_registry_model_details create_model_package create_model_package_group ModelUploadOp "
    "get_model_version_by_alias set_registered_model_alias create_registered_model get_model_registry".split()
)
"""Names that say enough on any receiver."""
_FEATURES = frozenset(
    "get_or_create_feature_group create_feature_group get_feature_group get_feature_view create_feature_view "
    "get_or_create_feature_view create_training_data get_training_data create_train_test_split get_train_test_split "
    "create_train_validation_test_split get_train_validation_test_split".split()
)
"""What a feature store keeps under a version."""
_HUB = frozenset("from_pretrained snapshot_download hf_hub_download pipeline SentenceTransformer".split())
_ARTIFACTS = frozenset({"Artifact", "use_artifact"})
_DATASETS = frozenset(
    "clearml.Dataset.create clearml.Dataset.get quilt3.Package.browse quilt3.Package().push quilt3.Package.install "
    "lakefs.repository lakefs.Repository lakefs.Branch lakefs_client.client.LakeFSClient deltalake.write_deltalake "
    "deltalake.writer.write_deltalake".split()
)
_TAILS = (
    _REGISTERS
    | _FEATURES
    | _HUB
    | _ARTIFACTS
    | {"push_to_hub", "create_or_update", "register", "WandbLogger", "option"}
)
_MOVING = frozenset({"main", "master", "latest", "HEAD", "head", "dev", ""})
_KEYWORDS = ("registered_model_name", "model_package_group_name", "registered_name")
_MODEL = re.compile(r"model|checkpoint|ckpt|weights")
_DATA = re.compile(r"data|split|table|corpus")
_BINARY = re.compile(r"\.(?:pt|pth|onnx|pkl|joblib|h5|keras|safetensors|bin|ckpt|tflite|pb|caffemodel|weights|gguf)$")
_RELEASE = re.compile(r"github\.com/([\w.{}-]+/)?([\w.{}-]+)/releases/download/")

_Found = Iterator[tuple[str, Shown]]


@dataclass(frozen=True, slots=True)
class Coded:
    """What code keeps versions of, or asks for by one."""

    data: tuple[Shown, ...]
    models: tuple[Shown, ...]


@provides
def coded(own: OwnCode, mentions: Mentions) -> Coded:
    """Files are parsed only where a name or a text makes it worth while."""
    found: list[tuple[str, Shown]] = []
    found += [("data", Shown(use.name.rpartition(".")[2], use.at)) for use in own.calls(_DATASETS, tests=False)]
    spoken = frozenset(mentions.coded("coded"))
    for path, module in own.code.modules.items():
        if not own.counts(path, tests=False):
            continue
        live = [fact for fact in module.symbols.uses if fact.call and _telling(fact) and not _handed_on(module, fact)]
        wanted = {(fact.line, fact.column) for fact in live if own.code.graph.scope(path, fact.scope) in own.live}
        if wanted or path in spoken:
            found += _read(own, path, wanted, texts=path in spoken)
    data = tuple(shown for kind, shown in found if kind == "data")
    return Coded(data, tuple(shown for kind, shown in found if kind == "model"))


def _telling(fact: UseFact) -> bool:
    tail = re.split(r"[.\[\]()]", fact.chain)[-1]
    return tail in _TAILS or any(name in fact.keywords for name in _KEYWORDS)


def _handed_on(module: Module, fact: UseFact) -> bool:
    """A wrapper that hands its own parameter on: who calls it says whether there is a name."""
    around = module.facts.get(fact.scope)
    given = [fact.keywords[name] for name in _KEYWORDS if name in fact.keywords]
    return bool(given) and around is not None and all(name in around.parameters for name in given)


def _read(own: OwnCode, path: str, wanted: set[tuple[int, int]], *, texts: bool) -> _Found:
    try:
        tree = own.code.source(path).tree
    except (DocumentError, Unreadable):
        return
    hub = posixpath.basename(path) == "hubconf.py"  # its functions are called by name, from elsewhere
    roots = {fact.module.partition(".")[0] for fact in own.code.modules[path].symbols.imports}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (node.func.lineno, node.func.col_offset) in wanted:
            for kind, what in _called(node, chain(node.func), roots):
                yield kind, Shown(what, own.at(path, node.func))
        elif texts and isinstance(node, ast.Constant | ast.JoinedStr) and (hub or own.runs(path, node)):
            kind = _spoken(own, path, node)
            if kind:
                yield kind, Shown(_literal(node)[:60], own.at(path, node))
    if texts:
        yield from _own_versions(own, path, tree)


def _called(call: ast.Call, name: str, roots: set[str]) -> Iterator[tuple[str, str]]:
    """(data or model, what) of a call that keeps or asks for a version."""
    tail = name.rpartition(".")[2]
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    known = tail in _SURE or (tail in _REGISTERS and "." in name and bool(roots & _REGISTRIES))
    if known or any(_set(given.get(word)) for word in _KEYWORDS):
        yield "model", tail
    elif tail in _FEATURES and any(_set(given.get(word)) for word in ("version", "training_dataset_version")):
        yield "data", tail
    elif tail == "push_to_hub" and "." in name and not re.search(r"data|token|process|^ds|corpus", name.lower()):
        yield "model", tail
    elif tail == "create_or_update" and name.endswith((".models.create_or_update", ".data.create_or_update")):
        yield ("model" if ".models." in name else "data"), tail
    elif tail == "register" and "azureml" in roots and _set(given.get("name")) and "create_new_version" in given:
        yield "data", "register"
    elif tail in _HUB and _fixed(given.get("revision")):
        yield ("data" if _text(given.get("repo_type")) == "dataset" else "model"), f"{tail} at a revision"
    elif tail in _ARTIFACTS:
        yield from _artifact(call, given, roots)
    elif tail == "WandbLogger" and _set(given.get("log_model")):
        yield "model", "log_model"
    elif tail == "option" and call.args and _text(call.args[0]) in ("versionAsOf", "timestampAsOf"):
        yield "data", _text(call.args[0])


def _artifact(call: ast.Call, given: dict[str, ast.expr], roots: set[str]) -> Iterator[tuple[str, str]]:
    """W&B and Comet keep every version of an artifact; its type says of what."""
    if not roots & {"wandb", "comet_ml"}:
        return
    kind = given.get("type") or given.get("artifact_type") or (call.args[1] if len(call.args) > 1 else None)
    text = _text(kind).lower()
    if text and _MODEL.search(text):
        yield "model", f"artifact of type {text}"
    elif text and _DATA.search(text):
        yield "data", f"artifact of type {text}"


def _spoken(own: OwnCode, path: str, node: ast.Constant | ast.JoinedStr) -> str:
    """Texts that name a version: in a registry, in a release, in a lake."""
    text = _literal(node)
    if text.startswith("models:/") and len(text) > 8:
        return "model"
    if text.startswith("lakefs://"):
        return "data"
    match = _RELEASE.search(text)
    if match is None or not _ours(own, match[2]):
        return ""
    last = posixpath.basename(text)
    return "model" if _BINARY.search(last) or ("{" in last and _BINARY.search(_near(own, path, node))) else ""


def _ours(own: OwnCode, repository: str) -> bool:
    """A release of the project itself, or of the repository that is given."""
    return "{" in repository or own.code.view.name.lower().endswith(repository.lower())


def _near(own: OwnCode, path: str, node: ast.AST) -> str:
    """A model's suffix among the texts of the function around a node."""
    line = getattr(node, "lineno", 0)
    for definition in own.code.modules[path].definitions.values():
        if definition.kind == "function" and definition.line <= line <= definition.end_line:
            for part in ast.walk(own.code.node(definition)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _BINARY.search(part.value):
                    return part.value
    return ""


def _own_versions(own: OwnCode, path: str, tree: ast.Module) -> _Found:
    """A version file beside each artefact: written here, and compared or asked for elsewhere in the file."""
    marks = [
        node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and _literal(node).endswith("}.version")
    ]
    opened = {
        id(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and chain(call.func) == "open"
        and len(call.args) > 1
        and "w" in _text(call.args[1])
    }
    written = [node for node in marks if id(node) in opened and own.runs(path, node)]
    if written and len(marks) > 1:
        yield "data", Shown("version file", own.at(path, written[0]))


def _literal(node: ast.AST) -> str:
    """A text with `{}` for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return _text(node)


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _set(node: ast.expr | None) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and not node.value)


def _fixed(node: ast.expr | None) -> bool:
    """One revision, by a text that does not move."""
    return _text(node) not in _MOVING
