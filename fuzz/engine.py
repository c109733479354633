"""One target in one process: by atheris where it is installed, by plain mutation of the seeds where it is not."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SLOW = 5.0
"""Seconds after which one input counts as a hang."""
LONGEST = 20_000
"""Bytes of an input at most."""


def mutate(chance: random.Random, corpus: list[bytes]) -> bytes:
    """A seed with a few parts cut out, doubled, changed, or taken from another seed."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.randint(1, 6)):
        start, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 4, 16, 64))
        kind = chance.randrange(5)
        if kind == 0:
            del data[start : start + length]
        elif kind == 1:
            data[start:start] = data[start : start + length] * chance.choice((1, 2, 50))
        elif kind == 2:
            data[start : start + 1] = bytes([chance.randrange(256)])
        elif kind == 3:
            data[start:start] = chance.choice(
                (b"\n", b"'", b'"', b"[", b"{", b"\\", b"\xff", b"\0", b"#", b"  ", b": ")
            )
        else:
            other = chance.choice(corpus)
            at = chance.randrange(len(other) + 1)
            data[start:start] = other[at : at + length]
    return bytes(data[:LONGEST])


class Counted:
    """Counts the inputs and remembers the slowest; an input that takes too long is a defect."""

    def __init__(self, function: Any, engine: str) -> None:
        self.function = function
        self.engine = engine
        self.executions = 0
        self.slowest = 0.0

    def __call__(self, data: bytes) -> None:
        started = time.perf_counter()
        self.function(data)
        took = time.perf_counter() - started
        self.executions += 1
        if took > self.slowest:
            self.slowest = took
            self.say()
        assert took < SLOW, f"one input of {len(data)} bytes took {took:.1f} s"

    def say(self) -> None:
        """The result so far as a line of JSON: libFuzzer ends the process without a last word of ours."""
        said = {"engine": self.engine, "executions": self.executions, "slowest": round(self.slowest, 3)}
        print(json.dumps(said), flush=True)


def _inputs(corpus: list[bytes], seconds: float, seed: int) -> Iterator[bytes]:
    until = time.monotonic() + seconds
    yield from corpus
    chance = random.Random(seed)
    while time.monotonic() < until:
        yield mutate(chance, corpus)


def plain(name: str, seconds: float, crashes: Path, seed: int = 1) -> None:
    """Mutations until the time is over; the input of a defect is left in `crashes`."""
    from fuzz.targets import TARGETS

    target = TARGETS[name]
    counted = Counted(target.function, "mutation")
    for data in _inputs(target.corpus(), seconds, seed):
        try:
            counted(data)
        except BaseException:
            (crashes / f"{name}-{abs(hash(data)):x}").write_bytes(data)
            counted.say()
            raise
    counted.say()


def guided(name: str, seconds: float, crashes: Path) -> None:
    """libFuzzer by the coverage of our own modules; it ends the process itself."""
    import importlib

    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["mlops_lint", "mlops_lint_checks"]):
        from fuzz.targets import TARGETS
    target = TARGETS[name]
    counted = Counted(target.function, "atheris")
    seeds = crashes / f"seeds-{name}"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.corpus()):
        (seeds / f"{number:03}").write_bytes(data)
    options = [f"-max_total_time={int(seconds)}", "-timeout=20", "-rss_limit_mb=2048", f"-max_len={LONGEST}"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={crashes}/{name}-", str(seeds)], counted)
    atheris.Fuzz()


def main() -> None:
    """`python -m fuzz.engine TARGET SECONDS FOLDER`."""
    name, seconds, crashes = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    engine = guided if importlib.util.find_spec("atheris") else plain
    engine(name, seconds, crashes)


if __name__ == "__main__":
    main()
