"""Practices about what plain git keeps: large data files and fitted models."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.lfs import POINTER
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.model import Location
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.evidence import judge, unclear
from mlops_lint.repo.view import RepoView

LARGE = 1_000_000
"""Bytes above which a data file is large."""
MAX_LOOKED_INTO = 40
_LOOKED_INTO = 8_000_000
_POINTER_SIZE = 1_024

_TABLES = frozenset(
    ".csv .tsv .tab .parquet .feather .arrow .orc .avro .jsonl .ndjson .json .xml .xlsx .xls .ods .npy .npz .mat .arff "
    ".libsvm .svmlight .rds .rdata .dta .sas7bdat .geojson .shp .dbf .nc .db .sqlite .sqlite3 .duckdb .sql .tfrecord "
    ".tfrecords .record .lmdb .mdb .zip .gz .tgz .bz2 .xz .7z .rar .tar .zst .fasta .fastq .vcf .dcm .nii".split()
)
"""Suffixes of data wherever they stand."""
_MEDIA = frozenset(
    ".jpg .jpeg .png .bmp .tif .tiff .webp .ppm .pgm .wav .mp3 .flac .ogg .m4a .mp4 .avi .mov .mkv .webm .pdf "
    ".txt .dat .data .bin .h5 .hdf5 .hdf .p .pkl .pickle .joblib .pk .gif".split()
)
"""Suffixes of data in a folder of data, or with a name that says so."""
_NEVER = frozenset(
    ".py .ipynb .md .rst .html .htm .css .scss .js .mjs .jsx .ts .tsx .map .lock .svg .ttf .otf .woff .woff2 .eot .ico "
    ".doc .docx .ppt .pptx .tex .bib .bst .cls .r .rmd .qmd .java .scala .c .cc .cpp .cu .h .hpp .go .rs .jl .sh .jar "
    ".whl .so .dll .dylib .exe .a .o .lib .log .yml .yaml .toml .ini .cfg .psd .drawio .sketch .fig .eps .dvc".split()
)
_LOCKS = frozenset(
    "package-lock.json npm-shrinkwrap.json pipfile.lock tokenizer.json tokenizer_config.json vocab.json vocab.txt "
    "merges.txt dashboard.json openapi.json swagger.json".split()
)
_SHOWN_FOLDERS = frozenset(
    "docs doc documentation assets static public media figures figs figure plots img reports report resources readme "
    "screenshots screenshot slides paper papers presentation demo fonts themes theme templates _static gifs "
    "presentations reading readings literature references articles lectures lecture thesis posters manuals".split()
)
_PAGES = frozenset(".pdf .jpg .jpeg .png .gif .bmp .tif .tiff .webp".split())
"""Documents and pictures: data where their folder holds data; a name like `data_flow.png` only says what is shown."""
_BUILT = frozenset("doctrees _build _doctrees".split())
"""Folders in which documentation is built: its pickles are no models."""
_LOGS = frozenset({"log", "logs", "mlruns", "wandb", "tensorboard", "tb"})
_FOREIGN = frozenset({"node_modules", "vendor", "vendored", "third_party", "thirdparty", "site-packages", ".git"})
_DATA_WORDS = frozenset(
    "data dataset datasets raw processed interim features train training test tests testing val valid validation "
    "fixtures fixture sample samples corpus corpora annotations".split()
)

_MODEL_SUFFIXES = frozenset(
    ".pt .pth .keras .onnx .ckpt .safetensors .tflite .cbm .xgb .ubj .lgb .lgbm .mlmodel .gguf .ggml .skops "
    ".caffemodel .weights .pdparams .pdiparams .mar .engine .trt .nemo .rknn .dlc .t7 .params .pmml".split()
)
"""Suffixes of models wherever they stand."""
_EITHER = frozenset(
    ".pkl .pickle .p .pk .joblib .sav .dill .jbl .h5 .hdf5 .pb .bin .model .npz .zip .gz .json .txt".split()
)
_PICKLES = frozenset(".pkl .pickle .p .pk .joblib .sav .dill .jbl".split())
_TEXTS = frozenset({".json", ".txt", ".npz", ".zip", ".gz", ".bin", ".model"})
_CHECKPOINT = re.compile(r"\.(?:data-\d{5}-of-\d{5}|(?:pth|pt|ckpt)\.(?:tar|gz|zip|data|tar\.gz))$")
_MODEL_WORDS = frozenset(
    "model models clf classifier classifiers regressor estimator predictor pipeline checkpoint checkpoints ckpt ckpts "
    "weights rf randomforest svm svc xgb xgboost lgb lgbm lightgbm catboost knn kmeans logreg cnn rnn lstm gru bert "
    "resnet vgg yolo unet network encoder decoder scaler vectorizer vectoriser tfidf preprocessor pca final best "
    "trained".split()
)
_MODEL_FOLDER = re.compile(
    r"(?:saved|trained|pretrained|final|best|sample|ml|my)?[-_]?(?:models?|checkpoints?|ckpts?|weights)"
)
_VOCABULARY = re.compile(r"token|vocab|merges|bpe|word2id|word_index|history")
_NOT_MODELS = re.compile(
    r"dataset|history|result|metric|token|vocab|word2idx|word_index|index2|idx2|label(?!_?(?:encoder|binarizer))|classes|"
    r"config|params|schema|card|feature_names|columns|stopword|cache|zoo|list|names|embedding_matrix|inputs?\b|outputs?\b"
)
_LIBRARIES = re.compile(
    rb"sklearn[._](?!utils._bunch|utils\nBunch|datasets)|xgboost|lightgbm|catboost|torch[._]|tensorflow|keras|statsmodels|"
    rb"prophet|surprise[._]|implicit[._]|gensim[._]|hmmlearn|lifelines|imblearn|tpot|autogluon|pycaret|mlxtend|pmdarima"
)

_PICKLED = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_TORCH_PICKLE = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."


class LargeDataInGit(Practice):
    """A data file of more than a megabyte is kept in plain git."""


class ModelBinaryInGit(Practice):
    """A fitted model is kept in plain git."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Tracked files that may be data or models, with the size of git's copy; None where it is not here."""

    data: Mapping[str, int | None]
    models: Mapping[str, int | None]


