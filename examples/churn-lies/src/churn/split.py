"""Months that the model has seen, and later months that it has not."""


def by_month(rows, test_months):
    """(train, test): the last `test_months` months are held out."""
    cutoff = rows["month"].max() - test_months
    train = rows[rows["month"] <= cutoff]
    test = rows[rows["month"] > cutoff]
    return train, test
