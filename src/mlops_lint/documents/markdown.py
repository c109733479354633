"""Headings of a Markdown page with the anchors that GitHub gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")
_ANCHOR = re.compile(r"""<a\s[^<>]{0,200}?(?:id|name)=["']([^"'<>]+)["']""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """`slug` is the anchor without its `#`; an explicit `<a id>` counts as a heading of its own."""

    slug: str
    text: str
    line: int


def slugify(text: str) -> str:
    """The anchor that GitHub makes of a heading's text, before numbers tell repeated ones apart."""
    bare = re.sub(r"[*`]|<[^<>]*>", "", _LINK.sub(r"\1", text)).strip().lower()
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


def headings(text: str) -> list[Heading]:
    """Headings in the order of the page; code fences are passed over, repeated slugs get `-1`, `-2`."""
    found: list[Heading] = []
    seen: dict[str, int] = {}
    for title, line in _titles(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        slug = slugify(title)
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.append(Heading(f"{slug}-{count}" if count else slug, title, line))
    for match in _ANCHOR.finditer(text):
        found.append(Heading(match[1], match[1], text.count("\n", 0, match.start()) + 1))
    return sorted(found, key=lambda heading: heading.line)


def _titles(lines: list[str]) -> list[tuple[str, int]]:
    titles: list[tuple[str, int]] = []
    fence = ""
    previous = ""
    for number, line in enumerate(lines, 1):
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence):
                fence = ""
            continue
        if marker:
            fence = marker[1]
        elif len(line) <= 1000 and (heading := _HEADING.fullmatch(line)):
            titles.append(((heading[2] or "").strip(), number))
        elif _UNDERLINE.fullmatch(line) and previous.strip() and not previous.lstrip().startswith(("-", "|", ">")):
            titles.append((previous.strip(), number - 1))
        previous = "" if marker or line.lstrip().startswith("#") else line
    return titles
