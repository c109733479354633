"""The leavers whom the model was surest would stay; docs/error_analysis.md discusses them."""

import json

import joblib
import pandas as pd

from churn.features import FEATURES, TARGET
from churn.params import load_params
from churn.predict import probability
from churn.split import by_month


def worst(rows, scores, count=10):
    """The missed leavers with the lowest scores."""
    scored = rows.assign(score=scores.round(4))
    missed = scored[scored[TARGET] == 1].sort_values(["score", "customer_id"]).head(count)
    return missed[["customer_id", "region", "score", *FEATURES]].to_dict("records")


def main():
    params = load_params()
    rows = pd.read_csv("data/prepared.csv")
    model = joblib.load("models/churn.joblib")
    _, test = by_month(rows, params["split"]["test_months"])
    with open("metrics/worst_errors.json", "w", encoding="utf-8") as file:
        json.dump(worst(test, probability(model, test)), file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
