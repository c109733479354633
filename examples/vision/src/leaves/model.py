"""A pretrained encoder of leaves with a head of our own."""

import torch
from torch import nn
from transformers import ResNetConfig, ResNetModel

from leaves.schema import CLASSES

BASE = "acme-vision/leaf-encoder"
REVISION = "8d2c61f0b7a94e35c1d6f2a87b3e90c4d5a61f72"


class LeafNet(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_sizes[-1], len(CLASSES))

    def forward(self, images):
        return self.head(self.encoder(images).pooler_output.flatten(1))


def build():
    return LeafNet(ResNetModel.from_pretrained(BASE, revision=REVISION))


def save(model, path):
    torch.save({"config": model.encoder.config.to_dict(), "weights": model.state_dict()}, path)


def load(path):
    """The model that `save` wrote, ready to predict."""
    stored = torch.load(path, weights_only=True)
    model = LeafNet(ResNetModel(ResNetConfig.from_dict(stored["config"])))
    model.load_state_dict(stored["weights"])
    model.eval()
    return model
