"""Whether code measures something for each group of people: which attributes it names, and what it does with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.attributes import Attributes
from mlops_lint.facts.project.code import Code, Constant, Definition
from mlops_lint.facts.project.columns_grouped import Columns, only_counted
from mlops_lint.facts.project.features import tokens
from mlops_lint.facts.project.knowledge import Knowledge, Metrics
from mlops_lint.facts.project.measuring_nodes import strings
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.tainting import Site, Tainting
from mlops_lint.facts.project.values import Values
from mlops_lint.model import Location

_GROUPERS = frozenset(
    "groupby group_by groupBy crosstab pivot_table pivot partition_by MetricFrame unique isin query get_group filter "
    "where value_counts nonzero bincount defaultdict setdefault select_dtypes xs sql".split()
)
_WORKING = frozenset("mean apply agg aggregate score evaluate map transform compute average".split())
_PLAIN = (
    "builtins.", "pandas.", "numpy.", "json.", "logging.", "os.", "pathlib.", "sklearn.", "joblib.", "yaml.", "pickle.",
    "argparse.", "collections.", "math.", "datetime.", "sys.", "polars.", "csv.",
)  # fmt: skip
_SETTINGS = (
    "yaml.", "json.load", "tomllib.", "toml.", "tomli.", "omegaconf.", "hydra.", "argparse.", "os.environ", "os.getenv",
    "configparser.", "dotenv.", "click.", "typer.", "sys.argv", "dvc.api.params_show", "pydantic_settings.",
)  # fmt: skip
_CONFIG = re.compile(r"\.(?:ya?ml|toml|json|ini|cfg|env|sh|mk)$|(?:^|/)(?:Makefile|justfile|Snakefile|dvc\.yaml)$")
_LOOPS = (
    ast.For, ast.AsyncFor, ast.While, ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp,
)  # fmt: skip
MAX_CALLERS = 60


class ByGroup:
    """One evaluation: what its code reaches, and the code that calls it."""

    def __init__(self, facts: Evaluations, roots: tuple[Definition, ...], recorded: str) -> None:
        self.facts = facts
        self.code = facts.code
        self.roots = roots
        self.recorded = recorded
        reach = self.code.reachable(roots).definitions
        inner = [one for one in reach if one.kind == "function" or one in roots]
        self.inner = frozenset(inner)
        self.within = sorted({*inner, *self._callers()})

    def _callers(self) -> Iterator[Definition]:
        """Whatever calls it, tests only for what is a test itself."""
        waiting, seen = list(self.roots), set(self.roots)
        tests = any(self.code.is_test(root.path) for root in self.roots)
        while waiting and len(seen) < MAX_CALLERS:
            for path, fact in self.code.graph.call_sites.get(waiting.pop(), []):
                by = self.code.graph.scope(path, fact.scope)
                if by not in seen and (tests or not self.code.is_test(path)):
                    seen.add(by)
                    waiting.append(by)
                    yield by

    def names(self, attribute: str) -> Location | None:
        """Where the attribute, or a column that says the same, is named.

        By a caller it is named for something else, where the evaluation has a column of its own and is not handed it.
        """
        kind = self.facts.attributes.kind(attribute)
        wanted = tokens(attribute)
        for text, at in self._named:
            own = tokens(text)
            starts = range(len(own) - len(wanted) + 1)
            inside = bool(wanted) and any(own[start : start + len(wanted)] == wanted for start in starts)
            if inside or (kind and self.facts.attributes.kind(text) == kind):
                return at
        return None

    @cached_property
    def _named(self) -> list[tuple[str, Location]]:
        own = [pair for one in self.within if one in self.inner for pair in self.facts.texts(one)]
        callers = [one for one in self.within if one not in self.inner]
        if not self.facts.grouping.settled(self.roots, self.inner):
            return own + [pair for one in callers for pair in self.facts.texts(one)]
        called = frozenset((*self.roots, *callers))
        handed = {one: self.facts.grouping.handed(one, called) for one in callers}
        return own + [(text, at) for one in callers for text, at in self.facts.texts(one) if at.line in handed[one]]

    @cached_property
    def sites(self) -> list[Site]:
        """The calls."""
        parts = [(one, part.node) for one in self.within for part in self.facts.tainting.parts(one)]
        return [self.facts.tainting.site(one, node) for one, node in parts if isinstance(node, ast.Call)]

    def from_settings(self, attribute: str) -> Location | None:
        """Where a file of settings names the attribute, if the code reads settings or options."""
        if not any(site.name.startswith(_SETTINGS) for site in self.sites) and not self._decorated():
            return None
        word = re.compile(rf"(?<![^\W_]){re.escape(attribute)}(?![^\W_])", re.IGNORECASE)
        view, project = self.code.view, self.code.project
        for path in view.entries:
            if path in (project.charter_path, self.recorded) or not project.owns(path) or not _CONFIG.search(path):
                continue
            match = word.search(text_of(view, path) or "")
            if match is not None:
                text = text_of(view, path) or ""
                return Location(path, text.count("\n", 0, match.start()) + 1)
        return None

    def _decorated(self) -> bool:
        facts = [self.code.modules[one.path].facts.get(one.qualname) for one in self.within]
        return any("hydra" in text or "click" in text for fact in facts if fact for text in fact.decorators)

    def any_column(self) -> Location | None:
        """A place that goes through all columns, or reads the charter."""
        for definition in self.within:
            for part in self.facts.tainting.parts(definition):
                node = part.node
                every = isinstance(node, ast.Attribute) and node.attr in ("columns", "select_dtypes")
                if every or (isinstance(node, ast.Constant) and "mlproject.y" in str(node.value)):
                    return self.code.source(definition.path).at(node)
        return None

    def splits(self) -> bool:
        """Whether rows may be taken apart: by grouping, by a comparison, or by what cannot be seen."""
        for definition in self.within:
            for part in self.facts.tainting.parts(definition):
                node = part.node
                if isinstance(node, ast.Compare) and _parts_rows(node):
                    return True
                if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant | ast.Name | ast.Slice):
                    if not isinstance(node.slice, ast.List | ast.Tuple | ast.UnaryOp) and not _of_index(node.slice):
                        return True
                if isinstance(node, ast.Attribute) and node.attr in _GROUPERS:
                    return True
        return any(site.last in _GROUPERS or (site.by in self.inner and self._foreign(site)) for site in self.sites)

    def measures(self) -> bool:
        """Whether a number may be worked out for a group, rather than for all rows at once."""
        overall, counted = self._overall(), only_counted(self.facts.tainting, self.inner)
        for definition in self.within:
            for part in self.facts.tainting.parts(definition):
                node = part.node
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                    return True
                if isinstance(node, ast.Name | ast.Attribute) and self._metric_handed_on(definition, node):
                    return True
        sites = [site for site in self.sites if site.by in self.inner] if counted else self.sites
        return any(
            site.last in _WORKING
            or (site.by in self.inner and self._foreign(site))
            or (self._metric(site) and id(site.node) not in overall)
            for site in sites
        )

    def _metric(self, site: Site) -> bool:
        return bool(self.facts.metrics.computed_by(site.name)) or (
            site.target is not None and self.facts.metrics.get(site.last) is not None
        )

    def _metric_handed_on(self, definition: Definition, node: ast.Name | ast.Attribute) -> bool:
        """`agg(recall_score)`: a metric that is named and not called, so that somebody else calls it."""
        if id(node) in {id(site.node.func) for site in self.sites}:
            return False
        name = self.code.canonical(definition.path, definition.qualname, chain(node))
        return bool(name and self.facts.metrics.computed_by(name))

    def _foreign(self, site: Site) -> bool:
        """A library that may group and measure on its own, or a call that cannot be followed."""
        if site.target is not None:
            return False
        if site.name in self.facts.fair:
            return True
        if site.name:
            return not site.name.startswith(_PLAIN) and "::" not in site.name
        return not isinstance(site.node.func, ast.Attribute) and site.last not in _GROUPERS

    def _overall(self) -> set[int]:
        """Calls that are given nothing but the parameters of the evaluation itself, outside of any loop."""
        found: set[int] = set()
        for root in self.roots:
            node = self.code.node(root)
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or self._repeated(root):
                continue
            given = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
            targets = {name for loop in ast.walk(node) for name in _loop_names(loop)}
            for part in ast.walk(node):
                if isinstance(part, ast.Call) and part.args and all(
                    isinstance(one, ast.Name) and one.id in given - targets for one in part.args
                ):  # fmt: skip
                    found.add(id(part))
        return found

    def _repeated(self, root: Definition) -> bool:
        """Whether some caller calls it in a loop or hands it on, or nobody is known to call it."""
        for path, fact in self.code.graph.call_sites.get(root, []):
            if not fact.call:
                return True
            tree = self.code.node(self.code.graph.scope(path, fact.scope))
            for loop in ast.walk(tree):
                if isinstance(loop, _LOOPS) and loop.lineno <= fact.line <= (loop.end_lineno or loop.lineno):
                    return True
        return False


class Evaluations:
    """Looks into evaluations that the charter names."""

    def __init__(
        self, code: Code, values: Values, metrics: Metrics, knowledge: Knowledge, tainting: Tainting,
        attributes: Attributes,
    ) -> None:  # fmt: skip
        self.code, self.values, self.metrics = code, values, metrics
        self.tainting, self.attributes = tainting, attributes
        self.fair = knowledge.calls("fairness", "per_group", "gap")
        self.grouping = Columns(code, tainting)

    def of(self, roots: Iterable[Definition], recorded: str = "") -> ByGroup:
        """What the code behind the roots does; `recorded` is the file of its results."""
        return ByGroup(self, tuple(roots), recorded)

    def texts(self, definition: Definition) -> Iterator[tuple[str, Location]]:
        """Texts and attribute names of a definition's own body, and the texts of constants that it names."""
        source = self.code.source(definition.path)
        idle = {id(p.node.value) for p in self.tainting.parts(definition) if isinstance(p.node, ast.Expr)}
        idle |= {id(key) for key, columns in self.grouping.labels(definition) if self._other(str(key.value), columns)}
        nodes = [part.node for part in self.tainting.parts(definition)]
        node = self.code.node(definition)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes += [inner for default in node.args.defaults for inner in ast.walk(default)]
            nodes += [inner for default in node.args.kw_defaults if default for inner in ast.walk(default)]
        for part in nodes:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in idle:
                for text in re.findall(r"\w[\w-]*", part.value[:500]):
                    yield text, source.at(part)
            elif isinstance(part, ast.Attribute):
                yield part.attr, source.at(part)
                if part.attr.isupper():
                    for known in self.values.possible(definition.path, definition.qualname, part).values:
                        yield from ((text, source.at(part)) for text in strings(known.value))
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                for text in self._constant(definition, part.id):
                    yield text, source.at(part)

    def _other(self, key: str, columns: Iterable[str]) -> bool:
        """Whether a key of results names none of the columns that are compared, in full or in short."""
        kind, own = self.attributes.kind(key), key.casefold()
        short = any(one[:2].casefold() == own[:2] or set(tokens(one)) & set(tokens(key)) for one in columns)
        return not short and not (kind and any(self.attributes.kind(one) == kind for one in columns))

    def _constant(self, definition: Definition, name: str) -> list[str]:
        found = self.code.lookup(definition.path, name)
        if isinstance(found, Definition) and found.kind == "class":
            body = [one.value for one in getattr(self.code.node(found), "body", ()) if isinstance(one, ast.Assign)]
            return [part.value for part in body if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return strings(self.values.named(found.path, found.name)) if isinstance(found, Constant) else []


def _parts_rows(node: ast.Compare) -> bool:
    """`rows["sex"] == "f"`, `row.age > 40`; no threshold on scores, and no test for None or the main guard."""
    constants = [one.value for one in node.comparators if isinstance(one, ast.Constant)]
    if any(value is None or value == "__main__" for value in constants):
        return False
    if isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        return True
    left = node.left
    return isinstance(left, ast.Attribute) or (isinstance(left, ast.Subscript) and isinstance(left.slice, ast.Constant))


def _of_index(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "index"


def _loop_names(node: ast.AST) -> Iterator[str]:
    target = node.target if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) else None
    if target is not None:
        yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


@provides
def evaluations(
    code: Code, values: Values, metrics: Metrics, knowledge: Knowledge, tainting: Tainting, attributes: Attributes
) -> Evaluations:
    """Nothing is looked into before it is asked for."""
    return Evaluations(code, values, metrics, knowledge, tainting, attributes)
