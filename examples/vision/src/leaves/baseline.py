"""The rule of the app before there was a model: which colour there is too much of."""

import pandas as pd


def colour_rule(rows, settings):
    """The name of a class for each row."""
    guess = pd.Series("healthy", index=rows.index)
    guess[rows["brown"] > settings["brown_share"]] = "early_blight"
    guess[rows["dark"] > settings["dark_share"]] = "late_blight"
    guess[rows["pale"] > settings["pale_share"]] = "mildew"
    return guess
