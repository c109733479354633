"""Columns of the project's own data that say something of people, and domains in which people are judged."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.documents.csvfile import header
from mlops_lint.documents.node import DocumentError
from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.inject import Unavailable, provides
from mlops_lint.facts.project.attributes import Attributes
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.code import Code
from mlops_lint.facts.project.features import Features
from mlops_lint.facts.project.json_headers import JSON, json_keys
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.literals import Literals
from mlops_lint.facts.project.pointer_targets import FileTarget, FolderTarget, SymbolTarget
from mlops_lint.facts.project.pointers import Pointers
from mlops_lint.facts.project.schema_columns import fields
from mlops_lint.model import Location
from mlops_lint.repo.view import Unreadable

_KINDS = frozenset(
    "sex race nationality religion disability orientation politics marital veteran pregnancy age".split()
)
_CLEAR = _KINDS - {"age"}
_TABLES = (".csv", ".tsv", ".psv", ".tab")
_WORDS = re.compile(
    r"age|sex|gender|race|ethnic|marital|married|nationality|citizenship|religio|disab|성별|나이|연령|인종|국적",
    re.IGNORECASE,
)
_READS = re.compile(r"(?:^|\.)(?:read|scan)_\w+$")
_ANIMALS = re.compile(
    r"abalone|shell[_ ]weight|flipper|culmen|bill[_ ]length|penguin|livestock|cattle|breed", re.IGNORECASE
)
MAX_FILES = 50


@dataclass(frozen=True, slots=True)
class PersonColumn:
    """A column, what it says, and where it is named."""

    name: str
    kind: str
    at: Location


class PeopleColumns:
    """Reads the features, the headers of declared tables, and the columns that code takes."""

    def __init__(
        self, charter: Charter, code: Code, features: Features, literals: Literals, attributes: Attributes,
        knowledge: Knowledge, pointers: Pointers,
    ) -> None:  # fmt: skip
        self.charter, self.code, self.features, self.literals = charter, code, features, literals
        self.attributes, self.pointers = attributes, pointers
        self._domains = [tool for tool in knowledge.tools("tokens") if tool.get("group") == "domain"]

    def protected(self) -> list[PersonColumn]:
        """Columns on protected attributes of people; empty where things or animals are meant."""
        for group in (self._features(), self._headers(), self._schemas(), self._stated(), self._written()):
            columns = list(group)
            told = self.attributes.told(name for name, _ in columns)
            known = [PersonColumn(name, self.attributes.kind(name), at) for name, at in columns]
            found = [column for column in known if column.kind in _KINDS]
            kinds = {column.kind for column in found}
            if not told.things and (kinds & _CLEAR or (kinds and told.personal)):
                first = {column.kind: column for column in sorted(found, key=lambda column: -len(column.name))}
                return sorted(first.values(), key=lambda column: column.at)
        return []

    def sensitive(self, domain: str) -> bool:
        """Whether people are judged in this domain: hiring, credit, insurance, health, education, police …"""
        words = tuple(re.findall(r"[^\W_]+", domain.casefold()))
        for tool in self._domains:
            before, behind = frozenset(tool.get("not_after", ())), frozenset(tool.get("not_before", ()))
            for phrase in tool.get("words", ()):
                wanted = tuple(re.findall(r"[^\W_]+", phrase))
                for start in range(len(words) - len(wanted) + 1):
                    end = start + len(wanted)
                    beside = (start and words[start - 1] in before) or (end < len(words) and words[end] in behind)
                    if words[start:end] == wanted and not beside:
                        return True
            if any(word in domain for word in tool.get("korean", ())):
                return True
        return False

    def _features(self) -> Iterator[tuple[str, Location]]:
        for part in self.features.sets:
            yield from ((name, part.places.get(name, part.at)) for name in sorted(part.columns))

    def _headers(self) -> Iterator[tuple[str, Location]]:
        for path in self._sources():
            try:
                columns = header(self.code.view.read(path))
            except (Unreadable, DocumentError):
                continue
            if len(columns) > 1:
                yield from ((name, Location(path)) for name in columns)
        for path in self._files(JSON):
            yield from ((name, Location(path)) for name in json_keys(self.code.view, path))

    def _schemas(self) -> Iterator[tuple[str, Location]]:
        """The fields of the classes that sources and requests are held against."""
        count = self._count()
        routes: list[tuple[str | int, ...]] = [("data", "sources", index, "schema") for index in range(count)]
        for route in [*routes, ("deployment", "input_schema")]:
            try:
                text = self.charter.text(*route)
            except Unavailable:
                continue
            if text and not any(_ANIMALS.search(cell) for cell in self._cells(text)):
                yield from fields(self.code, self.pointers, text)

    def _cells(self, text: str) -> list[str]:
        """The texts of the file that a pointer leads to."""
        target = self.pointers.resolve(text, "ref")
        path = target.definition.path if isinstance(target, SymbolTarget) else ""
        return [cell for _, cell in self.literals.cells(path)] if path in self.code.modules else []

    def _count(self) -> int:
        try:
            return self.charter.items("data", "sources")
        except Unavailable:
            return 0

    def _stated(self) -> Iterator[tuple[str, Location]]:
        """Columns that the charter itself names."""
        for route in (("data", "features", "exclude"), ("data", "privacy", "columns")):
            try:
                names = self.charter.texts(*route)
            except Unavailable:
                continue
            for index, name in enumerate(names):
                yield name, self.charter.at(*route, index)

    def _sources(self) -> Iterable[str]:
        return self._files(_TABLES)

    def _files(self, endings: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for text in self._paths():
            target = self.pointers.resolve(text, "path")
            if isinstance(target, FileTarget) and not target.standin:
                found.append(target.path)
            elif isinstance(target, FolderTarget):
                found += target.files
        return [path for path in found if path.lower().endswith(endings)][:MAX_FILES]

    def _paths(self) -> Iterator[str]:
        """The paths of declared sources; malformed ones are left out."""
        for index in range(self._count()):
            try:
                text = self.charter.text("data", "sources", index, "path")
            except Unavailable:
                continue
            if text:
                yield text

    def _written(self) -> Iterator[tuple[str, Location]]:
        """Columns that the project's code takes by name: `rows["gender"]`, an element of a list of columns."""
        for one in self.literals.in_python(_WORDS):
            literal = one.code
            path = one.at.path
            if literal is None or literal.formatted or self.code.is_test(path) or path not in self.code.modules:
                continue
            if any(_ANIMALS.search(text) for _, text in self.literals.cells(path)):
                continue
            lead = literal.before.rstrip()
            if len(literal.value.split()) == 1 and lead.endswith("[") and re.search(r"[\w\])]\s*\[$", lead):
                yield one.value, one.at
        yield from self._read()

    def _read(self) -> Iterator[tuple[str, Location]]:
        """`read_parquet(path, columns=["sku", "gender"])`."""
        for path, module in self.code.modules.items():
            asked = any(fact.call and _READS.search(fact.chain) for fact in module.symbols.uses)
            if not asked or self.code.is_test(path):
                continue
            source = self.code.source(path)
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and _READS.search(chain(node.func)):
                    lists = [word.value for word in node.keywords if word.arg in ("columns", "usecols")]
                    parts = [part for one in lists if isinstance(one, ast.List | ast.Tuple) for part in one.elts]
                    texts = [(one.value, one) for one in parts if isinstance(one, ast.Constant)]
                    yield from ((text, source.at(one)) for text, one in texts if isinstance(text, str))


@provides
def people_columns(
    charter: Charter, code: Code, features: Features, literals: Literals, attributes: Attributes, knowledge: Knowledge,
    pointers: Pointers,
) -> PeopleColumns:  # fmt: skip
    """Nothing is read before it is asked for."""
    return PeopleColumns(charter, code, features, literals, attributes, knowledge, pointers)
