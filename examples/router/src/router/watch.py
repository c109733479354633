"""The daily look at what the service decided: shares of the queues, tickets that were moved, minutes to the right queue."""

import argparse
import csv
import json
import math
from collections import Counter

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from router.evaluate import read
from router.guard import QUEUES

THRESHOLD = 0.2


def psi(reference, current):
    """Population stability index of the shares of the queues."""
    before, now = Counter(reference), Counter(current)
    total = 0.0
    for queue in QUEUES:
        old = max(before[queue] / len(reference), 1e-4)
        new = max(now[queue] / len(current), 1e-4)
        total += (new - old) * math.log(new / old)
    return round(total, 4)


def check(decisions, registry):
    """Whether the queues of a day differ from those of the evaluation set."""
    reference = [row["queue"] for row in read("evals/messages.jsonl")]
    value = psi(reference, [one["prediction"] for one in decisions])
    Gauge("router_queue_psi", "drift of the shares of the queues", registry=registry).set(value)
    return value > THRESHOLD


def outcomes(tickets, registry):
    """The business metric and the moves of the tickets that were closed, beside the score that was promised."""
    minutes = sum(float(ticket["minutes_to_right_queue"]) for ticket in tickets) / len(tickets)
    moved = sum(ticket["moved"] == "1" for ticket in tickets) / len(tickets)
    with open("metrics/eval.json", encoding="utf-8") as file:
        promised = json.load(file)["test"]["f1_macro"]
    Gauge("minutes_to_right_queue", "mean over the closed tickets", registry=registry).set(minutes)
    Gauge("router_move_rate", "share of tickets that were moved", registry=registry).set(moved)
    Gauge("router_offline_f1_macro", "as recorded in metrics/eval.json", registry=registry).set(promised)


def main():
    parser = argparse.ArgumentParser(description="Write logs/watch.prom for the decisions and tickets of a day.")
    parser.add_argument("decisions", help="the decision log, JSON lines")
    parser.add_argument("tickets", help="the desk's export of closed tickets, a CSV file")
    options = parser.parse_args()
    registry = CollectorRegistry()
    if check(read(options.decisions), registry):
        print("the queues have drifted: see docs/runbook.md")
    with open(options.tickets, encoding="utf-8", newline="") as file:
        outcomes(list(csv.DictReader(file)), registry)
    write_to_textfile("logs/watch.prom", registry)


if __name__ == "__main__":
    main()
