"""Which rows a score was computed on. A comment `#: train` says what the metric called on its line must be."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping

import pytest

from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.flow import Flow, Scored, flow
from mlops_lint.facts.project.node_wiring import node_wiring
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.values import values
from mlops_lint.repo.memory import MemoryView

MARK = re.compile(r"#: ([\w ,-]+)$")
HEAD = """\
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
"""


def follow(files: Mapping[str, str]) -> tuple[Flow, list[Scored]]:
    linked = code(MemoryView(dict(files)), Project("", "mlproject.yaml"))
    made = flow(linked, values(linked), node_wiring(linked))
    names = [name for name in linked.graph.canonical if name.startswith(("sklearn.metrics.", "torchmetrics."))]
    names += [name for name in linked.graph.canonical if "cross_val_score" in name]
    names += [
        f"{path}::{name}" for path, module in linked.modules.items() for name in module.definitions if "." not in name
    ]
    uses = [use for use in linked.uses(names) if use.call]
    return made, made.scored([*uses, *made.method_uses(("score", "evaluate"))])


def judge(files: Mapping[str, str]) -> None:
    _, found = follow(files)
    wrong = []
    for path, text in files.items():
        lines = text.split("\n")
        for number, line in enumerate(lines, start=1):
            mark = MARK.search(line)
            if mark is None:
                continue
            here = {
                item.rows + ("~" if item.by_name else "")
                for item in found
                if (item.use.path, item.use.at.line) == (path, number)
            }
            wanted = set(mark[1].replace("by name", "~").replace(" ~", "~").split(", "))
            if here != wanted:
                wrong.append(f"{path}:{number}: {line.strip()} -> {sorted(here)}")
    assert not wrong, "\n".join(wrong)


def program(text: str) -> str:
    return HEAD + textwrap.dedent(text)


PROGRAMS: dict[str, str] = {}


def case(name: str, text: str) -> None:
    PROGRAMS[name] = program(text)


SPLIT = """
df = pd.read_csv("data.csv")
X = df.drop(columns=["y"])
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
"""

case(
    "held out",
    SPLIT
    + """
model = LogisticRegression()
model.fit(X_train, y_train)
pred = model.predict(X_test)
print(accuracy_score(y_test, pred))  #: test
""",
)
case(
    "on training rows",
    SPLIT
    + """
model = LogisticRegression()
model.fit(X_train, y_train)
print(f1_score(y_train, model.predict(X_train)))  #: train
""",
)
case(
    "both side by side",
    SPLIT
    + """
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_train, y_train))  #: train
print(model.score(X_test, y_test))  #: test
""",
)
case(
    "no split",
    """
df = pd.read_csv("data.csv")
X, y = df.drop("y", axis=1), df["y"]
model = LogisticRegression().fit(X, y)
print(accuracy_score(y, model.predict(X)))  #: all-fitted
print(roc_auc_score(y, model.predict_proba(X)[:, 1]))  #: all-fitted
""",
)
case(
    "fitted on all rows, scored on a part",
    SPLIT
    + """
model = LogisticRegression()
model.fit(X, y)
pred = (model.predict_proba(X_test)[:, 1] > 0.5).astype(int)
print(f1_score(y_test, pred))  #: train
""",
)
case(
    "refitted on all rows after the evaluation",
    SPLIT
    + """
model = LogisticRegression()
model.fit(X_train, y_train)
pred = model.predict(X_test)
model.fit(X, y)
print(f1_score(y_test, pred))  #: test
""",
)
case(
    "three parts",
    """
df = pd.read_csv("data.csv")
rest, test = train_test_split(df, test_size=0.2)
train, val = train_test_split(rest, test_size=0.2)
model = LogisticRegression().fit(train.drop(columns=["y"]), train["y"])
print(model.score(val.drop(columns=["y"]), val["y"]))  #: validation
print(model.score(test.drop(columns=["y"]), test["y"]))  #: test
print(model.score(train.drop(columns=["y"]), train["y"]))  #: train
print(model.score(rest.drop(columns=["y"]), rest["y"]))  #: unknown
""",
)
case(
    "scaled",
    SPLIT
    + """
