"""Everything that is hostile, run and counted; `docs/robustness.md` holds what came of it.

python -m benchmarks.robustness [--quick] [--seconds N] [--fuzz-python PATH] [--compare]

`--quick` is for every change: without the control, with short fuzzing, and the table is printed alone.
`--compare` measures other tools on the same files, as far as they are installed.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import importlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = ROOT / "tests" / "hostile"
PAGE = ROOT / "docs" / "robustness.md"
COMMAND = "python -m benchmarks.robustness"
HANG = 5.0
"""Seconds."""
MEASURED_BELOW = frozenset(
    {"test_fuzz_targets.py", "test_git_matrix.py", "test_parser_faults.py", "test_robustness.py"}
)
"""Tests of what has a section of its own here."""
PEERS = (("pylint", f"--rcfile={os.devnull}", "--persistent=n"), ("ruff", "check", "--isolated", "--no-cache"))
"""Other linters of Python, with the words that make them read nothing but the file."""
_BLOCK = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.S)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `runs` counts what was executed, the rest what should be nothing."""

    what: str
    cases: int
    runs: int
    harmed: int = 0
    """Programs of the repository that ran, secrets that were shown."""
    deaths: int = 0
    hangs: int = 0
    tracebacks: int = 0
    wrong: int = 0
    """Anything else that did not go as it should."""
    slowest: float = 0.0
    case: str = ""
    """The slowest one."""
    peer: bool = False
    """It is of another tool, and no defect of ours."""

    @property
    def defects(self) -> int:
        """What should be nothing, summed up."""
        return 0 if self.peer else self.harmed + self.deaths + self.hangs + self.tracebacks + self.wrong

    def cells(self) -> list[str]:
        """The row of the table."""
        slowest = f"{self.slowest:.2f} s" + (f" ({self.case})" if self.case else "") if self.slowest else ""
        numbers = (self.cases, self.runs, self.harmed, self.deaths, self.hangs, self.tracebacks, self.wrong)
        return [self.what, *(f"{number:,}" for number in numbers), slowest]


HEAD = ("what", "cases", "runs", "harmed", "deaths", "hangs over 5 s", "tracebacks", "other faults", "slowest")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    quick: bool
    seconds: float
    python: str
    compare: bool


@dataclass(slots=True)
class Measured:
    """The rows so far, sentences to put under the table, and what was left out and why."""

    rows: list[Row]
    notes: list[str]
    missing: list[str]


def hostile(name: str) -> Any:
    """A module of tests/hostile."""
    if str(HOSTILE) not in sys.path:
        sys.path.insert(0, str(HOSTILE))
    return importlib.import_module(name)


def git(options: Options, measured: Measured) -> None:
    """Repositories whose git folder runs programs, against every command of ours; plain git is the control."""
    rows = hostile("git_matrix").git_matrix(with_plain=not options.quick)
    runs = [(row.vector, ran) for row in rows for ran in row.ours.values()]
    slowest = max(runs, key=lambda run: run[1].seconds)
    measured.rows.append(
        Row(
            "hostile git folders",
            len(rows),
            len(runs),
            harmed=sum(ran.executed or ran.leaked for _, ran in runs),
            hangs=sum(ran.seconds > HANG for _, ran in runs),
            slowest=slowest[1].seconds,
            case=slowest[0],
        )
    )
    if not options.quick:
        caught = [row for row in rows if row.plain]
        commands = sum(len(row.plain) for row in rows)
        measured.notes.append(
            f"Control: the same {len(rows)} git folders catch plain git, with default options, in {len(caught)} cases "
            f"({commands} commands that run a program of the repository, hang, or show what is not in it)."
        )


def parsers(options: Options, measured: Measured) -> None:
    """Files that kill, hang or fool parsers, each inside a healthy project."""
    rows = hostile("parser_faults").parser_faults()
    outcomes = Counter(row.outcome for row in rows)
    slowest = max(rows, key=lambda row: row.seconds)
    good = sum(row.sound for row in rows)
    named = outcomes["died"] + outcomes["hang"] + outcomes["slow"] + outcomes["traceback"] + outcomes["memory"]
    measured.rows.append(
        Row(
            "hostile files",
            len(rows),
            len(rows),
            deaths=outcomes["died"] + outcomes["memory"],
            hangs=outcomes["hang"] + outcomes["slow"],
            tracebacks=outcomes["traceback"],
            wrong=len(rows) - good - named,
            slowest=slowest.seconds,
            case=slowest.case,
        )
    )
    said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    measured.notes.append(f"What was said of the hostile files: {said}.")


def suites(options: Options, measured: Measured) -> None:
    """The tests of tests/hostile that are rows of their own: file systems, output, kills and races."""
    if options.quick:
        return
    for file in sorted(HOSTILE.glob("test_*.py")):
        if file.name not in MEASURED_BELOW:
            measured.rows.append(suite(file))


