"""Columns that tell who somebody is: in headers of tables, in declared schemas, in what code takes from tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.csvfile import header
from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain, split
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.attributes import Attributes
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.features import Features, tokens
from mlops_lint.facts.project.json_headers import JSON, json_keys
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.personal_records import recorded_columns, taken_records
from mlops_lint.facts.project.personal_written import written_columns
from mlops_lint.facts.project.pointers import FileTarget, FolderTarget, Pointers
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.schema_columns import fields, named, schema_columns
from mlops_lint.facts.project.shipped import Shipped
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_CLEAR = frozenset(("birth", "identity_number", "account_number", "network", "health_record"))
_FAINT = frozenset(("email", "phone", "name", "address", "handle"))
"""Told of things as often as of people: they count in company."""
_TELLING = frozenset("email_address phone_number mobile_number mobile_phone telephone_number".split())
_REACHED = (("email",), ("phone",), ("mobile",), ("telephone",))
_WHOLE_NAMES = (frozenset(("first", "last")), frozenset(("given", "family")), frozenset(("first", "surname")))
_STAFF = frozenset(
    "operator inspector worker technician staff driver nurse physician clinician teacher pupil borrower tenant guest "
    "subscriber member resident".split()
)
_WRITES = frozenset(
    "sender recipient author caller correspondent complainant petitioner citizen claimant requester requestor "
    "addressee attendee reporter respondent".split()
)
"""Whose address or number it is, where one column says both."""
_MORE = ("account_number", "network", "health_record")
_TABLES = (".csv", ".tsv", ".psv", ".tab")
_HOLDER = re.compile(
    r"(?:.*_)?(?:df|frame|rows?|data|table|dataset|records?|raw|export|customers?|users?|patients?|applicants?|clients?|"
    r"people|employees?|members?|students?|passengers?|train|test|batch)\d?",
    re.IGNORECASE,
)
_COLUMNS = frozenset(("usecols", "columns", "dtype", "parse_dates", "names", "schema", "include_columns"))
_READS = re.compile(r"(?:^|\.)(?:read_\w+|scan_\w+|select|load_dataset)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and which fact of a person it holds."""

    name: str
    kind: str
    at: Location


@dataclass(frozen=True, slots=True)
class Columns:
    """How many columns are known of something, and which tell who somebody is (none where people are not meant)."""

    known: int
    telling: tuple[Column, ...]
    at: Location | None = None


