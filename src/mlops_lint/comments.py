"""Comments of any kind of file, with their places. Strings that look like comments are none."""

from __future__ import annotations

import io
import json
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

LIMIT = 1_000_000
NOTEBOOK_LIMIT = 20_000_000
"""Bytes of a file; what is larger has no comments that count."""
_HASH_SUFFIXES = frozenset(
    f".{kind}" for kind in ("yaml", "yml", "toml", "cfg", "ini", "conf", "txt", "in", "sh", "bash", "zsh")
) | frozenset(f".{kind}" for kind in ("r", "jl", "mk", "tf", "dvc", "lock", "env", "rb", "pl"))
_HASH_NAMES = re.compile(
    r"(?i)^(.*\.)?(dockerfile|containerfile|makefile|gnumakefile|justfile|codeowners|snakefile)(\..*)?$"
    r"|^\.(gitattributes|gitignore|dvcignore|dockerignore|flake8|pylintrc)$"
)
_HASH = re.compile(r"""(?:(?<=[\s:=\[{(,])|^)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|''|\\.)*')|(?:(?<=\s)|^)(#.*)""")
_END = (sys.maxsize, sys.maxsize)
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: `text` with its mark, `alone` where nothing else stands on its line."""

    text: str
    line: int
    column: int
    alone: bool
    cell: int | None = None


def comments(path: str, data: bytes) -> list[Comment]:
    """The comments of a file, by the kind that its name tells; none for kinds without comments."""
    pure = PurePosixPath(path)
    suffix = pure.suffix.lower()
    if len(data) > (NOTEBOOK_LIMIT if suffix == ".ipynb" else LIMIT):
        return []
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if suffix in (".py", ".pyi", ".pyw") or pure.name.lower() == "snakefile":
        return list(_python(text))
    if suffix == ".ipynb":
        return list(_notebook(text))
    if suffix in (".md", ".markdown"):
        return list(_markdown(text))
    if suffix in _HASH_SUFFIXES or _HASH_NAMES.match(pure.name):
        return list(_hash(text))
    return []


def _python(text: str, cell: int | None = None) -> Iterator[Comment]:
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield Comment(token.string, line, column + 1, not lines[line - 1][:column].strip(), cell)
    except (tokenize.TokenError, SyntaxError):
        return  # the file does not parse; what stands before the fault still counts


def _notebook(text: str) -> Iterator[Comment]:
    try:
        cells = json.loads(text)["cells"]
        for number, cell in enumerate(cells, 1):
            if cell["cell_type"] == "code":
                yield from _python(_without_magics(cell["source"]), number)
    except (ValueError, KeyError, TypeError, RecursionError):
        return


def _without_magics(source: str | list[str]) -> str:
    text = source if isinstance(source, str) else "".join(source)
    if text.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if re.match(r"\s*[%!?]", line) else line for line in text.split("\n"))


def _hash(text: str) -> Iterator[Comment]:
    for number, line in enumerate(text.split("\n"), 1):
        for match in _HASH.finditer(line):
            if match[1] is not None:
                yield Comment(match[1], number, match.start(1) + 1, not line[: match.start(1)].strip())


def _markdown(text: str) -> Iterator[Comment]:
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            spans = _html(line)
            alone = not "".join(line[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans, _END])).strip()
            for start, end in spans:
                yield Comment(line[start:end], number, start + 1, alone)


def _html(line: str) -> list[tuple[int, int]]:
    """Where comments begin and end; a regular expression would look for the end again for every beginning."""
    spans = []
    at = 0
    while (start := line.find("<!--", at)) >= 0 and (at := line.find("-->", start + 4) + 3) > 2:
        spans.append((start, at))
    return spans
