"""A check's page in short: what people read, without the cases that only tests need."""

from __future__ import annotations

import re

EXAMPLES = "## Examples"
_MARK = re.compile(r"\s*(?:#|//|<!--)\s*(?:expect|related|verified|unknown): .*$")
_OUTCOME = re.compile(r"^outcome: (\S+)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^(?:outcome|files|today|git): .*\n\n?", re.MULTILINE)
_GONE = re.compile(r"^(\s*)([\w.-]+): !delete\s*$")
_GONE_INSIDE = re.compile(r",?\s*([\w.-]+): !delete\s*")
_WHOLE = re.compile(r"(?<=[:\s-])\s*!replace\b(?=\s|$)|^!replace\b")
_SHOWN = ("fail", "pass")


def without_examples(doc: str) -> str:
    """The page up to its examples."""
    return doc.partition(f"\n{EXAMPLES}\n")[0].rstrip() + "\n"


def with_two_examples(doc: str) -> str:
    """The page with its first flagged and its first clean example, as a reader of the project would see them."""
    head, found, tail = doc.partition(f"\n{EXAMPLES}\n")
    if not found:
        return doc
    cases = re.split(r"^(?=### )", tail, flags=re.MULTILINE)[1:]
    chosen = [case for wanted in _SHOWN for case in [_first(cases, wanted)] if case]
    return f"{head.rstrip()}\n\n{EXAMPLES}\n\n" + "\n".join(_plain(case) for case in chosen)


def _first(cases: list[str], outcome: str) -> str | None:
    return next((case for case in cases if _outcome(case) == outcome), None)


def _outcome(case: str) -> str:
    match = _OUTCOME.search(case)
    return match[1] if match else ""


def _plain(case: str) -> str:
    title, _, body = case.partition("\n")
    said = {"fail": "flagged", "pass": "clean"}[_outcome(case)]
    lines = [_merged(_MARK.sub("", line)) for line in _DIRECTIVE.sub("", body).split("\n")]
    text = "\n".join(lines).replace("`, patch:", "` (in part):")
    text = re.sub(r"```findings\n.*?```\n", "", text, flags=re.DOTALL)
    return f"{title} ({said})\n{text.rstrip()}\n"


def _merged(line: str) -> str:
    """What an order to the merge (`!delete`, `!replace`) means to a reader of the merged file."""
    if gone := _GONE.match(line):
        return f"{gone[1]}# no `{gone[2]}` here"
    inside = _GONE_INSIDE.findall(line)
    if inside:
        return _GONE_INSIDE.sub("", line) + "".join(f"  # no `{key}`" for key in inside)
    return _WHOLE.sub("", line)
