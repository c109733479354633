"""From rows to scores; evaluation and serving share it."""

from churn.features import transform


def probability(model, rows):
    return model.predict_proba(transform(rows))[:, 1]


def flag(model, rows, threshold):
    """1 for customers to call."""
    return (probability(model, rows) >= threshold).astype(int)
