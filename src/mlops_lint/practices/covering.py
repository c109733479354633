"""Practices about what the tests look at: the data, the model."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.assertions import callee
from mlops_lint.facts.project.code import Definition, External
from mlops_lint.model import Location
from mlops_lint.practices.asserting import Source, assertion
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.covered import RUN_WORDS, RUNS, Body, Covering, parameters, words
from mlops_lint.practices.evidence import judge

_MODEL_NAMES = frozenset("model net network classifier regressor predictor pipeline estimator clf module".split())
_ROUTE = re.compile(r"predict|infer|invocations|classif|score|recommend|forecast|detect|estimate")
_SENDS = frozenset(("post", "get", "put", "request"))
_STUB = re.compile(r"mock|stub|fake|dummy_?(?:model|client|net|pred|class|regr)", re.IGNORECASE)
_TOOLS = frozenset("pytest unittest numpy os json copy pathlib re mock time random collections inspect typing".split())
"""What tests use around the thing that they test."""
_STUBBING = frozenset("MagicMock Mock AsyncMock patch dependency_overrides setattr create_autospec".split())


class TestsCoverData(Practice):
    """Tests look at the dataset or at code that prepares it."""

    __test__ = False


class TestsCoverModel(Practice):
    """Tests run the model and look at what comes out."""

    __test__ = False


@provides
def tests_cover_data(covering: Covering) -> TestsCoverData:
    """The assertion has to depend on the data or on what was prepared."""
    shown: list[Shown] = []
    for body in covering.bodies:
        at = _data_assertion(covering, body)
        if at is not None:
            shown.append(Shown(body.test.definition.name or "script", at))
    return judge(TestsCoverData, shown)


@provides
def tests_cover_model(covering: Covering) -> TestsCoverModel:
    """The assertion has to depend on what the model gave; stubs are no model."""
    shown: list[Shown] = []
    for body in covering.bodies:
        at = _model_assertion(covering, body)
        if at is not None:
            shown.append(Shown(body.test.definition.name or "script", at))
    return judge(TestsCoverModel, shown)


def _data_assertion(covering: Covering, body: Body) -> Location | None:
    def source(path: str, scope: str, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            found = covering.called(path, scope, node)
            if found is not None:
                return covering.prepares(found)
            name = covering.code.canonical(path, scope, chain(node.func)) or ""
            return reads_table(name, node) or _evaluates(covering, path, scope, node)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Store):
            return _module_table(covering, path, scope, node)
        return False

    return assertion(covering, body, source, stops=_consumes(covering))


def _consumes(covering: Covering) -> Source:
    return lambda path, scope, node: isinstance(node, ast.Call) and covering.consumes(path, scope, node)


def reads_table(name: str, node: ast.Call) -> bool:
    """Whether a call gives a table of the project's data, or states an expectation about one."""
    last = callee(node.func)
    read = name.startswith(("pandas.read_", "polars.read_", "great_expectations.", "datasets.load_"))
    return read or last.startswith("expect_") or last in ("to_dataframe", "read_gbq", "toPandas")


def _evaluates(covering: Covering, path: str, scope: str, node: ast.Call) -> bool:
    """`solve(features.all_links)`: a library works out an object that a module of features holds."""
    value = covering.code.resolve(path, scope, chain(node.func))
    if not isinstance(value, External) or value.name.partition(".")[0] in _TOOLS:
        return False
    given = (*node.args, *(word.value for word in node.keywords))
    return not hasattr(builtins, value.name) and any(_held(covering, path, scope, part) for part in given)


def _held(covering: Covering, path: str, scope: str, node: ast.expr) -> bool:
    """Whether it is what a call made in the body of a module that prepares data."""
    file: str | None = None
    name = ""
    if isinstance(node, ast.Attribute):
        owner = covering.code.resolve(path, scope, chain(node.value))
        file, name = (owner.path if isinstance(owner, Definition) and owner.kind == "module" else None), node.attr
    elif isinstance(node, ast.Name):
        facts = covering.code.modules[path].symbols.imports
        found = next((fact for fact in facts if fact.symbol and fact.name == node.id and not fact.level), None)
        file, name = (covering.code.module_file(found.module), found.symbol or "") if found else (None, "")
    if file is None or file not in covering.code.modules or not covering.features(file):
        return False
    return any(
        isinstance(part, ast.Assign) and isinstance(part.value, ast.Call)
        for part in covering.code.source(file).tree.body
        if isinstance(part, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in part.targets)
    )


