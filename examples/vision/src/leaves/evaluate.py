"""Score the model and the colour rule once, on the same held-out plants, and write both down."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import torch
from torch.utils.data import DataLoader
from torchmetrics.functional.classification import multiclass_f1_score, multiclass_recall

from leaves.baseline import colour_rule
from leaves.model import LeafNet, load
from leaves.params import load_params
from leaves.photos import LeafPhotos
from leaves.schema import CLASSES
from leaves.split import by_plant

SLICES = ["crop"]


def numbers(labels):
    """Classes as the numbers that the metrics take."""
    return torch.tensor([CLASSES.index(label) for label in labels])


def predict(model: LeafNet, rows):
    """(truth, guess): the number of a class for each row."""
    model.eval()
    truths, guesses = [], []
    with torch.no_grad():
        for images, labels in DataLoader(LeafPhotos(rows), batch_size=64):
            truths.append(labels)
            guesses.append(model(images).argmax(dim=1))
    return torch.cat(truths), torch.cat(guesses)


def score(truth, guess):
    return {
        "f1": round(multiclass_f1_score(guess, truth, num_classes=len(CLASSES), average="macro").item(), 4),
        "recall": round(multiclass_recall(guess, truth, num_classes=len(CLASSES), average="macro").item(), 4),
    }


def by_slice(rows, truth, guess):
    """Macro F1 in each group of each slice."""
    return {
        column: {
            str(group): score(truth[places], guess[places])["f1"]
            for group, places in rows.groupby(column).indices.items()
        }
        for column in SLICES
    }


def worst(rows, truth, guess, count=10):
    """The first photos that the model got wrong; docs/error_analysis.md discusses them."""
    wrong = rows.assign(guess=[CLASSES[number] for number in guess])[(truth != guess).numpy()]
    return wrong.sort_values("photo").head(count)[["photo", "crop", "label", "guess"]].to_dict("records")


def md5(path):
    return hashlib.md5(Path(path).read_bytes(), usedforsecurity=False).hexdigest()


def main():
    params = load_params()
    rows = pd.read_csv("data/rows.csv")
    model = load("models/leaves.pt")

    _, _, test = by_plant(rows, params["split"])
    truth, guess = predict(model, test)
    ruled = numbers(colour_rule(test, params["baseline"]))

    results = {
        "test": score(truth, guess),
        "baseline": score(truth, ruled),
        "slices": by_slice(test, truth, guess),
        "worst": worst(test, truth, guess),
        "rows": len(truth),
        "lineage": {"data_md5": md5("data/rows.csv"), "model_md5": md5("models/leaves.pt")},
    }
    with open("metrics/eval.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
