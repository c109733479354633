"""Runs the corpus of hostile files, each inside a healthy project, in processes that may die.

`python tests/hostile/parser_faults.py` runs all of it and prints what did not go as it should; names or parts of names
choose cases. `parser_faults()` gives the rows.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import faults_meaning  # noqa: E402
import faults_other  # noqa: E402
import faults_python  # noqa: E402
import faults_yaml  # noqa: E402
from fault_cases import Case, numbered  # noqa: E402
from healthy import importing, project  # noqa: E402

CASES = numbered([*faults_python.CASES, *faults_meaning.CASES, *faults_yaml.CASES, *faults_other.CASES])
CAP = 10.0
"""Seconds of processor time after which a case counts as a hang; of the clock it may be six times as many."""
SLOW = 5.0
SPEAKING = ("CODEOWNERS", "tox.ini", "setup.cfg", "pytest.ini")
"""Files that say something about all others, so that what is told of those may change with them."""
MEMORY = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one case. `outcome` is `read`, `not analysed` or `finding`; anything else is a defect."""

    case: str
    outcome: str
    seconds: float
    detail: str = ""

    @property
    def sound(self) -> bool:
        """Whether it went as it should."""
        return self.outcome in ("read", "not analysed", "finding")


def parser_faults(names: Iterable[str] = (), processes: int | None = None) -> list[Row]:
    """Run the cases whose names hold one of `names` (all without), in the order of the corpus."""
    wanted = tuple(names)
    chosen = [case.name for case in CASES if not wanted or any(part in case.name for part in wanted)]
    pending: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in chosen:
        pending.put(name)
    rows: dict[str, Row] = {}
    threads = [threading.Thread(target=_work, args=(pending, rows)) for _ in range(processes or os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [rows[name] for name in chosen]


def _work(pending: queue.SimpleQueue[str], rows: dict[str, Row]) -> None:
    child: _Child | None = None
    try:
        while True:
            try:
                name = pending.get_nowait()
            except queue.Empty:
                return
            child = child if child is not None and child.alive else _Child()
            rows[name] = child.run(name)
    finally:
        if child is not None:
            child.end()


class _Child:
    """A process that lints one case after another, until one of them kills it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(HERE / "parser_faults.py"), "--serve"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.alive = True
        self.lines.get(timeout=60)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def run(self, name: str) -> Row:
        assert self.process.stdin is not None
        started = time.monotonic()
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        try:
            line = self.lines.get(timeout=6 * CAP)
        except queue.Empty:
            self.end(kill=True)
            return Row(name, "hang", time.monotonic() - started)
        if not line:
            self.end()
            status = self.process.returncode
            hung = sys.platform != "win32" and status == -signal.SIGPROF
            return Row(name, "hang" if hung else "died", time.monotonic() - started, f"exit status {status}")
        return Row(**json.loads(line))

    def end(self, *, kill: bool = False) -> None:
        self.alive = False
        if kill:
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()
        self.reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


def serve() -> None:
    """The child's side: names in, rows out."""
    _bounded()
    judge = Judge()
    print("ready", flush=True)
    by_name = {case.name: case for case in CASES}
    for line in sys.stdin:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, CAP)
        print(json.dumps(asdict(judge.row(by_name[line.strip()]))), flush=True)


def _bounded() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Judge:
    """Lints cases in this process and holds the healthy files' findings against those without a case."""

    def __init__(self) -> None:
        from mlops_lint.checks import load_packs

        self.registry = load_packs()
        self.healthy = project()
        self.expected = _told(self.lint(self.healthy), set(self.healthy))
        assert self.expected, "the healthy project must have findings, or nothing could be seen to move"

    def lint(self, files: dict[str, bytes]) -> Any:
        """The report on a project."""
        import datetime

        from mlops_lint.lint import lint_view
        from mlops_lint.repo.memory import MemoryView
        from mlops_lint.settings import Settings

        return lint_view(MemoryView(files), Settings(today=datetime.date(2026, 11, 20)), self.registry)

    def row(self, case: Case) -> Row:
        """Lint one case and judge what was said."""
        files = {**(importing(self.healthy) if case.inside else self.healthy), **case.files()}
        started = time.process_time()
        try:
            report = self.lint(files)
            for name in ("text", "json", "sarif"):
                _rendered(report, name)
        except MemoryError:
            return Row(case.name, "memory", time.process_time() - started)
        except Exception as error:  # noqa: BLE001  (whatever comes out is what is looked for)
            return Row(case.name, "traceback", time.process_time() - started, _where(error))
        seconds = round(time.process_time() - started, 3)
        outcome, detail = self.outcome(case, report)
        return Row(case.name, "slow" if seconds > SLOW else outcome, seconds, detail)

    def same(self, report: Any) -> bool:
        """Whether the findings on the healthy files stand; that something is nowhere may have become *cannot tell*."""
        untold = {o.code for project in report.projects for o in project.outcomes if o.state.value == "cannot-tell"}
        told = _told(report, set(self.healthy))
        lost = {text: (code, kind) for text, code, kind in self.expected if text not in {found[0] for found in told}}
        return {found[0] for found in told} <= {found[0] for found in self.expected} and all(
            kind == "absence" and code in untold for code, kind in lost.values()
        )

    def outcome(self, case: Case, report: Any) -> tuple[str, str]:
        """One word, and what is wrong where something is."""
        broken = [d.finding.message for d in report.diagnostics if d.code.startswith("INT")]
        if broken:
            return "traceback", broken[0]
        neighbour = not case.inside and case.path not in self.healthy and not case.path.endswith(SPEAKING)
        if neighbour and not self.same(report):
            return "moved", "findings on the healthy files are not what they were"
        records = [gap.reason for gap in report.not_analysed if gap.path == case.path]
        found = any(d.finding.place.path == case.path and d.code == "CH002" for d in report.diagnostics)
        if len(records) > 1:
            return "repeated", "; ".join(records)
        if case.says == "record" and not records:
            return "silent", "no record that the file was not analysed"
        if case.says == "finding" and not found and not records:
            return "silent", "no finding says what is wrong"
        if case.says == "read" and records:
            return "refused", records[0]
        return ("not analysed", records[0]) if records else ("finding", "") if found else ("read", "")


def _told(report: Any, paths: set[str]) -> list[tuple[str, str, str]]:
    """(all of a finding, its code, its kind)."""
    found = [d for d in report.diagnostics if d.finding.place.path in paths]
    return [(repr(d.finding) + d.code, d.code, d.finding.kind.value) for d in found]


def _rendered(report: Any, name: str) -> str:
    from mlops_lint.report import Options, render

    shown = render(report, name, Options(color=False, width=100))
    assert isinstance(shown, str)
    shown.encode("utf-8")
    return shown


def _where(error: BaseException) -> str:
    import traceback

    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {str(error)[:120]} ({' '.join(frames[:2] + frames[-3:])})"


def summary(rows: Sequence[Row]) -> str:
    """Counts by outcome, the slowest cases, and every defect."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.outcome] = counts.get(row.outcome, 0) + 1
    lines = [f"{len(rows)} cases: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))]
    slowest = sorted(rows, key=lambda row: -row.seconds)[:10]
    lines += ["slowest: " + ", ".join(f"{row.case} {row.seconds:.2f} s" for row in slowest)]
    lines += [f"{row.outcome:10} {row.case} {row.seconds:.2f} s {row.detail[:300]}" for row in rows if not row.sound]
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve()
    else:
        made = parser_faults(sys.argv[1:])
        print(summary(made))
        sys.exit(any(not row.sound for row in made))
