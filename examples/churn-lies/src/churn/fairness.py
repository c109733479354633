"""Does the model find leavers equally well in every group of people?"""

import json

import joblib
import pandas as pd
from sklearn.metrics import recall_score

from churn.features import TARGET
from churn.params import load_params
from churn.predict import flag
from churn.split import by_month

PROTECTED = ["gender", "age_band"]


def report(rows, truth, guess):
    """Recall by group, and the widest gap between two groups of one attribute."""
    groups = {
        attribute: {
            str(group): round(float(recall_score(truth.loc[part.index], guess.loc[part.index])), 4)
            for group, part in rows.groupby(attribute)
        }
        for attribute in PROTECTED
    }
    gaps = {attribute: round(max(by.values()) - min(by.values()), 4) for attribute, by in groups.items()}
    return {"recall": groups, "gap": gaps, "max_gap": max(gaps.values())}


def main():
    params = load_params()
    rows = pd.read_csv("data/prepared.csv")
    model = joblib.load("models/churn.joblib")
    _, test = by_month(rows, params["split"]["test_months"])
    guess = pd.Series(flag(model, test, params["threshold"]), index=test.index)
    with open("metrics/fairness.json", "w", encoding="utf-8") as file:
        json.dump(report(test, test[TARGET], guess), file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
