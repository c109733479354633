"""The cache of file facts, worker processes, and that neither changes a result."""

from __future__ import annotations

import ast
import datetime
import io
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_lint import cache, workers
from mlops_lint.cache import CACHE_DIR, FILE, SOURCES, FactCache, facts_version, open_cache
from mlops_lint.cli.commands import run
from mlops_lint.documents.python import PythonSource
from mlops_lint.facts.files import store
from mlops_lint.facts.files.encoding import Answer, decode, encode
from mlops_lint.facts.files.store import FileFacts, Task, work_out
from mlops_lint.facts.files.symbols import BindingFact, DefinitionFact, ImportFact, Symbols, TableFact, UseFact, symbols
from mlops_lint.repo.view import Unreadable

PACKAGE = Path(cache.__file__).parent
MODULE = b"""import numpy as np
from . import data as d
__all__ = ["fit", "\\ud800"]
def fit(model, *parts, flag: bool = True, **rest) -> "Model":
    return model.fit(*parts, key=np.mean(d.load()[0]), **rest)
class Model(Base):
    x: int = 3
if __name__ == "__main__":
    fit(Model(), 1)
"""
TASK: Task = (".py", MODULE)
EXAMPLE = Path(__file__).parents[1] / "examples" / "churn"


def kept(folder: Path, **extra: object) -> FactCache:
    return FactCache(folder / "cache", b"1", today=20_000, **extra)  # type: ignore[arg-type]


def filled(folder: Path) -> FactCache:
    """A cache as a run before left it."""
    found = kept(folder)
    found.keep(TASK, encode(work_out(*TASK)))
    found.close()
    assert not found.trouble
    return kept(folder)


