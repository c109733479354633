"""`python -m fuzz [--seconds N] [--crashes FOLDER] [TARGET ...]`: each target in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz.targets import TARGETS

ROOT = Path(__file__).parent.parent
_NOISE = re.compile(r"INFO:|WARNING: Failed|#\d+\s|\s+NEW_FUNC|\{\"engine\"")


@dataclass(frozen=True, slots=True)
class Campaign:
    """What came of one target; `defect` is empty, or the last lines of what the process said."""

    target: str
    engine: str
    executions: int
    slowest: float
    defect: str = ""


def campaign(name: str, seconds: float, crashes: Path, python: str = sys.executable) -> Campaign:
    """Run one target; a process that dies or is still there a minute later has found something."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("", "src", "checks", "schemas")),
    }
    command = [python, "-m", "fuzz.engine", name, str(seconds), str(crashes)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace",
            timeout=seconds + 60, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Campaign(name, "unknown", 0, seconds + 60, "the process hung")
    said: dict[str, Any] = {"engine": "unknown", "executions": 0, "slowest": 0.0}
    for line in done.stdout.split("\n"):
        if line.startswith('{"engine"'):
            said = json.loads(line)
    counted = re.search(r"Done (\d+) runs", done.stderr)
    executions = int(counted[1] if counted else said["executions"])
    words = [line for line in (done.stdout + done.stderr).split("\n") if line.strip() and not _NOISE.match(line)]
    defect = "\n".join(words[-30:]) if done.returncode else ""
    return Campaign(name, str(said["engine"]), executions, float(said["slowest"]), defect)


def campaigns(
    names: Iterable[str], seconds: float, crashes: Path | None = None, python: str = sys.executable
) -> Iterator[Campaign]:
    """Run targets one after the other."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for name in names:
            yield campaign(name, seconds, crashes or Path(folder), python)


def main() -> int:
    """Print a row for each target; 1 where one found a defect."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="for each target [60]")
    parser.add_argument("--crashes", type=Path, help="where inputs that show a defect are left")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has atheris")
    options = parser.parse_args()
    if unknown := sorted(set(options.targets) - TARGETS.keys()):
        parser.error(f"no such target: {', '.join(unknown)}")
    if options.crashes:
        options.crashes.mkdir(parents=True, exist_ok=True)
    failed = total = 0
    for row in campaigns(options.targets or TARGETS, options.seconds, options.crashes, options.python):
        total += row.executions
        failed += bool(row.defect)
        verdict = "DEFECT" if row.defect else "ok"
        print(
            f"{row.target:14} {row.engine:9} {row.executions:>10,} inputs, slowest {row.slowest:6.3f} s  {verdict}",
            flush=True,
        )
        if row.defect:
            print(row.defect, flush=True)
    print(f"{total:,} inputs, {failed} targets with a defect")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