from sklearn.preprocessing import StandardScaler
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model = LogisticRegression()
model.fit(X_train, y_train.values.ravel())
print(f1_score(y_test, model.predict(X_test)))  #: test
print(f1_score(y_train, model.predict(X_train)))  #: train
""",
)
case(
    "resampled",
    SPLIT
    + """
from imblearn.over_sampling import SMOTE
X_train_smote, y_train_smote = SMOTE().fit_resample(X_train, y_train)
model = LogisticRegression().fit(X_train_smote, y_train_smote)
print(f1_score(y_test, model.predict(X_test)))  #: test
print(f1_score(y_train_smote, model.predict(X_train_smote)))  #: train
""",
)
case(
    "folds",
    """
from sklearn.model_selection import KFold
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y"), df["y"]
kf = KFold(5, shuffle=True, random_state=0)
for tr, te in kf.split(X):
    model = LogisticRegression()
    model.fit(X.iloc[tr], y.iloc[tr])
    print(f1_score(y.iloc[te], model.predict(X.iloc[te])))  #: cross-validation
    print(f1_score(y.iloc[tr], model.predict(X.iloc[tr])))  #: train
""",
)
case(
    "folds counted, out-of-fold predictions",
    """
from sklearn.model_selection import StratifiedKFold
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y").values, df["y"].values
oof = np.zeros(len(X))
for i, (tr, te) in enumerate(StratifiedKFold(5).split(X, y)):
    model = LogisticRegression().fit(X[tr], y[tr])
    oof[te] = model.predict(X[te])
print(f1_score(y, oof))  #: cross-validation
""",
)
case(
    "cross-validation functions",
    """
from sklearn.model_selection import cross_val_score, cross_val_predict
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y"), df["y"]
scores = cross_val_score(LogisticRegression(), X, y)  #: cross-validation
pred = cross_val_predict(LogisticRegression(), X, y, cv=5)
print(f1_score(y, pred))  #: cross-validation
""",
)
case(
    "positions",
    """
df = pd.read_csv("data.csv").sort_values("date")
n = int(len(df) * 0.8)
train, test = df[:n], df[n:]
model = LogisticRegression().fit(train[["a"]], train["y"])
print(f1_score(test["y"], model.predict(test[["a"]])))  #: test
""",
)
case(
    "positions of arrays",
    """
data = np.loadtxt("data.csv")
X, y = data[:, :-1], data[:, -1]
X_train, y_train = X[:-20], y[:-20]
X_test, y_test = X[-20:], y[-20:]
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))  #: test
print(f1_score(y, model.predict(X)))  #: unknown
""",
)
case(
    "three positions",
    """
df = pd.read_csv("data.csv")
a, b = int(len(df) * 0.6), int(len(df) * 0.8)
train, valid, test = df.iloc[:a], df.iloc[a:b], df.iloc[b:]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(valid["y"], model.predict(valid[["x"]])))  #: validation
print(f1_score(test["y"], model.predict(test[["x"]])))  #: unknown
""",
)
case(
    "masks of time",
    """
df = pd.read_csv("data.csv")
cutoff = "2024-01-01"
train = df[df.date < cutoff]
test = df[df["date"] >= cutoff]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
""",
)
case(
    "masks with a gap",
    """
df = pd.read_csv("data.csv")
train = df[df["date"] < "2024-01-01"]
test = df.loc[(df["date"] >= "2024-02-01") & (df["date"] < "2024-03-01")]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
""",
)
case(
    "masks that overlap",
    """
df = pd.read_csv("data.csv")
train = df[df["date"] < "2024-03-01"]
test = df[df["date"] >= "2024-01-01"]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: unknown
""",
)
case(
    "random mask",
    """
df = pd.read_csv("data.csv")
mask = np.random.rand(len(df)) < 0.8
train, test = df[mask], df[~mask]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
""",
)
case(
    "column that names the part",
    """
df = pd.read_csv("data.csv")
train = df[df["fold"] == 0]
test = df[df["fold"] == 1]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
""",
)
case(
    "sampled and dropped",
    """
