"""Numbers that a README or a card gives for a metric of the charter, and whether they are the recorded ones."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.charter import Charter
from mlops_lint.facts.project.knowledge import Metrics
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.recorded import Recorded
from mlops_lint.facts.project.told_beside import told_of
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_NUMBER = r"(?<![\w.,/@-])(\d{1,3}(?:\.\d+)?\s?%|\d*\.\d+|\d{1,6}\.\d+)(?![\w%]|\.\d)"
_LINK = (
    r"(?:[\s:=|*`_()~≈-]|\bscores?\b|\bvalue\b|\brate\b|\bis\b|\bof\b|\bwas\b|\bat\b|\bto\b|\babout\b|\bequals\b|"
    r"\breaches\b|\bon\b|\bthe\b|\bour\b|\btest\b|\bheld-out\b|\bset\b|\bsplit\b|\bmacro\b|\bmicro\b|\bweighted\b|"
    r"\bby\b|은|는|이|가)*"
)
_BEFORE = frozenset(
    "a an the its of is and with test overall held-out model model's models final our achieves reaches reached gets "
    "got has shows scores scored macro micro weighted roc on set split months rows data to at".split()
)
"""Words that may stand before a metric's name without making it another number."""
_OTHER = re.compile(
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
_OURS = frozenset("model ours our this final current champion production proposed test holdout".split())
_RESULT = frozenset(("test", "test set", "held-out", "holdout", "value", "score", "result"))
_TUNED = re.compile(r"[\s,(]{0,20}\b(?:fine-?tuned|ours)\b\)?[\s,]{0,20}")
_ARTICLE = re.compile(r"^(?:the|our|this)\s+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
MAX_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Told:
    """A number as a document gives it."""

    metric: str
    written: str
    at: Location


class Scores:
    """The recorded values of the charter's metrics, against what documents say."""

    def __init__(
        self, view: RepoView, charter: Charter, recorded: Recorded, metrics: Metrics, project: Project
    ) -> None:
        self.view = view
        self.project = project
        self.charter = charter
        self.recorded = recorded
        self.metrics = metrics

    def names(self) -> list[tuple[str, str]]:
        """(name, pointer) of the metric and of its guardrails, those that are recorded as numbers."""
        routes: list[tuple[str | int, ...]] = [("metric",)]
        routes += [("metric", "guardrails", index) for index in range(self.charter.items("metric", "guardrails"))]
        pairs = [(self.charter.text(*at, "name"), self.charter.text(*at, "recorded_in")) for at in routes]
        return [(name, text) for name, text in pairs if name and text and self.recorded.number(text) is not None]

    def values(self, name: str, pointer: str) -> list[float]:
        """Every number that is recorded for a metric: of model, baseline, groups, bounds and gaps."""
        texts = [pointer, self.charter.text("baseline", "recorded_in"), self.charter.text("fairness", "recorded_in")]
        texts.append(self.charter.text("metric", "uncertainty", "recorded_in"))
        found: list[float] = []
        for text in texts:
            number = self.recorded.number(text)
            if text is None or number is None:
                continue
            found += [number.value, *(value for value, _ in number.neighbours.values())]
            found += [value for value, _ in self.recorded.numbers(text.partition("#")[0] + "#").values()]
        found += [
            value for value, _ in self.recorded.numbers(self.charter.text("metric", "slices_recorded_in")).values()
        ]
        stated = (self.charter.number("baseline", "score"), self.charter.number("metric", "target"))
        return found + [value for value in stated if value is not None]

    def agrees(self, name: str, written: str, values: Iterable[float]) -> bool:
        """Whether a number as it is printed is one of the recorded ones; 88.3 % is 0.883."""
        plain = written.replace("%", "").strip()
        digits = len(plain.partition(".")[2])
        number, step = float(plain), 10.0**-digits
        known = self.metrics.get(name)
        share = "%" in written or (known is not None and known.high == 1 and number > 1)
        scales = (1.0, 100.0) if share else (1.0,)
        return any(abs(value * scale - number) < step * 1.000001 for value in values for scale in scales)

    def told(self, path: str, name: str) -> Iterator[Told]:
        """The numbers of this metric in a document that seem to be about this model on its test data."""
        pattern = self._pattern(name)
        text = told_of(self.view, self.project, self.charter, path)
        rows, fenced, front = text.split("\n")[:MAX_LINES], False, text.startswith("---\n")
        heading: list[str] = []
        for number, row in enumerate(rows, 1):
            if front:
                front = number == 1 or row.strip() != "---"
                continue
            if _FENCE.match(row):
                fenced = not fenced
            if row.startswith("#"):
                heading = [row]
            if fenced or row.startswith("#") or len(row) > 2_000:
                continue
            if row.lstrip().startswith("|"):
                yield from self._cells(rows, number, row, name, pattern, path)
            elif not (heading and _OTHER.search(heading[0])):
                yield from _sentences(row, number, name, pattern, path)

    def _pattern(self, name: str) -> str:
        known = self.metrics.get(name)
        names = {name, *((known.name, *known.aliases) if known is not None else ())}
        plain = [re.escape(one.replace("_", " ")).replace("\\ ", " ") for one in names if len(one) > 1]
        spelled = sorted({re.sub(r"[\s_-]+", "[ _-]?", one) for one in plain}, key=len, reverse=True)
        cutoff = self.charter.number("metric", "k") if name == self.charter.text("metric", "name") else None
        at = rf"(?:\s?@\s?{cutoff:g}(?![\w.]))?" if cutoff else ""
        return rf"(?<![\w@-])(?:{'|'.join(spelled)}){at}(?:[ _-]?scores?)?(?![\w@])(?!\s?@)"

    def _cells(self, rows: list[str], number: int, row: str, name: str, pattern: str, path: str) -> Iterator[Told]:
        """A table with a metric a column and this model in a row, or with a metric a row and one number."""
        cells = _split(row)
        top = number - 1
        while top > 1 and rows[top - 2].lstrip().startswith("|"):
            top -= 1
        head = _split(rows[top - 1]) if top < number else []
        if top + 1 > number or set(row) <= set("|-: "):
            return
        column = next(
            (i for i, cell in enumerate(head) if re.fullmatch(_bare(pattern), _plain(cell), re.IGNORECASE)), None
        )
        label = _ARTICLE.sub("", _plain(cells[0]).casefold()) if cells else ""
        if column is not None and column < len(cells):
            words = set(re.findall(r"[\w']+", label))
            alone = sum(1 for one in rows[top + 1 :] if one.lstrip().startswith("|")) == 1
            ours = alone and not _OTHER.search(label)
            ours = ours or self._own(label, rows[top + 1 :])
            if column > 0 and (ours or (words & _OURS and not _OTHER.search(label))):
                yield from _cell(cells[column], number, name, path)
        elif len(cells) == 2 and re.fullmatch(_bare(pattern), _plain(cells[0]), re.IGNORECASE):
            if not _OTHER.search(" ".join(head)):
                yield from _cell(cells[1], number, name, path)
        elif len(cells) == len(head) > 2 and self._of_this_project(label):
            named = any(re.fullmatch(_bare(pattern), _plain(cell), re.IGNORECASE) for cell in cells[1:])
            places = [i for i, cell in enumerate(head) if _plain(cell).casefold() in _RESULT]
            if named and len(places) == 1:
                yield from _cell(cells[places[0]], number, name, path)

    def _of_this_project(self, label: str) -> bool:
        """Whether the first cell of a row names this project and no release, where the metric has a cell of its own."""
        own = set(re.findall(r"\w+", (self.charter.text("project", "name") or "").casefold().replace("_", " ")))
        said = set(re.findall(r"\w+", label))
        return bool(said & own) and said <= own | _OURS | {"score"}

    def _own(self, label: str, below: list[str]) -> bool:
        """Whether a row is named as the charter names the model, and no other row of the table is."""
        routes: list[tuple[str | int, ...]] = [("model", "base")]
        routes += [("model", "base", index) for index in range(self.charter.items("model", "base"))]
        bases = {(self.charter.text(*at, "id") or "").casefold() for at in routes}
        named = {(self.charter.text(*at) or "").casefold() for at in (("project", "name"), ("model", "family"))}
        names = (named | bases) - {""}
        cells = itertools.takewhile(lambda row: row.lstrip().startswith("|"), below)
        labels = [_ARTICLE.sub("", _plain(_split(row)[0]).casefold()) for row in cells]
        if label in bases or _TUNED.sub("", label) not in names or _OTHER.search(_TUNED.sub("", label)):
            return False
        return sum(any(name in one for name in names) for one in labels) == 1


def _sentences(row: str, number: int, name: str, pattern: str, path: str) -> Iterator[Told]:
    row = _ASIDE.sub(" ", re.sub(r"\]\([^()\s]*\)|[*`]", " ", row))
    for part in re.split(r"(?<=[.;!?])(?<!\b[Nn]o\.)\s+", row):
        if _OTHER.search(part):
            continue
        for match in re.finditer(rf"({pattern})(?:{_LINK}|[^\d.;,|]{{0,40}}:\s*){_NUMBER}", part, re.IGNORECASE):
            if _starts(part[: match.start()]):
                yield Told(name, match[match.lastindex or 0].strip(), Location(path, number))
        for match in re.finditer(rf"{_NUMBER}\s+(?:macro |test )?{pattern}", part, re.IGNORECASE):
            if not re.search(rf"{pattern}{_LINK}$", part[: match.start()], re.IGNORECASE):
                yield Told(name, match[1].strip(), Location(path, number))


def _starts(before: str) -> bool:
    """Whether a metric's name begins here, with no word before it that makes it another number."""
    words = re.findall(r"[\w'-]+", before)
    return not words or words[-1].casefold() in _BEFORE or before.rstrip().endswith((",", ":", "-", "|", "("))


def _cell(cell: str, number: int, name: str, path: str) -> Iterator[Told]:
    match = re.fullmatch(_NUMBER, _plain(cell))
    if match is not None:
        yield Told(name, match[1].strip(), Location(path, number))


def _split(row: str) -> list[str]:
    return row.strip().strip("|").split("|")


def _plain(cell: str) -> str:
    return re.sub(r"[*`_↑↓]|\((?:macro|micro|weighted|test|%|↑|↓)\)", "", cell).strip()


def _bare(pattern: str) -> str:
    return rf"(?:test |macro |micro |weighted )?{pattern}(?: \(?(?:test|macro|micro|weighted|%)\)?)?"


@provides
def scores(view: RepoView, charter: Charter, recorded: Recorded, metrics: Metrics, project: Project) -> Scores:
    """Documents are read when asked for."""
    return Scores(view, charter, recorded, metrics, project)
