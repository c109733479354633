"""The rule that agents went by before there was a model."""


def rule(rows, settings):
    """1 for customers of short tenure whose spend falls."""
    new = rows["tenure_months"] < settings["tenure_below"]
    falling = rows["spend_change"] < settings["spend_change_below"]
    return (new & falling).astype(int)
