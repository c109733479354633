"""What agents decided: the person on the phone has the last word."""

import argparse
import csv
import datetime
from pathlib import Path

DECISIONS = Path("logs/decisions.csv")


def record_skip(customer_id, agent, reason, path=DECISIONS):
    """An agent overrules the list: this customer is not called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([datetime.date.today().isoformat(), customer_id, agent, "skip", reason])


def skipped(path=DECISIONS):
    """The customers whom agents took off the list."""
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {row[1] for row in csv.reader(file)}


def main():
    parser = argparse.ArgumentParser(description="Take a customer off the call list.")
    parser.add_argument("customer_id")
    parser.add_argument("--agent", required=True)
    parser.add_argument("--reason", required=True)
    options = parser.parse_args()
    record_skip(options.customer_id, options.agent, options.reason)


if __name__ == "__main__":
    main()
