"""Practices about what is kept outside plain git: data and models under a version."""

from __future__ import annotations

import ast
import posixpath

from mlops_lint.documents.node import MapNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Use
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import mapping, place, word, yaml_of
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import OwnCode, idle, judge, named
from mlops_lint.repo.view import RepoView

MODEL_SUFFIXES = frozenset(
    ".pkl .pickle .joblib .pt .pth .h5 .keras .onnx .ckpt .safetensors .pb .tflite .cbm .xgb .ubj .model .mlmodel "
    ".gguf .bin .skops .lgb .caffemodel .weights".split()
)
DATA_SUFFIXES = frozenset(
    ".csv .tsv .parquet .feather .arrow .orc .avro .jsonl .ndjson .xlsx .xls .npy .npz .hdf5 .zip .gz .tgz .tar "
    ".xml .json .txt .db .sqlite .tfrecord .tfrecords .jpg .jpeg .png .tif .tiff .wav .mp3 .mp4 .dat".split()
)
_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".bin", ".h5"})
_DATA_WORDS = frozenset({"data", "dataset", "datasets", "features", "raw", "processed", "interim", "train", "test"})
_DATA_VERSIONS = frozenset(
    f"azureml.core.{part}.{call}"
    for part in (
        "Dataset.Tabular.from_delimited_files()",
        "Dataset.File.from_files()",
        "dataset.Dataset.Tabular.from_delimited_files()",
    )
    for call in ("register",)
)


class DataVersioned(Practice):
    """Data is kept under a version that can be had again."""


class ModelVersioned(Practice):
    """Models are kept under a version that can be had again."""


@provides
def data_versioned(
    own: OwnCode, versioning: Versioning, knowledge: Knowledge, view: RepoView, project: Project
) -> DataVersioned:
    """DVC outs and LFS pointers that hold data; readers that name a revision. Small files in plain git are none."""
    shown = [Shown(way, at) for path, way, at in kept(versioning, view, project) if is_data(path)]
    shown += named(own.calls(_DATA_VERSIONS, tests=False))
    shown += named(use for use in own.calls(_revised(knowledge), tests=False) if _revision(own, use, knowledge))
    return judge(DataVersioned, shown)


@provides
def model_versioned(
    own: OwnCode, versioning: Versioning, knowledge: Knowledge, view: RepoView, project: Project
) -> ModelVersioned:
    """DVC outs, LFS pointers, registries, and catalogues that keep versions."""
    shown = [Shown(way, at) for path, way, at in kept(versioning, view, project) if is_model(path)]
    registers = knowledge.calls("trackers", "register")
    shown += named(own.calls(registers, tests=False))
    arguments = {word for tool in knowledge.tools("trackers") for word in tool.get("registers_with", ())}
    logs = own.calls(knowledge.calls("trackers", "log"), tests=False)
    shown += named(use for use in logs if _named_model(own, use, arguments))
    shown += _catalogue(view, project)
    return judge(ModelVersioned, shown, otherwise=idle(ModelVersioned, own, registers, modules=False))


def kept(versioning: Versioning, view: RepoView, project: Project) -> list[tuple[str, str, Location]]:
    """What DVC, LFS and git-annex hold with a recorded content."""
    dvc = versioning.dvc
    metrics = {path for stage in dvc.stages for path in (*stage.metrics, *stage.plots)} if dvc else set()
    outs = dvc.outs.values() if dvc else ()
    found = [(out.path, "DVC", out.at) for out in outs if out.md5 and not out.in_git and out.path not in metrics]
    if versioning.lfs is not None:
        for path in view.entries:
            at = versioning.lfs.tracks(path)
            if at is not None and versioning.lfs.is_pointer(path):
                found.append((path, "Git LFS", Location(path)))
    found += [(path, "git-annex", at) for path, at in versioning.annexed.items()]
    return [(path, way, at) for path, way, at in found if project.owns(at.path)]


def is_model(path: str) -> bool:
    """By its suffix; a pickle among the data is data."""
    suffix = posixpath.splitext(path)[1].lower()
    words = _words(path)
    if suffix in _PICKLES:
        return not words & _DATA_WORDS or bool(words & {"model", "models"})
    return suffix in MODEL_SUFFIXES or (not suffix and bool(words & {"model", "models", "checkpoints", "weights"}))


def is_data(path: str) -> bool:
    """By its suffix, or a folder that is called data."""
    suffix = posixpath.splitext(path)[1].lower()
    if is_model(path):
        return False
    return suffix in DATA_SUFFIXES or suffix in _PICKLES or bool(_words(path) & _DATA_WORDS)


def _words(path: str) -> set[str]:
    return set(path.lower().replace("-", "_").replace(".", "_").replace("/", "_").split("_"))


def _revised(knowledge: Knowledge) -> set[str]:
    return {name for name, access in knowledge.readers.items() if access.fields.get("revision")}


def _revision(own: OwnCode, use: Use, knowledge: Knowledge) -> bool:
    slot = knowledge.readers[use.name].fields["revision"]
    keyword = slot if isinstance(slot, str) else slot[1]
    return _given(own, use, {keyword})


def _named_model(own: OwnCode, use: Use, arguments: set[str]) -> bool:
    return bool(arguments & use.fact.keywords.keys()) and _given(own, use, arguments)


def _given(own: OwnCode, use: Use, arguments: set[str]) -> bool:
    call = own.code.call_node(use)
    values = [keyword.value for keyword in call.keywords if keyword.arg in arguments] if call else []
    return any(not (isinstance(value, ast.Constant) and not value.value) for value in values)


def _catalogue(view: RepoView, project: Project) -> list[Shown]:
    """Kedro data sets of a model that keep every version."""
    found: list[Shown] = []
    for path in view.entries:
        if "catalog" in posixpath.basename(path) and path.endswith((".yml", ".yaml")) and project.owns(path):
            for key, entry in mapping(yaml_of(view, path)):
                kept = isinstance(entry, MapNode) and word(entry.get("versioned")) == "true"
                if kept and isinstance(entry, MapNode) and is_model(word(entry.get("filepath"))):
                    found.append(Shown(key.text, place(path, key)))
    return found