df = pd.read_csv("data.csv")
train = df.sample(frac=0.8, random_state=1)
test = df.drop(train.index)
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
print(f1_score(train["y"], model.predict(train[["x"]])))  #: train
""",
)
case(
    "sampled and not in the index",
    """
df = pd.read_csv("data.csv")
train = df.sample(frac=0.8, random_state=1)
test = df[~df.index.isin(train.index)]
model = LogisticRegression().fit(train[["x"]], train["y"])
print(f1_score(test["y"], model.predict(test[["x"]])))  #: test
""",
)
case(
    "indices split",
    """
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y").to_numpy(), df["y"].to_numpy()
order = np.random.permutation(len(X))
tr, te = order[:800], order[800:]
model = LogisticRegression().fit(X[tr], y[tr])
print(f1_score(y[te], model.predict(X[te])))  #: test
""",
)
case(
    "row numbers through train_test_split",
    """
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y").to_numpy(), df["y"].to_numpy()
tr, te = train_test_split(np.arange(len(X)), test_size=0.2)
model = LogisticRegression().fit(X[tr], y[tr])
print(f1_score(y[te], model.predict(X[te])))  #: test
""",
)
case(
    "files that are divided",
    """
train, test = pd.read_csv("data/train.csv"), pd.read_csv("data/test.csv")
model = LogisticRegression().fit(train.drop(columns="y"), train.y)
print(f1_score(test.y, model.predict(test.drop(columns="y"))))  #: test
print(f1_score(train.y, model.predict(train.drop(columns="y"))))  #: train
""",
)
case(
    "files that may overlap",
    """
a, b = pd.read_csv("data/january.csv"), pd.read_csv("data/all.csv")
model = LogisticRegression().fit(a.drop(columns="y"), a.y)
print(f1_score(b.y, model.predict(b.drop(columns="y"))))  #: unknown
""",
)
case(
    "search",
    SPLIT
    + """
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=5)
search.fit(X_train, y_train)
print(search.score(X_test, y_test))  #: test
best = search.best_estimator_
print(f1_score(y_train, best.predict(X_train)))  #: train
""",
)
case(
    "boosters",
    SPLIT
    + """
import xgboost as xgb
dtrain = xgb.DMatrix(X_train, label=y_train)
dtest = xgb.DMatrix(X_test, label=y_test)
booster = xgb.train({"eta": 0.1}, dtrain, 100)
print(roc_auc_score(y_test, booster.predict(dtest)))  #: test
print(roc_auc_score(y_train, booster.predict(dtrain)))  #: train
""",
)
case(
    "keras",
    """
from tensorflow import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
model = keras.Sequential([keras.layers.Dense(10)])
model.compile(metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3, validation_split=0.1)
model.evaluate(x_test, y_test)  #: test
model.evaluate(x_train, y_train)  #: train
""",
)
case(
    "torch loops",
    """
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets
full = datasets.ImageFolder("images")
train_set, test_set = random_split(full, [800, 200])
train_loader, test_loader = DataLoader(train_set, 32), DataLoader(test_set, 32)
model = nn.Linear(3, 2)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(3):
    for x, y in train_loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
truth, preds = [], []
for x, y in test_loader:
    preds.extend(model(x).argmax(1).cpu().numpy())
    truth.extend(y.numpy())
print(f1_score(truth, preds))  #: test
for x, y in train_loader:
    print(f1_score(y, model(x).argmax(1)))  #: train
""",
)
case(
    "torchmetrics",
    """
import torchmetrics
from torch import nn
from torchvision import datasets
train, test = datasets.MNIST("d", train=True), datasets.MNIST("d", train=False)
net = nn.Linear(3, 2)
metric = torchmetrics.Accuracy(task="multiclass")  #: test
for x, y in train:
    nn.functional.cross_entropy(net(x), y).backward()
for x, y in test:
    metric.update(net(x), y)
""",
)
case(
    "lightning",
    """
import lightning as L
from torch.utils.data import DataLoader, random_split
data = pd.read_csv("data.csv")
train, test = random_split(data, [0.8, 0.2])
net = LogisticRegression()
trainer = L.Trainer()
trainer.fit(net, DataLoader(train))
print(f1_score(test["y"], net.predict(test)))  #: test
""",
)
case(
    "hugging face",
    """
