"""Normalising layers. Run: KERAS_BACKEND=torch python normalization.py; writes normalization.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import numpy as np
import torch
from channels_last import first, last
from layer_cases import case, random, write

L, F = keras.layers, torch.nn.functional


def grouped(groups, epsilon=1e-3):
    return lambda x, w: last(F.group_norm(first(x[0]), groups, w.get("gamma"), w.get("beta"), epsilon))


def rms(epsilon=1e-6):
    return lambda x, w: F.rms_norm(x[0], x[0].shape[-1:], w["scale"], epsilon)


def given(mean, variance, invert=False):
    m, v = torch.tensor(mean), torch.tensor(variance)
    return lambda x, w: x[0] * torch.sqrt(v) + m if invert else (x[0] - m) / torch.sqrt(v)


G, N = L.GroupNormalization, L.Normalization


def along(axis, layer, **options):
    """PyTorch normalises channels behind the batch, or the last axes."""
    if layer == "batch":
        return lambda x, w: torch.movedim(F.batch_norm(torch.movedim(x[0], axis, 1), None, None, w.get("gamma"), w.get("beta"), training=True, eps=1e-3), 1, axis)
    return lambda x, w: torch.movedim(F.layer_norm(torch.movedim(x[0], axis, -1), [x[0].shape[axis]], w.get("gamma"), w.get("beta"), options.get("epsilon", 1e-3)), -1, axis)


def affine(size, *names):
    return {name: random.normal(scale=0.4, size=size).round(4).astype("float32") for name in names or ("gamma", "beta")}


MASK = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]])
B = L.BatchNormalization


def masked(name, params, layer, shape, mask):
    kept = torch.tensor(mask, dtype=torch.bool)

    def forward(x, w):
        rows = x[0][kept]
        y = (x[0] - rows.mean(0)) / torch.sqrt(rows.var(0, correction=0) + params.get("epsilon", 1e-3))
        return y * w.get("gamma", 1) + w.get("beta", 0)

    return case(name, "batch_normalization", params, layer, [shape], masks=[mask.astype("float32")], torch_forward=forward,
                call=lambda built, tensors: built(tensors[0], mask=kept, training=True))


cases = [
    case("batch normalisation of channels first", "batch_normalization", {"axis": 1}, B(axis=1), [(3, 2, 3, 4)], training=True, torch_forward=along(1, "batch")),
    case("batch normalisation along steps", "batch_normalization", {"axis": -2}, B(axis=-2), [(4, 5, 3)], training=True, torch_forward=along(-2, "batch")),
    case("batch normalisation along an inner axis, no gamma", "batch_normalization", {"axis": 2, "scale": False}, B(axis=2, scale=False), [(2, 3, 2, 3)], training=True,
         torch_forward=along(2, "batch")),
    case("batch normalisation", "batch_normalization", {}, B(), [(6, 5)], training=True, torch_forward=along(-1, "batch")),
    masked("batch normalisation of steps that count", {}, B(), (4, 5, 3), MASK),
    masked("batch normalisation of steps that count, no beta", {"center": False, "epsilon": 0.01}, B(center=False, epsilon=0.01), (2, 5, 4), MASK[:2]),
    masked("batch normalisation of samples that count", {"scale": False}, B(scale=False), (4, 6), MASK[:, 0]),
    # Keras on PyTorch takes trailing axes only.
    case("layer normalisation along steps", "layer_normalization", {"axis": 1}, None, [(3, 5, 2)], torch_forward=along(1, "layer"), initial=affine(5), item="LayerNormalization"),
    case("layer normalisation along an inner axis, no beta", "layer_normalization", {"axis": -2, "center": False, "epsilon": 0.01}, None, [(2, 3, 4, 2)],
         torch_forward=along(-2, "layer", epsilon=0.01), initial=affine(4, "gamma"), item="LayerNormalization"),
    case("layer normalisation of channels first, one row", "layer_normalization", {"axis": 1}, None, [(1, 4, 2, 3)], torch_forward=along(1, "layer"), initial=affine(4),
         item="LayerNormalization"),
    case("group normalisation of images", "group_normalization", {"groups": 2}, G(2), [(3, 3, 2, 4)], torch_forward=grouped(2)),
    case("group normalisation, one group, no beta", "group_normalization", {"groups": 1, "center": False, "epsilon": 0.01},
         G(1, center=False, epsilon=0.01), [(4, 5, 6)], torch_forward=grouped(1, 0.01)),
    case("group normalisation, a group a channel, no gamma, one row", "group_normalization", {"groups": -1, "scale": False}, G(-1, scale=False), [(1, 2, 3, 2, 3)],
         torch_forward=grouped(3)),
    case("group normalisation of vectors", "group_normalization", {"groups": 3}, G(3), [(5, 9)], torch_forward=grouped(3)),
    case("RMS normalisation", "rms_normalization", {}, L.RMSNormalization(), [(4, 5)], torch_forward=rms()),
    case("RMS normalisation of sequences", "rms_normalization", {"epsilon": 0.1}, L.RMSNormalization(epsilon=0.1), [(3, 2, 7)], torch_forward=rms(0.1)),
    case("RMS normalisation of images, one row", "rms_normalization", {}, L.RMSNormalization(), [(1, 3, 2, 3)], torch_forward=rms()),
    case("unit normalisation", "unit_normalization", {}, L.UnitNormalization(), [(4, 5)], torch_forward=lambda x, w: F.normalize(x[0], dim=-1)),
    case("unit normalisation of sequences", "unit_normalization", {}, L.UnitNormalization(), [(3, 2, 7)], torch_forward=lambda x, w: F.normalize(x[0], dim=-1)),
    case("unit normalisation of images, one row", "unit_normalization", {}, L.UnitNormalization(), [(1, 3, 2, 3)],
         torch_forward=lambda x, w: F.normalize(x[0], dim=-1)),
    case("normalization, a number a feature", "normalization", {"mean": "0.5, -1, 2", "variance": "4, 0.25, 1"},
         N(mean=[0.5, -1.0, 2.0], variance=[4.0, 0.25, 1.0]), [(4, 3)], torch_forward=given([0.5, -1.0, 2.0], [4.0, 0.25, 1.0])),
    case("normalization, one number", "normalization", {"mean": "0.3", "variance": "0.5"}, N(mean=0.3, variance=0.5, axis=None), [(3, 2, 4)],
         torch_forward=given(0.3, 0.5)),
    case("normalization inverted, one row", "normalization", {"mean": "1, 2, 3", "variance": "0.5, 1, 2", "invert": True},
         N(mean=[1.0, 2.0, 3.0], variance=[0.5, 1.0, 2.0], invert=True), [(1, 2, 2, 3)], torch_forward=given([1.0, 2.0, 3.0], [0.5, 1.0, 2.0], True)),
]
write(__file__, cases)
