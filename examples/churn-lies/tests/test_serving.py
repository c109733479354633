import json

from churn.drift import check, psi
from churn.feedback import record_skip, skipped
from churn.monitoring import log_prediction
from churn.serving import call_list, rank


def test_the_list_is_ranked_and_gives_reasons(model, parts, quiet):
    ranked = rank(parts[1], model, "tiny")
    assert ranked["score"].is_monotonic_decreasing
    assert (ranked["reasons"].str.count(";") == 2).all()


def test_the_decision_is_left_to_the_agent(model, parts, quiet):
    listed = call_list(rank(parts[1], model, "tiny"))
    assert (listed["decision"] == "").all()


def test_a_skipped_customer_is_remembered(tmp_path):
    record_skip("c1", "kim", "called yesterday", tmp_path / "decisions.csv")
    assert skipped(tmp_path / "decisions.csv") == {"c1"}


def test_a_prediction_is_logged_whole(tmp_path):
    log_prediction("c1", {"plan": "basic"}, 0.4, "v1", tmp_path / "log.jsonl")
    record = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert {"time", "input", "score", "model_version"} <= record.keys()


def test_drift_is_seen(rows, quiet):
    assert check(rows, rows) == []
    assert check(rows, rows.assign(support_calls=rows["support_calls"] + 5)) == ["support_calls"]
    assert psi(rows["monthly_spend"].to_numpy(), rows["monthly_spend"].to_numpy()) < 0.01