def answers(files: FileFacts, tree: Mapping[str, bytes]) -> dict[str, Answer]:
    return files.of(tree, tree.__getitem__)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the files that were worked out in this process."""
    seen: list[str] = []

    def counting(kind: str, data: bytes) -> Answer:
        seen.append(kind)
        return work_out(kind, data)

    monkeypatch.setattr(store, "work_out", counting)
    return seen


# What is stored

TEXT = st.text(max_size=8)
TEXTS = st.lists(TEXT, max_size=3)
NUMBER = st.integers(0, 10_000)
SYMBOLS = st.builds(
    Symbols,
    st.lists(
        st.builds(DefinitionFact, TEXT, TEXT, NUMBER, NUMBER, NUMBER, TEXTS, TEXTS, TEXTS, TEXTS, TEXT, TEXT),
        max_size=3,
    ),
    st.lists(st.builds(ImportFact, TEXT, TEXT, TEXT, TEXT, NUMBER, NUMBER), max_size=3),
    st.lists(st.builds(BindingFact, TEXT, TEXT, TEXT, NUMBER, st.booleans(), TEXT), max_size=3),
    st.lists(
        st.builds(
            UseFact, TEXT, TEXT, NUMBER, NUMBER, NUMBER, NUMBER, st.booleans(), TEXTS,
            st.dictionaries(TEXT, TEXT, max_size=3),
        ),
        max_size=4,
    ),
    st.none() | TEXTS,
    st.booleans(),
    st.lists(st.builds(TableFact, TEXT, TEXTS), max_size=3),
)  # fmt: skip


@given(SYMBOLS | TEXT)
def test_answers_survive_their_encoding(answer: Answer) -> None:
    back = decode(encode(answer))
    assert back == answer
    assert repr(back) == repr(answer)  # types and the order of keywords, too


@given(st.binary(max_size=40))
def test_damaged_payloads_are_misses(payload: bytes) -> None:
    assert decode(payload) is None or isinstance(decode(payload), str | Symbols)


def test_the_symbols_of_the_linter_itself_survive() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        answer = work_out(".py", path.read_bytes())
        assert isinstance(answer, Symbols), (path, answer)
        assert repr(decode(encode(answer))) == repr(answer)


def test_a_new_field_of_the_facts_is_not_forgotten() -> None:
    assert {kind.__name__: len(kind.__slots__) for kind in (DefinitionFact, ImportFact, BindingFact, UseFact)} == {
        "DefinitionFact": 12,
        "ImportFact": 6,
        "BindingFact": 6,
        "UseFact": 9,
    }
    assert len(Symbols.__slots__) == 7  # where this fails: encoding.py, and the strategy above


def test_the_version_covers_every_module_that_makes_facts() -> None:
    code = (
        "import sys; import mlops_lint.facts.files.store, mlops_lint.documents.notebook;"
        "print(*sorted(n for n in sys.modules if n.startswith(('mlops_lint.documents.', 'mlops_lint.facts.'))))"
    )
    names = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    modules = [PACKAGE.parent / (name.replace(".", "/") + ".py") for name in names]
    assert {str(file.relative_to(PACKAGE).as_posix()) for file in modules if file.is_file()} == set(SOURCES)


def test_the_version_follows_the_sources(tmp_path: Path) -> None:
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((PACKAGE / name).read_bytes())
    same = facts_version(tmp_path)
    assert same == facts_version()
    (tmp_path / SOURCES[-1]).write_bytes(b"changed")
    assert facts_version(tmp_path) not in (same, None)
    (tmp_path / SOURCES[-1]).unlink()
    assert facts_version(tmp_path) is None


# A store of facts


def test_an_answer_comes_from_the_cache(tmp_path: Path, counted: list[str]) -> None:
    tree = {"a.py": MODULE, "b.py": b"def (", "c.ipynb": b"[]"}
    first = kept(tmp_path)
    cold = answers(FileFacts(first), tree)
    first.close()
    assert counted == [".py", ".py", ".ipynb"]
    warm = answers(FileFacts(kept(tmp_path)), tree)
    assert counted == [".py", ".py", ".ipynb"]
    assert repr(warm) == repr(cold) == repr(answers(FileFacts(), tree))
    assert isinstance(warm["b.py"], str)


def test_a_second_look_within_a_run_needs_no_work(tmp_path: Path, counted: list[str]) -> None:
    files = FileFacts(kept(tmp_path))
    answers(files, {"a.py": MODULE})
    answers(files, {"b.py": MODULE})
    assert counted == [".py"]


def test_a_notebook_is_not_a_module_of_the_same_bytes(tmp_path: Path) -> None:
    files = FileFacts(kept(tmp_path))
    found = answers(files, {"a.py": b"{}", "a.ipynb": b"{}", "b.py": b"{}"})
    assert found["a.py"] == found["b.py"]
    assert kept(tmp_path)._key(".py", b"{}") != kept(tmp_path)._key(".ipynb", b"{}")


def test_what_cannot_be_read_is_said_in_its_place() -> None:
    def read(path: str) -> bytes:
        if path == "b.py":
            raise Unreadable(path, "is gone")
        return MODULE

    found = FileFacts().of(["a.py", "b.py", "c.py"], read)
    assert list(found) == ["a.py", "b.py", "c.py"]
    assert found["b.py"] == "is gone"


def test_files_are_settled_in_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tree = {f"{number}.py": b"x = %d\n" % number for number in range(20)}
    whole = answers(FileFacts(), tree)
    monkeypatch.setattr(store, "BATCH", 20)
    assert repr(answers(FileFacts(kept(tmp_path)), tree)) == repr(whole)


def test_depth_is_judged_alike_from_everywhere() -> None:
    def deeper(levels: int, data: bytes) -> Answer:
        return deeper(levels - 1, data) if levels else work_out(".py", data)

    for count in (500, 1500, 2300, 2400, 2500, 3000):
        data = b"x = " + b"1 + " * count + b"1\n"
        assert repr(deeper(150, data)) == repr(work_out(".py", data))


# The file


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b"no database at all" * 100),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-2000]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"numpy", b"scipy")),
        lambda file: change(file, "UPDATE facts SET value = 'text', sum = 3"),
        lambda file: change(file, "UPDATE facts SET value = x'5b5d'"),
        lambda file: change(file, "DROP TABLE facts"),
        lambda file: change(file, "ALTER TABLE facts DROP COLUMN sum"),
    ],
)
def test_damage_is_a_miss_and_heals(tmp_path: Path, damage: object, counted: list[str]) -> None:
    file = filled(tmp_path).file
    damage(file)  # type: ignore[operator]
    wanted = {"a.py": work_out(*TASK)}
    for _ in range(3):
        found = kept(tmp_path)
        assert repr(answers(FileFacts(found), {"a.py": MODULE})) == repr(wanted)
        found.close()
    assert len(counted) <= 2


def change(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_locked_file_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "BUSY_SECONDS", 0.05)
    found = filled(tmp_path)
    holder = sqlite3.connect(found.file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert repr(answers(FileFacts(found), {"a.py": MODULE})) == repr({"a.py": work_out(*TASK)})
        found.close()
        assert "locked" in found.trouble
    finally:
        holder.close()


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    found = kept(tmp_path)
    answers(FileFacts(found), {"a.py": MODULE})
    found.close()
    assert found.trouble


def test_a_full_disk_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    found = kept(tmp_path)
    answers(FileFacts(found), {"a.py": MODULE})
    monkeypatch.setattr(FactCache, "_drop", full)
    found.close()
    assert found.trouble == "database or disk is full"
    monkeypatch.undo()
    assert not kept(tmp_path).load([TASK])


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_the_folder_is_the_users_own(tmp_path: Path) -> None:
    file = filled(tmp_path).file
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.parent.chmod(0o777)
    assert not kept(tmp_path).load([TASK])
    assert kept(tmp_path, shared=True).load([TASK])


def test_what_was_not_used_for_long_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache"
    tasks = [(".py", b"x = %d" % number) for number in range(4)]
    for day, task in zip((100, 150, 191, 192), tasks, strict=True):
        found = FactCache(folder, b"1", today=day)
        found.load([tasks[0]])  # the first one is used in every run
        found.keep(task, b"[" * 100)
        found.close()
    assert set(FactCache(folder, b"1", today=192).load(tasks)) == set(tasks)
    found = FactCache(folder, b"1", today=245)
    found.load([tasks[0]])
    found.close()
    assert set(FactCache(folder, b"1", today=245).load(tasks)) == {tasks[0], tasks[2], tasks[3]}
    monkeypatch.setattr(cache, "MAX_BYTES", 250)
    found = FactCache(folder, b"1", today=246)
    found.load([tasks[0]])
    found.close()
    assert set(FactCache(folder, b"1", today=246).load(tasks)) == {tasks[0], tasks[3]}


def test_runs_at_the_same_time(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mlops_lint.cache import FactCache;"
        "from mlops_lint.facts.files.store import FileFacts, work_out\n"
        "tree = {f'{n}.py': b'x = f(%d)' % n for n in range(int(sys.argv[2]), int(sys.argv[2]) + 60)}\n"
        "kept = FactCache(Path(sys.argv[1]), b'1'); found = FileFacts(kept).of(tree, tree.__getitem__); kept.close()\n"
        "assert not kept.trouble, kept.trouble\n"
        "assert all(found[p] == work_out('.py', d) for p, d in tree.items())\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "c"), str(n)]) for n in (0, 30, 0, 60)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    tasks = [(".py", b"x = f(%d)" % number) for number in range(120)]
    assert len(FactCache(tmp_path / "c", b"1").load(tasks)) == 120


# Where it lies


def test_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt":
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(CACHE_DIR, raising=False)

    def place(directory: str | None, root: Path | None) -> Path | None:
        found = open_cache(directory, root)
        return found.file.parent if found else None

    assert place(None, tmp_path / "repository") == tmp_path / "mlops-lint"
    assert place(None, tmp_path) is None  # inside what is linted
    assert place(str(tmp_path / "x"), tmp_path) == tmp_path / "x"
    monkeypatch.setenv(CACHE_DIR, str(tmp_path / "named"))
    assert place(None, None) == tmp_path / "named"
    assert place("given", None) == Path("given")
    assert not list(tmp_path.iterdir())


# Workers


TREE = {f"{number}.py": MODULE.replace(b"fit", b"fit%d" % number) for number in range(9)} | {"n.ipynb": b"{}"}


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_any_number_of_processes_gives_the_same(tmp_path: Path, jobs: int) -> None:
    found = kept(tmp_path)
    assert repr(answers(FileFacts(found, workers.spread(jobs)), TREE)) == repr(answers(FileFacts(), TREE))
    found.close()
    assert len(kept(tmp_path).load([(store.kind_of(path), data) for path, data in TREE.items()])) == len(TREE)


DYING = "import sys; sys.stdin.buffer.read(5); sys.exit(1)"
STAMMERING = "import sys; sys.stdin.buffer.read(5); sys.stdout.write('\\0\\0\\1\\0half'); sys.stdout.flush()"
LYING = "import sys\nwhile sys.stdin.buffer.read(5): sys.stdout.write('\\0\\0\\0\\2{}'); sys.stdout.flush()"
HANGING = "import time; time.sleep(600)"
MISSING = "import no_such_module_anywhere"


@pytest.mark.parametrize("program", [DYING, STAMMERING, LYING, HANGING, MISSING])
def test_a_worker_that_fails_costs_only_time(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that never says that it is ready: something is wrong with this machine, not with a file."""
    monkeypatch.setattr(workers, "_BOOT", program.replace("{", "{{").replace("}", "}}"))
    monkeypatch.setattr(workers, "STALLED", 0.2)
    assert repr(answers(FileFacts(None, workers.spread(2)), TREE)) == repr(answers(FileFacts(), TREE))


