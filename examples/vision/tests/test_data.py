import pytest
import torch
from PIL import Image

from leaves.photos import LeafPhotos, colours, open_photo, to_tensor
from leaves.schema import BadPhotos, Photos, check_photo


def test_good_rows_pass(rows):
    assert Photos.validate(rows) is rows


@pytest.mark.parametrize(("column", "value"), [("crop", "melon"), ("label", "rust"), ("photo", "p000_0.png")])
def test_rows_with_unknown_values_are_refused(rows, column, value):
    with pytest.raises(BadPhotos, match=column):
        Photos.validate(rows.assign(**{column: value}))


def test_photos_too_small_are_refused():
    with pytest.raises(BadPhotos, match="smaller"):
        check_photo(Image.new("RGB", (8, 8)), "tiny.png")


def test_plants_are_in_one_part_each(parts, rows):
    plants = [set(part["plant"]) for part in parts]
    assert not plants[0] & plants[1]
    assert not plants[0] & plants[2]
    assert not plants[1] & plants[2]
    assert sum(len(part) for part in parts) == len(rows)


def test_training_and_diagnosis_see_the_same_tensor(rows, drawn):
    image, _ = LeafPhotos(rows)[0]
    alone = to_tensor(open_photo(drawn / "data" / "photos" / rows["photo"][0]))
    assert torch.equal(image, alone)


def test_a_brown_photo_is_brown():
    assert colours(Image.new("RGB", (64, 64), (125, 90, 45)))["brown"] == 1.0