@provides
def stored(view: RepoView, project: Project) -> Stored:
    """One question to git for all of them; what another repository owns is left out."""
    own = [p for p in view.tracked_paths() if project.owns(p) and not _FOREIGN.intersection(p.split("/"))]
    data = [path for path in own if may_be_data(path)]
    models = [path for path in own if may_be_model(path)]
    sizes = view.sizes(dict.fromkeys([*data, *models]))
    return Stored(
        {path: sizes[path] for path in data if path in sizes}, {path: sizes[path] for path in models if path in sizes}
    )


@provides
def large_data_in_git(found: Stored, view: RepoView) -> LargeDataInGit:
    """Reports, notebooks, pictures of a document and models are no data; test fixtures are."""
    large = [path for path, size in found.data.items() if size is not None and size > LARGE]
    shown = [Shown(f"{_megabytes(found.data[path])} MB", Location(path)) for path in large]
    missing = [path for path, size in found.data.items() if size is None]
    otherwise = unclear(LargeDataInGit, *(Shown("not in this clone", Location(path)) for path in missing))
    return judge(LargeDataInGit, shown, otherwise=otherwise if missing else None)


def _megabytes(size: int | None) -> str:
    return f"{(size or 0) / 1e6:.1f}"


@provides
def model_binary_in_git(found: Stored, versioning: Versioning, view: RepoView) -> ModelBinaryInGit:
    """By suffix; pickles and other mixed formats by what they hold, or by their name. Pointers are no models."""
    shown: list[Shown] = []
    looked = 0
    for path, size in sorted(found.models.items(), key=lambda item: bare(posixpath.basename(item[0]))):
        if size is None:
            pointed = versioning.lfs is not None and versioning.lfs.tracks(path) is not None
            named = modelish(path) and _suffix(path) not in _TEXTS and not bare(posixpath.basename(path))
            if not pointed and (certain(path) or named):
                shown.append(Shown("model file, not in this clone", Location(path)))
            continue
        if (size < _POINTER_SIZE and (view.blob(path) or b"").startswith(POINTER)) or size < 32:
            continue
        if certain(path):
            shown.append(Shown("model file", Location(path)))
            continue
        content = b""
        if looked < MAX_LOOKED_INTO and size <= _LOOKED_INTO:
            looked += 1
            content = view.blob(path) or _read(view, path)
        if holds_model(path, content):
            shown.append(Shown("model file", Location(path)))
    return judge(ModelBinaryInGit, shown)


