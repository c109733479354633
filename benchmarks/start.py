"""Whole-process CPU time of common commands, as ratios to `python -c "import click"`. Times alone mean nothing.

python benchmarks/start.py [RUNS]
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BASE = [sys.executable, "-c", "import click"]
LINT = [sys.executable, "-m", "mlops_lint"]
CHURN = str(ROOT / "examples/churn")
COMMANDS = {
    "--version": ([*LINT, "--version"], 2.0),
    "--help": ([*LINT, "--help"], 2.0),
    "churn, --no-cache": ([*LINT, CHURN, "--no-cache"], None),
    "churn, nothing changed": ([*LINT, CHURN], 6.0),
}
"""What is measured, and the ratio that it may not exceed, if there is one."""


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """User and system seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment(cache: str) -> dict[str, str]:
    """As at a user's: compiled modules are kept; what is remembered between runs is this program's alone."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "MLOPS_LINT_CACHE_DIR": cache}


def main() -> None:
    """Interleave the runs, so that a machine that slows down slows all."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    seconds: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as cache:
        own = environment(cache)
        for command in (BASE, *(command for command, _ in COMMANDS.values())):
            cpu(command, own)
        for _ in range(runs):
            base = cpu(BASE, own)
            seconds.append(base)
            for name, (command, _) in COMMANDS.items():
                ratios[name].append(cpu(command, own) / base)
    print(f'python -c "import click": {statistics.median(seconds):.3f} s, {runs} runs')
    for name, (_, bar) in COMMANDS.items():
        values = ratios[name]
        shown = f"; bar {bar:g}" if bar is not None else ""
        print(f"{name:24} {statistics.median(values):6.2f}  (min {min(values):.2f}, max {max(values):.2f}{shown})")


if __name__ == "__main__":
    main()
