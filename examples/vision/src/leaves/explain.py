"""Where the model looked: a heat map over the photo."""

import numpy as np
from captum.attr import LayerAttribution, LayerGradCam
from PIL import Image

from leaves.model import LeafNet


def heat_map(model: LeafNet, image, target):
    """Between 0 and 1 for each pixel of `image`, a tensor of three channels."""
    method = LayerGradCam(model, model.encoder.encoder.stages[-1])
    heat = method.attribute(image.unsqueeze(0), target=target, relu_attributions=True)
    spread = LayerAttribution.interpolate(heat, image.shape[1:], interpolate_mode="bilinear")
    values = spread[0, 0].detach().numpy()
    return values / max(float(values.max()), 1e-9)


def save_overlay(photo, heat, path):
    """The photo with what counted in red."""
    pixels = np.asarray(photo, dtype=np.float32)
    red = np.zeros_like(pixels)
    red[..., 0] = 255
    mixed = pixels + (red - pixels) * heat[..., None] * 0.6
    Image.fromarray(mixed.round().astype(np.uint8)).save(path)
