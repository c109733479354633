"""The numbers that a run may vary, from params.yaml."""

from pathlib import Path

import yaml


def load_params(path="params.yaml"):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
