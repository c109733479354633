"""Configuration files, and which checks they select."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from mlops_lint import config
from mlops_lint.errors import ConfigError, UsageError
from mlops_lint.selection import ignored_in, matches, selected
from mlops_lint.settings import Settings
from reports import NAMES

EVERY = """\
select = ["MT", "baseline-not-beaten"]
ignore = ["MT004"]
extend-select = ["MO101"]
exclude = ["data", "*.ipynb"]
fail-on = "warning"
min-level = 2
min-confidence = "high"
strict = true
strict-coverage = false

[per-file-ignores]
"tests/*" = ["MO101"]
"""


def write(folder: Path, text: str, name: str = config.FILE) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_every_key(tmp_path: Path) -> None:
    options = config.load(write(tmp_path, EVERY))
    settings = config.merge(Settings(), options, frozenset(), "x")
    assert settings.select == ("MT", "baseline-not-beaten")
    assert settings.per_file_ignores == (("tests/*", ("MO101",)),)
    assert (settings.fail_on, settings.min_level, settings.strict) == ("warning", 2, True)
    assert settings.config_files == ("x",)


def test_the_command_line_wins(tmp_path: Path) -> None:
    options = config.load(write(tmp_path, 'fail-on = "info"\nstrict = true\n'))
    settings = config.merge(Settings(fail_on="never"), options, frozenset({"fail_on"}), "x")
    assert settings.fail_on == "never"
    assert settings.strict


def test_pyproject(tmp_path: Path) -> None:
    file = write(tmp_path, '[project]\nname = "x"\n[tool.mlops-lint]\nmin-level = 1\n', "pyproject.toml")
    assert config.find(tmp_path) == file
    assert config.load(file) == {"min_level": 1}


def test_the_nearest_wins_and_the_repository_is_the_limit(tmp_path: Path) -> None:
    outer = write(tmp_path, "")
    inner = tmp_path / "repo" / "sub"
    inner.mkdir(parents=True)
    assert config.find(inner) == outer
    (tmp_path / "repo" / ".git").mkdir()
    assert config.find(inner) is None
    near = write(tmp_path / "repo", "[tool.mlops-lint]\n", "pyproject.toml")
    assert config.find(inner) == near
    own = write(tmp_path / "repo", "")
    assert config.find(inner) == own


@pytest.mark.parametrize("name", ["mlops-lint", "mlops_lint"])
def test_a_table_beside_a_file_of_ours_is_said_to_be_passed_over(tmp_path: Path, name: str) -> None:
    file = write(tmp_path, "ignore = ['DE001']\nper-file-ignores = {'a/*' = ['TE', 'MT']}\nstrict = true\n")
    assert config.passed_over(file) == ""
    write(tmp_path, f"[tool.{name}]\nignore = []\n", "pyproject.toml")
    assert config.find(tmp_path) == file
    settings = dataclasses.replace(
        config.merge(Settings(), config.load(file), frozenset(), str(file)), passed_over=config.passed_over(file)
    )
    assert config.note(settings, tmp_path) == [
        'configured by mlops-lint.toml: ignore = ["DE001"], per-file-ignores = {"a/*" = ["TE", "MT"]}, strict = true',
        f"`[tool.{name}]` of pyproject.toml is not read: mlops-lint.toml beside it rules",
    ]


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    outer = write(tmp_path, "")
    inner = tmp_path / "sub"
    inner.mkdir()
    write(inner, '[project]\nname = "mlops-lint-user"\n', "pyproject.toml")
    assert config.find(inner) == outer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nselct = []\n", ":2: unknown key `selct`; did you mean `select`?"),
        ("select = 'MT'\n", ':1: `select` must be a list of codes or names, not "MT"'),
        ("strict = true\nmin-level = 7\n", ":2: `min-level` must be a number from 0 to 4, not 7"),
        ("min-level = true\n", ":1: `min-level` must be a number"),
        ("fail-on = 'errors'\n", "must be one of error, warning, info, never"),
        ("strict = 1\n", "`strict` must be true or false, not 1"),
        ("exclude = ['../x']\n", "may not leave the repository"),
        ("[per-file-ignores]\n'/etc/*' = ['MT']\n", ":1: `per-file-ignores` may not leave the repository"),
        ("[per-file-ignores]\na = 'MT'\n", "must be a table of patterns"),
        ("select = [\n", "is not valid TOML"),
        ("output-format = 'text'\n", "unknown key `output-format`"),
        ("packs = ['evil']\n", "unknown key `packs`"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        config.load(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)


def test_errors_in_pyproject_name_the_line(tmp_path: Path) -> None:
    file = write(tmp_path, "[project]\nselct = 1\n\n[tool.mlops-lint]\nstrict = true\nselct = []\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:6: unknown key"):
        config.load(file)


@pytest.mark.parametrize("name", ["mlops_lint", "mlopslint", "MLOps-Lint"])
def test_another_spelling_of_the_table_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n[tool.{name}]\nignore = ["DE001"]\n')
    with pytest.raises(ConfigError, match=rf"pyproject.toml:3: `\[tool.{name}\]` is not read"):
        config.find(tmp_path)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    file = write(tmp_path, "[tool]\nmlops-lint = 3\n", "pyproject.toml")
    with pytest.raises(ConfigError, match="must be a table"):
        config.load(file)


def test_missing_files_and_bytes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
    file = tmp_path / config.FILE
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        config.load(file)


def test_the_schema_and_the_reader_agree(tmp_path: Path) -> None:
    schema = json.loads((resources.files("mlops_lint_schemas") / "config.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(config.KEYS)
    assert schema["properties"]["fail-on"]["enum"] == list(config.FAIL_ON)
    assert schema["properties"]["min-confidence"]["enum"] == list(config.CONFIDENCES)
    names = {key.replace("-", "_") for key in config.KEYS}
    assert names <= set(Settings.__dataclass_fields__)


def test_everything_is_selected_by_default() -> None:
    assert selected(Settings(), NAMES) == frozenset(NAMES)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(select=("MT",)), {"MT003", "MT004"}),
        (Settings(select=("MT",), ignore=("MT003",)), {"MT004"}),
        (Settings(select=("MT003",), ignore=("MT",)), {"MT003"}),
        (Settings(select=("metric-not-computed",)), {"MT003"}),
        (Settings(select=("mt003",), extend_select=("BL",)), {"MT003", "BL003"}),
        (Settings(ignore=("ALL",), extend_select=("BL003",)), {"BL003"}),
    ],
)
def test_selection(settings: Settings, expected: set[str]) -> None:
    assert selected(settings, NAMES) == expected


def test_unknown_selectors_are_errors() -> None:
    with pytest.raises(UsageError, match="no check is called `metric-not-compted`; did you mean `metric-not-computed`"):
        selected(Settings(select=("metric-not-compted",)), NAMES)


@pytest.mark.parametrize(
    ("path", "pattern", "covered"),
    [
        ("data/raw.csv", "data", True),
        ("src/data/raw.csv", "data", True),
        ("src/data/raw.csv", "/data", False),
        ("data/raw.csv", "data/", True),
        ("src/a.py", "src/*", True),
        ("src/a.py", "*.py", True),
        ("src/a.py", "tests/*.py", False),
        ("./src/a.py".removeprefix("./"), "./src/a.py", True),
    ],
)
def test_patterns(path: str, pattern: str, covered: bool) -> None:
    assert matches(path, pattern) is covered


@pytest.mark.parametrize("code", ["SUP002", "sup001", "INT001"])
def test_the_linters_own_codes_are_no_checks(code: str) -> None:
    with pytest.raises(UsageError, match=f"`{code}` is no check but a .*: it cannot be selected or left out"):
        selected(Settings(ignore=(code,)), NAMES)


def test_a_misspelled_code_of_per_file_ignores_is_told_though_no_path_matches() -> None:
    with pytest.raises(UsageError, match="no check is called `MQ101`; did you mean `MO101`"):
        selected(Settings(per_file_ignores=(("none/*", ("MQ101",)),)), NAMES)


def test_per_file_ignores() -> None:
    settings = Settings(per_file_ignores=(("tests/*", ("MO101", "MT")),))
    assert ignored_in("tests/a.py", settings, NAMES) == {"MO101", "MT003", "MT004"}
    assert not ignored_in("src/a.py", settings, NAMES)


def test_the_digest_tells_results_apart() -> None:
    assert Settings().digest() == Settings(verbose=True, color="always").digest()
    assert Settings().digest() != Settings(select=("MT",)).digest()
