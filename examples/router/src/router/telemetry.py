"""What the service leaves behind for those who watch it."""

import datetime
import json
from pathlib import Path

from prometheus_client import Counter, Histogram

DECISIONS = Path("logs/decisions.jsonl")
MOVES = Path("logs/moves.jsonl")
SECONDS = Histogram("router_seconds", "time from message to decision", buckets=(0.25, 0.5, 1, 1.5, 2, 2.5, 4, 8))
ERRORS = Counter("router_errors_total", "messages for which the desk could not be reached")
DECIDED = Counter("router_decisions_total", "decisions", ["queue", "made_by"])
MOVED = Counter("router_moves_total", "tickets that an agent moved to another queue", ["queue"])


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def _append(path, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def log_decision(message_id, input_hash, decision, model_version, path=DECISIONS):
    """One decision with its time, input, output and model."""
    DECIDED.labels(queue=decision.queue, made_by=decision.made_by).inc()
    record = {
        "time": _now(),
        "message_id": message_id,
        "input_hash": input_hash,
        "prediction": decision.queue,
        "made_by": decision.made_by,
        "cites": list(decision.cites),
        "model_version": model_version,
    }
    _append(path, record)


def log_move(message_id, queue, path=MOVES):
    """An agent says that the queue was wrong. Moved tickets are labelled again and join the evaluation set."""
    MOVED.labels(queue=queue).inc()
    _append(path, {"time": _now(), "message_id": message_id, "queue": queue})
