"""What the weekly run leaves behind for those who watch it."""

import datetime
import json
from pathlib import Path

LOG = Path("logs/predictions.jsonl")
GAUGES = Path("logs/churn.prom")


def log_prediction(customer_id, inputs, score, model_version, path=LOG):
    """Append one prediction with its time, input, output and model."""
    record = {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "customer_id": customer_id,
        "input": inputs,
        "score": score,
        "model_version": model_version,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def emit(name, labels, value, path=GAUGES):
    """Append a gauge in the text format that the metrics agent picks up."""
    shown = ",".join(f'{key}="{text}"' for key, text in labels.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{name}{{{shown}}} {value}\n")
