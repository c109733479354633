"""Labels that networks learn through data sets: `{"boxes": …, "labels": row["defect"]}`, YOLO's files, a Trainer's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlops_lint.facts.files.chains import chain
from mlops_lint.facts.project.code import Code, Definition, Reach
from mlops_lint.facts.project.labelling_targets import unpacked_labels
from mlops_lint.model import Location

_KEYS = frozenset(("label", "labels", "class_labels"))
_MADE = re.compile(
    r"(?i)pseudo|weak|cluster|teacher|distill?|snorkel|self_?train|synthetic|predict|zero_?shot|rotat|permut|shuffle|mask_?token|"
    r"input_ids|segment"
)
"""Words that say that the labels were made from the data, or are the data themselves."""
_MADE_FILES = re.compile(r"(?i)pseudo_?label|weak_?label|autodistill|snorkel|self_?training")
_PLACES = re.compile(r"(?i)(?:^|_)(?:id|ids|path|file|filename|name|image|img|text|url|key|index|category)(?:_|$)")
_TRAINERS = frozenset(("transformers.Trainer().train", "transformers.trainer.Trainer().train"))
_HEADS = frozenset(
    f"transformers.AutoModelFor{task}.from_pretrained"
    for task in (
        "SequenceClassification", "TokenClassification", "ImageClassification", "ObjectDetection",
        "SemanticSegmentation", "InstanceSegmentation", "AudioClassification", "VideoClassification",
    )
)  # fmt: skip
_FILES = frozenset(("ultralytics.YOLO().train", "ultralytics.RTDETR().train", "rfdetr.RFDETRBase().train"))
"""Trainers that read a file of labels for each image, and take nothing else."""


def learned_columns(code: Code, reach: Reach) -> list[tuple[Location, str]]:
    """The columns that become the labels of a data set's items, in order of place."""
    found = [
        (code.source(definition.path).at(value), column)
        for definition, tree in _functions(code, reach)
        for node in ast.walk(tree)
        for value, column in _labels(node)
    ]
    return sorted(found, key=lambda one: one[0])


def guided(code: Code, reach: Reach) -> Iterator[tuple[Location, str]]:
    """Where a network is trained on labels that its data set holds, and what is trained."""
    if any(_MADE_FILES.search(code.text(one.path).text) for one in reach.definitions if one.path in code.modules):
        return
    for use in code.uses(_FILES):
        if use.call and code.scope_of(use) in reach and not code.is_test(use.path):
            yield use.at, use.name.partition("(")[0].rpartition(".")[2]
    heads = [use for use in code.uses(_HEADS) if use.call and code.scope_of(use) in reach]
    for use in code.uses(_TRAINERS) if heads else ():
        if use.call and code.scope_of(use) in reach and not code.is_test(use.path):
            yield use.at, heads[0].name.split(".")[1]
    if learned_columns(code, reach):
        yield from _called(code, reach)


def _called(code: Code, reach: Reach) -> Iterator[tuple[Location, str]]:
    """`for images, targets in loader: model(images, targets)`."""
    for definition, tree in _functions(code, reach):
        unpacked = {name for part in ast.walk(tree) for name in unpacked_labels(part)}
        for part in ast.walk(tree):
            if isinstance(part, ast.Call) and len(part.args) == 2 and isinstance(part.args[1], ast.Name):
                name = chain(part.func)
                if part.args[1].id in unpacked and re.search(r"(?i)(?:^|[._])(?:model|net|network|detector)$", name):
                    yield code.source(definition.path).at(part), name


def _functions(code: Code, reach: Reach) -> Iterator[tuple[Definition, ast.AST]]:
    """What may run, and the items of data sets: a loader calls these by name."""
    made = {one.qualname.rpartition(".")[0] or one.qualname for one in reach.definitions if one.kind != "module"}
    for path in sorted({one.path for one in reach.definitions} & code.modules.keys()):
        for one in code.modules[path].definitions.values():
            item = one.name in ("__getitem__", "__iter__") and one.qualname.rpartition(".")[0] in made
            if one.kind == "function" and (one in reach or item) and not code.is_test(path):
                yield one, code.node(one)


def _labels(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """The column under a key `labels`, where it is the only one there and no name of a place."""
    if not isinstance(node, ast.Dict):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in _KEYS and not _MADE.search(ast.unparse(value)):
            columns = {
                part.slice.value
                for part in ast.walk(value)
                if isinstance(part, ast.Subscript)
                and isinstance(part.slice, ast.Constant)
                and isinstance(part.slice.value, str)
            }
            if len(columns) == 1 and not columns & _KEYS and not _PLACES.search(next(iter(columns))):
                yield value, columns.pop()
