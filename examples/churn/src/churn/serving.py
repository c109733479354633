"""The weekly call list. It proposes; an agent decides whom to call."""

import argparse
import hashlib
from pathlib import Path

import joblib
import pandas as pd

from churn.drift import check
from churn.explain import reasons
from churn.feedback import skipped
from churn.features import FEATURES
from churn.monitoring import log_prediction
from churn.params import load_params
from churn.predict import probability
from churn.prepare import prepare

MODEL = Path("models/churn.joblib")


def version(path=MODEL):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()[:12]


def rank(rows, model, model_version):
    """Customers over the threshold, the likeliest leavers first, each with its reasons."""
    threshold = load_params()["threshold"]
    scored = rows.assign(score=probability(model, rows).round(4))
    for row in scored[["customer_id", "score", *FEATURES]].to_dict("records"):
        log_prediction(row["customer_id"], {name: row[name] for name in FEATURES}, row["score"], model_version)
    chosen = scored[scored["score"] >= threshold].sort_values("score", ascending=False)
    return chosen.assign(reasons=["; ".join(words) for words in reasons(model, chosen)])


def call_list(ranked):
    """What agents review: without those whom they took off, and with a column for their decision."""
    open_rows = ranked[~ranked["customer_id"].isin(skipped())]
    return open_rows[["customer_id", "region", "score", "reasons"]].assign(decision="")


def main():
    parser = argparse.ArgumentParser(description="Write data/call_list.csv for the customers of a CRM export.")
    parser.add_argument("customers", help="the export of this week, a CSV file")
    options = parser.parse_args()
    reference = pd.read_csv("data/prepared.csv")
    rows = prepare(pd.read_csv(options.customers), pd.read_csv("data/regions.csv"))
    for column in check(reference, rows):
        print(f"{column} has drifted: see docs/runbook.md")
    ranked = rank(rows, joblib.load(MODEL), version())
    call_list(ranked).to_csv("data/call_list.csv", index=False)


if __name__ == "__main__":
    main()
