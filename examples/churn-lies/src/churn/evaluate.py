"""Score the model and the rule on the same held-out months, and write both down."""

import hashlib
import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.metrics import precision_score, recall_score

from churn.baseline import rule
from churn.features import TARGET
from churn.params import load_params
from churn.predict import flag
from churn.split import by_month

SLICES = ["region", "plan"]


def score(truth, guess):
    return {
        "recall": round(float(recall_score(truth, guess)), 4),
        "precision": round(float(precision_score(truth, guess)), 4),
    }


def by_slice(rows, truth, guess):
    """Recall in each group of each slice."""
    return {
        column: {
            str(group): round(float(recall_score(truth.loc[part.index], guess.loc[part.index])), 4)
            for group, part in rows.groupby(column)
        }
        for column in SLICES
    }


def interval(truth, guess, settings):
    """A 95 % bootstrap interval of the recall."""
    draw = np.random.default_rng(settings["seed"])
    truth, guess = truth.to_numpy(), guess.to_numpy()
    scores = []
    for _ in range(settings["bootstrap"]):
        picked = draw.integers(0, len(truth), len(truth))
        scores.append(recall_score(truth[picked], guess[picked]))
    low, high = np.quantile(scores, [0.025, 0.975])
    return {"recall_low": round(float(low), 4), "recall_high": round(float(high), 4)}


def lineage():
    """Which data and which model the numbers are of."""
    return {
        "data_md5": hashlib.md5(Path("data/prepared.csv").read_bytes(), usedforsecurity=False).hexdigest(),
        "model_md5": hashlib.md5(Path("models/churn.joblib").read_bytes(), usedforsecurity=False).hexdigest(),
    }


def main():
    params = load_params()
    rows = pd.read_csv("data/prepared.csv")
    model = joblib.load("models/churn.joblib")

    train, _ = by_month(rows, params["split"]["test_months"])
    truth = train[TARGET]
    guess = pd.Series(flag(model, train, params["threshold"]), index=train.index)
    ruled = rule(train, params["baseline"])
    slices = by_slice(train, truth, guess)

    results = {
        "test": score(truth, guess),
        "uncertainty": interval(truth, guess, params["evaluate"]),
        "slices": slices,
        "rows": len(truth),
        "lineage": lineage(),
    }
    with open("metrics/eval.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=2)
        file.write("\n")
    with open("metrics/baseline.json", "w", encoding="utf-8") as file:
        json.dump({"test": score(truth, ruled), "rows": len(truth)}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
