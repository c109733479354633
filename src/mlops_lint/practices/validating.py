"""Practice: data are checked against a contract, and what breaks it raises or fails a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.files.symbols import Symbols
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.code import Definition, External
from mlops_lint.facts.project.project import Project
from mlops_lint.model import Location
from mlops_lint.practices.asserting import assertion
from mlops_lint.practices.base import Practice, Shown
from mlops_lint.practices.covered import Body, Covering, parameters
from mlops_lint.practices.covering import reads_table
from mlops_lint.practices.declared_checks import declared_checks
from mlops_lint.practices.evidence import OwnCode, idle, judge, named

Function = ast.FunctionDef | ast.AsyncFunctionDef
_RUNS = frozenset(
    "tfx.components.ExampleValidator tfx.v1.components.ExampleValidator tensorflow_data_validation.validate_statistics "
    "tensorflow_data_validation.validate_instance great_expectations.checkpoint.Checkpoint().run "
    "great_expectations.checkpoint.SimpleCheckpoint().run great_expectations.Checkpoint().run "
    "pandera.check_types pandera.check_input pandera.check_output pandera.check_io pandera.decorators.check_types "
    "pandera.typing.check_types pandera.pandas.check_types pandera.pandas.check_io pandera.pandas.check_input "
    "pandera.pandas.check_output pydeequ.verification.VerificationSuite deepchecks.tabular.suites.data_integrity "
    "deepchecks.tabular.suites.train_test_validation deepchecks.suites.single_dataset_integrity soda.scan.Scan "
    "tfx.components.example_validator.component.ExampleValidator whylogs.core.constraints.ConstraintsBuilder "
    "sagemaker.model_monitor.DefaultModelMonitor().suggest_baseline".split()
)
_SCHEMAS = ("pandera.", "great_expectations.")
_MODELS = ("pandera.DataFrameModel", "pandera.SchemaModel", "pandera.model", "pandera.pandas.DataFrameModel",
           "pandera.api.", "pandera.polars.DataFrameModel", "pandera.pandas.SchemaModel")  # fmt: skip
_VALIDATES = frozenset(("validate", "check", "run_checkpoint"))
_NULLS = frozenset("isnull isna notnull notna duplicated is_null has_nulls".split())
_TELLING = re.compile(
    r"column|schema|dtype|null|isna|notna|missing|between|\bmin\b|\bmax\b|unique|isin|duplicat|range|distribution|ks_|"
    r"value_counts|expect_|success|categor"
)


class DataValidation(Practice):
    """Data are checked for columns, types, ranges or nulls before they are used."""


@provides
def data_validation(own: OwnCode, covering: Covering, project: Project) -> DataValidation:
    """Tools that check tables, tests over the real data, contracts written by hand or declared beside the tables."""
    shown = named(use for use in own.uses(_RUNS))
    shown += declared_checks(own.code.view, project)
    shown += _schemas(own)
    shown += _expectations(own)
    for body in covering.bodies:
        at = _over_data(covering, body)
        if at is not None:
            shown.append(Shown(body.test.definition.name or "script", at))
    for path, tree in own.trees(_names_tables, tests=False):
        for node in _contracts(own, path, tree):
            if own.runs(path, node):
                shown.append(Shown("contract", own.at(path, node)))
    return judge(DataValidation, shown, otherwise=idle(DataValidation, own, _RUNS))


def _schemas(own: OwnCode) -> list[Shown]:
    """`schema.validate(table)` of a library's schema, or of a class that is one."""
    found: list[Shown] = []
    models = {d.key for d in own.code.live.definitions if d.kind == "class" and _is_model(own, d)}
    models |= {d.key for path in own.code.modules for d in _classes(own, path) if _is_model(own, d)}
    built = any(
        name.startswith("pandera.") for path in own.code.modules for name, fact in own.code.named(path) if fact.call
    )
    for path, module in own.code.modules.items():
        if not own.counts(path, tests=True):
            continue
        for fact in module.symbols.uses:
            steps = split(fact.chain)
            if fact.call and len(steps) > 1 and steps[-1].lstrip(".") in _VALIDATES:
                owner = own.code.canonical(path, fact.scope, fact.chain.rpartition(".")[0]) or ""
                known = owner in models or owner.startswith("pandera.") or (built and "schema" in fact.chain.lower())
                if known and own.code.graph.scope(path, fact.scope) in own.live:
                    found.append(Shown(fact.chain[-40:], own.code.use_at(path, fact)))
    return found


def _classes(own: OwnCode, path: str) -> Iterator[Definition]:
    for definition in own.code.modules[path].definitions.values():
        if definition.kind == "class":
            yield definition


