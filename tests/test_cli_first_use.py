"""What a newcomer meets on the command line: every answer says what it means and what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlops_lint import projects
from mlops_lint.checks import load_packs
from mlops_lint.cli.commands import run
from mlops_lint.model import Location
from mlops_lint.quoting import Lines
from mlops_lint.repo.memory import MemoryView
from mlops_lint.report.excerpt import with_two_examples
from mlops_lint.report.sanitize import width


def test_no_page_shows_what_only_its_tests_understand() -> None:
    shown = {code: with_two_examples(check.doc) for code, check in load_packs().checks.items()}
    assert [code for code, text in shown.items() if re.search(r"!replace|!delete", text)] == []


def test_an_example_says_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "BL001"]) == 0
    assert "# no `baseline` here" in capsys.readouterr().out
    assert run(["rule", "BL001", "--examples"]) == 0
    assert "`!delete` takes a key away" in capsys.readouterr().out


def test_the_caret_stands_below_the_byte_that_is_not_utf_8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "charter: 1\ngoal:\n  problem: 값 for Häuser\n"
    (tmp_path / "mlproject.yaml").write_bytes(text.replace("ä", "\udce4").encode("utf-8", "surrogateescape"))
    assert run(["check", "--no-cache", "--select", "CH002"]) == 1
    lines = capsys.readouterr().out.split("\n")
    row = next(number for number, line in enumerate(lines) if "problem:" in line)
    assert "mlproject.yaml:3:19" in lines[row - 2]
    assert lines[row + 1].index("^") == width(lines[row][: lines[row].index("H") + 1])
    assert "save the file as UTF-8" in lines[row + 2]


@pytest.mark.parametrize("encoding", ["latin-1", "cp949"])
def test_a_line_is_quoted_as_its_reader_saw_it(encoding: str) -> None:
    word = {"latin-1": "Größe", "cp949": "크기"}[encoding]
    source = f'# -*- coding: {encoding} -*-\nx = "{word}"; y = 1\n'.encode(encoding)
    text = Lines(MemoryView({"a.py": source})).text(Location("a.py", 2))
    assert text == f'x = "{word}"; y = 1'


WAIVE = ["waive", "BL001", "--reason", "nobody has had the time", "--until", "2099-01-01"]


def test_a_folder_with_the_charters_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("print(1)\n")
    (tmp_path / "mlproject.yaml").mkdir()
    (tmp_path / "mlproject.yaml" / "goal.yaml").write_text("a: 1\n")
    assert run(["check", "--no-cache"]) == 1
    said = capsys.readouterr().out
    assert "mlproject.yaml is a folder" in said
    assert "mlops-lint init" not in said
    for words in (["check", "mlproject.yaml"], ["init"], WAIVE, [*WAIVE, "mlproject.yaml"]):
        assert run(words) == 2
        assert "folder" in capsys.readouterr().err


def test_a_charter_with_the_wrong_ending_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("print(1)\n")
    (tmp_path / "mlproject.yml").write_text("charter: 1\n")
    assert run(["check", "--no-cache"]) == 1
    said = capsys.readouterr().out
    assert "rename mlproject.yml to mlproject.yaml" in said
    assert "mlops-lint init" not in said
    assert run(["init"]) == 2
    assert run(WAIVE) == 3
    assert capsys.readouterr().err.count("rename it to mlproject.yaml") == 2
    assert not (tmp_path / "mlproject.yaml").exists()


def test_a_whole_disk_is_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = Path(tmp_path.anchor)
    if not (top / ".git").exists() and not (top / "mlproject.yaml").exists():
        for words in (["check", "--no-cache", str(top)], ["init", str(top)]):
            assert run(words) == 3
            assert "is the root of the file system" in capsys.readouterr().err
    for number in range(3):
        (tmp_path / f"a{number}.py").write_text("x = 1\n")
    monkeypatch.setattr(projects, "MAX_SOURCES", 3)
    assert run(["check", "--no-cache", str(tmp_path)]) == 3
    assert "3 source files or more and no mlproject.yaml; name a project's folder" in capsys.readouterr().err
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mlproject.yaml").write_text("charter: 1\n")
    assert run(["check", "--no-cache", str(tmp_path)]) == 1
