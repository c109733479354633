"""A small healthy project that the hostile files are put into, with a few findings that must not move."""

from __future__ import annotations

CHARTER = """\
charter: 1
project: {name: shop, summary: Who buys again within a month., owner: "@acme/ml", archetype: human-in-the-loop,
  stage: prototype, reviewed: 2026-11-01, domain: retail, risk_class: minimal}
goal:
  problem: Vouchers go to everybody, so most of the budget is spent on people who buy anyway.
  outcome: Cut the vouchers' cost per order from 4 to 3 EUR by June 2027.
  why_ml: A rule on the last order finds a third of those who need a voucher.
  used_for: Vouchers are sent to the listed customers.
  task: binary-classification
metric: {name: recall, target: 0.7, direction: maximize, computed_in: "src/shop/evaluate.py::score",
  recorded_in: metrics/eval.json#/recall, split: test}
baseline: {kind: rule, implemented_in: "src/shop/baseline.py::rule", metric: recall, margin: 0.05,
  recorded_in: metrics/eval.json#/rule}
data:
  labels: {status: available, column: again}
  sources: [{name: orders, path: data/orders.csv, versioned_with: dvc}]
model: {path: models/shop.joblib, versioned_with: dvc,
  trained_by: "src/shop/train.py::main", lockfile: requirements.lock}
tests: [tests/]
deployment: {mode: batch, entrypoint: "src/shop/serving.py::main", ci: .github/workflows/ci.yml}
monitoring: {hooks: [{call: "shop.watch:log", kind: prediction-log, from: "src/shop/serving.py::main"}]}
fairness: {protected_attributes: [visits]}
explainability: {method: shap, produced_in: "src/shop/serving.py::main"}
analysis: {decisions: docs/none.md}
"""
TRAIN = """\
import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from shop import baseline, evaluate


def main() -> None:
    frame = pd.read_csv("data/orders.csv")
    train, test = frame[frame.month < 10], frame[frame.month >= 10]
    model = RandomForestClassifier(random_state=7).fit(train[["spend", "visits"]], train["again"])
    print(evaluate.score(test["again"], model.predict(test[["spend", "visits"]])), baseline.rule(test))
    joblib.dump(model, "models/shop.joblib")


if __name__ == "__main__":
    main()
"""
SERVING = """\
import joblib
import pandas as pd

from shop import watch


def main() -> None:
    model = joblib.load("models/shop.joblib")
    for row in model.predict(pd.read_csv("data/today.csv")):
        watch.log(row)


if __name__ == "__main__":
    main()
"""
EVALUATE = """\
import json
from pathlib import Path

from sklearn.metrics import recall_score


def score(truth, guessed):
    value = recall_score(truth, guessed)
    Path("metrics/eval.json").write_text(json.dumps({"recall": value}))
    return value
"""
WORKFLOW = """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.lock
      - run: pytest tests
"""
DVC = """\
stages:
  train:
    cmd: python -m shop.train
    deps: [data/orders.csv]
    outs: [models/shop.joblib]
    metrics: [metrics/eval.json: {cache: false}]
"""
SMALL = {
    "src/shop/__init__.py": "",
    "src/shop/baseline.py": "def rule(frame):\n    return (frame.spend < 20) & (frame.visits > 2)\n",
    "src/shop/watch.py": "import logging\n\n\ndef log(row):\n    logging.info('prediction %s', row)\n",
    "src/shop/unused.py": "def orphan():\n    return 1\n",
    "tests/test_score.py": "from shop.evaluate import score\n\n\ndef test_score():\n    assert score([1], [1]) == 1\n",
    "tests/test_hollow.py": "from shop.baseline import rule\n\n\ndef test_rule():\n    rule(None)\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.10"\n'
    'dependencies = ["pandas", "scikit-learn"]\n',
    "requirements.lock": "joblib==1.4.2\npandas==2.2.3\nscikit-learn==1.5.2\n",
    "metrics/eval.json": '{"recall": 0.74}\n',
    "data/orders.csv.dvc": "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: orders.csv\n",
    ".dvc/config": "[core]\n    remote = store\n['remote \"store\"']\n    url = s3://acme/shop\n",
    "README.md": "# Shop\n\nSee mlproject.yaml.\n",
}


def project() -> dict[str, bytes]:
    """The files by path; `src/shop/hostile.py` is there, empty, where a case may put something."""
    files = {
        "mlproject.yaml": CHARTER,
        "src/shop/train.py": TRAIN,
        "src/shop/serving.py": SERVING,
        "src/shop/evaluate.py": EVALUATE,
        ".github/workflows/ci.yml": WORKFLOW,
        "dvc.yaml": DVC,
        **SMALL,
    }
    return {path: content.encode() for path, content in sorted(files.items())}


def importing(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same project, whose training imports the hostile file, calls it and reads what it names."""
    train = TRAIN.replace(
        "from shop import baseline, evaluate", "from shop import baseline, evaluate, hostile"
    ).replace(
        'pd.read_csv("data/orders.csv")\n',
        'hostile.main(pd.read_csv("data/orders.csv"))\n    other = pd.read_csv(hostile.X)\n'
        "    RandomForestClassifier().fit(other[hostile.X], hostile.main(other))\n",
    )
    return {**files, "src/shop/train.py": train.encode()}
