"""What a test looks at: its body, fixtures and set-up, and whether an assertion depends on something."""

from __future__ import annotations

import ast
import builtins
import posixpath
import re
from dataclasses import dataclass, field

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, External
from mlops_lint.facts.project.reading import parents
from mlops_lint.facts.project.tests import TestFunction, Tests
from mlops_lint.practices.evidence import OwnCode
from mlops_lint.repo.view import Unreadable

Function = ast.FunctionDef | ast.AsyncFunctionDef
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PREPARES = frozenset(
    "data dataset datasets dataloader dataloaders datamodule loader preprocess preprocessing preprocessor process "
    "processor prepare prep clean cleaning cleaner feature features featurize engineering transform transforms "
    "transformer transformation encode encoder encoding tokenize tokenizer vocab vocabulary split splitter impute "
    "imputer normalize scaler augment augmentation augmentations ingest ingestion etl label labels dataframe "
    "df csv dataprep sampling sampler vectorize vectorizer categorize binarize".split()
)
_FEATURE_FOLDERS = frozenset(
    "feature features featurization featurizers preprocess preprocessing preprocessors extractor extractors".split()
)
_DATA_FOLDERS = frozenset("data dataset datasets etl ingestion".split())
"""Folders of databases as often as of what prepares data."""
_NO_FEATURES = frozenset(
    "flag flags toggle toggles store stores registry client clients service services views".split()
)
"""What stands beside `feature` where features are only kept, served or switched."""
_EXTRACTS = frozenset("extract extractor extractors extraction feature features featurizer featurize".split())
_STRONG = frozenset("clean cleaning cleaner preprocess preprocessing preprocessor tokenize encode normalize".split())
_SETTINGS = frozenset("config configs configuration logger logging path paths args settings env url version".split())
_TABLES = tuple(
    "pandas polars pyspark datasets dask geopandas great_expectations pandera apache_beam tensorflow_transform "
    "tensorflow_data_validation tfx pyarrow duckdb".split()
)
ARRAYS = (*_TABLES, "numpy", "sklearn", "torch", "tensorflow", "torchvision", "keras", "PIL", "cv2", "nltk", "spacy",
           "scipy", "category_encoders", "transformers", "albumentations", "jax", "xarray")  # fmt: skip
RUNS = frozenset(
    "predict predict_proba predict_classes predict_one predict_batch decision_function forward infer inference "
    "classify transcribe detect recommend".split()
)
RUN_WORDS = frozenset(
    "predict prediction predictions infer inference classify forward evaluate score train fit ask answer complete "
    "respond".split()
)
_ASKS = tuple(
    f".{kind}.{verb}" for kind in ("completions", "messages", "responses") for verb in ("create", "parse", "stream")
)
"""Calls of a hosted language model."""
_NETWORKS = ("torch.nn.", "tensorflow.keras.", "keras.", "pytorch_lightning.", "lightning.", "flax.", "mlx.nn.")


