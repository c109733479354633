"""Every fuzz target on its seeds, on the inputs that once showed a defect, and on some hundred changed ones."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from fuzz.__main__ import campaign  # noqa: E402
from fuzz.engine import SLOW, mutate  # noqa: E402
from fuzz.targets import TARGETS, Target  # noqa: E402

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
"""For each target; the heavy ones get a tenth."""


def timed(target: Target, data: bytes) -> None:
    """The target on one input, which may not take long."""
    started = time.perf_counter()
    target.function(data)
    assert time.perf_counter() - started < SLOW


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_old_defects(name: str) -> None:
    for data in TARGETS[name].corpus():
        timed(TARGETS[name], data)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_inputs(name: str) -> None:
    target = TARGETS[name]
    corpus = target.corpus()

    @settings(
        max_examples=EXAMPLES // 10 if target.heavy else EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(st.binary(max_size=300), st.integers(0, 1 << 62)))
    def check(chosen: bytes | int) -> None:
        timed(target, chosen if isinstance(chosen, bytes) else mutate(random.Random(chosen), corpus))

    check()


def test_the_runner_counts_and_reports(tmp_path: Path) -> None:
    ran = campaign("encoded", 1, tmp_path)
    assert ran.defect == ""
    assert ran.executions > 10


def test_the_runner_says_what_an_unknown_target_did(tmp_path: Path) -> None:
    assert "nonsense" in campaign("nonsense", 1, tmp_path).defect
