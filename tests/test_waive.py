"""`mlops-lint waive`: one item more, every other byte as it was; `why` and `roadmap` on a small project."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint.cli.commands import run
from mlops_lint.documents.node import plain
from mlops_lint.documents.yaml import parse_yaml
from mlops_lint.errors import UsageError
from mlops_lint.waiving import NewWaiver, added

TODAY = datetime.date(2026, 11, 20)
CHURN = Path(__file__).parents[1] / "examples" / "churn"
WAIVER = NewWaiver("DE007", "a weekly batch has nothing to canary", "2027-03-01", "@acme/ml")
ITEM = {"check": "DE007", "reason": WAIVER.reason, "owner": "@acme/ml", "expires": "2027-03-01"}
HEAD = "charter: 1  # kept\nproject: {name: a}   # kept, too\n"
OLD = "  - check: MT005\n    reason: two data refreshes are due  # why\n    owner: kim\n    expires: 2027-01-01\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD.rstrip("\n"),
        HEAD + "\n\n",
        HEAD + "...\n",
        HEAD.replace("\n", "\r\n"),
        HEAD + "waivers:\n" + OLD,
        HEAD + "waivers:\n" + OLD + "# about tests\ntests: []\n",
        HEAD + "waivers:\n" + OLD + "\n\n  # the end\n\ntests: []\n",
        HEAD + "waivers:\n" + OLD.replace("  - ", "- ").replace("    ", "  ") + "tests: []\n",
        HEAD + "waivers: [{check: MT005, reason: two data refreshes are due, owner: kim, expires: 2027-01-01}]\n",
        HEAD + "waivers: []  # none\ntests: []\n",
        HEAD + "waivers:\ntests: []\n",
        HEAD + "waivers: null\n",
    ],
)
def test_one_item_more(text: str) -> None:
    changed = added(text, WAIVER)
    before, after = plain(parse_yaml(text.encode())), plain(parse_yaml(changed.encode()))
    assert after == {**before, "waivers": [*(before.get("waivers") or []), ITEM]}
    kept = [line for line in text.split("\n") if "#" in line]
    assert all(line.rstrip("\r") in changed.replace(" \n", "\n") or "none" in line for line in kept)
    assert ("\r\n" in changed) == ("\r\n" in text)


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "waivers: {a: 1}\n", "waivers: &x\n  - 1\nb: *x\n"])
def test_what_is_not_understood_is_left(text: str) -> None:
    with pytest.raises(UsageError):
        added(text, WAIVER)


def test_a_second_waiver_of_a_check_is_refused() -> None:
    with pytest.raises(UsageError, match="line 4"):
        added(HEAD + "waivers:\n" + OLD.replace("MT005", "DE007"), WAIVER)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=10, max_size=60))
def test_any_reason_is_written_as_it_is(reason: str) -> None:
    changed = added(HEAD, NewWaiver("DE007", reason, "2027-03-01", "kim"))
    assert plain(parse_yaml(changed.encode()))["waivers"][0]["reason"] == reason


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"check": "CH001"}, "cannot be waived"),
        ({"reason": "short"}, "10 characters"),
        ({"reason": "two\nlines of reason"}, "one line"),
        ({"until": "next year"}, "date like"),
        ({"until": "20270101"}, "date like"),
        ({"until": "2026-11-19"}, "passed"),
        ({"owner": " "}, "owner"),
    ],
)
def test_what_would_not_be_in_force_is_refused(fields: dict[str, str], said: str) -> None:
    values = {"check": "DE007", "reason": WAIVER.reason, "until": "2027-03-01", "owner": "kim", **fields}
    with pytest.raises(UsageError, match=said):
        NewWaiver(**values).refuse(TODAY)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CHURN, tmp_path / "churn")
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    monkeypatch.chdir(tmp_path / "churn")
    charter = tmp_path / "churn" / "mlproject.yaml"
    charter.write_text(charter.read_text().replace("  target: 0.70", "  target: 0.99", 1))
    return tmp_path / "churn"


def test_a_finding_is_waived(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--no-cache"]) == 1
    assert run(["waive", "MT005", "--reason", "the next data refresh is due", "--until", "2026-12-24"]) == 0
    assert "MT005 is waived until 2026-12-24" in capsys.readouterr().out
    assert run(["check", "--no-cache"]) == 0
    assert run(["waive", "mt005", "--reason", "the next data refresh is due", "--until", "2026-12-24"]) == 2
    assert "already" in capsys.readouterr().err


def test_what_holds_has_nothing_to_waive(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "mlproject.yaml").read_bytes()
    for code, said in (("MT003", "it holds here"), ("RS011", "does not apply here")):
        assert run(["waive", code, "--reason", "the next data refresh is due", "--until", "2026-12-24"]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert f"`mlops-lint why {code}`" in told
    assert (project / "mlproject.yaml").read_bytes() == before


def test_a_dry_run_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "mlproject.yaml").read_bytes()
    words = ["waive", "target-missed", "--reason", "the next refresh is due", "--until", "2026-12-24", "--dry-run"]
    assert run(words) == 0
    assert "check: MT005" in capsys.readouterr().out
    assert (project / "mlproject.yaml").read_bytes() == before


def test_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", "MT005", "--no-cache"]) == 0
    said = capsys.readouterr().out
    assert "does not hold" in said
    assert "metrics/" in said
    assert run(["why", "MT003", "--no-cache"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"it holds · (?:linked|enforced): ", said)
    assert "src/churn/evaluate.py" in said
    assert "held against the claim at mlproject.yaml:" in said
    assert run(["why", "MT005", "--no-cache", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "MT005"
    assert run(["why", "MT"]) == 2


def test_the_road_map(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["roadmap", "--to", "3", "--no-cache"]) == 0
    said = capsys.readouterr().out
    assert "MT005" in said
    assert run(["roadmap", "--to", "3", "--no-cache", "--output-format", "json"]) == 0
    steps = json.loads(capsys.readouterr().out)["projects"][0]["steps"]
    assert [step["level"] for step in steps] == sorted(step["level"] for step in steps)
    assert next(step for step in steps if step["code"] == "MT005")["effort"] == "days"
