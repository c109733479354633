"""What each run leaves behind for those who watch the pilot."""

import datetime
import json
from pathlib import Path

import numpy as np

from leaves.params import load_params

LOG = Path("logs/predictions.jsonl")
DRIFT = Path("logs/drift.jsonl")


def append(path, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def log_prediction(prediction_id, photo, label, confidence, model_version, path=LOG):
    """Append one diagnosis with its time, input, output and model."""
    append(
        path,
        {
            "time": now(),
            "prediction_id": prediction_id,
            "input": str(photo),
            "output": label,
            "confidence": confidence,
            "model_version": model_version,
        },
    )


def psi(reference, current, bins=5):
    """Population stability index of a number."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)))[1:-1]
    before = np.bincount(np.searchsorted(edges, reference, side="right"), minlength=len(edges) + 1) / len(reference)
    after = np.bincount(np.searchsorted(edges, current, side="right"), minlength=len(edges) + 1) / len(current)
    before, after = np.clip(before, 1e-4, None), np.clip(after, 1e-4, None)
    return float(np.sum((after - before) * np.log(after / before)))


def check_drift(reference, current, path=DRIFT):
    """Whether the photos are as bright as those that the model was trained on."""
    value = psi(np.asarray(reference), np.asarray(current))
    append(path, {"time": now(), "metric": "leaves_brightness_psi", "value": round(value, 4)})
    return value > load_params()["drift"]["threshold"]
