"""Comma-separated files: the header and single cells, never more rows than are asked for."""

from __future__ import annotations

import csv
import itertools

from mlops_lint.documents.node import DocumentError, decode

LIMIT = 20_000_000
MAX_ROWS = 10_000


def header(data: bytes) -> list[str]:
    """The column names of the first row."""
    rows = table(data[:65_536].rpartition(b"\n")[0] or data[:65_536], 1)
    return rows[0] if rows else []


def table(data: bytes, rows: int = MAX_ROWS) -> list[list[str]]:
    """The first rows, header included, cells without the blanks around them."""
    text = decode(data, LIMIT)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count) if any(mark in first for mark in ",;\t") else ","
    if "\x00" in text:
        raise DocumentError("the file holds NUL characters")
    try:
        reader = csv.reader(text.split("\n"), delimiter=separator)
        return [[cell.strip() for cell in row] for row in itertools.islice(reader, rows) if row]
    except csv.Error as error:
        raise DocumentError(f"not a table of separated values ({error})"[:160]) from None
