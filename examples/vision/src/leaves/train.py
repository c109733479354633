"""Fine-tune on the training plants, and stop when the validation plants say so."""

import copy
import random

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader

from leaves.model import LeafNet, build, save
from leaves.params import load_params
from leaves.photos import LeafPhotos
from leaves.split import by_plant


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)


def mean_loss(model: LeafNet, loader, criterion):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for images, labels in loader:
            total += criterion(model(images), labels).item() * len(labels)
            count += len(labels)
    return total / count


def fit(train, validation, settings):
    seed_everything(settings["seed"])
    order = torch.Generator().manual_seed(settings["seed"])
    batches = DataLoader(LeafPhotos(train), batch_size=settings["batch_size"], shuffle=True, generator=order)
    watched = DataLoader(LeafPhotos(validation), batch_size=settings["batch_size"])
    model = build()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings["learning_rate"], weight_decay=settings["weight_decay"]
    )
    best, best_weights, waited = float("inf"), copy.deepcopy(model.state_dict()), 0
    for _ in range(settings["epochs"]):
        model.train()
        for images, labels in batches:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
        now = mean_loss(model, watched, criterion)
        if now < best:
            best, best_weights, waited = now, copy.deepcopy(model.state_dict()), 0
        else:
            waited += 1
        if waited >= settings["patience"]:
            break
    model.load_state_dict(best_weights)
    return model


def main():
    params = load_params()
    rows = pd.read_csv("data/rows.csv")
    train, validation, _ = by_plant(rows, params["split"])
    model = fit(train, validation, params["train"])
    save(model, "models/leaves.pt")


if __name__ == "__main__":
    main()
