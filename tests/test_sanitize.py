"""What a repository wrote never becomes an escape, a command, markup or a link."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.model import Location, Related, Severity
from mlops_lint.report import FORMATS, Options, render
from mlops_lint.report.github import escape, escape_property
from mlops_lint.report.sanitize import clean, clip, finish, width
from mlops_lint.report.sarif import uri
from mlops_lint.results import ProjectReport, Report, RunInfo
from reports import diagnostic

HOSTILE = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("\x1b\x07\x9b\x7f\r\n\u2028\u202e\u200b:%,#[]{}(`<>@|\ud800"))
)


def report_of(text: str) -> Report:
    found = diagnostic(
        message=text,
        place=Location(text, 1, 1),
        severity=Severity.ERROR,
        help=text,
        related=(Related(Location(text, 2, 1), text),),
    )
    return Report("1", RunInfo(), (ProjectReport(".", text),), (found,), sources={(text, None, 1): text})


def is_harmless(text: str) -> bool:
    return all(
        character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in text
    ) and not any("\u202a" <= character <= "\u202e" for character in text)


@given(HOSTILE)
def test_clean_leaves_one_harmless_line(text: str) -> None:
    assert "\n" not in clean(text)
    assert is_harmless(clean(text))
    assert clean(clean(text)) == clean(text)


@given(HOSTILE)
def test_every_format_is_harmless(text: str) -> None:
    report = report_of(text)
    for name in FORMATS:
        assert is_harmless(render(report, name)), name


@given(HOSTILE)
def test_machine_formats_parse_and_are_ascii(text: str) -> None:
    for name in ("json", "sarif"):
        written = render(report_of(text), name)
        assert written.isascii()
        json.loads(written)


@given(HOSTILE)
def test_github_writes_one_command_a_finding(text: str) -> None:
    lines = render(report_of(text), "github").split("\n")
    assert len(lines) == 2
    assert lines[0].startswith("::error file=")
    assert lines[1] == ""


@given(HOSTILE)
def test_plain_formats_hold_no_runner_commands(text: str) -> None:
    for name in ("text", "concise"):
        written = render(report_of(f"::{text}##[group]##vso[task]"), name)
        assert "##[" not in written
        assert "##vso[" not in written
        assert not any(line.lstrip().startswith("::") and "::: " not in line for line in written.split("\n"))


@given(HOSTILE)
def test_properties_cannot_be_left(text: str) -> None:
    assert not set(escape_property(text)) & set(":,\r\n")
    assert not set(escape(text)) & set("\r\n")


def test_github_escapes() -> None:
    assert escape("50 %\r\n::error::x") == "50 %25%0D%0A::error::x"
    assert escape_property("a:b,c") == "a%3Ab%2Cc"


def test_escapes_are_written_out() -> None:
    assert clean("a\x1b[31mb\u202ec\U000e0041") == r"a\x1b[31mb\u202ec\U000e0041"


def test_only_our_colours_pass() -> None:
    assert finish("\x1b[31mred\x1b[0m \x1b]8;;x\x07", color=True) == "\x1b[31mred\x1b[0m \\x1b]8;;x\\x07"
    assert finish("\x1b[31mred") == "\\x1b[31mred"


def test_colour_codes_of_a_repository_do_not_pass_in_a_coloured_report() -> None:
    assert "\x1b[5m" not in render(report_of("\x1b[5mblink"), "text", Options(color=True))


@given(HOSTILE)
def test_uris_stay_below_the_root(text: str) -> None:
    path = uri(f"../{text}")
    assert not path.startswith("/")
    assert ".." not in path.split("/")
    assert ":" not in path
    assert path.isascii()


def test_long_values_are_clipped() -> None:
    assert len(clip("x" * 10_000)) == 500
    assert len(render(report_of("x" * 10_000), "concise")) < 11_000


def test_wide_characters_take_two_columns() -> None:
    assert width("ab") == 2
    assert width("한글") == 4
    assert width("e\u0301") == 1
