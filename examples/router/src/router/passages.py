"""The passages of the help pages that a message is about."""

import functools
import json
import re


@functools.cache
def load():
    with open("data/passages.json", encoding="utf-8") as file:
        return json.load(file)


def find(text, most=3):
    """The passages that share the most words with the text."""
    words = set(re.findall(r"\w+", text.lower()))
    ranked = sorted(load(), key=lambda passage: -len(words.intersection(passage["words"])))
    return [passage for passage in ranked[:most] if words.intersection(passage["words"])]
