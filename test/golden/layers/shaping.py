"""Borders and repeats of sequences, images and volumes. Run: KERAS_BACKEND=torch python shaping.py; writes shaping.json."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import keras
import torch
from channels_last import first, last
from layer_cases import case, write

L, F = keras.layers, torch.nn.functional
bilinear = {"interpolation": "bilinear"}


def padded(*pads):
    """Pads from the last spatial axis to the first."""
    return lambda x, w: last(F.pad(first(x[0]), pads))


def enlarged(factor, mode="nearest"):
    return lambda x, w: last(F.interpolate(first(x[0]), scale_factor=factor, mode=mode))


cases = [
    case("zero padding 1d", "zero_padding1d", {}, L.ZeroPadding1D(), [(3, 5, 3)], torch_forward=padded(1, 1)),
    case("zero padding 1d, unequal", "zero_padding1d", {"before": 0, "after": 3}, L.ZeroPadding1D((0, 3)), [(2, 5, 3)], torch_forward=padded(0, 3)),
    case("zero padding 1d of one step, one row", "zero_padding1d", {"before": 2, "after": 0}, L.ZeroPadding1D((2, 0)), [(1, 1, 2)], torch_forward=padded(2, 0)),
    case("zero padding 2d", "zero_padding2d", {}, L.ZeroPadding2D(), [(2, 3, 2, 2)], torch_forward=padded(1, 1, 1, 1)),
    case("zero padding 3d", "zero_padding3d", {}, L.ZeroPadding3D(), [(3, 2, 1, 3, 2)], torch_forward=padded(1, 1, 1, 1, 1, 1)),
    case("zero padding 3d, unequal", "zero_padding3d", {"front": 0, "back": 2, "left": 0, "top": 3}, L.ZeroPadding3D(((0, 2), (3, 1), (0, 1))),
         [(2, 2, 2, 1, 2)], torch_forward=padded(0, 1, 3, 1, 0, 2)),
    case("zero padding 3d of depth, one row", "zero_padding3d", {"top": 0, "bottom": 0, "left": 0, "right": 0}, L.ZeroPadding3D((1, 0, 0)),
         [(1, 1, 2, 2, 1)], torch_forward=padded(0, 0, 0, 0, 1, 1)),
    case("cropping 1d", "cropping1d", {}, L.Cropping1D(), [(3, 5, 3)], torch_forward=lambda x, w: x[0][:, 1:-1]),
    case("cropping 1d, unequal", "cropping1d", {"before": 0, "after": 3}, L.Cropping1D((0, 3)), [(2, 5, 3)], torch_forward=lambda x, w: x[0][:, :-3]),
    case("cropping 1d, one row", "cropping1d", {"before": 3}, L.Cropping1D((3, 1)), [(1, 5, 3)], torch_forward=lambda x, w: x[0][:, 3:-1]),
    case("cropping 2d", "cropping2d", {}, L.Cropping2D(), [(2, 4, 3, 2)], torch_forward=lambda x, w: x[0]),
    case("cropping 3d", "cropping3d", {}, L.Cropping3D(), [(3, 3, 4, 3, 2)], torch_forward=lambda x, w: x[0][:, 1:-1, 1:-1, 1:-1]),
    case("cropping 3d, unequal", "cropping3d", {"front": 0, "back": 2, "top": 0, "left": 2, "right": 0}, L.Cropping3D(((0, 2), (0, 1), (2, 0))),
         [(2, 3, 4, 3, 2)], torch_forward=lambda x, w: x[0][:, :-2, :-1, 2:]),
    case("cropping 3d of depth, one row", "cropping3d", {"top": 0, "bottom": 0, "left": 0, "right": 0}, L.Cropping3D((1, 0, 0)), [(1, 3, 2, 2, 1)],
         torch_forward=lambda x, w: x[0][:, 1:-1]),
    case("up-sampling 1d", "up_sampling1d", {}, L.UpSampling1D(), [(3, 5, 3)], torch_forward=enlarged(2)),
    case("up-sampling 1d by three", "up_sampling1d", {"size": 3}, L.UpSampling1D(3), [(2, 3, 4)], torch_forward=enlarged(3)),
    case("up-sampling 1d of one step, one row", "up_sampling1d", {"size": 5}, L.UpSampling1D(5), [(1, 1, 2)], torch_forward=enlarged(5)),
    case("up-sampling 3d", "up_sampling3d", {}, L.UpSampling3D(), [(3, 1, 2, 2, 2)], torch_forward=enlarged(2)),
    case("up-sampling 3d, unequal", "up_sampling3d", {"depth": 3, "height": 1}, L.UpSampling3D((3, 1, 2)), [(2, 2, 2, 1, 2)], torch_forward=enlarged((3, 1, 2))),
    case("up-sampling 3d, one row", "up_sampling3d", {"depth": 1, "width": 3}, L.UpSampling3D((1, 2, 3)), [(1, 2, 1, 2, 1)], torch_forward=enlarged((1, 2, 3))),
    case("up-sampling 2d, bilinear", "up_sampling2d", bilinear, L.UpSampling2D(**bilinear), [(3, 4, 3, 2)], torch_forward=enlarged(2, "bilinear")),
    case("up-sampling 2d, bilinear, unequal", "up_sampling2d", {"height": 3, "width": 4, **bilinear}, L.UpSampling2D((3, 4), **bilinear), [(2, 2, 3, 1)],
         torch_forward=enlarged((3, 4), "bilinear")),
    case("up-sampling 2d, bilinear, of one pixel, one row", "up_sampling2d", {"height": 2, "width": 3, **bilinear}, L.UpSampling2D((2, 3), **bilinear),
         [(1, 1, 2, 2)], torch_forward=enlarged((2, 3), "bilinear")),
]
write(__file__, cases)
