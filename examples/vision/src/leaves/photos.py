"""Photos as tensors, the same way for training, evaluation and diagnosis."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from leaves.schema import CLASSES, check_photo

FOLDER = Path("data/photos")
SIZE = 64


def open_photo(path):
    with Image.open(path) as image:
        return check_photo(image, Path(path).name).resize((SIZE, SIZE))


def to_tensor(image):
    """Three channels between -1 and 1."""
    return torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1.0).permute(2, 0, 1)


def colours(image):
    """Shares of brown, dark and pale pixels, and the brightness: what the rule and the drift check look at."""
    red, green, blue = np.moveaxis(np.asarray(image, dtype=np.float32), 2, 0)
    bright = (red + green + blue) / 3
    return {
        "brown": round(float(((red > green) & (red > 90)).mean()), 4),
        "dark": round(float((bright < 60).mean()), 4),
        "pale": round(float(((blue > 150) & (bright > 150)).mean()), 4),
        "brightness": round(float(bright.mean()), 2),
    }


class LeafPhotos(Dataset):
    """One photo a row with the number of its class."""

    def __init__(self, rows):
        self.rows = rows.reset_index(drop=True)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows.iloc[index]
        return to_tensor(open_photo(FOLDER / row["photo"])), CLASSES.index(row["label"])
