"""The parser of pages: every convention, and that no Markdown makes it do anything but give cases or a PageError."""

from __future__ import annotations

import ast
import datetime
import json
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.model import Edit, Evidence, Finding, Fix, Grade, Kind, Location, Outcome, Related, State, Unknown
from mlops_lint.testing import Case, Mark, PageError, cases, faults, stock_files, verify

TICKS = "```"


def page(body: str) -> str:
    return f"# `a-name` (AA001)\n\nA sentence.\n\n## Examples\n\n{body}".replace("'''", TICKS)


def one(body: str) -> Case:
    (case,) = cases(page(f"### A case\n\n{body}"))
    return case


def test_a_file_and_its_mark() -> None:
    case = one("outcome: fail\n\n`a.py`:\n\n'''python\nx = 1\ny = 2  # expect: AA001 \"two\"\n'''\n")
    assert case.files == {"a.py": b"x = 1\ny = 2\n"}
    assert case.marks == (Mark("a.py", 2, "AA001", "expect", None, "two"),)
    assert (case.outcome, case.today) == ("fail", datetime.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("row", "rest", "kinds"),
    [
        ("x  # expect: AA001, AA001", "x", ["expect", "expect"]),
        ("x  # expect: AA001 # related: AA001", "x", ["expect", "related"]),
        ("x  // verified: AA001", "x", ["verified"]),
        ("x <!-- unknown: AA001 -->", "x", ["unknown"]),
        ("x  # keep # expect: AA001", "x  # keep", ["expect"]),
        ("# we expect: nothing", "# we expect: nothing", []),
    ],
)
def test_marks_are_stripped(row: str, rest: str, kinds: list[str]) -> None:
    outcome = "fail" if "expect" in kinds else "pass"
    case = one(f"outcome: {outcome}\n\n`a.txt`:\n'''\n{row}\n'''\n")
    assert case.files["a.txt"].decode() == f"{rest}\n"
    assert [mark.kind for mark in case.marks] == kinds


def test_a_mark_alone_means_the_next_line() -> None:
    case = one("outcome: fail\n`Dockerfile`:\n'''\nFROM x\n# expect: AA001\nRUN y\n'''\n")
    assert case.files["Dockerfile"] == b"FROM x\nRUN y\n"
    assert case.marks[0].line == 2


def test_a_patch_merges_and_marks_follow() -> None:
    case = one(
        "outcome: fail\n`mlproject.yaml`, patch:\n'''yaml\n"
        "charter: 1  # related: AA001\nproject: {stage: prototype}\nmetric:\n  name: f1  # expect: AA001\n  k: 0.50\n"
        "fairness: !delete\ndata:\n  labels: !replace {status: none}\n  sources:\n    - path: a.csv  # related: AA001\n"
        "      versioned_with: git\n'''\n"
    )
    text = case.files["mlproject.yaml"].decode()
    charter = yaml.safe_load(text)
    assert charter["metric"] == {"name": "f1", "target": 0.6, "recorded_in": "metrics/eval.json#/test/recall", "k": 0.5}
    assert "fairness" not in charter
    assert charter["project"]["stage"] == "prototype"
    assert charter["data"]["labels"] == {"status": "none"}
    rows = text.split("\n")
    shown = [(mark.kind, rows[mark.line - 1].strip()) for mark in case.marks]
    assert shown == [("related", "charter: 1"), ("expect", "name: f1"), ("related", "- path: a.csv")]
    assert "k: 0.50" in text


def test_a_notebook_is_written_in_percent_format() -> None:
    case = one(
        "outcome: fail\n`n.ipynb`:\n'''python\n# %% [markdown]\n# # Title\n# %%\nimport a\n\n"
        "a.f()  # expect: AA001\n\n'''\n"
    )
    book = json.loads(case.files["n.ipynb"])
    assert [cell["cell_type"] for cell in book["cells"]] == ["markdown", "code"]
    assert book["cells"][0]["source"] == ["# Title"]
    assert book["cells"][1]["source"] == ["import a\n", "\n", "a.f()"]
    assert case.marks == (Mark("n.ipynb", 3, "AA001", "expect", 2),)


def test_a_findings_fence() -> None:
    case = one(
        "outcome: fail\n`m.json`:\n'''json\n{}\n'''\n'''findings\nm.json:1 AA001 \"x\"\nm.json:2:3 AA001 related\n'''\n"
    )
    assert case.marks == (Mark("m.json", 1, "AA001", "expect", None, "x"), Mark("m.json", 3, "AA001", "related", 2))


