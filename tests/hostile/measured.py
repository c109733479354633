"""What was measured of output, kills, commands and file systems, as rows for `docs/robustness.md`."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
for folder in (str(HERE), str(HERE.parent)):
    if folder not in sys.path:
        sys.path.insert(0, folder)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: how many cases of `what` were tried, and in how many something broke."""

    what: str
    cases: int
    failures: int
    seconds: float = 0.0


def measured(kills: int = 500, processes: bool = True) -> list[Measure]:
    """Run everything here; with 500 kills it takes about two minutes."""
    rows = [_timed("poisoned text in every format", _formats), _timed("poisoned text in every escaper", _escapers)]
    rows += _kills(kills)
    if processes:
        rows.append(_timed("whole commands under the audit hook", _audited))
    return rows


def _timed(what: str, work: Callable[[], tuple[int, int]]) -> Measure:
    began = time.perf_counter()
    cases, failures = work()
    return Measure(what, cases, failures, time.perf_counter() - began)


def _formats() -> tuple[int, int]:
    from test_injection import POISON, judged, poisoned

    from mlops_lint.report import FORMATS, Options, render

    cases = failures = 0
    for text in [*POISON, *("".join(pair) for pair in itertools.pairwise(POISON))]:
        for name in FORMATS:
            for options in (Options(), Options(verbose=True, width=60), Options(view="evidence"), Options(quiet=True)):
                cases += 1
                try:
                    judged(render(poisoned(text), name, options), name)
                except (AssertionError, ValueError):
                    failures += 1
    return cases, failures


def _escapers() -> tuple[int, int]:
    from test_injection import INVISIBLE, POISON

    from mlops_lint.report.escape import ESCAPERS

    results = [INVISIBLE.search(function(text)) for function in ESCAPERS.values() for text in POISON]
    return len(results), sum(result is not None for result in results)


def _kills(kills: int) -> list[Measure]:
    from test_kill import kill_writers

    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        began = time.perf_counter()
        count = kill_writers(Path(folder), kills)
        seconds = time.perf_counter() - began
    return [
        Measure(
            "kill -9 while reports, charters and the cache are written: half files", count.kills, count.half, seconds
        ),
        Measure("kill -9 with two writers of one cache: corrupt reads", count.kills, count.corrupt, seconds),
    ]


def _audited() -> tuple[int, int]:
    from test_audit import AUDITED, WORDS

    failures = 0
    for words in WORDS:
        with tempfile.TemporaryDirectory(prefix="audited-") as folder:
            Path(folder, "train.py").write_text("import pandas\nprint(pandas.read_csv('a.csv'))\n")
            author = ["-c", "user.name=A", "-c", "user.email=a@b"]
            for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "x"]):
                subprocess.run(["git", *command], cwd=folder, check=True)
            done = subprocess.run(
                [sys.executable, str(AUDITED), *words], cwd=folder, capture_output=True, text=True, check=False
            )
            failures += bool(re.search("breach", done.stderr)) or done.returncode not in (0, 1)
    return len(WORDS), failures


if __name__ == "__main__":
    for row in measured():
        print(f"{row.cases:>6} {row.failures:>4} {row.seconds:7.1f} s  {row.what}")
