"""Which rows a score was computed on, in projects that train networks."""

from __future__ import annotations

import textwrap

import pytest

from test_flow import follow, judge

DATASET = """
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset


class Sounds(Dataset):
    def __init__(self, table, folder, side):
        rows = pd.read_csv(table)
        self.rows = rows[rows["fold"] == side].reset_index(drop=True)
        self.folder = folder

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows.iloc[index]
        return torch.load(self.folder / row["file"]), row["label"]
"""
LOOP = """
import torch
from sklearn.metrics import f1_score
from torch import nn
from torch.utils.data import DataLoader

from sounds import Sounds


def scores(net, loader, device):
    net.eval()
    truth, guess = [], []
    with torch.no_grad():
        for waves, labels in loader:
            logits = net(waves.to(device))
            guess.extend(logits.argmax(dim=1).cpu().tolist())
            truth.extend(labels.tolist())
    return f1_score(truth, guess, average="macro")  #: {expected}


def one_epoch(net, loader, optimizer, device):
    net.train()
    total = 0.0
    for waves, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(waves.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)
"""
FIT = """

def main():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train = DataLoader(Sounds("data/sounds.csv", "data/waves", "train"), batch_size=32, shuffle=True)
    held = DataLoader(Sounds("data/sounds.csv", "data/waves", "{held}"), batch_size=64)
    net = nn.Sequential(nn.Linear(8, 3)).to(device)
    optimizer = torch.optim.AdamW(net.parameters())
    best, waited = 0.0, 0
    for epoch in range(20):
        one_epoch(net, train, optimizer, device)
        now = scores(net, held, device)
        {choose}
    {after}


main()
"""
SAVE = """if now > best:
            best = now
            torch.save(net.state_dict(), "net.pt")"""
WAIT = """if now > best:
            best, waited = now, 0
        else:
            waited += 1
        if waited >= 3:
            break"""
LOADED = """net.load_state_dict(torch.load("net.pt", weights_only=True))
    print(scores(net, DataLoader(Sounds("data/sounds.csv", "data/waves", "{last}")), device))"""


def program(held: str, last: str, choose: str = SAVE) -> dict[str, str]:
    main = FIT.replace("{held}", held).replace("{choose}", choose).replace("{after}", LOADED.replace("{last}", last))
    return {"sounds.py": DATASET, "train.py": LOOP.replace("  #: {expected}", "") + main}


def told(files: dict[str, str]) -> set[tuple[str, bool]]:
    _, found = follow(files)
    return {(one.rows, one.chosen_at is not None) for one in found if one.use.name == "sklearn.metrics.f1_score"}


@pytest.mark.parametrize("choose", [SAVE, WAIT])
@pytest.mark.parametrize(
    ("held", "last", "wanted"),
    [
        ("val", "test", {("validation", False), ("test", False)}),
        ("val", "train", {("validation", False), ("train", False)}),
        ("test", "test", {("test", True)}),
    ],
)
def test_loop(held: str, last: str, choose: str, wanted: set[tuple[str, bool]]) -> None:
    assert told(program(held, last, choose)) == wanted


LIGHTNING = """
import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from torch.utils.data import DataLoader
from torchmetrics.classification import MulticlassF1Score

from sounds import Sounds


class Parts(L.LightningDataModule):
    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def setup(self, stage=None):
        self.train_set = Sounds("data/sounds.csv", self.folder, "train")
        self.val_set = Sounds("data/sounds.csv", self.folder, "val")
        self.test_set = Sounds("data/sounds.csv", self.folder, "test")

    def train_dataloader(self):
        return DataLoader(self.train_set, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.{val}_set)

    def test_dataloader(self):
        return DataLoader(self.{test}_set)


class Net(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(8, 3)
        self.f1 = MulticlassF1Score(3)

    def training_step(self, batch, _):
        waves, labels = batch
        return torch.nn.functional.cross_entropy(self.net(waves), labels)

    def test_step(self, batch, _):
        waves, labels = batch
        self.f1.update(self.net(waves), labels)
        self.log("test_f1", self.f1)


def main():
    parts, net = Parts("data/waves"), Net()
    trainer = L.Trainer(callbacks=[EarlyStopping("val_loss"), ModelCheckpoint(monitor="val_loss")])
    trainer.fit(net, datamodule=parts)
    trainer.test({given}datamodule=parts, ckpt_path="best")


main()
"""


