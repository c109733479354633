"""How many customers a second the call list takes: `pytest tests/bench_batch.py`."""

import json
import time
from pathlib import Path

from make_customers import customers

from churn.prepare import prepare
from churn.serving import rank

ROWS = 2000


def measure(model, regions):
    rows = prepare(customers(ROWS, seed=9), regions)
    start = time.perf_counter()
    rank(rows, model, "benchmark")
    return ROWS / (time.perf_counter() - start)


def test_throughput(model, regions, quiet):
    per_second = measure(model, regions)
    Path("metrics/benchmark.json").write_text(json.dumps({"per_second": round(per_second)}) + "\n", encoding="utf-8")
    assert per_second >= 500