def test_a_finding_may_stand_on_a_file_that_is_missing() -> None:
    case = one("outcome: fail\n'''findings\nmlproject.yaml:1 AA001\n'''\n")
    assert case.marks == (Mark("mlproject.yaml", 1, "AA001"),)


def test_history_projects_and_states_of_files() -> None:
    case = one(
        "outcome: pass\ntoday: 2027-01-02\nignored: data/x.csv\non-disk: data/x.csv\n"
        "`a.py`:\n'''\n1\n'''\n`new.py`, untracked:\n'''\n1\n'''\n`p.bin`, base64:\n'''\nAAE=\n'''\n"
        "`p.bin`, blob:\n'''\npointer\n'''\n`out.csv`, ignored:\n'''\n1\n'''\n"
        "#### commit 2026-01-01 kim <kim@x.example>: start\n`b.py`:\n'''\n1\n'''\n"
        "#### commit 2026-02-01 lee\nremoved: b.py\n`a.py`:\n'''\n2\n'''\n"
    )
    assert case.files == {"a.py": b"2\n", "new.py": b"1\n", "p.bin": b"\x00\x01"}
    assert [sorted(commit.files) for commit in case.commits] == [["a.py", "b.py", "new.py", "p.bin"], ["a.py", "b.py"]]
    assert (case.commits[0].subject, case.commits[1].files["b.py"]) == ("start", None)
    assert case.untracked == {"new.py"}
    assert case.ignored == {"data/x.csv", "out.csv"} == case.on_disk
    assert case.blobs == {"p.bin": b"pointer\n"}


def test_projects_of_a_monorepo() -> None:
    case = one(
        "outcome: pass\n#### project: a\noutcome: fail\n`mlproject.yaml`, patch:\n'''\n"
        "charter: 1  # expect: AA001\n'''\n`//ci.yml`:\n'''\nx\n'''\n#### project: b\nfiles: stock\n"
    )
    assert {"a/mlproject.yaml", "b/mlproject.yaml", "ci.yml"} <= case.files.keys()
    assert (case.outcome, case.outcomes) == ("pass", {"a": "fail"})


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("`a.py`:\n'''\nx\n'''\n", 7, "states no outcome"),
        ("outcome: good\n", 9, "unknown outcome"),
        ("outcome: pass\n'''\nx\n'''\n", 10, "needs a line"),
        ("outcome: pass\n`a.py`:\n\ntext\n", 10, "no fence after"),
        ("outcome: pass\n`a.py`, fixd:\n'''\nx\n'''\n", 10, "unknown word"),
        ("outcome: pass\n`../a.py`:\n'''\nx\n'''\n", 10, "not a path inside"),
        ("outcome: pass\n`a.py`:\n'''\nx\n", 11, "never closed"),
        ("outcome: fail\n`a.py`:\n'''\nx\n'''\n", 7, "needs an `expect` mark"),
        ("outcome: fail\n`a.py`:\n'''\nx\ny  # expect: AA001 two\n'''\n", 13, "mark not understood"),
        ("outcome: fail\n`a.py`:\n'''\nx\n# expect: AA001\n'''\n", 12, "no line below"),
        ("outcome: fail\n'''findings\nhello\n'''\n", 11, "not `path"),
        ("outcome: fail\n'''findings\nm.json:2 AA001\n'''\n", 7, "no file of it"),
        ("outcome: pass\ntoday: 2026-13-01\n", 10, "not a date"),
        ("outcome: pass\n`mlproject.yaml`, patch:\n'''\ncharter: [\n'''\n", 13, "no YAML"),
        ("outcome: pass\n`mlproject.yaml`, patch:\n'''\nx: 1\nx: 2\n'''\n", 13, "twice"),
        ("outcome: pass\n#### something\n", 10, "a heading in a case"),
    ],
)
def test_a_broken_page_names_its_line(body: str, line: int, message: str) -> None:
    with pytest.raises(PageError, match=message) as error:
        one(body)
    assert error.value.line == line


ROWS = st.sampled_from(
    """## Examples|### A|### Near miss: b|outcome: pass|outcome: fail|`a.py`:|`mlproject.yaml`, patch:|`n.ipynb`:|```|
    ```python|````|~~~|```findings|a.py:1 AA001|x  # expect: AA001|# %%|a: !delete|metric: {name: f1}|files: stock|
    #### commit 2026-01-01 kim|#### project: a|removed: a.py|today: x|""".replace("\n    ", "").split("|")
)