from datasets import load_dataset
from transformers import Trainer
data = load_dataset("csv").train_test_split(test_size=0.1)
trainer = Trainer(model="m", train_dataset=data["train"], eval_dataset=data["test"])
trainer.train()
trainer.evaluate()  #: test
""",
)
case(
    "several models in a loop",
    SPLIT
    + """
from sklearn.ensemble import RandomForestClassifier
models = {"lr": LogisticRegression(), "rf": RandomForestClassifier()}
for name, model in models.items():
    model.fit(X_train, y_train)
    print(f1_score(y_test, model.predict(X_test)))  #: test
""",
)
case(
    "parts in a loop",
    SPLIT
    + """
model = LogisticRegression().fit(X_train, y_train)
for name, a, b in [("train", X_train, y_train), ("test", X_test, y_test)]:
    print(f1_score(b, model.predict(a)))  #: train, test
""",
)
case(
    "predictions in a column",
    """
df = pd.read_csv("data.csv")
train, test = train_test_split(df)
model = LogisticRegression().fit(train[["a"]], train["y"])
test["pred"] = model.predict(test[["a"]])
print(f1_score(test["y"], test["pred"]))  #: test
""",
)
case(
    "helper that evaluates",
    SPLIT
    + """
def evaluate(model, X, y):
    pred = model.predict(X)
    return f1_score(y, pred)  #: train, test

model = LogisticRegression().fit(X_train, y_train)
evaluate(model, X_train, y_train)
evaluate(model, X_test, y_test)
""",
)
case(
    "two helpers deep",
    SPLIT
    + """
def score(y, pred):
    return f1_score(y, pred)  #: test

def evaluate(model, X, y):
    return score(y, model.predict(X))

def train(X, y):
    model = LogisticRegression()
    model.fit(X, y)
    return model

evaluate(train(X_train, y_train), X_test, y_test)
""",
)
case(
    "helper that splits",
    """
def split(df):
    train, test = train_test_split(df, test_size=0.2)
    return train.drop(columns="y"), train["y"], test.drop(columns="y"), test["y"]

def main():
    X_train, y_train, X_test, y_test = split(pd.read_csv("data.csv"))
    model = LogisticRegression().fit(X_train, y_train)
    print(f1_score(y_test, model.predict(X_test)))  #: test
    print(f1_score(y_train, model.predict(X_train)))  #: train

if __name__ == "__main__":
    main()
""",
)
case(
    "helper that gives a mapping",
    """
def split(df):
    train, test = train_test_split(df, test_size=0.2)
    return {"train": train, "test": test}

parts = split(pd.read_csv("data.csv"))
model = LogisticRegression().fit(parts["train"][["a"]], parts["train"]["y"])
print(f1_score(parts["test"]["y"], model.predict(parts["test"][["a"]])))  #: test
""",
)
case(
    "objects",
    """
class Experiment:
    def __init__(self, path):
        self.df = pd.read_csv(path)
        self.model = LogisticRegression()

    def prepare(self):
        self.train, self.test = train_test_split(self.df)

    def fit(self):
        self.model.fit(self.train[["a"]], self.train["y"])

    def report(self):
        print(f1_score(self.test["y"], self.model.predict(self.test[["a"]])))  #: test
        print(f1_score(self.train["y"], self.model.predict(self.train[["a"]])))  #: train

experiment = Experiment("data.csv")
experiment.prepare()
experiment.fit()
experiment.report()
""",
)
case(
    "own estimator",
    SPLIT
    + """
class Rule:
    def fit(self, X, y):
        self.level = X.mean()
        return self

    def predict(self, X):
        return X > self.level

rule = Rule()
rule.fit(X_train, y_train)
print(f1_score(y_test, rule.predict(X_test)))  #: test
print(f1_score(y_train, rule.predict(X_train)))  #: train
""",
)
case(
    "own metric",
    SPLIT
    + """
def rmse(y, pred):
    return ((y - pred) ** 2).mean() ** 0.5

model = LogisticRegression().fit(X_train, y_train)
rmse(y_test, model.predict(X_test))  #: test
rmse(y_train, model.predict(X_train))  #: train
""",
)
case(
    "names alone",
    """
