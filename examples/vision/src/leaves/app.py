"""The pilot: a folder of photos in, a diagnosis and a heat map for each out. A grower decides what to spray."""

import argparse
import hashlib
import uuid
from pathlib import Path

import pandas as pd
import torch

from leaves.explain import heat_map, save_overlay
from leaves.model import LeafNet, load
from leaves.monitoring import check_drift, log_prediction
from leaves.photos import colours, open_photo, to_tensor
from leaves.schema import CLASSES

MODEL = Path("models/leaves.pt")


def version(path=MODEL):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()[:12]


def diagnose(model: LeafNet, path, model_version):
    """The diagnosis of one photo, logged, with the heat map beside the photo."""
    photo = open_photo(path)
    image = to_tensor(photo)
    with torch.no_grad():
        shares = torch.softmax(model(image.unsqueeze(0)), dim=1)[0]
    best = int(shares.argmax())
    result = {"id": uuid.uuid4().hex, "label": CLASSES[best], "confidence": round(shares[best].item(), 4)}
    log_prediction(result["id"], path, result["label"], result["confidence"], model_version)
    save_overlay(photo, heat_map(model, image, best), path.with_suffix(".heat.png"))
    return result


def main():
    parser = argparse.ArgumentParser(description="Diagnose the photos of a folder.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    paths = sorted(options.folder.glob("*.jpg"))
    if not paths:
        parser.error(f"no photos in {options.folder}")
    model, model_version = load(MODEL), version()
    for path in paths:
        result = diagnose(model, path, model_version)
        print(f"{result['id']}  {path.name}  {result['label']}  {result['confidence']:.2f}")
    reference = pd.read_csv("data/rows.csv")["brightness"]
    if check_drift(reference, [colours(open_photo(path))["brightness"] for path in paths]):
        print("the photos are darker or brighter than those of the training: see docs/data_card.md#drift")


if __name__ == "__main__":
    main()
