from churn.split import by_month


def test_held_out_months_come_later(rows):
    train, test = by_month(rows, 4)
    assert train["month"].max() < test["month"].min()
    assert test["month"].nunique() == 4
    assert len(train) + len(test) == len(rows)
