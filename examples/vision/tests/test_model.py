import json

import pytest
import torch

from leaves.app import diagnose
from leaves.baseline import colour_rule
from leaves.evaluate import by_slice, numbers, predict, score
from leaves.explain import heat_map
from leaves.feedback import confirm
from leaves.monitoring import check_drift, log_prediction
from leaves.photos import LeafPhotos
from leaves.schema import CLASSES
from leaves.train import fit

TINY = {"seed": 3, "epochs": 1, "patience": 1, "batch_size": 8, "learning_rate": 0.001, "weight_decay": 0.0}


def test_every_photo_gets_a_class(model, parts):
    truth, guess = predict(model, parts[2])
    assert torch.equal(truth, numbers(parts[2]["label"]))
    assert len(guess) == len(parts[2])
    assert 0 <= int(guess.min()) <= int(guess.max()) < len(CLASSES)


def test_one_seed_gives_one_model(parts):
    one, other = (fit(parts[0], parts[1], TINY) for _ in range(2))
    assert torch.equal(one.head.weight, other.head.weight)


def test_f1_is_the_mean_over_classes():
    assert score(numbers(CLASSES), torch.zeros(4, dtype=torch.int64)) == {"f1": 0.1, "recall": 0.25}


def test_each_crop_is_scored(rows):
    truth = numbers(rows["label"])
    assert set(by_slice(rows, truth, truth)["crop"]) == set(rows["crop"])


def test_the_rule_goes_by_colour(rows):
    settings = {"brown_share": 0.4, "dark_share": 0.05, "pale_share": 0.05}
    guess = colour_rule(rows.assign(brown=0.5, dark=0.0, pale=0.0), settings)
    assert set(guess) == {"early_blight"}


def test_the_heat_map_covers_the_photo(model, parts):
    image, _ = LeafPhotos(parts[2])[0]
    heat = heat_map(model, image, 1)
    assert heat.shape == tuple(image.shape[1:])
    assert heat.max() <= 1.0


def test_a_diagnosis_is_logged_and_explained(model, rows, drawn, tmp_path, monkeypatch):
    log = tmp_path / "predictions.jsonl"
    monkeypatch.setattr(log_prediction, "__defaults__", (log,))
    photo = tmp_path / "leaf.png"
    photo.write_bytes((drawn / "data" / "photos" / rows["photo"][0]).read_bytes())
    result = diagnose(model, photo, "v1")
    record = json.loads(log.read_text("utf-8"))
    assert record["prediction_id"] == result["id"]
    assert record["model_version"] == "v1"
    assert photo.with_suffix(".heat.png").exists()


def test_a_confirmed_label_becomes_a_row(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "photos").mkdir(parents=True)
    (tmp_path / "leaf.jpg").write_bytes(b"photo")
    log_prediction("a1", tmp_path / "leaf.jpg", "healthy", 0.6, "v1", tmp_path / "log.jsonl")
    confirm("a1", "mildew", "potato", "g7", tmp_path / "log.jsonl")
    assert (tmp_path / "data" / "confirmed.csv").read_text("utf-8").split() == ["a1.jpg,g7,potato,mildew,healthy,a1"]


@pytest.mark.parametrize(("shift", "drifted"), [(0, False), (60, True)])
def test_drift_of_brightness_is_seen(rows, tmp_path, shift, drifted):
    assert check_drift(rows["brightness"], rows["brightness"] + shift, tmp_path / "drift.jsonl") is drifted