def suite(file: Path) -> Row:
    """One file of tests as a row; a test that fails is a fault, a pytest that dies is a death."""
    with tempfile.TemporaryDirectory(prefix="robustness-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", str(file)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
        tests = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []
    failed = [test for test in tests if test.find("failure") is not None or test.find("error") is not None]
    skipped = [test for test in tests if test.find("skipped") is not None]
    if failed or done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
    what = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or file.stem).split("\n")[0].split(":")[0].rstrip(".")
    return Row(
        what[:1].lower() + what[1:],
        len(tests) - len(skipped),
        len(tests) - len(skipped),
        deaths=int(not tests),
        wrong=len(failed),
    )


def writes(options: Options, measured: Measured) -> None:
    """Poisoned text in every format, kills while something is written, whole commands under an audit hook."""
    for found in hostile("measured").measured(kills=60 if options.quick else 500):
        measured.rows.append(Row(found.what, found.cases, found.cases, wrong=found.failures))


def fuzzing(options: Options, measured: Measured) -> None:
    """Every fuzz target for the same time."""
    sys.path.insert(0, str(ROOT))
    from fuzz.__main__ import campaigns
    from fuzz.targets import TARGETS

    ran = list(campaigns(TARGETS, options.seconds, python=options.python))
    slowest = max(ran, key=lambda row: row.slowest)
    for row in ran:
        if row.defect:
            print(f"{row.target}: {row.defect}", file=sys.stderr)
    measured.rows.append(
        Row(
            f"fuzz targets, {options.seconds:g} s each",
            len(ran),
            sum(row.executions for row in ran),
            hangs=sum("hung" in row.defect for row in ran),
            tracebacks=sum(bool(row.defect) and "hung" not in row.defect for row in ran),
            slowest=slowest.slowest,
            case=slowest.target,
        )
    )
    engines = ", ".join(sorted({row.engine for row in ran}))
    counts = ", ".join(f"{row.target} {row.executions:,}" for row in ran)
    measured.notes.append(f"Inputs by fuzz target ({engines}): {counts}.")


def compare(options: Options, measured: Measured) -> None:
    """Other linters on the hostile Python files, each file in a process of its own, as far as they are installed."""
    if not options.compare:
        return
    for name, *words in PEERS:
        places = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
        program = shutil.which(name, path=os.pathsep.join(places))
        if program is None:
            measured.missing.append(f"{name}: not installed here")
            continue
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
        outcomes = Counter(hostile("peer_faults").peer_faults(".py", [program, *words]).values())
        row = Row(
            f"for comparison, {said if name in said else f'{name} {said}'} on the Python files among them",
            sum(outcomes.values()),
            sum(outcomes.values()),
            deaths=outcomes["died"],
            hangs=outcomes["hang"],
            tracebacks=outcomes["traceback"],
            peer=True,
        )
        measured.rows.append(row)


SECTIONS: tuple[Callable[[Options, Measured], None], ...] = (git, parsers, suites, writes, fuzzing, compare)


def measure(options: Options, sections: Iterable[Callable[[Options, Measured], None]] = SECTIONS) -> Measured:
    """Every section; one that cannot be run is named, and the others still run."""
    measured = Measured([], [], [])
    for section in sections:
        started = time.monotonic()
        try:
            section(options, measured)
        except Exception as error:  # noqa: BLE001  (a section that breaks is a row that is missing, and says so)
            measured.missing.append(f"{section.__name__}: {type(error).__name__}: {str(error)[:200]}")
        print(f"{section.__name__}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return measured


def table(measured: Measured, options: Options) -> str:
    """The block of the page."""
    lines = [f"| {' | '.join(HEAD)} |", f"|---|{'---:|' * (len(HEAD) - 2)}---|"]
    lines += [f"| {' | '.join(row.cells())} |" for row in measured.rows]
    lines += ["", *measured.notes, *(f"Not measured: {missing}." for missing in measured.missing)]
    lines += ["", f"Measured on {datetime.date.today().isoformat()} by `{words(options)}`: {versions()}."]
    return "\n".join(lines) + "\n"


def words(options: Options) -> str:
    """The command that gives this table."""
    parts = [COMMAND, "--quick" if options.quick else "", f"--seconds {options.seconds:g}"]
    return " ".join(part for part in (*parts, "--compare" if options.compare else "") if part)


def versions() -> str:
    """Python, git and the machine."""
    said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"Python {platform.python_version()}, {said or 'no git'}, {machine}"


def main() -> int:
    """Measure, print, and write the page; 1 where anything is not as it should be."""
    # A shell starts what it runs in the background without it, and so would be every process that is measured here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="for every change: a few minutes, nothing is written")
    parser.add_argument("--seconds", type=float, help="of each fuzz target [20; 3 with --quick]")
    parser.add_argument("--fuzz-python", default=sys.executable, help="the interpreter that has atheris")
    parser.add_argument("--compare", action="store_true", help="other tools on the same files, too")
    given = parser.parse_args()
    seconds = given.seconds or (3.0 if given.quick else 20.0)
    options = Options(given.quick, seconds, given.fuzz_python, given.compare)
    measured = measure(options)
    block = table(measured, options)
    print(block)
    if not options.quick:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(_BLOCK.sub(lambda match: match[1] + block + match[2], page), "utf-8")
    return 1 if measured.missing or any(row.defects for row in measured.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
