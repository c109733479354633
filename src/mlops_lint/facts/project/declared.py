"""Whether a read is of something that the charter declares, or that the project makes itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from mlops_lint.documents.wildmatch import glob
from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.reading import parents, within
from mlops_lint.facts.project.reads import Read, Reads
from mlops_lint.facts.project.sources import Sources
from mlops_lint.facts.project.versioning import Versioning
from mlops_lint.facts.project.writes import Write, Writes
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_DATABASE = re.compile(
    r"^(?:jdbc:)?(?:postgres\w*|mysql|mariadb|mssql|sqlserver|snowflake|bigquery|bq|redshift\w*|databricks|sqlite|duckdb|"
    r"clickhouse|oracle|athena|trino|presto|hive|spark|glue|unity|warehouse|sql|dwh|teradata|vertica|mongodb\w*)\b",
    re.IGNORECASE,
)
_PREPARES = re.compile(r"prepar|fetch|download|build|make|extract|export|etl|ingest|data|clean|process|feature|split")
_PLACEHOLDER = re.compile(r"path[/_]to|your[/_-]|<[^>]*>|\{|\$|x{3,}|\.\.\./", re.IGNORECASE)
_PART = re.compile(r"(?:[xy]_)?(?:train|test|val|valid|validation|dev|holdout)(?:_\w+)?\.\w+")
"""The parts of a data set; where none of them is here, something splits what is declared."""
_DATABASE_FILE = re.compile(r"\.(?:db|sqlite3?|duckdb|sql|mdb)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    path: str
    uri: str
    written: str
    role: str

    @property
    def words(self) -> str:
        """All that is said of it, for names of tables and data sets."""
        return " ".join((self.name, self.written, self.uri)).lower()


class DeclaredData:
    """Sorts what training and scoring read."""

    def __init__(
        self, charter: Charter, project: Project, reads: Reads, versioning: Versioning, writes: Writes,
        sources: Sources, view: RepoView,
    ) -> None:  # fmt: skip
        self.charter = charter
        self.project = project
        self.reads = reads
        self.versioning = versioning
        self.writes = writes
        self.view = view
        self._imported = sources.imported

    @cached_property
    def sorted(self) -> tuple[list[Read], list[Read], list[Location]]:
        """(declared, surely not declared, cannot be told)."""
        known: list[Read] = []
        strange: list[Read] = []
        unclear: list[Location] = []
        found = self.reads.all()
        found += [read for read in self._upstream(found) if read not in found]
        fetching = {write.sink.path for write in self.writes.all if any(self._path(path) for path in write.paths)}
        fetching -= {path for path in fetching if self._joins(path, found)}
        for read in found:
            answer = self._known(read, [one.what.lower() for one in found if one.kind == "table"])
            if answer is None or (answer is False and (read.made or read.at.path in fetching)):
                unclear.append(read.at)
            else:
                (known if answer else strange).append(read)
        return known, strange, [*unclear, *self.reads.unclear]

    def _upstream(self, found: list[Read]) -> list[Read]:
        """What the programs read that make the files which training and scoring read."""
        shipped = self.reads.shipped
        served = self.reads.code.reachable(
            shipped.declared(("deployment", "entrypoint"), ("deployment", "predicts_in"))
        )
        wanted = {path for read in found for path in read.paths}
        makers = [
            write.definition for write in self.writes.all
            if write.live and write.format == "table" and wanted.intersection(write.paths)
            and write.definition not in served and not self._kept_by_serving(write)
        ]  # fmt: skip
        return self.reads.by(dict.fromkeys(makers)) if makers else []

    def _kept_by_serving(self, write: Write) -> bool:
        """Whether it writes what a source with the role `production` holds."""
        return any(
            source.role == "production" and within(path, source.path)
            for source in self._sources if source.path for path in write.paths
        )  # fmt: skip

    def _joins(self, path: str, found: list[Read]) -> bool:
        """Whether a program that makes a source puts it together from declared ones: then all of them are meant."""
        here = [read for read in found if read.at.path == path]
        own = {read.what for read in here if any(self._path(one) for one in read.paths)}
        named = {read.what for read in here if read.kind == "table" and self._declares(read)}
        return len(own | named) > 1

    def _declares(self, read: Read) -> bool:
        """Whether a source's address ends with the whole name of a table."""
        name = f".{read.what.lower()}"
        return any(f".{re.split('[/:]', s.uri.lower())[-1]}".endswith(name) for s in self._sources if s.uri)

    @cached_property
    def _sources(self) -> list[_Source]:
        found = []
        for index in range(self.charter.items("data", "sources")):
            texts = [self.charter.text("data", "sources", index, key) or "" for key in ("name", "path", "uri")]
            path = self.project.join(texts[1]) if texts[1] else ""
            role = self.charter.text("data", "sources", index, "role") or ""
            found.append(_Source(texts[0], path, texts[2], texts[1], role))
        return found

    @cached_property
    def _named(self) -> frozenset[str]:
        """Files that the charter names elsewhere: results, logs, references."""
        texts = [reference.text for reference in self.charter.references()]
        return frozenset(self.project.join(re.split(r"#|::", text)[0]) for text in texts)

    def _known(self, read: Read, tables: list[str]) -> bool | None:
        if read.kind == "path":
            return self._file(read)
        if read.kind == "uri":
            return self._uri(read.what)
        last = read.what.lower().rpartition("/")[2].rpartition(".")[2]
        if read.kind == "dataset":
            return any(last and last in source.words for source in self._sources)
        return self._table(last, tables, read.what.lower())

    def _table(self, last: str, tables: list[str], name: str) -> bool | None:
        if any(re.search(rf"(?<![a-z0-9]){re.escape(last)}(?![a-z0-9])", source.words) for source in self._sources):
            return True
        databases = [s for s in self._sources if _DATABASE.match(s.uri) or _DATABASE_FILE.search(s.uri or s.path)]
        if not databases:
            return False
        ends = {table.rpartition(".")[2] for table in tables}
        whole = [s for s in databases if re.split(r"[/.:]", s.uri.lower().rstrip("/"))[-1] not in ends]
        whole = [s for s in whole if not _single(s.uri.lower(), name)]
        return None if whole else False

    def _uri(self, uri: str) -> bool | None:
        wanted = _flat(uri)
        for source in self._sources:
            known = _flat(source.uri)
            if known and (wanted.startswith(known) or known.startswith(wanted)):
                return True
            if source.path and posixpath.basename(source.path) == posixpath.basename(uri.rstrip("/")):
                return True
        return self._imported(uri)

    def _file(self, read: Read) -> bool | None:
        if _PLACEHOLDER.search(read.what):
            return None
        if not read.paths:
            base = posixpath.basename(read.what.rstrip("/"))
            same = any(base and base == posixpath.basename(s.path or s.uri.rstrip("/")) for s in self._sources)
            return True if same else None
        if any(self._path(path) or path in self._named or self._made(path) for path in read.paths):
            return True
        if any(path in self.view.entries or self.versioning.entry(path) is not None for path in read.paths):
            return False
        if any(self._prepares(write) for path in read.paths for write in self.writes.maybe(path)):
            return None
        if _PART.match(posixpath.basename(read.paths[0]).lower()):
            return None
        copies = [source for source in self._sources if source.uri and not source.path]
        if any(posixpath.basename(s.uri.rstrip("/")) == posixpath.basename(read.paths[0]) for s in copies):
            return True
        return None if copies else False

    def _prepares(self, write: Write) -> bool:
        """Whether what it writes may be read by training: a log, or what serving leaves behind, is not."""
        if write.format == "log":
            return False
        return write.definition in self.reads.shipped.trained or bool(_PREPARES.search(write.sink.path))

    def _path(self, path: str) -> bool:
        for source in self._sources:
            if not source.path:
                continue
            if within(path, source.path) or within(source.path, path) or glob(source.path).matches(path):
                return True
        return False

    def _made(self, path: str) -> bool:
        """An output of the pipeline, or something that the code itself writes."""
        dvc = self.versioning.dvc
        if dvc is not None and dvc.maker(path) is not None:
            return True
        return any(self.writes.to(folder) for folder in _folders(path))


def _single(uri: str, name: str) -> bool:
    """Whether an address is that of another table, by project (or database), schema and name."""
    parts, wanted = re.split(r"[/.]", uri.rpartition("://")[2].rstrip("/")), name.split(".")
    return len(wanted) == 3 == len(parts) and parts[0] == wanted[0]


def _folders(path: str) -> Iterable[str]:
    return [folder for folder in parents(path) if folder and folder.count("/") >= min(path.count("/"), 1)]


def _flat(uri: str) -> str:
    """Without scheme variants, wildcards and the numbers of a snapshot."""
    text = re.sub(r"^(?:s3[an]?|gs|gcs|abfss?|https?|hf)://", "", uri.strip().lower())
    text = re.split(r"[*?{\[]", text)[0]
    return re.sub(r"\d+", "0", text).rstrip("/")


@provides
def declared_data(
    charter: Charter, project: Project, reads: Reads, versioning: Versioning, writes: Writes, sources: Sources,
    view: RepoView,
) -> DeclaredData:  # fmt: skip
    """Nothing is sorted until it is asked for; Unavailable without a charter."""
    if charter.items("data", "sources") == 0:
        raise Unavailable("the charter names no data source")
    return DeclaredData(charter, project, reads, versioning, writes, sources, view)