def report(model, X_train, y_train, X_test, y_test):
    model.fit(X_train, y_train)
    print(f1_score(y_test, model.predict(X_test)))  #: test by name
    print(f1_score(y_train, model.predict(X_train)))  #: train
""",
)
case(
    "names alone, model unknown",
    """
def report(model, X_train, y_train, X_test):
    print(f1_score(y_train, model.predict(X_train)))  #: train by name
    print(f1_score(y_train, model.predict(X_test)))  #: unknown
""",
)
case(
    "names that contradict",
    SPLIT
    + """
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_train, model.predict(X_test)))  #: unknown
""",
)
case(
    "unsupervised",
    """
from sklearn.ensemble import IsolationForest
df = pd.read_csv("data.csv")
forest = IsolationForest().fit(df.drop(columns="y"))
print(f1_score(df["y"], forest.predict(df.drop(columns="y"))))  #: unknown
""",
)
case(
    "branches",
    """
import sys
df = pd.read_csv("data.csv")
train, test = train_test_split(df)
part = test
if len(sys.argv) > 1:
    part = train
model = LogisticRegression().fit(train[["a"]], train["y"])
print(f1_score(part["y"], model.predict(part[["a"]])))  #: unknown
""",
)
case(
    "fitted on one path",
    """
import os, joblib
df = pd.read_csv("data.csv")
X, y = df.drop(columns="y"), df["y"]
if os.path.exists("model.bin"):
    model = joblib.load("model.bin")
else:
    model = LogisticRegression()
    model.fit(X, y)
print(f1_score(y, model.predict(X)))  #: unknown
""",
)
case(
    "fitted only if asked",
    """
def work(X, y, train):
    model = LogisticRegression()
    if train:
        model.fit(X, y)
    return f1_score(y, model.predict(X))  #: unknown
""",
)
case(
    "name taken anew",
    SPLIT
    + """
model = LogisticRegression().fit(X_train, y_train)
X_train = pd.read_csv("other.csv")
print(f1_score(X_train["y"], model.predict(X_train)))  #: unknown
""",
)
case(
    "baseline",
    SPLIT
    + """
print(f1_score(y_test, np.full_like(y_test, y_train.mode()[0])))  #: unknown
""",
)
case(
    "bundled",
    """
from sklearn.datasets import load_iris
iris = load_iris()
X_train, X_test, y_train, y_test = train_test_split(iris.data, iris.target)
clf = LogisticRegression()
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))  #: test
clf.fit(iris.data, iris.target)
print(clf.score(iris.data, iris.target))  #: all-fitted
""",
)
case(
    "clone",
    SPLIT
    + """
from sklearn.base import clone
first = LogisticRegression().fit(X, y)
second = clone(first)
second.fit(X_train, y_train)
print(second.score(X_test, y_test))  #: test
print(first.score(X_test, y_test))  #: train
""",
)
case(
    "shuffled, then by position",
    """
df = pd.read_csv("data.csv").sample(frac=1).reset_index(drop=True)
train, test = df[:800], df[800:]
model = LogisticRegression().fit(train[["a"]], train["y"])
print(f1_score(test["y"], model.predict(test[["a"]])))  #: test
print(f1_score(df["y"], model.predict(df[["a"]])))  #: unknown
""",
)
case(
    "numpy split",
    """
df = pd.read_csv("data.csv")
train, valid, test = np.split(df.sample(frac=1), [int(0.6 * len(df)), int(0.8 * len(df))])
model = LogisticRegression().fit(train[["a"]], train["y"])
print(f1_score(test["y"], model.predict(test[["a"]])))  #: test
print(f1_score(valid["y"], model.predict(valid[["a"]])))  #: validation
""",
)
case(
    "one fold",
    """
from sklearn.model_selection import GroupShuffleSplit
df = pd.read_csv("data.csv")
tr, te = next(GroupShuffleSplit(1, test_size=0.2).split(df, groups=df["g"]))
train, test = df.iloc[tr], df.iloc[te]
model = LogisticRegression().fit(train[["a"]], train["y"])
print(f1_score(test["y"], model.predict(test[["a"]])))  #: test
""",
)
case(
    "folds kept in a list",
    """
