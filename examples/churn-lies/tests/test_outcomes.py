from churn.outcomes import outcomes


def test_leavers_are_counted_and_found():
    rows = [
        {"churned": "1", "listed": "1"},
        {"churned": "1", "listed": "0"},
        {"churned": "0", "listed": "1"},
        {"churned": "0", "listed": "0"},
    ]
    assert outcomes(rows) == {"leavers_within_90_days": 0.5, "recall_online": 0.5}
