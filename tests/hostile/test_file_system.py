"""File systems made to harm: links out, pipes, endless files, impossible names, races, too much of everything."""

from __future__ import annotations

import contextlib
import datetime
import multiprocessing
import os
import resource
import socket
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_lint.cli import run
from mlops_lint.fixes import plan
from mlops_lint.lint import lint
from mlops_lint.model import Edit, Fix, Location
from mlops_lint.repo import disk, worktree
from mlops_lint.repo.view import Unreadable
from mlops_lint.repo.worktree import open_worktree
from mlops_lint.report import FORMATS, Options, render
from mlops_lint.results import Report
from mlops_lint.settings import Settings

if sys.platform == "win32":
    pytest.skip("made with what only POSIX file systems can hold", allow_module_level=True)

SECRET = "hunter2-must-never-be-shown"
SECONDS = 30
SETTINGS = Settings(today=datetime.date(2026, 11, 20), cache=False, isolated=True, jobs=1)
CHARTER = "mlproject.yaml"


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    """A hang is a failure, not a wait; memory is limited by the tests that need it."""
    import signal

    def late(*_: object) -> None:
        raise TimeoutError(f"took longer than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(params=["folder", "git"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project, with git and without."""
    folder = tmp_path / "project"
    put(folder, "src/train.py", "import pandas\nprint(pandas.read_csv('data/a.csv'))\n")
    put(folder, "README.md", "# churn\n")
    if request.param == "git":
        git(folder, "init", "-q", "-b", "main")
    return folder


def put(root: Path, name: str, text: str = "x = 1\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def git(root: Path, *words: str) -> None:
    variables = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *words], cwd=root, env=kept | variables, check=True, capture_output=True)


def stage(root: Path) -> None:
    """Track everything where there is a git repository."""
    if (root / ".git").exists():
        git(root, "add", "-A")


def look(root: Path) -> Report:
    return lint(root, SETTINGS)


def everything(report: Report) -> str:
    """All that any format shows, the wordiest way."""
    words = [render(report, name, Options(verbose=True)) for name in FORMATS]
    words += [render(report, name, Options(view="evidence", verbose=True)) for name in ("text", "json")]
    return "".join(words)


def reasons(report: Report) -> dict[str, str]:
    return {gap.path: gap.reason for gap in report.not_analysed}


def secret(tmp_path: Path) -> Path:
    """What lies outside of the root, in the shape of every document that is read."""
    return put(tmp_path, "outside/secret", f"{SECRET}: [\n'{SECRET}' = {{\n")


LINKS = (
    CHARTER,
    "src/model.py",
    "analysis.ipynb",
    "metrics.json",
    "metrics/eval.yaml",
    "dvc.yaml",
    "data/raw.csv.dvc",
    "params.yaml",
    "requirements.txt",
    "pyproject.toml",
    "environment.yml",
    "poetry.lock",
    "Pipfile",
    "Makefile",
    "Dockerfile",
    "README.md",
    "CODEOWNERS",
    ".github/workflows/ci.yml",
    ".github/CODEOWNERS",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    "setup.py",
    "tests/test_data.py",
    "scripts/run.sh",
    ".gitattributes",
    ".gitignore",
)


@pytest.mark.parametrize("name", LINKS)
def test_what_a_link_leads_to_is_never_shown(root: Path, tmp_path: Path, name: str) -> None:
    link = root / name
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(secret(tmp_path))
    stage(root)
    assert SECRET not in everything(look(root))


@pytest.mark.parametrize("name", LINKS)
def test_a_linked_folder_is_not_entered(root: Path, tmp_path: Path, name: str) -> None:
    outside = secret(tmp_path).parent
    head, _, tail = name.rpartition("/")
    if not head:
        pytest.skip("lies at the root")
    put(outside, tail, f"'{SECRET}' = {{{SECRET}: [")
    folder = root / head
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(outside)
    put(root, "src/other.py") if head != "src" else put(root, "lib/other.py")
    stage(root)
    assert SECRET not in everything(look(root))


