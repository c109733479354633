"""Draw data/photos and data/photos.csv: leaves that nobody ever grew, the same pixels in every run."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

CROPS = {"tomato": (60, 130, 50), "potato": (80, 145, 60), "pepper": (45, 115, 65)}
CLASSES = ["healthy", "early_blight", "late_blight", "mildew"]
SIDE = 64
PLANTS = 300
PHOTOS = 4


def blob(grid, draw, radius):
    x, y = draw.uniform(16, 48, 2)
    return (grid[0] - x) ** 2 + (grid[1] - y) ** 2 < radius**2


def leaf(label, crop, light, draw):
    """One photo as an array."""
    grid = np.mgrid[0:SIDE, 0:SIDE]
    soil = np.array([draw.uniform(70, 125), draw.uniform(75, 110), draw.uniform(50, 90)])
    pixels = np.broadcast_to(soil, (SIDE, SIDE, 3)).copy()
    across, along = draw.uniform(15, 19), draw.uniform(23, 28)
    inside = ((grid[0] - 32) / across) ** 2 + ((grid[1] - 32) / along) ** 2 < 1
    pixels[inside] = CROPS[crop]
    if label == "early_blight":
        for _ in range(draw.integers(2, 6)):
            pixels[blob(grid, draw, draw.uniform(2, 4.5)) & inside] = (125, 90, 45)
    elif label == "late_blight":
        for _ in range(draw.integers(1, 3)):
            pixels[blob(grid, draw, draw.uniform(5, 9)) & inside] = (62, 60, 38)
    elif label == "mildew":
        specks = draw.random((SIDE, SIDE)) < draw.uniform(0.03, 0.12)
        pixels[specks & inside] = (205, 210, 200)
    if draw.random() < 0.3:
        pixels[blob(grid, draw, draw.uniform(2, 5))] = (120, 95, 60)
    if draw.random() < 0.2:
        pixels[blob(grid, draw, draw.uniform(2, 6))] = (190, 195, 190)
    return (pixels * light + draw.normal(0, 9, pixels.shape)).clip(0, 255).astype(np.uint8)


def write(folder, plants=PLANTS, seed=2026):
    """Photos and their table below `folder`; one label in fifty is wrong, as in real life."""
    draw = np.random.default_rng(seed)
    photos = Path(folder) / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    rows = []
    for plant in range(plants):
        crop, label = draw.choice(list(CROPS)), draw.choice(CLASSES, p=[0.4, 0.25, 0.15, 0.2])
        light = draw.uniform(0.6, 1.2)
        for number in range(PHOTOS):
            name = f"p{plant:03}_{number}.png"
            Image.fromarray(leaf(label, crop, light, draw)).save(photos / name)
            rows.append([name, f"p{plant:03}", crop, draw.choice(CLASSES) if draw.random() < 0.02 else label])
    with (Path(folder) / "photos.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["photo", "plant", "crop", "label"], *rows])


if __name__ == "__main__":
    write("data")