from sklearn.model_selection import KFold
df = pd.read_csv("data.csv")
folds = list(KFold(3).split(df))
for tr, te in folds:
    X_train, X_test = df.iloc[tr], df.iloc[te]
    model = LogisticRegression().fit(X_train[["a"]], X_train["y"])
    print(f1_score(X_test["y"], model.predict(X_test[["a"]])))  #: cross-validation
""",
)
case(
    "folds within the training part",
    SPLIT
    + """
from sklearn.model_selection import KFold
for tr, te in KFold(3).split(X_train):
    model = LogisticRegression().fit(X_train.iloc[tr], y_train.iloc[tr])
    print(f1_score(y_train.iloc[te], model.predict(X_train.iloc[te])))  #: cross-validation
    print(f1_score(y_test, model.predict(X_test)))  #: test
""",
)
case(
    "any splitter",
    """
def validate(model, X, y, cv):
    for tr, te in cv.split(X, y):
        model.fit(X[tr], y[tr])
        f1_score(y[te], model.predict(X[te]))  #: cross-validation
""",
)
case(
    "folds by a column",
    """
df = pd.read_csv("data.csv")
for fold in range(5):
    train, valid = df[df.fold != fold], df[df.fold == fold]
    model = LogisticRegression().fit(train[["a"]], train["y"])
    print(f1_score(valid["y"], model.predict(valid[["a"]])))  #: validation
""",
)
case(
    "columns of unknown parts",
    """
def compare(a, b):
    df = pd.read_csv("data.csv")
    one, other = df[df.part == a], df[df.part == b]
    model = LogisticRegression().fit(one[["x"]], one["y"])
    print(f1_score(other["y"], model.predict(other[["x"]])))  #: unknown
""",
)
case(
    "torch functions",
    """
import torch
from torch.utils.data import DataLoader
from torchvision import datasets

def train(model, loader, optimizer):
    model.train()
    for images, labels in loader:
        images, labels = images.to("cpu"), labels.to("cpu")
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

def test(model, loader):
    model.eval()
    truth, found = [], []
    with torch.no_grad():
        for batch in loader:
            found.append(model(batch[0]).argmax(1))
            truth.append(batch[1])
    return f1_score(torch.cat(truth), torch.cat(found))  #: test, train

def main():
    one = DataLoader(datasets.CIFAR10("d", train=True), 8)
    two = DataLoader(datasets.CIFAR10("d", train=False), 8)
    model = torch.nn.Linear(2, 2)
    for epoch in range(10):
        train(model, one, None)
        test(model, two)
    test(model, one)

main()
""",
)
case(
    "models kept by name",
    SPLIT
    + """
fitted = {}
for name in ["a", "b"]:
    fitted[name] = LogisticRegression().fit(X_train, y_train)
for name, model in fitted.items():
    print(f1_score(y_test, model.predict(X_test)))  #: test
""",
)
case(
    "two models of one helper",
    """
def make(X, y):
    return LogisticRegression().fit(X, y)

df = pd.read_csv("data.csv")
one, two = train_test_split(df)
first = make(one[["a"]], one["y"])
second = make(two[["a"]], two["y"])
print(f1_score(one["y"], first.predict(one[["a"]])))  #: train
print(f1_score(two["y"], first.predict(two[["a"]])))  #: test
print(f1_score(two["y"], second.predict(two[["a"]])))  #: train
""",
)
case(
    "mode of a program",
    """
import sys
X, y = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])
model = LogisticRegression()
if sys.argv[3] == "train":
    model.fit(X, y)
if sys.argv[3] == "test":
    print(f1_score(y, model.predict(X)))  #: unknown
""",
)
case(
    "filtered in place",
    """
df = pd.read_csv("data.csv")
df.dropna(inplace=True)
df = df[df["a"] > 0]
X, y = df.drop(columns="y"), df["y"]
model = LogisticRegression().fit(X, y)
print(f1_score(y, model.predict(X)))  #: all-fitted
""",
)
case(
    "put together again",
    SPLIT
    + """
