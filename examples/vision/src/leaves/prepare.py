"""The labelled photos and those that growers confirmed, checked, in one table."""

import pandas as pd

from leaves.photos import FOLDER, colours, open_photo
from leaves.schema import Photos


def prepare(labelled, confirmed):
    rows = Photos.validate(pd.concat([labelled, confirmed[Photos.columns]], ignore_index=True))
    measured = pd.DataFrame([colours(open_photo(FOLDER / name)) for name in rows["photo"]])
    return pd.concat([rows, measured], axis=1)


def main():
    labelled = pd.read_csv("data/photos.csv")
    confirmed = pd.read_csv("data/confirmed.csv")
    prepare(labelled, confirmed).to_csv("data/rows.csv", index=False)


if __name__ == "__main__":
    main()
