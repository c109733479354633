"""Symbols as compact JSON and back: what is kept between runs and what worker processes send."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from mlops_lint.facts.files.symbols import BindingFact, DefinitionFact, ImportFact, Symbols, TableFact, UseFact

Answer: TypeAlias = Symbols | str
"""What one file says, or the reason why it cannot be read."""

Row: TypeAlias = list[Any]


class _Texts:
    """Numbers texts in the order in which they are first met: scopes and chains repeat a lot."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def one(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def all(self, texts: list[str]) -> list[int]:
        return [self.one(text) for text in texts]


def encode(answer: Answer) -> bytes:
    """ASCII JSON; equal answers give equal bytes."""
    content: object = answer if isinstance(answer, str) else _rows(answer)
    return json.dumps(content, separators=(",", ":")).encode("ascii")


def decode(payload: bytes) -> Answer | None:
    """What `encode` was given; None where the payload is damaged."""
    try:
        content = json.loads(payload)
        return content if isinstance(content, str) else _symbols(*content)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _rows(found: Symbols) -> Row:
    texts = _Texts()
    rows = [
        [_definition(fact, texts) for fact in found.definitions],
        [[*texts.all([fact.scope, fact.name, fact.module, fact.symbol]), fact.level, fact.line]
         for fact in found.imports],
        [[*texts.all([fact.scope, fact.target, fact.value, fact.declared]), fact.line, int(fact.parameter)]
         for fact in found.bindings],
        [_use(fact, texts) for fact in found.uses],
        found.exported,
        found.has_main,
        [[texts.one(fact.target), texts.all(fact.values)] for fact in found.tables],
    ]  # fmt: skip
    return [list(texts.numbers), *rows]


def _definition(fact: DefinitionFact, texts: _Texts) -> Row:
    return [
        texts.one(fact.qualname), texts.one(fact.kind), fact.line, fact.end_line, fact.name_column,
        texts.all(fact.parameters), texts.all(fact.decorators), texts.all(fact.bases), texts.all(fact.returns),
        texts.one(fact.returns_class), texts.one(fact.stub),
        texts.all(list(fact.defaults)), texts.all(list(fact.defaults.values())),
    ]  # fmt: skip


def _use(fact: UseFact, texts: _Texts) -> Row:
    row: Row = [texts.one(fact.scope), texts.one(fact.chain), fact.line, fact.column, fact.end_line, fact.end_column]
    if fact.call or fact.arguments or fact.keywords:
        row += [fact.call, texts.all(fact.arguments)]
    if fact.keywords:
        row += [texts.all(list(fact.keywords)), texts.all(list(fact.keywords.values()))]
    return row


def _symbols(
    texts: list[str], definitions: list[Row], imports: list[Row], bindings: list[Row], uses: list[Row],
    exported: list[str] | None, has_main: bool, tables: list[Row],
) -> Symbols:  # fmt: skip
    def of(numbers: list[int]) -> list[str]:
        return [texts[number] for number in numbers]

    def use(row: Row) -> UseFact:
        call, arguments = row[6:8] if len(row) > 6 else (False, [])
        keywords = dict(zip(of(row[8]), of(row[9]), strict=True)) if len(row) > 8 else {}
        return UseFact(texts[row[0]], texts[row[1]], row[2], row[3], row[4], row[5], call, of(arguments), keywords)

    return Symbols(
        [
            DefinitionFact(
                texts[row[0]], texts[row[1]], row[2], row[3], row[4],
                of(row[5]), of(row[6]), of(row[7]), of(row[8]), texts[row[9]], texts[row[10]],
                dict(zip(of(row[11]), of(row[12]), strict=True)),
            )
            for row in definitions
        ],
        [ImportFact(texts[r[0]], texts[r[1]], texts[r[2]], texts[r[3]], r[4], r[5]) for r in imports],
        [BindingFact(texts[r[0]], texts[r[1]], texts[r[2]], r[4], bool(r[5]), texts[r[3]]) for r in bindings],
        [use(row) for row in uses],
        exported,
        has_main,
        [TableFact(texts[row[0]], of(row[1])) for row in tables],
    )  # fmt: skip
