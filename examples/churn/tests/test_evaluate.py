import pandas as pd

from churn.evaluate import by_slice, score
from churn.fairness import report


def test_recall_counts_found_leavers():
    assert score([1, 1, 0, 0], [1, 0, 1, 0]) == {"recall": 0.5, "precision": 0.5}


def test_each_group_of_a_slice_is_scored():
    rows = pd.DataFrame({"region": ["north", "south"], "plan": ["basic", "basic"]})
    scores = by_slice(rows, pd.Series([1, 1]), pd.Series([1, 0]))
    assert scores == {"region": {"north": 1.0, "south": 0.0}, "plan": {"basic": 0.5}}


def test_the_fairness_gap_is_the_widest():
    rows = pd.DataFrame({"gender": ["f", "m"], "age_band": ["55+", "55+"]})
    assert report(rows, pd.Series([1, 1]), pd.Series([1, 0]))["max_gap"] == 1.0
