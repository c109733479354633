"""Practices about what is kept outside plain git: data and models under a version."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable

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
from mlops_lint.practices.versions_coded import Coded
from mlops_lint.practices.versions_declared import Declared
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
_ARCHIVES = frozenset({".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz"})
_MOVING = frozenset({None, False, "", "main", "master", "latest", "HEAD"})
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
    own: OwnCode, versioning: Versioning, knowledge: Knowledge, view: RepoView, project: Project, coded: Coded,
    declared: Declared,
) -> DataVersioned:  # fmt: skip
    """DVC outs and LFS pointers that hold data; readers that name a revision. Small files in plain git are none."""
    shown = [Shown(_way(way, versioning), at) for path, way, at in kept(versioning, view, project) if is_data(path)]
    shown += [*coded.data, *declared.data, *_catalogue(view, project, _is_kept_data)]
    shown += named(own.calls(_DATA_VERSIONS, tests=False))
    shown += named(use for use in own.calls(_revised(knowledge), tests=False) if _revision(own, use, knowledge))
    return judge(DataVersioned, shown)


@provides
def model_versioned(
    own: OwnCode, versioning: Versioning, knowledge: Knowledge, view: RepoView, project: Project, coded: Coded,
    declared: Declared,
) -> ModelVersioned:  # fmt: skip
    """DVC outs, LFS pointers, registries, pinned deployments, and catalogues that keep versions."""
    shown = [Shown(_way(way, versioning), at) for path, way, at in kept(versioning, view, project) if is_model(path)]
    shown += [*coded.models, *declared.models, *_catalogue(view, project, is_model)]
    registers = knowledge.calls("trackers", "register")
    shown += named(use for use in own.calls(registers, tests=False) if not _other_repository(own, use))
    arguments = {word for tool in knowledge.tools("trackers") for word in tool.get("registers_with", ())}
    logs = own.calls(knowledge.calls("trackers", "log"), tests=False)
    shown += named(use for use in logs if _named_model(own, use, arguments))
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
    if suffix in _ARCHIVES:
        return bool(words & {"model", "models", "checkpoints", "weights"}) and not words & {
            "data",
            "dataset",
            "datasets",
        }
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
    """Readers of data that take a revision; a hub's files are of models, and demonstration data is one for all."""
    return {
        name
        for name, access in knowledge.readers.items()
        if access.fields.get("revision") and not name.startswith(("huggingface_hub.", "openml.", "sklearn."))
    }


def _revision(own: OwnCode, use: Use, knowledge: Knowledge) -> bool:
    slot = knowledge.readers[use.name].fields["revision"]
    keyword = slot if isinstance(slot, str) else slot[1]
    return _given(own, use, {keyword})


def _named_model(own: OwnCode, use: Use, arguments: set[str]) -> bool:
    return bool(arguments & use.fact.keywords.keys()) and _given(own, use, arguments)


def _given(own: OwnCode, use: Use, arguments: set[str]) -> bool:
    call = own.code.call_node(use)
    values = [keyword.value for keyword in call.keywords if keyword.arg in arguments] if call else []
    return any(not (isinstance(value, ast.Constant) and value.value in _MOVING) for value in values)


def _other_repository(own: OwnCode, use: Use) -> bool:
    """A hub's repository of data, or of an application."""
    call = own.code.call_node(use) if "repo_type" in use.fact.keywords else None
    given = [keyword.value for keyword in call.keywords if keyword.arg == "repo_type"] if call else []
    return any(isinstance(value, ast.Constant) and value.value not in (None, "model") for value in given)


def _way(way: str, versioning: Versioning) -> str:
    """A remote that is a folder of one machine gives nothing to anybody else."""
    local = way == "DVC" and versioning.dvc is not None and versioning.dvc.local_remote
    return f"{way}, whose remote is a local folder" if local else way


def _catalogue(view: RepoView, project: Project, wanted: Callable[[str], bool]) -> list[Shown]:
    """Kedro data sets that keep every version."""
    found: list[Shown] = []
    for path in view.entries:
        if "catalog" in path and path.endswith((".yml", ".yaml")) and project.owns(path):
            for key, entry in mapping(yaml_of(view, path)):
                kept = isinstance(entry, MapNode) and word(entry.get("versioned")).lower() == "true"
                if kept and isinstance(entry, MapNode) and wanted(word(entry.get("filepath"))):
                    found.append(Shown(key.text, place(path, key)))
    return found


def _is_kept_data(path: str) -> bool:
    return is_data(path) and not _words(path) & {"reporting", "metrics", "metric", "plots", "report", "tracking"}
