"""Normalising layers. Run: KERAS_BACKEND=torch python normalization.py; writes normalization.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import first, last
from layer_cases import case, write

L, F = keras.layers, torch.nn.functional


def grouped(groups, epsilon=1e-3):
    return lambda x, w: last(F.group_norm(first(x[0]), groups, w.get("gamma"), w.get("beta"), epsilon))


def rms(epsilon=1e-6):
    return lambda x, w: F.rms_norm(x[0], x[0].shape[-1:], w["scale"], epsilon)


def given(mean, variance, invert=False):
    m, v = torch.tensor(mean), torch.tensor(variance)
    return lambda x, w: x[0] * torch.sqrt(v) + m if invert else (x[0] - m) / torch.sqrt(v)


G, N = L.GroupNormalization, L.Normalization
cases = [
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
