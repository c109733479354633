"""Which tests the charter names, and what stands there."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code, Definition, External
from mlops_lint.facts.project.pointer_targets import (
    Broken,
    FileTarget,
    FolderTarget,
    Hidden,
    RemoteTarget,
    SymbolTarget,
    Target,
    TestTarget,
)
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.reading import text_of, within
from mlops_lint.facts.project.tests import TestFunction, Tests
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView, Unreadable

TEST_KINDS = ("data", "features", "model", "pipeline", "parity", "serving", "gate", "safety")
_OTHER_LANGUAGES = re.compile(
    r"\.(?:R|r|jl|sh|bats|[cm]?[jt]sx?|go|rs|java|scala|kt|rb|c|cc|cpp|cu|sql|feature|robot|m|cs)$"
    r"|(?:^|/)(?:test_[^/]*|[^/]*\.tavern|promptfooconfig)\.ya?ml$"
)
_LIKE_TESTS = re.compile(r"(?:^|/)(?:test[^/]*|[^/]*_tests?)\.py$")
_SMOKE = frozenset({"smoke", "runs", "import", "imports", "importable", "works", "executes"})
_SMOKE_PHRASE = re.compile(
    r"^test_run$|(?:s|_can|_should|_does|_did|_must|_will|_to)_run$|(?:no|without)_(?:error|exception|crash)|(?:doe?s_?nt|does_not|not|never)_(?:raise|fail|crash)"
)
_DOCTEST = re.compile(r"^[ \t]*>>> \S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TestClaim:
    """One pointer of `tests`; `kind` is empty for the paths of all tests."""

    __test__ = False

    kind: str
    text: str
    at: Location
    target: Target

    @property
    def places(self) -> tuple[str, ...]:
        """For `Tests.under`: relative to the root; empty where the pointer leads to nothing that holds tests."""
        target = self.target
        if isinstance(target, FolderTarget):
            plain = all(within(file, target.path) for file in target.files)
            return (target.path,) if plain else target.files
        if isinstance(target, FileTarget):
            return () if target.standin else (target.path,)
        if isinstance(target, SymbolTarget | TestTarget) and isinstance(target.definition, Definition):
            return (target.definition.key,)
        return ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the pointer names or holds."""
        if isinstance(self.target, FolderTarget):
            return self.target.files
        return tuple(place.partition("::")[0] for place in self.places)

    @property
    def obstacle(self) -> str:
        """Why the pointer cannot be looked into; empty where it can."""
        if isinstance(self.target, Broken):
            return f"`{self.text}` leads nowhere (CH005)"
        if isinstance(self.target, Hidden):
            return f"`{self.text}` {self.target.reason}"
        if isinstance(self.target, RemoteTarget):
            return f"`{self.text}` is outside the repository"
        return "" if self.places else f"`{self.text}` is not kept in this repository"