both = pd.concat([X_train, X_test])
model = LogisticRegression().fit(both, pd.concat([y_train, y_test]))
print(f1_score(y_test, model.predict(X_test)))  #: train
""",
)
case(
    "spark",
    """
from pyspark.sql import SparkSession
from pyspark.ml.classification import LogisticRegression as Spark
from pyspark.ml.evaluation import BinaryClassificationEvaluator
spark = SparkSession.builder.getOrCreate()
df = spark.read.option("header", True).csv("data.csv")
train, test = df.randomSplit([0.8, 0.2], seed=1)
model = Spark().fit(train)
evaluator = BinaryClassificationEvaluator()
evaluator.evaluate(model.transform(test))  #: test
evaluator.evaluate(model.transform(train))  #: train
""",
)
case(
    "learning in parts",
    SPLIT
    + """
from sklearn.linear_model import SGDClassifier
model = SGDClassifier()
for start in range(0, 1000, 100):
    model.partial_fit(X_train[start:start + 100], y_train[start:start + 100])
print(f1_score(y_test, model.predict(X_test)))  #: test
""",
)
case(
    "list of results",
    SPLIT
    + """
results = []
for depth in range(9):
    model = LogisticRegression(C=depth).fit(X_train, y_train)
    results.append((depth, f1_score(y_test, model.predict(X_test))))  #: test
""",
)
case(
    "settings are no rows",
    """
import argparse

def main(runner, model, trainer, module):
    args = argparse.ArgumentParser().parse_args()
    runner.train(args)
    runner.test(args)
    runner.evaluate(args)  #: unknown
    model.fit(args, 1)
    model.fit(args, load_one())
    model.score(args, load_other())  #: unknown
""",
)
case(
    "data modules hold all parts",
    """
import lightning as L
trainer = L.Trainer()
model, module = make_model(), make_module()
trainer.fit(model, module)
trainer.evaluate(module)  #: unknown
""",
)
case(
    "odd code",
    """
match [1]:
    case [x]:
        y = x
try:
    model = LogisticRegression().fit(x, y)
except* ValueError:
    pass
