"""Python files and notebooks as syntax trees whose nodes know their place."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass

from mlops_lint.documents.node import DocumentError, first_unread
from mlops_lint.model import Location

MAX_BYTES = 1_000_000
MAX_DEPTH = 200
MAX_FIELDS = 30_000
_FORMATTED = re.compile(r"(?<!\w)(?:[rR]?[fF]|[fF][rR])[\"']")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_ENCODINGS = frozenset(
    [
        "utf-8",
        "utf8",
        "utf-8-sig",
        "latin-1",
        "iso-8859-1",
        "iso8859-1",
        "iso-8859-15",
        "ascii",
        "us-ascii",
        "cp1252",
        "windows-1252",
        "cp949",
        "euc-kr",
        "shift_jis",
        "shift-jis",
        "gbk",
        "gb2312",
        "big5",
        "koi8-r",
        "cp1251",
    ]
)


@dataclass(slots=True)
class PythonText:
    """A file as it is written, not parsed; a notebook's code cells are joined and places know the cell again.

    `cells` holds, for a notebook, (first line in the joined text, cell number) in order.
    """

    path: str
    text: str
    lines: list[str]
    cells: tuple[tuple[int, int], ...] = ()

    def span(self, line: int, column: int, end_line: int, end_column: int | None) -> Location:
        """A span given as `ast` counts: 1-based lines, 0-based UTF-8 byte columns."""
        cell, shift = self._cell(line)
        finish = None if end_column is None else self._characters(end_line, end_column) + 1
        return Location(self.path, line - shift, self._characters(line, column) + 1, end_line - shift, finish, cell)

    def line(self, line: int) -> Location:
        """The start of a line of the joined text."""
        cell, shift = self._cell(line)
        return Location(self.path, max(1, line - shift), 1, cell=cell)

    def _cell(self, line: int) -> tuple[int | None, int]:
        found: tuple[int | None, int] = (None, 0)
        for first, number in self.cells:
            if first > line:
                break
            found = (number, first - 1)
        return found

    def _characters(self, line: int, byte_column: int) -> int:
        if not 0 < line <= len(self.lines):
            return byte_column
        text = self.lines[line - 1]
        if text.isascii():
            return byte_column
        return len(text.encode()[:byte_column].decode(errors="replace"))


@dataclass(slots=True, kw_only=True)
class PythonSource(PythonText):
    """A parsed file."""

    tree: ast.Module

    def at(self, node: ast.AST) -> Location:
        """The span of `node`; the whole first line for the module itself."""
        start: int | None = getattr(node, "lineno", None)
        if start is None:
            return self.line(1)
        end = getattr(node, "end_lineno", None) or start
        return self.span(start, getattr(node, "col_offset", 0), end, getattr(node, "end_col_offset", None))


def split_lines(text: str) -> list[str]:
    """Lines as Python counts them: form feeds and Unicode separators do not end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_python(path: str, data: bytes) -> PythonText:
    """The code of a `.py` file or a notebook. Raises DocumentError, never anything else."""
    if path.endswith(".ipynb"):
        from mlops_lint.documents.notebook import join_cells

        text, cells = join_cells(data)
    else:
        text, cells = decode(data), ()
    return PythonText(path, text, split_lines(text), cells)


def parse_python(path: str, data: bytes) -> PythonSource:
    """Parse a `.py` file or a notebook. Raises DocumentError, never anything else."""
    return parsed(read_python(path, data))


def parsed(text: PythonText) -> PythonSource:
    """The same text with its tree; raises DocumentError."""
    return PythonSource(text.path, text.text, text.lines, text.cells, tree=parse_text(text.text))


_GENERIC = re.compile(r"\b((?:def|class)\s+\w+)(\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\])(?=\s*[(:])")
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(\w+)(\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\])?(?=\s*=)", re.MULTILINE)
_ASYNC = re.compile(r"\basync(?=\s{0,3}=\s{0,3}(?:True|False)\b)")  # an argument's name before Python 3.7


def parse_text(text: str) -> ast.Module:
    """`ast.parse` that is silent about warnings and raises DocumentError alone."""
    guard_depth(text)
    guard_fields(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(text)
            except SyntaxError:
                if (other := _spelled(text)) == text:
                    raise
                return ast.parse(other)
    except SyntaxError as error:
        raise DocumentError(str(error.msg), error.lineno or 1, error.offset or 1) from None
    except (RecursionError, MemoryError):
        raise DocumentError("nested too deeply to be parsed", 1, 1) from None
    except ValueError as error:
        raise DocumentError(str(error), 1, 1) from None


def _spelled(text: str) -> str:
    """The same as this interpreter may read it: an old argument `async`, and the type parameters of Python 3.12."""
    text = _ASYNC.sub("asynk", text)
    if sys.version_info >= (3, 12):
        return text
    text = _GENERIC.sub(lambda match: match[1] + " " * len(match[2]), text)
    return _ALIAS.sub(lambda match: (match[1] + match[2]).ljust(len(match[0])), text)


def decode(data: bytes) -> str:
    """Decode source bytes by BOM and coding cookie; cookies that could hide code are refused."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB", 1, 1)
    if b"\0" in data:
        raise DocumentError("holds NUL bytes", 1, 1)
    encoding = _cookie(data)
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(f"not valid {encoding}", *first_unread(data, error)) from None


def _cookie(data: bytes) -> str:
    for line in data.split(b"\n", 2)[:2]:
        match = _COOKIE.match(line)
        if match:
            name = match[1].decode("ascii").lower().replace("_", "-")
            if name not in _ENCODINGS and name.replace("-", "_") not in _ENCODINGS:
                raise DocumentError(f"source encoding {name!r} is not read: it can hide code", 1, 1)
            return name
    return "utf-8"


def guard_depth(text: str) -> None:
    """Refuse brackets nested so deeply that a parser may suffer; strings may only make it stricter."""
    depth = 0
    for match in re.finditer(r"[\[({]|[\])}]", text):
        depth = depth + 1 if match[0] in "[({" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            raise DocumentError("nested too deeply to be parsed", text.count("\n", 0, match.start()) + 1, 1)


def guard_fields(text: str) -> None:
    """Refuse f-strings with more fields than anybody writes: older parsers take quadratic time for them."""
    if text.count("{") > MAX_FIELDS and _FORMATTED.search(text):
        raise DocumentError("more braces than are read in a file with f-strings", 1, 1)


def comments(source: PythonText) -> list[tuple[int, str]]:
    """(line of the joined text, comment with its #) for each comment; tokenizes only when there is a `#`."""
    if "#" not in source.text:
        return []
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return found
    return found
