"""The evaluation set is what its card says."""

import make_evals

from router.evaluate import failure_rate, macro_f1
from router.guard import QUEUES
from router.route import Decision, triage
from router.schema import Message


def test_every_message_has_one_reply(rows, replies):
    assert [row["id"] for row in rows] == [reply["id"] for reply in replies]
    assert len({row["id"] for row in rows}) == len(rows)


def test_labels_and_columns(rows):
    assert {row["queue"] for row in rows} == QUEUES
    assert {row["language"] for row in rows} == {"en", "de"}
    assert all(Message(id=row["id"], text=row["text"]) for row in rows)


def test_the_set_is_made_by_the_tool(rows):
    assert list(make_evals.rows()) == rows


def test_scores_by_hand():
    assert macro_f1(["billing", "returns"], ["billing", "billing"]) == 0.3333


def test_only_what_was_acted_on_can_fail():
    one = Decision("billing", "", "", (), "model")
    rate = failure_rate(["billing", "returns", "returns"], [one, one, triage("not sure")])
    assert (rate["failure_rate"], rate["acted"]) == (0.5, 2)
    assert 0.5 < rate["failure_rate_high"] < 1
