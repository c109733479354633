"""Prepare, train, evaluate on a tiny sample, in a folder of its own."""

import json
import shutil
from pathlib import Path

import yaml
from make_customers import customers

from churn import evaluate, fairness, prepare, train


def test_tiny_run(tmp_path, monkeypatch):
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    params["train"].update(trees=10, min_samples_leaf=5)
    params["evaluate"].update(bootstrap=5)
    for folder in ("data", "models", "metrics"):
        (tmp_path / folder).mkdir()
    shutil.copy("data/regions.csv", tmp_path / "data")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    customers(800, seed=3).to_csv(tmp_path / "data" / "customers.csv", index=False)
    monkeypatch.chdir(tmp_path)

    prepare.main()
    train.main()
    evaluate.main()
    fairness.main()

    results = json.loads(Path("metrics/eval.json").read_text(encoding="utf-8"))
    baseline = json.loads(Path("metrics/baseline.json").read_text(encoding="utf-8"))
    assert 0 <= results["test"]["recall"] <= 1
    assert results["rows"] == baseline["rows"] > 0
    assert Path("metrics/fairness.json").exists()
