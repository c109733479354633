"""Does this week's list still look like the rows that the model was trained on?"""

import numpy as np

from churn.monitoring import emit
from churn.params import load_params


def psi(reference, current, bins=10):
    """Population stability index of a number."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)))[1:-1]
    before = np.bincount(np.searchsorted(edges, reference, side="right"), minlength=len(edges) + 1) / len(reference)
    now = np.bincount(np.searchsorted(edges, current, side="right"), minlength=len(edges) + 1) / len(current)
    before, now = np.clip(before, 1e-4, None), np.clip(now, 1e-4, None)
    return float(np.sum((now - before) * np.log(now / before)))


def check(reference, current):
    """Features that have drifted. Every index is emitted, so that the alert can see it."""
    threshold = load_params()["drift"]["threshold"]
    drifted = []
    for column in ["tenure_months", "monthly_spend", "spend_change", "support_calls", "late_payments"]:
        value = psi(reference[column].to_numpy(), current[column].to_numpy())
        emit("churn_feature_psi", {"feature": column}, round(value, 4))
        if value > threshold:
            drifted.append(column)
    return drifted
