"""What goes out: whatever the repository's words are, a report stays one report of its format."""

from __future__ import annotations

import json
import re
import unicodedata

from mlops_lint.model import (
    Diagnostic,
    Edit,
    Finding,
    Fix,
    Kind,
    Location,
    NotAnalysed,
    Outcome,
    Related,
    Severity,
    State,
)
from mlops_lint.report import FORMATS, Options, render
from mlops_lint.report.escape import uri
from mlops_lint.report.sanitize import clean, clip, finish, width
from mlops_lint.results import (
    Maturity,
    PracticeEvidence,
    PracticeReport,
    ProjectReport,
    Report,
    RunInfo,
    Suppressed,
    Waiver,
)

_OURS = re.compile(r"\x1b\[[0-9;]*m")
_MACHINE = ("json", "sarif")


def hostile(data: bytes) -> str:
    """Text as paths and JSON can hold it: by the first byte from UTF-8 with stray bytes, or with halves of pairs."""
    if data[:1] < b"\x80":
        return data[1:].decode("utf-8", "surrogateescape")
    return data[1:].decode("utf-16-le", "surrogatepass" if len(data) % 2 else "replace")


def harmless(text: str) -> bool:
    """No control character but line feeds, no half of a pair, no separator of lines, nothing that turns direction."""
    return not any(_acts(character) for character in set(text))


def _acts(character: str) -> bool:
    if character == "\n":
        return False
    bidirectional = (
        "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" or character in "\u200e\u200f"
    )
    return bidirectional or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def sanitiser(data: bytes) -> None:
    """One harmless line, a harmless block, and nothing to clean a second time."""
    text = hostile(data)
    line = clean(text)
    assert "\n" not in line
    assert harmless(line)
    assert clean(line) == line
    assert len(clip(text)) <= 500
    block = finish(text)
    assert harmless(block)
    assert not any(row.lstrip().startswith("::") and "::: " not in row for row in block.split("\n"))
    assert "##[" not in block
    assert "##vso[" not in block
    assert harmless(_OURS.sub("", finish(text, color=True)))
    assert width(line) >= 0
    path = uri(text)
    assert path.isascii()
    assert not path.startswith("/")
    assert ".." not in path.split("/")


def report_of(text: str, number: int) -> Report:
    """A report that says `text` in every place where a repository has a say."""
    place = Location(text, number or 1, number + 1, number or 1, number + 3)
    finding = Finding(
        place,
        Kind.FALSE_CLAIM,
        text,
        text,
        (Related(Location(text, 2, 1), text), Related(place, text)),
        Fix(text, (Edit(place, text),)),
    )
    found = Diagnostic("MT003", "metric-not-computed", Severity.ERROR, finding, ".", "0" * 32)
    cell = Location(text, 1, 1, cell=number + 1)
    noted = Diagnostic("MO101", "unseeded-split", Severity.WARNING, Finding(cell, Kind.DEFECT, text, text), ".", "1")
    project = ProjectReport(
        ".",
        text,
        text,
        Maturity(0, "Undeclared", 1),
        (Outcome("MT003", State.FAIL, text, findings=(finding,)), Outcome("MT004", State.CANNOT_TELL, text)),
        (Waiver(text, text, text, text),),
        {"has_tests": PracticeReport("present", (PracticeEvidence(text, place),))},
    )
    return Report(
        "1",
        RunInfo(commit=None, since=text or None),
        (project,),
        (found, noted),
        (NotAnalysed(text, text),),
        (text,),
        (Suppressed(found, text, place),),
        {(text, None, number or 1): text},
    )


def writers(data: bytes) -> None:
    """Every format in every dress: harmless, and what a machine reads parses."""
    report = report_of(hostile(data), len(data) % 7)
    for name in FORMATS:
        written = render(report, name, Options(verbose=True))
        assert harmless(written), name
        assert written.endswith("\n"), name
        if name in _MACHINE:
            assert written.isascii(), name
            json.loads(written)
    assert all(line.startswith("::") for line in render(report, "github").split("\n")[:-1])
    for options in (Options(color=True, width=40, verbose=True), Options(view="evidence"), Options(lang="ko")):
        assert harmless(_OURS.sub("", render(report, "text", options)))
