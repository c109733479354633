"""The numbers in the charter hold: CI fails where the recorded scores do not reach them, or are not those of the code."""

import json
from pathlib import Path

import pytest
import yaml

from router.evaluate import results


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
    score = recorded(charter["metric"]["recorded_in"])
    baseline = recorded(charter["baseline"]["recorded_in"])
    assert score >= charter["metric"]["target"]
    assert score >= baseline + charter["baseline"]["margin"]


def test_guardrails_hold(charter):
    for guardrail in charter["metric"]["guardrails"]:
        value = recorded(guardrail["recorded_in"])
        assert guardrail.get("min", value) <= value <= guardrail.get("max", value)


def test_the_failure_budget_and_the_fairness_gap_hold(charter):
    assert recorded(charter["autonomy"]["recorded_in"]) <= charter["autonomy"]["max_failure_rate"]
    assert recorded(charter["fairness"]["recorded_in"]) <= charter["fairness"]["max_gap"]


def test_the_recorded_numbers_are_those_of_the_code(rows, replies):
    assert results(rows, replies) == json.loads(Path("metrics/eval.json").read_text(encoding="utf-8"))
