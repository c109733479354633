"""Numbers beside a recorded one: the same metric on the training rows, and what is printed of each."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator

from mlops_lint.documents.node import ScalarNode
from mlops_lint.facts.inject import provides
from mlops_lint.facts.project.pointer_targets import ValueTarget
from mlops_lint.facts.project.recorded import Number, Recorded

SPLITS = {
    "test": "test", "tst": "test", "holdout": "test", "heldout": "test", "unseen": "test", "val": "validation",
    "valid": "validation", "validation": "validation", "dev": "validation", "cv": "cross-validation",
    "crossval": "cross-validation", "train": "train", "training": "train",
}  # fmt: skip
"""Words that say on which rows a number was measured."""
_WORD = re.compile(r"[A-Za-z]+")
_OTHERS = ("eval", "evaluation")
_TRAIN = ("train", "training")


class Companions:
    """Looks beside a `value` pointer."""

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded

    def printed(self, text: str) -> str:
        """The number as its file writes it; empty where it is none."""
        target = self.recorded.target(text)
        node = target.node if isinstance(target, ValueTarget) else None
        return node.text if isinstance(node, ScalarNode) and target is not None else ""

    def train(self, text: str) -> Number | None:
        """The same metric on the training rows."""
        own = self.recorded.number(text)
        if own is None or self.split(text) == "train":
            return None
        for other in dict.fromkeys(_training(text)):
            found = self.recorded.number(other) if other != text else None
            if found is not None and found.at != own.at:
                return found
        return None

    @staticmethod
    def split(text: str) -> str:
        """The split that a pointer's words name, those behind the `#` first; empty where they name none."""
        file, _, pointer = text.partition("#")
        for part in (pointer, posixpath.basename(file)):
            words = [word.casefold() for word in _WORD.findall(part)]
            said = {SPLITS[word] for word in words if word in SPLITS}
            if said:
                return said.pop() if len(said) == 1 else ""
        return ""


def significant(printed: str) -> int:
    """How many digits of a number say something: 3 for 0.640, 1 for 0.5."""
    digits = re.sub(r"[eE].*|[^\d.]", "", printed)
    return len(digits.replace(".", "").lstrip("0"))


def _training(text: str) -> Iterator[str]:
    """Pointers that the training rows' number may have."""
    file, _, pointer = text.partition("#")
    folder, name = posixpath.split(file)
    files = [file, *(posixpath.join(folder, other) for other in _swapped(name, (*SPLITS, *_OTHERS)))]
    steps = pointer.split("/")
    inner = list(_swapped(pointer, SPLITS))
    above, last = "/".join(steps[:-1]), steps[-1]
    beside = [f"{above}/{word}{rest}" for word in _TRAIN for rest in (f"_{last}", f"/{last}", f"-{last}")]
    beside += [f"{above}/{last}{mark}{word}" for word in _TRAIN for mark in "_-/"]
    yield from (f"{file}#{other}" for other in [*inner, *beside])
    yield from (f"{one}#{other}" for one, other in itertools.product(files[1:], [*inner, pointer]))


def _swapped(text: str, words: tuple[str, ...] | dict[str, str]) -> Iterator[str]:
    """The text with the words of a held-out part replaced by those of the training part."""
    for train in _TRAIN:
        parts = re.split(r"([A-Za-z]+)", text)
        changed = "".join(_as(part, train) if part.casefold() in words else part for part in parts)
        if changed != text:
            yield changed


def _as(word: str, other: str) -> str:
    return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other


@provides
def companions(recorded: Recorded) -> Companions:
    """Numbers are looked up when asked for."""
    return Companions(recorded)
