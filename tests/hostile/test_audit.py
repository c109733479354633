"""The audit hook sees what it must: one deed of each kind, done inside of the linter, is a breach."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import audit
from mlops_lint import fixes
from mlops_lint.cli import run
from mlops_lint.repo import disk

AUDITED = Path(__file__).parent / "audited.py"


def inside(source: str, **names: object) -> Callable[[], object]:
    """A function whose code seems to lie in the linter."""
    space: dict[str, object] = {"os": os, "socket": socket, "subprocess": subprocess, "sys": sys, **names}
    exec(compile(f"def deed():\n    {source}", fixes.__file__, "exec"), space)
    deed = space["deed"]
    assert callable(deed)
    return deed


@pytest.fixture
def caught() -> Iterator[list[str]]:
    yield audit.breaches
    audit.breaches.clear()


@pytest.mark.parametrize(
    "source",
    [
        "socket.socket()",
        "subprocess.Popen(['git', 'status'], cwd=root)",
        "subprocess.run(['/bin/sh', '-c', 'true'])",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.fork()",
        "open('/etc/hostname')",
        "open('/dev/zero')",
        "os.listdir('/etc')",
        "os.scandir('/root')",
        "open(root / 'new', 'w')",
        "os.open(root / 'new', os.O_CREAT)",
        "os.mkdir(root / 'new')",
        "os.rename(root / 'a.py', root / 'b.py')",
        "os.remove(root / 'a.py')",
        "exec('x = 1')",
        "eval('1 + 1')",
        "(sys.path.insert(0, str(root)), __import__('a'))",
    ],
)
def test_a_deed_is_a_breach(source: str, tmp_path: Path, caught: list[str]) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    before = list(sys.path)
    with pytest.raises(audit.Breach):
        inside(source, root=tmp_path)()
    sys.path[:] = before
    sys.modules.pop("a", None)
    assert len(caught) == 1


def test_a_link_out_is_a_breach(tmp_path: Path, caught: list[str]) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(audit.Breach):
        inside("open(root / 'link')", root=tmp_path)()
    assert "outside" in caught[0]


def test_no_handler_hides_a_breach(caught: list[str]) -> None:
    inside("\n    ".join(["try:", "    socket.socket()", "except BaseException:", "    pass"]))()
    assert len(caught) == 1


def test_what_tests_do_is_theirs(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)
    (tmp_path / "x").write_text("x")
    assert disk.read_regular(str(tmp_path), "x", 10) == b"x"
    assert audit.breaches == []


WORDS = (
    ["check"],
    ["check", "--jobs", "2", "--output-format", "sarif=out.sarif", "--output-format", "json"],
    ["check", "--fix", "--unsafe-fixes"],
    ["check", "--diff"],
    ["check", "--staged"],
    ["check", "--since", "HEAD"],
    ["evidence"],
    ["init"],
    ["init", "--dry-run"],
    ["--show-files"],
    ["rule", "--all"],
    ["schema", "report"],
)


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_every_command_in_a_process_of_its_own(words: list[str], tmp_path: Path) -> None:
    """From the first import on, with nothing of a test in the same interpreter; the root is hostile to imports."""
    root = tmp_path / "project"
    root.mkdir()
    trap = f"import os\nopen({str(tmp_path / 'trap')!r}, 'w')\n"
    for name in ("yaml", "json", "click", "sitecustomize", "usercustomize", "conftest", "setup", "mlops_lint_checks"):
        (root / f"{name}.py").write_text(trap)
    (root / "train.py").write_text("import pandas\nprint(pandas.read_csv('a.csv'))\n")
    variables = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONSAFEPATH": "1"}
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, env=variables, check=True)
    done = subprocess.run(
        [sys.executable, str(AUDITED), *words], cwd=root, env=variables, capture_output=True, text=True, check=False
    )
    assert "breach" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    assert not (tmp_path / "trap").exists()


def test_a_run_is_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "train.py").write_text("import pandas\n")
    assert run([str(tmp_path), "--isolated"]) in (0, 1)
    assert capsys.readouterr().err == ""
    assert audit.breaches == []
