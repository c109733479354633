"""Fit the model on the months before the held-out ones."""

import joblib
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from churn.features import TARGET, transform
from churn.params import load_params
from churn.split import by_month


def build(settings):
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
    )
    forest = RandomForestClassifier(
        n_estimators=settings["trees"],
        max_depth=settings["max_depth"],
        min_samples_leaf=settings["min_samples_leaf"],
        class_weight="balanced",
        random_state=settings["seed"],
    )
    return make_pipeline(encode, forest)


def fit(train, settings):
    return build(settings).fit(transform(train), train[TARGET])


def main():
    params = load_params()
    rows = pd.read_csv("data/prepared.csv")
    train, _ = by_month(rows, params["split"]["test_months"])
    model = fit(train, params["train"])
    joblib.dump(model, "models/churn.joblib")


if __name__ == "__main__":
    main()
