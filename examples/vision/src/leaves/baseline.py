"""The rule of the app before there was a model: which colour there is too much of."""


def colour_rule(rows, settings):
    """The name of a class for each row."""
    guess = rows["label"].where(False, "healthy")
    guess = guess.mask(rows["brown"] > settings["brown_share"], "early_blight")
    guess = guess.mask(rows["dark"] > settings["dark_share"], "late_blight")
    return guess.mask(rows["pale"] > settings["pale_share"], "mildew")
