"""Whether a test file has anything to do with the project."""

from __future__ import annotations

import ast
import posixpath
import re
import sys

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.project.assertions import callee
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.reading import parents, within
from mlops_lint.repo.view import RepoView, Unreadable

_LIBRARIES = frozenset(
    "numpy pandas scipy sklearn pytest torch torchvision tensorflow keras matplotlib seaborn plotly yaml hypothesis "
    "mock PIL cv2 joblib polars xgboost lightgbm catboost statsmodels unittest pyarrow tqdm dotenv jsonschema pandera "
    "great_expectations numba dask".split()
)
_REACHING = frozenset(
    "subprocess runpy importlib requests httpx fastapi starlette flask click typer nbformat papermill nbclient "
    "testbook docker socket urllib aiohttp selenium playwright pexpect sh mlflow dvc grpc glob".split()
)
"""Modules by which a test may reach the project in ways that are not followed."""
_FILE = re.compile(r"[\w.*/ -]*[\w*]\.[A-Za-z][\w]{0,9}")
_BUILTIN = frozenset(
    "self cls request tmp_path tmpdir tmp_path_factory tmpdir_factory monkeypatch capsys capfd capsysbinary "
    "capfdbinary caplog recwarn record_property record_testsuite_property cache doctest_namespace pytestconfig "
    "mocker benchmark".split()
)


class Touching:
    """Answers by file, remembered."""

    def __init__(self, view: RepoView, code: Code) -> None:
        self.view = view
        self.code = code
        self.names = frozenset(posixpath.basename(path) for path in view.entries if code.project.owns(path))
        self._known: dict[str, bool | None] = {}

    def touches(
        self, path: str, parameters: frozenset[str] = frozenset(), own: frozenset[str] = frozenset()
    ) -> bool | None:
        """Does the test reach the project? None where it may. `own` are the fixtures and arguments the file gives."""
        answer = self._file(path, frozenset())
        if answer is not False:
            return answer
        wanted = parameters - _BUILTIN - own
        for folder in parents(posixpath.dirname(path)):
            conftest = posixpath.join(folder, "conftest.py")
            if conftest not in self.code.modules or not within(conftest, self.code.project.folder):
                continue
            given = wanted & self.code.modules[conftest].definitions.keys()
            wanted -= given
            if given and (answer := self._file(conftest, frozenset())) is not False:
                return answer
        return None if wanted else False

    def _file(self, path: str, seen: frozenset[str]) -> bool | None:
        if path in seen or len(seen) > 20:
            return False
        if path not in self._known:
            self._known[path] = self._judge(path, seen | {path})
        return self._known[path]

    def _judge(self, path: str, seen: frozenset[str]) -> bool | None:
        imports = self._imports(path, seen)
        if imports is True:
            return True
        texts = self._texts(path)
        return True if texts else None if imports is None or texts is None else False

    def _imports(self, path: str, seen: frozenset[str]) -> bool | None:
        answer: bool | None = False
        finder = self.code.finder
        for fact in self.code.modules[path].symbols.imports:
            module = fact.module
            if fact.level:
                files = [finder.relative(path, module, fact.level)]
                files += (
                    [finder.relative(path, f"{module}.{fact.symbol}".strip("."), fact.level)] if fact.symbol else []
                )
            else:
                files = [finder.file(path, module)]
                files += [finder.file(path, f"{module}.{fact.symbol}")] if fact.symbol else []
            named = [file for file in files if file and not file.endswith("/")] or [file for file in files if file]
            found = [self._imported(file, seen) for file in named]
            if True in found:
                return True
            top = module.partition(".")[0]
            known = top in sys.stdlib_module_names or top in _LIBRARIES or found
            if None in found or not known or top in _REACHING:
                answer = None
        return answer

    def _imported(self, file: str, seen: frozenset[str]) -> bool | None:
        if file.endswith("/"):
            return None if self.code.is_test(file + "x.py") else True
        if not self.code.is_test(file):
            return True
        return self._file(file, seen) if file in self.code.modules else None

    def _texts(self, path: str) -> bool | None:
        """Does it name a file of the project? None where it looks around by `__file__`."""
        try:
            tree = self.code.source(path).tree
        except (DocumentError, Unreadable):
            return None
        around = False
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if _FILE.fullmatch(node.value) and posixpath.basename(node.value) in self.names:
                    return True
                around |= "*" in node.value or self._around(node.value)
                around |= "://" in node.value
            elif isinstance(node, ast.Call):
                around |= _reads(node)
            elif isinstance(node, ast.Name) and node.id in ("__file__", "__import__", "exec", "eval"):
                around = True
        return None if around else False

    def _around(self, text: str) -> bool:
        """A folder of the project, or a file in one that git does not hold: data, or an output."""
        if len(text) > 200 or "\n" in text:
            return False
        base = self.code.project.folder
        path = posixpath.normpath(posixpath.join(base, text))
        if _FILE.fullmatch(text) and not path.startswith(("/", "..")):
            folder = posixpath.dirname(path)
            return self.view.ignored(path) or (folder not in ("", base) and self.view.is_dir(folder))
        return self.view.is_dir(posixpath.join(base, text))


def _reads(node: ast.Call) -> bool:
    """A read of a path, an option or a variable that is not written there."""
    name = callee(node.func)
    if name in ("getoption", "getenv", "getini"):
        return True
    first = node.args[0] if node.args else None
    return (name in ("open", "load") or name.startswith(("open_", "read_", "load_"))) and not isinstance(
        first, ast.Constant
    )
