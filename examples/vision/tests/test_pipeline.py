"""Prepare, train, evaluate on a tiny sample, in a folder of its own."""

import json
import shutil
from pathlib import Path

import yaml

from leaves import evaluate, prepare, train


def test_tiny_run(drawn, tmp_path, monkeypatch):
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    params["train"].update(epochs=1, batch_size=8)
    shutil.copytree(drawn / "data", tmp_path / "data")
    for folder in ("models", "metrics"):
        (tmp_path / folder).mkdir()
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    prepare.main()
    train.main()
    evaluate.main()

    results = json.loads(Path("metrics/eval.json").read_text(encoding="utf-8"))
    assert 0 <= results["test"]["f1"] <= 1
    assert 0 < results["rows"] < 48
