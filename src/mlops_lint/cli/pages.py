"""A check's page for a terminal, and the table of all checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlops_lint.report.canvas import Canvas, Span, pad
from mlops_lint.report.escape import json as dumps
from mlops_lint.report.excerpt import with_two_examples
from mlops_lint.report.sanitize import finish
from mlops_lint.results import CheckInfo

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_BEGINS = re.compile(r"#|\s*(?:[-*]\s|\d+\.\s|\|)")
"""How a line begins that does not go on with the one before."""
LEGEND = (
    "In these examples `!replace` puts a whole block in the place of the example's, `!delete` takes a key away, "
    "and `expect`, `related`, `verified` and `unknown` say what is reported there."
)
_INLINE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")


def as_json(checks: Sequence[CheckInfo], *, one: bool) -> str:
    """One object, or a list of them."""
    rows = [
        {
            "code": check.code,
            "name": check.name,
            "level": check.level,
            "gate": check.gate,
            "severity": check.severity.value,
            "dimension": check.dimension,
            "summary": check.summary,
            "doc": check.doc,
        }
        for check in checks
    ]
    return dumps(rows[0] if one else rows)


def table(checks: Sequence[CheckInfo], *, color: bool, width: int | None = None) -> str:
    """One line a check: code, name, level, whether it is a gate, what it finds; wrapped on a terminal."""
    canvas = Canvas(color=color, width=width)
    broad = max((len(check.name) for check in checks), default=0)
    for check in checks:
        style = check.severity.value
        gate = "gate" if check.gate else "    "
        canvas.prose(
            (pad(check.code, 6), "strong"),
            f" {pad(check.name, broad)}  level {check.level} {gate}  ",
            (pad(style, 7), style),
            f"  {check.summary}",
            indent=7,
        )
    return finish(canvas.text(), color=color)


def page(check: CheckInfo, *, color: bool, width: int | None, examples: bool = False) -> str:
    """The page, wrapped where there is a terminal; with two of its examples, or with all as they are written."""
    canvas = Canvas(color=color, width=width)
    fence = ""
    doc = check.doc or f"# `{check.name}` ({check.code})\n\n{check.summary}\n"
    doc = doc if examples else with_two_examples(doc)
    for line in doc.split("\n") if width is None else _unwrapped(doc):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif fence:
            canvas.line("    ", (line, "place"))
        elif heading := re.match(r"#+\s+(.*)", line):
            canvas.blank()
            canvas.line((heading[1].replace("`", ""), "strong"))
        elif not line.strip():
            canvas.blank()
        else:
            canvas.prose(*_spans(line), indent=len(line) - len(line.lstrip(" -*")))
    kind = f"{check.severity.value}, {'a gate of' if check.gate else 'at'} level {check.level}, {check.dimension}"
    canvas.blank()
    if examples:
        canvas.prose((LEGEND, "quiet"))
    canvas.line((f"{check.code} · {kind}", "quiet"))
    return finish(canvas.text(), color=color)


def _unwrapped(doc: str) -> Iterator[str]:
    """The page's lines, each paragraph and each item of a list as one, so that it wraps anew."""
    held, fence = "", ""
    for line in doc.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and held and line.strip() and not _BEGINS.match(line):
            held = f"{held} {line.strip()}"
            continue
        if held:
            yield held
        held = "" if mark or fence or not line.strip() or line.startswith("#") else line
        if not held:
            yield line
    if held:
        yield held


def _spans(line: str) -> Iterator[Span]:
    for part in _INLINE.split(line):
        if part.startswith("**") and part.endswith("**") and len(part) > 4:
            yield (part[2:-2], "strong")
        elif part.startswith("`") and part.endswith("`") and len(part) > 2:
            yield (part, "place")
        else:
            yield part
