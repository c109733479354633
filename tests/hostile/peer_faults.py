"""The cases of a suffix given to other linters, one process a file: `python peer_faults.py NAME SUFFIX COMMAND ...`.

Counts what they do: deaths by a signal, hangs (10 s of processor time), and tracebacks of their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from parser_faults import CAP, CASES, MEMORY


def _bounded() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (int(CAP), int(CAP)))
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def outcome(command: Sequence[str], suffix: str, content: bytes) -> tuple[str, float]:
    """What a command makes of one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"hostile{suffix}")
        path.write_bytes(content)
        started = time.monotonic()
        try:
            done = subprocess.run([*command, str(path)], capture_output=True, timeout=6 * CAP, preexec_fn=_bounded,
                                  check=False, cwd=folder)  # fmt: skip
        except subprocess.TimeoutExpired:
            return "hang", time.monotonic() - started
        seconds = time.monotonic() - started
    said = done.stdout + done.stderr
    if done.returncode in (-9, -24, 137, 152):
        return "hang", seconds
    if done.returncode < 0 or done.returncode >= 128:
        return "died", seconds
    if b"Traceback (most recent call last)" in said or b"astroid-error" in said or b"panicked" in said:
        return "traceback", seconds
    return "ended", seconds


def peer_faults(suffix: str, command: Sequence[str]) -> dict[str, str]:
    """The outcome of every case of a file with this suffix."""
    cases = [case for case in CASES if Path(case.path).suffix.replace(".yml", ".yaml") == suffix]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(partial(outcome, command, suffix), [case.make() for case in cases])
        rows = {}
        for case, (what, seconds) in zip(cases, found, strict=True):
            rows[case.name] = what
            print(f"{case.name} {what} {seconds:.1f}", file=sys.stderr, flush=True)
        return rows


if __name__ == "__main__":
    rows = peer_faults(sys.argv[2], sys.argv[3:])
    counts = {what: list(rows.values()).count(what) for what in ("ended", "died", "hang", "traceback")}
    print(sys.argv[1], len(rows), counts, sorted(name for name, what in rows.items() if what != "ended"))