print(f1_score(y, y))  #: unknown
""",
)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_program(name: str) -> None:
    text = PROGRAMS[name]
    judge({"work.py": text if "except*" not in text else text.replace("except*", "except")})


@pytest.mark.parametrize("name", ["held out", "on training rows", "no split", "folds"])
def test_inside_a_function(name: str) -> None:
    body = textwrap.indent(PROGRAMS[name].removeprefix(HEAD), "    ")
    judge({"work.py": f"{HEAD}def main():\n{body}\n\nmain()\n"})


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_notebook_cells_run_in_order() -> None:
    split = "X_train, X_test, y_train, y_test = train_test_split(X, y)"
    cells = [
        HEAD, 'df = pd.read_csv("d.csv")\nX, y = df.drop(columns="y"), df["y"]', split,
        "m = LogisticRegression()\nm.fit(X_train, y_train)", "f1_score(y_test, m.predict(X_test))",
        "f1_score(y_train, m.predict(X_train))", "m.fit(X, y)\nm.score(X_test, y_test)",
    ]  # fmt: skip
    _, found = follow({"a.ipynb": notebook(*cells)})
    assert [(item.rows, item.use.at.cell) for item in found] == [("test", 5), ("train", 6), ("train", 7)]
    assert found[2].presented == "test"
    assert [str(step.at) for step in found[2].steps] == ["a.ipynb cell 3:1", "a.ipynb cell 7:1"]


def test_notebook_without_a_split() -> None:
    cells = [HEAD, 'df = pd.read_csv("d.csv")', "m = LogisticRegression().fit(df[['a']], df['y'])", "%time 1",
             "m.score(df[['a']], df['y'])"]  # fmt: skip
    _, found = follow({"a.ipynb": notebook(*cells)})
    assert [item.rows for item in found] == ["all-fitted"]


def test_steps_name_split_fit_and_prediction() -> None:
    _, found = follow({"work.py": PROGRAMS["on training rows"]})
    assert [step.message for step in found[0].steps] == [
        "the split", "the model is fitted here", "the predictions are made here",
    ]  # fmt: skip
    assert found[0].fit_at is not None
    assert found[0].presented == "train"


def test_stages_joined_by_files() -> None:
    judge({
        "prepare.py": program("""
            df = pd.read_csv("raw.csv")
            a, b = train_test_split(df, test_size=0.2)
            a.to_parquet("data/a.parquet")
            b.to_parquet("data/b.parquet")
            """),
        "fit.py": program("""
            import joblib
            a = pd.read_parquet("data/a.parquet")
            model = LogisticRegression()
            model.fit(a.drop(columns="y"), a["y"])
            joblib.dump(model, "model.joblib")
            """),
        "score.py": program("""
            import joblib
            from pathlib import Path
            DATA = Path("data")

            def main():
                a, b = pd.read_parquet(DATA / "a.parquet"), pd.read_parquet(DATA / "b.parquet")
                model = joblib.load("model.joblib")
                print(f1_score(b["y"], model.predict(b.drop(columns="y"))))  #: test
                print(f1_score(a["y"], model.predict(a.drop(columns="y"))))  #: train

            main()
            """),
    })  # fmt: skip


def test_pickled_through_open_files() -> None:
    judge({
        "fit.py": program("""
            import pickle
            df = pd.read_csv("raw.csv")
            model = LogisticRegression().fit(df.drop(columns="y"), df["y"])
            with open("m.pkl", "wb") as f:
                pickle.dump(model, f)
            """),
        "score.py": program("""
            import pickle
            df = pd.read_csv("raw.csv")
            with open("m.pkl", "rb") as f:
                model = pickle.load(f)
            print(f1_score(df["y"], model.predict(df.drop(columns="y"))))  #: all-fitted
            """),
    })  # fmt: skip


def test_helpers_of_other_modules() -> None:
    judge({
        "pkg/__init__.py": "",
        "pkg/data.py": program("""
            def load(path="data.csv"):
                df = pd.read_csv(path)
                return train_test_split(df.drop(columns="y"), df["y"], random_state=0)
            """),
        "pkg/scoring.py": program("""
            def report(model, features, truth):
                return {"f1": f1_score(truth, model.predict(features))}  #: test
            """),
        "run.py": program("""
            from pkg.data import load
            from pkg import scoring

            X_train, X_test, y_train, y_test = load()
            model = LogisticRegression().fit(X_train, y_train)
            scoring.report(model, X_test, y_test)
            """),
    })  # fmt: skip


def test_split_repeated_with_one_seed() -> None:
    """Two programs that split one file alike hold the same parts."""
    split = "\n".join(SPLIT.strip().split("\n"))
    judge({
        "fit.py": program(f"import joblib\n{split}\nm = LogisticRegression().fit(X_train, y_train)\n"
                          "joblib.dump(m, 'm.bin')\n"),
        "score.py": program(f"import joblib\n{split}\nm = joblib.load('m.bin')\n"
                            "f1_score(y_test, m.predict(X_test))  #: test\nm.score(X_train, y_train)  #: train\n"),
    })  # fmt: skip


def test_names_of_other_modules() -> None:
    judge({
        "data.py": program(SPLIT),
        "run.py": program("""
            from data import X_train, X_test, y_train, y_test
            m = LogisticRegression().fit(X_train, y_train)
            f1_score(y_test, m.predict(X_test))  #: test
            m.score(X_train, y_train)  #: train
            """),
    })  # fmt: skip


def test_recursion_and_loops_end() -> None:
    calls = "\n".join(f"def f{i}(x):\n    f{i + 1}(x); f{i + 1}(x); return f{i + 1}(x)" for i in range(30))
    _, found = follow(
        {"a.py": program(calls + "\ndef f30(x):\n    return f0(f1_score(x, x))\nf0(1)\nwhile True:\n    f0(2)\n")}
    )
    assert {item.rows for item in found} == {"unknown"}


def test_deep_expressions_end() -> None:
    deep = "x = " + "+".join(["a"] * 3000) + "\n" + "y = z" + ".b()" * 190 + "\n"
    branches = "if a == 0:\n    pass\n" + "".join(f"elif a == {i}:\n    q = {i}\n" for i in range(300))
    follow({"a.py": program(deep + branches + "f1_score(x, y)\n")})