@given(st.lists(st.one_of(ROWS, st.text(max_size=30)), max_size=40))
def test_any_markdown_gives_cases_or_a_page_error(rows: list[str]) -> None:
    text = "\n".join(rows)
    try:
        found = cases(text)
    except PageError as error:
        assert 1 <= error.line <= len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))  # noqa: PT017
        return
    for case in found:
        assert all(mark.path in case.files or mark.line == 1 for mark in case.marks)


@given(st.text(alphabet='xyz #:\n\t"', max_size=200))
def test_a_file_without_marks_is_kept_to_the_letter(text: str) -> None:
    case = one(f"outcome: pass\n`a.txt`:\n~~~~~\n{text}\n~~~~~\n")
    assert case.files["a.txt"].decode() == f"{text}\n"


def test_the_stock_project_fits_its_charter() -> None:
    files = stock_files()
    charter = yaml.safe_load(files["mlproject.yaml"])
    results = json.loads(files["metrics/eval.json"])
    assert results["test"]["recall"] > charter["metric"]["target"] > results["baseline"]["recall"]
    assert f"{charter['model']['path']}.dvc" in files
    assert all(f"{source['path']}.dvc" in files for source in charter["data"]["sources"])
    for path, data in files.items():
        if path.endswith(".py"):
            ast.parse(data)


@dataclass
class FakeCheck:
    doc: str
    code: str = "AA001"
    name: str = "a-name"


def runner(outcome: Outcome) -> Any:
    return lambda repo, code, case: {"": outcome}


FLAGGED = "outcome: fail\n`a.py`:\n'''\nx = 1  # expect: AA001 \"one\"\ny = 2  # related: AA001\n'''\n"


def flagged(line: int = 1, message: str = "this is one", *, fix: Fix | None = None) -> Outcome:
    related = (Related(Location("a.py", 2), "there"),)
    finding = Finding(Location("a.py", line), Kind.DEFECT, message, related=related, fix=fix)
    return Outcome("AA001", State.FAIL, findings=(finding,))


def check_it(body: str, outcome: Outcome) -> None:
    pytest.importorskip("mlops_lint.repo.memory")
    verify(FakeCheck(""), one(body), None, runner(outcome))


def test_verify_accepts_what_the_page_says() -> None:
    check_it(FLAGGED, flagged())


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (flagged(2), "found, not expected: a.py:2"),
        (flagged(message="other"), 'expected, not found: a.py:1 "one"'),
        (Outcome("AA001", State.PASS), "outcome: expected fail, found pass"),
        (Outcome("AA001", State.CANNOT_TELL, unknowns=(Unknown(Location("a.py"), "dim"),)), "unknown: a.py:1 dim"),
    ],
)
def test_verify_shows_what_differs(outcome: Outcome, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_it(FLAGGED, outcome)


def test_verify_holds_evidence_and_unknowns() -> None:
    body = "outcome: pass\n`a.py`:\n'''\nx\ny  # verified: AA001\n'''\n"
    evidence = Evidence(Location("a.py", 1), Location("a.py", 2), Grade.LINKED)
    check_it(body, Outcome("AA001", State.PASS, evidence=(evidence,)))
    with pytest.raises(AssertionError, match="verified, not found"):
        check_it(body, Outcome("AA001", State.PASS))


def test_verify_applies_the_fix() -> None:
    fix = Fix("two", (Edit(Location("a.py", 1, 5, 1, 6), "2"),))
    check_it(f"{FLAGGED}`a.py`, fixed:\n'''\nx = 2\ny = 2\n'''\n", flagged(fix=fix))
    with pytest.raises(AssertionError, match=r"\+x = 2"):
        check_it(f"{FLAGGED}`a.py`, fixed:\n'''\nx = 3\ny = 2\n'''\n", flagged(fix=fix))


def test_a_page_is_whole() -> None:
    body = f"### Bad\n{FLAGGED}### Near miss: good\noutcome: pass\n"
    assert faults(FakeCheck(page(body))) == []
    assert faults(FakeCheck(page("### Good\noutcome: pass\n"))) == [
        "no case with `outcome: fail`",
        "no case whose title begins with `Near miss:`",
    ]
    assert faults(FakeCheck("x\n")) != []
