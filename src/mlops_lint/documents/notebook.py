"""Notebooks: code cells alone, each with its place. Outputs are never looked at."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

from mlops_lint.documents.node import DocumentError

MAX_BYTES = 20_000_000
MAX_CODE = 500_000
_MAGIC = re.compile(r"^\s*(?:[%!?]|[\w.]+\?{1,2}\s*$)")
_ASSIGNED_MAGIC = re.compile(r"^(\s*\w[\w, ]*=\s*)[%!].*$")
_PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun"})


def join_cells(data: bytes) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The code of all Python cells as one text, and where each cell begins in it.

    A cell that does not parse (Python 2, another kernel's syntax) becomes blank lines, so that the others count.
    """
    text: list[str] = []
    cells: list[tuple[int, int]] = []
    sources = _code_cells(_load(data))
    if sum(len(source) for _, source in sources) > MAX_CODE:
        raise DocumentError(f"its cells hold more than {MAX_CODE // 1_000} kB of code", 1, 1)
    for number, source in sources:
        cells.append((len(text) + 1, number))
        text.extend(_lines(source))
    return "\n".join(text) + "\n", tuple(cells)


def _load(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB", 1, 1)
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DocumentError(f"not valid JSON: {error.msg}", error.lineno, error.colno) from None
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"not valid JSON: {type(error).__name__}", 1, 1) from None
    if not isinstance(notebook, dict):
        raise DocumentError("not a notebook: no object at the top", 1, 1)
    return notebook


def _code_cells(notebook: dict[str, Any]) -> list[tuple[int, str]]:
    if not _is_python(notebook):
        return []
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        sheets = notebook.get("worksheets")
        cells = [
            cell
            for sheet in (sheets if isinstance(sheets, list) else [])
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    found = []
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            found.append((number, _text(cell.get("source", cell.get("input", "")))))
    return found


def _is_python(notebook: dict[str, Any]) -> bool:
    metadata = notebook.get("metadata")
    if not isinstance(metadata, dict):
        return True
    for key, field in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key)
        if isinstance(part, dict) and isinstance(part.get(field), str):
            return part[field].lower() in {"python", "ipython", "pysparkkernel", "pyspark"}
    return True


def _text(source: object) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def raw_cells(data: bytes) -> list[tuple[int, str]]:
    """(number, source) of the Python cells as they are written, magics and other versions of the language too."""
    cells = _code_cells(_load(data))
    return cells if sum(len(source) for _, source in cells) <= MAX_CODE else []


def _lines(source: str) -> list[str]:
    """A cell's lines without its magics, blank where it is no Python of today. Parsed as seldom as can be."""
    lines = source.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%"):
        if first[2:].split(" ")[0] not in _PYTHON_CELL_MAGICS:
            return [""] * len(lines)
        index = next(i for i, line in enumerate(lines) if line.strip())
        lines[index] = ""
    if _parses("\n".join(lines)):
        return lines
    plain = [_ASSIGNED_MAGIC.sub(r"\1None", _blank_magic(line)) for line in lines]
    return plain if _parses("\n".join(plain)) else [""] * len(lines)


def _blank_magic(line: str) -> str:
    if not _MAGIC.match(line):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass" if indent else ""


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def cell_lines(data: bytes, number: int) -> list[str]:
    """The lines of one cell as its author sees them; empty where there is no such cell."""
    try:
        cells = dict(_code_cells(_load(data)))
    except DocumentError:
        return []
    return cells.get(number, "").split("\n")
