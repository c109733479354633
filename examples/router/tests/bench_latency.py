"""How long a decision takes: our own time is measured, the model's is the one that was recorded with its reply."""

import json
import statistics
import time
from pathlib import Path

from router.route import route
from router.schema import Message


def measure(rows, replies):
    """Milliseconds for each message."""
    taken = []
    for row, reply in zip(rows, replies):
        message = Message(id=row["id"], text=row["text"])
        start = time.perf_counter()
        route(message, lambda *_, said=reply["text"]: said)
        taken.append((time.perf_counter() - start + reply["seconds"]) * 1000)
    return taken


def test_latency(rows, replies):
    cuts = statistics.quantiles(measure(rows, replies), n=100)
    recorded = {"p50_ms": round(cuts[49]), "p95_ms": round(cuts[94])}
    Path("metrics/latency.json").write_text(json.dumps(recorded) + "\n", encoding="utf-8")
    assert recorded["p95_ms"] <= 2500
