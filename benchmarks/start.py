"""Whole-process CPU time of common commands, as ratios to `python -c "import click"`. Times alone mean nothing.

python benchmarks/start.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BASE = [sys.executable, "-c", "import click"]
LINT = [sys.executable, "-m", "mlops_lint"]
COMMANDS = {
    "--version": ([*LINT, "--version"], 2.0),
    "--help": ([*LINT, "--help"], 2.0),
    "examples/churn, cold": ([*LINT, str(ROOT / "examples/churn"), "--no-cache"], 6.0),
}


def cpu(command: list[str]) -> float:
    """User and system seconds of one run."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Interleave the runs, so that a machine that slows down slows all."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    cpu(BASE)
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        base = cpu(BASE)
        for name, (command, _) in COMMANDS.items():
            ratios[name].append(cpu(command) / base)
    for name, (_, bar) in COMMANDS.items():
        values = ratios[name]
        print(f"{name:24} {statistics.median(values):5.2f}  (min {min(values):.2f}, max {max(values):.2f}; bar {bar})")


if __name__ == "__main__":
    main()
