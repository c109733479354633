"""Train, validation and test parts. All photos of a plant are in one part: they look alike."""

from sklearn.model_selection import GroupShuffleSplit


def by_plant(rows, settings):
    """(train, validation, test)"""
    outer = GroupShuffleSplit(n_splits=1, test_size=settings["test"], random_state=settings["seed"])
    rest, held = next(outer.split(rows, groups=rows["plant"]))
    seen, test = rows.iloc[rest], rows.iloc[held]
    inner = GroupShuffleSplit(n_splits=1, test_size=settings["validation"], random_state=settings["seed"])
    kept, watched = next(inner.split(seen, groups=seen["plant"]))
    train, validation = seen.iloc[kept], seen.iloc[watched]
    return train, validation, test
