"""Marks: comments that say what a check must find on their line. They never reach the linter."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from mlops_lint.testing.case import KINDS, Mark, PageError

_ITEM = r'[A-Z]+[0-9]+(?:\s+"[^"]*")?'
_MARK = re.compile(
    rf"(?P<rest>.*?)\s*(?:#|//|<!--)\s*(?P<kind>{'|'.join(KINDS)}):\s*(?P<items>{_ITEM}(?:\s*,\s*{_ITEM})*)\s*(?:-->)?\s*",
    re.DOTALL,
)
_LOOKS_LIKE_MARK = re.compile(rf"(?:#|//|<!--)\s*(?:{'|'.join(KINDS)}):\s*[A-Z]+[0-9]+\b")
_FINDING = re.compile(
    r"(?P<path>[^:]+)(?::(?P<cell>\d+))?:(?P<line>\d+)\s+(?P<code>[A-Z]+[0-9]+)"
    rf'(?:\s+(?P<kind>{"|".join(KINDS)}))?(?:\s+"(?P<text>[^"]*)")?'
)
_CELL = re.compile(r"#\s*%%(?:\s*\[(?P<type>markdown|raw|code)\])?(?:\s.*)?")


def strip(text: str, path: str, line: int) -> tuple[str, list[Mark]]:
    """The text without its marks, and the marks by their line in that text. `line` is the page's line of the text."""
    kept: list[str] = []
    marks: list[Mark] = []
    waiting: list[Mark] = []
    for offset, row in enumerate(text.split("\n")):
        rest, found = _strip_row(row, path)
        if _LOOKS_LIKE_MARK.search(rest):
            raise PageError(f"mark not understood: {rest.strip()}", line + offset)
        if found and not rest.strip():
            waiting += found
            continue
        kept.append(rest)
        marks += [replace(mark, line=len(kept)) for mark in [*waiting, *found]]
        waiting = []
    if waiting or any(mark.line == len(kept) and not kept[-1] for mark in marks):
        raise PageError("a mark with no line below it", line)
    return "\n".join(kept), marks


def _strip_row(row: str, path: str) -> tuple[str, list[Mark]]:
    found: list[Mark] = []
    while match := _MARK.fullmatch(row):
        row = match["rest"]
        found[:0] = [
            Mark(path, 1, code, match["kind"], text=text)
            for code, text in re.findall(r'([A-Z]+[0-9]+)(?:\s+"([^"]*)")?', match["items"])
        ]
    return row, found


def findings(text: str, line: int) -> list[Mark]:
    """The marks of a `findings` fence: `path[:cell]:line CODE [kind] ["text"]`."""
    marks = []
    for offset, row in enumerate(text.split("\n")):
        if not row.strip():
            continue
        match = _FINDING.fullmatch(row.strip())
        if match is None:
            raise PageError(f'not `path[:cell]:line CODE [kind] ["text"]`: {row.strip()}', line + offset)
        cell = int(match["cell"]) if match["cell"] else None
        kind = match["kind"] or "expect"
        marks.append(Mark(match["path"], int(match["line"]), match["code"], kind, cell, match["text"] or ""))
    return marks


def notebook(text: str, path: str, line: int) -> tuple[str, list[Mark]]:
    """Percent format -> the JSON of a notebook, and the marks by cell."""
    cells: list[dict[str, object]] = []
    marks: list[Mark] = []
    for kind, start, rows in _percent_cells(text):
        source = "\n".join(rows)
        if kind == "markdown":
            source = "\n".join(re.sub(r"^# ?", "", row) for row in rows)
        else:
            source, found = strip(source, path, line + start)
            marks += [replace(mark, cell=len(cells) + 1) for mark in found]
        cells.append(_cell(kind, len(cells) + 1, source))
    book = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n", marks


def _percent_cells(text: str) -> list[tuple[str, int, list[str]]]:
    """(type, first line counted from 0, lines) of each cell; blank lines at a cell's end are dropped."""
    cells: list[tuple[str, int, list[str]]] = [("code", 0, [])]
    for number, row in enumerate(text.split("\n")):
        if match := _CELL.fullmatch(row):
            cells.append((match["type"] or "code", number + 1, []))
        else:
            cells[-1][2].append(row)
    for _, _, rows in cells:
        while rows and not rows[-1].strip():
            rows.pop()
    return cells if cells[0][2] else cells[1:]


def _cell(kind: str, number: int, source: str) -> dict[str, object]:
    rows = source.split("\n")
    lines = [f"{row}\n" for row in rows[:-1]] + ([rows[-1]] if rows[-1] else [])
    cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines}
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell
