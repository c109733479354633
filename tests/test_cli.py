"""The command line: what it accepts, what it ends with, what it costs."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlops_lint
import tomllib_compat as toml
from mlops_lint import errors, initialise
from mlops_lint.cli import execute, pages, parse, run
from mlops_lint.cli.progress import progress
from mlops_lint.fixes import plan
from mlops_lint.model import Edit, Fix, Location, Severity
from mlops_lint.results import Report
from mlops_lint.settings import Output, Settings
from reports import CHECKS, diagnostic, first_report, rich_report

Lint = Callable[[Path, Settings], Report]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Path, Settings]]:
    """What `lint` was asked for; it finds the same every time."""
    calls: list[tuple[Path, Settings]] = []

    def lint(path: Path, settings: Settings, *_: object, **__: object) -> Report:
        calls.append((path, settings))
        return rich_report()

    monkeypatch.setattr(execute, "_lint", lint)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    (tmp_path / "sub").mkdir()
    return calls


def process(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_lint", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1", **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "path", "select"),
    [
        ([], ".", ()),
        (["sub"], "sub", ()),
        (["check"], ".", ()),
        (["check", "sub"], "sub", ()),
        (["--select", "MT", "sub"], "sub", ("MT",)),
        (["sub", "--select", "MT,BL003", "--select", "CH"], "sub", ("MT", "BL003", "CH")),
        (["-q"], ".", ()),
    ],
)
def test_check_is_the_default(
    asked: list[tuple[Path, Settings]], words: list[str], path: str, select: tuple[str, ...]
) -> None:
    assert run(words) == 1
    assert asked[0][0] == Path(path)
    assert asked[0][1].select == select


def test_a_misspelled_command(asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chekc"]) == 2
    assert capsys.readouterr().err == (
        "mlops-lint: error: there is no command and no folder called `chekc`; did you mean `check`?\n"
    )
    assert not asked


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--selec", "X"], "--select"),
        (["--output-format", "jsn"], "did you mean `json`"),
        (["--output-format", "json="], "names no file"),
        (["--output-format", "json", "--output-format", "text"], "NAME=FILE"),
        (["--per-file-ignores", "x"], "PATTERN:CODES"),
        (["--fail-on", "errors"], "error"),
        (["--min-level", "9"], "9"),
        (["./none"], "there is no folder"),
        (["schema", "chart"], "charter"),
        (["rule"], "--all"),
        (["evidence", "--output-format", "sarif"], "text or json"),
        (["--fix", "--staged"], "--fix"),
        (["--config", "none.toml"], "cannot be read"),
        (["schema"], "Choose from: charter, config, report"),
        (["--output-format", "html"], "there are text, concise, json, github, sarif"),
        (["--output-format", "json=a", "--output-format", "sarif=./a"], "the same file"),
        (["--select", ","], "--select names nothing"),
        (["--isolated", "--config", "x.toml"], "--isolated"),
    ],
)
def test_wrong_use_is_one_line_and_two(
    asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("mlops-lint: error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (errors.ConfigError("x.toml:1: bad"), 2, "mlops-lint: error: x.toml:1: bad"),
        (errors.PluginError("pack `p` is broken"), 2, "mlops-lint: error: pack `p` is broken"),
        (errors.NoProjectError("nothing here"), 3, "mlops-lint: error: nothing here"),
        (ValueError("a\nb\x1b[31m"), 2, r"mlops-lint: error: internal error: ValueError: a\x0ab\x1b[31m (run with "),
        (KeyboardInterrupt(), 130, ""),
        (RecursionError("deep"), 2, "mlops-lint: error: internal error: RecursionError: deep"),
    ],
)
def test_errors_become_exit_codes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: BaseException,
    code: int,
    line: str,
) -> None:
    def lint(path: Path, settings: Settings, *_: object, **__: object) -> Report:
        raise error

    monkeypatch.setattr(execute, "_lint", lint)
    assert run([str(tmp_path)]) == code
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert err.strip().startswith(line)


def test_the_traceback_is_shown_with_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def lint(path: Path, settings: Settings, *_: object, **__: object) -> Report:
        raise ValueError("x")

    monkeypatch.setattr(execute, "_lint", lint)
    assert run(["--debug", str(tmp_path)]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings(), 1),
        (Settings(fail_on="never"), 0),
        (Settings(exit_zero=True), 0),
        (Settings(fail_on="never", min_level=1), 0),
        (Settings(fail_on="never", min_level=2), 1),
        (Settings(fail_on="never", strict_coverage=True), 4),
        (Settings(strict_coverage=True), 1),
    ],
)
def test_exit_codes(settings: Settings, code: int) -> None:
    assert execute.exit_code(rich_report(), settings) == code


@pytest.mark.parametrize("words", [["--fail-on", "never", "--min-level", "2"], ["--fail-on", "never"]])
@pytest.mark.parametrize("form", ["text", "concise"])
def test_a_level_that_is_not_reached_is_told(
    asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str], words: list[str], form: str
) -> None:
    unmet = "--min-level" in words
    assert run([*words, "--output-format", form]) == (1 if unmet else 0)
    assert ("churn: level 1; `min-level` asks for 2" in capsys.readouterr().out) is unmet
    assert asked


def test_a_crashed_check_is_an_internal_error() -> None:
    report = rich_report()
    report = dataclasses.replace(report, diagnostics=(*report.diagnostics, diagnostic("INT001")))
    assert execute.exit_code(report, Settings(exit_zero=True)) == 2


def test_what_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRE_COMMIT", raising=False)
    warning = diagnostic(severity=Severity.WARNING)
    assert not execute.counts(warning, Settings())
    assert execute.counts(warning, Settings(fail_on="warning"))
    assert not execute.counts(diagnostic(new=False), Settings())
    assert not execute.counts(diagnostic(next_step=True), Settings())
    dated = diagnostic(calendar=True)
    assert execute.counts(dated, Settings())
    assert not execute.counts(dated, Settings(staged=True))
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert not execute.counts(dated, Settings())


def test_several_reports_of_one_run(
    asked: list[tuple[Path, Settings]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--output-format", "sarif=out.sarif", "--output-format", "json=out.json", "--output-format", "concise"]
    assert run(words) == 1
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((tmp_path / "out.json").read_text())["schema_version"] == "1"
    assert capsys.readouterr().out.startswith("mlproject.yaml:21:16: BL003")
    assert len(asked) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "out.sarif", "sub"]


def test_a_report_that_cannot_be_written(
    asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--output-format", "json=none/out.json"]) == 2
    said = "could not write none/out.json: there is no folder `none`; make it first"
    assert said in capsys.readouterr().err.replace("\\", "/")
    assert run(["--output-format", "json=."]) == 2
    assert "it is a folder" in capsys.readouterr().err
    assert not asked  # told before the work is done


def test_the_configuration_is_read_and_isolated_ignores_it(asked: list[tuple[Path, Settings]], tmp_path: Path) -> None:
    (tmp_path / "mlops-lint.toml").write_text('fail-on = "never"\nselect = ["MT"]\n')
    assert run([]) == 0
    assert run(["--select", "BL"]) == 0
    assert run(["--isolated"]) == 1
    assert [settings.select for _, settings in asked] == [("MT",), ("BL",), ()]


def test_today_is_given_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-02-03")
    settings = parse.settings_from(tmp_path, {"isolated": True})
    assert str(settings.today) == "2026-02-03"
    for wrong in ("tomorrow", "20260203", "2026-W06-2", "2026-02-30"):
        monkeypatch.setenv("MLOPS_LINT_TODAY", wrong)
        with pytest.raises(errors.UsageError, match="MLOPS_LINT_TODAY"):
            parse.settings_from(tmp_path, {"isolated": True})


def test_show_settings(asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--show-settings", "--select", "MT"]) == 0
    assert 'select = ["MT"]' in capsys.readouterr().out
    assert not asked


def test_evidence(asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", "--output-format", "json"]) == 0
    project = json.loads(capsys.readouterr().out)["projects"][0]
    assert list(project) == ["path", "name", "stage", "practices"]


def test_the_language(asked: list[tuple[Path, Settings]], capsys: pytest.CaptureFixture[str]) -> None:
    run(["--lang", "ko"])
    assert "4단계 중 1단계" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("choice", "environment", "colored"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(
    asked: list[tuple[Path, Settings]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    environment: dict[str, str],
    colored: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(["--color", choice])
    assert ("\x1b[" in capsys.readouterr().out) is colored


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Registry:
        checks = CHECKS
        names = {code: check.name for code, check in CHECKS.items()}  # noqa: RUF012

    monkeypatch.setattr("mlops_lint.checks.load_packs", Registry)


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("words", [["rule", "MT003"], ["explain", "metric-not-computed"], ["rule", "mt003"]])
def test_rule(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(words) == 0
    out = capsys.readouterr().out
    assert out.startswith("metric-not-computed (MT003)\n")
    assert out.endswith("MT003 · error, a gate of level 2, metric\n")


@pytest.mark.usefixtures("registry")
def test_rule_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "MT003", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "metric-not-computed"
    assert run(["rule", "--all", "--output-format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(CHECKS)
    assert run(["rule", "--all"]) == 0
    assert capsys.readouterr().out.count("\n") == len(CHECKS)


@pytest.mark.usefixtures("registry")
def test_rule_knows_near_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "MT03"]) == 2
    assert "did you mean `MT003`" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["config", "report"])
def test_schema(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["schema", name]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"]


def fix(*edits: tuple[str, int, int, int, str], title: str = "mend") -> Fix:
    return Fix(title, tuple(Edit(Location(p, line, a, line, b), new) for p, line, a, b, new in edits))


def test_fixes_are_applied_and_shown(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("x = f(가)\r\ny = g()\r\n".encode())
    planned = plan(tmp_path, [fix(("a.py", 1, 8, 8, ", 0")), fix(("a.py", 2, 5, 6, "h"))])
    assert (
        planned.diff() == "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n-x = f(가)\n-y = g()\n+x = f(가, 0)\n+y = h()\n \n"
    )
    planned.write()
    assert (tmp_path / "a.py").read_bytes().decode() == "x = f(가, 0)\r\ny = h()\r\n"
    assert (planned.applied, planned.refused) == (2, [])


def test_overlapping_fixes_are_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("abcdef\n")
    planned = plan(tmp_path, [fix(("a.py", 1, 1, 4, "X")), fix(("a.py", 1, 3, 5, "Y"), ("a.py", 1, 6, 7, "Z"))])
    assert planned.changes[0].after == "Xdef\n"
    assert (planned.applied, len(planned.refused)) == (1, 1)


def test_the_same_edit_twice_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("ab\n")
    planned = plan(tmp_path, [fix(("a.py", 1, 2, 2, "X")), fix(("a.py", 1, 2, 2, "X"))])
    assert planned.changes[0].after == "aXb\n"


def test_fixes_stay_inside_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out.py").write_text("a\n")
    (root / "link.py").symlink_to(tmp_path / "out.py")
    wanted = [fix((path, 1, 1, 2, "X")) for path in ("../out.py", "link.py", "none.py", str(tmp_path / "out.py"))]
    wanted.append(fix(("link.py", 9, 1, 2, "X")))
    planned = plan(root, wanted)
    assert not planned.changes
    assert len(planned.refused) == 5


def test_diff_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("x = f()\n")
    found = diagnostic("MO101", place=Location("a.py", 1), fix=fix(("a.py", 1, 7, 7, "0")))
    unsafe = diagnostic("MO101", place=Location("a.py", 1), fix=Fix("u", fix(("a.py", 1, 1, 2, "y")).edits, safe=False))
    report = Report("1", first_report().run, (), (found, unsafe))
    monkeypatch.setattr(execute, "_lint", lambda path, settings, *_, **__: report)
    assert run(["--diff", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "+x = f(0)" in out
    assert (tmp_path / "a.py").read_text() == "x = f()\n"
    assert run(["--fix", "--unsafe-fixes", str(tmp_path)]) == 1
    assert (tmp_path / "a.py").read_text() == "y = f(0)\n"


def test_version_is_the_packages_own() -> None:
    found = process("--version")
    assert (found.returncode, found.stdout) == (0, f"mlops-lint {mlops_lint.__version__}\n")
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    assert toml.load(pyproject)["project"]["version"] == mlops_lint.__version__


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["rule", "-h"]])
def test_help(words: list[str]) -> None:
    found = process(*words)
    assert found.returncode == 0
    assert found.stdout.startswith("Usage: mlops-lint")


def test_start_up_imports_click_alone() -> None:
    code = "import sys, mlops_lint.cli as m; m.run(['--version']); print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(found.stdout.split())
    heavy = {"yaml", "jsonschema", "libcst", "git", "tomllib", "tomli", "mlops_lint.checks", "mlops_lint.lint"}
    assert "click" in loaded
    assert not loaded & heavy


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written() -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "mlops_lint", "schema", "report"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert found.returncode == 2
    assert found.stderr == "mlops-lint: error: could not write output: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_a_reader_that_leaves_is_no_fault() -> None:
    command = f"{sys.executable} -m mlops_lint schema report | true; exit ${{PIPESTATUS[0]}}"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("schema report >&-", 2, "mlops-lint: error: could not write output: standard output is closed\n"),
        ("none >&-", 2, "mlops-lint: error: there is no command and no folder called `none`\n"),
        ("none 2>&-", 2, ""),
        ("schema report 2>&- > /dev/null", 0, ""),
    ],
)
def test_streams_that_are_closed(words: str, code: int, told: str) -> None:
    command = f"{sys.executable} -m mlops_lint {words}"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (found.returncode, found.stderr) == (code, told)


def test_a_run_without_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with progress(quiet=False):
        pass


def test_a_dash_is_standard_output() -> None:
    settings = parse.settings_from(Path(), {"isolated": True, "outputs": ("json=-", "sarif=-.sarif")})
    assert settings.outputs == (Output("json"), Output("sarif", "-.sarif"))


def test_a_page_wraps_by_paragraph() -> None:
    doc = "# `x` (XX001)\n\none\ntwo\n\n- three\n  four\n- five\n```text\nsix\nseven\n```\n| a |\n| b |\nend\n"
    check = dataclasses.replace(next(iter(CHECKS.values())), doc=doc)
    text = pages.page(check, color=False, width=80)
    assert "one two\n\n- three four\n- five\n    six\n    seven\n| a |\n| b | end\n" in text
    assert "one\ntwo\n" in pages.page(check, color=False, width=None)
    assert all(len(line) <= 60 for line in pages.table(list(CHECKS.values()), color=False, width=60).split("\n"))


def test_an_encoding_that_knows_less() -> None:
    found = process("schema", "charter", "--help", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert found.returncode == 0


def test_outputs() -> None:
    assert parse.settings_from(Path(), {"isolated": True}).outputs == (Output("text"),)


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An `initialise` module that always drafts the same."""
    module = types.ModuleType("mlops_lint.initialise")

    def draft(path: Path, minimal: bool, ask: object = None) -> initialise.Draft:
        text = "minimal: true\n" if minimal else "project: {}\n"
        target = path / "mlproject.yaml"
        return initialise.Draft(text, target, target.name, ("2 guesses to confirm",), target.exists())

    module.__dict__["draft"] = draft
    module.__dict__["write"] = initialise.write
    monkeypatch.setitem(sys.modules, "mlops_lint.initialise", module)


