# ruff: noqa: E501  (a case is one line)
"""Practices about what is kept: data, models, packages, releases, and what is loaded unsafely."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mlops_lint.practices.releasing import RollbackOrCanary
from mlops_lint.practices.tracked import Stored, large_data_in_git, may_be_data, may_be_model
from mlops_lint.repo.memory import MemoryView
from mlops_lint.repo.revision import open_revision
from mlops_lint.repo.worktree import open_worktree
from practised import Files, notebook, practice

BIG = b"a,b\n" * 300_000
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5000000\n".format("0" * 64)
FOREST = b"\x80\x04\x95csklearn.ensemble._forest\nRandomForestClassifier" + b"\0" * 100
FRAME = b"\x80\x04\x95\x8c\x11pandas.core.frame\x8c\tDataFrame" + b"\0" * 100
TENSORS = b"PK\x03\x04" + b"\0" * 26 + b"archive/data.pkl" + b"\0" * 2_000
DEPLOY = "trigger: [main]\nstages:\n- stage: Deploy\n  jobs:\n  - job: Model\n    steps:\n    - script: helm upgrade model charts/model\n"
PRESENT: list[tuple[str, Files]] = [
    ("large_data_in_git", {"data/rows.csv": BIG}),
    ("large_data_in_git", {"rows.parquet": BIG}),
    ("large_data_in_git", {"tests/fixtures/answers.json": BIG}),
    ("large_data_in_git", {"sample_data/images/left.png": BIG}),
    ("large_data_in_git", {"data/reviews.pos": BIG}),
    ("large_data_in_git", {"model inputs/archive.zip": BIG}),
    ("model_binary_in_git", {"weights/net.pth": b"PK" + b"\0" * 100}),
    ("model_binary_in_git", {"outputs/clf.pkl": FOREST}),
    ("model_binary_in_git", {"x.sav": FOREST}),
    ("model_binary_in_git", {"models/a.p": b"\x80\x03numpy" + b"\0" * 100}),
    ("model_binary_in_git", {"nets/age.caffemodel": b"\0" * 100}),
    ("model_binary_in_git", {"ckpt/run.ckpt.data-00000-of-00001": b"\0" * 100}),
    ("model_binary_in_git", {"ckpt/best.pth.tar": b"\0" * 100}),
    ("model_binary_in_git", {"artifacts/booster.json": '{"learner": {"gradient_booster": {"model": {}}}, "version": [1, 7, 3]}'}),
    ("model_binary_in_git", {"artifacts/booster.txt": "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import pickle\nm = pickle.load(open('m', 'rb'))\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import joblib\nmodel = joblib.load('m')\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import torch\nstate = torch.load('m', weights_only=False)\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import pandas as pd\nprint(pd.read_pickle('m'))\n"}),
    ("unsafe_pickle_or_torch_load", {"u.py": "import dill as d\ndef thaw(p):\n    return d.load(open(p, 'rb'))\n", "s.py": "from u import thaw\nthaw('m')\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "from acme.patches import torch_load\nstate = torch_load('m')\n"}),
    ("unsafe_pickle_or_torch_load", {"conf/base/catalog.yml": "scaler:\n  type: pickle.PickleDataset\n  filepath: data/s.pkl\n", "a.py": "x = 1\n"}),
    ("unsafe_pickle_or_torch_load", {"old.py": "import cPickle\nprint 'reading'\nrows = cPickle.load(open('m'))\n"}),
    ("rollback_or_canary", {"serve.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    canaryTrafficPercent: 10\n"}),
    ("rollback_or_canary", {"charts/t/templates/v.yaml": "kind: VirtualService\nspec:\n  http:\n  - route:\n    - weight: {{ .Values.a }}\n    - weight: {{ .Values.b }}\n"}),
    ("rollback_or_canary", {"r.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec:\n  strategy:\n    canary: {}\n"}),
    ("rollback_or_canary", {"azure-pipelines.yml": DEPLOY + "- stage: Rollback\n  condition: failed()\n"}),
    ("rollback_or_canary", {"template.yml": "Resources:\n  F:\n    DeploymentPreference:\n      Type: Canary10Percent5Minutes\n"}),
    ("rollback_or_canary", {"endpoint.yml": "name: churn\ntraffic:\n  blue: 90\n  green: 10\n"}),
    ("rollback_or_canary", {"undo.sh": "kubectl -n ml rollout undo deployment/churn\n"}),
    ("rollback_or_canary", {"d.py": "from google.cloud import aiplatform\nEND = aiplatform.Endpoint('x')\nEND.deploy(model=1, traffic_split={'0': 20, '1': 80})\n"}),
    ("rollback_or_canary", {"d.py": "def ship(endpoint):\n    endpoint.traffic = {'blue': 90, 'green': 10}\nship(print)\n"}),
    ("rollback_or_canary", {"registry.py": "def rollback_model(name):\n    return name[:-1]\nrollback_model('churn')\n"}),
    ("rollback_or_canary", {"d.py": "import subprocess\nsubprocess.run(['helm', 'rollback', 'churn', '1'])\n"}),
    ("pinned_deps", {"requirements.txt": "# platform: linux-64\nnumpy=1.19.2=py38h54aff64_0\nscipy=1.5.2=py38h0b6359f_0\n", "env.yml": "dependencies:\n  - numpy=1.19\n"}),
    ("pinned_deps", {"conda-linux-64.lock": "@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/linux-64/numpy-1.19.2-py38_0.tar.bz2#0123456789abcdef0123456789abcdef\n"}),
    ("pinned_deps", {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["libs/*"]\n', "uv.lock": 'version = 1\n[[package]]\nname = "numpy"\nversion = "2.0.0"\n',
                     "libs/a/pyproject.toml": '[project]\nname = "a"\ndependencies = ["numpy"]\n', "functions/f/requirements.txt": "a\nnumpy==2.0.0\n"}),
    ("pinned_deps", {"service/requirements.txt": "numpy==2.0.0\npandas==2.2.0\nscipy==1.14.0\n", "requirements.txt": "numpy\n", "lesson/requirements.txt": "numpy==2.0.0\nscipy @ file:///tmp/build/scipy\nattrs @ file:///tmp/build/attrs\n"}),
    ("pinned_deps", {"api/requirements.txt": "numpy==2.0.0\nflask==3.0.0\n", "evals/requirements.txt": "rich\nragas\n"}),
    ("pinned_deps", {"requirements.txt": "numpy==2.0.0\nflask==3.0.0\n", "Dockerfile": "FROM python:3.11\nRUN pip install -r requirements.txt gunicorn\n"}),
    ("pinned_deps", {"environment.yml": "dependencies:\n  - python=3.11\n  - numpy=1.26.4\n  - pip:\n    - flask==3.0.0\n", "requirements.txt": "numpy\nflask\n"}),
    ("pinned_deps", {"uv.lock": 'version = 1\n[[package]]\nname = "numpy"\nversion = "2.0.0"\n', "docker/Dockerfile": "FROM python:3.11\nRUN pip install mlflow\n"}),
    ("pinned_deps", {**{f"{part}/requirements.txt": "".join(f"p{n}==1.0.0\n" for n in range(15)) for part in "ab"}, "c/requirements.txt": "x\ny\nz==1.0.0\n"}),
    ("pinned_deps", {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["numpy==2.0.0"]\n[project.optional-dependencies]\ndev = ["pytest", "ruff", "mypy"]\n'}),
    ("license", {"LICENSES/MIT.txt": "words", "a.py": "x = 1\n"}),
    ("license", {"MIT-LICENSE": "words", "a.py": "x = 1\n"}),
    ("model_card", {"docs/model_cards/churn.md": "# Churn\n", "a.py": "x = 1\n"}),
    ("model_card", {"churn-model-card.md": "# Churn\n", "a.py": "x = 1\n"}),
    ("data_versioned", {"conf/base/catalog.yml": "rows:\n  type: pandas.CSVDataset\n  filepath: data/01_raw/rows.csv\n  versioned: true\n"}),
    ("data_versioned", {"t.py": "import wandb\nrun = wandb.init()\nrun.log_artifact(wandb.Artifact('rows', type='dataset'))\n"}),
    ("data_versioned", {"t.py": "import hopsworks\nfs = hopsworks.login().get_feature_store()\nview = fs.get_feature_view(name='rows', version=3)\n"}),
    ("data_versioned", {"jobs/data.yml": "$schema: https://example.org/latest/data.schema.json\ntype: uri_file\nname: rows\npath: ./rows.csv\n"}),
    ("data_versioned", {"t.py": "def mark(path, version):\n    with open(f'{path}.version', 'w') as f:\n        f.write(version)\ndef stale(path):\n    return open(f'{path}.version').read()\nmark('a', '1')\nstale('a')\n"}),
    ("data_versioned", {"t.py": "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nspark.read.format('delta').option('versionAsOf', 3).load('rows')\n"}),
    ("model_versioned", {"t.py": "import wandb\nart = wandb.Artifact('m', type='model')\n"}),
    ("model_versioned", {"t.py": "from azureml.core import Run\ndef go(best):\n    best.register_model(model_name='m', model_path='o/m.pkl')\ngo(1)\n"}),
    ("model_versioned", {"t.py": "from azure.ai.ml import MLClient\ndef go(client):\n    client.models.create_or_update(1)\ngo(1)\n"}),
    ("model_versioned", {"t.py": "def load(name):\n    import mlflow\n    return mlflow.pyfunc.load_model(f'models:/{name}/Production')\nload('m')\n"}),
    ("model_versioned", {"t.py": "from transformers import AutoModel\nm = AutoModel.from_pretrained('a/b', revision='0123abc')\n"}),
    ("model_versioned", {"t.py": "def go(trainer):\n    trainer.push_to_hub()\ngo(1)\n"}),
    ("model_versioned", {"infra/main.bicep": "resource d 'Microsoft.CognitiveServices/accounts/deployments@2023-05-01' = {\n  properties: {\n    model: {\n      format: 'OpenAI'\n      name: 'gpt'\n      version: '2024-08-06'\n    }\n  }\n}\n"}),
    ("model_versioned", {"infra/main.parameters.json": '{"parameters": {"chatDeploymentVersion": {"value": "${CHAT_VERSION=2024-08-06}"}}}'}),
    ("model_versioned", {"hubconf.py": "def net():\n    return 'https://github.com/me/project/releases/download/v1/net.pth'\n"}),
    ("model_versioned", {"get.sh": "wget -O weights/a https://github.com/me/project/releases/download/v1/a\n"}),
    ("model_versioned", {"conf.yaml": "llm:\n  model_name: a/b\n  revision: 0123456789abcdef0123456789abcdef01234567\n"}),
    ("model_versioned", {"deploy/online.yml": "name: blue\nmodel: azureml:churn@latest\n"}),
    ("model_versioned", {"get.py": "def fetch(tag, repo='me/nets'):\n    name = 'tiny.pt'\n    return f'https://github.com/{repo}/releases/download/{tag}/{name}'\nfetch('v1')\n"}),
    ("large_data_in_git", {"data/scans/first.pdf": BIG}),
    ("model_binary_in_git", {"models/flats/net_fold_2": TENSORS}),
    ("model_binary_in_git", {"checkpoints/net_0.93": TENSORS}),
    ("model_binary_in_git", {"models/forest": FOREST}),
    ("pinned_deps", {"needs.yml": "name: rent\nchannels: [conda-forge]\ndependencies:\n  - python=3.10.4\n  - numpy=1.24.1=py310\n  - pandas=1.5.3=py310\n", "a.py": "x = 1\n"}),
    ("unsafe_pickle_or_torch_load", {"tests/test_m.py": "import torch\ndef test_m():\n    assert torch.load('m.pt')\n"}),
]  # fmt: skip
NOT_PRESENT: list[tuple[str, Files]] = [
    ("large_data_in_git", {"data/small.csv": "a,b\n1,2\n"}),
    ("large_data_in_git", {"explore.ipynb": BIG, "report.html": BIG, "docs/paper.pdf": BIG, "images/cover.png": BIG, "demo.gif": BIG, "package-lock.json": BIG}),
    ("large_data_in_git", {"models/net.pth": BIG, "models/net.h5": BIG}),
    ("large_data_in_git", {"log/train.tsv": BIG, "pkg/bpe_vocab.txt.gz": BIG, "mlruns/1/artifacts/rows.csv": BIG}),
    ("model_binary_in_git", {"out/tf_tokenizer.pickle": b"keras.preprocessing.text" + b"\0" * 100}),
    ("large_data_in_git", {"web/node_modules/x/data.json": BIG}),
    ("model_binary_in_git", {"data/features.pkl": FRAME, "vocab.pkl": FRAME, "frame.pkl": FRAME}),
    ("model_binary_in_git", {"mlflow.db": "x" * 100, "model_metrics.db": "x" * 100, "model_metrics.json": '{"f1": 0.5}' + " " * 100}),
    ("model_binary_in_git", {"models/.gitkeep": "", "models/m.pkl.dvc": "outs: []\n"}),
    ("model_binary_in_git", {".gitattributes": "*.pth filter=lfs\n", "models/m.pth": POINTER}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import torch\nstate = torch.load('m', weights_only=True)\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "from tensorflow import keras\nm = keras.models.load_model('m')\nm.eval()\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import pickle\npickle.dump(1, open('m', 'wb'))\n# pickle.load(f)\n"}),
    ("unsafe_pickle_or_torch_load", {"s.py": "import pickle\ndef never():\n    return pickle.load(open('m', 'rb'))\nclass A:\n    pass\n", "README.md": "pickle.load(f)"}),
    ("unsafe_pickle_or_torch_load", {"n.ipynb": notebook("x = 1", output="torch.load(f)")}),
    ("unsafe_pickle_or_torch_load", {"catalog.yml": "# type: pickle.PickleDataset\nrows:\n  type: pandas.CSVDataset\n", "a.py": "x = 1\n"}),
    ("rollback_or_canary", {"db.py": "def save(session):\n    session.rollback()\nsave(print)\ndef rollback(bug):\n    return bug[:-1]\nrollback('x')\n"}),
    ("rollback_or_canary", {"infra.json": '{"url": "https://workspacecanary.example.net", "notes": "rollback"}', "style.css": "box-shadow: 1px"}),
    ("rollback_or_canary", {"README.md": "kubectl rollout undo deployment/x and canary", "a.yml": "# canaryTrafficPercent: 10\nkind: InferenceService\n"}),
    ("rollback_or_canary", {"endpoint.yml": "name: churn\ntraffic:\n  blue: 100\n", "d.py": "def go(end):\n    end.deploy(model=1, traffic_percentage=100)\ngo(1)\n"}),
    ("rollback_or_canary", {".github/workflows/release.yml": "name: npm canary\non: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - name: Rollback database migration\n        run: alembic downgrade -1 # helm rollback x\n      - run: echo kubectl rollout undo deployment\n"}),
    ("pinned_deps", {"requirements.txt": "numpy\npandas\nscipy\ntorch\n", "docker/requirements.txt": "gunicorn==20.0.0\n"}),
    ("pinned_deps", {"requirements.txt": "numpy\npandas\n", "requirements-dev.txt": "pytest==8.0.0\n", "docs/uv.lock": 'version = 1\n[[package]]\nname = "x"\nversion = "1"\n'}),
    ("pinned_deps", {"environment.yml": "dependencies:\n  - numpy=1.26\n  - scipy==1.*\n"}),
    ("pinned_deps", {"a/requirements.txt": "numpy==2.0.0\n", "b/requirements.txt": "numpy\npandas\n"}),
    ("pinned_deps", {"mlruns/0/a/requirements.txt": "mlflow==2.0.0\n", "requirements.txt": "numpy\npandas\n"}),
    ("license", {"README.md": "MIT", "sub/LICENSE": "words", "LICENSE-THIRD-PARTY.txt": "words"}),
    ("model_card", {"templates/model_card_template.md": "# {{ name }}\n", "model_card.py": "x = 1\n"}),
    ("data_versioned", {"t.py": "from datasets import load_dataset\nd = load_dataset('squad', revision='main')\n"}),
    ("data_versioned", {".gitattributes": "*.csv filter=lfs\n", "data/a.csv": "a,b\n1,2\n"}),
    ("data_versioned", {"conf/catalog.yml": "metrics:\n  type: tracking.MetricsDataset\n  filepath: data/09_tracking/metrics.json\n  versioned: true\n"}),
    ("data_versioned", {"t.py": "from sklearn.datasets import fetch_openml\nd = fetch_openml('iris', version=1)\n"}),
    ("data_versioned", {"t.py": "import wandb\nart = wandb.Artifact('r', type='result')\n"}),
    ("model_versioned", {"t.py": "from huggingface_hub import upload_folder\nupload_folder(repo_id='a/b', folder_path='x', repo_type='dataset')\n"}),
    ("model_versioned", {"t.py": "from transformers import AutoModel\nm = AutoModel.from_pretrained('a/b', revision='main')\nn = AutoModel.from_pretrained('a/b')\n"}),
    ("model_versioned", {"t.py": "import mlflow\ndef keep(model, registered_model_name=None):\n    mlflow.models.Model.log(model, registered_model_name=registered_model_name)\nkeep(1)\n"}),
    ("model_versioned", {"fetch.yml": "tool:\n  type: git\n  path: tools/x\n  revision: 0123456789abcdef0123456789abcdef01234567\n"}),
    ("model_versioned", {"t.py": "def go(dataset):\n    dataset.push_to_hub('a/b')\ngo(1)\n"}),
    ("model_versioned", {"t.py": "URL = 'https://github.com/other/nets/releases/download/v0.1/vgg16.h5'\nprint(URL)\n"}),
    ("model_versioned", {"t.py": "class BaselineModelResolver:\n    def register_model(self):\n        return 1\nBaselineModelResolver().register_model()\n"}),
    ("model_versioned", {"infra/main.bicep": "param apiVersion string = '2024-08-06'\nvar app = {\n  version: '1.2.3'\n}\n"}),
    ("large_data_in_git", {"readings/open_data_handbook.pdf": BIG, "slides/data_day.pdf": BIG, "train_data_flow.png": BIG, "a.py": "x = 1\n"}),
    ("model_binary_in_git", {"docs/doctrees/environment.pickle": FRAME + b"model", "docs/.doctrees/model.pickle": FRAME, "docs/_build/models.pickle": FOREST, "a.py": "x = 1\n"}),
    ("model_binary_in_git", {"models/events.out.tfevents.1": TENSORS, "models/notes": b"how the nets were made " * 100, "models/archive": b"PK\x03\x04" + b"rows.csv" * 50, "models/table": FRAME, "a.py": "x = 1\n"}),
    ("pinned_deps", {"chart.yml": "name: app\ndependencies:\n  - name: redis\n    version: 1.2.3\n", "galaxy.yml": "name: x\ndependencies:\n  - base=1.0\n", "a.py": "x = 1\n"}),
    ("unsafe_pickle_or_torch_load", {"tests/test_m.py": "import torch\ndef test_m():\n    assert torch.load('m.pt', weights_only=True)\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files"), PRESENT)
def test_present(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == "present", found
    assert found.shown


@pytest.mark.parametrize(("name", "files"), NOT_PRESENT)
def test_not_present(name: str, files: Files) -> None:
    assert practice(name, files).state != "present", practice(name, files)


def test_data_that_is_not_in_this_clone_is_unclear() -> None:
    view = MemoryView({})
    found = large_data_in_git(Stored({"data/rows.csv": None}, {}), view)
    assert (found.state, [shown.at and shown.at.path for shown in found.shown]) == ("unclear", ["data/rows.csv"])
    assert large_data_in_git(Stored({"data/rows.csv": 10}, {}), view).state == "absent"


def test_arrays_that_may_hold_pickles_are_unclear() -> None:
    found = practice(
        "unsafe_pickle_or_torch_load", {"a.py": "import numpy as np\nnp.load('x.npy', allow_pickle=True)\n"}
    )
    assert found.state == "unclear"


def test_a_remote_of_one_machine_is_told_apart() -> None:
    out = "outs:\n  - md5: 0123456789abcdef0123456789abcdef\n    path: raw.csv\n"
    config = "[core]\n    remote = here\n['remote \"here\"']\n    url = /mnt/store\n"
    assert "local" in practice("data_versioned", {"data/raw.csv.dvc": out, ".dvc/config": config}).shown[0].detail
    assert practice("data_versioned", {"data/raw.csv.dvc": out}).shown[0].detail == "DVC"


def test_kinds_by_name() -> None:
    assert may_be_data("data/x.h5")
    assert not may_be_data("models/x.h5")
    assert may_be_model("x.pkl")
    assert not may_be_model("data/x.pkl")
    assert RollbackOrCanary.title() == "rollback_or_canary"


def _git(folder: Path, *words: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *name, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_sizes_come_from_git(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"x" * 5_000)
    (tmp_path / "gone.csv").write_bytes(b"y" * 300)
    (tmp_path / "lost.csv").write_bytes(b"z" * 40)
    (tmp_path / "link.csv").symlink_to("rows.csv")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "rows")
    lost = _git(tmp_path, "rev-parse", "HEAD:lost.csv")
    (tmp_path / "gone.csv").unlink()
    (tmp_path / "rows.csv").write_bytes(b"x")
    (tmp_path / "new.csv").write_bytes(b"n")
    object_file = tmp_path / ".git" / "objects" / lost[:2] / lost[2:]
    object_file.chmod(0o600)
    object_file.unlink()
    expected = {"gone.csv": 300, "lost.csv": None, "rows.csv": 5_000}
    with open_worktree(tmp_path) as view:
        assert view.sizes([*view.tracked_paths(), "new.csv", "nowhere"]) == expected
        assert "gone.csv" in view.tracked_paths()
        assert "gone.csv" not in view.entries
        assert view.sizes(["rows.csv"]) == {"rows.csv": 5_000}
    with open_revision(tmp_path, "HEAD") as view:
        assert view.sizes(view.tracked_paths()) == expected


def test_sizes_without_git(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"x" * 5_000)
    with open_worktree(tmp_path) as view:
        assert view.sizes(view.tracked_paths()) == {"rows.csv": 5_000}
