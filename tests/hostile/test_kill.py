"""A run may end at any moment: nothing that it writes is ever left half done, and no cache lies afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

if sys.platform == "win32":
    pytest.skip("there is no kill -9 on Windows", allow_module_level=True)

HERE = Path(__file__).parent
KILLS = 500 if os.environ.get("MLOPS_LINT_HOSTILE") else 60
LONGEST = 30.0

WRITERS = """\
import os
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from mlops_lint import files, initialise
from mlops_lint.cache import FactCache
root = Path(sys.argv[1])
OLD, NEW = b"o" * 2_000_000, b"n" * 3_000_000
sys.stdout.write("ready\\n")
sys.stdout.flush()
number = 0
while True:
    number += 1
    files.replace(root / "report.json", NEW if number % 2 else OLD)
    target = root / f"charter-{{os.getpid()}}-{{number}}.yaml"
    initialise.write(initialise.Draft("x" * 400_000, target, target.name, (), False))
    target.unlink(missing_ok=True)  # who looks for half files may have been first
    cache = FactCache(root / "cache", b"v" * 32, shared=True)
    tasks = [(".py", bytes([byte]) * (number % 5 + 1)) for byte in range(200)]
    known = cache.load(tasks)
    for task in tasks:
        if known.get(task, task[1] * 900) != task[1] * 900:
            sys.stdout.write("corrupt\\n")
            sys.stdout.flush()
        cache.keep(task, task[1] * 900)
    cache.close()