def _is_model(own: OwnCode, klass: Definition, depth: int = 4) -> bool:
    for base in own.code.names.bases(klass) if depth else ():
        if isinstance(base, External) and base.name.startswith(_MODELS):
            return True
        if isinstance(base, Definition) and base != klass and _is_model(own, base, depth - 1):
            return True
    return False


def _expectations(own: OwnCode) -> list[Shown]:
    """Expectations in modules that run: in notebooks their result is only shown."""
    found: list[Shown] = []
    for path, module in own.code.modules.items():
        uses = module.symbols.imports
        if module.is_notebook or not own.counts(path, tests=True):
            continue
        if not any(fact.module.partition(".")[0] in ("great_expectations", "whylogs") for fact in uses):
            continue
        for fact in module.symbols.uses:
            last = split(fact.chain)[-1].lstrip(".")
            if fact.call and (last.startswith("expect_") or last == "run_checkpoint"):
                if own.code.graph.scope(path, fact.scope) in own.live:
                    found.append(Shown(last, own.code.use_at(path, fact)))
    return found


def _over_data(covering: Covering, body: Body) -> Location | None:
    """A test that reads data and looks at their columns, types, ranges or nulls."""

    def source(path: str, scope: str, node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or covering.called(path, scope, node) is not None:
            return False
        return reads_table(covering.code.canonical(path, scope, chain(node.func)) or "", node)

    def own(path: str, scope: str, node: ast.AST) -> bool:
        found = covering.called(path, scope, node) if isinstance(node, ast.Call) else None
        return found is not None and not covering.code.is_test(found.path)

    written = any(name.startswith("tmp") for name in parameters(body.node))
    if written or assertion(covering, body, own) is not None:
        return None  # it is the code that is tested
    return assertion(covering, body, source, lambda node: bool(_TELLING.search(ast.unparse(node).lower())))


def _names_tables(symbols: Symbols) -> bool:
    words = {step.lstrip(".") for fact in symbols.uses for step in split(fact.chain)}
    return bool(words & (_NULLS | {"columns", "dtype", "dtypes", "schema"}))


def _contracts(own: OwnCode, path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """`raise` and `assert` that depend on a table's columns, types or nulls; in notebooks on nulls alone."""
    notebook = path.endswith(".ipynb")
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, Function))]:
        listed = set(_listed(scope))
        tainted: set[str] = set()
        for node in _inside(scope):
            test = node.value if isinstance(node, ast.Assign) else getattr(node, "test", None)
            about = isinstance(test, ast.expr) and _about(test, tainted, listed, notebook)
            if isinstance(node, ast.Assign) and about:
                tainted |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.Assert) and about:
                yield node
            elif isinstance(node, ast.If) and about:
                yield from [part for part in node.body if isinstance(part, ast.Raise)][:1]


def _listed(scope: ast.AST) -> Iterator[str]:
    """Loop variables over names that are listed somewhere: not over arguments put together on the spot."""
    for node in ast.walk(scope):
        if isinstance(node, ast.For | ast.comprehension):
            parts = node.iter.elts if isinstance(node.iter, ast.List | ast.Tuple) else []
            if all(isinstance(part, ast.Constant) for part in parts):
                yield from (part.id for part in ast.walk(node.target) if isinstance(part, ast.Name))


def _inside(scope: ast.AST) -> Iterator[ast.stmt]:
    """Statements in order, without those of functions within."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, Function | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.stmt):
            yield node
        yield from _inside(node)


def _about(test: ast.expr, tainted: set[str], listed: set[str], notebook: bool) -> bool:
    """Whether a condition looks at columns, types or nulls; one that was named in an argument is an argument check."""
    if any(isinstance(part, ast.Name) and part.id in tainted for part in ast.walk(test)):
        return True
    for part in ast.walk(test):
        if isinstance(part, ast.Attribute) and part.attr in ("any", "sum", "all") and _nulls(part.value):
            return True
        if isinstance(part, ast.Attribute) and part.attr in ("columns", "dtypes"):
            return not notebook and not _one_argument(test, listed)
    return False


def _nulls(node: ast.expr) -> bool:
    """`table.isnull().values`: of a whole column or table, not of one value."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in _NULLS
        for part in ast.walk(node)
    )


def _one_argument(test: ast.expr, listed: set[str]) -> bool:
    """`if column not in table.columns` for a single column."""
    return any(
        isinstance(part, ast.Compare)
        and isinstance(part.ops[0], ast.NotIn | ast.In)
        and isinstance(part.left, ast.Name | ast.Attribute | ast.Constant)
        and not (isinstance(part.left, ast.Name) and part.left.id in listed)
        for part in ast.walk(test)
    )
