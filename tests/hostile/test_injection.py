"""What a repository writes never becomes an escape, a command, markup or a link: in any format, from any source."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_lint.checks import load_packs
from mlops_lint.cli import run
from mlops_lint.lint import lint, lint_view
from mlops_lint.model import (
    Diagnostic,
    Evidence,
    Fix,
    Grade,
    Location,
    NotAnalysed,
    Outcome,
    Related,
    Severity,
    State,
    Unknown,
)  # fmt: skip
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.view import Commit
from mlops_lint.report import FORMATS, Options, escape, limits, render
from mlops_lint.report.sanitize import MESSAGE_LIMIT, finish
from mlops_lint.results import (
    Maturity,
    PracticeEvidence,
    PracticeReport,
    ProjectReport,
    Report,
    RunInfo,
    Suppressed,
    Waiver,
)  # fmt: skip
from mlops_lint.settings import Settings
from reports import CHECKS, diagnostic

POISON = (
    "\x1b[31m", "\x1b]8;;http://evil\x07click\x1b]8;;\x07", "\x9b31m", "\x07", "\x00", "\x7f", "\r", "\n", "\x0b",
    "\x0c", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\U000e0041", "\ud800",
    "\udcff", "\ufffe", "\n::error file=a,line=1::x", "\r::set-output name=a::b", "::add-mask::x", "%0A::error::x",
    "##[error]x", "##vso[task.x]y", "##VSO[a]", "##teamcity[x]", "</script><script>alert(1)</script>",
    "<img src=x onerror=y>", "\" onload=\"x", "' x='", "&lt;", "]]>", "<!--", "-->", "[x](http://evil)",
    "![x](http://evil)", "@everyone", "#1", "`", "```", "|", "{0}", "{n}", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)",
    "\t=1", "\\", "%s", "$(touch x)", "한글", "😀", "javascript:alert(1)",
)  # fmt: skip
FULL = bool(os.environ.get("MLOPS_LINT_HOSTILE"))
"""`just hostile`: as many examples as a night allows; otherwise as many as a pull request does."""
ANY = st.one_of(st.sampled_from(POISON), st.text(st.characters(codec=None), max_size=8))
TEXT = st.lists(ANY, max_size=8).map("".join)
ALL = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=2000 if FULL else 40)
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
COMMAND = re.compile(r"^\s*::(?!: )|##\[|##vso\[|##teamcity\[", re.IGNORECASE | re.MULTILINE)


def poisoned(text: str) -> Report:
    """A report with the text at every place where a repository's text can stand."""
    at = Location(text or "x", 3, 1, 3, 4)
    cell = Location(text or "x", 1, 1, cell=2)
    found = [
        diagnostic("MT003", text, at, help=text, related=(Related(at, text), Related(cell, text)), fix=Fix(text)),
        diagnostic("MO101", text, cell, Severity.WARNING, project=text),
        diagnostic("DE007", text, at, Severity.INFO, next_step=True),
    ]
    outcomes = (
        Outcome("MT003", State.FAIL, text),
        Outcome("MT004", State.CANNOT_TELL, text, unknowns=(Unknown(at, text, at),)),
        Outcome("BL003", State.PASS, text, Grade.LINKED, evidence=(Evidence(at, at, Grade.LINKED, text),)),
    )
    shown = PracticeReport("present", (PracticeEvidence(text, at), PracticeEvidence(text)))
    maturity = Maturity(1, "Declared", 2, ("MT003",), ("MT003",), next_level=2)
    project = ProjectReport(
        ".", text, text, maturity, outcomes, (Waiver("DE007", text, text, text),), {"has_tests": shown}, CHECKS
    )
    bare = ProjectReport(text or "sub", text, practices={"has_tests": shown}, has_charter=False)
    return Report(
        "1", RunInfo(since=text, files=2), (project, bare), tuple(found), (NotAnalysed(text, text),), (text,),
        (Suppressed(found[0], text, at),), {(at.path, None, 3): text, (at.path, 2, 1): text},
    )  # fmt: skip


def judged(written: str, name: str) -> None:
    assert not INVISIBLE.search(written), name
    if name == "github":
        lines = [line for line in written.split("\n") if line]
        assert all(re.match(r"::(error|warning|notice) [^\n]*::", line) for line in lines)
        assert not re.search(r"##(\[|vso\[)", written)
    else:
        assert not COMMAND.search(written), name
    if name in ("json", "sarif"):
        assert written.isascii()
        json.loads(written).keys()
        assert not re.search(r"(?<!\\)(?:\\\\)*\\ud[89a-f]", re.sub(r"\\ud[89ab]..\\ud[c-f]..", "", written))


@ALL
@given(TEXT)
def test_every_format(text: str) -> None:
    report = poisoned(text)
    for name in FORMATS:
        for options in (Options(), Options(verbose=True, width=60), Options(view="evidence"), Options(quiet=True)):
            judged(render(report, name, options), name)