class Personal:
    """Answers when asked. Rows are never read."""

    def __init__(
        self, code: Code, attributes: Attributes, knowledge: Knowledge, pointers: Pointers, features: Features,
        shipped: Shipped,
    ) -> None:  # fmt: skip
        self.code = code
        self.shipped = shipped
        self.attributes = attributes
        self.pointers = pointers
        self.features = features
        rows = {tool.name: tool for tool in knowledge.tools("tokens")}
        self._more = {tuple(str(w).split()): kind for kind in _MORE for w in rows[kind].get("words", ())}
        self._people = {str(word) for word in rows["person"].get("words", ())}

    def source(self, path: str | None, schema: str | None) -> Columns:
        """Of a declared source: the header of its tables, and what its schema names."""
        found = [
            *(self._tables(path) if path else ()),
            *(schema_columns(self.code, self.pointers, schema) if schema else ()),
        ]
        return self._told(found, extra=(path or "",))

    def asked(self, schema: str) -> Columns:
        """Of the class that requests are held against."""
        return self._told(fields(self.code, self.pointers, schema))

    def handled(self) -> Columns:
        """Of the classes that the declared handlers take."""
        roots = self.shipped.declared(("deployment", "entrypoint"), ("deployment", "predicts_in"))
        found = [self._told(names) for root in dict.fromkeys(roots) for names in taken_records(self.code, root)]
        return next((columns for columns in found if columns.telling), Columns(0, ()))

    def recorded(self) -> Columns:
        """What live code keeps of each row, and what training makes its rows of."""
        told = (self._told(names) for names in recorded_columns(self.code, self.shipped))
        return next((columns for columns in told if columns.telling), Columns(0, ()))

    def coded(self) -> Columns:
        """What live code takes from tables, and what models are fitted on."""
        found = [
            (column, part.places.get(column, part.at)) for part in self.features.sets for column in sorted(part.columns)
        ]
        for path in self.code.modules:
            if not self.code.is_test(path) and self._promising(path):
                found += self._taken(path)
        return self._told([*found, *written_columns(self.code)])

    def _told(self, found: Iterable[tuple[str, Location]], extra: Iterable[str] = ()) -> Columns:
        named = list(dict.fromkeys(found))
        telling = [Column(name, kind, at) for name, at in named if (kind := self.kind(name))]
        told = self.attributes.told([name for name, _ in named])
        kinds = {column.kind for column in telling}
        words = {word for name in (*(name for name, _ in named), *extra) for word in tokens(name)}
        company = told.company or bool(words & (self._people | _STAFF))
        clear = bool(kinds & _CLEAR) or _tells_who([name for name, _ in named])
        meant = clear or len(kinds) > 1 or (bool(kinds) and company)
        first = named[0][1] if named else None
        return Columns(len(named), tuple(telling) if meant and not told.things else (), first)

    def kind(self, name: str) -> str:
        """Which fact of a person a column holds; empty where it holds none that tells who it is."""
        kind = self.attributes.kind(name)
        if kind in _CLEAR | _FAINT:
            return kind
        words = tokens(name)
        for size in (3, 2, 1):
            for start in range(len(words) - size + 1 if len(words) < 6 else 0):
                if more := self._more.get(words[start : start + size]):
                    return more
        return ""

    def _tables(self, path: str) -> Iterator[tuple[str, Location]]:
        target = self.pointers.resolve(path, "path")
        files = [target.path] if isinstance(target, FileTarget) and not target.standin else []
        files += target.files if isinstance(target, FolderTarget) else ()
        for file in [one for one in files if one.lower().endswith(_TABLES)][:20]:
            try:
                yield from ((name, Location(file)) for name in header(self.code.view.read(file)))
            except (Unreadable, DocumentError):
                continue
        for file in [one for one in files if one.lower().endswith(JSON)][:20]:
            yield from ((name, Location(file)) for name in json_keys(self.code.view, file))

    def _promising(self, path: str) -> bool:
        text = text_of(self.code.view, path) or ""
        return any(self.kind(word) for word in set(re.findall(r"[\"']([\w .-]{2,40})[\"']", text)))

    def _taken(self, path: str) -> Iterator[tuple[str, Location]]:
        try:
            source = self.code.source(path)
        except (DocumentError, Unreadable):
            return
        live = self.shipped.live
        spans = [(one.line, one.end_line) for one in self.code.modules[path].definitions.values()
                 if one.kind == "function" and one not in live]  # fmt: skip
        for node in ast.walk(source.tree):
            line = getattr(node, "lineno", 0)
            if any(start <= line <= end for start, end in spans):
                continue
            for name, part in _columns(node):
                yield name, source.at(part)


def _columns(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """`rows["email"]`, `rows[["email", "phone"]]`, `read_csv(usecols=[…])`; what is dropped or written is not meant."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        base = split(chain(node.value))[-1].lstrip(".")
        parts = node.slice.elts if isinstance(node.slice, ast.List) else [node.slice]
        if _HOLDER.fullmatch(base):
            yield from named(parts)
    elif isinstance(node, ast.Call) and _READS.search(chain(node.func)):
        for word in node.keywords:
            if word.arg in _COLUMNS:
                value = word.value
                yield from named(value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", [value]))


def _tells_who(names: list[str]) -> bool:
    """An address or number by its full name or with whose it is, or both halves of a name."""
    spelled = [tokens(name) for name in names]
    halves = {word for words in spelled if words[-1:] == ("name",) or words == ("surname",) for word in words}
    owned = any(words[-1:] in _REACHED and not _WRITES.isdisjoint(words) for words in spelled)
    spelled_out = any("_".join(words[-2:]) in _TELLING for words in spelled)
    return owned or spelled_out or any(pair <= halves for pair in _WHOLE_NAMES)


@provides
def personal(
    code: Code, attributes: Attributes, knowledge: Knowledge, pointers: Pointers, features: Features, shipped: Shipped
) -> Personal:
    """Nothing is looked at until it is asked for."""
    return Personal(code, attributes, knowledge, pointers, features, shipped)