def _module_table(covering: Covering, path: str, scope: str, node: ast.Attribute) -> bool:
    """`train.data` of a module of the project that reads tables."""
    owner = covering.code.resolve(path, scope, chain(node.value))
    file = owner.path if isinstance(owner, Definition) and owner.kind == "module" else ""
    if isinstance(owner, External):
        file = next(iter(covering.stems.get(owner.name.rpartition(".")[2], ())), "")
    named = set(words(node.attr))
    if file not in covering.code.modules or "model" in named or not named & {"data", "df", "dataset", "x", "y"}:
        return False
    return any(fact.target == node.attr for fact in covering.code.modules[file].symbols.bindings)


def _model_assertion(covering: Covering, body: Body) -> Location | None:
    if _stubbed(covering, body):
        return None
    networks = _networks(covering, body)

    def source(path: str, scope: str, node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in RUNS:
            return not _stub_named(covering, path, node.func.value)
        if isinstance(node.func, ast.Name) and node.func.id in networks:
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr in _SENDS:
            return any(_ROUTE.search(text) for text in _texts(covering, path, node))
        found = covering.called(path, scope, node)
        if found is None or found.kind != "function":
            return False
        named = set(words(found.qualname))
        if covering.code.is_test(found.path):
            return covering.runs(found)
        return bool(RUN_WORDS & named) and covering.runs(found)

    return assertion(covering, body, source)


def _networks(covering: Covering, body: Body) -> set[str]:
    """Names that hold a network or a model which is called directly."""
    found: set[str] = set()
    for path, scope, tree in body.around:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.Return | ast.Yield) and isinstance(node.value, ast.Call):
                made = covering.called(path, scope, node.value)
                network = made is not None and covering.network(made)
                found |= {scope} if network and not isinstance(node, ast.Assign) else set()
                if made is not None and isinstance(node, ast.Assign):
                    names = {part.id for part in ast.walk(node.targets[0]) if isinstance(part, ast.Name)}
                    found |= {name for name in names if network or _MODEL_NAMES.intersection(words(name))}
    for name, (_, tree) in body.fixtures.items():
        given = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return | ast.Yield)]
        if any(isinstance(value, ast.Name) and value.id in found for value in given):
            found.add(name)
    return found


def _stubbed(covering: Covering, body: Body) -> bool:
    """Whether something stands in for the model or for what it talks to."""
    for path, scope, tree in body.around:
        settings = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _sets_a_constant(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Attribute) and callee(node) in _STUBBING and id(node) not in settings:
                return True
            if isinstance(node, ast.Call) and (
                _STUB.search(callee(node.func)) or _stands_in(covering, path, scope, node)
            ):
                return True
    asked = {*body.fixtures, *parameters(body.node)}
    return any(_STUB.search(name) or name in ("mocker", "monkeypatch") for name in asked)


def _sets_a_constant(node: ast.Call) -> bool:
    """`monkeypatch.setattr("photos.FOLDER", folder)`: a place or a number for the test, and no stand-in."""
    texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    stands_in = any(_STUB.search(ast.unparse(one)) or isinstance(one, ast.Lambda) for one in node.args[1:])
    return callee(node.func) == "setattr" and bool(texts) and texts[-1].rpartition(".")[2].isupper() and not stands_in


def _stands_in(covering: Covering, path: str, scope: str, node: ast.Call) -> bool:
    """A class of the tests that predicts."""
    made = covering.called(path, scope, node)
    if made is None or made.kind != "class" or not covering.code.is_test(made.path):
        return False
    return any(covering.code.definition(made.path, f"{made.qualname}.{name}") for name in sorted(RUNS))


def _stub_named(covering: Covering, path: str, receiver: ast.expr) -> bool:
    """The receiver is made by a class of the tests themselves."""
    made = covering.code.resolve(path, "", chain(receiver.func)) if isinstance(receiver, ast.Call) else None
    stub = isinstance(made, Definition) and covering.code.is_test(made.path)
    return stub or bool(_STUB.search(chain(receiver)))


def _texts(covering: Covering, path: str, node: ast.Call) -> Iterator[str]:
    for part in [*node.args[:2], *(k.value for k in node.keywords if k.arg == "url")]:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value
            elif isinstance(inner, ast.Name):
                yield from _assigned(covering, path, inner.id)


def _assigned(covering: Covering, path: str, name: str) -> list[str]:
    found = []
    for node in ast.walk(covering.code.source(path).tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            found += [p.value for p in ast.walk(node.value) if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return found
