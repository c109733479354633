import json

import pytest

from router.evaluate import read
from router.schema import Message


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    """Logs go to a folder of the test, and routing is on."""
    monkeypatch.setenv("ROUTING", "on")
    monkeypatch.setattr("router.telemetry.log_decision.__defaults__", (tmp_path / "decisions.jsonl",))
    monkeypatch.setattr("router.telemetry.log_move.__defaults__", (tmp_path / "moves.jsonl",))
    return tmp_path


@pytest.fixture(scope="session")
def rows():
    return read("evals/messages.jsonl")


@pytest.fixture(scope="session")
def replies():
    return read("evals/replies.jsonl")


@pytest.fixture
def message():
    return Message(id="t-1", text="My bill is wrong, mail me at kim@acme.example or call 030 1234567.")


@pytest.fixture
def answering():
    """A model that gives one answer, whatever it is asked."""

    def make(**changes):
        answer = {
            "queue": "billing",
            "confidence": 0.9,
            "reason": "“bill is wrong”",
            "draft": "Each invoice can be read under My bills.",
            "cites": ["bill-1"],
            "refused": False,
        }
        return lambda *_: json.dumps({**answer, **changes})

    return make
