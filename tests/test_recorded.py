"""Recorded numbers and how they compare."""

from __future__ import annotations

from mlops_lint.facts.project.code import code
from mlops_lint.facts.project.knowledge import Knowledge
from mlops_lint.facts.project.pointers import pointers
from mlops_lint.facts.project.project import Project
from mlops_lint.facts.project.recorded import Recorded, beats, comparable, meets, recorded, within
from mlops_lint.facts.project.values import Values
from mlops_lint.facts.project.versioning import versioning
from mlops_lint.facts.project.writes import writes
from mlops_lint.repo.memory import MemoryView


def make(files: dict[str, str]) -> Recorded:
    """The fact over files held in memory."""
    view = MemoryView(files)
    project = Project("", "mlproject.yaml")
    linked = code(view, project)
    dvc = versioning(view)
    return recorded(pointers(view, project, linked, dvc), writes(linked, Values(linked), Knowledge(), dvc))


def test_a_number_and_its_neighbours() -> None:
    found = make({
        "m/eval.json": '{"test": {"recall": 0.81,\n "precision": 0.5}, "slices": {"a": 1, "b": {"f1": 2}}}',
        "e.py": "import json\njson.dump(x, open('m/eval.json', 'w'))\n",
    })  # fmt: skip
    number = found.number("m/eval.json#/test/recall")
    assert number is not None
    assert (number.value, number.at.line, number.pointer) == (0.81, 1, "/test/recall")
    assert {key: value for key, (value, _) in number.neighbours.items()} == {"precision": 0.5}
    assert set(found.numbers("m/eval.json#/slices")) == {"a", "b/f1"}
    assert found.number("m/eval.json#/test") is None
    assert found.number("m/none.json#/test") is None
    assert found.number(None) is None
    assert len(found.writers_of("m/eval.json")) == 1
    assert found.maybe_writers_of("m/eval.json") == []


def test_directions() -> None:
    assert meets(0.81, 0.85, "maximize") is False
    assert meets(0.85, 0.85, "maximize") is True
    assert meets(12.0, 0.8, "minimize") is None
    assert meets(0.9, 0.8, "minimize") is False
    assert meets(2.5, 2.0, "minimize") is False


def test_percent_and_fraction_cannot_be_told() -> None:
    assert meets(83.0, 0.85, "maximize") is None
    assert meets(0.83, 85.0, "maximize") is None
    assert meets(83.0, 85.0, "maximize", 1.0) is False
    assert within(0.2, 0.25, None) is False
    assert within(20.0, 0.25, None) is None
    assert comparable(-0.4, 0.5) is False


def test_beating() -> None:
    assert beats(0.3, 0.2, 0.1, "maximize") is True
    assert beats(0.3, 0.3, None, "maximize") is False
    assert beats(0.2, 0.3, 0.05, "minimize") is True
    assert beats(0.31, 0.3, 0.05, "maximize") is False
    assert beats(90.0, 0.8, None, "maximize") is None
