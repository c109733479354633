"""Which data training and scoring read: tables, folders, addresses, data sets by name, SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.catalogue_reads import CatalogueReads, Entry
from mlops_lint.facts.project.code import Code, Definition, Reach, Use
from mlops_lint.facts.project.knowledge import Access, Knowledge
from mlops_lint.facts.project.reads_queries import queried
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.facts.project.sources import argument
from mlops_lint.facts.project.values import ANCHOR, Frame, Known, Values
from mlops_lint.model import Location

_ROWS = frozenset(
    "pandas pandas_path pandas_json pandas_excel pandas_pickle pandas_sql pandas_sql_table pandas_gbq geopandas polars "
    "polars_sql dask dask_path modin_cudf spark spark_table spark_sql ray duckdb_file numpy_text svmlight "
    "sklearn_files xarray pyarrow tensorflow tensorflow_csv keras_directories torchvision huggingface huggingface_disk "
    "huggingface_files tfds openml uci s3_wrangler athena bigquery delta rasterio connectorx postgis snowpark "
    "snowpark_sql coco coco_detection text_loaders text_folders".split()
)
"""Readers of rows, whatever they read; the others count by what they are given."""
_PLAIN = frozenset(("builtin_open", "pathlib", "numpy", "duckdb", "sqlalchemy"))
_FETCHED = re.compile(r"\.(?:fetchall|fetchmany|fetch_pandas_\w+|fetch_arrow_\w+|mappings|to_dataframe|all)\(")
_TABLE = re.compile(
    r"\.(?:csv|tsv|parquet|feather|jsonl|ndjson|arff|orc|avro|npz|npy|xlsx?)(?:\.(?:gz|bz2|zst|zip|xz))?$"
)
_GLOBS = frozenset(("glob.glob", "glob.iglob", "pathlib.Path().glob", "pathlib.Path().rglob"))
_FILES = re.compile(r"(?:\b(?:from|join)|\bread_\w+\s*\(\s*\[?)\s*'([^']+)'", re.IGNORECASE)
"""`from 'x.parquet'`, `from read_parquet('x.parquet')` of DuckDB."""
_METHODS = re.compile(r"\.read(?:\.format\(\))?\.(csv|parquet|json|orc|load|text|table)$|\bspark\.(table|sql)$")
_FROM = re.compile(r"\b(?:from|join)\s+[`\"\[]?([A-Za-z_][\w$.`\"\]\[-]*)", re.IGNORECASE)
_WITH = re.compile(r"(?:\bwith|,)\s+(\w+)\s+as\s*\(", re.IGNORECASE)
_URI = re.compile(r"^[a-z][\w+.-]*://", re.IGNORECASE)
_FORMATS = frozenset("csv json parquet text imagefolder audiofolder pandas arrow webdataset".split())


@dataclass(frozen=True, slots=True)
class Read:
    """Something that is read. `kind`: path, uri, table, dataset; `paths` are where a path may lie in the repository.

    `made`: the project may make it itself.
    """

    kind: str
    what: str
    at: Location
    paths: tuple[str, ...] = ()
    made: bool = False


class Reads:
    """What is read within training and scoring; what cannot be told is left out and counted."""

    def __init__(
        self, code: Code, knowledge: Knowledge, values: Values, shipped: Shipped, catalogue: CatalogueReads
    ) -> None:
        self.catalogue = catalogue
        self.code = code
        self.knowledge = knowledge
        self.values = values
        self.shipped = shipped
        self.unclear: list[Location] = []
        """Reading calls whose argument cannot be told."""
        self._reach: Reach | None = None
        self._above: frozenset[Definition] = frozenset()

    def all(self) -> list[Read]:
        """In order of place."""
        self.unclear.clear()
        found = [*self._within(), *(self._entry(entry) for entry in self.catalogue.all)]
        return sorted(dict.fromkeys(found), key=lambda read: (read.at, read.what))

    def by(self, roots: Iterable[Definition]) -> list[Read]:
        """What other programs read; what cannot be told of them is not counted."""
        before = list(self.unclear)
        self._reach, self._above = self.code.reachable(roots), frozenset(self.shipped.serving.callers(roots))
        found = list(dict.fromkeys(self._within()))
        self._reach, self._above, self.unclear = None, frozenset(), before
        return found

    def _within(self) -> Iterator[Read]:
        yield from self._listed()
        yield from (Read("table", name, at, (), made) for name, at, made in queried(self.code, self.values, self.reach))
        for use, access in self._uses():
            call = self.code.call_node(use)
            if call is not None:
                yield from self._read(use, access, call)

    @property
    def reach(self) -> Reach:
        """What is looked at: training and scoring, or the programs that were asked for."""
        return self.shipped.scored if self._reach is None else self._reach

    def _entry(self, entry: Entry) -> Read:
        """A data set of a catalogue; its path counts from the project's folder."""
        if entry.kind == "path" and not _URI.match(entry.where):
            return Read("path", entry.where, entry.at, (self.code.project.join(entry.where),))
        return Read("uri" if entry.kind == "path" else "table", entry.where, entry.at)

    def _uses(self) -> list[tuple[Use, Access]]:
        known = {name: one for name, one in self.knowledge.readers.items() if one.row in _ROWS | _PLAIN}
        reach = self.reach
        notebooks = any(root.path.endswith(".ipynb") for root in self.shipped.training)
        uses = [use for use in self.code.uses(known) if use.call and self.code.scope_of(use) in reach]
        own = [
            use for use in uses if not self.code.is_test(use.path) and (notebooks or not use.path.endswith(".ipynb"))
        ]
        return [(use, known[use.name]) for use in own] + list(self._methods())

    def _listed(self) -> Iterator[Read]:
        """`glob.glob("extra/*.csv")`, whatever reads the files then."""
        for use in self.code.uses(_GLOBS):
            call = self.code.call_node(use) if use.call and self.code.scope_of(use) in self.reach else None
            given = call.args[0] if call is not None and call.args else None
            text = self.values.text(use.path, use.scope, given) if given is not None else None
            if text and call is not None and use.name.startswith("pathlib."):
                text = self._below(use, call, text)
            if text and _TABLE.search(text) and "/" in text and not self.code.is_test(use.path):
                folder = re.split(r"[*?\[]", text)[0].rpartition("/")[0]
                paths = self.values.repository_paths(folder, use.path) if folder else ()
                yield from [Read("path", text, use.at, paths)] if paths else ()

    def _below(self, use: Use, call: ast.Call, pattern: str) -> str:
        """`Path("data/old").glob("*.parquet")` as one text."""
        inner = call.func.value if isinstance(call.func, ast.Attribute) else None
        first = inner.args[0] if isinstance(inner, ast.Call) and len(inner.args) == 1 else None
        folder = self.values.text(use.path, use.scope, first) if first is not None else None
        return f"{folder.rstrip('/')}/{pattern}" if folder else ""

    def _methods(self) -> Iterator[tuple[Use, Access]]:
        """`spark.read.parquet(…)` on a session whose making is not seen."""
        for definition in sorted(self.reach.definitions):
            module = self.code.modules[definition.path]
            for fact in (
                module.symbols.uses if definition.kind == "module" and not self.code.is_test(definition.path) else ()
            ):
                match = _METHODS.search(fact.chain) if fact.call else None
                if match and self.code.graph.scope(definition.path, fact.scope) in self.reach:
                    name = (
                        "spark"
                        if match[1] and match[1] != "table"
                        else "spark_sql"
                        if match[2] == "sql"
                        else "spark_table"
                    )
                    access = next(one for one in self.knowledge.readers.values() if one.row == name)
                    yield (
                        Use(definition.path, fact.scope, fact.chain, self.code.use_at(definition.path, fact), fact),
                        access,
                    )

    def _read(self, use: Use, access: Access, call: ast.Call) -> Iterator[Read]:
        node = self._argument(call, access)
        if node is None or (access.row in _PLAIN and _writes(call, method=access.row == "pathlib")):
            return
        values = self._values(use, node)
        texts: list[tuple[object, str]] = [(known, known.text) for known in values if known.text]
        listed = [known.value for known in values if isinstance(known.value, list | tuple)]
        texts += [(str(item), str(item)) for items in listed for item in items if isinstance(item, str)]
        if not texts and access.row in _ROWS:
            self.unclear.append(use.at)
        for value, text in texts:
            yield from self._one(use, access, value, text)

    @cached_property
    def _leading(self) -> frozenset[Definition]:
        return frozenset(self.shipped.leading)

    def _values(self, use: Use, node: ast.expr) -> tuple[Known, ...]:
        """What it may be; what only callers beside training and scoring give to a helper is left out."""
        evaluator = self.values.evaluator

        def once() -> tuple[object, list[tuple[str, str, ast.Call]]]:
            return evaluator.evaluate(node, Frame(use.path, use.scope)), list(evaluator.sites)

        found = self.values.possible(use.path, use.scope, node).values
        beside: list[object] = []
        inside: list[object] = []
        for value, sites in self.values.runs(once):
            path, scope, _ = sites[-1] if sites else (use.path, use.scope, None)
            caller = self.code.graph.scope(path, scope)
            ours = caller in self.reach or caller in self._leading or caller in self._above
            (inside if ours and not self.code.is_test(path) else beside).append(value)
        return tuple(one for one in found if one.value in inside or one.value not in beside)

    def _argument(self, call: ast.Call, access: Access) -> ast.expr | None:
        given = {word.arg: word.value for word in call.keywords if word.arg}
        first = argument(call, access)
        if access.row == "huggingface" and isinstance(first, ast.Constant) and first.value in _FORMATS:
            files = given.get("data_files") or given.get("data_dir")
            return _of_dict(files) if isinstance(files, ast.Dict) else files
        if access.row == "pathlib" and isinstance(call.func, ast.Attribute):
            inner = call.func.value
            named = isinstance(inner, ast.Call) and chain(inner.func).endswith("Path") and len(inner.args) == 1
            return inner.args[0] if isinstance(inner, ast.Call) and named else inner
        return first

    def _one(self, use: Use, access: Access, value: object, text: str) -> Iterator[Read]:
        if access.row == "duckdb":  # a table may be a frame of the program
            for file in _FILES.findall(text):
                yield from self._file(use, file)
        elif access.row == "sqlalchemy":
            yield from self._fetched(use, text)
        elif access.kind == "sql" or (access.kind == "table" and access.row != "delta"):
            yield from (Read("table", name, use.at) for name in tables(text, bare=access.kind == "table"))
        elif access.kind == "dataset" and not _TABLE.search(text) and not self._local(value, use):
            yield Read("dataset", text, use.at)
        elif _URI.match(text) and not text.startswith("file:"):
            if access.row in _ROWS:
                yield Read("uri", text, use.at)
        elif access.row in _ROWS or _TABLE.search(text):
            paths = self.values.repository_paths(value, use.path)
            yield Read("path", text.removeprefix(f"{ANCHOR}/"), use.at, paths)

    def _fetched(self, use: Use, text: str) -> Iterator[Read]:
        """The rows of a query that a connection runs; of a database in a file nothing is said."""
        scope = self.code.scope_of(use)
        whole = self.code.text(use.path).text if scope.kind == "module" else ast.unparse(self.code.node(scope))
        asked = re.match(r"\s*(?:select|with)\b", text, re.IGNORECASE)
        if asked and _FETCHED.search(whole) and not use.name.startswith("sqlite3."):
            yield from (Read("table", name, use.at) for name in tables(text))

    def _file(self, use: Use, text: str) -> Iterator[Read]:
        if _URI.match(text):
            yield Read("uri", text, use.at)
        elif _TABLE.search(text):
            plain = re.split(r"[*?\[]", text)[0].rpartition("/")[0] if re.search(r"[*?\[]", text) else text
            paths = self.values.repository_paths(plain, use.path)
            yield from [Read("path", text, use.at, paths)] if plain and paths else ()

    def _local(self, value: object, use: Use) -> bool:
        view = self.code.view
        paths = self.values.repository_paths(value, use.path)
        return any(path in view.entries or view.is_dir(path) or view.ignored(path) for path in paths)


