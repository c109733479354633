"""The numbers in the charter hold: CI fails where the recorded scores do not reach them."""

import json
from pathlib import Path

import pytest
import yaml

from leaves.model import BASE, REVISION


@pytest.fixture
def charter():
    return yaml.safe_load(Path("mlproject.yaml").read_text(encoding="utf-8"))


def recorded(pointer):
    path, _, keys = pointer.partition("#/")
    value = json.loads(Path(path).read_text(encoding="utf-8"))
    for key in keys.split("/"):
        value = value[key]
    return value


def test_beats_target_and_baseline(charter):
    f1 = recorded(charter["metric"]["recorded_in"])
    baseline = recorded(charter["baseline"]["recorded_in"])
    assert f1 >= charter["metric"]["target"]
    assert f1 >= baseline + charter["baseline"]["margin"]


def test_the_base_is_the_declared_one(charter):
    assert charter["model"]["base"] == {"id": BASE, "revision": REVISION, "role": "encoder"}
