"""The project's tests, and whether they can fail."""

from __future__ import annotations

import ast
import fnmatch
import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.assertions import Assertions, Function, Resolve, assertions, callee
from mlops_lint.facts.project.code import Code, Definition
from mlops_lint.facts.project.reading import parents, within
from mlops_lint.facts.project.running import PytestFiles, PytestSettings, pytest_settings, settings_for
from mlops_lint.facts.project.skipping import skipped
from mlops_lint.facts.project.touching import Touching
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

_IsCase = Callable[[ast.ClassDef], bool]
Fate = Literal["asserts", "hollow", "skipped", "constant", "swallowed", "foreign", "unclear"]
_FIXTURES = frozenset(
    "snapshot image_snapshot data_regression num_regression file_regression image_regression dataframe_regression "
    "ndarrays_regression obj_regression".split()
)
_COMPARING = frozenset({"mpl_image_compare", "image_comparison", "check_figures_equal", "parametrize_with_checks"})


@dataclass(frozen=True, slots=True)
class TestFunction:
    """One test; `detail` says why for every fate but "asserts"; `evidence` is the first assertion that counts."""

    __test__ = False

    definition: Definition
    at: Location
    fate: Fate
    detail: str = ""
    kind: Literal["function", "script"] = "function"
    evidence: Location | None = None


@dataclass(frozen=True, slots=True)
class Tests:
    """All tests in order of place; `unparsed` test files cannot be told."""

    __test__ = False

    functions: tuple[TestFunction, ...]
    unparsed: tuple[str, ...] = ()

    def under(self, paths: Iterable[str]) -> list[TestFunction]:
        """The tests in files or folders given relative to the root; `path::name` takes one test or class."""
        wanted = [path.rstrip("/") for path in paths]
        return [test for test in self.functions if any(_matches(test.definition, path) for path in wanted)]

    def files(self) -> list[str]:
        """The files that hold tests."""
        return list(dict.fromkeys(test.definition.path for test in self.functions))


def _matches(definition: Definition, path: str) -> bool:
    file, _, name = path.partition("::")
    if not within(definition.path, file):
        return False
    name = name.replace("::", ".").partition("[")[0]
    return not name or definition.qualname == name or definition.qualname.startswith(name + ".")


@provides
def tests(view: RepoView, code: Code) -> Tests:
    """As pytest and unittest would collect them, and scripts that assert."""
    reader = _Reader(view, code, pytest_settings(view))
    found: list[TestFunction] = []
    for path in code.modules:
        if path.endswith(".py"):
            found += reader.file(path)
    unparsed = [path for path in code.unparsed if reader.collects(path)]
    return Tests(tuple(sorted(found, key=lambda test: (test.definition.path, test.at.line))), tuple(sorted(unparsed)))