@dataclass(slots=True)
class Body:
    """One test with what it uses: its fixtures and helpers among the tests."""

    test: TestFunction
    node: ast.AST
    around: list[tuple[str, str, ast.AST]] = field(default_factory=list)
    """(path, scope, tree) of the test and of the fixtures that it asks for."""
    fixtures: dict[str, tuple[str, Function]] = field(default_factory=dict)
    helpers: list[tuple[str, str, ast.AST]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The test's file."""
        return self.test.definition.path

    @property
    def scope(self) -> str:
        """The test's scope."""
        return self.test.definition.qualname


class Covering:
    """What every asserting test looks at: a fact."""

    def __init__(self, own: OwnCode, tests: Tests) -> None:
        self.own = own
        self.code = own.code
        self.stems: dict[str, list[str]] = {}
        for path in self.code.modules:
            if path.endswith(".py") and not self.code.is_test(path):
                self.stems.setdefault(posixpath.basename(path)[:-3], []).append(path)
        self.bodies = [
            body
            for test in tests.functions
            if test.fate == "asserts" and own.counts(test.definition.path, tests=True)
            if (body := self._body(test)) is not None
        ]

    def _body(self, test: TestFunction) -> Body | None:
        try:
            node = self.code.node(test.definition)
        except (DocumentError, Unreadable):
            return None
        body = Body(test, node)
        body.around.append((body.path, body.scope, node))
        waiting = [(body.path, node)]
        while waiting and len(body.fixtures) < 12:
            path, tree = waiting.pop()
            for name in parameters(tree):
                found = self._fixture(path, name)
                if found is not None and name not in body.fixtures:
                    body.fixtures[name] = found
                    body.around.append((found[0], name, found[1]))
                    waiting.append(found)
        body.helpers = self._helpers(body)
        body.around += body.helpers
        return body

    def _helpers(self, body: Body) -> list[tuple[str, str, ast.AST]]:
        """Functions of the test's own file that it calls: they assert for it."""
        found: dict[str, tuple[str, str, ast.AST]] = {}
        waiting = [body.node]
        while waiting and len(found) < 8:
            for node in ast.walk(waiting.pop()):
                name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                definition = self.code.definition(body.path, name) if name and name not in found else None
                if definition is not None and definition.kind == "function" and definition != body.test.definition:
                    tree = self.code.node(definition)
                    found[name] = (body.path, name, tree)
                    waiting.append(tree)
        return [found[name] for name in sorted(found)]

    def _fixture(self, path: str, name: str) -> tuple[str, Function] | None:
        folders = parents(posixpath.dirname(path))
        for file in (path, *(posixpath.join(folder, "conftest.py") for folder in folders)):
            definition = self.code.definition(file, name) or self._imported(file, name)
            node = self.code.node(definition) if definition is not None else None
            if definition is not None and isinstance(node, Function) and node.decorator_list:
                return definition.path, node
        return None

    def _imported(self, file: str, name: str) -> Definition | None:
        if file not in self.code.modules:
            return None
        found = self.code.resolve(file, "", name)
        return found if isinstance(found, Definition) and found.kind == "function" else None

    def called(self, path: str, scope: str, node: ast.Call) -> Definition | None:
        """The project's own function or class behind a call."""
        text = chain(node.func)
        found = self.code.resolve(path, scope, text)
        if isinstance(found, Definition):
            return found
        if isinstance(found, External) and (beside := self.by_stem(found.name)) is not None:
            return beside
        head, _, last = text.rpartition(".")
        owner = self.code.resolve(path, scope, head) if head else None
        if isinstance(owner, Definition) and owner.kind in ("function", "class"):
            return owner if last in ("run", "fn", "func") or owner.kind == "function" else None
        return None

    def by_stem(self, name: str) -> Definition | None:
        """A definition of the project behind a name whose package is not where the import looks for it."""
        module, _, symbol = name.rpartition(".")
        for path in self.stems.get(module.rpartition(".")[2], ()):
            found = self.code.definition(path, symbol) if symbol else None
            if found is not None:
                return found
        return None

    def prepares(self, definition: Definition) -> bool:
        """Whether a function, by its name or its file's, and by what it uses, has to do with data."""
        if self.code.is_test(definition.path):
            return False
        stem = posixpath.splitext(definition.path)[0].rpartition("/")[2]
        if _SETTINGS.intersection(words(definition.name)):
            return False
        named = _PREPARES.intersection(words(definition.qualname))
        placed = _PREPARES.intersection(words(stem)) or "datasets" in definition.path.split("/")
        tables = self.imports(definition.path, _TABLES)
        arrays = tables or self.imports(definition.path, ARRAYS)
        labels = {"labels", "dataset"} & set(words(definition.name))
        extracts = self._extracts(definition)
        return bool((named and arrays) or (placed and arrays) or labels or extracts or self._takes_table(definition))

    def _extracts(self, definition: Definition) -> bool:
        """`Extractor.extract` in a folder of features: there it needs no library of tables."""
        named = set(words(definition.qualname))
        if self.features(definition.path):
            return bool(named & (_EXTRACTS | _PREPARES))
        folders = set(words(posixpath.dirname(definition.path).replace("/", ".")))
        return bool(folders & _DATA_FOLDERS and named & (_EXTRACTS | _STRONG))

    def features(self, path: str) -> bool:
        """Whether a file of the project, by its place, works features out."""
        placed = set(words(posixpath.splitext(path)[0].replace("/", ".")))
        return not self.code.is_test(path) and bool(placed & _FEATURE_FOLDERS) and not placed & _NO_FEATURES

    def _takes_table(self, definition: Definition) -> bool:
        node = self.code.node(definition)
        if not isinstance(node, Function):
            return False
        given = [*node.args.args, *node.args.kwonlyargs]
        noted = any(arg.annotation is not None and "DataFrame" in ast.unparse(arg.annotation) for arg in given)
        plain = any(arg.arg in ("df", "dataframe", "data_frame") for arg in given)
        returns = node.returns is not None and "DataFrame" in ast.unparse(node.returns)
        runs = RUN_WORDS.intersection(words(definition.name))
        return (noted or plain or returns) and not runs

    def imports(self, path: str, roots: tuple[str, ...]) -> bool:
        return any(fact.module.partition(".")[0] in roots for fact in self.code.modules[path].symbols.imports)

    def consumes(self, path: str, scope: str, node: ast.Call) -> bool:
        """A call that uses data for something else: the project's other code, an object that is called, a model."""
        found = self.called(path, scope, node)
        if found is not None:
            return not self.code.is_test(found.path) and not self.prepares(found)
        if isinstance(node.func, ast.Attribute):
            return node.func.attr in RUNS
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return bool(name) and not hasattr(builtins, name) and self.code.resolve(path, scope, name) is None

    def network(self, definition: Definition) -> bool:
        """Whether a class of the project is a network."""
        if definition.kind != "class":
            return False
        for base in self.code.names.bases(definition):
            if isinstance(base, External) and base.name.startswith(_NETWORKS):
                return True
            if isinstance(base, Definition) and base != definition and self.network(base):
                return True
        return False

    def runs(self, definition: Definition, depth: int = 3) -> bool:
        """Whether a function of the project gets to a prediction or a fit."""
        seen = {definition}
        level = [definition]
        for _ in range(depth):
            following: list[Definition] = []
            for one in level:
                node = self.code.node(one)
                if one.kind == "function" and any(_predicts(part) for part in ast.walk(node)):
                    return True
                following += [more for more in self.code.graph.callees(one) if more.qualname and more not in seen]
                seen.update(following)
            level = following[:40]
        return False


def _predicts(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in (RUNS | {"fit", "generate", "evaluate", "backward"}) or chain(node.func).endswith(_ASKS))
    )


def parameters(node: ast.AST) -> list[str]:
    if not isinstance(node, Function):
        return []
    return [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def words(name: str) -> list[str]:
    return re.split(r"[_.\d]+", _HUMP.sub("_", name).lower())


@provides
def covering(own: OwnCode, tests: Tests) -> Covering:
    """Needs what tests exist."""
    return Covering(own, tests)
