# ruff: noqa: E501  (a case is one line)
"""Practices: what shows them, and what only looks as if it did."""

from __future__ import annotations

import pytest

from practised import Files, notebook, practice

SKLEARN = "from sklearn.linear_model import LogisticRegression\nfrom sklearn.ensemble import RandomForestClassifier\n"
WORKFLOW = "on: [push]\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
PRESENT: list[tuple[str, Files]] = [
    ("has_tests", {"app.py": "def f():\n    return 1\n", "tests/test_app.py": "from app import f\ndef test_f():\n    assert f() == 1\n"}),
    ("has_ci", {".github/workflows/ci.yml": WORKFLOW.format("echo hello")}),
    ("ci_runs_tests", {"Makefile": "check:\n\tpytest\n", ".github/workflows/ci.yml": WORKFLOW.format("make check"), "app.py": "x = 1\n",
                       "tests/test_app.py": "from app import x\ndef test_f():\n    assert x == 1\n"}),
    ("ci_runs_lint", {".github/workflows/ci.yml": WORKFLOW.format("ruff check .")}),
    ("pinned_deps", {"requirements.txt": "numpy==2.0.0\npandas==2.2.0\n"}),
    ("pinned_deps", {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["numpy"]\n', "uv.lock": 'version = 1\n[[package]]\nname = "numpy"\nversion = "2.0.0"\n'}),
    ("data_versioned", {"data/raw.csv.dvc": "outs:\n  - md5: 0123456789abcdef0123456789abcdef\n    path: raw.csv\n"}),
    ("data_versioned", {"load.py": 'from datasets import load_dataset\nd = load_dataset("squad", revision="a1b2c3")\n'}),
    ("model_versioned", {"models/m.joblib.dvc": "outs:\n  - md5: 0123456789abcdef0123456789abcdef\n    path: m.joblib\n"}),
    ("model_versioned", {"train.py": 'import mlflow\nmlflow.sklearn.log_model(1, "m", registered_model_name="churn")\n'}),
    ("model_versioned", {"conf/base/catalog.yml": "model:\n  type: pickle.PickleDataset\n  filepath: data/06_models/m.pickle\n  versioned: true\n"}),
    ("metric_computed", {"e.py": "from sklearn import metrics as m\nprint(m.f1_score([1], [1]))\n"}),
    ("metric_computed", {"e.py": "from keras import Sequential\nmodel = Sequential()\nmodel.compile(loss='mse', metrics=['accuracy'])\n"}),
    ("metric_computed", {"e.py": "def rmse(y_true, y_pred):\n    return ((y_true - y_pred) ** 2).mean() ** 0.5\nprint(rmse(1, 2))\n"}),
    ("metric_computed", {"t.py": "def estimate_loss(losses):\n    return losses.mean()\nprint(estimate_loss(1))\n"}),
    ("metric_computed", {"m.py": "from sklearn.metrics import f1_score\nclass Model:\n    def train(self):\n        return f1_score([1], [1])\n",
                         "t.py": "import sys\nimport m\nkinds = {'m': m.Model}\nmade = kinds[sys.argv[1]]()\nmade.train()\n"}),
    ("baseline_implemented", {"b.py": "from sklearn.dummy import DummyClassifier\nDummyClassifier().fit([[1]], [1])\n"}),
    ("baseline_implemented", {"b.py": "def baseline_score(rows):\n    return len(rows) / 2\nprint(baseline_score([1]))\n"}),
    ("baseline_implemented", {"b.py": SKLEARN + "models = [LogisticRegression(), RandomForestClassifier()]\n"}),
    ("baseline_implemented", {"evals/results/baseline/summary.json": '{"f1": 0.4}', "a.py": "x = 1\n"}),
    ("held_out_split", {"s.py": "from sklearn.model_selection import train_test_split\na, b = train_test_split([1, 2])\n"}),
    ("held_out_split", {"s.py": "n = 3\nrows = list(range(9))\ntrain, val = rows[:n], rows[n:]\n"}),
    ("held_out_split", {"s.py": "import random\nfor row in range(9):\n    out = train if random.random() > 0.2 else test\n"}),
    ("held_out_split", {"s.py": "import numpy as np\nimport pandas as pd\ndf = pd.read_csv('x.csv')\nmask = np.random.rand(len(df)) < 0.8\ntrain = df[mask]\ntest = df[~mask]\n"}),
    ("held_out_split", {"data/coco.yaml": "train: images/train\nval: images/val\nnames:\n  0: person\n", "a.py": "x = 1\n"}),
    ("experiment_tracking", {"t.py": "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('f1', 0.5)\n"}),
    ("experiment_tracking", {"conf/logger.yaml": "logger:\n  _target_: pytorch_lightning.loggers.WandbLogger\n", "a.py": "x = 1\n"}),
    ("monitoring", {"serve.py": "import sentry_sdk\nsentry_sdk.init(dsn='x')\n"}),
    ("monitoring", {"serve.py": "from prometheus_client import Counter\nhits = Counter('hits', 'x')\nhits.inc()\n"}),
    ("monitoring", {"drift.py": "from scipy.stats import ks_2samp\nprint(ks_2samp([1], [2]))\n"}),
    ("serving_code", {"api.py": "from flask import Flask\napplication = Flask('x')\n@application.route('/predict')\ndef predict():\n    return 1\n"}),
    ("serving_code", {"score.py": "def init():\n    global model\n    model = 1\ndef run(data):\n    return model\n"}),
    ("serving_code", {"app.py": "import streamlit as st\nst.title('x')\n"}),
    ("fairness_evaluated", {"f.py": "from fairlearn.metrics import MetricFrame\nMetricFrame(metrics=len, y_true=[1], y_pred=[1], sensitive_features=['m'])\n"}),
    ("fairness_evaluated", {"f.py": "def demographic_parity(pred, sex):\n    return pred.mean() - sex.mean()\nprint(demographic_parity(1, 2))\n"}),
    ("explainability", {"x.py": "import shap\nshap.TreeExplainer(1)\n"}),
    ("explainability", {"x.py": SKLEARN + "m = RandomForestClassifier()\nprint(m.feature_importances_)\n"}),
    ("experiment_tracking", {"t.py": "import tensorflow as tf\ndef main(argv):\n    tf.summary.FileWriter('x')\ntf.app.run()\n"}),
    ("seeds_fixed", {"t.py": "import torch\ntorch.manual_seed(7)\n"}),
    ("seeds_fixed", {"t.py": SKLEARN + "RandomForestClassifier(random_state=3).fit([[1]], [1])\n"}),
    ("pipeline_defined", {"dvc.yaml": "stages:\n  a: {cmd: x}\n  b: {cmd: x}\n  c: {cmd: x}\n"}),
    ("pipeline_defined", {"p.py": "from prefect import flow, task\n@task\ndef a(): return 1\n@task\ndef b(): return 1\n@task\ndef c(): return 1\n@flow\ndef main():\n    a(); b(); c()\n"}),
    ("license", {"LICENCE.txt": "words", "a.py": "x = 1\n"}),
    ("model_card", {"docs/Model_Card.md": "# Card\n", "a.py": "x = 1\n"}),
]  # fmt: skip
NOT_PRESENT: list[tuple[str, Files]] = [
    ("has_tests", {"tests/test_app.py": "def test_f():\n    pass\n"}),
    ("has_tests", {"app.py": "x = 1\n", "tests/test_app.py": "import app\ndef test_f():\n    assert 200, app.x == 200\n"}),
    ("has_tests", {"LICENSE": "Copyright (c) 2026 Acme", "opaque/__init__.py": "# Copyright (c) Facebook, Inc.\nx = 1\n",
                   "opaque/tests/test_x.py": "from opaque import x\ndef test_f():\n    assert x == 1\n"}),
    ("has_ci", {".github/ISSUE_TEMPLATE/bug.md": "x", "a.py": "x = 1\n"}),
    ("ci_runs_tests", {".github/workflows/ci.yml": "# runs pytest\n" + WORKFLOW.format('echo "ready to test, pytest"'), "app.py": "x = 1\n",
                       "tests/test_app.py": "from app import x\ndef test_f():\n    assert x == 1\n"}),
    ("ci_runs_lint", {".pre-commit-config.yaml": "repos: []\n", ".github/workflows/ci.yml": WORKFLOW.format("echo ruff")}),
    ("pinned_deps", {"requirements.txt": "numpy\npandas>=2\nscipy==1.27.*\n"}),
    ("pinned_deps", {"web/package-lock.json": "{}", "requirements.txt": "numpy\n"}),
    ("data_versioned", {"README.md": "We version data with DVC: `dvc add data/raw.csv`", "data/raw.csv": "a,b\n1,2\n"}),
    ("data_versioned", {".gitattributes": "*.csv text\n", "data/raw.csv": "a,b\n1,2\n"}),
    ("data_versioned", {"load.py": 'from datasets import load_dataset\nd = load_dataset("openwebtext")\n'}),
    ("model_versioned", {"models/m.pkl": b"x", "train.py": "import mlflow\n"}),
    ("model_versioned", {"conf/base/catalog.yml": "model:\n  filepath: data/06_models/m.pickle\n", "a.py": "x = 1\n"}),
    ("metric_computed", {"e.py": "from sklearn.metrics import f1_score\n# f1_score(a, b)\n"}),
    ("metric_computed", {"e.py": "import torch\nfrom sklearn.cluster import KMeans\nprint(torch.topk([1], 1), KMeans())\n"}),
    ("metric_computed", {"drift.py": "from scipy.stats import ks_2samp\nprint(ks_2samp([1], [2]))\n"}),
    ("metric_computed", {"e.py": "def accuracy(y_true, y_pred):\n    raise NotImplementedError\nprint(accuracy(1, 2))\n"}),
    ("metric_computed", {"e.py": "def iou(box, clusters):\n    return box / clusters\nprint(iou(1, 2))\n"}),
    ("metric_computed", {"e.py": "import torch\nloss = torch.nn.CrossEntropyLoss()\nprint(loss(1, 2))\n"}),
    ("metric_computed", {"e.ipynb": notebook("x = 1", output="sklearn.metrics.f1_score(1, 1) 0.9")}),
    ("metric_computed", {"README.md": "accuracy 0.93", "e.py": "from sklearn.metrics import f1_score\ndef never():\n    return f1_score([1], [1])\n"}),
    ("baseline_implemented", {"b.py": SKLEARN + "LogisticRegression().fit([[1]], [1])\n"}),
    ("baseline_implemented", {"b.py": "class BaselineNet:\n    def __init__(self):\n        self.x = 1\n"}),
    ("baseline_implemented", {"README.md": "The baseline scores 0.4", "b.py": "def baseline(rows):\n    return len(rows) / 2\n"}),
    ("held_out_split", {"s.py": "from sklearn.model_selection import train_test_split\n"}),
    ("held_out_split", {"s.py": "head, tail = text[:3], text[3:]\n"}),
    ("held_out_split", {"s.py": "from torchvision.datasets import MNIST\nMNIST('x', train=True)\n"}),
    ("experiment_tracking", {"t.py": "import wandb\nwandb.init(mode='disabled')\n"}),
    ("experiment_tracking", {"t.py": "import mlflow\n"}),
    ("monitoring", {"README.md": "TODO: add grafana and evidently", "serve.py": "import prometheus_client\n"}),
    ("monitoring", {"serve.py": "from prometheus_client import Counter\nhits = Counter('hits', 'x')\n"}),
    ("monitoring", {"stats.py": "from scipy.stats import ks_2samp\nprint(ks_2samp([1], [2]))\n"}),
    ("serving_code", {".gitignore": "# Flask stuff\n", "a.py": "from flask import Flask\napp = Flask('x')\n"}),
    ("serving_code", {"score.py": "def run():\n    return 1\nrun()\n"}),
    ("serving_code", {"e.ipynb": notebook("def model_fn(x):\n    return x")}),
    ("fairness_evaluated", {"f.py": "def fairness_metrics():\n    return None  # TO DO\nfairness_metrics()\n"}),
    ("fairness_evaluated", {"f.py": "def demographic_parity(pred, sex):\n    return None\nprint(demographic_parity(1, 2))\n"}),
    ("fairness_evaluated", {"f.py": "import tensorflow_model_analysis as tfma\ntfma.SlicingSpec(feature_keys=['length'])\n"}),
    ("explainability", {"x.py": "import shap\n"}),
    ("explainability", {"x.py": "import shap\ndef never():\n    shap.TreeExplainer(1)\n"}),
    ("seeds_fixed", {"t.py": "import numpy as np\nnp.random.seed()\nnp.random.seed(None)\n"}),
    ("seeds_fixed", {"t.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', default=1)\n"}),
    ("pipeline_defined", {"dvc.yaml": "stages:\n  a: {cmd: x}\n"}),
    ("pipeline_defined", {"recipe.yaml": "name: cake\nflour: 1\n", "a.py": "x = 1\n"}),
    ("license", {"README.md": "MIT licence", "sub/LICENSE": "words", "license.py": "x = 1\n"}),
    ("license", {"LICENSE": "", "a.py": "x = 1\n"}),
    ("model_card", {"model_card_template.md": "# Card\n", "a.py": "model_card = 1\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files"), PRESENT)
def test_present_with_a_place(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == "present", found
    assert found.shown
    assert all(shown.at is not None and shown.at.path in files for shown in found.shown)


@pytest.mark.parametrize(("name", "files"), NOT_PRESENT)
def test_near_misses_are_not_present(name: str, files: Files) -> None:
    assert practice(name, files).state != "present"


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("seeds_fixed", {"s.py": SKLEARN + "from sklearn.model_selection import train_test_split\n"
                         "train_test_split([1], random_state=1)\nRandomForestClassifier()\n"}),
        ("seeds_fixed", {"s.py": "import numpy as np\nimport tensorflow as tf\nnp.random.seed(3)\n"}),
        ("metric_computed", {"old.py": "from sklearn import metrics\nprint metrics.f1_score(a, b)\n", "a.py": "x = 1\n"}),
        ("baseline_implemented", {"b.py": "class BaselineNet:\n    def __init__(self):\n        self.x = 1\nm = BaselineNet\n"}),
        ("pinned_deps", {"a/requirements.txt": "numpy==1.0\n", "b/requirements.txt": "numpy\n"}),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_unclear(name: str, files: Files) -> None:
    assert practice(name, files).state == "unclear"


def test_an_import_alone_is_named_as_one() -> None:
    found = practice("monitoring", {"serve.py": "import prometheus_client\nx = 1\n"})
    assert found.state == "absent"
    assert [shown.detail for shown in found.shown] == ["imported, never called"]


def test_an_import_that_is_called_for_something_else_is_not_called_idle() -> None:
    found = practice("model_versioned", {"t.py": "import comet_ml\ncomet_ml.init()\n"})
    assert (found.state, found.shown) == ("absent", ())


def test_functions_a_framework_looks_up_by_name_may_run() -> None:
    files: Files = {
        "src/nodes.py": "from sklearn.metrics import r2_score\ndef evaluate(a, b):\n    return r2_score(a, b)\n",
        "src/pipeline.py": "from kedro.pipeline import Pipeline, node\nfrom nodes import evaluate\n"
        "def create_pipeline(**kwargs):\n    return Pipeline([node(func=evaluate, inputs=['a', 'b'], outputs='m')])\n",
    }
    assert practice("metric_computed", files).state == "present"


def test_a_project_in_a_folder_reads_its_own_files_and_the_licence_above() -> None:
    files: Files = {
        "LICENSE": "words",
        "a/app.py": "x = 1\n",
        "b/e.py": "from sklearn.metrics import f1_score\nf1_score([1], [1])\n",
    }
    assert practice("license", files, "a").present
    assert not practice("metric_computed", files, "a").present
    assert practice("metric_computed", files, "b").present


def test_the_best_place_comes_first_under_a_name_that_says_enough() -> None:
    tracked = "import wandb\nwandb.init()\n"
    found = practice(
        "experiment_tracking",
        {"bench.py": tracked, "notebooks/a.ipynb": notebook(tracked), "src/train.py": tracked, "run.py": tracked},
    )
    assert [shown.at.path for shown in found.shown if shown.at] == [
        "run.py",
        "src/train.py",
        "notebooks/a.ipynb",
        "bench.py",
    ]
    assert {shown.detail for shown in found.shown} == {"wandb.init"}