def _read(view: RepoView, path: str) -> bytes:
    """Without git there is no stored copy."""
    from mlops_lint.repo.view import Unreadable

    try:
        return view.read(path, _LOOKED_INTO) if not view.is_git else b""
    except Unreadable:
        return b""


def may_be_data(path: str) -> bool:
    """By its suffix and folders alone."""
    folder, name = posixpath.split(path.lower())
    suffix = posixpath.splitext(name)[1]
    if (
        suffix in _NEVER
        or name in _LOCKS
        or certain(path)
        or (modelish(path) and suffix in _EITHER and not _in_data(path))
    ):
        return False
    folders = words(folder)
    if _VOCABULARY.search(name) or folders & _LOGS:
        return False
    if suffix in _TABLES:
        return not (suffix == ".json" and folders & _SHOWN_FOLDERS)
    if folders & _SHOWN_FOLDERS and not folders & {"data", "dataset", "datasets"}:
        return False
    if suffix == ".gif":
        return bool(folders & {"data", "dataset", "datasets"})
    known = suffix in _MEDIA or not re.fullmatch(r"\.[a-z]+", suffix) or len(suffix) <= 5
    named = words(name) if suffix in _MEDIA - _PAGES else set()
    return known and bool((folders | named) & _DATA_WORDS)


def may_be_model(path: str) -> bool:
    """By its suffix alone, or by its folder where it has none; what it holds is looked at later."""
    if certain(path):
        return True
    folder, name = posixpath.split(path.lower())
    if _in_data(path) or _BUILT.intersection(folder.replace(".doctrees", "doctrees").split("/")):
        return False
    return posixpath.splitext(name)[1] in _EITHER or (bare(name) and _in_models(folder))


def bare(name: str) -> bool:
    """Whether a file's name has no suffix that says what it is: `classifier`, `net_0.93`."""
    if name.startswith(".") or "tfevents" in name:
        return False
    return re.search(r"[a-z]", posixpath.splitext(name.lower())[1]) is None


def certain(path: str) -> bool:
    """Whether the suffix leaves no doubt."""
    name = posixpath.basename(path).lower()
    suffix = posixpath.splitext(name)[1]
    return (suffix in _MODEL_SUFFIXES and not _NOT_MODELS.search(name)) or _CHECKPOINT.search(name) is not None


def modelish(path: str) -> bool:
    """Whether the name, or the folder, says that it is a model."""
    folder, name = posixpath.split(path.lower())
    stem = posixpath.splitext(name)[0]
    if _NOT_MODELS.search(stem):
        return False
    if words(stem) & _MODEL_WORDS:
        return True
    return _in_models(folder)


def _in_data(path: str) -> bool:
    folders = posixpath.dirname(path.lower())
    return bool(words(folders) & {"data", "dataset", "datasets", "features"}) and not _in_models(folders)


def _in_models(folder: str) -> bool:
    return any(_MODEL_FOLDER.fullmatch(part) for part in folder.split("/"))


def holds_model(path: str, content: bytes) -> bool:
    """A file whose suffix tells nothing: what it names, else its own name."""
    suffix = posixpath.splitext(path)[1].lower()
    if bare(posixpath.basename(path)):
        return _tensors(content) or (content.startswith(_PICKLED) and _LIBRARIES.search(content) is not None)
    if suffix in _PICKLES:
        if _VOCABULARY.search(posixpath.basename(path).lower()):
            return False
        if _LIBRARIES.search(content):
            return True
        return modelish(path) and b"pandas" not in content[:4_000]
    if suffix == ".json":
        return b'"gradient_booster"' in content or b'"oblivious_trees"' in content
    if suffix == ".txt":
        return content.startswith((b"tree\nversion=v", b"tree\r\nversion=v"))
    if suffix in (".h5", ".hdf5"):
        return b"model_weights" in content or b"layer_names" in content or (not content and modelish(path))
    if suffix == ".pb":
        return posixpath.basename(path) == "saved_model.pb" or modelish(path) or b"Const" in content[:100_000]
    return modelish(path)


def _tensors(content: bytes) -> bool:
    """What `torch.save` writes: an archive whose first member is `…/data.pkl`, or a pickle of its magic number."""
    return (content.startswith(b"PK\x03\x04") and b"/data.pkl" in content[:400]) or content.startswith(_TORCH_PICKLE)


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()


def words(text: str) -> set[str]:
    """The words of a path, in lower case."""
    return set(re.split(r"[^a-z0-9]+|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", text.lower()))