@pytest.mark.usefixtures("drafts")
def test_init_writes_once_and_never_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    charter = tmp_path / "mlproject.yaml"
    assert run(["init", "--dry-run", "--minimal", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "minimal: true\n"
    assert not charter.exists()
    assert run(["init", str(tmp_path)]) == 0
    assert "2 guesses to confirm" in capsys.readouterr().out
    assert charter.read_text() == "project: {}\n"
    assert run(["init", "--minimal", str(tmp_path)]) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert charter.read_text() == "project: {}\n"


@pytest.mark.usefixtures("drafts")
def test_init_does_not_follow_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "mlproject.yaml").symlink_to(tmp_path / "outside")
    assert run(["init", str(root)]) == 2
    assert not (tmp_path / "outside").exists()


@given(
    st.text("ab\n\r가\ufeff", max_size=12), st.integers(0, 5), st.integers(0, 9), st.integers(0, 5), st.integers(0, 9)
)
def test_any_place_is_changed_or_refused(content: str, line: int, column: int, end_line: int, end_column: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.py").write_bytes(content.encode())
        edit = Edit(Location("a.py", line, column, end_line, end_column), "NEW")
        planned = plan(Path(folder), [Fix("t", (edit,))])
        assert planned.applied + len(planned.refused) == 1
        for change in planned.changes:
            assert "NEW" in change.after
            assert len(change.after) <= len(content) + 3


def test_a_page_shows_two_examples_without_the_marks_of_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "BL003"]) == 0
    shown = capsys.readouterr().out
    assert "(flagged)" in shown
    assert "(clean)" in shown
    assert "expect: BL003" not in shown
    assert "outcome:" not in shown
    assert run(["rule", "BL003", "--examples"]) == 0
    assert "expect: BL003" in capsys.readouterr().out


def test_a_folder_within_a_project_is_judged_by_the_charter_above(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "src/deep").mkdir(parents=True)
    (tmp_path / "mlproject.yaml").write_text("charter: 1\n")
    (tmp_path / "src/deep/a.py").write_text("print(1)\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    run([str(tmp_path / "src/deep"), "--output-format", "concise"])
    shown = capsys.readouterr().out
    assert "CH001" not in shown
    assert "mlproject.yaml:1" in shown
