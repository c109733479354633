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
from mlops_lint.facts.project.reading import text_of
from mlops_lint.facts.project.recorded import Recorded
from mlops_lint.facts.project.told_beside import told_of
from mlops_lint.facts.project.told_prose import MAX_LINE, NUMBER, OTHER, paragraphs, sentences
from mlops_lint.facts.project.told_tables import Known, tables, told_in, unversioned, versions
from mlops_lint.model import Location
from mlops_lint.repo.view import RepoView

_OURS = frozenset("model ours our this final current champion production proposed test holdout".split())
_RESULT = frozenset(("test", "test set", "held-out", "holdout", "value", "score", "result"))
_TUNED = re.compile(r"[\s,(]{0,20}\b(?:fine-?tuned|ours)\b\)?[\s,]{0,20}")
_ARTICLE = re.compile(r"^(?:the|our|this)\s+")
_BADGE = re.compile(r"img\.shields\.io/badge/([^\s/()-]+(?:--[^\s/()-]+)*)-([\d.]+(?:%25)?)-")
MAX_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Told:
    """A number as a document gives it. `plain`: with no word that could make it a group's."""

    metric: str
    written: str
    at: Location
    plain: bool = False


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

    def values(self, name: str, pointer: str, groups: bool = True) -> list[float]:
        """Every number that is recorded for a metric: of model, baseline, bounds; with `groups` of groups and gaps."""
        found = self._all_values(pointer)
        if groups:
            return found
        apart = set(self._group_values(pointer))
        number = self.recorded.number(pointer)
        kept = [value for value in found if value not in apart]
        return kept + ([number.value] if number is not None else []) + self._stated()

    def _group_values(self, pointer: str) -> Iterator[float]:
        """The numbers of groups, which a sentence on the whole does not mean."""
        names = {self.charter.text("metric", "slices", i) for i in range(self.charter.items("metric", "slices"))}
        for text in (self.charter.text("metric", "slices_recorded_in"), pointer):
            file, _, within = (text or "").partition("#")
            for key, (value, _) in self.recorded.numbers(f"{file}#" if file else None).items():
                inside = text != pointer and within and f"/{key}".startswith(f"{within.rstrip('/')}/")
                if inside or names & set(key.split("/")[:-1]):
                    yield value
        fair = self.charter.text("fairness", "recorded_in")
        if fair and fair.partition("#")[0] != pointer.partition("#")[0]:
            yield from (value for value, _ in self.recorded.numbers(fair.partition("#")[0] + "#").values())

    def _stated(self) -> list[float]:
        routes = (("baseline", "score"), ("metric", "target"), ("metric", "threshold", "value"))
        stated = (self.charter.number(*route) for route in routes)
        return [value for value in stated if value is not None]

    def _all_values(self, pointer: str) -> list[float]:
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
        return found + self._stated()

    def agrees(self, name: str, written: str, values: Iterable[float]) -> bool:
        """Whether a number as it is printed is one of the recorded ones; 88.3 % is 0.883."""
        plain = written.replace("%", "").strip()
        digits = len(plain.partition(".")[2])
        number, step = float(plain), 10.0**-digits
        known = self.metrics.get(name)
        share = "%" in written or (known is not None and known.high == 1 and number > 1)
        scales = (1.0, 100.0) if share else (1.0,)
        return any(abs(value * scale - number) < step * 0.999999 for value in values for scale in scales)

    def told(self, path: str, name: str) -> Iterator[Told]:
        """The numbers of this metric in a document that seem to be about this model on its test data."""
        pattern = self._pattern(name)
        text = told_of(self.view, self.project, self.charter, path)
        rows = text.split("\n")[:MAX_LINES]
        fenced = False
        for number, row in enumerate(rows, 1):
            fenced = fenced != row.lstrip().startswith(("```", "~~~"))
            if row.lstrip().startswith("|") and len(row) <= MAX_LINE and not fenced:
                yield from self._cells(rows, number, row, name, pattern, path)
            yield from _badges(row, number, name, pattern, path)
        for block in paragraphs(rows):
            if not OTHER.search(block.heading):
                for written, line, plain in sentences(block, pattern):
                    yield Told(name, written, Location(path, line), plain)
        for table in tables(rows):
            for number, cell in told_in(table, self._known(name, pattern)):
                yield from _cell(cell, number, name, path)

    def _known(self, name: str, pattern: str) -> Known:
        text = " ".join(self.charter.text("baseline", key) or "" for key in ("description", "kind", "implemented_in"))
        told = set(re.findall(r"[^\W_]{4,}", text.casefold())) - {"model", "test", "score"}
        number = self.recorded.number(self.charter.text("baseline", "recorded_in"))
        score = number.value if number is not None else self.charter.number("baseline", "score")
        if (self.charter.text("baseline", "metric") or self.charter.text("metric", "name")) != name:
            score = number.neighbours.get(name, (None,))[0] if number is not None else None

        def is_baseline(cell: str) -> bool:
            match = re.fullmatch(NUMBER, _plain(cell))
            return bool(score is not None and match and self.agrees(name, match[1].strip(), [score]))

        def is_baseline_name(label: str) -> bool:
            words = set(re.findall(r"[^\W_]{4,}", label.casefold()))
            return len(words & told) > 1 or (bool(words) and words <= told)

        return Known(pattern, OTHER, is_baseline_name, is_baseline, self._is_current)

    def _is_current(self, version: str) -> bool:
        """Whether a version is the one that the project itself says that it has."""
        files = (self.project.charter_path, self.project.join("pyproject.toml"), self.charter.text("model", "card"))
        texts = ((text_of(self.view, path) or "")[:200_000] for path in files if path)
        return any(re.search(rf"(?<![\w.]){re.escape(version)}(?![\w.])", text) for text in texts)

    def _pattern(self, name: str) -> str:
        known = self.metrics.get(name)
        names = {name, *((known.name, *known.aliases) if known is not None else ())}
        names = {one for one in names if not _digits(name) or _digits(one) in ([], _digits(name))}
        plain = [re.escape(one.replace("_", " ")).replace("\\ ", " ") for one in names if len(one) > 1]
        spelled = sorted({re.sub(r"[\s_-]+", "[ _-]?", one) for one in plain}, key=len, reverse=True)
        cutoff = self.charter.number("metric", "k") if name == self.charter.text("metric", "name") else None
        at = rf"(?:\s?@\s?{cutoff:g}(?![\w.]))?" if cutoff else ""
        return rf"(?<![\w@-])(?:{'|'.join(spelled)}){at}(?:[ _-]?scores?)?(?![A-Za-z0-9_@])(?!\s?@)"

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
            ours = alone and not OTHER.search(unversioned(label))
            ours = ours or self._own(label, rows[top + 1 :])
            ours = ours or bool(words & _OURS and not OTHER.search(label))
            if column > 0 and ours and all(self._is_current(one) for one in versions(label)):
                yield from _cell(cells[column], number, name, path)
        elif len(cells) == 2 and re.fullmatch(_bare(pattern), _plain(cells[0]), re.IGNORECASE):
            if not OTHER.search(" ".join(head)):
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
        if label in bases or _TUNED.sub("", label) not in names or OTHER.search(_TUNED.sub("", label)):
            return False
        return sum(any(name in one for name in names) for one in labels) == 1


def _digits(name: str) -> list[str]:
    """The cut-offs in a metric's name: `map_50` and `mAP@0.5` have the same, `mAP50-95` another."""
    return [part.strip("0") for part in re.findall(r"\d+", name) if part.strip("0")]


def _badges(row: str, number: int, name: str, pattern: str, path: str) -> Iterator[Told]:
    for match in _BADGE.finditer(row):
        label = re.sub(r"__|--|_|%20", lambda part: {"__": "_", "--": "-"}.get(part[0], " "), match[1])
        if re.fullmatch(_bare(pattern), label, re.IGNORECASE):
            yield Told(name, match[2].replace("%25", "%"), Location(path, number))


def _cell(cell: str, number: int, name: str, path: str) -> Iterator[Told]:
    match = re.fullmatch(NUMBER, _plain(cell))
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