class _Reader:
    def __init__(self, view: RepoView, code: Code, settings: PytestFiles) -> None:
        self.view = view
        self.code = code
        self.settings = settings
        self.touching = Touching(view, code)
        self._own: tuple[str, frozenset[str]] = ("", frozenset())

    def collects(self, path: str) -> bool:
        config = settings_for(posixpath.dirname(path), self.settings)
        patterns = (config.python_files if config else ()) or ("test_*.py", "*_test.py")
        name = posixpath.basename(path)
        if any(fnmatch.fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns):
            return True
        # Django's `tests.py`, and suites that are started by the path of their file.
        return name == "tests.py" or (name.endswith("_tests.py") and self.code.is_test(path))

    def file(self, path: str) -> Iterator[TestFunction]:
        script = self.code.is_test(path) and posixpath.basename(path) not in ("conftest.py", "__init__.py")
        if not self.collects(path) and not script:
            return
        try:
            tree = self.code.source(path).tree
        except (DocumentError, Unreadable):
            return
        count = 0
        if self.collects(path):
            config = settings_for(posixpath.dirname(path), self.settings)
            for function, owners in _collected(tree, config, self._is_case(path)):
                count += 1
                yield self._test(path, tree, function, owners)
        if script and not count:
            yield from self._script(path, tree)

    def _is_case(self, path: str) -> _IsCase:
        def is_case(klass: ast.ClassDef) -> bool:
            for base in klass.bases:
                if callee(base).endswith("TestCase"):
                    return True
                value = self.code.resolve(path, "", chain(base))
                if isinstance(value, Definition) and value.kind == "class":
                    node = self.code.node(value)
                    if isinstance(node, ast.ClassDef) and any(callee(b).endswith("TestCase") for b in node.bases):
                        return True
            return False

        return is_case

    def _test(self, path: str, tree: ast.Module, function: Function, owners: list[ast.ClassDef]) -> TestFunction:
        qualname = ".".join([*(owner.name for owner in owners), function.name])
        definition = self.code.definition(path, qualname) or Definition(
            path, qualname, "function", function.lineno, function.end_lineno or function.lineno
        )
        at = self.code.at(definition)
        if reason := skipped(function, owners, tree):
            return TestFunction(definition, at, "skipped", reason)
        parameters = frozenset(
            arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        )
        resolver = self._resolver(path, qualname, parameters, _handed(function, *owners))
        found = assertions(function.body, parameters, resolver)
        fate, detail = _fate(found, _asserted_elsewhere(function, owners, parameters))
        evidence = self.code.source(path).at(found.real[0]) if found.real else None
        if fate == "asserts":
            fate, detail = self._foreign(path, tree, function, parameters)
        return TestFunction(definition, at, fate, detail, "function", evidence)

    def _names(self, path: str, tree: ast.Module) -> frozenset[str]:
        """The functions that a file defines, for the last file asked about."""
        if self._own[0] != path:
            names = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
            self._own = (path, frozenset(names))
        return self._own[1]

    def _foreign(
        self, path: str, tree: ast.Module, function: Function, parameters: frozenset[str]
    ) -> tuple[Fate, str]:  # fmt: skip
        own = self._names(path, tree)
        given = _handed(function)
        keywords = {
            k.arg for d in function.decorator_list for n in ast.walk(d) if isinstance(n, ast.Call) for k in n.keywords
        }
        hypothesis = any(callee(d.func) == "given" for d in function.decorator_list if isinstance(d, ast.Call))
        wanted = frozenset() if hypothesis else parameters
        touches = self.touching.touches(path, wanted, own | given | frozenset(k for k in keywords if k))
        if touches is False:
            return "foreign", "it neither imports the project nor reads a file of it"
        return "asserts", ""

    def _resolver(
        self, path: str, qualname: str, parameters: frozenset[str] = frozenset(), handed: frozenset[str] = frozenset()
    ) -> Resolve:
        def resolve(node: ast.expr) -> Function | None:
            if isinstance(node, ast.Name) and node.id in parameters:
                return self._fixture(path, node.id, node.id not in handed)
            value = self.code.resolve(path, qualname, chain(node))
            # The code under test may assert too; only what lies among the tests is a helper of theirs.
            if not isinstance(value, Definition) or value.kind != "function" or not self.code.is_test(value.path):
                return None
            found = self.code.node(value)
            return found if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef) else None

        return resolve

    def _fixture(self, path: str, name: str, alone: bool) -> Function | None:
        """The fixture of that name that the test sees: of its file, else of the nearest conftest.

        None where it cannot be told whether it asserts; `alone`: nothing else may stand for the name.
        """
        folders = parents(posixpath.dirname(path))
        for file in (path, *(posixpath.join(folder, "conftest.py") for folder in folders)):
            definition = self.code.definition(file, name)
            node = self.code.node(definition) if definition is not None else None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _fixture(node):
                asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
                return node if asserts or (alone and self._silent(file, node)) else None
        return None

    def _silent(self, path: str, node: Function) -> bool:
        """Whether a fixture hands back a function that stands in it, and nothing in it may assert."""
        inner = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        given = node.body[-1].value if isinstance(node.body[-1], ast.Return) else None
        own = isinstance(given, ast.Lambda) or (isinstance(given, ast.Name) and given.id in inner)
        own = own or self._made(path, node, given)
        if not own or any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
            return False
        found = assertions(node.body, frozenset(), self._resolver(path, node.name))
        return not (found.real or found.suspect or found.constant or found.swallowed)

    def _made(self, path: str, node: Function, given: ast.expr | None) -> bool:
        """Whether what a fixture hands back is an object of a class under test: calling that asserts nothing."""
        if isinstance(given, ast.Name):
            bound = [part for part in node.body if isinstance(part, ast.Assign) and len(part.targets) == 1]
            values = [part.value for part in bound if ast.unparse(part.targets[0]) == given.id]
            given = values[0] if len(values) == 1 else None
        value = self.code.resolve(path, node.name, chain(given.func)) if isinstance(given, ast.Call) else None
        return isinstance(value, Definition) and value.kind == "class" and not self.code.is_test(value.path)

    def _script(self, path: str, tree: ast.Module) -> Iterator[TestFunction]:
        body = [
            node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        found = assertions(body, frozenset(), self._resolver(path, ""))
        # What a script raises without a condition on its outcome is an error of its own, no failed test.
        real = [node for node in found.real if not isinstance(node, ast.Raise) or _conditional(body, node)]
        if not real:
            return
        definition = Definition(path, "", "module")
        evidence = self.code.source(path).at(real[0])
        fate: Fate = "foreign" if self.touching.touches(path) is False else "asserts"
        yield TestFunction(definition, self.code.at(definition), fate, "", "script", evidence)


def _handed(*nodes: Function | ast.ClassDef) -> frozenset[str]:
    """The arguments that decorators give: `parametrize("left, right", …)`."""
    return frozenset(
        name.strip()
        for one in nodes
        for decorator in one.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in node.value.split(",")
    )


def _conditional(body: list[ast.stmt], node: ast.Raise) -> bool:
    """Whether an `if` decides on the `raise`; an exception handler around it does not."""
    ifs = [part for statement in body for part in ast.walk(statement) if isinstance(part, ast.If)]
    return any(part is node for one in ifs for part in ast.walk(one))


def _fate(found: Assertions, elsewhere: bool) -> tuple[Fate, str]:
    if found.real or elsewhere:
        return "asserts", ""
    if found.suspect:
        return "unclear", "it may assert through a call that cannot be followed"
    if found.swallowed:
        return "swallowed", "an `except` around the assertion lets its failure pass"
    if found.constant:
        return "constant", "what it asserts is always true"
    return "hollow", "it asserts nothing"


def _asserted_elsewhere(function: Function, owners: list[ast.ClassDef], parameters: frozenset[str]) -> bool:
    decorators = [callee(d.func if isinstance(d, ast.Call) else d) for d in function.decorator_list]
    if parameters & _FIXTURES or _COMPARING & set(decorators):
        return True
    hooks = ("tearDown", "teardown_method", "asyncTearDown")
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name in hooks
        and any(isinstance(n, ast.Assert) for n in ast.walk(node))
        for owner in owners
        for node in owner.body
    )


_Collected = Iterator[tuple[Function, list[ast.ClassDef]]]


def _collected(tree: ast.Module, config: PytestSettings | None, is_case: _IsCase) -> _Collected:
    functions = (config.python_functions if config else ()) or ("test*",)
    classes = (config.python_classes if config else ()) or ("Test*",)
    stack: list[tuple[list[ast.stmt], list[ast.ClassDef], bool]] = [(tree.body, [], False)]
    while stack:
        body, owners, case = stack.pop()
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if _named(node.name, ("test*",) if case else functions) and not _fixture(node):
                    yield node, owners
            elif isinstance(node, ast.ClassDef):
                inner_case = is_case(node)
                if inner_case or (_named(node.name, classes) and not _has_init(node)):
                    stack.append((node.body, [*owners, node], inner_case))
            elif isinstance(node, ast.If | ast.Try | ast.With):
                stack.append(([*node.body, *getattr(node, "orelse", [])], owners, case))


def _named(name: str, patterns: Iterable[str]) -> bool:
    return any(name.startswith(pattern) or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)


def _has_init(node: ast.ClassDef) -> bool:
    return any(isinstance(inner, ast.FunctionDef) and inner.name == "__init__" for inner in node.body)