class TestClaims:
    """The charter's `tests` in its three forms. Read when asked, so that the routes are seen to be read."""

    __test__ = False

    def __init__(self, charter: Charter, pointers: Pointers, tests: Tests, view: RepoView, code: Code) -> None:
        self._charter = charter
        self._pointers = pointers
        self._tests = tests
        self._view = view
        self._code = code

    @property
    def none_because(self) -> str | None:
        """The reason given for having no tests."""
        return self._charter.text("tests", "none_because")

    @property
    def incomplete(self) -> bool:
        """A mapping that names neither paths nor a reason, which is CH002's."""
        return isinstance(self._charter.get("tests"), dict) and not self.paths() and self.none_because is None

    def paths(self) -> list[TestClaim]:
        """What `tests` or `tests.paths` names."""
        for route in (("tests", "paths"), ("tests",)):
            value = self._charter.get(*route)
            if isinstance(value, str | list):
                return list(self._claims("", "path", *route))
            if route[-1] == "paths" and self.none_because is not None:
                return []
        return []

    def of(self, *kinds: str) -> list[TestClaim]:
        """The pointers of some kinds, or of every kind: `data`, `model`, `gate` …"""
        if not isinstance(self._charter.get("tests", "paths"), list) and self.none_because is None:
            return []
        wanted = kinds or TEST_KINDS
        return [claim for kind in wanted for claim in self._claims(kind, "ref", "tests", kind)]

    def all(self) -> list[TestClaim]:
        """Paths first, then the kinds."""
        return [*self.paths(), *self.of()]

    def tests(self, claim: TestClaim) -> list[TestFunction]:
        """The tests that stand where a pointer leads."""
        return self._tests.under(claim.places)

    def grouped(self) -> list[tuple[TestClaim, list[TestFunction]]]:
        """Every test once, under the first pointer that leads to it."""
        seen: set[TestFunction] = set()
        found = []
        for claim in self.all():
            own = [test for test in self.tests(claim) if test not in seen]
            seen.update(own)
            found.append((claim, own))
        return found

    def smoke(self, test: TestFunction) -> bool:
        """A test whose name says that running is all it looks at, and that does run something."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", test.definition.name).lower()
        if test.fate != "hollow" or not (_SMOKE & set(name.split("_")) or _SMOKE_PHRASE.search(name)):
            return False
        body = getattr(self._code.node(test.definition), "body", [])
        nodes = [node for statement in body for node in ast.walk(statement)]
        if any(isinstance(node, ast.Assert) for node in nodes) or any(_compares(statement) for statement in body):
            return False  # it looks at more than that, and what it looks at can never fail
        return any(isinstance(node, ast.Call | ast.Import | ast.ImportFrom) for node in nodes)

    def unread(self, claim: TestClaim) -> tuple[Location, str] | None:
        """A file of the claim that may hold tests which are not read, and why."""
        return next((found for path in claim.files if (found := self._unread(path))), None)

    def missed(self, claim: TestClaim) -> Location | None:
        """A function that is named like a test in a file that no test runner collects."""
        for path in claim.files:
            module = self._code.modules.get(path)
            for name, definition in sorted(module.definitions.items()) if module else ():
                if name.startswith("test") and definition.kind == "function":
                    return self._code.at(definition)
        return None

    def _claims(self, kind: str, type_: str, *route: str) -> Iterator[TestClaim]:
        value = self._charter.get(*route)
        routes: list[tuple[str | int, ...]] = [route]
        if isinstance(value, list):
            routes = [(*route, index) for index in range(len(value))]
        for one in routes:
            text = self._charter.text(*one)
            if text:
                yield TestClaim(kind, text, self._charter.at(*one), self._pointers.resolve(text, type_))

    def _unread(self, path: str) -> tuple[Location, str] | None:
        at = Location(path)
        if path in self._code.unparsed:
            return at, f"`{path}` cannot be parsed: {self._code.unparsed[path]}"
        if path.endswith(".ipynb"):
            return at, f"`{path}` is a notebook; what it asserts is not read as tests"
        if _OTHER_LANGUAGES.search(path):
            return at, f"`{path}` is not Python; tests in other languages are not read"
        if not path.endswith(".py"):
            return None
        if path not in self._code.modules:
            return at, f"`{path}` is outside the code of this project and not read"
        if _LIKE_TESTS.search(path) and self._gets_tests_elsewhere(path):
            return at, f"`{path}` may get its tests from a base class, an import or a factory, which are not followed"
        if _DOCTEST.search(text_of(self._view, path) or ""):
            return at, f"`{path}` holds doctests, which are not read"
        return None

    def _gets_tests_elsewhere(self, path: str) -> bool:
        try:
            tree = self._code.source(path).tree
        except (DocumentError, Unreadable):
            return True
        # unittest collects `test*.py`, more than pytest does.
        wider = not posixpath.basename(path).startswith("test_") and any(
            name.rpartition(".")[2].startswith("test") for name in self._code.modules[path].definitions
        )
        return wider or any(_gives_tests(node, self._helpers(path, tree)) for node in tree.body)

    def _helpers(self, path: str, tree: ast.Module) -> frozenset[str]:
        """Classes of libraries that the file makes objects of and derives nothing from: `TestClient(app)`."""
        nodes = list(ast.walk(tree))
        called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
        bases = {ast.unparse(base) for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases}
        names = (name for name in called - bases if name.isidentifier() and name[:1].isupper())
        return frozenset(name for name in names if isinstance(self._code.resolve(path, "", name), External))


def _gives_tests(node: ast.stmt, helpers: frozenset[str]) -> bool:
    if isinstance(node, ast.ClassDef):
        return bool(node.bases)
    if isinstance(node, ast.ImportFrom):
        names = [alias.asname or alias.name for alias in node.names]
        return any(name == "*" or (name.lower().startswith("test") and name not in helpers) for name in names)
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return any(name.startswith(("test", "Test")) for name in names)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func) in ("globals().update", "setattr", "scenarios")
    return isinstance(node, ast.FunctionDef) and node.name in ("load_tests", "pytest_generate_tests")


def _compares(statement: ast.stmt) -> bool:
    """A comparison that nobody looks at: `model.score(x) > 0.5` alone, or what the test returns."""
    return isinstance(statement, ast.Expr | ast.Return) and isinstance(statement.value, ast.Compare)


@provides
def claimed_tests(charter: Charter, pointers: Pointers, tests: Tests, view: RepoView, code: Code) -> TestClaims:
    """Nothing is read yet."""
    return TestClaims(charter, pointers, tests, view, code)
