"""A repository's own configuration: it can only narrow what is run, and never without a trace in the report."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint import config
from mlops_lint.checks import load_packs
from mlops_lint.cli import run
from mlops_lint.errors import ConfigError
from mlops_lint.report import FORMATS
from mlops_lint.selection import selected
from mlops_lint.settings import Settings

NARROWING = {"select", "ignore", "extend_select", "per_file_ignores", "exclude", "min_confidence"}
VERDICT = {"fail_on", "min_level", "strict", "strict_coverage"}
REACHING = {
    "since", "staged", "jobs", "cache", "cache_dir", "config", "isolated", "outputs", "fix", "unsafe_fixes", "diff",
    "today", "debug", "lang", "color", "no_ignores", "exit_zero", "show_files", "show_settings", "config_files",
    "configured", "passed_over", "quiet", "verbose", "timings", "statistics",
}  # fmt: skip
"""What would let a repository choose files to write, code to load, processes, or whether anything is shown."""


def test_every_setting_is_judged() -> None:
    """A new setting has to be put on one of the lists, and a new key of the file into the first two."""
    names = {field.name for field in dataclasses.fields(Settings)}
    assert names == NARROWING | VERDICT | REACHING
    assert {key.replace("-", "_") for key in config.KEYS} == NARROWING | VERDICT


@pytest.mark.parametrize(
    "name", sorted(REACHING | {"plugins", "extends", "packs", "schema", "format", "root", "limit"})
)
def test_no_key_reaches_further(tmp_path: Path, name: str) -> None:
    file = tmp_path / config.FILE
    file.write_text(f"{name.replace('_', '-')} = 'x'\n")
    with pytest.raises(ConfigError, match="unknown key"):
        config.load(file)


NAMES = load_packs().names
CODES = sorted(NAMES)
SELECTORS = st.lists(st.sampled_from([*CODES, "ALL", "MT", "CH"]), max_size=4).map(tuple)


@given(SELECTORS, SELECTORS, SELECTORS)
def test_no_selection_runs_more_than_everything(
    select: tuple[str, ...], ignore: tuple[str, ...], more: tuple[str, ...]
) -> None:
    chosen = selected(Settings(select=select, ignore=ignore, extend_select=more), NAMES)
    assert chosen <= selected(Settings(), NAMES)


@pytest.mark.parametrize("pattern", ["/etc/*", "../other", "a/../../b"])
@pytest.mark.parametrize("key", ["exclude", "per-file-ignores"])
def test_patterns_stay_inside(tmp_path: Path, key: str, pattern: str) -> None:
    value = f"['{pattern}']" if key == "exclude" else f"{{'{pattern}' = ['MT']}}"
    (tmp_path / config.FILE).write_text(f"{key} = {value}\n")
    with pytest.raises(ConfigError, match="may not leave"):
        config.load(tmp_path / config.FILE)


def test_lists_have_a_limit(tmp_path: Path) -> None:
    (tmp_path / config.FILE).write_text(f"exclude = {['*a' * 5] * 1001}\n")
    with pytest.raises(ConfigError, match="more than 1000 entries"):
        config.load(tmp_path / config.FILE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text("import pandas\nx = pandas.read_csv('a.csv')\n")
    (folder / "old.py").write_text("import pandas\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x")
    return folder


def git(root: Path, *words: str) -> None:
    variables = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *words], cwd=root, check=True, env=variables)


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run(list(words))
    return code, capsys.readouterr().out


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("file", [config.FILE, "pyproject.toml"])
def test_what_a_configuration_did_is_in_every_report(
    root: Path, capsys: pytest.CaptureFixture[str], name: str, file: str
) -> None:
    head = "" if file == config.FILE else "[tool.mlops-lint]\n"
    (root / file).write_text(f'{head}fail-on = "never"\nexclude = ["old.py"]\n')
    code, written = shown(capsys, str(root), "--output-format", name)
    assert code == 0
    plain = written.replace("%3A", ":").replace('\\"', '"')
    assert f'configured by {file}: exclude = ["old.py"], fail-on = "never"' in plain
    assert "left out by `exclude`: 1 file" in written
    assert str(root.parent) not in written
    code, written = shown(capsys, str(root), "--output-format", name, "--isolated")
    assert code == 1
    assert "configured by" not in written


def test_what_lines_left_out_is_counted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / config.FILE).write_text('[per-file-ignores]\n"mlproject.yaml" = ["CH001"]\n')
    code, written = shown(capsys, str(root))
    assert code == 0
    assert "left out by `per-file-ignores` or `min-confidence`: 1 finding" in written


def test_a_changed_configuration_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / config.FILE).write_text('fail-on = "never"\n')
    _, written = shown(capsys, str(root), "--since", "HEAD")
    assert f"{config.FILE} was changed since HEAD" in written
    git(root, "add", "-A")
    git(root, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "y")
    _, written = shown(capsys, str(root), "--since", "HEAD")
    assert "was changed since" not in written


SUPPRESSED = "project: {name: 1}  # mlops-lint: ignore[CH002] because-we-say-so\n"


@pytest.mark.parametrize("name", FORMATS)
def test_suppressions_are_counted_and_can_be_overruled(
    root: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (root / "mlproject.yaml").write_text(SUPPRESSED)
    words = [str(root), "--isolated", "--output-format", name, "--fail-on", "warning"]
    _, written = shown(capsys, *words)
    if name in ("json", "sarif"):
        assert "because-we-say-so" in written
    else:
        assert "set aside by" in written
    _, whole = shown(capsys, *words, "--no-ignores")
    assert "set aside by" not in whole
    assert "because-we-say-so" not in whole or name == "text"  # there the line itself is quoted
    assert whole.count("CH002") >= written.count("CH002")


def test_new_suppressions_are_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "mlproject.yaml").write_text(SUPPRESSED)
    _, written = shown(capsys, str(root), "--since", "HEAD", "--isolated")
    assert "set aside by comments that are new since HEAD: " in written


def test_a_configuration_cannot_hide_that_it_is_broken(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / config.FILE).write_text("fail-on = [\n")
    assert run([str(root)]) == 2
    assert run([str(root), "--isolated"]) == 1
    capsys.readouterr()


def test_the_command_line_is_stronger(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / config.FILE).write_text('fail-on = "never"\nselect = ["MT"]\n')
    code, written = shown(capsys, str(root), "--select", "ALL", "--fail-on", "error", "--output-format", "json")
    assert code == 1
    assert "CH001" in {found["code"] for found in json.loads(written)["findings"]}
