"""What the source may import and how long it may be: rules that no linter of ours states."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("src/mlops_lint", "checks/mlops_lint_checks", "schemas/mlops_lint_schemas")
FILES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
STARTS_PROCESSES = {"src/mlops_lint/repo/gitio.py", "src/mlops_lint/workers.py"}
FORBIDDEN = {
    "asyncio", "ctypes", "ftplib", "http", "marshal", "multiprocessing", "pickle", "requests", "runpy", "shelve",
    "smtplib", "socket", "ssl", "urllib", "webbrowser",
}  # fmt: skip
HARMLESS = {"urllib.parse"}
LATE = ("yaml", "jsonschema", "libcst", "git", "tomllib", "tomli", "subprocess", "sqlite3", "mlops_lint_checks")
"""What no start pays for: only what a command needs is imported, and then."""
LONGEST_FILE = 350
LONGEST_FUNCTION = 50
STILL_LONGER: set[str] = set()


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def test_there_are_files() -> None:
    assert len(FILES) > 100


def test_processes_are_started_in_two_modules_alone() -> None:
    found = {name(file) for file in FILES if "subprocess" in imported(parse(file))}
    assert found <= STARTS_PROCESSES


def test_no_network_and_nothing_unpickled() -> None:
    found = [
        f"{name(file)}: {module}"
        for file in FILES
        for module in imported(parse(file))
        if module.split(".")[0] in FORBIDDEN and module not in HARMLESS
    ]
    assert found == []


def test_nothing_is_evaluated() -> None:
    calls = {"eval", "exec", "compile", "__import__"}
    found = [
        f"{name(file)}:{node.lineno}: {node.func.id}"
        for file in FILES
        for node in ast.walk(parse(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls
    ]
    assert found == []


def test_checks_import_public_names_alone() -> None:
    found = [
        f"{name(file)}: {module}"
        for file in FILES
        if name(file).startswith("checks/")
        for module in imported(parse(file))
        if module.startswith("mlops_lint.")
    ]
    assert found == []


def test_the_engine_knows_no_check() -> None:
    found = [name(file) for file in FILES if name(file).startswith("src/") for module in imported(parse(file))
             if module.split(".")[0] == "mlops_lint_checks"]  # fmt: skip
    assert found == []


def test_the_command_line_starts_light() -> None:
    """In a process of its own; what the interpreter and click bring along is not counted."""
    code = "import sys, click; own = set(sys.modules); import mlops_lint.cli; print(*sorted(set(sys.modules) - own))"
    paths = os.pathsep.join(str((ROOT / package).parent) for package in PACKAGES)
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "mlops_lint.cli" in loaded
    assert loaded.isdisjoint(LATE)
    ours = {module.split(".")[1] for module in loaded if module.startswith("mlops_lint.")}
    assert ours <= {"cli", "errors", "i18n", "suggest"}


@pytest.mark.parametrize("package", PACKAGES)
def test_files_are_short(package: str) -> None:
    lengths = {name(file): file.read_text("utf-8").count("\n") for file in FILES if name(file).startswith(package)}
    found = {file: lines for file, lines in lengths.items() if lines > LONGEST_FILE and file not in STILL_LONGER}
    assert found == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_are_short(package: str) -> None:
    found = {
        f"{name(file)}:{node.lineno} {node.name}": lines
        for file in FILES
        if name(file).startswith(package)
        for node in ast.walk(parse(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert found == {}
