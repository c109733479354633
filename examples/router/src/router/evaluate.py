"""Score the router and the keyword rule on the evaluation set, with the replies that were recorded from the model."""

import hashlib
import json
import math
from pathlib import Path

from sklearn.metrics import f1_score

from router.keywords import by_keyword
from router.llm import MODEL
from router.route import route
from router.schema import Message

SLICES = ["language", "product"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def decide(rows, replies):
    """What the router decides when the model answers as it did when its replies were recorded."""
    said = {reply["id"]: reply["text"] for reply in replies}
    return [route(Message(id=row["id"], text=row["text"]), lambda *_, key=row["id"]: said[key]) for row in rows]


def macro_f1(truth, guess):
    return round(float(f1_score(truth, guess, average="macro")), 4)


def by_group(rows, guess, column):
    """Macro F1 of each group of a column."""
    groups = sorted({row[column] for row in rows})
    return {
        group: macro_f1(
            [row["queue"] for row in rows if row[column] == group],
            [queue for row, queue in zip(rows, guess) if row[column] == group],
        )
        for group in groups
    }


def fairness(rows, guess):
    """Macro F1 by language, and the gap between the languages."""
    scores = by_group(rows, guess, "language")
    return {"language": scores, "max_gap": round(max(scores.values()) - min(scores.values()), 4)}


def failure_rate(truth, decisions):
    """How often a ticket is put into a wrong queue, with the upper bound of its 95 % Wilson interval."""
    acted = [(true, one.queue) for true, one in zip(truth, decisions) if one.queue != "triage"]
    wrong = sum(true != queue for true, queue in acted)
    count, rate, z = len(acted), wrong / len(acted), 1.96
    middle = rate + z * z / (2 * count)
    spread = z * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    high = (middle + spread) / (1 + z * z / count)
    return {"failure_rate": round(rate, 4), "failure_rate_high": round(high, 4), "acted": count}


def lineage():
    """Which messages, replies, prompt and model the numbers are of."""
    files = {"data": "evals/messages.jsonl", "replies": "evals/replies.jsonl", "prompt": "prompts/route.md"}
    hashes = {f"{name}_sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest() for name, path in files.items()}
    return {**hashes, "model": MODEL}


def results(rows, replies):
    truth = [row["queue"] for row in rows]
    decisions = decide(rows, replies)
    guess = [one.queue for one in decisions]
    ruled = [by_keyword(row["text"]) for row in rows]
    return {
        "test": {
            "f1_macro": macro_f1(truth, guess),
            "drafted": round(sum(bool(one.draft) for one in decisions) / len(rows), 4),
            "cost_per_message_usd": round(sum(reply["usd"] for reply in replies) / len(replies), 6),
        },
        "baseline": {"f1_macro": macro_f1(truth, ruled)},
        "slices": {column: by_group(rows, guess, column) for column in SLICES},
        "fairness": fairness(rows, guess),
        "autonomy": failure_rate(truth, decisions),
        "rows": len(rows),
        "lineage": lineage(),
    }


def main():
    rows = read("evals/messages.jsonl")
    replies = read("evals/replies.jsonl")
    with open("metrics/eval.json", "w", encoding="utf-8") as file:
        json.dump(results(rows, replies), file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
