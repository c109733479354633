import pandas as pd

from churn.baseline import rule


def test_only_new_customers_with_falling_spend_are_flagged():
    rows = pd.DataFrame({"tenure_months": [3, 3, 80], "spend_change": [-0.5, 0.1, -0.5]})
    assert list(rule(rows, {"tenure_below": 12, "spend_change_below": -0.1})) == [1, 0, 0]
