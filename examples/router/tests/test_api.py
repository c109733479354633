"""The service as a whole, with a model and a desk that are at hand."""

import json

import httpx
import pytest
from fastapi.testclient import TestClient

from router import api, desk
from router.route import route


@pytest.fixture
def assigned(monkeypatch, answering):
    tickets = {}
    monkeypatch.setattr(api, "route", lambda message: route(message, answering()))
    monkeypatch.setattr(desk, "assign", lambda key, decision: tickets.update({key: decision}))
    return tickets


def test_a_message_reaches_its_queue_and_is_logged(assigned, quiet):
    reply = TestClient(api.app).post("/messages", json={"id": "t-1", "text": "My bill is wrong."})
    assert reply.json()["queue"] == assigned["t-1"].queue == "billing"
    record = json.loads((quiet / "decisions.jsonl").read_text(encoding="utf-8"))
    assert {"time", "input_hash", "prediction", "model_version"} <= record.keys()


@pytest.mark.parametrize("body", [{}, {"id": "t-1"}, {"id": "../x", "text": "a"}, {"id": "t-1", "text": ""}])
def test_bad_messages_are_refused(assigned, body):
    assert TestClient(api.app).post("/messages", json=body).status_code == 422
    assert not assigned


def test_a_desk_that_is_down_is_told(assigned, monkeypatch):
    def down(*_):
        raise httpx.ConnectError("down")

    monkeypatch.setattr(desk, "assign", down)
    assert TestClient(api.app).post("/messages", json={"id": "t-1", "text": "My bill"}).status_code == 503


def test_a_moved_ticket_is_kept(quiet):
    assert TestClient(api.app).post("/moves", json={"id": "t-1", "queue": "returns"}).status_code == 200
    assert json.loads((quiet / "moves.jsonl").read_text(encoding="utf-8"))["queue"] == "returns"


def test_health():
    assert TestClient(api.app).get("/health").json() == {"status": "ok"}