"""


@dataclass
class Count:
    """How often a process was killed, and what was found broken afterwards."""

    kills: int = 0
    half: int = 0
    corrupt: int = 0


def kill_writers(root: Path, kills: int, seed: int = 1) -> Count:
    """Kill processes that write all the time, at random moments; look at what they leave after each."""
    from mlops_lint.cache import FactCache

    count = Count()
    chance = random.Random(seed)
    code = WRITERS.format(path=[entry for entry in sys.path if entry])
    (root / "report.json").write_bytes(b"o" * 2_000_000)
    running = [_start(code, root) for _ in range(2)]
    while count.kills < kills:
        process = running.pop(0)
        running.append(_start(code, root))
        process.stdout.readline() if process.stdout else None
        time.sleep(chance.random() * 0.03)
        process.kill()
        said = process.communicate()[0]
        if process.returncode != -signal.SIGKILL:
            raise RuntimeError(f"a writer ended by itself ({process.returncode}): {said!r}")
        count.kills += 1
        count.corrupt += b"corrupt" in said
        count.half += not _whole(root / "report.json", {(b"o", 2_000_000), (b"n", 3_000_000)})
        count.half += any(not _whole(path, {(b"x", 400_000)}) for path in root.glob("charter-*.yaml"))
        cache = FactCache(root / "cache", b"v" * 32, shared=True)
        tasks = [(".py", bytes([byte]) * size) for byte in range(200) for size in range(1, 6)]
        count.corrupt += any(value != task[1] * 900 for task, value in cache.load(tasks).items())
        for charter in root.glob("charter-*.yaml"):
            charter.unlink(missing_ok=True)
    for process in running:
        process.kill()
        process.communicate()
    return count


def _start(code: str, root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE)


def _whole(path: Path, known: set[tuple[bytes, int]]) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return path.name.startswith("charter")  # the other process has taken it away
    return any(len(data) == size and data.count(letter) == size for letter, size in known)


def test_kills_leave_nothing_half(tmp_path: Path) -> None:
    count = kill_writers(tmp_path, KILLS)
    assert (count.kills, count.half, count.corrupt) == (KILLS, 0, 0)


def linter(*words: str, cwd: Path, stdout: IO[bytes] | int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    places = {"MLOPS_LINT_CACHE_DIR": str(cwd.parent / "cache"), "TMPDIR": str(cwd.parent / "tmp")}
    paths = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", "mlops_lint", *words],
        cwd=cwd,
        env={**os.environ, **places, "PYTHONPATH": paths},
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Where the tests themselves run in the background, an interrupt is ignored and would be in the child, too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  (no threads here)
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "tmp").mkdir()
    for number in range(120):
        (folder / f"train{number}.py").write_text("import pandas\n" + "x = pandas.read_csv('a.csv')\n" * 60)
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def left_over(root: Path) -> list[str]:
    """What a run must take away with it."""
    return sorted(path.name for path in (root.parent / "tmp").iterdir())


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes of its session, itself left out: git's have sessions of their own and see their pipes close."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == process.pid and int(status.parent.name) != process.pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_by_a_signal(root: Path, number: signal.Signals, code: int) -> None:
    """At every stage after the start; never a traceback, nothing left behind, no report half written."""
    seen = set()
    for delay in (0.35, 0.5, 0.7, 0.9):
        process = linter("--jobs", "2", "--no-cache", "--output-format", "json=out.json", cwd=root)
        time.sleep(delay)
        process.send_signal(number)
        _, err = process.communicate(timeout=LONGEST)
        assert process.returncode in (code, 0, 1, -number), err
        seen.add(process.returncode)
        assert b"Traceback" not in err or process.returncode == -number
        assert left_over(root) == []
        assert not list(root.glob(".*.tmp"))
        if (root / "out.json").exists():
            json.loads((root / "out.json").read_bytes())
    assert code in seen


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_and_git_end_with_the_run(root: Path) -> None:
    process = linter("--jobs", "4", "--no-cache", cwd=root)
    end = time.monotonic() + LONGEST
    while not children(process) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    while children(process) and time.monotonic() < end:
        time.sleep(0.05)
    assert children(process) == []


def test_killed_runs_do_not_fill_the_temporary_folder(root: Path) -> None:
    (root.parent / "tmp" / "mlops-lint-empty").mkdir()  # killed before anything stood in it
    for _ in range(3):
        before = left_over(root)
        process = linter("--no-cache", cwd=root)
        end = time.monotonic() + LONGEST
        while left_over(root) == before and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        process.kill()
        process.communicate()
    assert left_over(root)
    end = time.monotonic() + LONGEST
    while left_over(root) and time.monotonic() < end:
        # A git whose parent was killed may still write for a moment, which makes its folder young again.
        for name in left_over(root):
            os.utime(root.parent / "tmp" / name, (1, 1))
        linter("--no-cache", cwd=root).communicate()
    assert left_over(root) == []


def test_a_whole_run_is_killed_and_repeated(root: Path) -> None:
    """Killed at any moment with the cache on, the next run says what an undisturbed one says."""
    for path in list(root.glob("train*.py"))[6:]:
        path.unlink()
    quiet = linter("--no-cache", "--output-format", "json", cwd=root)
    expected = quiet.communicate()[0]
    chance = random.Random(2)
    for _ in range(40 if KILLS == 500 else 6):
        process = linter("--output-format", "json=out.json", cwd=root)
        time.sleep(chance.random() * 0.6)
        process.kill()
        process.communicate()
        if (root / "out.json").exists():
            json.loads((root / "out.json").read_bytes())
            (root / "out.json").unlink()
        for stale in root.glob(".out.json*.tmp"):
            stale.unlink()
        assert linter("--output-format", "json", cwd=root).communicate()[0] == expected


FULL = "could not write"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--output-format", "json"],
        ["evidence"],
        ["rule", "--all"],
        ["schema", "report"],
        ["init", "--dry-run"],
        ["--show-files"],
        ["--show-settings"],
    ],
)
def test_a_full_disk_is_never_green(root: Path, words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        process = linter(*words, cwd=root, stdout=full)
        err = process.communicate(timeout=LONGEST)[1].decode()
    assert process.returncode == 2
    assert FULL in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_as_a_file_is_written_into_and_stays(root: Path) -> None:
    process = linter("--output-format", "json=/dev/full", cwd=root)
    err = process.communicate(timeout=LONGEST)[1].decode()
    assert process.returncode == 2
    assert FULL in err
    assert Path("/dev/full").is_char_device()


def test_devices_and_pipes_are_written_through(root: Path) -> None:
    pipe = root / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        process = linter("--output-format", f"json={pipe}", "--output-format", f"sarif={os.devnull}", cwd=root)
        read = reader.communicate(timeout=LONGEST)[0]
        process.communicate(timeout=LONGEST)
    assert json.loads(read)["schema_version"] == "1"
    assert pipe.is_fifo()
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("words", [["--output-format", "json"], ["rule", "--all"], ["--show-files"], []])
def test_a_reader_that_goes_away(root: Path, words: list[str]) -> None:
    process = linter(*words, cwd=root)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(LONGEST) in (0, 1)
    assert err == b""


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(root: Path, stream: str) -> None:
    words = f"exec {sys.executable} -m mlops_lint --no-cache {stream}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(["/bin/sh", "-c", words], cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1, 2)
    assert b"Traceback" not in done.stderr


def test_a_target_that_cannot_be_replaced_stays(root: Path) -> None:
    (root / "out.json").mkdir()
    process = linter("--output-format", "json=out.json", cwd=root)
    err = process.communicate()[1]
    assert process.returncode == 2
    assert FULL.encode() in err
    assert (root / "out.json").is_dir()
