"""Ask the pinned model about every message of the evaluation set, and keep what it said."""

import json
import time

from router import llm, passages
from router.evaluate import read
from router.privacy import redact

USD_PER_CHARACTER = 2e-7


def reply(row):
    text = redact(row["text"])
    shown = passages.find(text)
    start = time.perf_counter()
    said = llm.ask(text, shown)
    seconds = time.perf_counter() - start
    characters = len(said) + sum(len(part["content"]) for part in llm.messages(text, shown))
    return {"id": row["id"], "text": said, "seconds": round(seconds, 3), "usd": round(characters * USD_PER_CHARACTER, 6)}


def main():
    replies = [reply(row) for row in read("evals/messages.jsonl")]
    with open("evals/replies.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in replies)


if __name__ == "__main__":
    main()
