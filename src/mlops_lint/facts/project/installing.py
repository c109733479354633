"""Whether what is locked is what the code imports, the project asks for, and the image installs."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.requirements import normalised, parse_requirement
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.dependencies import Dependencies, DependencyFile, Requirement
from mlops_lint.facts.project.dockerfiles import IMAGE, INSTALLERS, arguments, installs, instructions
from mlops_lint.facts.project.installing_python import older
from mlops_lint.facts.project.installing_unknown import imported, unknown
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import lines_of, text_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_NEVER_ASKED_FOR = frozenset(
    "six python-dateutil threadpoolctl typing-extensions certifi idna urllib3 charset-normalizer markupsafe tzdata "
    "pytz pluggy iniconfig annotated-types cffi pycparser llvmlite cloudpickle greenlet anyio sniffio h11".split()
)
"""Packages that others bring along: a list with some of them holds everything that is installed."""
_NAMES = {
    "sklearn": "scikit-learn", "yaml": "pyyaml", "PIL": "pillow", "imblearn": "imbalanced-learn",
    "skimage": "scikit-image",
    "bs4": "beautifulsoup4", "dateutil": "python-dateutil", "dotenv": "python-dotenv", "umap": "umap-learn",
    "prometheus_client": "prometheus-client", "sentence_transformers": "sentence-transformers",
    "category_encoders": "category-encoders", "great_expectations": "great-expectations",
    "faiss": "", "cv2": "", "torch": "", "tensorflow": "", "lightning": "", "onnxruntime": "",
}  # fmt: skip
"""Modules whose package has another name; an empty one where several packages give the module."""
_KNOWN = frozenset(
    "numpy scipy pandas polars pyarrow duckdb xgboost lightgbm catboost statsmodels joblib shap lime fairlearn mlflow "
    "wandb transformers datasets evaluate torchvision torchmetrics timm keras jax flax optuna hydra omegaconf fastapi "
    "flask uvicorn pydantic requests httpx openai anthropic langchain litellm pandera evidently nltk spacy gensim "
    "sqlalchemy boto3 click typer rich tqdm matplotlib seaborn plotly streamlit gradio".split()
) - {"hydra", "jax"}  # fmt: skip
"""Modules that have the name of their package."""
_OF_TOOLS = re.compile(r"(?:^|/)noxfile\.py$|^(?:tasks|dodo|fabfile|setup|locustfile)\.py$")
"""Read by a program that is installed apart, which gives them what they import."""
_ASIDE = re.compile(
    r"(?<![a-z])(?:dev|devcontainer|develop|development|tests?|lint|docs?|ci|notebooks?|scripts?|tools?|examples?|"
    r"bench(?:marks?)?|analysis)(?![a-z])"
)
_RICH = re.compile(r"(?im)^FROM\s.*(?:torch|tensorflow|cuda|jupyter|rapids|sagemaker|spark|databricks|mlflow|conda)")
"""Images that bring packages of their own."""
_TOOLS = INSTALLERS | {"pdm", "hatch", "build", "dvc", "awscli"}
_LISTS = ("pyproject", "setup", "pipfile", "conda")
"""Kinds of files that ask: one of them is no lock, though its versions may be exact."""
ENOUGH = 0.8
"""The share of exact versions from which a hand-kept list passes for a lock."""
MOSTLY = 0.5
"""The share of what a file asks for that a lock must hold to be the lock of that file."""


@dataclass(frozen=True, slots=True)
class Apart:
    """`what` is asked for at `at`, and `lock` does not hold it."""

    what: str
    at: Location
    lock: str


class Installing:
    """Answers over the project's lists, code and images."""

    def __init__(self, code: Code, dependencies: Dependencies, view: RepoView, project: Project) -> None:
        self.code = code
        self.dependencies = dependencies
        self.view = view
        self.project = project

    @staticmethod
    def exact(file: DependencyFile) -> bool:
        """A lock, or a list with (nearly) only exact versions."""
        if file.kind == "lock":
            return True
        items = file.requirements
        return file.kind != "dockerfile" and bool(items) and sum(item.pinned for item in items) >= ENOUGH * len(items)

    def loose(self, file: DependencyFile) -> list[Requirement]:
        """What shipped code imports, and a hand-kept list of exact versions holds without one."""
        items = [item for item in file.requirements if not item.pinned and item.name and not self._conditional(item)]
        return [item for item in items if file.kind != "lock" and imported(item.name, self.code, _NAMES)]

    def not_locked(self) -> Iterator[Apart]:
        """What a list asks for, and the lock beside it does not hold."""
        held = self._held()
        for file in self.dependencies.files:
            asked = [item for item in file.requirements if item.name and not item.optional]
            lock = self._lock_of(file, asked)
            if lock is None:
                continue
            for item in asked:
                if item.name not in held and not self._conditional(item):
                    yield Apart(item.name, Location(item.at.path, self._line(item)), lock.path)

    def not_listed(self) -> Iterator[Apart]:
        """What the code imports, and a list of everything that is installed does not hold."""
        whole = next((file for file in self.dependencies.files if self._whole(file)), None)
        lock = whole or next((file for file in self.dependencies.locks if len(file.requirements) > 1), None)
        everything = {item.name for file in self.dependencies.files for item in file.requirements}
        if lock is None or any(not file.requirements for file in self.dependencies.locks) or self._rich():
            return
        told: set[str] = set()
        for path, module in self.code.modules.items():
            aside = self.code.is_test(path) or path.endswith(".ipynb") or _ASIDE.search(path) or _OF_TOOLS.search(path)
            for fact in () if aside else module.symbols.imports:
                top = fact.module.partition(".")[0]
                name = _NAMES.get(top, top if top in _KNOWN else "") if whole else ""
                if fact.level or fact.scope or not top or top in told or normalised(name or top) in everything:
                    continue
                if not (name or unknown(top, self.code, self.dependencies, _NAMES)):
                    continue
                if not self.code.finder.file(path, top) and self._always(path, fact.line):
                    told.add(top)
                    yield Apart(name or top, self.code.text(path).span(fact.line, 0, fact.line, 0), lock.path)

    def images(self) -> Iterator[Apart]:
        """What an image installs in other versions than the lock holds."""
        lock = next((file for file in self.dependencies.files if self.exact(file) and file.requirements), None)
        if lock is None:
            return
        for path in self._dockerfiles():
            if not _ASIDE.search(path):
                yield from (Apart(what, Location(path, line), lock.path) for line, what in self._image(path, lock))

    def older_python(self) -> tuple[str, str, Location, Location] | None:
        """An image's Python, where the project asks for a later one."""
        return older(self.view, self.project.folder, (path for path in self._dockerfiles() if not _ASIDE.search(path)))

    def _dockerfiles(self) -> list[str]:
        names = (path for path in self.view.entries if IMAGE.fullmatch(posixpath.basename(path)))
        return [path for path in names if self.project.owns(path)]

    def _rich(self) -> bool:
        return any(_RICH.search(text_of(self.view, path) or "") for path in self._dockerfiles())

    def _image(self, path: str, lock: DependencyFile) -> Iterator[tuple[int, str]]:
        files = self.dependencies.files
        asked = {item.name for file in files if file.kind != "dockerfile" for item in file.requirements}
        already: set[str] = set(_TOOLS)
        for number, line in instructions(text_of(self.view, path) or ""):
            for given in map(list, map(arguments, installs(line))):
                if any(option in ("-c", "--constraint") for option, _ in given):
                    continue
                for file in self._lists(given, path):
                    names = {item.name for item in file.requirements}
                    if self.exact(file):
                        already |= names
                    elif names - already and posixpath.dirname(file.path) == posixpath.dirname(lock.path):
                        yield number, f"{file.path} ({_loose(file)} of {len(names)} with no exact version)"
                yield from ((number, f"`{text}`") for name, text in _named(given) if name in asked - already)

    def _lists(self, given: list[tuple[str, str]], image: str) -> Iterator[DependencyFile]:
        for option, value in given:
            if option in ("-r", "--requirement") and (file := self._file(value, image)) is not None:
                yield file

    def _file(self, name: str, image: str) -> DependencyFile | None:
        """The list that an image installs: by its place beside the image or in the project, else by its name alone."""
        places = [
            posixpath.normpath(posixpath.join(folder, name))
            for folder in (posixpath.dirname(image), self.project.folder)
        ]
        files = self.dependencies.files
        found = [file for file in files if file.path in places]
        found = found or [file for file in files if posixpath.basename(file.path) == posixpath.basename(name)]
        return found[0] if len(found) == 1 else None

    def _held(self) -> set[str]:
        own = {normalised(name) for name in self.dependencies.own}
        files = (file for file in self.dependencies.files if self.exact(file))
        return own | {item.name for file in files for item in file.requirements}

    def _lock_of(self, file: DependencyFile, asked: list[Requirement]) -> DependencyFile | None:
        """The lock that was made of a list: beside it, of the same kind, with most of what the list asks for."""
        if self.exact(file) or file.kind in ("dockerfile", "conda") or _ASIDE.search(posixpath.basename(file.path)):
            return None
        folder, name = posixpath.split(file.path)
        for lock in self.dependencies.files:
            made = file.kind != "requirements" or name.endswith(".in") or _stem(lock.path) == _stem(file.path)
            beside = posixpath.dirname(lock.path) == folder or posixpath.basename(lock.path) == "uv.lock"
            if made and self.exact(lock) and beside and lock.kind not in _LISTS:
                names = {item.name for item in lock.requirements}
                if len(names) > 1 and sum(item.name in names for item in asked) >= MOSTLY * len(asked):
                    return lock
        return None

    def _line(self, item: Requirement) -> int:
        """The line of a requirement; TOML readers give that of its list."""
        name = re.compile(rf"(?<![\w.-]){re.sub('[-_.]+', '[-_.]+', item.name)}(?![\w-])", re.IGNORECASE)
        lines = lines_of(self.view, item.at.path)
        start = item.at.line - 1
        return next((number for number, line in enumerate(lines[start:], item.at.line) if name.search(line)), start + 1)

    def _conditional(self, item: Requirement) -> bool:
        """A marker, an address or a folder: it need not stand in the lock under its name."""
        lines = lines_of(self.view, item.at.path)
        text = lines[self._line(item) - 1] if lines else ""
        return any(mark in text for mark in (";", "@", "path", "git"))

    def _whole(self, file: DependencyFile) -> bool:
        names = {item.name for item in file.requirements}
        if self.exact(file) and file.path.endswith(".txt") and "--hash=" in (text_of(self.view, file.path) or ""):
            return True  # pip takes hashes for all packages or for none
        return self.exact(file) and len(names & _NEVER_ASKED_FOR) > 2

    def _always(self, path: str, line: int) -> bool:
        """Whether the import stands at the top of the file, under no condition and in no `try`."""
        body = self.code.source(path).tree.body
        return any(isinstance(one, ast.Import | ast.ImportFrom) and one.lineno == line for one in body)


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


def _named(given: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Packages that are installed by name, in any version: the name, and how it is written."""
    for option, value in given:
        item = parse_requirement(value) if not option and "$" not in value else None
        if item is not None and not item.pinned:
            yield item.name, f"{item.name}{item.specifier}"


def _loose(file: DependencyFile) -> int:
    return sum(not item.pinned for item in file.requirements)


@provides
def installing(code: Code, dependencies: Dependencies, view: RepoView, project: Project) -> Installing:
    """Read when asked for."""
    return Installing(code, dependencies, view, project)