@ALL
@given(TEXT)
def test_colour_lets_only_our_own_through(text: str) -> None:
    written = render(poisoned(text), "text", Options(color=True, verbose=True))
    assert not INVISIBLE.search(re.sub(r"\x1b\[[0-9;]*m", "", written))
    ours = {"0", "1", "2", "31", "32", "33", "34", "36"}
    assert set(re.findall(r"\x1b\[([0-9;]*)m", written)) <= ours
    assert "\x1b]" not in written


def test_every_format_has_a_file_and_a_number_of_commands() -> None:
    plain = render(poisoned("harmless"), "github").count("\n")
    for text in POISON:
        assert render(poisoned(text), "github").count("\n") == plain


@ALL
@given(TEXT)
def test_html_and_xml(text: str) -> None:
    class Reader(HTMLParser):
        tags: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            assert dict(attrs).get("title") == escape.terminal(text)

    reader = Reader()
    reader.tags = []
    reader.feed(f'<p title="{escape.html_attribute(text)}">{escape.html_text(text)}</p>')
    assert reader.tags == ["p"]
    root = ET.fromstring(f'<p a="{escape.xml_attribute(text)}">{escape.xml_text(text)}</p>')
    assert (root.text or "") == root.get("a")
    assert html.unescape(escape.html_text(text)) == escape.terminal(text)


@ALL
@given(TEXT)
def test_markdown(text: str) -> None:
    written = escape.markdown(text)
    assert html.unescape(written) == escape.terminal(text)
    assert not set(re.sub(r"&#\d+;", "", written)) & set("<>[]()`*_|@#:&\\\n")
    code = escape.markdown_code(text)
    fence = re.match("`+", code)
    assert fence
    inner = code[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inner)
    assert not set(code) & set("|\n")


@ALL
@given(TEXT, TEXT)
def test_csv(one: str, two: str) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerow([escape.csv_cell(one), escape.csv_cell(two)])
    (row,) = csv.reader(io.StringIO(stream.getvalue()))
    assert len(row) == 2
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


@ALL
@given(TEXT)
def test_commands(text: str) -> None:
    assert not set(escape.github(text)) & set("\r\n")
    assert not set(escape.github_property(text)) & set("\r\n:,")
    assert not set(escape.azure(text)) & set("\r\n")
    assert not set(escape.azure_property(text)) & set("\r\n;]")
    assert not re.search("%(?!AZP25|0D|0A|3B|5D)", escape.azure_property(text))


@ALL
@given(TEXT)
def test_every_escaper_leaves_nothing_that_acts_on_a_terminal(text: str) -> None:
    for name, function in escape.ESCAPERS.items():
        assert not INVISIBLE.search(function(text)), name
    assert not INVISIBLE.search(finish(text))


_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@ALL
@given(st.recursive(TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=5))
def test_json_says_the_same(content: object) -> None:
    def whole(value: object) -> object:
        if isinstance(value, str):
            joined = _PAIR.sub(lambda two: two[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), value)
            return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", joined)
        if isinstance(value, list):
            return [whole(item) for item in value]
        return {whole(key): whole(item) for key, item in value.items()} if isinstance(value, dict) else value

    assert json.loads(escape.json(content)) == whole(content)


CHARTER = """\
charter: 1
project: {{name: {0}, summary: {0}, owner: {0}, archetype: {0}, stage: {0}}}
goal: {{problem: {0}, outcome: {0}, task: {0}}}
metric: {{name: {0}, target: {0}, computed_in: {0}, recorded_in: {0}}}
baseline: {{kind: {0}, implemented_in: {0}}}
{0}: {0}
waivers: [{{check: {0}, reason: {0}, owner: {0}, expires: {0}}}]
"""


@settings(parent=ALL, max_examples=500 if FULL else 6)
@given(TEXT)
def test_repositories(text: str) -> None:
    """Names, a charter, a notebook, code, CI and authors that are all poison, through the whole linter."""
    quoted = json.dumps(text)
    name = re.sub(r"[\x00/\\]", "_", text)[:80].strip(". ") or "x"
    cells = [{"cell_type": "code", "source": [f"import {text}\n", text], "metadata": {}, "outputs": []}]
    files: dict[str, str | bytes] = {
        "mlproject.yaml": CHARTER.format(quoted).encode("utf-8", "replace"),
        "src/train.py": f"import pandas\nx = {text!r}\nopen({text!r})\n# mlops-lint: ignore[{text}] {text}\n".encode(
            "utf-8", "surrogatepass"),
        f"src/{name}.py": f"{text}(".encode("utf-8", "replace"),
        f"{name}/mlproject.yaml": text.encode("utf-8", "replace"),
        "a.ipynb": json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}),
        ".github/workflows/ci.yml": f"on: push\njobs: {{a: {{steps: [{{run: {quoted}, name: {quoted}}}]}}}}".encode(
            "utf-8", "replace"),
        "requirements.txt": text.encode("utf-8", "replace"),
        "README.md": f"# {text}".encode("utf-8", "replace"),
        "CODEOWNERS": f"* {text}".encode("utf-8", "replace"),
    }  # fmt: skip
    commit = Commit("a" * 40, text, text, datetime.date(2026, 1, 1), text, ("src/train.py",))
    view = MemoryView(files, name=text or "x", commits=[commit])
    view.note(text, f"git: {text}")
    report = lint_view(view, Settings(today=datetime.date(2026, 11, 20)), REGISTRY)
    for form in FORMATS:
        judged(render(report, form, Options(verbose=True)), form)
    judged(render(report, "text", Options(view="evidence", verbose=True)), "text")


