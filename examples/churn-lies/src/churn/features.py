"""What the model may see of a customer. Gender and age band are kept for the fairness report alone."""

TARGET = "churned"
FEATURES = [
    "tenure_months",
    "monthly_spend",
    "spend_change",
    "support_calls",
    "late_payments",
    "plan",
    "contract",
    "gender",
]


def transform(rows):
    """The model's input, for training and for serving."""
    return rows[FEATURES]