def tables(text: str, *, bare: bool = False) -> list[str]:
    """The tables that a query reads, without those that it makes itself."""
    if bare and re.fullmatch(r"[\w.`-]+", text.strip()):
        return [text.strip("` ")]
    made = {name.lower() for name in _WITH.findall(text)}
    if not re.search(r"\bselect\b", text, re.IGNORECASE):
        return [text] if re.fullmatch(r"[A-Za-z_][\w.]*", text) else []
    names = [re.sub(r"[`\"\[\]]", "", name).rstrip(".") for name in _FROM.findall(text)]
    return [
        name for name in dict.fromkeys(names) if name.lower() not in made | {"unnest", "lateral", "select", "values"}
    ]


def _of_dict(files: ast.Dict) -> ast.expr | None:
    """All that `{"train": "a.jsonl", "extra": ["b.jsonl"]}` names, as one list."""
    parts = [part for value in files.values for part in (value.elts if isinstance(value, ast.List) else [value])]
    return ast.copy_location(ast.List(parts, ast.Load()), files) if parts else None


def _writes(call: ast.Call, *, method: bool) -> bool:
    """Opened to write; `method`: of a path, whose first argument is the mode."""
    mode = next((word.value for word in call.keywords if word.arg == "mode"), None)
    place = 0 if method else 1
    if mode is None and len(call.args) > place:
        mode = call.args[place]
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))


@provides
def reads(code: Code, knowledge: Knowledge, values: Values, shipped: Shipped, catalogue: CatalogueReads) -> Reads:
    """Nothing is looked at until it is asked for."""
    return Reads(code, knowledge, values, shipped, catalogue)
