"""A place with its source line and carets below it."""

from __future__ import annotations

from collections.abc import Mapping

from mlops_lint.i18n import _
from mlops_lint.model import Diagnostic, Finding, Location, Related
from mlops_lint.report.canvas import Canvas
from mlops_lint.report.sanitize import clean, clip, width
from mlops_lint.results import SourceKey

SOURCE_LIMIT = 140
TAB = "    "


def place(at: Location) -> str:
    """`path:line:column`, with the cell of a notebook."""
    cell = f":{_('cell {n}').format(n=at.cell)}" if at.cell is not None else ""
    return f"{at.path}{cell}:{at.line}:{at.column}"


def show(canvas: Canvas, diagnostic: Diagnostic, sources: Mapping[SourceKey, str]) -> None:
    """The finding's place and the places it quotes, each with its line of source."""
    finding = diagnostic.finding
    labels, others = _split(finding)
    gutter = _gutter(finding, others, sources)
    source = _source(finding.place, sources) or (diagnostic.source[0] if diagnostic.source else None)
    style = diagnostic.severity.value
    canvas.line(" " * gutter, ("--> ", "frame"), (place(finding.place), "place"))
    _block(canvas, finding.place, source, ", ".join(labels), style=style, gutter=gutter)
    for related in others:
        text = _source(related.at, sources)
        if text is None or not text.strip():
            canvas.line(" " * gutter, (" = ", "frame"), (place(related.at), "place"), f"   {clip(related.message)}")
        else:
            canvas.line(" " * gutter, ("::: ", "frame"), (place(related.at), "place"))
            _block(canvas, related.at, text, related.message, style="info", gutter=gutter)


def _split(finding: Finding) -> tuple[list[str], list[Related]]:
    """The words that belong under the primary carets, and the places elsewhere."""
    here = (finding.place.path, finding.place.cell, finding.place.line, finding.place.column)
    labels, others = [], []
    for related in finding.related:
        at = related.at
        if (at.path, at.cell, at.line, at.column) == here:
            labels.append(related.message)
        else:
            others.append(related)
    return labels, others


def _gutter(finding: Finding, others: list[Related], sources: Mapping[SourceKey, str]) -> int:
    lines = [finding.place.line, *(related.at.line for related in others if _source(related.at, sources))]
    return max(len(str(line)) for line in lines)


def _source(at: Location, sources: Mapping[SourceKey, str]) -> str | None:
    return sources.get((at.path, at.cell, at.line))


def _block(canvas: Canvas, at: Location, source: str | None, label: str, *, style: str, gutter: int) -> None:
    if source is None or not source.strip():
        if label:
            canvas.line(" " * gutter, (" = ", "frame"), clip(label))
        return
    before, marked, after = _window(at, source, _room(canvas, gutter))
    bar = (f"{'':{gutter}} | ", "frame")
    canvas.line((f"{'':{gutter}} |", "frame"))
    canvas.line((f"{at.line:>{gutter}} | ", "frame"), before + marked + after)
    carets = "^" * max(1, width(marked.rstrip()))
    canvas.line(bar, " " * width(before), (carets, style), (f" {clip(label, 200)}" if label else "", style))


def _room(canvas: Canvas, gutter: int) -> int:
    return SOURCE_LIMIT if canvas.width is None else max(20, min(SOURCE_LIMIT, canvas.width - gutter - 3))


def _window(at: Location, source: str, room: int) -> tuple[str, str, str]:
    """The source before, in and behind the span, made to fit: the span's own beginning is always seen."""
    start = min(at.column - 1, len(source))
    one_line = at.end_line is None or at.end_line == at.line
    end = (at.end_column - 1) if one_line and at.end_column is not None else len(source.rstrip())
    if at.end_column is None and at.end_line is None:
        end = start + 1
    end = max(start, min(end, len(source)))
    before, marked, after = (_flat(part) for part in (source[:start], source[start:end], source[end:]))
    if width(before) + width(marked) + width(after) <= room:
        return before, marked, after
    return _fit(before, marked, after, room)


def _fit(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    half = room // 3
    indent = len(before) - len(before.lstrip())
    if width(before) > half + indent:
        before = "…" + before[-half:]
    marked = _head(marked, room - width(before) - 2)
    return before, marked, _head(after, room - width(before) - width(marked))


def _head(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    while text and width(text) > max(0, columns - 1):
        text = text[: len(text) - max(1, (width(text) - columns) // 2)]
    return f"{text}…"


def _flat(text: str) -> str:
    return clean(text.replace("\t", TAB))
