# ruff: noqa: E501  (a case is one line)
"""Splits, metrics, seeds, baselines, trackers, fairness and explanations as they are really written."""

from __future__ import annotations

import json

import pytest

from practised import Files, notebook, practice

TORCH = "import torch\nnet = torch.nn.Linear(2, 1)\nloss = net(torch.ones(2))\nloss.backward()\n"
FOREST = "from sklearn.ensemble import RandomForestClassifier\n"
LINEAR = "from sklearn.linear_model import LogisticRegression\n"
FRAME = "import pandas as pd\ndf = pd.read_csv('rows.csv')\n"

PRESENT: list[tuple[str, Files]] = [
    # rows kept apart
    ("held_out_split", {"s.py": FRAME + "train = df[df.fold != 2]\nvalid = df[df.fold == 2]\n"}),
    ("held_out_split", {"s.py": FRAME + "data_train = df[df['year'] < 2020]\ndata_test = df[df['year'] >= 2020]\n"}),
    ("held_out_split", {"s.py": FRAME + "first = df[0:700]\nvalidation_rows = df[700:900]\n"}),
    ("held_out_split", {"s.py": FRAME + "train = df.sample(frac=0.8)\ntest = df.drop(train.index)\n"}),
    ("held_out_split", {"s.py": FRAME + "import numpy as np\nvalid_idx = df.index[0:9]\nrest = np.arange(99)\nval_idx = rest[0:9]\ntrain_idx = np.delete(rest, np.arange(9))\n"}),
    ("held_out_split", {"s.py": "idx_train = range(100)\nidx_val = range(100, 200)\n"}),
    ("held_out_split", {"s.py": FRAME + "draw = rand(len(df))\nmask_train = draw < 0.7\nmask_val = draw >= 0.7\ntrain = df[mask_train]\nval = df[mask_val]\n"}),
    ("held_out_split", {"s.py": "from shop import load_rows\nlearn = load_rows('train')\ncheck = load_rows('val')\n"}),
    ("held_out_split", {"s.py": "import os\nfrom torchvision.datasets import ImageFolder\na = ImageFolder(os.path.join('img', 'train'))\nb = ImageFolder(os.path.join('img', 'val'))\n"}),
    ("held_out_split", {"s.py": "from datasets import load_dataset\nparts = load_dataset('some/rows')\nfit(parts['train'])\ncheck(parts['validation'])\n"}),
    ("held_out_split", {"s.py": "from mine import load\n(x_train, y_train), (x_test, y_test) = load()\n"}),
    ("held_out_split", {"s.py": "from keras import Sequential\nm = Sequential()\nm.fit(x, y, validation_split=0.1)\n"}),
    ("held_out_split", {"s.py": "from transformers import Trainer\nTrainer(model=m, train_dataset=a, eval_dataset=eval_rows)\n"}),
    ("held_out_split", {"s.py": "import pandas as pd\nfrom sklearn.metrics import f1_score\ndef judge(model, folder):\n    rows = pd.read_csv(folder + '/testdata.csv')\n    return f1_score(rows['y'], model.predict(rows))\njudge(1, 'x')\n"}),
    ("held_out_split", {"recipe.yaml": "steps:\n  split:\n    split_ratios: [0.7, 0.15, 0.15]\n", "a.py": "x = 1\n"}),
    ("held_out_split", {"train.py": "import rows as source\nloader = getattr(source, 'Rows')()\n", "rows.py": "class Rows:\n    def __init__(self):\n        train, val = every[:9], every[9:]\n"}),
    # metrics
    ("metric_computed", {"e.py": "correct = 3\ntotal = 4\naccuracy = 100 * correct / total\n"}),
    ("metric_computed", {"e.py": "right = sum(1 for a, b in zip(x, y) if a == b)\nprint('Test accuracy: %.2f' % (tp / (tp + fp)))\n"}),
    ("metric_computed", {"e.py": "import tensorflow as tf\nclass Net:\n    def __init__(self):\n        hits = tf.equal(self.guess, self.y)\n        self.accuracy = tf.reduce_mean(tf.cast(hits, 'float'))\nNet()\n"}),
    ("metric_computed", {"e.py": "import numpy as np\nrmse = np.sqrt(np.mean((pred - y) ** 2))\n"}),
    ("metric_computed", {"e.py": LINEAR + "m = LogisticRegression().fit(x, y)\nprint(m.score(x_test, y_test))\n"}),
    ("metric_computed", {"e.py": "from keras import Sequential\nfrom mine import overlap\nm = Sequential()\nm.compile('adam', 'mse', metrics=[overlap])\n"}),
    ("metric_computed", {"e.py": "from keras import Sequential\nm = Sequential()\nm.compile('adam', 'mse', ['accuracy'])\n"}),
    ("metric_computed", {"e.py": "from transformers import Trainer\ndef judge(pair):\n    return {}\nTrainer(model=m, compute_metrics=judge)\n"}),
    ("metric_computed", {"e.py": "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18, metrics=error_rate)\n"}),
    ("metric_computed", {"e.py": "import xgboost\nparams = {'eval_metric': 'auc', 'eta': 0.1}\nxgboost.train(params, d)\n"}),
    ("metric_computed", {"e.py": "from shop.metrics import ndcg_score\nndcg_score(a, b)\n"}),
    ("metric_computed", {"e.py": "def dice_coeff(input, target):\n    both = 2 * (input * target).sum()\n    return both / (input.sum() + target.sum())\nprint(dice_coeff(a, b))\n"}),
    ("metric_computed", {"evals/config.json": '{\n "requested_metrics": ["answer_length", "f1"]\n}\n', "run.py": "from tool import run\nrun('config.json')\n"}),
    ("metric_computed", {"conf/model.yaml": "_target_: net.Net\n", "net.py": "from torchmetrics.classification.accuracy import Accuracy\nclass Net:\n    def __init__(self):\n        self.acc = Accuracy()\n", "a.py": "x = 1\n"}),
    ("metric_computed", {"e.py": "class Base:\n    def train(self):\n        self.judge()\nclass Tagger(Base):\n    def judge(self):\n        return correct / total\nTagger().train()\n"}),
    ("metric_computed", {"old.py": "x = x.cuda(async=True)\nacc = correct / total\n"}),
    ("metric_computed", {"e.py": "from tim.utils import accuracy\nprint(accuracy(output, target))\n"}),
    ("metric_computed", {"e.py": "import tensorflow as tf\ntf.summary.scalar('val/word_error_rate', rate)\n"}),
    # seeds
    ("seeds_fixed", {"t.py": TORCH + "from help import fix\nfix(3)\n", "help.py": "from deep import fix_all\ndef fix(seed=None):\n    fix_all(seed)\n", "deep.py": "import torch\ndef fix_all(seed):\n    torch.manual_seed(seed)\n"}),
    ("seeds_fixed", {"t.py": "from transformers import TrainingArguments\nTrainingArguments(output_dir='x', seed=4)\n"}),
    ("seeds_fixed", {"t.py": FOREST + "settings = {'n_estimators': 10, 'random_state': 4}\nRandomForestClassifier(**settings).fit(x, y)\n"}),
    ("seeds_fixed", {"t.py": "from imblearn.under_sampling import RandomUnderSampler\nRandomUnderSampler(random_state=0).fit_resample(x, y)\n"}),
    ("seeds_fixed", {"t.py": "import random\nimport torch\nrandom.seed(4)\nnet = torch.load('net.pt', weights_only=True)\nnet(crop(random.random()))\n"}),
    ("seeds_fixed", {"t.py": TORCH + "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int, default=3)\nargs = p.parse_args()\ntorch.manual_seed(args.seed)\n"}),
    ("seeds_fixed", {"model.yaml": "_target_: sklearn.ensemble.RandomForestClassifier\nrandom_state: 3\n", "t.py": "import hydra\n"}),
    # baselines
    ("baseline_implemented", {"b.py": FOREST + LINEAR + "def simple():\n    return LogisticRegression().fit(x, y)\ndef strong():\n    return RandomForestClassifier().fit(x, y)\nsimple()\nstrong()\n"}),
    ("baseline_implemented", {"b.py": FOREST + LINEAR + "def pipe(kind):\n    return kind()\npipe(kind=LogisticRegression)\npipe(kind=RandomForestClassifier)\n"}),
    ("baseline_implemented", {"b.ipynb": notebook("ns_probs = [0 for _ in y_test]\n", "print(ns_probs)\n")}),
    ("baseline_implemented", {"b.py": "import numpy as np\nbaseline_mae = np.mean(abs(y - np.median(y)))\n"}),
    ("baseline_implemented", {"b.py": LINEAR + "models = [('baseline', LogisticRegression())]\n"}),
    ("baseline_implemented", {"run_baselines.py": "from other import Copula\nmodel = Copula()\nmodel.fit(rows)\n"}),
    ("baseline_implemented", {"tests/test_m.py": "def test_better():\n    acc_forest, acc_tree = run()\n    assert acc_forest > acc_tree\n", "m.py": "x = 1\n"}),
    # trackers
    ("experiment_tracking", {"t.py": "from transformers import TrainingArguments\nTrainingArguments('x', report_to=['wandb'])\n"}),
    ("experiment_tracking", {"conf/sft.yaml": "model: m\nreport_to: wandb\n", "t.py": "x = 1\n"}),
    ("experiment_tracking", {"run.sh": "python train.py \\\n  --report_to tensorboard\n", "train.py": "x = 1\n"}),
    ("experiment_tracking", {"conf/logger.yaml": "a:\n  _target_: lightning.pytorch.loggers.wandb.WandbLogger\n", "a.py": "x = 1\n"}),
    ("experiment_tracking", {"t.py": "import pytorch_lightning as pl\nclass Net(pl.LightningModule):\n    def training_step(self, batch, i):\n        self.log('loss', 1)\npl.Trainer(max_epochs=2).fit(Net())\n"}),
    # fairness and explanations
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import recall_score\nfor group in df['sex'].unique():\n    rows = df[df['sex'] == group]\n    print(group, recall_score(rows.y, rows.p))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import accuracy_score\nprint(df.groupby('race').apply(lambda rows: accuracy_score(rows.y, rows.p)))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from judge import compute_metrics\ncolumns = ['education', 'race']\nfor column in columns:\n    for value in df[column].unique():\n        compute_metrics(df[df[column] == value])\n", "judge.py": "def compute_metrics(rows):\n    return rows.mean()\n"}),
    ("fairness_evaluated", {"f.py": "import tensorflow_model_analysis as tfma\nspec = tfma.SlicingSpec(feature_keys=['gender'])\n"}),
    ("explainability", {"x.py": "import lightgbm\nbooster = lightgbm.train(p, d)\nprint(booster.feature_importance())\n"}),
    ("explainability", {"x.py": "def make_gradcam_heatmap(image, model):\n    return (image * model.gradient).sum()\nmake_gradcam_heatmap(i, m)\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import recall_score\ndef report(rows, column):\n    for value in rows[column].unique():\n        part = rows[rows[column] == value]\n        print(recall_score(part.y, part.p))\nreport(df, 'sex')\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from g import report\nfor name in ['city', 'race']:\n    report(df, column=name)\n", "g.py": "from sklearn.metrics import f1_score\ndef report(rows, column):\n    return rows.groupby(column).apply(lambda part: f1_score(part.y, part.p))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import confusion_matrix\nclass Scale:\n    def __init__(self, rows, by):\n        self.rows = rows\n        self.by = by\n    def tables(self):\n        return [confusion_matrix(p.y, p.p) for _, p in self.rows.groupby(self.by)]\nScale(df, 'ethnicity').tables()\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "groups = df['gender'].unique()\nfor g in groups:\n    part = df[df.gender == g]\n    tp = ((part.y == 1) & (part.p == 1)).sum()\n    fn = ((part.y == 1) & (part.p == 0)).sum()\n    print(g, tp / (tp + fn))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import accuracy_score\nwomen = df[df['sex'] == 'F']\nmen = df[df['sex'] == 'M']\nprint(accuracy_score(women.y, women.p), accuracy_score(men.y, men.p))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "print(df.groupby('race')['y_pred'].mean())\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import confusion_matrix\nclass Scale:\n    def tables(self):\n        for grp in self.sens_grps:\n            confusion_matrix(self.y[grp], self.p[grp])\nScale().tables()\n"}),
    ("seeds_fixed", {"s.py": FOREST + "params = load()\nparams['random_state'] = 7\nmodel = RandomForestClassifier()\nmodel.set_params(**params)\nmodel.fit(x, y)\n"}),
    ("seeds_fixed", {"s.py": FOREST + "model = RandomForestClassifier()\nmodel.set_params(clf__random_state=7)\nmodel.fit(x, y)\n"}),
    ("baseline_implemented", {"s.py": FOREST + "from house.baseline_models import Guess\nMODELS = {'forest': RandomForestClassifier(), 'simple': Guess()}\nprint(MODELS)\n", "house/__init__.py": "", "house/baseline_models.py": "class Guess:\n    def fit(self, x, y):\n        return self\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\ndef report(rows, names):\n    for name in names:\n        for value in rows[name].unique():\n            part = rows[rows[name] == value]\n            f1_score(part.y, part.p)\nreport(df, names=['sex', 'size'])\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "def prob_given_sensitive(p, s, value):\n    return sum(1 for a, b in zip(p, s) if b == value) / len(p)\nprint(prob_given_sensitive(df.p, df.s, 1))\n"}),
]  # fmt: skip

NOT_PRESENT: list[tuple[str, Files]] = [
    ("held_out_split", {"k.py": "import pandas as pd\ntrain = pd.read_csv('train.csv')\ntest = pd.read_csv('test.csv')\nmodel.fit(train)\nmodel.predict(test).to_csv('out.csv')\n"}),
    ("held_out_split", {"k.py": "import pandas as pd\nn_train = len(train)\nboth = pd.concat([train, test])\ntrain = both[:n_train]\ntest = both[n_train:]\n"}),
    ("held_out_split", {"k.py": FRAME + "train = df[df.price.notnull()]\ntest = df[df.price.isnull()]\n"}),
    ("held_out_split", {"k.py": "train_loss, val_loss = history[0], history[1]\ntrain_losses = losses[:3]\nval_losses = losses[3:]\n"}),
    ("held_out_split", {"k.py": "from conf import cfg\ntrain_size = cfg['train']\nval_size = cfg['val']\n"}),
    ("held_out_split", {"k.py": "from transformers import Trainer\nTrainer(model=m, train_dataset=a, eval_dataset=None)\n"}),
    ("held_out_split", {"k.py": "x = 1\n", "tests/test_k.py": "def test_rows():\n    train, val = rows[:3], rows[3:]\n    assert train\n"}),
    ("held_out_split", {"k.py": "def never():\n    train, val = rows[:3], rows[3:]\n"}),
    ("held_out_split", {"k.py": "from sklearn.model_selection import train_test_split\nmodel.fit(x, y)\n"}),
    ("metric_computed", {"e.py": "for x, y in rows:\n    val_loss = criterion(net(x), y)\n"}),
    ("metric_computed", {"e.py": "def get_custom_metrics():\n    raise NotImplementedError\nget_custom_metrics()\n"}),
    ("metric_computed", {"e.py": "precision = 1 / variance\nprint('precision %s' % precision)\n"}),
    ("metric_computed", {"e.py": "from keras import Sequential\nSequential().compile('adam', 'mse')\n"}),
    ("metric_computed", {"e.py": "import numpy as np\nprint(np.corrcoef(df.a, df.b))\n"}),
    ("metric_computed", {"e.py": "import torch.nn.functional as F\nloss = F.mse_loss(pred, y)\n"}),
    ("metric_computed", {"e.py": "from torchvision.ops import box_iou\nmatch = box_iou(anchors, boxes)\n"}),
    ("metric_computed", {"recipe.yaml": "primary_metric: ''\n", "e.py": "x = 1\n"}),
    ("metric_computed", {"notes.json": '{"eval_metric": "f1"}', "e.py": "x = 1\n"}),
    ("metric_computed", {"e.py": "from prometheus_client.metrics import Accuracy\nAccuracy('x')\n"}),
    ("baseline_implemented", {"b.py": FOREST + LINEAR + "if kind == 'a':\n    m = LogisticRegression()\nelse:\n    m = RandomForestClassifier()\n"}),
    ("baseline_implemented", {"b.py": LINEAR + "LogisticRegression().fit(x, y)\n"}),
    ("baseline_implemented", {"drift.py": "def get_baseline_drift(rows):\n    return rows.mean() / 2\nprint(get_baseline_drift(r))\n"}),
    ("baseline_implemented", {"b.py": "import json\nbaseline_score = json.load(open('scores.json'))\nbaseline_path = base + '/x'\n"}),
    ("baseline_implemented", {"b.py": "import torch\nbaseline = torch.zeros_like(image)\n"}),
    ("baseline_implemented", {"tests/test_m.py": "def test_fits():\n    acc_before, acc_after = run()\n    assert acc_after > acc_before\n", "m.py": "x = 1\n"}),
    ("experiment_tracking", {"t.py": "from transformers import TrainingArguments\nTrainingArguments('x', report_to='none')\n"}),
    ("experiment_tracking", {"t.py": "import wandb\nwandb.init(mode='disabled')\n"}),
    ("experiment_tracking", {"t.py": "import pytorch_lightning as pl\nclass Net(pl.LightningModule):\n    def training_step(self, batch, i):\n        self.log('loss', 1)\npl.Trainer(logger=False).fit(Net())\n"}),
    ("experiment_tracking", {"README.md": "Run with `--report_to wandb`.\n", "t.py": "import csv\ncsv.writer(open('log.csv', 'w')).writerow([1])\n"}),
    ("experiment_tracking", {"t.py": "from mlflow import MlflowClient\nMlflowClient().download_artifacts('run', 'model')\n"}),
    ("seeds_fixed", {"t.py": "from openai import OpenAI\nOpenAI(seed=3)\n"}),
    ("baseline_implemented", {"r.py": "baseline = np.median(signal)\n"}),
    ("fairness_evaluated", {"f.py": "def fairness_metrics():\n    return None  # later\nfairness_metrics()\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "for group in df['sex'].unique():\n    print(df[df['sex'] == group].shape)\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\nfor part in df['education'].unique():\n    f1_score(a, b)\n"}),
    ("fairness_evaluated", {"f.py": "import tensorflow_model_analysis as tfma\ntfma.SlicingSpec(feature_keys=['hour'])\ntfma.SlicingSpec()\n"}),
    ("explainability", {"x.py": "import shap\nprint(1)\n"}),
    ("explainability", {"x.py": "def gradcam(model):\n    raise NotImplementedError\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import recall_score\ndef report(rows, column):\n    for value in rows[column].unique():\n        print(recall_score(rows.y, rows.p))\nreport(df, 'district')\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "print(df.groupby('sex')['survived'].mean())\nfor g in df['sex'].unique():\n    total = df[df.sex == g].shape\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\nX = df[['sex', 'size']]\nfor a, b in folds.split(X, df['sex']):\n    f1_score(y[b], p[b])\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\nwomen = df[df['sex'] == 'F']\nprint(f1_score(women.y, women.p))\n"}),
    ("seeds_fixed", {"s.py": FOREST + "params = load()\nparams['random_state'] = None\nRandomForestClassifier(**params).fit(x, y)\nrow = {}\nrow['seed'] = 3\n"}),
    ("held_out_split", {"s.py": "import pandas as pd\nfrom sklearn.metrics import f1_score\nscore = f1_score(y, p)\npd.DataFrame({'f1': [score]}).to_csv(f'{out}_test_{kind}.csv')\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\nfor name in ['sex', 'size']:\n    model.fit(df[[name]], y)\n    print(f1_score(y, model.predict(df[[name]])))\n"}),
    ("fairness_evaluated", {"f.py": FRAME + "from sklearn.metrics import f1_score\ndef train(rows, names):\n    for name in names:\n        f1_score(rows.y, rows[name])\ntrain(df, names=['sex', 'size'])\n"}),
]  # fmt: skip

UNCLEAR: list[tuple[str, Files]] = [
    ("seeds_fixed", {"t.py": FOREST + "from sklearn.model_selection import train_test_split\na, b = train_test_split(x, random_state=1)\nRandomForestClassifier().fit(a, b)\n"}),
    ("seeds_fixed", {"t.py": TORCH + "import numpy as np\nnp.random.seed(3)\n"}),
    ("seeds_fixed", {"t.py": FOREST + "import random\nrandom.seed(3)\nRandomForestClassifier().fit(x, y)\n"}),
    ("seeds_fixed", {"t.py": TORCH + "torch.manual_seed(3)\ntorch.manual_seed(None)\n"}),
    ("seeds_fixed", {"t.py": TORCH + "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int)\nargs = p.parse_args()\nif args.seed is not None:\n    torch.manual_seed(args.seed)\n"}),
    ("seeds_fixed", {"t.py": TORCH + "import random\nseed = random.randint(1, 9)\ntorch.manual_seed(seed)\n"}),
    ("seeds_fixed", {"t.py": TORCH + "def fix(seed=None):\n    torch.manual_seed(seed)\nfix()\n"}),
    ("seeds_fixed", {"conf.yaml": "seed: null\n", "t.py": TORCH + "from conf import cfg\ntorch.manual_seed(cfg.seed)\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "files"), PRESENT)
def test_present(name: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == "present"
    assert found.shown


@pytest.mark.parametrize(("name", "files"), NOT_PRESENT)
def test_not_present(name: str, files: Files) -> None:
    assert practice(name, files).state != "present"


@pytest.mark.parametrize(("name", "files"), UNCLEAR)
def test_unclear(name: str, files: Files) -> None:
    assert practice(name, files).state == "unclear"


def test_a_flag_that_nobody_reads_seeds_nothing() -> None:
    files: Files = {
        "t.py": TORCH + "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', default=3)\n"
    }
    assert practice("seeds_fixed", files).state == "absent"


def test_outputs_of_a_notebook_are_no_evidence() -> None:
    text = "Accuracy: 0.9\nbaseline_mae = 3\nfor group in df['sex']: recall_score(a, b)\n"
    files: Files = {"n.ipynb": notebook("print(1)\n", output=text)}
    for name in ("metric_computed", "baseline_implemented", "fairness_evaluated", "held_out_split"):
        assert practice(name, files).state == "absent"


def test_one_line_is_shown_once() -> None:
    files: Files = {"e.py": "from sklearn.metrics import f1_score\nf1 = f1_score(y_test, pred)\n"}
    assert len(practice("metric_computed", files).shown) == 1


def test_a_package_whose_author_wrote_the_scripts_is_no_vendored_one() -> None:
    head = '__author__ = "Somebody Else"\n'
    split = "train, test = rows[:3], rows[3:]\n"
    own: Files = {"core/__init__.py": head, "core/data.py": split, "run.py": head + "import core.data\n"}
    assert practice("held_out_split", own).state == "present"
    foreign: Files = {"core/__init__.py": head, "core/data.py": split, "run.py": "import core.data\n"}
    assert practice("held_out_split", foreign).state == "absent"


def test_settings_that_code_reads_by_their_key_count() -> None:
    code = "import json\nprint(json.load(open('x'))['eval_metric'])\n"
    files: Files = {"conf/a.json": json.dumps({"eval_metric": "roc_auc"}, indent=1), "t.py": code}
    assert practice("metric_computed", files).state == "present"