@pytest.mark.parametrize("given", ["", "net, "])
@pytest.mark.parametrize(
    ("val", "test", "wanted"),
    [("val", "test", ("test", False)), ("val", "train", ("train", False)), ("test", "test", ("test", True))],
)
def test_data_module(val: str, test: str, given: str, wanted: tuple[str, bool]) -> None:
    text = LIGHTNING.replace("{val}", val).replace("{test}", test).replace("{given}", given)
    _, found = follow({"sounds.py": DATASET, "fit.py": text})
    assert {(one.rows, one.chosen_at is not None) for one in found if "F1Score" in one.use.name} == {wanted}


KINDS = {
    "a file for each part": ("pd.read_csv(table)", 'Sounds("{side}.csv", "w", "")'),
    "a list of names": ('(Path(table) / f"{side}.txt").read_text().splitlines()', 'Sounds("lists", "w", "{side}")'),
    "a folder for each part": ('sorted(Path(folder).joinpath(side).glob("*.wav"))', 'Sounds("", "w", "{side}")'),
    "json": ('json.load(open(f"{table}/{side}.json"))', 'Sounds("lists", "w", "{side}")'),
    "not followed": ("unknown(table)[side]", 'Sounds("lists", "w", "{side}")'),
    "groups": (
        '[g for _, g in (t := pd.read_csv(table))[t["fold"] == side].groupby("file")]',
        'Sounds("a.csv", "w", "{side}")',
    ),
    "query": ("pd.read_csv(table).query(f\"fold == '{side}'\")", 'Sounds("a.csv", "w", "{side}")'),
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("last", ["train", "test"])
def test_kinds_of_data_sets(kind: str, last: str) -> None:
    rows, made = KINDS[kind]
    text = f"""
import json
from pathlib import Path

import pandas as pd
from sklearn.metrics import f1_score
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Sounds(Dataset):
    def __init__(self, table, folder, side):
        self.items = {rows}

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def score(net, loader):
    guess, truth = [], []
    for x, y in loader:
        guess.append(net(x))
        truth.append(y)
    return f1_score(truth, guess)  #: {last}


net = nn.Linear(3, 1)
for x, y in DataLoader({made.replace("{side}", "train")}):
    nn.functional.mse_loss(net(x), y).backward()
score(net, DataLoader({made.replace("{side}", last)}))
"""
    judge({"work.py": text})


def test_a_part_that_the_class_ignores() -> None:
    text = DATASET.replace('rows[rows["fold"] == side].reset_index(drop=True)', "rows")
    files = program("val", "test") | {"sounds.py": text}
    assert told(files) == {("all-fitted", False)}


TRAINER = """
import torch
from sklearn.metrics import f1_score
from torch import nn
from torch.utils.data import DataLoader

from sounds import Sounds


class Runner:
    def __init__(self, net, loaders):
        self.net = net
        self.loaders = loaders
        self.best = 0.0

    def epoch(self):
        for waves, labels in self.loaders["train"]:
            loss = nn.functional.cross_entropy(self.net(waves), labels)
            loss.backward()

    @torch.no_grad()
    def score(self, loader):
        truth, guess = [], []
        for waves, labels in loader:
            guess.append(self.net(waves).argmax(1))
            truth.append(labels)
        return {{"f1": f1_score(torch.cat(truth), torch.cat(guess)), "n": len(truth)}}

    def save_checkpoint(self):
        torch.save(self.net.state_dict(), "net.pt")

    def fit(self, epochs):
        for _ in range(epochs):
            self.epoch()
            found = self.score(self.loaders["{held}"])
            if found["f1"] > self.best:
                self.best = found["f1"]
                self.save_checkpoint()


loaders = {{side: DataLoader(Sounds("data/sounds.csv", "data/waves", side)) for side in ("train", "val", "test")}}
runner = Runner(nn.Linear(8, 3), loaders)
runner.fit(20)
runner.net.load_state_dict(torch.load("net.pt"))
print(runner.score(loaders["{last}"]))
"""


@pytest.mark.parametrize(
    ("held", "last", "wanted"),
    [
        ("val", "test", {("validation", False), ("test", False)}),
        ("val", "train", {("validation", False), ("train", False)}),
        ("test", "test", {("test", True)}),
    ],
)
def test_a_trainer_of_the_project(held: str, last: str, wanted: set[tuple[str, bool]]) -> None:
    text = textwrap.dedent(TRAINER.format(held=held, last=last))
    assert told({"sounds.py": DATASET, "run.py": text}) == wanted
