"""Numbers that prose gives for a metric: `recall is 0.64 on the test months`, and no number of anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = (
    r"(?<![\w.,/@-])(\d{1,3}(?:\.\d+)?\s?%|\d*\.\d+|\d{1,6}\.\d+)"
    r"(?:(?![A-Za-z0-9_%]|\.\d)|(?=(?:min|ms|s|h|km|m|kg|pp)\b))"
)
_LINK = (
    r"(?:[\s:=|*`_()~≈-]|\b(?:scores?|value|rate|is|of|was|at|to|about|around|equals|reaches|reached|on|the|our|test|"
    r"held-out|holdout|unseen|set|split|data|dataset|period|part|weeks?|months?|days?|rows|macro|micro|weighted|by|"
    r"last|first|past|latest|final|one|two|three|four|five|six|eight|ten|twelve|quarters?|"
    r"now|currently|comes|stands|achieved|measured|recorded)\b|은|는|이|가|테스트|세트|데이터)*"
)
_BEFORE = frozenset(
    "a an the its of is and with test overall held-out model model's models final our achieves reaches reached gets "
    "got has shows scores scored macro micro weighted roc on set split months rows data to at we reach achieve "
    "achieved achieving reaching attains attained obtains obtained measured recorded result run in around about "
    "roughly now currently current weeks days period part unseen holdout hidden "
    "모델 모델의 우리 최종 테스트 데이터 세트 셋".split()
)
"""Words that may stand before a metric's name without making it another number."""
OTHER = re.compile(
    r"\b(?:target|goal|at least|at most|minimum|maximum|threshold|below|above|under\b|over\b|less than|"
    r"more than|should|must|want|aim|until|from .* to|baseline|rule\b|heuristic|previous|before|earlier|"
    r"former|old\b|last (?:year|release|version)|v\d|version|release|valid|train|cross|cv\b|fold|dev\b|"
    r"paper|publish|report(?:ed)? (?:by|in)|state of the|sota|human|random|majority|dummy|example|e\.g\.|"
    r"if\b|would|expect|improve|gain|increase|drop|differ|gap|confidence|interval|slice|region|group|women|"
    r"men\b|class\b|per\b|each|every|when|lowest|highest|worst|best of|between|against|versus|vs\b|"
    r"agree(?:s|d|ment)?\b|annotat\w+|labell?ers?\b|raters?\b|trial|"
    r"model (?:no\.? ?|number |#)?\d{1,4}\b(?!\.\d|\s?%)|on its own\b|"
    r"compared|other|without|with only|subset|ablation)|±|\+/-|목표|기준|이상|이하|이전|검증|학습|훈련",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?<=[\d%])\s*\([^()]*(?:interval|confidence|\bci\b|bootstrap|baseline|rule|previous|target|vs|±)[^()]*\)",
    re.IGNORECASE,
)
"""What is said of another number behind this one."""
_NEUTRAL = re.compile(
    r"\b(?:never|not|un)[- ]?(?:seen|used|touched)(?: before)?(?: (?:in|for|during|by) (?:the )?(?:training|tuning))?|"
    r"\bat (?:an? |the |our )?(?:decision |score |operating )?(?:threshold|cut-?off|score)(?: of)? \d*\.\d+|"
    r"(?<=테스트)\s?(?:세트|셋|데이터)?\s?기준(?:으로)?",
    re.IGNORECASE,
)
"""Words that only say once more that it is test data."""
PLACE = re.compile(
    r"#+\s*(?:.{0,20}\b)?(?:metrics?|results?|performance|evaluation|scores?|numbers|quality|status)\b.{0,20}|"
    r"#+\s*(?:성능|평가|결과|지표).{0,10}|#\s.*|",
    re.IGNORECASE,
)
"""Headings under which a number without more is the model's."""
_AGAINST = re.compile(
    r"(?<=[\d%]),?\s+(?:against|versus|vs\.?|compared (?:with|to)|where|while|instead of|up from)\s", re.I
)
"""Behind a number, what comes next is another one's."""
_SEVERAL = re.compile(r"\s*(?:,|/|and|,? and)\s*\d*\.\d")
"""More numbers behind a number: which of them is meant is not clear."""
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s")
_WRAPPED = 60
"""A line of prose as long as this goes on in the next one."""
MAX_LINE = 2_000
MAX_ROWS = 30


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`rows` are numbered lines; `heading` is what they stand under."""

    heading: str
    rows: list[tuple[int, str]]


def paragraphs(rows: list[str]) -> Iterator[Paragraph]:
    """The prose of a Markdown text: no code, no table; a line that goes on in the next one is read with it."""
    fenced, front, heading = False, rows[:1] == ["---"], ""
    open_: list[tuple[int, str]] = []
    for number, row in enumerate([*rows, ""], 1):
        if front:
            front = number == 1 or row.strip() != "---"
            continue
        fenced = fenced != bool(_FENCE.match(row))
        title = row.startswith("#") and not fenced
        aside = fenced or title or not row.strip() or len(row) > MAX_LINE or row.lstrip().startswith("|")
        if open_ and (aside or _ITEM.match(row) or len(open_[-1][1]) < _WRAPPED or len(open_) >= MAX_ROWS):
            yield Paragraph(heading, open_)
            open_ = []
        heading = row if title else heading
        if not aside:
            open_ = [*open_, (number, row)]


def sentences(block: Paragraph, pattern: str) -> Iterator[tuple[str, int, bool]]:
    """(number, line, plain) of what a paragraph gives for a metric."""
    text = " ".join(row for _, row in block.rows)
    text = _NEUTRAL.sub(" ", _ASIDE.sub(" ", re.sub(r"\]\([^()\s]*\)|[*`]", " ", text)))
    for whole in re.split(r"(?<=[.;!?])(?<!\b[Nn]o\.)\s+", text):
        part = _AGAINST.split(whole)[0]
        if OTHER.search(part):
            continue
        for written, plain in [*_after(part, pattern), *_in_front(part, pattern)]:
            line = next((number for number, row in block.rows if written in row), block.rows[0][0])
            yield written, line, plain and PLACE.fullmatch(block.heading) is not None


def _after(part: str, pattern: str) -> Iterator[tuple[str, bool]]:
    """`recall is 0.64`."""
    for match in re.finditer(rf"({pattern})(?:{_LINK}|[^\d.;,|]{{0,40}}:\s*){NUMBER}", part, re.IGNORECASE):
        before, last = part[: match.start()], match.lastindex or 0
        between = part[match.start() : match.start(last)]
        where = re.search(rf"{pattern}\s+at\s*$", between, re.IGNORECASE) or _SEVERAL.match(part, match.end())
        if _starts(before) and not where:
            bare = re.sub(pattern, "", between, flags=re.IGNORECASE)
            yield match[last].strip(), _is_plain(before) and _is_plain(bare)


def _in_front(part: str, pattern: str) -> Iterator[tuple[str, bool]]:
    """`0.64 recall`."""
    between = r"\s+(?:(?:of|in) )?(?:the )?(?:macro |test )?"
    for match in re.finditer(rf"{NUMBER}{between}{pattern}", part, re.IGNORECASE):
        if not re.search(rf"{pattern}{_LINK}$", part[: match.start()], re.IGNORECASE):
            yield match[1].strip(), False


def _is_plain(text: str) -> bool:
    """Whether words name no group: those that lead to a number, and those of the test data."""
    words = re.findall(r"[^\W\d_][\w'-]*", text.casefold())
    return all(word in _BEFORE or re.fullmatch(_LINK, word) for word in words)


def _starts(before: str) -> bool:
    """Whether a metric's name begins here, with no word before it that makes it another number."""
    words = re.findall(r"[\w'-]+", before)
    return not words or words[-1].casefold() in _BEFORE or before.rstrip().endswith((",", ":", "-", "|", "("))
