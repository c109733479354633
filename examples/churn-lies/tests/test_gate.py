"""The numbers in the charter hold: CI fails where the recorded scores do not reach them."""

import json
from pathlib import Path

import pytest
import yaml


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
    recall = recorded(charter["metric"]["recorded_in"])
    baseline = recorded(charter["baseline"]["recorded_in"])
    assert recall >= charter["metric"]["target"]
    assert recall >= baseline + charter["baseline"]["margin"]


def test_guardrails_hold(charter):
    for guardrail in charter["metric"]["guardrails"]:
        assert recorded(guardrail["recorded_in"]) >= guardrail["min"]


def test_the_fairness_gap_is_allowed(charter):
    assert recorded(charter["fairness"]["recorded_in"]) <= charter["fairness"]["max_gap"]