REGISTRY = load_packs()


def test_what_git_complains_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A git folder whose own complaint carries escapes, and an author whose name does."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "train.py").write_text("import pandas\n")
    bad = "\x1b]8;;http://evil\x07A\u202e ::error::x"
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", f"user.name={bad}", "-c", "user.email=a", "commit", "-qm", bad],
    ):
        subprocess.run(["git", *words], cwd=root, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})
    (root / ".git" / "HEAD").write_text(f"ref: refs/heads/{bad}\n")
    (root / ".git" / "index").write_bytes(b"DIRC\n::error::x\x1b[31m" * 9)
    for name in FORMATS:
        run([str(root), "-v", "--output-format", name])
        judged(capsys.readouterr().out, name)


@pytest.mark.parametrize(
    "words", [["\x1b[31m\n::error::x"], ["--select", "\x1b[31m\n::error::x"], ["rule", "\u202ex\x07"]]
)
def test_what_is_wrong_with_the_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    shown = capsys.readouterr().err
    assert not INVISIBLE.search(shown)
    assert shown.count("\n") == 1


def test_a_traceback_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlops_lint.cli import execute

    def fail(*_: object) -> Report:
        raise ValueError("\x1b]8;;http://evil\x07\u202e\n::error::x")

    monkeypatch.setattr(execute, "_lint", fail)
    assert run([str(tmp_path), "--debug", "--no-cache"]) == 2
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert not INVISIBLE.search(shown)
    assert not COMMAND.search(shown)


def many(count: int, codes: int = 1) -> tuple[Diagnostic, ...]:
    return tuple(
        diagnostic(f"X{number % codes:03}", f"m{number}", Location("a.py", number + 1)) for number in range(count)
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("options", [Options(), Options(quiet=True), Options(verbose=True)])
def test_findings_have_a_limit_that_is_told(name: str, options: Options) -> None:
    report = Report("1", RunInfo(), (ProjectReport(".", "p"),), many(1234))
    written = render(report, name, options)
    assert re.search(r"1224 more|234 more", written)
    assert written.count("m1001") + written.count("m1233") == 0


def test_a_run_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits.PER_CHECK, limits.PER_RUN, MESSAGE_LIMIT) == (1000, 50_000, 500)
    shown = limits.limited(Report("1", RunInfo(), diagnostics=many(60_000, 60)))
    assert len(shown.diagnostics) == 50_000
    assert sum(count for _, count in shown.more) == 10_000


def test_long_texts_are_clipped_everywhere() -> None:
    long = "x" * 100_000
    report = poisoned(long)
    bare = [replace(d, project=".") for d in report.diagnostics]
    short = replace(report, diagnostics=tuple(
        replace(d, finding=replace(d.finding, place=Location("a"), related=())) for d in bare),
        not_analysed=(NotAnalysed("a", long),), suppressed=(), sources={("a", None, 1): long},
        run=RunInfo(), projects=(replace(report.projects[0], outcomes=()),))  # fmt: skip
    short = replace(short, projects=(replace(short.projects[0], practices={}),))
    for name in FORMATS:
        assert not re.search("x{501}", render(short, name, Options(verbose=True))), name


def test_lists_have_a_limit() -> None:
    at = Location("a.py")
    places = tuple(PracticeEvidence("d", at) for _ in range(3000))
    gaps = tuple(NotAnalysed(f"f{n}", "is large") for n in range(3000))
    unknowns = tuple(Unknown(at, "r", at) for _ in range(3000))
    project = ProjectReport(
        ".", "p", outcomes=(Outcome("X001", State.CANNOT_TELL, unknowns=unknowns),),
        practices={"has_ci": PracticeReport("present", places)})  # fmt: skip
    found = diagnostic(related=tuple(Related(at, "r") for _ in range(3000)))
    report = Report(
        "1",
        RunInfo(),
        (project,),
        (found,),
        gaps,
        suppressed=tuple(Suppressed(diagnostic(), "r", at) for _ in range(3000)),
    )
    for name in FORMATS:
        assert len(render(report, name, Options(verbose=True))) < 20_000_000
    written = render(report, "json")
    assert written.count("and 2000 more") == 3
    assert "2000 more of set aside" in written


def test_a_whole_run_is_harmless_for_real(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\n::error::x.py").write_text("x = (")
    report = lint(tmp_path, Settings(cache=False, isolated=True))
    for name in FORMATS:
        judged(render(report, name), name)