SERVE = (
    "import sys, time; sys.path.insert(0, {{root!r}}); from mlops_lint import workers; work_out = workers.work_out\n"
    "def hurt(kind, data): return {} if b'hurtful' in data else work_out(kind, data)\n"
    "workers.work_out = hurt; workers.serve()"
)


@pytest.mark.parametrize("end", ["sys.exit(1)", "time.sleep(600)", "b'x' * 3_000_000_000"])
def test_a_file_that_ends_two_workers_is_not_tried_here(
    tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_BOOT", SERVE.format(end))
    monkeypatch.setattr(workers, "STALLED", 3.0)
    tree = {"a.py": MODULE, "b.py": b"hurtful = 1\n", "c.py": MODULE + b"\n"}
    found = kept(tmp_path)
    said = answers(FileFacts(found, workers.spread(2)), tree)
    found.close()
    assert said.pop("b.py") == store.GAVE_UP
    assert repr(said) == repr({path: answer for path, answer in answers(FileFacts(), tree).items() if path != "b.py"})
    assert not kept(tmp_path).load([(".py", tree["b.py"])])  # another machine, or another day, may have more time


def test_a_file_that_ends_one_worker_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met = f"open({str(tmp_path / 'met')!r}, 'a')"
    once = f"(sys.exit(1) if not {met}.tell() and {met}.write('x') else work_out(kind, data))"
    monkeypatch.setattr(workers, "_BOOT", SERVE.format(once))
    tree = {"a.py": MODULE, "b.py": b"hurtful = 1\n", "c.py": MODULE + b"\n"}
    assert repr(answers(FileFacts(None, workers.spread(2)), tree)) == repr(answers(FileFacts(), tree))


def test_without_a_program_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert repr(answers(FileFacts(None, workers.spread(2)), TREE)) == repr(answers(FileFacts(), TREE))


def test_a_worker_imports_nothing_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("struct", "ast", "json", "sitecustomize", "mlops_lint", "gc"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    payloads = workers._spread(2, [(".py", MODULE), (".py", b"x = 1")])
    assert None not in payloads
    assert not (tmp_path / "ran").exists()


def test_answer_all_answers_all() -> None:
    requests = b"".join(workers._REQUEST.pack(kind == ".ipynb", len(data)) + data for kind, data in [TASK, TASK])
    out = io.BytesIO()
    workers.answer_all(io.BytesIO(requests), out)
    payload = encode(work_out(*TASK))
    assert out.getvalue() == (workers._ANSWER.pack(len(payload)) + payload) * 2


def test_processes_only_where_they_pay_off() -> None:
    def tasks(size: int, kind: str = ".py") -> Iterable[Task]:
        return [(kind, b"x" * size)]

    assert workers.automatic([*tasks(7_000_000)], 4) == 1
    assert workers.automatic([*tasks(9_000_000)], 4) == 2
    assert workers.automatic([*tasks(9_000_000)], 1) == 1
    assert workers.automatic([*tasks(9_000_000, ".ipynb")], 4) == 1
    assert workers.spread(1) is None


# The whole


def lint_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run([str(EXAMPLE), "--output-format", "json", *words])
    return code, capsys.readouterr().out


def test_reports_are_byte_identical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    plain = lint_json(capsys, "--no-cache", "--jobs", "1")
    assert plain[0] in (0, 1)
    where = ["--cache-dir", str(tmp_path / "c")]
    assert lint_json(capsys, *where) == plain
    assert (tmp_path / "c" / FILE).is_file()
    assert lint_json(capsys, *where) == plain
    assert lint_json(capsys, "--no-cache", "--jobs", "3") == plain


def test_trouble_is_told_once_and_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_LINT_TODAY", "2026-11-20")
    (tmp_path / "c").write_text("")
    where = ["--cache-dir", str(tmp_path / "c")]
    assert "cache" not in lint_json(capsys, *where)[1].replace("cache-control", "")
    assert lint_json(capsys, *where, "-v")[1].count("the cache was not used") == 1


def test_views_in_memory_leave_the_disk_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlops_lint.checks import load_packs
    from mlops_lint.lint import lint_view
    from mlops_lint.repo.memory import MemoryView
    from mlops_lint.settings import Settings

    monkeypatch.setenv(CACHE_DIR, str(tmp_path / "c"))
    settings = Settings(today=datetime.date(2026, 11, 20))
    lint_view(MemoryView({"a.py": MODULE.decode(), "mlproject.yaml": ""}), settings, load_packs())
    assert not (tmp_path / "c").exists()


def test_facts_do_not_know_their_path() -> None:
    source = PythonSource("a.py", "x = f(1)\n", ["x = f(1)", ""], tree=ast.parse("x = f(1)\n"))
    assert symbols(source) == symbols(replace(source, path="b/c.py"))
