"""What became of the customers of an older list: the business metric, beside the recall that was promised."""

import argparse
import csv
import json

from churn.monitoring import emit


def outcomes(rows):
    """Of customers of whom it is known whether they were listed, and whether they left within 90 days."""
    left = [row for row in rows if row["churned"] == "1"]
    found = [row for row in left if row["listed"] == "1"]
    return {
        "leavers_within_90_days": round(len(left) / len(rows), 4),
        "recall_online": round(len(found) / len(left), 4) if left else 0.0,
    }


def main():
    parser = argparse.ArgumentParser(description="Emit what became of the customers of the list of 90 days ago.")
    parser.add_argument("outcomes", help="the export of their outcomes, a CSV file")
    options = parser.parse_args()
    with open(options.outcomes, encoding="utf-8", newline="") as file:
        measured = outcomes(list(csv.DictReader(file)))
    with open("metrics/eval.json", encoding="utf-8") as file:
        measured["recall_offline"] = json.load(file)["test"]["recall"]
    for name, value in measured.items():
        emit(f"churn_{name}", {}, value)


if __name__ == "__main__":
    main()
