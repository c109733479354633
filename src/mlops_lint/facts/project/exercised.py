"""What a test runs: its own body, the fixtures that it asks for, and all that these reach."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.claims import TestClaim, TestClaims
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.reading import parents
from mlops_lint.facts.project.shallow import off_in_ci, only_types
from mlops_lint.facts.project.shallow_structure import looks_at_parts, only_structure
from mlops_lint.facts.project.tests import TestFunction, Tests
from mlops_lint.model import Location

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_SETUPS = ("setUp", "setUpClass", "setup_method", "setup_class", "asyncSetUp", "setup")
_SHALLOW = frozenset(
    ("callable", "hasattr", "isinstance", "signature", "type", "id", "repr", "print", "getsource", "getdoc")
)
_STARTS = re.compile(
    r"(?:subprocess\.\w+|os\.system|runpy\.run_\w+|\.invoke|\.main|papermill\.execute_notebook|\.run|check_call|popen)$",
    re.IGNORECASE,
)
_PROGRAMS = frozenset(("hydra.main", "click.command", "click.decorators.command"))


class Exercised:
    """Read when asked; a test's reach is remembered."""

    def __init__(self, code: Code, tests: Tests, claims: TestClaims) -> None:
        self.code = code
        self.claims = claims
        self._tests = tests
        self._reaches: dict[Definition, Reach] = {}
        self._started: frozenset[Definition] | None = None

    def telling(self, tests: Iterable[TestFunction] | None = None) -> list[TestFunction]:
        """The tests that can fail, or that only run something and say so; of the whole project by default."""
        found = self._tests.functions if tests is None else tests
        return [test for test in found if test.fate in ("asserts", "unclear") or self.claims.smoke(test)]

    def reach(self, test: TestFunction) -> Reach:
        """All that may run once a test runs."""
        if test.definition not in self._reaches:
            self._reaches[test.definition] = self._reached(self._roots(test.definition))
        return self._reaches[test.definition]

    def _reached(self, roots: list[Definition]) -> Reach:
        """What runs, where importing a module does not yet run the programs that it defines."""
        idle = self._programs()
        while True:
            reach = self.code.reachable(roots, idle)
            own = [one for one in reach.definitions if one.qualname]
            asked = {edge.target for one in own for edge in self.code.graph.node(one).edges} | {*roots}
            asked |= {
                edge.target
                for one in reach.definitions
                for edge in self.code.graph.node(one).edges
                if edge.target.path != one.path and edge.target.qualname
            }
            if not idle & asked:
                return reach
            idle -= asked

    def _programs(self) -> frozenset[Definition]:
        """Functions that `@hydra.main()` or `@click.command()` turns into a program: only a call runs them."""
        if self._started is None:
            found = [
                definition
                for path, module in self.code.modules.items()
                for name, definition in module.definitions.items()
                if definition.kind == "function"
                and any(self._program(path, text) for text in module.facts[name].decorators)
            ]
            self._started = frozenset(found)
        return self._started

    def _program(self, path: str, decorator: str) -> bool:
        name = self.code.canonical(path, "", decorator.partition("(")[0]) or ""
        return name.removesuffix("()") in _PROGRAMS

    def running(self, tests: Iterable[TestFunction], wanted: Iterable[Definition]) -> TestFunction | None:
        """The first test that gets to one of the wanted definitions."""
        goal = [*wanted]
        return next((test for test in tests if any(self._runs(self.reach(test), one) for one in goal)), None)

    def _runs(self, reach: Reach, wanted: Definition) -> bool:
        """Whether it is called or handed on within reach; a test that only looks whether it is there runs nothing."""
        if wanted not in reach:
            return False
        edges = [
            (origin, edge.use)
            for origin in reach.definitions
            for edge in self.code.graph.node(origin).edges
            if edge.target == wanted
        ]
        return not edges or any(
            use is None or use.call or not self.code.is_test(origin.path) or self._handed(origin, use.chain)
            for origin, use in edges
        )

    def _handed(self, origin: Definition, chain: str) -> bool:
        """Whether a function is an argument of a call that may run it, or kept under a name."""
        symbols = self.code.modules[origin.path].symbols
        calls = [use for use in symbols.uses if use.call and chain in (*use.arguments, *use.keywords.values())]
        kept = any(fact.value == chain for fact in symbols.bindings)
        return kept or any(use.chain.rpartition(".")[2] not in _SHALLOW for use in calls)

    def perhaps(self, tests: Iterable[TestFunction], names: Iterable[str]) -> Location | None:
        """A call in the reach of a test that cannot be followed and may be one of the names."""
        wanted = frozenset(names)
        for test in tests:
            for path, use in self.reach(test).opaque(wanted):
                if use.chain.rpartition(".")[2] in wanted or "getattr" in use.chain:
                    return self.code.use_at(path, use)
        return None

    def nodes(self, test: TestFunction) -> Iterator[tuple[str, str, ast.AST]]:
        """(path, scope, tree) of the test, its fixtures and the helpers among the tests that it calls."""
        roots = self._roots(test.definition)
        helpers = [
            one
            for one in sorted(self.reach(test).definitions)
            if one.kind == "function" and one not in roots and self.code.is_test(one.path)
        ]
        for definition in [*roots, *helpers]:
            if definition.kind == "function" or definition == test.definition:
                yield definition.path, definition.qualname, self.code.node(definition)

    def starts(self, test: TestFunction, words: re.Pattern[str]) -> bool:
        """Whether a test starts a program by a text that fits: `subprocess.run(["python", "src/train.py"])`."""
        for _, _, tree in self.nodes(test):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _STARTS.search(ast.unparse(node.func)):
                    if words.search(" ".join(_texts(node))):
                        return True
        return False

    def only_types(self, test: TestFunction) -> bool:
        """Whether a test asserts nothing but of which class something is, and which attributes and parts it has."""
        if test.fate != "asserts":
            return False
        trees = self._trees(test)
        return only_types(trees) or only_structure(trees, self.code.source(test.definition.path).tree)

    def looks_at_parts(self, test: TestFunction) -> bool:
        """Whether it looks at a class, a part or a setting of a model at all."""
        return looks_at_parts(self._trees(test))

    def _trees(self, test: TestFunction) -> list[ast.AST]:
        return [tree for _, _, tree in self.nodes(test) if _function(tree)]

    def off_in_ci(self, test: TestFunction) -> bool:
        """Whether a test skips itself in continuous integration."""
        tree = self.code.source(test.definition.path).tree
        node = self.code.node(test.definition)
        members = self.code.modules[test.definition.path].definitions
        owner = members.get(test.definition.qualname.rpartition(".")[0])
        outer = self.code.node(owner) if owner is not None else None
        owners = [outer] if isinstance(outer, ast.ClassDef) else []
        return isinstance(node, _FUNCTION) and off_in_ci(node, owners, tree)

    def unread(self, claim: TestClaim) -> tuple[Location | None, str] | None:
        """Why what a claim points to cannot be told."""
        if claim.obstacle:
            return None, claim.obstacle
        if self.telling(self.claims.tests(claim)):
            return None
        if found := self.claims.unread(claim):
            return found
        if not self.claims.tests(claim):
            return None, f"`{claim.text}` holds no test that a test runner collects (TE001)"
        return None, f"no test of `{claim.text}` can fail (TE002)"

    def doubt(self, claim: TestClaim) -> tuple[Location | None, str] | None:
        """Why more tests may stand there than are read, so that what is not found may be there."""
        found = self.claims.unread(claim)
        module = self.code.modules.get(found[0].path) if found else None
        bases = [base for fact in module.facts.values() for base in fact.bases] if module else []
        plain = bool(bases) and all(base.endswith("TestCase") for base in bases)
        return None if plain else found

    def _roots(self, definition: Definition) -> list[Definition]:
        found = [definition, self.code.modules[definition.path].body]
        owner = definition.qualname.rpartition(".")[0]
        members = self.code.modules[definition.path].definitions
        found += [members[f"{owner}.{name}"] for name in _SETUPS if owner and f"{owner}.{name}" in members]
        waiting = [*found]
        while waiting and len(found) < 40:
            one = waiting.pop()
            for name in self._asked(one):
                fixture = self._fixture(one.path, name)
                if fixture is not None and fixture not in found:
                    found.append(fixture)
                    waiting.append(fixture)
        return found

    def _asked(self, definition: Definition) -> list[str]:
        """The fixtures that a test or fixture names: parameters and `usefixtures`."""
        node = self.code.node(definition)
        if not isinstance(node, _FUNCTION):
            return []
        names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        for decorator in node.decorator_list:
            if "usefixtures" in ast.unparse(decorator):
                names += _texts(decorator)
        return names

    def _fixture(self, path: str, name: str) -> Definition | None:
        folders = parents(posixpath.dirname(path))
        for file in (path, *(posixpath.join(folder, "conftest.py") for folder in folders)):
            module = self.code.modules.get(file)
            found = self.code.definition(file, name)
            if found is None and module is not None:
                value = self.code.resolve(file, "", name)
                found = value if isinstance(value, Definition) else None
            if found is not None and any("fixture" in text for text in self._decorators(found)):
                return found
        return None

    def _decorators(self, definition: Definition) -> list[str]:
        fact = self.code.modules[definition.path].facts.get(definition.qualname)
        return fact.decorators if fact is not None else []


def _function(tree: ast.AST) -> bool:
    return isinstance(tree, _FUNCTION)


def _texts(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@provides
def exercised(code: Code, tests: Tests, claims: TestClaims) -> Exercised:
    """Nothing is read yet."""
    return Exercised(code, tests, claims)
