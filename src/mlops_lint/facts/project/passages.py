"""Documents as sentences: what a README says, without code, badges, tables and links."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlops_lint.facts.project.reading import text_of
from mlops_lint.repo.view import RepoView

MAX_LINES = 4_000
MAX_LINE = 3_000
MAX_SENTENCE = 1_000
_README = re.compile(
    r"readme(?:[-_.](?:en|eng|english|ko|kr|korean))?(?:\.(?:md|markdown|rst|txt|mdown|mkd|adoc|org))?", re.IGNORECASE
)
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s*(.*?)\s*#*$|^\s*<h[1-6][^<>]*>(.*)$|^=+\s+(\S.*?)\s*=*$", re.IGNORECASE)
_UNDERLINE = re.compile(r"^(=|-|~|\^|\*){3,}\s*$")
_IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^()\n]*\)|\[[^\]\n]*\])|<img[^<>]*>|:[a-z0-9_+-]{3,40}:")
_LINK = re.compile(r"\[([^\]\[\n]*)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)|\[[^\]\n]*\])")
_TAG = re.compile(r"</?[A-Za-z!][^<>\n]*>")
_ADDRESS = re.compile(r"<?https?://[^\s<>)]+>?")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_TREE = re.compile(r"^[\s|`]*(?:[│├└┣┗┃]|\|--|\+--|`--|\|__)")
"""Drawings of folders."""
_INDENTED = re.compile(r"^(?: {4}|\t)\s*\S")
_END = re.compile(r"(?<=[.!?。])[\"'”’)*_]{0,3}\s+(?=[^a-z\s])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`heading` is what it stands under; `title`: it is a heading itself; `index` counts from the top."""

    text: str
    line: int
    heading: str = ""
    title: bool = False
    item: bool = False
    index: int = 0


def readmes(view: RepoView, folder: str) -> list[str]:
    """The README files of a folder, English and Korean ones."""
    prefix = f"{folder}/" if folder else ""
    names = [path for path in view.entries if path.startswith(prefix) and "/" not in path[len(prefix) :]]
    return [path for path in names if _README.fullmatch(posixpath.basename(path))]


def sentences(view: RepoView, path: str) -> list[Sentence]:
    """The sentences of a document in order."""
    found: list[Sentence] = []
    for block in _blocks((text_of(view, path) or "").split("\n")[:MAX_LINES]):
        for part in [block.text] if block.title else _END.split(block.text):
            if part.strip():
                found.append(replace(block, text=part.strip()[:MAX_SENTENCE], index=len(found)))
    return found


def _blocks(lines: list[str]) -> Iterator[Sentence]:
    """Paragraphs, list items and headings."""
    heading, open_, start, item = "", "", 1, False
    for number, line, kind in [*_rows(lines), (len(lines) + 1, "", "")]:
        bullet = bool(_ITEM.match(line)) and kind != "heading"
        if open_ and (not line.strip() or bullet or kind):
            yield Sentence(open_, start, heading, item=item)
            open_ = ""
        if kind == "heading":
            heading = line.strip()
            yield Sentence(heading, number, heading, title=True)
        elif line.strip():
            if not open_:
                start, item = number, bullet
            open_ = f"{open_} {_ITEM.sub('', line, count=1).strip()}".strip()


def _rows(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """(number, cleaned line, kind) without fences, tables and front matter."""
    fence, comment = False, False
    indented = _indented(lines)
    front = bool(lines) and lines[0].strip() == "---"
    for number, raw in enumerate(lines, 1):
        if front:
            front = number == 1 or raw.strip() != "---"
            continue
        if _FENCE.match(raw):
            fence = not fence
            yield number, "", ""
            continue
        comment = (comment or "<!--" in raw) and "-->" not in raw
        if (
            fence
            or comment
            or raw.lstrip().startswith(("|", "<!--", ".. "))
            or raw.startswith(("    $", "\t$"))
            or number in indented
            or _TREE.match(raw)
            or len(raw) > MAX_LINE
        ):
            yield number, "", ""
            continue
        following = lines[number] if number < len(lines) else ""
        head = _HEADING.match(raw)
        if head is None and _UNDERLINE.match(following) and raw.strip() and not _ITEM.match(raw):
            yield number, clean(raw), "heading"
        elif _UNDERLINE.match(raw):
            yield number, "", ""
        elif head is not None:
            yield number, clean(head[1] or head[2] or head[3] or ""), "heading"
        else:
            yield number, clean(raw), ""


def _indented(lines: list[str]) -> frozenset[int]:
    """The numbers of lines in blocks of code that are only indented: below a blank line, and not within a list."""
    found = set()
    blank, listing, code = True, False, False
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            blank = True
            continue
        deep = _INDENTED.match(raw) is not None
        code = deep and not listing and (code or blank)
        if code:
            found.add(number)
        elif _ITEM.match(raw):
            listing = True
        elif blank and not raw[0].isspace():
            listing = False
        blank = False
    return frozenset(found)


def clean(line: str) -> str:
    """Without pictures, addresses and marks of emphasis."""
    line = _LINK.sub(r"\1", _IMAGE.sub(" ", line))
    line = _ADDRESS.sub(" ", _TAG.sub(" ", line))
    return re.sub(r"\s+", " ", re.sub(r"[*`_]{1,3}(?=\w)|(?<=[\w.,!?)])[*`_]{1,3}|&nbsp;|^\s*>+\s?", " ", line)).strip()
