"""Which part of a machine-learning workflow a name speaks of: data, training, evaluation or deployment."""

from __future__ import annotations

import re
from collections.abc import Iterable

STAGES = 3
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "data",
        (
            "ingest", "download", "fetch", "extract", "etl", "preproc", "prepar", "prep", "clean", "transform", "split",
            "featur", "collect", "scrap", "augment", "tokeniz", "retriev", "crawl", "curat", "folds", "sampl",
        ),
    ),
    ("train", ("train", "fit", "tune", "tuning", "finetun", "pretrain", "hyperparam", "segregat")),
    (
        "evaluate",
        ("eval", "scor", "test", "valid", "metric", "report", "diagnos", "predict", "infer", "compar", "submission"),
    ),
    ("deploy", ("deploy", "regist", "publish", "push", "promot", "releas", "serv", "upload", "apicalls")),
    ("data", ("data", "dataset", "datasets", "process", "load", "generat")),
)  # fmt: skip
_EXACT = frozenset(("data", "prep", "fit", "load", "etl", "test", "serv"))
"""Beginnings of many other words: they count as whole words, but for an ending."""
_ENDINGS = frozenset(("", "s", "e", "er", "ing", "ed", "ting", "ded"))


def stage(name: str) -> str:
    """`data`, `train`, `evaluate` or `deploy`; empty where the name speaks of none."""
    words = [word.lower() for word in _WORDS.findall(name)]
    for kind, stems in _KINDS:
        if any(_speaks(word, stem) for word in words for stem in stems):
            return kind
    return ""


def _speaks(word: str, stem: str) -> bool:
    if not word.startswith(stem):
        return False
    return stem not in _EXACT or word[len(stem) :] in _ENDINGS


def chained(names: Iterable[str]) -> bool:
    """Whether at least three of the names are stages, and not all of one kind."""
    kinds = [kind for name in dict.fromkeys(names) if (kind := stage(name))]
    return len(kinds) >= STAGES and len(set(kinds)) > 1
