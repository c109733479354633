"""What a grower or an agronomist says that a leaf really has. It becomes training data; predictions never do."""

import argparse
import csv
import json
import shutil
from pathlib import Path

from leaves.monitoring import LOG
from leaves.photos import FOLDER
from leaves.schema import CLASSES, CROPS


def find(prediction_id, log=LOG):
    with log.open(encoding="utf-8") as file:
        return next(record for record in map(json.loads, file) if record["prediction_id"] == prediction_id)


def confirm(prediction_id, label, crop, plant, log=LOG):
    """Keep the photo of a diagnosis with the label that a person gave it."""
    record = find(prediction_id, log)
    photo = f"{prediction_id}{Path(record['input']).suffix}"
    shutil.copy(record["input"], FOLDER / photo)
    with open("data/confirmed.csv", "a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([photo, plant, crop, label, record["output"], prediction_id])


def main():
    parser = argparse.ArgumentParser(description="Say what a leaf really has.")
    parser.add_argument("prediction_id")
    parser.add_argument("--label", required=True, choices=CLASSES)
    parser.add_argument("--crop", required=True, choices=CROPS)
    parser.add_argument("--plant", required=True)
    options = parser.parse_args()
    confirm(options.prediction_id, options.label, options.crop, options.plant)


if __name__ == "__main__":
    main()
