"""The number of this model in a table that sets it beside a baseline, or that gives a metric a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_RULE = frozenset("|:- ")
_BASELINE = re.compile(
    r"\b(?:rules?|baseline|heuristics?|majority|dummy|naive|random|constant|persistence|keywords?|status quo|today|"
    r"manual|by hand|golden|previous day|last week|always|guess(?:ing)?)\b|규칙|기준선|기준 모델|베이스라인|휴리스틱",
    re.IGNORECASE,
)
_COUNTING = frozenset(
    "a an the on of in for at by to our its all last first four two three five six eight ten twelve thirty test "
    "tests "
    "held-out heldout holdout unseen hidden weeks week months month days day rows data dataset set split period part "
    "minutes min seconds hours percent percentage points score scores value mean avg overall macro micro weighted "
    "final "
    "eur euro euros usd km kg m s ms model "
    "테스트 시험 데이터 점수".split()
)
"""Words beside a metric's name that make it no other number."""
_RESULT = frozenset(
    "test value result results score model ours current actual achieved recorded measured now this final "
    "값 결과 테스트 모델".split()
)
_BESIDE = re.compile(
    r"target|goal|min\b|max\b|minimum|maximum|bound|limit|required|threshold|unit|note|comment|remark|baseline|rule|"
    r"valid|train|dev\b|definition|description|direction|where|file|source|목표|단위|비고|설명|기준|검증|학습",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:valid|train|cross|cv\b|fold|dev\b|ablation|previous|earlier|former|old\b|history|published|paper|literature|"
    r"related|v\d|other|example|template|experiment)|검증|학습|이전|실험",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![\w.])v?(\d{1,4}(?:[.-]\d{1,4}){1,3})(?![\w.])")
_RELEASE = re.compile(rf"(?:\b(?:release|version)\s)?{_VERSION.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are numbered cells; `heading` is what the table stands under."""

    head: list[str]
    rows: list[tuple[int, list[str]]]
    heading: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the numbers and names of a project. `others`: the labels that tell of another number."""

    pattern: str
    others: re.Pattern[str]
    is_baseline_name: Callable[[str], bool]
    is_baseline: Callable[[str], bool]
    is_current: Callable[[str], bool]


def tables(rows: list[str]) -> Iterator[Table]:
    """The tables of a Markdown text, with or without bars at their edges."""
    heading, number, fenced = "", 0, False
    while number < len(rows):
        row = rows[number]
        fenced = fenced != row.lstrip().startswith(("```", "~~~"))
        heading = row if row.startswith("#") and not fenced else heading
        below = rows[number + 1] if number + 1 < len(rows) else ""
        if not fenced and "|" in row and "|" in below and "-" in below and _RULE.issuperset(below.strip()):
            start = number + 2
            number = start
            while number < len(rows) and "|" in rows[number]:
                number += 1
            yield Table(cells(row), [(at + 1, cells(rows[at])) for at in range(start, number)], heading)
        else:
            number += 1


def cells(row: str) -> list[str]:
    """The texts of a table's row."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return [re.sub(r"[*`↑↓]|\((?:↑|↓)\)", "", cell).strip() for cell in inner.split("|")]


def told_in(table: Table, known: Known) -> Iterator[tuple[int, str]]:
    """(line, cell) of this model's value of one metric."""
    if _ELSEWHERE.search(table.heading):
        return
    columns = [i for i, cell in enumerate(table.head) if i and names(cell, known)]
    if len(columns) == 1:
        yield from _by_row(table, columns[0], known)
    for number, row in table.rows:
        if row and names(row[0], known) and len(row) == len(table.head):
            yield from ((number, row[at]) for at in _columns(table.head, row, known))


def names(cell: str, known: Known) -> bool:
    """Whether a head or a label names the metric, with nothing beside that makes it another number."""
    if known.others.search(re.sub(r"\blast\b", "", cell)) or not re.search(known.pattern, cell, re.IGNORECASE):
        return False
    beside = re.sub(known.pattern, " ", cell, flags=re.IGNORECASE)
    return all(word.casefold() in _COUNTING or word.isdigit() for word in re.findall(r"[^\W_][\w'-]*", beside))


def _by_row(table: Table, column: int, known: Known) -> Iterator[tuple[int, str]]:
    """The only row that is no baseline's, where the baseline's number is the recorded one."""
    rows = [(number, row) for number, row in table.rows if len(row) == len(table.head)]
    labels = {number: _label(row, column) for number, row in rows}
    beside = [row for number, row in rows if _is_baseline(labels[number], known)]
    left = [(number, row) for number, row in rows if not _is_baseline(labels[number], known)]
    if len(left) == 1 and len(rows) == len(table.rows) and any(known.is_baseline(row[column]) for row in beside):
        if _may_be_ours(labels[left[0][0]], known):
            yield left[0][0], left[0][1][column]


def _columns(head: list[str], row: list[str], known: Known) -> Iterator[int]:
    """The column of this model: beside that of the baseline, or among bounds and notes."""
    beside = [i for i, cell in enumerate(head) if i and _is_baseline(cell, known)]
    left = [i for i in range(1, len(head)) if i not in beside and not _BESIDE.search(head[i])]
    if len(left) != 1 or not _may_be_ours(head[left[0]], known):
        return
    words = re.findall(r"[^\W\d_]+", head[left[0]].casefold())
    if any(known.is_baseline(row[i]) for i in beside) or (words and set(words) <= _RESULT):
        yield left[0]


def _label(row: list[str], column: int) -> str:
    return " ".join(cell for cell in row[:column] if re.search(r"[^\W\d_]", cell))


def _is_baseline(label: str, known: Known) -> bool:
    return bool(_BASELINE.search(label)) or known.is_baseline_name(label)


def _may_be_ours(label: str, known: Known) -> bool:
    """No word of another release, part or group, and no version but the one of now."""
    return (
        bool(label)
        and not known.others.search(unversioned(label))
        and all(known.is_current(one) for one in versions(label))
    )


def unversioned(label: str) -> str:
    """A label without its releases: the `release 1.8` of now is no other one."""
    return _RELEASE.sub(" ", label)


def versions(label: str) -> list[str]:
    """The releases that a label names."""
    return [match[1] for match in _VERSION.finditer(label)]