@pytest.mark.parametrize("name", ["mlops-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", [f"[tool.mlops-lint]\n'{SECRET}' = 1\n", f"[tool.mlops-lint]\nselect = '{SECRET}'\n"])
def test_a_linked_configuration_is_refused_and_not_quoted(
    root: Path, tmp_path: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / name).symlink_to(put(tmp_path, "outside/secret", text))
    assert run([str(root)]) == 2
    shown = "".join(capsys.readouterr())
    assert "symbolic link" in shown
    assert SECRET not in shown


def test_a_linked_configuration_inside_is_read(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(root, "config/lint.toml", 'fail-on = "never"\n')
    (root / "mlops-lint.toml").symlink_to("config/lint.toml")
    assert run([str(root)]) == 0
    capsys.readouterr()


def test_the_charter_as_a_link_is_told(root: Path, tmp_path: Path) -> None:
    (root / CHARTER).symlink_to(secret(tmp_path))
    stage(root)
    assert reasons(look(root))[CHARTER] == "is a symbolic link"


@pytest.mark.parametrize("target", [".", "..", "/", "src", "../project", "loop"])
def test_links_in_circles_and_to_the_top(root: Path, target: str) -> None:
    (root / "loop").symlink_to(target)
    (root / "src" / "again.py").symlink_to("../loop/src/train.py")
    stage(root)
    assert sorted(path for path in look(root).files if "loop/" in path) == []


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/proc/self/environ", "/proc/kcore", "/etc/passwd"])
@pytest.mark.parametrize("name", [CHARTER, "src/model.py", "requirements.txt", ".github/workflows/ci.yml"])
def test_links_to_devices(root: Path, target: str, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(target)
    stage(root)
    shown = everything(look(root))
    assert "root:" not in shown
    assert "PATH=" not in shown


@pytest.mark.parametrize(
    "name", [CHARTER, "src/model.py", "metrics.json", ".github/workflows/ci.yml", "pyproject.toml"]
)
def test_pipes_and_sockets_are_not_waited_for(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(root / name)
    look(root)
    (root / name).unlink()
    with (
        socket.socket(socket.AF_UNIX) as listening,
        contextlib.chdir(root) if hasattr(contextlib, "chdir") else at(root),
    ):
        listening.bind(name)
        look(root)


def at(folder: Path) -> contextlib.AbstractContextManager[None]:
    @contextlib.contextmanager
    def change() -> Iterator[None]:
        before = Path.cwd()
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)

    return change()


def test_a_tracked_file_that_became_a_pipe(root: Path) -> None:
    stage(root)
    (root / "src/train.py").unlink()
    os.mkfifo(root / "src/train.py")
    look(root)


@pytest.mark.parametrize("name", ["big.py", "big.ipynb", CHARTER, "params.yaml", "requirements.txt", "a.md"])
def test_a_sparse_file_takes_no_memory(root: Path, name: str) -> None:
    with (root / name).open("wb") as file:
        file.truncate(1 << 40)
    before = resource.getrlimit(resource.RLIMIT_AS)
    in_use = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    resource.setrlimit(resource.RLIMIT_AS, (in_use + (1 << 30), before[1]))
    try:
        report = look(root)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert name in reasons(report)


def unprivileged(work: Callable[[], None]) -> None:
    """Run something as a user that permissions hold for; a failure there is one here."""
    if os.getuid():
        work()
        return

    def child() -> None:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        work()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(SECONDS)
    assert process.exitcode == 0


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.getuid() and path not in (Path("/"), Path("/tmp")):
            path.chmod(path.stat().st_mode | 0o755)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_folders_and_files_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    root = tmp_path / "project"
    put(root, "src/train.py")
    put(root, "closed/inner.py")
    put(root, "src/shut.py")
    open_to_all(root)
    (root / "closed").chmod(0)
    (root / "src/shut.py").chmod(0)

    def work() -> None:
        told = reasons(look(root))
        assert "cannot be listed" in told["closed"]
        assert "cannot be read" in told["src/shut.py"]

    try:
        unprivileged(work)
    finally:
        (root / "closed").chmod(0o755)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_tree_that_may_not_be_written_is_linted(tmp_path: Path) -> None:
    root = tmp_path / "project"
    put(root, "src/train.py")
    open_to_all(root)
    root.chmod(0o555)

    def work() -> None:
        assert look(root).files == ("src/train.py",)

    unprivileged(work)
    root.chmod(0o755)


@pytest.mark.parametrize("became", ["nothing", "a folder", "a link", "a pipe"])
def test_what_changes_between_list_and_read(
    root: Path, tmp_path: Path, became: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = root / "src/train.py"
    outside = secret(tmp_path)
    inner = disk.read_regular

    def later(top: str, path: str, limit: int) -> bytes:
        if path == "src/train.py" and victim.is_file() and not victim.is_symlink():
            victim.unlink()
            if became == "a folder":
                victim.mkdir()
            elif became == "a link":
                victim.symlink_to(outside)
            elif became == "a pipe":
                os.mkfifo(victim)
        return inner(top, path, limit)

    monkeypatch.setattr(worktree, "read_regular", later)
    report = look(root)
    assert reasons(report)["src/train.py"] in (
        "is not there", "deleted in the work tree", "is a folder", "is a symbolic link", "is no regular file",
    )  # fmt: skip
    assert SECRET not in everything(report)


NAMES = (
    b"bad-\xff\xfe.py",
    b"new\nline.py",
    b"cr\r::error::x.py",
    b"esc\x1b[31m\x1b]8;;http:x\x07.py",
    "bidi\u202eyp.exe.py".encode(),
    "zero\u200bwidth.py".encode(),
    "tag\U000e0041.py".encode(),
    b"::error file=a::x.py",
    b"##vso[task.complete]x.py",
    b"##[error]x.py",
    b"\n::set-output name=a::b.py",
    b"-rf",
    b"-rf.py",
    b"--output-format=json.py",
    b"a b'c\"d`e$(touch x).py",
    b"%0A::error::.py",
    b"|=1+1.py",
    b"*.py",
    b":(glob)x.py",
    b"\\..\\x.py",
    b".py",
    b"...",
    b"~.py",
    b"CON.py",
)


def harmless(text: str) -> bool:
    return all(
        character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text
    )


@pytest.mark.parametrize("folder", ["", "src/"])
def test_names_that_are_commands_and_worse(root: Path, folder: str) -> None:
    for name in NAMES:
        path = os.path.join(os.fsencode(root / folder), name)  # noqa: PTH118  (bytes)
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(b"x = (\n")
    stage(root)
    report = look(root)
    assert {os.fsencode(path) for path in report.files} >= {os.fsencode(folder) + name for name in NAMES}
    shown = everything(report)
    assert harmless(shown)
    assert not [line for line in shown.split("\n") if line.startswith(("::set-output", "::error file=a"))]
    assert "##[" not in shown
    assert "##vso[" not in shown


def test_names_are_shown_harmlessly_by_show_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in NAMES:
        Path(root, os.fsdecode(name)).write_bytes(b"x = 1\n")
    assert run(["--show-files", "--isolated", str(root)]) == 0
    shown = capsys.readouterr().out
    assert harmless(shown)
    assert not [line for line in shown.split("\n") if line.startswith("::")]
    assert "##" not in shown.replace("# #", "")


def test_folders_without_end_are_cut_off(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(200):
        os.mkdir("d" * 100, dir_fd=folder)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("deep.py", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    put(tmp_path, "train.py")
    report = look(tmp_path)
    assert report.files == ("train.py",)
    assert any("folder" in gap.reason for gap in report.not_analysed)
    remove_deep(tmp_path)


def remove_deep(top: Path) -> None:
    """`rm -r` of what no path is short enough for; pytest would stumble over it."""
    here = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(200):
            (Path("d" * 100)).rename("x")
            if Path("x", "d" * 100).exists():
                Path("x", "d" * 100).rename("d" * 100)
            for file in Path("x").iterdir():
                file.unlink()
            Path("x").rmdir()
            if not Path("d" * 100).exists():
                break
    finally:
        os.chdir(here)


def test_a_path_deeper_than_the_limit(tmp_path: Path) -> None:
    put(tmp_path, "/".join(["d"] * (disk.MAX_DEPTH + 6)) + "/deep.py")
    put(tmp_path, "train.py")
    report = look(tmp_path)
    assert report.files == ("train.py",)
    assert list(reasons(report).values()) == [f"lies deeper than {disk.MAX_DEPTH} folders"]


@pytest.mark.parametrize("module", [disk, worktree])
def test_too_many_files_are_told(root: Path, monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setattr(disk, "MAX_FILES", 50)
    monkeypatch.setattr(worktree, "MAX_FILES", 50)
    for number in range(100):
        put(root, f"many/{number:03}.txt")
    report = look(root)
    assert len(report.files) == 50
    assert reasons(report)[""] == "more than 50 files: the rest was not looked into"


@pytest.mark.skipif(not os.environ.get("MLOPS_LINT_HOSTILE"), reason="takes long to make (`just hostile`)")
def test_hundreds_of_thousands_of_files(tmp_path: Path) -> None:
    """As many as the limit and some more: hard links cost little to make."""
    put(tmp_path, "train.py")
    for folder in range(8):
        seed = put(tmp_path, f"{folder}/seed.txt", "x")
        for number in range(26_000):
            os.link(seed, f"{tmp_path}/{folder}/{number}.txt")
    told: list[str] = []
    entries = disk.walk(str(tmp_path), lambda _path, reason: told.append(reason))
    assert len(entries) == disk.MAX_FILES
    assert told == [f"more than {disk.MAX_FILES} files: the rest was not looked into"]


def test_many_notices_take_no_time(tmp_path: Path) -> None:
    put(tmp_path, "train.py")
    with open_worktree(tmp_path) as view:
        for number in range(100_000):
            view.note(f"f{number}", "is no regular file")
        view.note("f7", "is no regular file")
        assert len(view.notices) == 100_000


def test_names_that_differ_in_case_or_normal_form_stay_apart(root: Path) -> None:
    names = [
        "Model.py",
        "model.py",
        "MODEL.py",
        unicodedata.normalize("NFC", "é.py"),
        unicodedata.normalize("NFD", "é.py"),
    ]
    for name in names:
        put(root, f"a/{name}")
    if len(list((root / "a").iterdir())) < len(names):
        pytest.skip("the file system takes them for one")
    stage(root)
    assert {f"a/{name}" for name in names} <= set(look(root).files)


@pytest.mark.parametrize("names", [(CHARTER, "MLPROJECT.YAML"), (CHARTER, "Mlproject.yaml")])
def test_two_charters_that_differ_in_case(root: Path, names: tuple[str, str]) -> None:
    for name in names:
        put(root, name, "schema: 1\n")
    stage(root)
    look(root)


def test_a_fix_never_writes_through_a_link_or_a_hard_link(root: Path, tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/victim.py", "abc\n")
    os.link(outside, root / "hard.py")
    (root / "soft.py").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    fixes = [
        Fix("x", (Edit(Location(path, 1, 1, 1, 4), "evil"),)) for path in ("hard.py", "soft.py", "folder/victim.py")
    ]
    planned = plan(root, fixes)
    planned.write()
    assert planned.applied == 1
    assert len(planned.refused) == 2
    assert outside.read_text() == "abc\n"
    assert (root / "hard.py").read_text() == "evil\n"


@pytest.mark.parametrize("kind", ["pipe", "device", "huge", "folder"])
def test_a_fix_reads_regular_files_of_a_sane_size(root: Path, kind: str) -> None:
    victim = root / "victim.py"
    if kind == "pipe":
        os.mkfifo(victim)
    elif kind == "device":
        victim.symlink_to("/dev/zero")
    elif kind == "huge":
        with victim.open("wb") as file:
            file.truncate(1 << 40)
    else:
        victim.mkdir()
    planned = plan(root, [Fix("x", (Edit(Location("victim.py", 1, 1, 1, 1), "evil"),))])
    assert len(planned.refused) == 1


def test_a_root_that_is_a_link(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    assert look(link).files == look(root).files


def test_the_charter_as_a_folder(root: Path) -> None:
    put(root, f"{CHARTER}/inner.py")
    stage(root)
    report = look(root)
    assert [found.code for found in report.diagnostics][:1] == ["CH001"]


@pytest.mark.parametrize("name", [".git", "src", "pyproject.toml", "README.md", ".github", ".gitignore"])
def test_files_where_folders_are_expected_and_the_reverse(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    put(root, "train.py")
    if name in (".git", "src", ".github"):
        put(root, name, "x")
    else:
        (root / name).mkdir()
    assert "train.py" in look(root).files


def test_init_never_writes_through_a_link(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside.yaml"
    (root / CHARTER).symlink_to(outside)
    assert run(["init", str(root)]) == 2
    assert not outside.exists()
    capsys.readouterr()


def test_reports_of_stray_reads(root: Path) -> None:
    with open_worktree(root) as view:
        for path in (
            "../x",
            "/etc/passwd",
            "src/../../x",
            ".git/config",
            "src/.GIT/config",
            "a\0b",
            "",
            "a//b",
            "x" * 5000,
        ):
            with pytest.raises(Unreadable):
                view.read(path)
        assert stat.S_ISREG((root / "src/train.py").stat().st_mode)
